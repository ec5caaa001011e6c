"""Writing a workbook (XLSX, ECMA-376) with one sheet of text, piece by piece.

openpyxl is not used here: it puts the sheet into the folder for temporary files on the way, and there are people in it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Final

from vaxcert.adapters.records.sink import PieceSink
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_WORKBOOK_BYTES, MAX_WORKBOOK_CELL_CHARACTERS, MAX_WORKBOOK_ROWS

if TYPE_CHECKING:
    import pyarrow as pa

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET: Final = "xl/worksheets/sheet1.xml"

_PARTS: Final = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/{_SHEET}" ContentType="{_TYPES}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_KINDS}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_KINDS}">'
        '<sheets><sheet name="records" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="rId1" Type="{_KINDS}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
}
_MARGIN_BYTES: Final = 1024 * 1024
_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ESCAPED: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def xlsx_pieces(names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Make a workbook of text columns: every cell is text, so that no zero is lost and no date is turned around.

    Args:
        names: The headings.
        batches: The columns.

    Raises:
        AdapterError: `file-unwritable`: it is more than a workbook can hold.
    """
    sink = PieceSink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in _PARTS.items():
            archive.writestr(zipfile.ZipInfo(name), _DECLARATION + part)
        info = zipfile.ZipInfo(_SHEET)
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w") as sheet:
            rows = _Rows(sheet)
            sheet.write(f'{_DECLARATION}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            rows.write([names])
            for batch in batches:
                rows.write(zip(*(column.to_pylist() for column in batch.columns), strict=True))
                yield sink.take()
            sheet.write(b"</sheetData></worksheet>")
    yield sink.take()


class _Rows:
    """The rows of a sheet.

    Args:
        sheet: Where they are written.
    """

    def __init__(self, sheet: IO[bytes]) -> None:
        self._sheet = sheet
        self._count = 0
        self._bytes = 0

    def write(self, rows: Iterable[Iterable[str]]) -> None:
        """Add some."""
        texts = list(map(_row, rows))
        data = "".join(texts).encode()
        self._count += len(texts)
        self._bytes += len(data)
        if self._count > MAX_WORKBOOK_ROWS or self._bytes > MAX_WORKBOOK_BYTES - _MARGIN_BYTES:
            raise _too_much(f"more records than a workbook can hold ({MAX_WORKBOOK_ROWS - 1} at most)")
        self._sheet.write(data)


def _row(cells: Iterable[str]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(text: str) -> str:
    if not text:
        return "<c/>"
    if len(text) > MAX_WORKBOOK_CELL_CHARACTERS:
        raise _too_much(
            f"a text longer than the {MAX_WORKBOOK_CELL_CHARACTERS} characters that a cell can hold"
        )
    text = _ESCAPED.sub(_escape, text).translate(_TEXT)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _escape(match: re.Match[str]) -> str:
    """What XML cannot hold, or would change (ECMA-376 part 1, 22.9.2.19)."""
    return f"_x{ord(match[0]):04X}_"


def _too_much(what: str) -> AdapterError:
    return AdapterError(Reason.FILE_UNWRITABLE, f"{what}; expected another form, like CSV or Parquet")
