"""Record files as workbooks (XLSX, ECMA-376): one sheet, read row by row, every cell as the text that people see."""

from __future__ import annotations

import importlib
import re
import warnings
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO, Final, TypeAlias

from vaxcert.adapters.records.layout import DATE_FIELDS, Layout
from vaxcert.adapters.records.mapping import match_layout
from vaxcert.adapters.records.record_file import RecordFile, unreadable
from vaxcert.adapters.records.table import RowChunk, TableSource, fitted, named_headings
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import (
    MAX_RECORD_CHARACTERS,
    MAX_WORKBOOK_BYTES,
    MAX_WORKBOOK_PART_BYTES,
    MAX_WORKBOOK_STRINGS_BYTES,
)

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_PIECE_BYTES: Final = 1024 * 1024
_HEADING_WITHIN: Final = 20
_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_PART_NAME: Final = re.compile("[^A-Za-z0-9/._-]")
_EXACT_WHOLE_NUMBERS: Final = float(2**53)
_MAX_PLACE: Final = 16_384  # columns of a sheet

Values: TypeAlias = "list[Any]"
"""What the cells of a row hold, from the first on; None where a cell is empty."""


def open_xlsx(file: RecordFile, mapping: Layout | None) -> TableSource:
    """Open a workbook.

    The headings are the first row with all columns that are needed, within the first 20 rows that hold anything: titles
    above them do not matter.

    Args:
        file: The file.
        mapping: Its layout, or None to find out.

    Raises:
        AdapterError: `file-unreadable`, also where it is protected by a password, of an old form or past a limit;
            `column-missing`, `extra-missing`.
    """
    if file.start.startswith(_OLE):
        with file.reading() as stream:
            raise unreadable(_old_container(stream))
    return TableSource(_XlsxTable(file, mapping))


class _XlsxTable:
    """A sheet of a workbook; see `vaxcert.adapters.records.table.RowTable`."""

    def __init__(self, file: RecordFile, mapping: Layout | None) -> None:
        self._file = file
        self._sheet = mapping.sheet if mapping else None
        with self._rows() as rows, _quiet():
            numbered = enumerate(map(_texts, rows), 1)
            found = list(islice((row for row in numbered if any(row[1])), _HEADING_WITHIN))
        if not found:
            raise unreadable("the sheet is empty; expected the column headings")
        self._heading_row, cells = next((row for row in found if _is_heading(row[1], mapping)), found[0])
        self.headings: Final = tuple(named_headings(cells))
        self.layout, self.fields_by_heading = match_layout(self.headings, mapping)
        places = {self.fields_by_heading.get(heading): place for place, heading in enumerate(self.headings)}
        self._identity = places.get("identity_number")
        self._days = frozenset(place for name, place in places.items() if name in DATE_FIELDS)

    def chunks(self, rows: int) -> Iterator[RowChunk]:
        """All rows under the headings but empty ones."""
        with self._rows() as found:
            for _ in range(self._heading_row):
                next(found, None)
            while chunk := self._chunk(found, rows):
                yield chunk

    def _chunk(self, found: Iterator[Values], rows: int) -> RowChunk | None:
        """The next rows, so many; None where there are none."""
        chunk = RowChunk()
        width = len(self.headings)
        with _quiet():
            for values in found:
                texts = _texts(values, self._days)
                if not any(texts):
                    continue
                beyond = [text for text in texts[width:] if text]
                whole = [*texts[:width], *[""] * (width - len(texts)), *beyond]
                kept, malformed = fitted(whole, width, ",")
                chunk.add(kept, malformed=malformed, numeric=_is_number(values, self._identity))
                if len(chunk.rows) == rows:
                    break
        return chunk if chunk.rows else None

    @contextmanager
    def _rows(self) -> Iterator[Iterator[Values]]:
        """The values of all rows of the sheet, which end with its last."""
        with self._file.reading() as stream, ExitStack() as opened:
            with _problems(), _quiet():
                _check_parts(stream)
                workbook = _openpyxl().load_workbook(stream, read_only=True, data_only=True, keep_links=False)
                opened.callback(workbook.close)
                sheet = self._chosen(workbook)
                source = opened.enter_context(workbook._archive.open(sheet._worksheet_path))
            yield _sheet_rows(workbook, sheet, source)

    def _chosen(self, workbook: Any) -> Any:
        """The sheet that the mapping names, else the first that is not hidden."""
        sheets = workbook.worksheets
        if self._sheet is not None:
            sheets = [sheet for sheet in sheets if sheet.title == self._sheet]
            if not sheets:
                raise unreadable(f"the workbook has no sheet {self._sheet!r}, which the mapping names")
        shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
        return (shown or sheets)[0]


