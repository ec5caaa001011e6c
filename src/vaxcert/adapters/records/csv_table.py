"""Record files as CSV (RFC 4180), with commas, semicolons or tabs, read strictly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, TextIO

from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.mapping import ENCODINGS, match_layout
from vaxcert.adapters.records.record_file import RecordFile, unreadable
from vaxcert.adapters.records.table import RowChunk, TableSource, fitted, named_headings
from vaxcert.limits import MAX_RECORD_CHARACTERS

_TOLD_APART: Final = ",;\t"
_DEFAULT_ENCODING: Final = "utf-8"


def open_csv(file: RecordFile, mapping: Layout | None) -> TableSource:
    """Open a CSV file.

    Args:
        file: The file.
        mapping: Its layout, or None to find out.

    Raises:
        AdapterError: `file-unreadable`, `column-missing`.
    """
    return TableSource(_CsvTable(file, mapping))


class _CsvTable:
    """A CSV file; see `vaxcert.adapters.records.table.RowTable`."""

    def __init__(self, file: RecordFile, mapping: Layout | None) -> None:
        self._file = file
        self._encoding = mapping.encoding if mapping else _DEFAULT_ENCODING
        self._delimiter = (mapping.delimiter if mapping else None) or ""
        with file.reading() as stream, _as_text(stream, self._encoding) as text:
            self.headings: Final = self._take_headings(_lines(text, self._encoding))
        self.layout, self.fields_by_heading = match_layout(self.headings, mapping)

    def chunks(self, rows: int) -> Iterator[RowChunk]:
        """All rows but empty ones."""
        with self._file.reading() as stream, _as_text(stream, self._encoding) as text:
            lines = _lines(text, self._encoding)
            self._take_headings(lines)
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            try:
                yield from self._chunks(reader, rows)
            except csv.Error:
                line = reader.line_num + 1
                raise unreadable(
                    f"the quotation marks up to line {line} do not match; expected RFC 4180 quoting"
                ) from None

    def _chunks(self, reader: Iterator[list[str]], rows: int) -> Iterator[RowChunk]:
        width = len(self.headings)
        chunk = RowChunk()
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) == width:
                chunk.rows.append(cells)
            else:
                kept, malformed = fitted(cells, width, self._delimiter)
                chunk.add(kept, malformed=malformed)
            if len(chunk.rows) == rows:
                yield chunk
                chunk = RowChunk()
        if chunk.rows:
            yield chunk

    def _take_headings(self, lines: Iterator[str]) -> tuple[str, ...]:
        heading_line = next(lines, "")
        if not heading_line.strip():
            raise unreadable("the first line is empty; expected the column headings")
        self._delimiter = self._delimiter or max(_TOLD_APART, key=heading_line.count)
        return tuple(named_headings(next(csv.reader([heading_line], delimiter=self._delimiter))))


@contextmanager
def _as_text(stream: BinaryIO, encoding: str) -> Iterator[TextIO]:
    """The stream from its present position; in UTF-8 and UTF-16 a byte order mark is none of it."""
    text = io.TextIOWrapper(stream, encoding=ENCODINGS[encoding], newline="")
    try:
        yield text
    except UnicodeError:
        raise unreadable(_not_text(encoding)) from None
    finally:
        text.detach()


def _not_text(encoding: str) -> str:
    if encoding == _DEFAULT_ENCODING:
        return "the file is not UTF-8 text; expected CSV or JSON saved as UTF-8, or the name of its encoding"
    return f"the file is not text in {encoding}, which was named for it"


def _lines(text: TextIO, encoding: str) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_RECORD_CHARACTERS + 1):
        number += 1
        if len(line) > MAX_RECORD_CHARACTERS:
            raise unreadable(f"line {number} is longer than {MAX_RECORD_CHARACTERS} characters")
        if "\0" in line:
            raise unreadable(
                f"line {number} holds a NUL byte; expected CSV or JSON saved as {encoding.upper()}"
            )
        yield line
