"""The persons of a bulk run: its certificates, wherever in its parts they lie, put together again.

A run keeps the order of its input, so the doses of one person may lie far apart. The keys of all persons are read
first, which takes 64 bytes a certificate for a moment and four from then on; then the parts are read again and again,
each time for the next persons in the order in which they first come. Nothing is sorted on disk, and the certificates of
no more than `PEOPLE_AT_ONCE` are in memory.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vaxcert.adapters.passport.holder import PassportHolder
from vaxcert.adapters.passport.reading import CertificateReader, ReadCertificate, holders_of_person
from vaxcert.errors import AdapterError, Reason, VaxcertError
from vaxcert.model.certificate import _Private

if TYPE_CHECKING:
    import numpy as np

PEOPLE_AT_ONCE: Final = 50_000
"""Persons whose certificates are in memory: some 100 MB."""

VIET_NAM: Final = "VN"
"""The nationality of those of whom the platform states none."""

_PARTS: Final = "certificates/part-*.parquet"
_COLUMNS: Final = ("row", "person_key", "text", "nationality")
Refused = Callable[[str, VaxcertError], None]


@dataclass(frozen=True, slots=True, repr=False)
class _Row(_Private):
    """One certificate of a part."""

    place: str
    person_key: str
    text: str
    nationality: str | None


def is_bulk_run(folder: Path) -> bool:
    """Whether a folder is of a bulk run that has issued certificates."""
    return next(folder.glob(_PARTS), None) is not None


def people_of_run(
    folder: Path, reader: CertificateReader, refused: Refused, *, people_at_once: int = PEOPLE_AT_ONCE
) -> Iterator[PassportHolder]:
    """Read the persons of a run, in the order of their first doses.

    Args:
        folder: Of `vaxcert issue --bulk`.
        reader: Decides which certificates may be printed.
        refused: Told of each one that may not: part and row, and why.
        people_at_once: Persons in memory; the parts are read once for as many.

    Raises:
        AdapterError: `file-unreadable`: a part is cut short or lacks a column; `extra-missing`.
    """
    parts = sorted(folder.glob(_PARTS))
    positions = _positions(parts)
    people = 1 + max((int(part.max()) for part in positions if len(part)), default=-1)
    for first in range(0, people, people_at_once):
        for rows in _window(parts, positions, range(first, min(first + people_at_once, people))):
            yield from _people(rows, reader, refused)


def _positions(parts: list[Path]) -> list[np.ndarray]:
    """For each certificate of each part, which person it is of, counted in the order of their first certificates.

    A person is known here by 64 bits of a key; that two share them, as happens to one pair in ten billion, is
    sorted out by `_people`.
    """
    np = importlib.import_module("numpy")
    keys = [np.fromiter(map(hash, _column(part, "person_key")), dtype=np.int64) for part in parts]
    _, first, which = np.unique(np.concatenate(keys), return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    ends = np.cumsum([len(part) for part in keys])[:-1]
    return list(np.split(rank[which], ends))


def _window(parts: list[Path], positions: list[np.ndarray], people: range) -> Iterator[list[_Row]]:
    """The certificates of each of these persons."""
    rows: list[list[_Row]] = [[] for _ in people]
    for part, ranks in zip(parts, positions, strict=True):
        wanted = ((ranks >= people.start) & (ranks < people.stop)).nonzero()[0]
        if len(wanted):
            table = _table(part, _COLUMNS).take(wanted)
            for rank, row in zip(ranks[wanted], _rows(part, table), strict=True):
                rows[int(rank) - people.start].append(row)
    yield from rows


def _rows(part: Path, table: Any) -> Iterator[_Row]:
    columns = [table.column(name).to_pylist() for name in _COLUMNS]
    for row, person_key, text, nationality in zip(*columns, strict=True):
        yield _Row(f"{part.name} row {row}", person_key, text, nationality)


def _people(rows: list[_Row], reader: CertificateReader, refused: Refused) -> Iterator[PassportHolder]:
    """Those whose certificates these are: one, unless two keys share 64 bits."""
    by_key: dict[str, list[_Row]] = {}
    for row in rows:
        by_key.setdefault(row.person_key, []).append(row)
    for own in by_key.values():
        nationality = next((row.nationality for row in own if row.nationality), VIET_NAM)
        yield from holders_of_person(_readable(own, reader, refused), nationality=nationality)


def _readable(rows: list[_Row], reader: CertificateReader, refused: Refused) -> Iterator[ReadCertificate]:
    for row in rows:
        try:
            yield reader.read(row.text)
        except VaxcertError as error:
            refused(row.place, error)


def _column(part: Path, name: str) -> list[str]:
    values: list[str] = _table(part, (name,)).column(name).to_pylist()
    return values


def _table(part: Path, columns: tuple[str, ...]) -> Any:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise AdapterError(Reason.EXTRA_MISSING, "pyarrow is not installed: install vaxcert[bulk]") from None
    try:
        with parquet.ParquetFile(part) as file:
            if missing := set(columns) - set(file.schema_arrow.names):
                raise AdapterError(
                    Reason.COLUMN_MISSING,
                    f"{part} has no column {', '.join(sorted(missing))}, of a bulk run expected",
                )
            return file.read(columns=list(columns), use_threads=False)
    except OSError as error:  # ArrowInvalid is none
        raise AdapterError(
            Reason.FILE_UNREADABLE, f"cannot read {part}: {error.strerror or 'it is damaged'}"
        ) from None
    except ValueError:  # what ArrowInvalid is
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read {part}: no whole Parquet file") from None