def _sheet_rows(workbook: Any, sheet: Any, source: BinaryIO) -> Iterator[Values]:
    """As openpyxl reads them, but keeping nothing of a row that is over, and every row that there is."""
    reader = importlib.import_module("openpyxl.worksheet._reader")
    limited = _LimitedRows(source)
    parser = reader.WorkSheetParser(
        limited,
        sheet._shared_strings,
        data_only=True,
        epoch=workbook.epoch,
        date_formats=workbook._date_formats,
        timedelta_formats=workbook._timedelta_formats,
    )
    with _problems():
        data = None
        for event, element in reader.iterparse(limited, ("start", "end")):
            if element.tag == reader.DATA_TAG:
                if event == "end":
                    return
                data = element
            elif event == "end" and element.tag == reader.ROW_TAG and data is not None:
                _, cells = parser.parse_row(element)
                values = _values(cells)
                data.clear()
                parser.row_dimensions.clear()
                limited.restart()
                yield values


def _values(cells: list[dict[str, Any]]) -> Values:
    values: Values = []
    for cell in cells:
        place = cell["column"] - 1
        if cell["value"] is None:
            continue
        if place >= _MAX_PLACE:
            raise unreadable("a row has more cells than a workbook can hold")
        values += [None] * (place + 1 - len(values))
        values[place] = cell["value"]
    return values


class _LimitedRows:
    """A stream that ends with an error when a row of it does not.

    Args:
        source: What is read.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        """Some bytes."""
        data = self._source.read(size)
        self._read += len(data)
        if self._read > MAX_WORKBOOK_PART_BYTES:
            raise unreadable(f"a row of the sheet is larger than {MAX_WORKBOOK_PART_BYTES} bytes")
        return data

    def restart(self) -> None:
        """Count from here: a row is over."""
        self._read = 0


# Text


def _texts(values: Values, days: Collection[int] = ()) -> list[str]:
    texts = [
        value if type(value) is str else _text(value, is_day=place in days)
        for place, value in enumerate(values)
    ]
    if any("_x" in text for text in texts):
        texts = [_ESCAPE.sub(_unescaped, text) for text in texts]
    if sum(map(len, texts)) > MAX_RECORD_CHARACTERS:
        raise unreadable(f"a row of the sheet is longer than {MAX_RECORD_CHARACTERS} characters")
    return texts


def _text(value: object, *, is_day: bool) -> str:
    """What people see in a cell, dates as yyyy-mm-dd."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT_WHOLE_NUMBERS else repr(value)
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if is_day or value.time() == time() else value.isoformat(" ", "seconds")
        )
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _unescaped(match: re.Match[str]) -> str:
    """The character that an escape stands for (ECMA-376 part 1, 22.9.2.19), where files can hold it."""
    character = chr(int(match[1], 16))
    return match[0] if character == "\0" or "\ud800" <= character <= "\udfff" else character


def _is_number(values: Values, place: int | None) -> bool:
    return place is not None and place < len(values) and type(values[place]) in (int, float)


def _is_heading(cells: Sequence[str], mapping: Layout | None) -> bool:
    """Whether a row has the columns that are needed."""
    try:
        match_layout(named_headings(cells), mapping)
    except AdapterError:
        return False
    return True


# Containers


def _check_parts(stream: BinaryIO) -> None:
    """See to it that what is compressed in a workbook is not more than fits into memory and patience."""
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    if total > MAX_WORKBOOK_BYTES:
        raise unreadable(f"the workbook unpacks to {total} bytes; expected at most {MAX_WORKBOOK_BYTES}")
    for part in parts:
        limit = _part_limit(part.filename.lower())
        if part.file_size > limit:
            raise unreadable(
                f"part {_PART_NAME.sub('?', part.filename)[-40:]} of the workbook unpacks to {part.file_size} bytes; "
                f"expected at most {limit}"
            )
    stream.seek(0)


def _part_limit(name: str) -> int:
    """Sheets are read row by row, other parts whole or not at all."""
    if name.startswith("xl/worksheets/") or not name.endswith((".xml", ".rels")):
        return MAX_WORKBOOK_BYTES
    return MAX_WORKBOOK_STRINGS_BYTES if name.endswith("sharedstrings.xml") else MAX_WORKBOOK_PART_BYTES


def _old_container(stream: BinaryIO) -> str:
    """What is wrong with a compound file (MS-CFB), by the names of the streams in it."""
    before = b""
    while piece := stream.read(_PIECE_BYTES):
        if _ENCRYPTED_STREAM in before + piece:
            return "the workbook is protected by a password; expected one saved without"
        before = piece[-len(_ENCRYPTED_STREAM) :]
    return "the file is in the form of Excel before 2007 (.xls); expected a workbook saved as .xlsx, or CSV"


@contextmanager
def _problems() -> Iterator[None]:
    """Whatever the library and its parsers raise, which may quote what is in the file, becomes ours."""
    try:
        yield
    except AdapterError:
        raise
    except Exception:
        raise unreadable(
            "the workbook is damaged or cut short; expected .xlsx as spreadsheets save it"
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the library's warnings of what it leaves out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _openpyxl() -> Any:
    try:
        return importlib.import_module("openpyxl")
    except ImportError:
        raise AdapterError(Reason.EXTRA_MISSING, "openpyxl is not installed: install vaxcert[xlsx]") from None
