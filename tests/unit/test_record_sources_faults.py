"""Files of records that cannot be used: one line that says what is wrong and what was expected, and its reason."""

from __future__ import annotations

import io
import os
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.record_files import (
    HEADINGS,
    OLE_MARK,
    WRITE,
    claiming,
    old_workbook,
    password_protected,
    records,
    table,
    with_shared_texts,
    workbook_of,
    workbook_parts,
    write_parquet,
    write_xlsx,
)

from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.mapping import shipped
from vaxcert.adapters.records.rows import read_records
from vaxcert.adapters.records.xlsx_writer import xlsx_pieces
from vaxcert.errors import AdapterError, Reason, VaxcertError
from vaxcert.limits import (
    MAX_RECORD_CHARACTERS,
    MAX_RECORD_COLUMNS,
    MAX_WORKBOOK_BYTES,
    MAX_WORKBOOK_PART_BYTES,
    MAX_WORKBOOK_ROW_BYTES,
    MAX_WORKBOOK_STRINGS_BYTES,
)

ROWS = records(30)
CSV = ",".join(HEADINGS) + "\n" + "".join(",".join(row[:-1]) + ",\n" for row in records(3))
SHEET = "xl/worksheets/sheet1.xml"


def fault(source: Path | io.BytesIO, mapping: Layout | None = None) -> AdapterError:
    """What `check` and everything before it finds: no batch has been read."""
    with pytest.raises(AdapterError) as caught:
        open_records(source, mapping=mapping).check()
    message = str(caught.value)
    assert "\n" not in message
    assert not any(row[0] in message or row[3] in message for row in ROWS)
    return caught.value


