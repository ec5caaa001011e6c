"""The table of passengers: a CSV file or a workbook, read as often as needed, and the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.record_file import RecordFile, unreadable
from vaxcert.adapters.records.table import RowChunk, RowTable
from vaxcert.errors import AdapterError

_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_ROWS_AT_ONCE: Final = 256


class ManifestFile:
    """A manifest.

    Args:
        path: Where it is.
        encoding: Of a CSV file, a name of `vaxcert.adapters.records.mapping.ENCODINGS`.

    Raises:
        AdapterError: `file-unreadable`; `extra-missing` for workbooks.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        if path.exists() and not path.is_file():
            raise unreadable("the manifest is read more than once; expected a file")
        self._file: Final = RecordFile(path)
        self._table: Final = _table(self._file, encoding)
        self._passengers: int | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings, in their order."""
        return self._table.headings

    def count(self) -> int:
        """How many rows there are: it is read to its end, which shows that it can be.

        Raises:
            AdapterError: `file-unreadable`, also when there is none, or another reading came to more or fewer.
        """
        passengers = self._agreed(sum(len(chunk.rows) for chunk in self._table.chunks(_ROWS_AT_ONCE)))
        if not passengers:
            raise unreadable("the manifest has no row below its headings")
        return passengers

    def parts(self, rows: int) -> Iterator[tuple[int, RowChunk]]:
        """All rows from the beginning, so many to a part, each with its number from 0.

        Raises:
            AdapterError: `file-unreadable`, also when another reading came to more or fewer.
        """
        passengers = 0
        for part, chunk in enumerate(self._table.chunks(rows)):
            passengers += len(chunk.rows)
            if self._passengers is not None and passengers > self._passengers:
                break
            yield part, chunk
        self._agreed(passengers)

    def _agreed(self, passengers: int) -> int:
        if self._passengers not in (None, passengers):
            raise _changed()
        self._passengers = passengers
        return passengers

    def check_unchanged(self) -> None:
        """See to it that it is what it was when it was opened.

        Raises:
            AdapterError: `file-unreadable`.
        """
        self._file.check_unchanged()


def _table(file: RecordFile, encoding: str) -> RowTable:
    anything = Layout(name="manifest", columns={}, encoding=encoding, strict=True)
    if file.start.startswith(_WORKBOOKS):
        from vaxcert.adapters.records.xlsx import open_xlsx  # most manifests are CSV

        return open_xlsx(file, anything).table
    from vaxcert.adapters.records.csv_table import open_csv

    return open_csv(file, anything).table


def _changed() -> AdapterError:
    return unreadable("the manifest has changed since it was first read; expected one that stays the same")
