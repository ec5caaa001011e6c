"""Record files: CSV, a JSON array or JSON lines, read one record at a time.

A file is read twice: once to its end, so that whatever spoils the whole file is found before the first
certificate is signed, and once for its records. What spoils one row only becomes a problem of that record.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from vaxcert.adapters.records.json_stream import read_json_values
from vaxcert.adapters.records.layout import match_layout, to_record
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_PIPED_RECORD_BYTES, MAX_RECORD_CHARACTERS, MAX_RECORD_COLUMNS
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord


@dataclass(frozen=True, slots=True, repr=False)
class RecordRow:
    """One record and the text that it was read from; its repr holds no personal data.

    Attributes:
        number: Position among the records of the file, from 1; heading and empty lines do not count.
        original: Heading to text, as in the file.
        record: What was read.
    """

    number: int
    original: dict[str, str]
    record: DoseRecord

    def __repr__(self) -> str:
        return f"<RecordRow {self.number}>"


def read_records(source: Path | BinaryIO) -> Iterator[RecordRow]:
    """Read a file of dose records, in constant memory.

    Args:
        source: A file, or an open binary stream, which is read from its beginning. One that cannot be
            rewound, like a pipe, is held in memory, up to `MAX_PIPED_RECORD_BYTES`.

    Yields:
        The records in the order of the file. `original` of each holds every heading of the file.

    Raises:
        AdapterError: Before the first record. `FILE_UNREADABLE`: the file cannot be read, is empty, is not
            UTF-8, holds NUL bytes, is neither CSV nor JSON objects or is past a limit.
            `COLUMN_MISSING`: as `match_layout`.
    """
    with _rewindable(source) as stream:
        headings = _headings(stream)
        fields_by_heading = match_layout(headings)
        blank = dict.fromkeys(headings, "")
        for number, row in enumerate(_rows(stream), 1):
            original = blank | row.texts
            record = _MALFORMED if row.malformed else to_record(original, fields_by_heading)
            yield RecordRow(number, original, record)


_MALFORMED: Final = DoseRecord(unreadable=frozenset({WHOLE_ROW}))


@dataclass(frozen=True, slots=True, repr=False)
class _Row:
    texts: dict[str, str]
    malformed: bool = False


@contextmanager
def _rewindable(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if not isinstance(source, Path):
        yield source if source.seekable() else _held(source)
        return
    try:
        with source.open("rb") as stream:
            yield stream if stream.seekable() else _held(stream)
    except OSError as error:
        raise _unreadable(f"cannot read {source.name}: {error.strerror}") from None


def _held(stream: BinaryIO) -> BinaryIO:
    data = stream.read(MAX_PIPED_RECORD_BYTES + 1)
    if len(data) > MAX_PIPED_RECORD_BYTES:
        raise _unreadable(
            f"more than {MAX_PIPED_RECORD_BYTES} bytes from a pipe; expected a file for so many"
        )
    return io.BytesIO(data)


@contextmanager
def _as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """The stream from its beginning, as UTF-8 with or without byte order mark."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        yield text
    except UnicodeDecodeError:
        raise _unreadable("the file is not UTF-8 text; expected CSV or JSON saved as UTF-8") from None
    finally:
        text.detach()


def _headings(stream: BinaryIO) -> list[str]:
    """Every heading of the file, which is read to its end."""
    with _as_text(stream) as text:
        if _is_json(stream):
            return _json_headings(text)
        headings, rows = _csv_table(text)
        for _ in rows:
            pass
        return headings


def _rows(stream: BinaryIO) -> Iterator[_Row]:
    with _as_text(stream) as text:
        yield from _json_rows(text) if _is_json(stream) else _csv_table(text)[1]


def _is_json(stream: BinaryIO) -> bool:
    start = stream.read(_PEEK_BYTES)
    stream.seek(0)
    return start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"[", b"{")


_PEEK_BYTES = 4096


def _unreadable(message: str) -> AdapterError:
    return AdapterError(Reason.FILE_UNREADABLE, message)


def _check_number(headings: Sized) -> None:
    if len(headings) > MAX_RECORD_COLUMNS:
        raise _unreadable(f"more than {MAX_RECORD_COLUMNS} columns")


# CSV


def _csv_table(text: TextIO) -> tuple[list[str], Iterator[_Row]]:
    lines = _lines(text)
    heading_line = next(lines, "")
    if not heading_line.strip():
        raise _unreadable("the first line is empty; expected the column headings")
    delimiter = max(_DELIMITERS, key=heading_line.count)
    headings = [heading.strip() for heading in next(csv.reader([heading_line], delimiter=delimiter))]
    while headings and not headings[-1]:
        headings.pop()
    _check_number(headings)
    return headings, _csv_rows(lines, headings, delimiter)


_DELIMITERS = ",;\t"


def _lines(text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_RECORD_CHARACTERS + 1):
        number += 1
        if len(line) > MAX_RECORD_CHARACTERS:
            raise _unreadable(f"line {number} is longer than {MAX_RECORD_CHARACTERS} characters")
        if "\0" in line:
            raise _unreadable(f"line {number} holds a NUL byte; expected CSV or JSON saved as UTF-8")
        yield line


def _csv_rows(lines: Iterator[str], headings: list[str], delimiter: str) -> Iterator[_Row]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cells):
                yield _csv_row(cells, headings, delimiter)
    except csv.Error:
        line = reader.line_num + 1
        raise _unreadable(
            f"the quotation marks up to line {line} do not match; expected RFC 4180 quoting"
        ) from None


def _csv_row(cells: list[str], headings: list[str], delimiter: str) -> _Row:
    """One row; spare empty cells are dropped, other spare cells stay in the last column for mending."""
    while len(cells) > len(headings) and not cells[-1]:
        cells.pop()
    last = len(headings) - 1
    kept = [*cells[:last], delimiter.join(cells[last:])]
    kept += [""] * (len(headings) - len(kept))
    return _Row(dict(zip(headings, kept, strict=True)), malformed=len(cells) != len(headings))


# JSON


def _json_headings(text: TextIO) -> list[str]:
    headings: dict[str, None] = {}
    for row in _json_rows(text):
        headings |= dict.fromkeys(row.texts)
        _check_number(headings)
    return list(headings)


def _json_rows(text: TextIO) -> Iterator[_Row]:
    """One row a value; a value that is no object is kept, malformed, under the first heading seen."""
    first_heading = None
    for number, item in enumerate(read_json_values(text), 1):
        if isinstance(item, dict):
            row = {_clean(heading): _cell(value) for heading, value in item.items()}
            first_heading = first_heading or next(iter(row), None)
            yield _Row(row)
        elif first_heading is None:
            raise _unreadable(f"JSON value {number} is not an object; expected one object for each record")
        else:
            yield _Row({first_heading: _cell(item)}, malformed=True)


def _cell(value: object) -> str:
    if value is None:
        return ""
    try:
        return _clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    except RecursionError:
        raise _unreadable("a JSON value is nested too deep; expected text and numbers") from None


def _clean(text: str) -> str:
    """Escapes can spell half a surrogate pair, which no file could hold afterwards."""
    return text.encode(errors="replace").decode()