def of_bytes(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


def parquet_bytes(**columns: pa.Array) -> bytes:
    rows = len(next(iter(columns.values()), [1]))
    sink = io.BytesIO()
    pq.write_table(pa.table({**{heading: pa.array(["x"] * rows) for heading in HEADINGS}, **columns}), sink)
    return sink.getvalue()


def xlsx_bytes(**changed: bytes) -> bytes:
    """A workbook, in whose sheet some bytes are others."""
    file = io.BytesIO()
    book = openpyxl.Workbook()
    for row in (HEADINGS, *ROWS):
        book.active.append([f" {text}" for text in row])
    book.save(file)
    parts = workbook_parts(file.getvalue())
    for before, after in changed.items():
        assert before.encode() in parts[SHEET]
        parts[SHEET] = parts[SHEET].replace(before.encode(), after, 1)
    return workbook_of(with_shared_texts(parts))


XLSX = xlsx_bytes()
PARQUET = parquet_bytes()
LISTS = pa.array([["a"]])
WIDE = {f"c{n}": pa.array(["x"]) for n in range(MAX_RECORD_COLUMNS + 1 - len(HEADINGS))}
WIDE_XLSX = b"".join(xlsx_pieces([*HEADINGS, *WIDE], []))


@pytest.mark.parametrize(
    ("name", "data", "reason", "message"),
    [
        ("a.csv", b"", "file-unreadable", "the first line is empty; expected the column headings"),
        ("a.csv", CSV.encode("utf-16"), "file-unreadable", "the file is not UTF-8 text; expected"),
        ("a.csv", CSV.encode("cp1258", "replace"), "file-unreadable", "the file is not UTF-8 text; expected"),
        (
            "a.csv",
            CSV.splitlines()[0].encode("utf-16-le"),
            "file-unreadable",
            "line 1 holds a NUL byte; expected",
        ),
        (
            "a.csv",
            CSV.replace("SoLoThuoc", "So lo").encode(),
            "column-missing",
            "no column SoLoThuoc; expected the",
        ),
        ("a.csv", b"a," * MAX_RECORD_COLUMNS + b"b", "file-unreadable", "more than 256 columns"),
        (
            "a.csv",
            b"a" * (MAX_RECORD_CHARACTERS + 1),
            "file-unreadable",
            "line 1 is longer than 65536 characters",
        ),
        (
            "a.csv",
            CSV.encode() + b'"',
            "file-unreadable",
            "the quotation marks up to line 5 do not match; expected",
        ),
        ("a.json", b"", "column-missing", "no column"),
        ("a.json", b'[{"a": 1}', "file-unreadable", "no ']' after JSON value 1"),
        ("a.json", b"?", "file-unreadable", "JSON value 1 is malformed"),
        ("a.parquet", b"", "file-unreadable", "the Parquet file is damaged or cut short"),
        ("a.parquet", b"PAR1", "file-unreadable", "the Parquet file is damaged or cut short"),
        ("a.csv", PARQUET[:-1], "file-unreadable", "the Parquet file is damaged or cut short"),
        (
            "a.csv",
            PARQUET[: len(PARQUET) // 2],
            "file-unreadable",
            "the Parquet file is damaged or cut short",
        ),
        ("a.parquet", b"PARE" + PARQUET[4:], "file-unreadable", "the Parquet file is encrypted; expected"),
        ("a.parquet", parquet_bytes(**WIDE), "file-unreadable", "more than 256 columns"),
        ("a.xlsx", WIDE_XLSX, "file-unreadable", "more than 256 columns"),
        ("a.parquet", parquet_bytes(SoLoThuoc=LISTS), "column-type", "column SoLoThuoc is of type list<"),
        (
            "a.parquet",
            parquet_bytes(CMTCCCD=pa.array([b"1"])),
            "column-type",
            "column CMTCCCD is of type binary; exp",
        ),
        (
            "a.parquet",
            parquet_bytes(HoVaTen=pa.array([{"a": 1}])),
            "column-type",
            "column HoVaTen is of type struct<",
        ),
        ("a.xlsx", b"", "file-unreadable", "the workbook is damaged or cut short; expected .xlsx"),
        ("a.xlsx", XLSX[:-30], "file-unreadable", "the workbook is damaged or cut short; expected .xlsx"),
        ("a.csv", XLSX[:5000], "file-unreadable", "the workbook is damaged or cut short; expected .xlsx"),
        (
            "a.xlsx",
            workbook_of({"records.csv": b"a,b"}),
            "file-unreadable",
            "the workbook is damaged or cut short",
        ),
        (
            "a.xlsx",
            password_protected(),
            "file-unreadable",
            "the workbook is protected by a password; expected one",
        ),
        (
            "a.xls",
            old_workbook(),
            "file-unreadable",
            "the file is in the form of Excel before 2007 (.xls); expected",
        ),
        (
            "a.doc",
            OLE_MARK,
            "file-unreadable",
            "the file is in the form of Excel before 2007 (.xls); expected",
        ),
        (
            "a.xlsx",
            xlsx_bytes(SoLoThuoc=b"So lo"),
            "column-missing",
            "no column SoLoThuoc; expected the columns of",
        ),
    ],
)
def test_one_line_says_what_is_wrong(tmp_path, name, data, reason, message):
    (tmp_path / name).write_bytes(data)
    error = fault(tmp_path / name)
    assert (error.reason, str(error)[: len(message)]) == (reason, message)
    assert str(fault(io.BytesIO(data))) == str(error) or not data or data == b"?"


def test_the_password_is_told_wherever_its_stream_is_named():
    name = "EncryptedPackage".encode("utf-16-le")
    for before in (0, 100, 1024 * 1024 - 8 - len(name), 1024 * 1024 - 10, 3 * 1024 * 1024):
        assert "protected by a password" in str(fault(io.BytesIO(OLE_MARK + bytes(before) + name)))


def test_what_is_no_file(tmp_path):
    assert str(fault(tmp_path)).startswith("cannot read test_what_is_no_file0: Is a directory")
    assert str(fault(tmp_path / "none.csv")) == "cannot read none.csv: No such file or directory"
    assert str(fault(Path("/dev/zero"))) == "zero is a device; expected a file"
    assert str(fault(Path("/dev/null"))) == "null is a device; expected a file"
    assert str(fault(Path("a\0b"))) == "no file can have such a name"


def test_a_pipe_at_a_path_is_read(tmp_path):
    import threading

    path = tmp_path / "pipe"
    os.mkfifo(path)
    writing = threading.Thread(target=path.write_bytes, args=(CSV.encode(),))
    writing.start()
    assert sum(len(batch.original) for batch in open_records(path).batches(10)) == 3
    writing.join()


@pytest.mark.parametrize("suffix", WRITE)
def test_a_file_that_changes_between_passes_is_not_read_on(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    WRITE[suffix](path, HEADINGS, ROWS)
    source = open_records(path)
    assert len(list(source.batches(100))) == 1
    WRITE[suffix](path, HEADINGS, ROWS[:-1])
    with pytest.raises(
        AdapterError, match=f"a.{suffix} has changed since it was first read; expected one that"
    ):
        list(source.batches(100))


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1258"])
def test_a_mapping_names_the_encoding(encoding):
    mapping = replace(shipped("national-platform"), encoding=encoding)
    codec = {"windows-1258": "cp1258"}.get(encoding, encoding)
    text = CSV.replace("Nguyễn Thị Thử", "Nguyêñ Thị Thử").replace("Hà Nội", "Ha No")
    data = (text if encoding == "utf-16" else text.encode("cp1258", "replace").decode("cp1258")).encode(codec)
    (batch,) = open_records(io.BytesIO(data), mapping=mapping).batches(10)
    assert batch.original.column("CMTCCCD").to_pylist() == [row[3] for row in records(3)]


def test_windows_1258_is_read_as_the_letters_that_it_means():
    mapping = replace(shipped("national-platform"), encoding="windows-1258")
    name = "Trần Thị Hồng Thắm"
    decomposed = "Tr\u00e2\u0300n Th\u0069\u0323 H\u00f4\u0300ng Th\u0103\u0301m"  # as Windows-1258 spells it
    data = (
        CSV.splitlines()[0]
        + "\n"
        + ",".join([decomposed, *ROWS[0][1:2], "Nam", *ROWS[0][3:4], "", *ROWS[0][5:8]])
    )
    data += ",AstraZeneca,L,,,,,\n"
    (row,) = read_records(io.BytesIO(data.encode("cp1258")), mapping=mapping)
    assert row.record.full_name == name


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("utf-16", CSV.encode() + b"a"),
        ("utf-8", CSV.encode("utf-16")),
        ("windows-1258", CSV.encode() + b"\xd2"),
    ],
)
def test_a_wrong_encoding_in_the_mapping(encoding, data):
    error = fault(io.BytesIO(data), replace(shipped("national-platform"), encoding=encoding))
    assert error.reason is Reason.FILE_UNREADABLE
    assert ("which was named for it" in str(error)) is (encoding != "utf-8")


def test_a_mapping_that_names_a_sheet_that_is_not_there():
    error = fault(io.BytesIO(XLSX), replace(shipped("national-platform"), sheet="Tờ 2"))
    assert str(error) == "the workbook has no sheet 'Tờ 2', which the mapping names"


def test_a_mapping_that_names_a_column_that_is_not_there():
    known = shipped("national-platform").columns
    columns = {"So lo" if name == "lot" else heading: name for heading, name in known.items()}
    error = fault(io.BytesIO(CSV.encode()), Layout("clinic", {**columns, "Ghi chu": "status"}, strict=True))
    assert error.reason is Reason.COLUMN_MISSING
    assert str(error) == "no column NoiSanXuat, So lo, Ghi chu; expected the columns of the clinic mapping"


# --- Parquet that turns out to be damaged


def test_a_damaged_page_is_found_when_it_is_read(tmp_path):
    path = tmp_path / "a.parquet"
    write_parquet(path, HEADINGS, records(300))
    group = pq.read_metadata(path).row_group(2).column(0)
    data = bytearray(path.read_bytes())
    start = group.dictionary_page_offset or group.data_page_offset
    data[start : start + group.total_compressed_size] = b"\xff" * group.total_compressed_size
    source = open_records(io.BytesIO(data))
    batches = source.batches(64)
    assert [len(next(batches).original) for _ in range(2)] == [64, 64]
    with pytest.raises(AdapterError, match="the Parquet file is damaged or cut short") as caught:
        next(batches)
    assert caught.value.reason is Reason.FILE_UNREADABLE
    assert len(list(source.batches(64, skip=3))) == 2  # the damaged rows are passed over, not read


def test_parquet_text_that_is_none():
    bad = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")]
    )
    with pytest.raises(AdapterError, match="column GhiChu holds what is not UTF-8 text"):
        list(open_records(io.BytesIO(parquet_bytes(GhiChu=bad))).batches(10))


