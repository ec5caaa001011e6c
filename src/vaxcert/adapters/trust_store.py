"""A folder that keeps published lists: the last good edition of each source, whole at any instant.

    vaxcert-store.json             marks the folder
    sources.toml                   what the operator wants downloaded (`trust_update`)
    anchors/<source>/<digest>.json the keys pinned for a source
    lists/<source>/<sha256>.list   lists, signatures and companions exactly as received
    lists/<source>/state.json      which of them is current; replacing this one file is the switch

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
from typing import Final

from vaxcert.adapters import store_folder
from vaxcert.adapters.store_imports import (
    ImportNote,
    ImportOptions,
    ImportOutcome,
    ImportResult,
    check_acceptable,
    check_options,
    check_size,
    check_succession,
    checked_time,
    first_terms,
    later_terms,
    list_format,
    succeeded,
)
from vaxcert.adapters.store_lock import locked
from vaxcert.adapters.store_state import (
    Edition,
    Fetched,
    SourceTerms,
    StoredSource,
    usable_until,
)
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.succession import (
    check_usable,
    clock_is_behind,
    difference,
)
from vaxcert.trust.trust_list import ListReading, TrustList

__all__ = [
    "Edition",
    "Fetched",
    "ImportNote",
    "ImportOptions",
    "ImportOutcome",
    "ImportResult",
    "SourceTerms",
    "StoreReading",
    "StoredSource",
    "TrustStore",
]

_LOCK: Final = ".lock"
_READING_TRIES: Final = 5
_ANCHOR_PREFIX_BYTES: Final = 4


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
            raise TrustListError(Reason.TRUST_LIST_EMPTY, f"the store has no key to trust{first}") from None


class TrustStore:
    """A folder with published lists and the keys they are judged by. Use `create` or `open`."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder

    @classmethod
    def create(cls, folder: Path) -> TrustStore:
        """Make a store, or open the one that is there.

        Raises:
            AdapterError: `file-unwritable`; `store-unreadable` when the folder holds other things.
        """
        if not cls.is_store(folder):
            store_folder.mark(folder)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> TrustStore:
        """Open a store.

        Raises:
            AdapterError: `store-unreadable`, when the folder is none, or of a newer kind.
        """
        store_folder.check_mark(folder)
        return cls(folder)

    @staticmethod
    def is_store(path: Path) -> bool:
        """Whether a path is a folder marked as a store."""
        return (path / store_folder.MARK).is_file()

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self._folder

    def names(self) -> tuple[str, ...]:
        """The sources that have a list, in the order of their names."""
        return store_folder.names(self._folder)

    def source(self, name: str) -> StoredSource:
        """What is known of a source.

        Raises:
            AdapterError: `store-unreadable`, when there is no such source or its state is damaged.
            ValueError: When no source can have such a name.
        """
        return store_folder.load_state(self._folder, name)

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
                if store_folder.has_state(self._folder, name):  # else it was removed just now
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
        check_options(options)
        check_size(data)
        name = store_folder.checked_name(name or options.as_format or formats.recognised(data).name)
        with self._writing(name) as stored:
            terms = first_terms(options, data) if stored is None else later_terms(stored, options)
            anchors = self._anchors_to_use(name, options.anchors, has_list=stored is not None)
            signature = options.signature
            reading = _read(name, terms, anchors, data, signature)
            is_new = stored is None or not _is_same(stored.current, data, signature)
            old = None if stored is None else self._old_reading(stored)
            check_acceptable(reading, terms, options, at)
            if stored is not None and is_new:
                check_succession(stored, old, reading, options, at)
            for anchor in options.anchors:
                store_folder.pin(self._folder, name, anchor)
            edition = self._keep(name, reading, data, options, at)
            source = succeeded(stored, StoredSource(name=name, terms=terms, current=edition))
            notes = self._notes(stored, source, at)
            store_folder.save_state(self._folder, source)
        return ImportResult(
            source=source,
            outcome=ImportOutcome.STORED if is_new else ImportOutcome.UNCHANGED,
            reading=reading,
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
            store_folder.save_state(self._folder, source)
        return source

    def companion(self, name: str, companion: str) -> bytes:
        """The document that belongs with the current edition of a source, as received.

        Raises:
            AdapterError: `store-unreadable`, when the list names no such document, or the store lacks it or holds
                it damaged.
        """
        digest = self.source(name).current.companions.get(companion)
        if digest is None:
            raise AdapterError(
                Reason.STORE_UNREADABLE, f"the list of source {name} names no companion {companion!r}"
            )
        return store_folder.get(self._folder, name, digest, "companion")

    def remove(self, name: str) -> None:
        """Forget a source, with its lists and its anchors.

        Raises:
            AdapterError: `store-busy`, `store-unreadable` when there is none, `file-unwritable`.
        """
        if not store_folder.exists(self._folder, name):
            raise AdapterError(Reason.STORE_UNREADABLE, f"the store has no source {name}")
        with locked(self._folder / _LOCK):
            store_folder.forget(self._folder, name)

    def anchors(self, name: str) -> tuple[Anchor, ...]:
        """The anchors pinned for a source, in the order of their digests.

        Raises:
            TrustListError: `anchor-unreadable`.
        """
        return store_folder.anchors(self._folder, name)

    def add_anchors(self, name: str, anchors: tuple[Anchor, ...]) -> None:
        """Pin anchors for a source, which need not have a list yet.

        Raises:
            AdapterError: `store-busy`, `file-unwritable`.
        """
        store_folder.checked_name(name)
        with locked(self._folder / _LOCK):
            for anchor in anchors:
                store_folder.pin(self._folder, name, anchor)

    def remove_anchor(self, name: str, digest: bytes) -> Anchor:
        """Unpin an anchor. Lists that only it vouches for cannot be read any more.

        Args:
            name: Of the source.
            digest: Of the anchor, or how it begins; at least 4 bytes.

        Returns:
            The anchor that was pinned.

        Raises:
            TrustListError: `anchor-missing`, when none or several begin so.
            AdapterError: `store-busy`, `file-unwritable`.
        """
        found = [anchor for anchor in self.anchors(name) if anchor.digest.startswith(digest)]
        if len(found) != 1 or len(digest) < _ANCHOR_PREFIX_BYTES:
            raise TrustListError(
                Reason.ANCHOR_MISSING,
                f"{len(found)} anchors of source {name} begin with {digest.hex() or 'nothing'}, one expected",
            )
        with locked(self._folder / _LOCK):
            store_folder.unpin(self._folder, name, found[0])
        return found[0]

    @contextmanager
    def _writing(self, name: str) -> Iterator[StoredSource | None]:
        """Hold the lock, and remove at the end what is not needed any more, or was left by a writer cut off."""
        with locked(self._folder / _LOCK):
            stored = self.source(name) if store_folder.has_state(self._folder, name) else None
            yield stored
            source = self.source(name)
            editions = (source.current, source.previous)
            store_folder.clean(self._folder, name, [one for one in editions if one is not None])

    def _anchors_to_use(self, name: str, given: tuple[Anchor, ...], *, has_list: bool) -> tuple[Anchor, ...]:
        pinned = self.anchors(name)
        if not has_list:
            return tuple(dict.fromkeys((*pinned, *given)))
        for anchor in given:
            if anchor not in pinned:
                raise TrustListError(
                    Reason.ANCHOR_MISSING,
                    f"the anchor {anchor.digest[:8].hex()} is not pinned for source {name}; "
                    "pin it first (trust anchors add)",
                )
        return pinned

    def _read(self, source: StoredSource, edition: Edition) -> ListReading:
        """Read an edition that is stored, judged anew."""
        data = store_folder.get(self._folder, source.name, edition.digest, "list")
        signature = None
        if edition.signature is not None:
            signature = store_folder.get(self._folder, source.name, edition.signature, "signature")
        try:
            reading = _read(source.name, source.terms, self.anchors(source.name), data, signature)
        except ValueError as error:  # of a newer vaxcert
            raise AdapterError(Reason.STORE_UNREADABLE, f"source {source.name}: {error}") from None
        return _ending(reading, usable_until(edition, source.terms))

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
        for companion in options.companions.values():
            store_folder.put(self._folder, name, companion, "companion")
        origin = reading.origin
        return Edition(
            digest=store_folder.put(self._folder, name, data, "list"),
            signature=None
            if signature is None
            else store_folder.put(self._folder, name, signature, "signature"),
            keys=len(reading.keys),
            environment=reading.environment,
            proof=origin.proof,
            number=origin.number,
            issued=origin.issued,
            next_update=origin.next_update,
            usable_until=origin.usable_until,
            imported_at=at,
            confirmed_at=at,
            withdrawn=reading.withdrawn.union(key.digest for key in reading.keys if key.revoked),
            companions={companion: digest.hex() for companion, digest in reading.companions},
            fetched=options.fetched,
        )

    def _notes(
        self, before: StoredSource | None, source: StoredSource, at: datetime
    ) -> tuple[ImportNote, ...]:
        edition = source.current
        told = [edition.issued] if before is None else [edition.issued, before.current.confirmed_at]
        companions = edition.companions.values()
        noted = {
            ImportNote.CLOCK_BEHIND: any(clock_is_behind(moment, at=at) for moment in told),
            ImportNote.NOT_USABLE: source.usable_until < at,
            ImportNote.COMPANION_MISSING: not all(
                store_folder.has(self._folder, source.name, digest, "companion") for digest in companions
            ),
        }
        return tuple(note for note, applies in noted.items() if applies)


def _read(
    name: str, terms: SourceTerms, anchors: tuple[Anchor, ...], data: bytes, signature: bytes | None
) -> ListReading:
    reading_terms = formats.ReadingTerms(
        source=name,
        anchors=anchors,
        threshold=terms.threshold,
        signature=signature,
        environment=terms.environment,
        allow_unsigned=terms.allow_unsigned,
        test_participants=terms.test_participants,
    )
    return formats.read(data, reading_terms, as_format=list_format(terms.format))


def _ending(reading: ListReading, end: datetime) -> ListReading:
    """The reading, its keys too, with the end by which it may be relied on."""
    if reading.origin.usable_until is not None:
        return reading
    origin = replace(reading.origin, usable_until=end)
    return replace(reading, origin=origin, keys=tuple(replace(key, origin=origin) for key in reading.keys))


def _is_same(edition: Edition, data: bytes, signature: bytes | None) -> bool:
    """Whether an edition has these very bytes. Its signature counts: of some formats that has the dates."""
    of_signature = None if signature is None else sha256(signature).hexdigest()
    return (edition.digest, edition.signature) == (sha256(data).hexdigest(), of_signature)


def _named(name: str, error: VaxcertError) -> VaxcertError:
    """The error, with the source it is about."""
    kind = AdapterError if isinstance(error, AdapterError) else TrustListError
    return kind(error.reason, f"{name}: {error}")
