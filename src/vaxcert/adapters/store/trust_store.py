"""A folder that keeps published lists: the last good edition of each source, whole at any instant.

    vaxcert-store.json             marks the folder
    sources.toml                   what the operator wants downloaded (`trust_sources`)
    anchors/<source>/<digest>.json the keys pinned for a source
    lists/<source>/<sha256>.list   lists and signatures exactly as received
    lists/<source>/state.json      which of them is current; replacing this one file is the switch
    kept/<source>                  empty; says that the source has a list
    revocation/                    revocation lists with their anchors, laid out likewise (`revocation_store`)
    rules/                         rules of countries, likewise (`rule_store`)

A first import that is cut off before its state is written leaves files and anchors that are no source, and the next one
takes their place. The note in `kept` is made right after the first state, so a source that has it and no state has
lost it: what it withdraws is not known, and no key may be relied on until it is removed and imported again.

One process writes at a time; readers are never held up. Whoever can write to the folder can change what is trusted:
its permissions are the operator's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vaxcert.adapters.store import layout
from vaxcert.adapters.store.imports import (
    ImportNote,
    ImportOptions,
    ImportOutcome,
    ImportResult,
    checked_time,
)
from vaxcert.adapters.store.pinned_sources import PinnedSources
from vaxcert.adapters.store.state import (
    Edition,
    Fetched,
    StoredSource,
    usable_until,
)
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.revocation.query import RevocationLists
from vaxcert.trust.succession import (
    check_downloaded,
    check_edition,
    check_environment,
    check_proof,
    check_succession,
    check_usable,
    clock_is_behind,
    difference,
)
from vaxcert.trust.trust_list import ListReading, TrustList

if TYPE_CHECKING:
    from vaxcert.adapters.store.revocation_store import RevocationStore
    from vaxcert.adapters.store.rule_store import RuleStore

_REVOCATION: Final = "revocation"
_RULES: Final = "rules"
_LOCK: Final = ".lock"
_READING_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreReading:
    """All that a store holds.

    Attributes:
        readings: The current edition of each source that can be read.
        problems: What cannot be read: entries of those lists, and whole sources.
        withdrawn: What the sources that cannot be read withdraw, as far as it is known.
        lost: Sources of which not even that is known.
    """

    readings: tuple[ListReading, ...]
    problems: tuple[VaxcertError, ...] = ()
    withdrawn: frozenset[bytes] = frozenset()
    lost: tuple[str, ...] = ()

    def check_complete(self) -> None:
        """Make sure that it is known what every source withdraws: otherwise a withdrawn key would verify again.

        Raises:
            AdapterError: `store-unreadable`, when a source is lost.
        """
        if self.lost:
            raise AdapterError(
                Reason.STORE_UNREADABLE,
                f"what source {self.lost[0]} withdraws is not known, so no key may be relied on: "
                f"{self.problems[0]}",
            )

    def trust_list(self) -> TrustList:
        """The keys of all sources together.

        Raises:
            AdapterError: As `check_complete`.
            TrustListError: `trust-list-empty`.
        """
        self.check_complete()
        try:
            return TrustList.combined(self.readings, withdrawn=self.withdrawn)
        except ValueError:
            first = f"; first problem: {self.problems[0]}" if self.problems else ""
            raise TrustListError(Reason.TRUST_LIST_EMPTY, f"no key to trust could be loaded{first}") from None


class TrustStore(PinnedSources):
    """A folder with published lists and the keys they are judged by. Use `create` or `open`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, lock=folder / _LOCK)

    @classmethod
    def create(cls, folder: Path) -> TrustStore:
        """Make a store, or open the one that is there.

        Raises:
            AdapterError: `file-unwritable`; `store-unreadable` when the folder holds other things.
        """
        if not cls.is_store(folder):
            layout.mark(folder)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> TrustStore:
        """Open a store.

        Raises:
            AdapterError: `store-unreadable`, when the folder is none, or of a newer kind.
        """
        layout.check_mark(folder)
        return cls(folder)

    @staticmethod
    def is_store(path: Path) -> bool:
        """Whether a path is a folder marked as a store."""
        return (path / layout.MARK).is_file()

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._folder

    def source(self, name: str) -> StoredSource:
        """What is known of a source.

        Raises:
            AdapterError: `store-unreadable`, when there is no such source or its state is damaged.
            ValueError: When no source can have such a name.
        """
        return layout.load_state(self._folder, name)

    @property
    def revocation_sources(self) -> RevocationStore:
        """The revocation lists that are kept beside the trust lists."""
        from vaxcert.adapters.store.revocation_store import RevocationStore  # not needed without such lists

        return RevocationStore(self._folder / _REVOCATION, lock=self._folder / _LOCK)

    @property
    def rule_sources(self) -> RuleStore:
        """The rules of countries that are kept beside the trust lists."""
        from vaxcert.adapters.store.rule_store import RuleStore  # not needed without rules

        return RuleStore(self._folder / _RULES, lock=self._folder / _LOCK)

    def revocation(self) -> RevocationLists | None:
        """All revocation lists of the store, for `Verifier`; None where it keeps none.

        Raises:
            AdapterError: `store-unreadable`, when one of them cannot be opened: nobody may do without it unawares.
        """
        if not (self._folder / _REVOCATION).exists():
            return None
        lists = self.revocation_sources.load()
        return RevocationLists(lists) if lists else None

    def current(self, name: str) -> ListReading:
        """Read the current edition of a source, its digest and its signature checked again.

        Its origin has the name of the source, and the end by which it may be relied on.

        Raises:
            AdapterError: `store-unreadable`, when the source or the file of its list is missing or damaged.
            TrustListError: As `formats.read`, when it is not good by the anchors pinned now.
        """
        source = self.source(name)
        for _ in range(_READING_TRIES):
            try:
                return self._read(source, source.current)
            except AdapterError:
                # a writer may have put two editions in its place since its state was read
                latest = self.source(name)
                if latest.current == source.current:
                    raise
                source = latest
        return self._read(source, source.current)

    def previous(self, name: str) -> ListReading | None:
        """Read the edition before the current one likewise; None when there was none. For comparing only."""
        source = self.source(name)
        return None if source.previous is None else self._read(source, source.previous)

    def load(self) -> StoreReading:
        """Read the current edition of every source. One that cannot be read is a problem; the others load.

        Nothing takes the place of a damaged edition: the one before may lack keys that were withdrawn since.
        """
        readings: list[ListReading] = []
        problems: list[VaxcertError] = []
        withdrawn: set[bytes] = set()
        lost: list[str] = []
        for name in self.names():
            try:
                withdrawn |= self.source(name).current.withdrawn
            except VaxcertError as error:
                if layout.has_list(self._folder, name):  # else it was removed just now
                    problems.insert(len(lost), _named(name, error))
                    lost.append(name)
                continue
            try:
                reading = self.current(name)
            except VaxcertError as error:
                problems.append(_named(name, error))
            else:
                readings.append(reading)
                problems += (_named(name, problem) for problem in reading.problems)
        return StoreReading(
            readings=tuple(readings),
            problems=tuple(problems),
            withdrawn=frozenset(withdrawn),
            lost=tuple(lost),
        )

    def import_list(
        self, name: str | None, data: bytes, *, at: datetime, options: ImportOptions | None = None
    ) -> ImportResult:
        """Check a list, and make it the current edition of a source.

        Args:
            name: Of the source: small letters, digits, `-`, `_` and `.`, at most 64. None takes the format's name.
            data: The list as published.
            at: Now, aware UTC.
            options: What the operator says about it.

        Raises:
            TrustListError: As `formats.read`; `trust-list-rollback`, `trust-list-environment`,
                `trust-list-shrunk`, `trust-list-mixed`, `trust-list-empty`, `trust-list-unsigned`,
                `trust-list-threshold`; `anchor-missing` when an anchor is named that is not pinned. The store is
                unchanged then.
            StaleTrustListError: `stale-trust-list`, when the list had ended before it came.
            AdapterError: `store-busy`, `store-unreadable`, `file-unwritable`.
            ValueError: When no source or no format has such a name.
        """
        options = options or ImportOptions()
        at = checked_time(at)
        _check_size(data)
        if name is None:
            name = options.as_format or formats.recognised(data).name
        layout.checked_name(name)
        with self._writing(name) as stored:
            terms = options.terms(stored, data)
            anchors = self._anchors_to_use(name, options.anchors, has_list=stored is not None)
            reading = terms.read(name, data, anchors, options.signature)
            is_new = stored is None or not _is_same(stored.current, data, options.signature)
            old = None if stored is None else self._old_reading(stored)
            check_edition(reading, at=at, companions=options.companions)
            if options.fetched is not None and not terms.allow_unsigned:
                check_downloaded(reading.origin)
            if stored is not None:
                _check_kind(stored, reading)
            if stored is not None and is_new:
                _check_not_previous(stored, data, options.signature)
                _check_succession(stored, old, reading, options, at)
            edition = self._keep(name, reading, data, options, at)
            source = StoredSource(name=name, terms=terms.after(reading), current=edition).after(stored)
            notes = _notes(stored, source, at)
            with self._pinning(name, options.anchors):
                layout.save_state(self._folder, source)
        return ImportResult(
            source=source,
            outcome=ImportOutcome.STORED if is_new else ImportOutcome.UNCHANGED,
            reading=reading.ending(source.usable_until),
            difference=difference(() if old is None else old.keys, reading.keys),
            notes=notes,
        )

    def confirm(
        self,
        name: str,
        *,
        at: datetime,
        fetched: Fetched | None = None,
        max_age: timedelta | None = None,
    ) -> StoredSource:
        """Note that the publisher says the current edition is still current.

        Args:
            name: Of the source.
            at: Now, aware UTC.
            fetched: Where that was said; None leaves what is known.
            max_age: How long a list without an end of its own may be relied on; None leaves it.

        Raises:
            StaleTrustListError: `stale-trust-list`, when it has ended all the same.
            AdapterError: `store-busy`, `store-unreadable`, `file-unwritable`.
        """
        at = checked_time(at)
        with self._writing(name):
            source = self.source(name)
            check_usable(source.current.origin(name, source.terms), at=at)
            edition = replace(source.current, confirmed_at=at, fetched=fetched or source.current.fetched)
            terms = replace(source.terms, max_age=max_age or source.terms.max_age)
            source = replace(source, current=edition, terms=terms)
            layout.save_state(self._folder, source)
        return source

    @contextmanager
    def _writing(self, name: str) -> Iterator[StoredSource | None]:
        """Hold the lock, and remove at the end what is not needed any more, or was left by a writer cut off."""
        with self._locked():
            stored = self.source(name) if layout.has_list(self._folder, name) else None
            yield stored
            source = self.source(name)
            editions = (source.current, source.previous)
            layout.clean(self._folder, name, [one for one in editions if one is not None])

    def _check_judged_by(self, name: str, anchors: tuple[Anchor, ...]) -> None:
        source = self.source(name)
        self._read(source, source.current, anchors)

    def _read(
        self, source: StoredSource, edition: Edition, anchors: tuple[Anchor, ...] | None = None
    ) -> ListReading:
        """Read an edition that is stored, judged anew; by the anchors that are pinned where none are given."""
        data = layout.get(self._folder, source.name, edition.digest, "list")
        signature = None
        if edition.signature is not None:
            signature = layout.get(self._folder, source.name, edition.signature, "signature")
        judges = self.anchors(source.name) if anchors is None else anchors
        try:
            reading = source.terms.read(source.name, data, judges, signature)
        except ValueError as error:  # of a newer vaxcert
            raise AdapterError(Reason.STORE_UNREADABLE, f"source {source.name}: {error}") from None
        check_proof(edition.proof, reading.origin.proof)
        return reading.ending(usable_until(edition, source.terms))

    def _old_reading(self, stored: StoredSource) -> ListReading | None:
        try:
            return self._read(stored, stored.current)
        except VaxcertError:
            return None

    def _keep(
        self, name: str, reading: ListReading, data: bytes, options: ImportOptions, at: datetime
    ) -> Edition:
        """Write the files of a new edition; until the state names them they mean nothing."""
        signature = options.signature
        origin = reading.origin
        return Edition(
            digest=layout.put(self._folder, name, data, "list"),
            signature=None if signature is None else layout.put(self._folder, name, signature, "signature"),
            keys=len(reading.keys),
            environment=reading.environment,
            proof=origin.proof,
            number=origin.number,
            issued=origin.issued,
            next_update=origin.next_update,
            usable_until=origin.usable_until,
            imported_at=at,
            confirmed_at=at,
            withdrawn=reading.withdrawn.union(key.digest for key in reading.keys if key.withdrawn),
            fetched=options.fetched,
        )


