"""CBOR Web Token claims (RFC 8392) of a health certificate, with the HCERT claim -260."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cbor2 import CBORTag

from vaxcert.codec import cbor
from vaxcert.errors import DecodeError, Reason
from vaxcert.findings import Finding, FindingCode

ISSUER: Final = 1
SUBJECT: Final = 2
EXPIRES: Final = 4
NOT_BEFORE: Final = 5
ISSUED_AT: Final = 6
CWT_ID: Final = 7
HCERT: Final = -260

_KNOWN: Final = frozenset({ISSUER, EXPIRES, NOT_BEFORE, ISSUED_AT, HCERT})
_DATE_FIELDS: Final = {EXPIRES: "exp", NOT_BEFORE: "nbf", ISSUED_AT: "iat"}
_YEAR_10000: Final = 253402300800
_UTC: Final = UTC


@dataclass(frozen=True, slots=True, repr=False)
class Claims:
    """What the token itself says.

    Attributes:
        issuer: ISO 3166-1 alpha-2 country by the specification, free text in the field; or None (claim 1).
        expires: When it ends (claim 4), aware UTC; or None.
        issued_at: When it was signed (claim 6), aware UTC; or None.
        not_before: When it starts (claim 5), aware UTC; or None.
        hcert: The health claims by their number: 1 is the EU DCC (claim -260).
    """

    issuer: str | None
    expires: datetime | None
    issued_at: datetime | None
    not_before: datetime | None
    hcert: Mapping[int | str, Any]

    def __repr__(self) -> str:
        return f"<Claims issuer={self.issuer!r} issued_at={self.issued_at} expires={self.expires}>"


def read(payload: bytes) -> tuple[Claims, list[Finding]]:
    """Read the claims from a message's payload.

    Returns:
        The claims, and findings for what the specification does not allow but genuine issuers write.

    Raises:
        DecodeError: a `cbor-...` reason, `cwt-structure` or `cwt-date`.
    """
    claims = cbor.loads(payload, tags=cbor.DATE_TAGS)
    if type(claims) is not dict:
        raise DecodeError(Reason.CWT_STRUCTURE, "the CWT claims are not a map")
    hcert = claims.get(HCERT)
    if type(hcert) is not dict:
        raise DecodeError(Reason.CWT_STRUCTURE, "the health certificate claim (-260) is missing or not a map")
    findings: list[Finding] = []
    if not claims.keys() <= _KNOWN:
        findings.append(Finding(FindingCode.CLAIM_UNKNOWN, "cwt"))
    issuer = claims.get(ISSUER)
    if type(issuer) is not str:
        if issuer is not None:
            findings.append(Finding(FindingCode.ISSUER_NOT_COUNTRY, "iss"))
        issuer = None
    return (
        Claims(
            issuer,
            _date(claims, EXPIRES, findings),
            _date(claims, ISSUED_AT, findings),
            _date(claims, NOT_BEFORE, findings),
            hcert,
        ),
        findings,
    )


def write(*, issuer: str, expires: datetime, issued_at: datetime, hcert: Mapping[int, Any]) -> bytes:
    """Write the claims of a certificate to be signed, in the order real certificates have them.

    Args:
        issuer: ISO 3166-1 alpha-2.
        expires: Aware; whole seconds are written.
        issued_at: Aware; whole seconds are written.
        hcert: The health claims by number.
    """
    return cbor.dumps(
        {
            ISSUER: issuer,
            EXPIRES: int(expires.timestamp()),
            ISSUED_AT: int(issued_at.timestamp()),
            HCERT: hcert,
        }
    )


def _date(claims: dict[int, Any], label: int, findings: list[Finding]) -> datetime | None:
    value = claims.get(label)
    if type(value) is int and 0 <= value < _YEAR_10000:
        return datetime.fromtimestamp(value, _UTC)
    if value is None:
        return None
    return _unusual_date(value, _DATE_FIELDS[label], findings)


def _unusual_date(value: cbor.Value, field: str, findings: list[Finding]) -> datetime:
    """A date that is not an integer NumericDate: a float, or a CBOR date-time (tags 0 and 1)."""
    if type(value) is CBORTag:
        findings.append(Finding(FindingCode.DATE_CLAIM_TAGGED, field))
        value = _epoch(value.value) if value.tag == 0 else value.value
    if type(value) is float:
        findings.append(Finding(FindingCode.DATE_CLAIM_FLOAT, field))
    if type(value) not in (int, float) or not 0 <= value < _YEAR_10000:
        raise DecodeError(Reason.CWT_DATE, f"{field} is not a date in seconds since 1970")
    return datetime.fromtimestamp(value, _UTC)


def _epoch(text: cbor.Value) -> int | None:
    if type(text) is not str:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return math.floor(moment.timestamp()) if moment.tzinfo else None
