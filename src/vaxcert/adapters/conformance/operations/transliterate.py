"""`transliterate`: the standard form of a name, as issuers write it beside the written one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vaxcert.adapters.conformance.operations.described import failure
from vaxcert.errors import VaxcertError
from vaxcert.model import names


def transliterate(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Give the ICAO 9303-3 form of `name`. Time does not matter."""
    try:
        standard = names.transliterate(given["name"])
    except VaxcertError as error:
        return {**failure(error), "standard_name": None}
    return {"outcome": "accepted", "reason": None, "standard_name": standard}
