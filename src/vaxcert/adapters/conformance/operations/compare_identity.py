"""`compare-identity`: whether a certificate is that of the traveller who shows a document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from vaxcert.adapters.conformance.operations.described import certificate_of, failure, traveller_described
from vaxcert.errors import VaxcertError
from vaxcert.rules import identity

_ACCEPTED: Final = (identity.IdentityGrade.MATCH, identity.IdentityGrade.LIKELY)


def compare_identity(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Compare the subject of `certificate` with the traveller of `document` at `at`."""
    try:
        traveller = traveller_described(given["document"], datetime.fromisoformat(context["at"]))
    except VaxcertError as error:
        return {**failure(error), "grade": None, "codes": []}
    found = identity.compare_identity(certificate_of(given["certificate"]).subject, traveller)
    is_accepted = found.grade in _ACCEPTED
    return {
        "outcome": "accepted" if is_accepted else "refused",
        "reason": None if is_accepted else found.codes[0],
        "grade": found.grade,
        "codes": list(found.codes),
    }
