"""A host adapter: dose records straight from the SQLite database of a vaccination centre."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.mapping import match_layout
from vaxcert.adapters.records.table import RowChunk
from vaxcert.errors import AdapterError, Reason


class SqliteTable:
    """A `RowTable` over a query, whose columns are named as the headings of a layout.

    Args:
        path: The database; it is opened for reading only.
        query: One SELECT with an order, so that every reading gives the same rows.
        mapping: The layout, or None to take the one of those that come with vaxcert that fits.

    Raises:
        AdapterError: `file-unreadable` or `column-missing`.
    """

    def __init__(self, path: Path, query: str, *, mapping: Layout | None = None) -> None:
        self._path = path
        self._query = query
        self.headings: Final = next(self._rows(0))[0]
        self.layout, self.fields_by_heading = match_layout(self.headings, mapping)

    def chunks(self, rows: int) -> Iterator[RowChunk]:
        """All rows from the beginning."""
        for _, cells in self._rows(rows):
            if cells:
                yield RowChunk(rows=[["" if cell is None else str(cell) for cell in row] for row in cells])

    def _rows(self, rows: int) -> Iterator[tuple[tuple[str, ...], list[tuple[object, ...]]]]:
        """The headings with no rows, then with so many at a time."""
        try:
            with closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)) as database:
                found = database.execute(self._query)
                headings = tuple(column[0] for column in found.description)
                yield headings, []
                while rows and (cells := found.fetchmany(rows)):
                    yield headings, cells
        except sqlite3.Error as error:  # its message may quote the rows
            raise AdapterError(
                Reason.FILE_UNREADABLE, f"cannot read the database: {type(error).__name__}"
            ) from None
