"""Imports into a trust store: what the operator may say of a list, and what is asked of it before it is current."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from vaxcert.adapters.store_state import DEFAULT_MAX_AGE, Fetched, SourceTerms, StoredSource
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import Environment, Proof
from vaxcert.trust.succession import (
    DEFAULT_SHRINK_SHARE,
    ListDifference,
    check_companions,
    check_environment,
    check_not_older,
    check_proof,
    check_same_number,
    check_share,
    check_usable,
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
    COMPANION_MISSING = "companion-missing"
    """The list names a document that belongs with it, and the store does not have it."""


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
        companions: Documents that belong with the list, by the name it has for them.
        fetched: Where it was downloaded.
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
    companions: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    fetched: Fetched | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """An import that went well.

    Attributes:
        source: The source as it is now.
        outcome: Stored, or unchanged.
        reading: The list.
        difference: From the edition that was current before; everything is added on the first import, or when the
            old one cannot be read.
        notes: What to tell the operator.
    """

    source: StoredSource
    outcome: ImportOutcome
    reading: ListReading
    difference: ListDifference
    notes: tuple[ImportNote, ...] = ()


def list_format(name: str) -> formats.ListFormat:
    """The list format with a name.

    Raises:
        ValueError: There is none.
    """
    try:
        return formats.format_named(name)
    except KeyError:
        raise ValueError(f"no list format is called {name!r}") from None


def first_terms(options: ImportOptions, data: bytes) -> SourceTerms:
    """The terms of a source that has no list yet.

    Raises:
        ValueError: No list format has the name given.
    """
    chosen = formats.recognised(data) if options.as_format is None else list_format(options.as_format)
    return SourceTerms(
        format=chosen.name,
        threshold=options.threshold or 1,
        environment=options.environment,
        allow_unsigned=options.allow_unsigned,
        test_participants=options.test_participants is True,
        max_age=options.max_age or DEFAULT_MAX_AGE,
    )


def later_terms(stored: StoredSource, options: ImportOptions) -> SourceTerms:
    """The terms of a source that has a list, with those that may change later.

    Raises:
        TrustListError: `trust-list-unreadable` for another format, `trust-list-threshold` for fewer anchors.
    """
    terms = stored.terms
    if options.as_format not in (None, terms.format):
        raise TrustListError(
            Reason.TRUST_LIST_UNREADABLE,
            f"the source {stored.name} holds {terms.format} lists, not {options.as_format}; use another name",
        )
    if options.threshold is not None and options.threshold < terms.threshold:
        raise TrustListError(
            Reason.TRUST_LIST_THRESHOLD,
            f"the source {stored.name} asks for {terms.threshold} anchors, {options.threshold} cannot do",
        )
    keep = options.test_participants is None
    return replace(
        terms,
        threshold=options.threshold or terms.threshold,
        environment=options.environment or terms.environment,
        allow_unsigned=options.allow_unsigned or terms.allow_unsigned,
        test_participants=terms.test_participants if keep else options.test_participants is True,
        max_age=options.max_age or terms.max_age,
    )


def check_options(options: ImportOptions) -> None:
    """Make sure that the operator asks for something that can be.

    Raises:
        ValueError: When not.
    """
    if options.threshold is not None and options.threshold < 1:
        raise ValueError(f"a threshold of {options.threshold}, at least 1 expected")
    if options.max_age is not None and options.max_age <= timedelta(0):
        raise ValueError(f"an age limit of {options.max_age}, more than nothing expected")
    if not 0 <= options.shrink_share <= 1:
        raise ValueError(f"a share of {options.shrink_share}, 0 to 1 expected")


def check_size(data: bytes) -> None:
    """Make sure that a list is not too long to be looked at.

    Raises:
        TrustListError: `trust-list-unreadable`.
    """
    if len(data) > MAX_TRUST_FILE_BYTES:
        raise TrustListError(
            Reason.TRUST_LIST_UNREADABLE, f"{len(data)} bytes, at most {MAX_TRUST_FILE_BYTES} expected"
        )


def checked_time(at: datetime) -> datetime:
    """The time in UTC.

    Raises:
        ValueError: It has no zone.
    """
    if at.utcoffset() is None:
        raise ValueError("a time without zone; an aware one expected")
    return at.astimezone(UTC)


def check_acceptable(reading: ListReading, terms: SourceTerms, options: ImportOptions, at: datetime) -> None:
    """Make sure that a list is what any edition has to be, the first one too.

    Raises:
        TrustListError: `trust-list-empty`, `trust-list-unsigned` or `trust-list-mixed`.
        StaleTrustListError: `stale-trust-list`.
    """
    if not (reading.keys or reading.withdrawn or reading.authorities):
        first = f"; first problem: {reading.problems[0]}" if reading.problems else ""
        raise TrustListError(Reason.TRUST_LIST_EMPTY, f"the list has no key that can be read{first}")
    if options.fetched is not None and reading.origin.proof is Proof.VOUCHED and not terms.allow_unsigned:
        raise TrustListError(
            Reason.TRUST_LIST_UNSIGNED,
            f"a {terms.format} list that was downloaded, which nobody signed or hands over; "
            "it is taken only when that is allowed (allow-unsigned)",
        )
    check_usable(reading.origin, at=at)
    check_companions(reading, options.companions)


def check_succession(
    stored: StoredSource, old: ListReading | None, new: ListReading, options: ImportOptions, at: datetime
) -> None:
    """Make sure that a list may take the place of the stored one. Where that is damaged, its state counts.

    Raises:
        TrustListError: `trust-list-environment`, `trust-list-unsigned`, `trust-list-rollback` or `trust-list-shrunk`.
    """
    edition = stored.current
    check_environment(edition.environment, new.environment)
    check_proof(edition.proof, new.origin.proof)
    check_not_older(edition.origin(stored.name, stored.terms), new.origin)
    if old is None:
        if options.accept_shrink:
            return
        raise TrustListError(
            Reason.TRUST_LIST_SHRUNK,
            f"the stored list of source {stored.name} cannot be read, so how many keys would vanish is not known; "
            "accept it when the publisher confirms it (--accept-shrink)",
        )
    check_same_number(old, new)
    if not options.accept_shrink:
        check_share(old, new, at=at, share=options.shrink_share)


def succeeded(stored: StoredSource | None, source: StoredSource) -> StoredSource:
    """The source with the edition before; the same bytes once more do not push it out."""
    if stored is None:
        return source
    old, new = stored.current, source.current
    if (old.digest, old.signature) != (new.digest, new.signature):
        return replace(source, previous=old)
    new = replace(new, imported_at=old.imported_at, fetched=new.fetched or old.fetched)
    return replace(source, current=new, previous=stored.previous)
