"""What `trust show` and `trust diff` look at: a file, a folder, a whole store, or one source of it."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.files import find_files, read_bounded
from vaxcert.adapters.trust_files import SUFFIXES
from vaxcert.adapters.trust_store import TrustStore
from vaxcert.cli.session import Session
from vaxcert.cli.trust_lists import ShownList, with_end
from vaxcert.cli.trust_options import format_of, open_store, terms_of
from vaxcert.errors import AdapterError, Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.trust_list import ListReading, TrustedKey


@dataclass(frozen=True, slots=True)
class Found:
    """The lists that are meant.

    Attributes:
        lists: Those that can be read.
        complete: Whether these are all. What cannot be read has been written to standard error.
    """

    lists: tuple[ShownList, ...]
    complete: bool = True

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
    if path.is_dir():
        return Found(tuple(_of_file(file, options, session) for file in _files(path)))
    if target == STANDARD_INPUT or path.exists() or path.name != target:
        return Found((_of_file(path, options, session),))
    return Found((stored_list(open_store(options), path.name, session),))


def _stored_lists(store: TrustStore, session: Session) -> Found:
    reading = store.load()
    for problem in reading.problems:
        session.output.error(problem)
    lists = tuple(_shown(store, one) for one in reading.readings)
    return Found(lists, complete=len(lists) == len(store.names()))


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
    source = store.source(name)
    return ShownList(with_end(reading, source.usable_until), store.anchors(name), source.terms.threshold)


def _files(folder: Path) -> list[Path]:
    found = list(find_files(folder, SUFFIXES))
    for file in found:
        if isinstance(file, AdapterError):
            raise file
    return [file for file in found if isinstance(file, Path)]


def _of_file(file: Path, options: argparse.Namespace, session: Session) -> ShownList:
    terms = replace(terms_of(options), source=file.name)
    data = (
        session.stdin.read(MAX_TRUST_FILE_BYTES + 1)
        if str(file) == STANDARD_INPUT
        else read_bounded(file, MAX_TRUST_FILE_BYTES)
    )
    try:
        reading = formats.read(data, terms, as_format=format_of(options))
    except TrustListError as error:
        raise TrustListError(error.reason, f"{file}: {error}") from None
    for problem in reading.problems:
        session.output.error(problem)
    return ShownList(reading, terms.anchors, terms.threshold)
