"""Trust lists from files and folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import find_files, read_bounded
from vaxcert.errors import AdapterError, LimitExceededError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.trust_list import ListReading, TrustedKey, TrustList

SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der"})
"""Names that are read when a folder is given; a file given by itself is read whatever its name."""


def load_trust_list(paths: Iterable[Path]) -> tuple[TrustList, tuple[VaxcertError, ...]]:
    """Load the keys to trust.

    Args:
        paths: Files, and folders that are searched with all that is in them. Whoever names them vouches for
            them.

    Returns:
        The list, and one error for each entry or file that could not be read; the others are loaded.

    Raises:
        TrustListError: `trust-list-empty` when there is no key at all.
    """
    keys: list[TrustedKey] = []
    problems: list[VaxcertError] = []
    for file in chain.from_iterable(map(_files, paths)):
        reading = _read_file(file)
        keys += reading.keys
        problems += reading.problems
    if not keys:
        first = f"; first problem: {problems[0]}" if problems else ""
        raise TrustListError(Reason.TRUST_LIST_EMPTY, f"no key to trust could be loaded{first}")
    return TrustList(keys), tuple(problems)


def _files(path: Path) -> Iterator[Path | AdapterError]:
    return find_files(path, SUFFIXES) if path.is_dir() else iter((path,))


def _read_file(file: Path | AdapterError) -> ListReading:
    if isinstance(file, AdapterError):
        return ListReading((), (file,))
    try:
        data = read_bounded(file, MAX_TRUST_FILE_BYTES)
    except LimitExceededError as error:
        return ListReading((), (TrustListError(Reason.TRUST_LIST_UNREADABLE, str(error)),))
    except VaxcertError as error:
        return ListReading((), (error,))
    reading = formats.read(data, source=str(file))
    return ListReading(
        reading.keys,
        tuple(TrustListError(problem.reason, f"{file}: {problem}") for problem in reading.problems),
    )