def _notes(before: StoredSource | None, source: StoredSource, at: datetime) -> tuple[ImportNote, ...]:
    edition = source.current
    told = [edition.issued] if before is None else [edition.issued, before.current.confirmed_at]
    noted = {
        ImportNote.CLOCK_BEHIND: any(clock_is_behind(moment, at=at) for moment in told),
        ImportNote.NOT_USABLE: source.usable_until < at,
    }
    return tuple(note for note, applies in noted.items() if applies)


def _check_size(data: bytes) -> None:
    if len(data) > MAX_TRUST_FILE_BYTES:
        raise TrustListError(
            Reason.TRUST_LIST_UNREADABLE, f"{len(data)} bytes, at most {MAX_TRUST_FILE_BYTES} expected"
        )


def _check_kind(stored: StoredSource, reading: ListReading) -> None:
    """Refuse other terms, also for the very bytes that are current."""
    check_environment(stored.current.environment, reading.environment)
    check_proof(stored.current.proof, reading.origin.proof)


def _check_not_previous(stored: StoredSource, data: bytes, signature: bytes | None) -> None:
    """Refuse the edition that was current before: of some formats nothing else tells that it is older."""
    if stored.previous is not None and _is_same(stored.previous, data, signature):
        raise TrustListError(
            Reason.TRUST_LIST_ROLLBACK, "an older edition: the one before that which is stored"
        )


def _check_succession(
    stored: StoredSource, old: ListReading | None, new: ListReading, options: ImportOptions, at: datetime
) -> None:
    known = stored.current.origin(stored.name, stored.terms)
    share = None if options.accept_shrink else options.shrink_share
    check_succession(known, stored.current.environment, old, new, at=at, share=share)


def _is_same(edition: Edition, data: bytes, signature: bytes | None) -> bool:
    """Whether an edition has these very bytes. Its signature counts: of some formats that has the dates."""
    of_signature = None if signature is None else sha256(signature).hexdigest()
    return (edition.digest, edition.signature) == (sha256(data).hexdigest(), of_signature)


def _named(name: str, error: VaxcertError) -> VaxcertError:
    """The error, with the source it is about."""
    kind = AdapterError if isinstance(error, AdapterError) else TrustListError
    return kind(error.reason, f"{name}: {error}")
