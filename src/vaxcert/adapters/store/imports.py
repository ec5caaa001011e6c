"""Imports into a trust store: what the operator may say of a list, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from vaxcert.adapters.store.state import Fetched, SourceTerms, StoredSource
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import Environment
from vaxcert.trust.succession import (
    DEFAULT_SHRINK_SHARE,
    ListDifference,
)
from vaxcert.trust.trust_list import ListReading


class ImportOutcome(StrEnum):
    """What became of a list that was accepted."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    """The very bytes that are current; their confirmation is noted."""


class ImportNote(StrEnum):
    """What the operator should know of an import that went well."""

    CLOCK_BEHIND = "clock-behind"
    """The list was made more than a day from now: the clock of this machine is likely wrong."""
    NOT_USABLE = "not-usable"
    """It may not be relied on any more by the source's age limit: its own date is too long ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the operator says about a list. Terms that are left out are those of the source's first import.

    Attributes:
        anchors: Pinned with the first import. Later they may be left out, and others are refused.
        signature: The detached signature, where the list has it in a file of its own.
        as_format: Name of the format; None for that of the source, or the one the content shows.
        threshold: How many anchors have to have signed it. May be raised later, not lowered.
        environment: What the keys are for.
        allow_unsigned: Take a published list without signature. Not for a source whose lists are signed.
        test_participants: Take the entries of test participants, as test keys.
        max_age: How long a list without an end of its own may be relied on.
        shrink_share: How much of the keys may vanish with one edition, 0 to 1.
        accept_shrink: Take it however many vanish.
        companions: SHA-256 of documents that have to belong with the list, by the name it has for them.
        fetched: Where it was downloaded.

    Raises:
        ValueError: A threshold below 1, an age limit of nothing, or a share that is none.
    """

    anchors: tuple[Anchor, ...] = ()
    signature: bytes | None = field(default=None, repr=False)
    as_format: str | None = None
    threshold: int | None = None
    environment: Environment | None = None
    allow_unsigned: bool = False
    test_participants: bool | None = None
    max_age: timedelta | None = None
    shrink_share: float = DEFAULT_SHRINK_SHARE
    accept_shrink: bool = False
    companions: Mapping[str, bytes] = field(default_factory=dict)
    fetched: Fetched | None = None

    def __post_init__(self) -> None:
        if self.threshold is not None and self.threshold < 1:
            raise ValueError(f"a threshold of {self.threshold}, at least 1 expected")
        if self.max_age is not None and self.max_age <= timedelta(0):
            raise ValueError(f"an age limit of {self.max_age}, more than nothing expected")
        if not 0 <= self.shrink_share <= 1:
            raise ValueError(f"a share of {self.shrink_share}, 0 to 1 expected")

    def terms(self, stored: StoredSource | None, data: bytes) -> SourceTerms:
        """The terms of a source: those it has, with what may change later; its first ones where it has no list.

        Args:
            stored: The source, or None where it has no list yet.
            data: The list, which shows its format where none is named.

        Raises:
            TrustListError: `trust-list-unreadable` for another format, `trust-list-threshold` for fewer anchors.
            ValueError: No list format has the name given.
        """
        if stored is None:
            chosen = self.as_format and formats.format_named(self.as_format)
            return self._changed(SourceTerms(format=(chosen or formats.recognised(data)).name))
        terms = stored.terms
        if self.as_format not in (None, terms.format):
            raise TrustListError(
                Reason.TRUST_LIST_UNREADABLE,
                f"the source {stored.name} holds {terms.format} lists, not {self.as_format}; use another name",
            )
        if self.threshold is not None and self.threshold < terms.threshold:
            raise TrustListError(
                Reason.TRUST_LIST_THRESHOLD,
                f"the source {stored.name} asks for {terms.threshold} anchors, {self.threshold} cannot do",
            )
        return self._changed(terms)

    def _changed(self, terms: SourceTerms) -> SourceTerms:
        participants = self.test_participants
        return replace(
            terms,
            threshold=self.threshold or terms.threshold,
            environment=self.environment or terms.environment,
            allow_unsigned=self.allow_unsigned or terms.allow_unsigned,
            test_participants=terms.test_participants if participants is None else participants,
            max_age=self.max_age or terms.max_age,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """An import that went well.

    Attributes:
        source: The source as it is now.
        outcome: Stored, or unchanged.
        reading: The list, with the end by which it may be relied on.
        difference: From the edition that was current before; everything is added on the first import, or when the
            old one cannot be read.
        notes: What to tell the operator.
    """

    source: StoredSource
    outcome: ImportOutcome
    reading: ListReading
    difference: ListDifference
    notes: tuple[ImportNote, ...] = ()


def checked_time(at: datetime) -> datetime:
    """The time in UTC.

    Raises:
        ValueError: It has no zone.
    """
    if at.utcoffset() is None:
        raise ValueError("a time without zone; an aware one expected")
    return at.astimezone(UTC)
