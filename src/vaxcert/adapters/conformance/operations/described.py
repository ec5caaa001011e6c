"""What several operations are handed: certificates and travellers as vectors describe them, and errors as answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from vaxcert import payloads
from vaxcert.errors import DecodeError, Reason, RuleError, UnsupportedError, VaxcertError
from vaxcert.model.certificate import HealthCertificate
from vaxcert.model.mrz import read_mrz
from vaxcert.rules.identity import Traveller, traveller_of
from vaxcert.rules.typed_traveller import typed_traveller

_EU_DCC: Final = 1
"""The number of its health claim."""

_UNREADABLE_LISTS: Final = (Reason.TRUST_LIST_UNREADABLE, Reason.REVOCATION_LIST_UNREADABLE)


def certificate_of(payload: Mapping[str, Any]) -> HealthCertificate:
    """The certificate of an EU DCC payload."""
    certificate, _ = payloads.read({_EU_DCC: dict(payload)})
    return certificate


def traveller_described(document: Mapping[str, Any], at: datetime) -> Traveller:
    """The traveller of a document: `mrz`, or `name` and `birth_date` as they were typed.

    Raises:
        VaxcertError: The document cannot be read.
    """
    if "mrz" in document:
        return traveller_of(read_mrz(document["mrz"], at=at))
    return typed_traveller(document["name"], document.get("birth_date", ""))


def failure(error: VaxcertError) -> dict[str, Any]:
    """The answer where something could not be read, or must not be relied on."""
    is_unreadable = (
        isinstance(error, DecodeError | UnsupportedError | RuleError) or error.reason in _UNREADABLE_LISTS
    )
    return {"outcome": "unreadable" if is_unreadable else "refused", "reason": str(error.reason)}
