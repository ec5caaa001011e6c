"""The XML of a workbook's sheet and of its table of texts (ECMA-376 part 1, SpreadsheetML), read as a stream.

openpyxl reads what else a workbook has. Its own reading of sheets is not used: it goes through a sheet without a
declared size twice, and keeps something of every row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final, TypeAlias
from xml.parsers import expat

from openpyxl.utils.datetime import from_excel, from_ISO8601

from vaxcert.adapters.records.record_file import unreadable
from vaxcert.limits import MAX_WORKBOOK_ROW_BYTES

Values: TypeAlias = "list[Any]"
"""What the cells of a row hold, from the first on; None where a cell is empty."""

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_ROW, _CELL, _VALUE, _TEXT = (f"{_MAIN}{name}" for name in ("row", "c", "v", "t"))
_PHONETIC: Final = f"{_MAIN}rPh"
_SHARED: Final = f"{_MAIN}si"
_SHEET_END: Final = f"{_MAIN}sheetData"

_PIECE_BYTES: Final = 64 * 1024
_MAX_COLUMN: Final = 16_384
_DIGITS: Final = "0123456789"
_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_ERROR_VALUE: Final = "#VALUE!"


@dataclass(frozen=True, slots=True)
class CellFormats:
    """What the cells of a workbook mean.

    Attributes:
        texts: The table of texts.
        dates: Numbers of the formats that show a number as a date.
        durations: Of those, the ones that show a duration.
        epoch: The day that dates are counted from.
    """

    texts: Sequence[str]
    dates: Collection[int]
    durations: Collection[int]
    epoch: datetime


def read_texts(source: IO[bytes]) -> list[str]:
    """Read a table of texts.

    Args:
        source: The part of the workbook.

    Raises:
        AdapterError: `file-unreadable`: one of them is too large.
        Exception: Whatever the parser raises.
    """
    found = _Texts()
    texts: list[str] = []
    for _ in _parse(source, found, found.texts):
        texts += found.texts
        found.texts.clear()
    return texts


def read_rows(source: IO[bytes], formats: CellFormats) -> Iterator[Values]:
    """Read the rows of a sheet.

    Args:
        source: The part of the workbook. What comes after the rows is not read.
        formats: What its cells mean.

    Yields:
        The values of each row that has one: text, numbers, Booleans, dates and times; errors as the text of them.

    Raises:
        AdapterError: `file-unreadable`: a row is too large.
        Exception: Whatever the parser raises.
    """
    found = _Rows(formats)
    for _ in _parse(source, found, found.rows):
        yield from found.rows
        found.rows.clear()
        if found.is_over:
            return


class _Handler:
    """Gathers the text of the elements that hold text.

    Attributes:
        starts: What to do where an element begins, by its name.
        ends: What to do where it ends.
    """

    def __init__(self) -> None:
        self._gathered: list[str] = []
        self._gathers = False
        self._in_phonetic = False
        self.starts: dict[str, Callable[[Mapping[str, str]], None]] = {
            _TEXT: self._start_text,
            _PHONETIC: self._start_phonetic,
        }
        self.ends: dict[str, Callable[[], None]] = {_TEXT: self._end_text, _PHONETIC: self._end_phonetic}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        begin = self.starts.get(name)
        if begin is not None:
            begin(attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        finish = self.ends.get(name)
        if finish is not None:
            finish()

    def text(self, text: str) -> None:
        """Some text, in whatever element."""
        if self._gathers:
            self._gathered.append(text)

    def take(self) -> str:
        """What was gathered since the last time, its escapes resolved."""
        text = "".join(self._gathered)
        self._gathered.clear()
        return _ESCAPE.sub(_unescaped, text) if "_x" in text else text

    def _start_text(self, _attributes: Mapping[str, str]) -> None:
        self._gathers = not self._in_phonetic

    def _end_text(self) -> None:
        self._gathers = False

    def _start_phonetic(self, _attributes: Mapping[str, str]) -> None:
        self._in_phonetic = True

    def _end_phonetic(self) -> None:
        self._in_phonetic = False


class _Texts(_Handler):
    """The table of texts: each is the text of an `si`."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.ends[_SHARED] = lambda: self.texts.append(self.take())


class _Rows(_Handler):
    """The rows of a sheet.

    Args:
        formats: What their cells mean.
    """

    def __init__(self, formats: CellFormats) -> None:
        super().__init__()
        self.rows: list[Values] = []
        self.is_over = False
        self._formats = formats
        self._row: Values = []
        self._place = -1
        self._kind = "n"
        self._format = 0
        self._columns: dict[str, int] = {}
        self.starts |= {_ROW: self._start_row, _CELL: self._start_cell, _VALUE: self._start_text}
        self.ends |= {
            _ROW: self._end_row,
            _CELL: self._end_cell,
            _VALUE: self._end_text,
            _SHEET_END: self._end_sheet,
        }
        self._read = {
            "n": self._number,
            "s": lambda text: self._formats.texts[int(text)],
            "b": lambda text: bool(int(text)),
            "d": from_ISO8601,
        }

    def _start_row(self, _attributes: Mapping[str, str]) -> None:
        self._row = []
        self._place = -1

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        self._kind = attributes.get("t", "n")
        self._format = int(attributes.get("s", 0))
        reference = attributes.get("r")
        self._place = self._place + 1 if reference is None else self._column(reference.rstrip(_DIGITS))
        self._gathered.clear()

    def _column(self, letters: str) -> int:
        """The place of a column, from 0, by its letters."""
        place = self._columns.get(letters)
        if place is None:
            place = 0
            for letter in letters.upper()[:4]:
                place = place * 26 + ord(letter) - ord("@")
            place = self._columns[letters] = place - 1
        return place

    def _end_cell(self) -> None:
        text = self.take()
        if not text:
            return
        place, row = self._place, self._row
        if not 0 <= place < _MAX_COLUMN:
            raise unreadable("a row has more cells than a workbook can hold")
        read = self._read.get(self._kind)
        row += [None] * (place + 1 - len(row))
        row[place] = text if read is None else read(text)

    def _number(self, text: str) -> Any:
        number = int(text) if text.lstrip("-").isdecimal() else float(text)
        if self._format not in self._formats.dates:
            return number
        try:
            return from_excel(number, self._formats.epoch, timedelta=self._format in self._formats.durations)
        except (OverflowError, ValueError):
            return _ERROR_VALUE

    def _end_row(self) -> None:
        self.rows.append(self._row)

    def _end_sheet(self) -> None:
        self.is_over = True


def _parse(source: IO[bytes], handler: _Handler, done: list[Any]) -> Iterator[None]:
    """Read XML piece by piece; what is in `done` after each is to be taken away.

    Raises:
        AdapterError: `file-unreadable`: too much was read since something was done.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    read = 0
    while piece := source.read(_PIECE_BYTES):
        parser.Parse(piece, False)
        read = 0 if done else read + len(piece)
        if read > MAX_WORKBOOK_ROW_BYTES:
            raise unreadable(f"a row or text of the workbook is larger than {MAX_WORKBOOK_ROW_BYTES} bytes")
        yield
    parser.Parse(b"", True)
    yield


def _refuse_doctype(*_declaration: object) -> None:
    """No part of a workbook has one (ECMA-376 part 2, annex on XML usage), and entities can be abused."""
    raise ValueError("a document type declaration")


def _unescaped(match: re.Match[str]) -> str:
    """The character that an escape stands for (ECMA-376 part 1, 22.9.2.19), where files can hold it."""
    character = chr(int(match[1], 16))
    return match[0] if character == "\0" or "\ud800" <= character <= "\udfff" else character
