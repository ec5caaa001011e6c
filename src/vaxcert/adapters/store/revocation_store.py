"""The revocation lists of a trust store: of each source the last good full list and the deltas that go on from it.

    revocation/anchors/<source>/<digest>.json  the keys pinned for a source
    revocation/lists/<source>/<sha256>.vxr     full list and deltas exactly as received
    revocation/lists/<source>/state.json       which of them make the list; replacing this one file is the switch
    revocation/kept/<source>                   empty; says that the source has a list (see `trust_store`)
    revocation/.<random>.partial               what is being taken in

A list that is kept cannot be forgotten and does not go back: what it revokes stays revoked until its issuer says
otherwise in a later edition.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from vaxcert.adapters.files import copy_new, sync_folder
from vaxcert.adapters.revocation_files import LIST_SUFFIX, ListFile
from vaxcert.adapters.store import layout
from vaxcert.adapters.store.imports import ImportOutcome, checked_time
from vaxcert.adapters.store.pinned_sources import PinnedSources
from vaxcert.adapters.store.revocation_state import (
    StoredDocument,
    StoredRevocation,
    chain_with,
    read_state,
    write_state,
)
from vaxcert.adapters.store.state import Fetched
from vaxcert.errors import (
    AdapterError,
    LimitExceededError,
    Reason,
    StaleTrustListError,
    TrustListError,
    VaxcertError,
)
from vaxcert.limits import MAX_REVOCATION_LIST_BYTES
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.revocation import revocation_list
from vaxcert.trust.revocation.revocation_list import RevocationDocument, RevocationList

DEFAULT_NAME: Final = "vaxcert"
"""Of a list that is given no name."""

_PARTIAL: Final = ".partial"
_READING_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class RevocationImport:
    """An import that went well.

    Attributes:
        source: The list as it is now.
        outcome: Stored, or unchanged.
    """

    source: StoredRevocation
    outcome: ImportOutcome


class RevocationStore(PinnedSources):
    """The revocation lists of a trust store; `TrustStore.revocation_sources` gives it."""

    def source(self, name: str) -> StoredRevocation:
        """What is known of a list.

        Raises:
            AdapterError: `store-unreadable`, when there is no such list or its state is damaged.
            ValueError: When no list can have such a name.
        """
        return read_state(name, layout.state_bytes(self._folder, name))

    def current(self, name: str) -> RevocationList:
        """Open a list, its signatures and its index checked again. Blocks are checked when they are asked.

        Raises:
            AdapterError: `store-unreadable`, when there is none, or it cannot be opened.
            ValueError: When no list can have such a name.
        """
        source = self.source(name)
        for _ in range(_READING_TRIES):
            try:
                return self._opened(source)
            except VaxcertError as error:
                problem = error
            # a writer may have put another list in its place since its state was read
            before, source = source, self.source(name)
            if before.documents == source.documents:
                break
        raise _unopened(name, problem)

    def load(self) -> tuple[RevocationList, ...]:
        """Open all lists.

        Raises:
            AdapterError: `store-unreadable`, when one cannot be opened: what it revokes would be accepted.
        """
        return tuple(map(self.current, self.names()))

    def import_list(
        self,
        name: str | None,
        source: IO[bytes],
        *,
        at: datetime,
        anchors: tuple[Anchor, ...] = (),
        threshold: int | None = None,
        fetched: Fetched | None = None,
    ) -> RevocationImport:
        """Check a full list or a delta, all of it, and make it current.

        Args:
            name: Of the list in the store; None takes `DEFAULT_NAME`.
            source: The file. It is copied piece by piece, never held in memory.
            at: Now, aware UTC.
            anchors: Pinned with the first import. Later they may be left out, and others are refused.
            threshold: How many of them have to have signed it; 1 by default. May be raised later, not lowered.
            fetched: Where it was downloaded.

        Raises:
            TrustListError: As `revocation_list.read` and `RevocationList`, also for a damaged block;
                `trust-list-rollback`, when it is not newer than what is stored; `revocation-list-unreadable`, when it
                is too long, of another issuer, or for fewer countries; `trust-list-threshold`; `anchor-missing` when
                an anchor is named that is not pinned. The list is as it was then.
            StaleTrustListError: `stale-trust-list`, when it had ended before it came.
            AdapterError: `store-busy`, `store-unreadable`, `file-unreadable`, `file-unwritable`.
            ValueError: When no list can have such a name.
        """
        at = checked_time(at)
        name = layout.checked_name(DEFAULT_NAME if name is None else name)
        with self._locked(), self._copied(source) as (copy, digest):
            stored = self.source(name) if layout.has_list(self._folder, name) else None
            needed = _threshold(stored, threshold)
            judges = self._anchors_to_use(name, anchors, has_list=stored is not None)
            document = _checked(copy, judges, needed)
            new = StoredDocument(digest, document.digest.hex())
            documents = chain_with(stored, new, document.header.description)
            others = self._documents(name, [one for one in documents if one != new], judges, needed)
            description = RevocationList([document, *others]).description
            if description.usable_until < at:
                raise StaleTrustListError(name, description.usable_until, at)
            current = StoredRevocation(
                name=name,
                threshold=needed,
                issuer=description.issuer,
                countries=description.countries,
                number=description.number,
                issued=description.issued,
                imported_at=at,
                documents=documents,
                fetched=fetched,
            )
            self._switch(copy, digest, current, anchors)
        is_new = stored is None or new.content not in stored.contents
        return RevocationImport(current, ImportOutcome.STORED if is_new else ImportOutcome.UNCHANGED)

    @contextmanager
    def _copied(self, source: IO[bytes]) -> Iterator[tuple[Path, str]]:
        """A copy of a list in the store, and its SHA-256. What another writer left that was cut off is removed."""
        with layout.making(self._folder):
            self._folder.mkdir(exist_ok=True)
            sync_folder(self._folder.parent)
            for left in self._folder.glob(f".*{_PARTIAL}"):
                left.unlink()
        copy = self._folder / f".{secrets.token_hex(8)}{_PARTIAL}"
        try:
            yield copy, copy_new(source, copy, MAX_REVOCATION_LIST_BYTES)
        except LimitExceededError as error:
            raise TrustListError(Reason.REVOCATION_LIST_UNREADABLE, f"revocation list: {error}") from None
        finally:
            with suppress(OSError):
                copy.unlink()

    def _switch(
        self, copy: Path, digest: str, current: StoredRevocation, anchors: tuple[Anchor, ...]
    ) -> None:
        """Put a copy in its place, make its list current, and remove what is not needed any more."""
        place = layout.made(layout.lists(self._folder, current.name))
        with layout.making(place):
            copy.replace(place / _file_name(digest))
            sync_folder(place)
        with self._pinning(current.name, anchors):
            layout.save_state_bytes(self._folder, current.name, write_state(current))
        layout.keep_only(self._folder, current.name, {_file_name(one.file) for one in current.documents})

    def _check_judged_by(self, name: str, anchors: tuple[Anchor, ...]) -> None:
        source = self.source(name)
        self._documents(name, source.documents, anchors, source.threshold)

    def _opened(self, source: StoredRevocation) -> RevocationList:
        anchors = self.anchors(source.name)
        documents = self._documents(source.name, source.documents, anchors, source.threshold)
        return RevocationList(documents, name=source.name)

    def _documents(
        self, name: str, wanted: Iterable[StoredDocument], anchors: tuple[Anchor, ...], threshold: int
    ) -> list[RevocationDocument]:
        """Open stored documents.

        Raises:
            AdapterError: `store-unreadable`.
        """
        place = layout.lists(self._folder, name)
        return [_stored_document(name, place, one, anchors, threshold) for one in wanted]


def _stored_document(
    name: str, place: Path, wanted: StoredDocument, anchors: tuple[Anchor, ...], threshold: int
) -> RevocationDocument:
    try:
        file = ListFile(place / _file_name(wanted.file))
        document = revocation_list.read(file.read_at, file.size, anchors, threshold=threshold)
    except VaxcertError as error:
        raise _unopened(name, error) from None
    if document.digest.hex() != wanted.content:
        raise _unopened(name, "a file was changed in the store")
    return document


def _checked(path: Path, anchors: tuple[Anchor, ...], threshold: int) -> RevocationDocument:
    """Open a document and read all of it. The file is closed again, so that it can be moved on any system."""
    file = ListFile(path)
    try:
        document = revocation_list.read(file.read_at, file.size, anchors, threshold=threshold)
        document.check()
    finally:
        file.close()
    return document


def _threshold(stored: StoredRevocation | None, wanted: int | None) -> int:
    if wanted is not None and wanted < 1:
        raise ValueError(f"a threshold of {wanted}, at least 1 expected")
    if stored is None:
        return wanted or 1
    if wanted is not None and wanted < stored.threshold:
        raise TrustListError(
            Reason.TRUST_LIST_THRESHOLD,
            f"the source {stored.name} asks for {stored.threshold} anchors, {wanted} cannot do",
        )
    return wanted or stored.threshold


def _file_name(digest: str) -> str:
    return f"{digest}{LIST_SUFFIX}"


def _unopened(name: str, problem: VaxcertError | str) -> AdapterError:
    if isinstance(problem, AdapterError) and problem.reason is Reason.STORE_UNREADABLE:
        return problem
    return AdapterError(
        Reason.STORE_UNREADABLE,
        f"the revocation list {name} of the store cannot be opened, so nothing may be relied on: {problem}; "
        "import it again",
    )