@pytest.mark.parametrize(
    ("length", "is_read"), [(MAX_RECORD_CHARACTERS, True), (MAX_RECORD_CHARACTERS + 1, False)]
)
def test_parquet_text_as_long_as_is_allowed(length, is_read):
    source = open_records(io.BytesIO(parquet_bytes(GhiChu=pa.array(["a" * length]))))
    if is_read:
        assert len(list(source.batches(10))) == 1
    else:
        with pytest.raises(AdapterError, match="column GhiChu holds a text longer than 65536 bytes"):
            list(source.batches(10))


def test_parquet_columns_with_the_same_name():
    one = table(HEADINGS, ROWS)
    sink = io.BytesIO()
    pq.write_table(pa.table([*one.columns, one.column(0)], names=[*HEADINGS, HEADINGS[0]]), sink)
    assert str(fault(sink)) == "two columns have the same heading"


# --- bombs


@pytest.mark.parametrize(
    ("part", "limit", "what"),
    [
        (SHEET, MAX_WORKBOOK_BYTES, "the workbook"),
        ("xl/sharedStrings.xml", MAX_WORKBOOK_STRINGS_BYTES, "the workbook's table of texts"),
        ("xl/styles.xml", MAX_WORKBOOK_PART_BYTES, "a part of the workbook"),
        ("[Content_Types].xml", MAX_WORKBOOK_PART_BYTES, "a part of the workbook"),
    ],
)
def test_parts_that_unpack_to_too_much(part, limit, what):
    error = fault(io.BytesIO(claiming(XLSX, part, limit + 1)))
    assert str(error).startswith(f"{what} unpacks to ")
    assert str(error).endswith(f" bytes; expected at most {limit}")


