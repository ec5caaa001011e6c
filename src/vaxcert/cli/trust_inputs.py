"""What `trust show` and `trust diff` look at: a file, a folder, a whole store, or one source of it."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.store import StoreReading, TrustStore
from vaxcert.adapters.trust_files import CERTIFICATES, folder_terms
from vaxcert.cli.inputs import certificate_files, read_input
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import format_of, open_store, terms_of
from vaxcert.cli.trust_words import ShownList
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.revocation.revocation_list import RevocationList
from vaxcert.trust.trust_list import ListReading, TrustedKey, TrustList


@dataclass(frozen=True, slots=True)
class Found:
    """The lists that are meant.

    Attributes:
        lists: Those that can be read.
        revocation: The revocation lists of a store that can be opened.
        complete: Whether these are all. What cannot be read has been written to standard error.
        withdrawn: What the sources of the store withdraw, those among them that are not shown or cannot be read.
    """

    lists: tuple[ShownList, ...]
    revocation: tuple[RevocationList, ...] = ()
    complete: bool = True
    withdrawn: frozenset[bytes] = frozenset()

    def marked(self) -> Found:
        """The same lists, each key marked that any of them withdraws, or another source of the store."""
        readings = [shown.reading for shown in self.lists]
        if not self.keys:
            return self
        combined = TrustList.combined(readings, withdrawn=self.withdrawn)
        gone = {(key.kid, key.digest) for key in combined if key.withdrawn}
        return replace(self, lists=tuple(_marked(shown, gone) for shown in self.lists))

    @property
    def keys(self) -> list[TrustedKey]:
        """All their keys."""
        return [key for shown in self.lists for key in shown.reading.keys]


def lists_of(target: str | None, options: argparse.Namespace, session: Session) -> Found:
    """The lists that are meant. What cannot be read of them is written to standard error.

    Args:
        target: A path, or the name of a source; None means the whole store.
        options: With the terms for files, and the store.
        session: Where problems are written.

    Raises:
        TrustListError: A list must not be relied on.
        AdapterError: A file or the store cannot be read.
    """
    path = None if target is None else Path(target)
    if path is None:
        return _stored_lists(open_store(options), session)
    if TrustStore.is_store(path):
        return _stored_lists(TrustStore.open(path), session)
    terms = terms_of(options)
    if path.is_dir():
        files = certificate_files(path)
        return Found(tuple(_of_file(file, folder_terms(terms), CERTIFICATES, session) for file in files))
    if target == STANDARD_INPUT or path.exists() or path.name != target:
        return Found((_of_file(path, terms, format_of(options), session),))
    store = open_store(options)
    shown = stored_list(store, path.name, session)
    withdrawn = _withdrawn(store.load(), _stored_revocation(store, session))
    return Found((shown,), withdrawn=withdrawn)


def _stored_lists(store: TrustStore, session: Session) -> Found:
    reading = store.load()
    for problem in reading.problems:
        session.output.error(problem)
    lists = tuple(_shown(store, one) for one in reading.readings)
    revocation = tuple(_stored_revocation(store, session))
    count = len(store.names()) + len(store.revocation_sources.names())
    return Found(
        lists,
        revocation,
        complete=len(lists) + len(revocation) == count,
        withdrawn=_withdrawn(reading, revocation),
    )


def _withdrawn(reading: StoreReading, revocation: Iterable[RevocationList]) -> frozenset[bytes]:
    """What all sources of a store withdraw."""
    return reading.withdrawn.union(*(one.withdrawn for one in revocation))


def _marked(shown: ShownList, gone: Collection[tuple[bytes, bytes]]) -> ShownList:
    keys = (
        replace(key, withdrawn=True) if (key.kid, key.digest) in gone else key for key in shown.reading.keys
    )
    return replace(shown, reading=replace(shown.reading, keys=tuple(keys)))


def _stored_revocation(store: TrustStore, session: Session) -> Iterator[RevocationList]:
    for name in store.revocation_sources.names():
        try:
            yield store.revocation_sources.current(name)
        except VaxcertError as error:
            session.output.error(error)


def stored_list(store: TrustStore, name: str, session: Session) -> ShownList:
    """One list of a store.

    Raises:
        AdapterError: `store-unreadable`.
        TrustListError: It is not good by the anchors pinned now.
    """
    try:
        reading = store.current(name)
    except ValueError as error:
        raise AdapterError(Reason.STORE_UNREADABLE, str(error)) from None
    for problem in reading.problems:
        session.output.error(problem)
    return _shown(store, reading)


def _shown(store: TrustStore, reading: ListReading) -> ShownList:
    name = reading.origin.name
    return ShownList(reading, store.anchors(name), store.source(name).terms.threshold)


def _of_file(
    file: Path, terms: formats.ReadingTerms, as_format: formats.ListFormat | None, session: Session
) -> ShownList:
    data = read_input(file, MAX_TRUST_FILE_BYTES, session)
    try:
        reading = formats.read(data, replace(terms, source=file.name), as_format=as_format)
    except TrustListError as error:
        raise TrustListError(error.reason, f"{file}: {error}") from None
    for problem in reading.problems:
        session.output.error(problem)
    return ShownList(reading, terms.anchors, terms.threshold)
