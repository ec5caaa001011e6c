"""`read-mrz`: the machine readable zone of a travel document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vaxcert.adapters.conformance.operations.described import failure
from vaxcert.errors import MrzError
from vaxcert.model import mrz


def read_mrz(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Read `text` at `at`, and say what the document says of its holder; its number is not told."""
    try:
        document = mrz.read_mrz(given["text"], at=datetime.fromisoformat(context["at"]))
    except MrzError as error:
        return {**failure(error), "field": None if error.field is None else str(error.field)}
    return {
        "outcome": "accepted",
        "reason": None,
        "document": {
            "format": document.format,
            "kind": document.kind,
            "issuer": document.issuer,
            "nationality": document.nationality,
            "primary_identifier": document.primary_identifier,
            "secondary_identifier": document.secondary_identifier,
            "name_may_be_cut": document.name_may_be_cut,
            "birth_date": None if document.birth_date is None else str(document.birth_date),
            "sex": document.sex,
            "expires": None if document.expires is None else str(document.expires),
            "repaired": list(document.repaired),
        },
    }
