"""Trust lists from files, folders of certificates and stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import find_files, read_bounded
from vaxcert.adapters.trust_store import TrustStore
from vaxcert.errors import AdapterError, LimitExceededError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.formats import ReadingTerms
from vaxcert.trust.trust_list import ListReading, TrustList

SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der"})
"""Names that are read when a folder is given; a file given by itself is read whatever its name."""


def load_trust_list(
    paths: Iterable[Path], terms: ReadingTerms | None = None, *, as_format: formats.ListFormat | None = None
) -> tuple[TrustList, tuple[VaxcertError, ...]]:
    """Load the keys to trust.

    Args:
        paths: Files of lists; stores; and folders that are searched for certificates with all that is in them.
            Whoever names certificates vouches for them.
        terms: On what terms files are read; a store has its own. Their source is the name of each file.
        as_format: The format of the files; by default the one that each shows.

    Returns:
        The list, and one error for each entry or file that could not be read; the others are loaded.

    Raises:
        TrustListError: `trust-list-empty` when there is no key at all. As `formats.read` when a whole list must not
            be relied on: what it withdraws is then unknown, so the others must not be relied on either.
        AdapterError: `store-unreadable`, likewise of a store.
    """
    terms = terms or ReadingTerms()
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
            read = [_read_file(file, terms, as_format) for file in _files(path)]
            readings += read
            problems += (problem for reading in read for problem in reading.problems)
    try:
        return TrustList.combined(readings, withdrawn=withdrawn), tuple(problems)
    except ValueError:
        first = f"; first problem: {problems[0]}" if problems else ""
        raise TrustListError(Reason.TRUST_LIST_EMPTY, f"no key to trust could be loaded{first}") from None


def _files(path: Path) -> Iterator[Path | AdapterError]:
    return find_files(path, SUFFIXES) if path.is_dir() else iter((path,))


def _read_file(
    file: Path | AdapterError, terms: ReadingTerms, as_format: formats.ListFormat | None
) -> ListReading:
    if isinstance(file, AdapterError):
        return ListReading(keys=(), problems=(file,))
    try:
        data = read_bounded(file, MAX_TRUST_FILE_BYTES)
    except LimitExceededError as error:
        return ListReading(keys=(), problems=(TrustListError(Reason.TRUST_LIST_UNREADABLE, str(error)),))
    except VaxcertError as error:
        return ListReading(keys=(), problems=(error,))
    try:
        reading = formats.read(data, replace(terms, source=str(file)), as_format=as_format)
    except TrustListError as error:
        raise TrustListError(error.reason, f"{file}: {error}") from None
    named = tuple(TrustListError(problem.reason, f"{file}: {problem}") for problem in reading.problems)
    return replace(reading, problems=named)
