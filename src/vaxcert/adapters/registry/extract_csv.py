"""Extracts as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv

from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.mapping import ENCODINGS
from vaxcert.adapters.registry.extract_layout import Wanted, layout_of, problems, trimmed, unreadable
from vaxcert.limits import MAX_RECORD_CHARACTERS

_BLOCK_BYTES: Final = 4 * 1024 * 1024
_DELIMITERS: Final = ",;\t"


def open_csv(path: Path, mapping: Layout | None) -> CsvExtract:
    """Look at the headings of an extract.

    Args:
        path: The file.
        mapping: Its layout, or None to find out.

    Raises:
        AdapterError: `file-unreadable`, `column-missing`.
    """
    encoding = mapping.encoding if mapping else "utf-8"
    line = _first_line(path, encoding)
    delimiter = (mapping.delimiter if mapping else None) or max(_DELIMITERS, key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter))
    headings = tuple(cell.strip() or f"column {place}" for place, cell in enumerate(cells, 1))
    layout, matched = layout_of(path, headings, mapping)
    return CsvExtract(path, layout, matched, headings, encoding, delimiter)


def _first_line(path: Path, encoding: str) -> str:
    try:
        with path.open(encoding=ENCODINGS[encoding], newline="") as file:
            line = file.readline(MAX_RECORD_CHARACTERS)
    except OSError as error:
        raise unreadable(path, f"cannot be read: {error.strerror}") from None
    except UnicodeError:
        raise unreadable(path, f"is neither Parquet nor text in {encoding}") from None
    if not line.strip() or "\0" in line:
        raise unreadable(path, "is neither Parquet nor CSV with a line of headings")
    return line


@dataclass(frozen=True, slots=True)
class CsvExtract:
    """A CSV file.

    Attributes:
        path: Where it is.
        layout: See `Extract`.
        fields_by_heading: See `Extract`.
        headings: Of all columns.
        encoding: A name of `ENCODINGS`.
        delimiter: Between the cells.
    """

    path: Path
    layout: Layout
    fields_by_heading: Mapping[str, str]
    headings: tuple[str, ...]
    encoding: str
    delimiter: str

    def batches(self, wanted: Wanted) -> Iterator[pa.RecordBatch]:
        """See `Extract`. A CSV file is read through."""
        wrong: list[Any] = []

        def refuse(row: Any) -> str:
            wrong.append(row)
            return "error"

        with problems(self.path):
            try:
                yield from self._read(refuse)
            except pa.ArrowInvalid:
                if not wrong:
                    raise
        for row in wrong:
            raise unreadable(
                self.path,
                f"has {row.actual_columns} cells in row {row.number}; expected {row.expected_columns}",
            )

    def _read(self, refuse: Any) -> Iterator[pa.RecordBatch]:
        headings = list(self.fields_by_heading)
        encoding = "utf8" if self.encoding == "utf-8" else ENCODINGS[self.encoding]
        options = pyarrow.csv.ConvertOptions(
            include_columns=headings, column_types=dict.fromkeys(headings, pa.string())
        )
        with pyarrow.csv.open_csv(
            self.path,
            pyarrow.csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                skip_rows=1,
                column_names=list(self.headings),
                encoding=encoding,
            ),
            pyarrow.csv.ParseOptions(delimiter=self.delimiter, invalid_row_handler=refuse),
            options,
        ) as reader:
            for batch in reader:
                yield trimmed(batch, self.fields_by_heading)
