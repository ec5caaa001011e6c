"""What is asked of a revocation list, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, Self

from vaxcert.crypto.algorithms import Algorithm


class RevocationStatus(StrEnum):
    """The three answers."""

    REVOKED = "revoked"
    NOT_REVOKED = "not-revoked"
    """As of the date of the list that says so."""
    UNKNOWN = "unknown"
    """No list covers the certificate, or one that does cannot answer: stale, damaged, incomplete."""


@dataclass(frozen=True, slots=True, repr=False)
class RevocationQuery:
    """One certificate, as revocation lists know it. Its repr shows nothing of the holder.

    Attributes:
        kid: Identifier of the key that signed it.
        algorithm: The algorithm of its signature.
        signature: The signature, in COSE form.
        issuer: The `iss` claim; None where it has none.
        identifiers: The certificate identifier of each event that has one, as signed.
        country: Of the signing key, ISO 3166-1 alpha-2; None where it is not known.
    """

    kid: bytes
    algorithm: Algorithm
    signature: bytes = field(repr=False)
    issuer: str | None
    identifiers: tuple[str, ...] = field(repr=False)
    country: str | None = None

    def __repr__(self) -> str:
        return f"<RevocationQuery kid={self.kid.hex()}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationAnswer:
    """What the lists say of one certificate.

    Attributes:
        status: Which of the three.
        as_of: Date of the list that answered, aware UTC; None where none could.
        source: Name of that list.
        covered: Whether any configured list is responsible for the certificate at all.
        detail: Why it is unknown, in English; one line without personal data.
    """

    status: RevocationStatus
    as_of: datetime | None = None
    source: str = ""
    covered: bool = True
    detail: str = ""

    @classmethod
    def revoked(cls, source: str, as_of: datetime | None) -> Self:
        """It is listed."""
        return cls(status=RevocationStatus.REVOKED, as_of=as_of, source=source)

    @classmethod
    def not_revoked(cls, source: str, as_of: datetime | None) -> Self:
        """It is not listed, as of a date."""
        return cls(status=RevocationStatus.NOT_REVOKED, as_of=as_of, source=source)

    @classmethod
    def unknown(cls, source: str, detail: str) -> Self:
        """The list cannot say.

        Args:
            source: Name of the list.
            detail: Why; one line without personal data.
        """
        return cls(status=RevocationStatus.UNKNOWN, source=source, detail=detail)

    @classmethod
    def outdated(cls, source: str, date: datetime | None, *, at: datetime, max_age: timedelta) -> Self | None:
        """Unknown, where a list that states no end is too old for "not revoked"; None where it is not.

        Args:
            source: Name of the list.
            date: From which it ages, aware UTC; None where nobody knows, which is too old.
            at: The time that is asked about, aware UTC.
            max_age: How long the list is relied on.
        """
        if date is None:
            return cls.unknown(source, "nobody says how old the list is")
        if at - date > max_age:
            return cls.unknown(
                source, f"the list is of {date:%Y-%m-%d}, at most {max_age.days} days old expected"
            )
        return None


NO_KEYS: Final[frozenset[bytes]] = frozenset()


class RevocationSource(Protocol):
    """One revocation list, wherever its bytes are."""

    @property
    def name(self) -> str:
        """What to call it in reports."""

    @property
    def withdrawn(self) -> frozenset[bytes]:
        """Key identifiers (8 bytes) and certificate digests (32 bytes) of signing keys that it withdraws."""

    def covers(self, query: RevocationQuery) -> bool:
        """Whether this list is responsible for the certificate's issuer."""

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """Look the certificate up, for a time (aware UTC). Never raises: what goes wrong is unknown."""


NOT_COVERED: Final = RevocationAnswer(
    status=RevocationStatus.UNKNOWN, covered=False, detail="no revocation list covers the issuer"
)


class RevocationLists:
    """Several revocation lists asked as one.

    Revoked on one list is revoked. Otherwise, when a list that covers the certificate cannot answer, it is unknown.
    Not revoked is said only when every list that covers it says so, as of the oldest of them.

    Args:
        sources: The lists, in no particular order.
    """

    __slots__ = ("_sources",)

    def __init__(self, sources: Iterable[RevocationSource]) -> None:
        self._sources: Final = tuple(sources)

    @property
    def sources(self) -> tuple[RevocationSource, ...]:
        """The lists, to be asked together with others."""
        return self._sources

    @property
    def withdrawn(self) -> frozenset[bytes]:
        """The signing keys that any of the lists withdraws."""
        return NO_KEYS.union(*(source.withdrawn for source in self._sources))

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """What the lists together say of one certificate at a time (aware UTC)."""
        answers = [source.answer(query, at=at) for source in self._sources if source.covers(query)]
        for status in (RevocationStatus.REVOKED, RevocationStatus.UNKNOWN):
            for answer in answers:
                if answer.status is status:
                    return answer
        return min(answers, key=_age, default=NOT_COVERED)


def _age(answer: RevocationAnswer) -> float:
    return answer.as_of.timestamp() if answer.as_of is not None else 0.0
