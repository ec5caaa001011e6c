"""Record files as workbooks (XLSX, ECMA-376): one sheet, read row by row, every cell as the text that people see."""

from __future__ import annotations

import importlib
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
_EXACT_WHOLE_NUMBERS: Final = float(2**53)

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
    _need_openpyxl()
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
                archive = opened.enter_context(_Archive(stream))
                archive.check()
                sheet = importlib.import_module("vaxcert.adapters.records.xlsx_sheet")
                path, formats = _opened(archive, self._sheet, sheet)
                source = opened.enter_context(archive.open(path))
            yield _guarded(sheet.read_rows(source, formats))


def _opened(archive: _Archive, name: str | None, sheet: Any) -> tuple[str, Any]:
    """The part of the archive that is the sheet, and what the cells of the workbook mean."""
    excel = importlib.import_module("openpyxl.reader.excel")
    reader = excel.ExcelReader(archive.stream, read_only=True, data_only=True, keep_links=False)
    with reader.archive:
        reader.archive = archive
        reader.read_manifest()
        reader.read_workbook()
        excel.apply_stylesheet(archive, reader.wb)
    shared = reader.package.find(excel.SHARED_STRINGS)
    texts: list[str] = []
    if shared is not None:
        with archive.open(shared.PartName[1:]) as source:
            texts = sheet.read_texts(source)
    book = reader.wb
    formats = sheet.CellFormats(texts, book._date_formats, book._timedelta_formats, book.epoch)
    return _chosen(
        [found for found in reader.parser.find_sheets() if "chart" not in found[1].Type], name
    ), formats


def _chosen(sheets: list[tuple[Any, Any]], name: str | None) -> str:
    """The part of the sheet that the mapping names, else of the first that is not hidden."""
    if name is not None:
        sheets = [found for found in sheets if found[0].name == name]
    if not sheets:
        what = "sheet" if name is None else f"sheet {name!r}, which the mapping names"
        raise unreadable(f"the workbook has no {what}")
    shown = [found for found in sheets if found[0].state == "visible"]
    return str((shown or sheets)[0][1].target)


def _guarded(rows: Iterator[Values]) -> Iterator[Values]:
    with _problems():
        yield from rows


# Text


def _texts(values: Values, days: Collection[int] = ()) -> list[str]:
    texts = [
        value if type(value) is str else _text(value, is_day=place in days)
        for place, value in enumerate(values)
    ]
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


class _Archive(zipfile.ZipFile):
    """A workbook's archive, of which nothing unpacks to more than fits into memory and patience.

    Args:
        stream: Where it is.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self.stream: Final = stream

    def check(self) -> None:
        """See to it that all of it together is not too large, nor its table of texts, which is held in memory.

        Raises:
            AdapterError: `file-unreadable`.
        """
        parts = self.infolist()
        total = sum(part.file_size for part in parts)
        if total > MAX_WORKBOOK_BYTES:
            raise _too_large("the workbook", total, MAX_WORKBOOK_BYTES)
        for part in parts:
            name = part.filename.lower()
            if name.endswith("sharedstrings.xml") and part.file_size > MAX_WORKBOOK_STRINGS_BYTES:
                raise _too_large("the workbook's table of texts", part.file_size, MAX_WORKBOOK_STRINGS_BYTES)

    def read(self, name: str | zipfile.ZipInfo, pwd: bytes | None = None) -> bytes:
        """As for any archive, within a bound.

        Raises:
            AdapterError: `file-unreadable`.
        """
        size = (self.getinfo(name) if isinstance(name, str) else name).file_size
        if size > MAX_WORKBOOK_PART_BYTES:
            raise _too_large("a part of the workbook", size, MAX_WORKBOOK_PART_BYTES)
        return super().read(name, pwd)


def _too_large(what: str, size: int, limit: int) -> AdapterError:
    return unreadable(f"{what} unpacks to {size} bytes; expected at most {limit}")


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


def _need_openpyxl() -> None:
    try:
        importlib.import_module("openpyxl")
    except ImportError:
        raise AdapterError(Reason.EXTRA_MISSING, "openpyxl is not installed: install vaxcert[xlsx]") from None