def test_a_part_that_unpacks_to_more_than_the_archive_says():
    padded = workbook_parts(XLSX)
    padded[SHEET] += b" " * 1000
    assert "damaged" in str(fault(io.BytesIO(claiming(workbook_of(padded), SHEET, 500))))


@pytest.mark.parametrize(
    "bomb",
    [
        b"<c/>" * (MAX_WORKBOOK_ROW_BYTES // 4 + 40_000),
        b"<x>" * 400_000,
        b'<c t="inlineStr"><is><t>' + b"a" * (3 * MAX_WORKBOOK_ROW_BYTES),
        b'<c r="ZZZZ1" t="str"><v>1</v></c></row>',
        b'<c r="XFE1" t="str"><v>1</v></c></row>',
    ],
)
def test_rows_that_are_endless(bomb):
    parts = workbook_parts(XLSX)
    start, _, rest = parts[SHEET].partition(b"</row>")
    data = workbook_of(parts | {SHEET: start + b"</row><row>" + bomb + rest})
    error = fault(io.BytesIO(data))
    assert "is larger than" in str(error) or "more cells than a workbook can hold" in str(error)


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml"])
def test_entities_are_not_unfolded(part):
    parts = workbook_parts(XLSX)
    _, declaration, rest = parts[part].rpartition(b"?>")
    doctype = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    data = workbook_of(parts | {part: declaration.replace(b"?>", b"") + doctype + rest})
    assert "damaged" in str(fault(io.BytesIO(data)))


def test_many_row_elements_without_cells_are_passed_over():
    parts = workbook_parts(XLSX)
    start, _, rest = parts[SHEET].partition(b"</row>")
    data = workbook_of(parts | {SHEET: start + b"</row>" + b'<row r="99999999999999"/>' * 50_000 + rest})
    (batch,) = open_records(io.BytesIO(data)).batches(100)
    assert len(batch.original) == len(ROWS)


# --- anything


@pytest.mark.parametrize("suffix", WRITE)
def test_damaged_files_are_read_or_refused_and_nothing_else(tmp_path, suffix):
    rng = random.Random(20220401)
    path = tmp_path / f"a.{suffix}"
    WRITE[suffix](path, HEADINGS, ROWS)
    whole = path.read_bytes()
    refused = 0
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(data))
            data[at : at + rng.randrange(9)] = rng.randbytes(rng.randrange(4))
        refused += refusal(bytes(data)) is not None
    assert refused > 10


def refusal(data: bytes) -> Reason | None:
    try:
        sum(len(batch.original) for batch in open_records(io.BytesIO(data)).batches(7))
    except VaxcertError as error:
        return error.reason
    return None


def test_libraries_that_are_not_there_are_named(tmp_path, monkeypatch):
    write_xlsx(tmp_path / "a.xlsx", HEADINGS, ROWS)
    write_parquet(tmp_path / "a.parquet", HEADINGS, ROWS)
    (tmp_path / "a.csv").write_text(CSV, "utf-8")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert (fault(tmp_path / "a.xlsx").reason, "vaxcert[xlsx]" in str(fault(tmp_path / "a.xlsx"))) == (
        Reason.EXTRA_MISSING,
        True,
    )
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "vaxcert[bulk]" in str(fault(tmp_path / "a.parquet"))
    assert len(list(read_records(tmp_path / "a.csv"))) == 3  # needs neither
    with pytest.raises(AdapterError, match=r"install vaxcert\[bulk\]"):
        next(open_records(tmp_path / "a.csv").batches(10))
