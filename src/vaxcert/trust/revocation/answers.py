"""How the sources put their answers."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from vaxcert.trust.revocation.query import RevocationAnswer, RevocationStatus

SECONDS_A_DAY: Final = 86_400


def revoked(name: str, as_of: datetime | None) -> RevocationAnswer:
    """It is listed."""
    return RevocationAnswer(status=RevocationStatus.REVOKED, as_of=as_of, source=name)


def not_revoked(name: str, as_of: datetime | None) -> RevocationAnswer:
    """It is not listed, as of a date."""
    return RevocationAnswer(status=RevocationStatus.NOT_REVOKED, as_of=as_of, source=name)


def unknown(name: str, detail: str) -> RevocationAnswer:
    """The list cannot say.

    Args:
        name: Of the list.
        detail: Why; one line without personal data.
    """
    return RevocationAnswer(status=RevocationStatus.UNKNOWN, source=name, detail=detail)


def is_responsible(issuer: str | None, countries: frozenset[str] | None) -> bool:
    """Whether a list for some countries covers an issuer. A certificate without one may be anybody's."""
    return issuer is None or countries is None or issuer in countries


def day_of(moment: datetime) -> int:
    """The day in UTC, counted from 1970-01-01."""
    return int(moment.timestamp() // SECONDS_A_DAY)
