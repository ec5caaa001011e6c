"""Record files of every form, made of the same records, and faulty ones. Nobody in them exists."""

from __future__ import annotations

import io
import json
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADINGS = (
    "HoVaTen",
    "NgaySinh",
    "GioiTinh",
    "CMTCCCD",
    "QuocTich",
    "LanTiem",
    "SoMuiTiem",
    "NgayTiemChung",
    "LoaiThuocTiem",
    "SoLoThuoc",
    "CoSoYTeMa",
    "CoSoYTeTen",
    "TinhMa",
    "TinhTen",
    "GhiChu",
)
"""The national platform's headings, and one of no interest."""

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def records(number: int, *, seed: int = 5) -> list[tuple[str, ...]]:
    """So many records; some cells are empty, some hold what is hard to write."""
    rng = random.Random(seed)
    hard = (
        "",
        "",
        "=1+1",
        "+84",
        "-",
        "@x",
        " a ",
        'say "no"',
        "a,b;c",
        "_x000D_",
        "dòng 1\ndòng 2",
        "00",
        "1e5",
    )
    rows = []
    for n in range(number):
        sex = rng.choice(("Nam", "Nữ"))
        rows.append(
            (
                f"Nguyễn Thị Thử {rng.choice('ABCĐ')}",
                f"{rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}/{rng.randrange(1940, 2005)}",
                sex,
                f"0011{rng.randrange(40, 99)}000{n:03d}",
                rng.choice(("Việt Nam", "")),
                str(rng.randrange(1, 4)),
                "3",
                f"2021-{rng.randrange(3, 13):02d}-{rng.randrange(1, 29):02d}",
                rng.choice(("AstraZeneca", "Comirnaty", "")),
                f"TEST-{n:03d}",
                f"{rng.randrange(100):05d}",
                "Trạm Y tế mẫu, số 1",
                "01",
                "Hà Nội",
                rng.choice(hard),
            )
        )
    return rows


Rows = Sequence[Sequence[str]]


def write_csv(path: Path, headings: Sequence[str], rows: Rows) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])


def write_json_lines(path: Path, headings: Sequence[str], rows: Rows) -> None:
    objects = (dict(zip(headings, row, strict=True)) for row in rows)
    path.write_text("".join(json.dumps(one) + "\n" for one in objects), "utf-8")


def write_json_array(path: Path, headings: Sequence[str], rows: Rows) -> None:
    path.write_text(
        json.dumps([dict(zip(headings, row, strict=True)) for row in rows], ensure_ascii=False, indent=1),
        "utf-8",
    )


def table(headings: Sequence[str], rows: Rows) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(headings)
    return pa.table([pa.array(column, pa.string()) for column in columns], names=list(headings))


def write_parquet(path: Path, headings: Sequence[str], rows: Rows) -> None:
    pq.write_table(table(headings, rows), path, row_group_size=64)


def write_xlsx(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """As a library of others writes it, empty cells and all."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (headings, *rows):
        sheet.append([_as_cell(value) for value in row])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if cell.data_type == "f":
                cell.data_type = "s"  # what begins with = is text here
    book.save(path)


def _as_cell(value: object) -> object:
    """Excel escapes what looks like an escape."""
    return value.replace("_x000D_", "_x005F_x000D_") if isinstance(value, str) else value


WRITE: dict[str, Callable[[Path, Sequence[str], Rows], None]] = {
    "csv": write_csv,
    "jsonl": write_json_lines,
    "json": write_json_array,
    "parquet": write_parquet,
    "xlsx": write_xlsx,
}
"""Suffix to writer, none of them ours."""


def password_protected() -> bytes:
    """A workbook with a password, as far as its container tells (MS-OFFCRYPTO 2.3.1)."""
    return _ole("EncryptionInfo", "EncryptedPackage")


def old_workbook() -> bytes:
    """A workbook of Excel before 2007 (MS-XLS), as far as its container tells."""
    return _ole("Workbook", "\x05SummaryInformation")


def _ole(*streams: str) -> bytes:
    """A compound file (MS-CFB) of one table, one folder and no content."""
    header = OLE_MARK + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    table_sector = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * (512 - 8)
    entries = b"".join(
        _ole_entry(name, 5 if name == "Root Entry" else 2) for name in ("Root Entry", *streams)
    )
    return header + table_sector + entries.ljust(512, b"\0")


def _ole_entry(name: str, kind: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    entry = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, *[0xFFFFFFFF] * 3)
    return entry.ljust(128, b"\0")


def workbook_parts(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook by their names."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook_of(parts: dict[str, bytes]) -> bytes:
    """A workbook of such parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def with_shared_texts(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The parts of the same workbook as Excel writes it: texts are in a table, and cells name their places."""
    texts: dict[bytes, int] = {}

    def shared(match: re.Match[bytes]) -> bytes:
        place = texts.setdefault(match[2], len(texts))
        return b'<c%st="s"><v>%d</v></c>' % (match[1], place)

    sheet = re.sub(
        rb'<c([^>]*)t="inlineStr"><is>(.*?)</is></c>',
        shared,
        parts["xl/worksheets/sheet1.xml"],
        flags=re.DOTALL,
    )
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    table = b"".join(b"<si>%s<rPh><t>phonetic</t></rPh></si>" % text for text in texts)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % kind
    return parts | {
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": b'<?xml version="1.0"?><sst xmlns="%s">%s</sst>' % (namespace, table),
        "[Content_Types].xml": parts["[Content_Types].xml"].replace(b"</Types>", override),
    }


def claiming(data: bytes, part: str, size: int) -> bytes:
    """An archive whose directory says of a part that it unpacks to so much."""
    at = data.rindex(part.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]
