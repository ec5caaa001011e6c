"""Files that are read row by row: what each of them gives, and how Arrow batches are made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from vaxcert.adapters.records.arrow import import_arrow, import_compute
from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.record_file import unreadable
from vaxcert.adapters.records.regroup import regrouped
from vaxcert.adapters.records.source import RecordBatch
from vaxcert.limits import MAX_RECORD_COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_AT_ONCE: Final = 256


@dataclass(slots=True, repr=False)
class RowChunk:
    """Some rows of a file, in its order; its repr holds no personal data.

    Attributes:
        rows: The texts of each row, one for each heading.
        malformed: Positions of rows that could not be taken apart.
        numeric: Positions of rows whose identity number was a number, not text.
    """

    rows: list[Sequence[str]] = field(default_factory=list)
    malformed: list[int] = field(default_factory=list)
    numeric: list[int] = field(default_factory=list)

    def add(self, row: Sequence[str], *, malformed: bool = False, numeric: bool = False) -> None:
        """Add a row."""
        if malformed:
            self.malformed.append(len(self.rows))
        if numeric:
            self.numeric.append(len(self.rows))
        self.rows.append(row)

    def __repr__(self) -> str:
        return f"<RowChunk of {len(self.rows)}>"


class RowTable(Protocol):
    """A file whose rows are read one after the other."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the file, in its order."""

    @property
    def fields_by_heading(self) -> Mapping[str, str]:
        """Which headings stand for which field of `DoseRecord`."""

    @property
    def layout(self) -> Layout:
        """How the file is written."""

    def chunks(self, rows: int) -> Iterator[RowChunk]:
        """All rows from the beginning, so many to a chunk; only the last chunk is shorter.

        Raises:
            AdapterError: `file-unreadable`.
        """


class TableSource:
    """A `RecordSource` over a file that is read row by row.

    Args:
        table: The file.
        known_records: How many records it has, where it has been read to its end already.
    """

    def __init__(self, table: RowTable, *, known_records: int | None = None) -> None:
        self.table: Final = table
        self._known_records = known_records

    @property
    def headings(self) -> tuple[str, ...]:
        """As `RecordSource`."""
        return self.table.headings

    @property
    def fields_by_heading(self) -> Mapping[str, str]:
        """As `RecordSource`."""
        return self.table.fields_by_heading

    @property
    def layout(self) -> Layout:
        """As `RecordSource`."""
        return self.table.layout

    @property
    def known_records(self) -> int | None:
        """As `RecordSource`: those of a file that has been read to its end."""
        return self._known_records

    def check(self) -> None:
        """As `RecordSource`: the file is read to its end, unless it has been before."""
        if self._known_records is None:
            self._known_records = sum(len(chunk.rows) for chunk in self.table.chunks(_ROWS_AT_ONCE))

    def batches(
        self, rows: int, *, skip: int = 0, columns: Collection[str] | None = None
    ) -> Iterator[RecordBatch]:
        """As `RecordSource`."""
        if columns is None:
            self.check()
        places = [
            place
            for place, heading in enumerate(self.headings)
            if columns is None or self.fields_by_heading.get(heading) in columns
        ]
        for batch in islice(regrouped(self._pieces(places), rows), skip, None):
            *_, malformed, numeric = batch.columns
            yield RecordBatch(
                batch.select(range(len(places))), _unless_false(malformed), _unless_false(numeric)
            )

    def _pieces(self, places: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """Those columns of all rows, then whether each is malformed, and whether its identity number was a number.

        Few rows at a time: what is alive of them then stays in the processor's cache, which halves the time.
        """
        arrow = import_arrow()
        names = [*(self.headings[place] for place in places), "", ""]
        records = 0
        for chunk in self.table.chunks(_ROWS_AT_ONCE):
            columns = list(zip(*chunk.rows, strict=True))
            arrays = [arrow.array(columns[place], arrow.string()) for place in places]
            flags = [_flags(arrow, marked, len(chunk.rows)) for marked in (chunk.malformed, chunk.numeric)]
            yield arrow.RecordBatch.from_arrays([*arrays, *flags], names=names)
            records += len(chunk.rows)
        self._known_records = records


def named_headings(cells: Sequence[str]) -> list[str]:
    """The headings of a row of them. Blank ones at its end are none; others are called by their place.

    Raises:
        AdapterError: `file-unreadable`: more than `MAX_RECORD_COLUMNS`.
    """
    headings = [cell.strip() for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    check_width(headings)
    return [heading or f"column {place}" for place, heading in enumerate(headings, 1)]


def check_width(headings: Collection[str]) -> None:
    """See to it that there are not too many columns.

    Raises:
        AdapterError: `file-unreadable`.
    """
    if len(headings) > MAX_RECORD_COLUMNS:
        raise unreadable(f"more than {MAX_RECORD_COLUMNS} columns")


def fitted(cells: list[str], width: int, delimiter: str) -> tuple[list[str], bool]:
    """A row with as many cells as there are headings, and whether it had more or fewer.

    Spare empty cells are dropped; other spare cells stay in the last column for mending.
    """
    while len(cells) > width and not cells[-1]:
        cells.pop()
    last = width - 1
    kept = [*cells[:last], delimiter.join(cells[last:])]
    kept += [""] * (width - len(kept))
    return kept, len(cells) != width


def _flags(arrow: Any, places: Sequence[int], rows: int) -> Any:
    """True at these places."""
    if not places:
        return arrow.repeat(arrow.scalar(False), rows)
    marked = set(places)
    return arrow.array([place in marked for place in range(rows)], arrow.bool_())


def _unless_false(flags: Any) -> Any:
    """None where none is set."""
    return flags if import_compute().any(flags).as_py() else None
