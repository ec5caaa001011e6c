"""Trust lists from files, folders of certificates and stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import CERTIFICATE_SUFFIXES, find_files, read_bounded
from vaxcert.adapters.store import StoreReading, TrustStore
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.formats import ReadingTerms
from vaxcert.trust.origin import MAX_AGE
from vaxcert.trust.trust_list import ListReading, TrustList

CERTIFICATES: Final = formats.format_named("certificates")
"""The format of what is in a folder."""


def load_trust_list(
    paths: Iterable[Path], terms: ReadingTerms | None = None, *, as_format: formats.ListFormat | None = None
) -> tuple[TrustList, tuple[VaxcertError, ...]]:
    """Load the keys to trust.

    Args:
        paths: Files of lists; stores; and folders that are searched for certificates with all that is in them.
            Whoever names a folder vouches for the certificates in it.
        terms: On what terms files are read; a store has its own, and anchors say nothing of folders. Their source is
            the name of each file. By default nothing but an age limit of `MAX_AGE` for lists without an end.
        as_format: The format of the files that are named; by default the one that each shows.

    Returns:
        The list, and one error for each entry, or file of a folder, that could not be read; the others are loaded.

    Raises:
        TrustListError: `trust-list-empty` when there is no key at all. As `formats.read` when a whole list must not
            be relied on: what it withdraws is then unknown, so the others must not be relied on either.
            `trust-list-unreadable`, likewise when a path cannot be read or is too long.
        AdapterError: `store-unreadable`, likewise of a store.
    """
    terms = terms or ReadingTerms(max_age=MAX_AGE)
    readings: list[ListReading] = []
    problems: list[VaxcertError] = []
    withdrawn: set[bytes] = set()
    for path in paths:
        if TrustStore.is_store(path):
            stored = TrustStore.open(path).load()
            stored.check_complete()
            readings += stored.readings
            problems += stored.problems
            withdrawn |= stored.withdrawn
        else:
            read = list(_read(path, terms, as_format))
            readings += read
            problems += (problem for reading in read for problem in reading.problems)
    loaded = StoreReading(readings=tuple(readings), problems=tuple(problems), withdrawn=frozenset(withdrawn))
    return loaded.trust_list(), loaded.problems


def _read(path: Path, terms: ReadingTerms, as_format: formats.ListFormat | None) -> Iterator[ListReading]:
    """A file that is named has to be readable; one of a folder that cannot be read is a problem."""
    if not path.is_dir():
        yield _judged(path, _data(path), terms, as_format)
        return
    for file in find_files(path, CERTIFICATE_SUFFIXES):
        try:
            if isinstance(file, AdapterError):
                raise file
            data = _data(file)
        except VaxcertError as error:
            yield ListReading(keys=(), problems=(error,))
        else:
            yield _judged(file, data, folder_terms(terms), CERTIFICATES)


def folder_terms(terms: ReadingTerms) -> ReadingTerms:
    """The terms for certificates in a folder: whoever names it vouches for them, and anchors are for lists."""
    return replace(terms, anchors=(), threshold=1)


def _data(file: Path) -> bytes:
    try:
        return read_bounded(file, MAX_TRUST_FILE_BYTES)
    except VaxcertError as error:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, str(error)) from None


def _judged(
    file: Path, data: bytes, terms: ReadingTerms, as_format: formats.ListFormat | None
) -> ListReading:
    try:
        reading = formats.read(data, replace(terms, source=str(file)), as_format=as_format)
    except TrustListError as error:
        raise TrustListError(error.reason, f"{file}: {error}") from None
    named = tuple(TrustListError(problem.reason, f"{file}: {problem}") for problem in reading.problems)
    return replace(reading, problems=named)
