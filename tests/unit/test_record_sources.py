"""Record files of every form: the same records, in the same batches, in constant memory."""

from __future__ import annotations

import datetime as d
import io
import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.record_files import (
    HEADINGS,
    WRITE,
    records,
    table,
    workbook_of,
    workbook_parts,
    write_xlsx,
)

from vaxcert.adapters.records.formats import open_records, recognised
from vaxcert.adapters.records.mapping import shipped
from vaxcert.adapters.records.record_file import RecordFile
from vaxcert.adapters.records.rows import read_records
from vaxcert.adapters.records.source import RecordSource
from vaxcert.adapters.records.writers import WRITERS, RecordWriter
from vaxcert.model.dose_record import WHOLE_ROW

ROWS = records(300)
IDENTITY, DOSE_DAY, NOTE = (
    HEADINGS.index("CMTCCCD"),
    HEADINGS.index("NgayTiemChung"),
    HEADINGS.index("GhiChu"),
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same 300 records in every form."""
    folder = tmp_path_factory.mktemp("records")
    paths = {suffix: folder / f"records.{suffix}" for suffix in WRITE}
    for suffix, path in paths.items():
        WRITE[suffix](path, HEADINGS, ROWS)
    return paths


def rows_of(source: RecordSource, rows: int = 1000, **options: object) -> list[tuple[str, ...]]:
    return [
        row
        for batch in source.batches(rows, **options)
        for row in zip(*(column.to_pylist() for column in batch.original.columns), strict=True)
    ]


def opened(path: Path, headings=HEADINGS, rows=ROWS, suffix: str = "") -> RecordSource:
    WRITE[suffix or path.suffix[1:]](path, headings, rows)
    return open_records(path)


# --- the same in every form


@pytest.mark.parametrize("suffix", WRITE)
def test_every_form_holds_the_same_records(files, suffix):
    source = open_records(files[suffix])
    assert source.headings == HEADINGS
    assert source.fields_by_heading == open_records(files["csv"]).fields_by_heading
    assert rows_of(source) == ROWS
    assert source.known_records == 300


@pytest.mark.parametrize("suffix", WRITE)
@pytest.mark.parametrize("rows", [7, 64, 299, 300, 301])
def test_batches_end_at_the_same_rows_in_every_form_and_pass(files, suffix, rows):
    source = open_records(files[suffix])
    whole = list(source.batches(rows))
    assert [len(batch.original) for batch in whole[:-1]] == [rows] * (len(whole) - 1)
    assert sum(len(batch.original) for batch in whole) == 300
    for skip in (1, len(whole) - 1, len(whole)):
        rest = list(source.batches(rows, skip=skip))
        assert [batch.original for batch in rest] == [batch.original for batch in whole[skip:]]


@pytest.mark.parametrize("suffix", WRITE)
def test_a_pass_may_read_some_fields_only(files, suffix):
    source = open_records(files[suffix])
    wanted = ("vaccinated_on", "identity_number")
    (batch,) = source.batches(1000, columns=wanted)
    assert batch.original.schema.names == ["CMTCCCD", "NgayTiemChung"]
    assert rows_of(source, 50, skip=2, columns=wanted) == [
        (row[IDENTITY], row[DOSE_DAY]) for row in ROWS[100:]
    ]


@pytest.mark.parametrize("suffix", WRITE)
def test_columns_are_text_without_nulls(files, suffix):
    for batch in open_records(files[suffix]).batches(128):
        assert set(batch.original.schema.types) == {pa.string()}
        assert {column.null_count for column in batch.original.columns} == {0}
        assert batch.malformed is batch.identity_was_numeric is None
        assert repr(batch) == f"<RecordBatch of {len(batch.original)}>"


@pytest.mark.parametrize("suffix", WRITE)
def test_records_are_read_one_by_one_from_every_form(files, suffix):
    rows = list(read_records(files[suffix]))
    assert [row.number for row in rows] == list(range(1, 301))
    assert [tuple(row.original.values()) for row in rows] == ROWS
    assert [row.record for row in rows] == [row.record for row in read_records(files["csv"])]


@pytest.mark.parametrize("suffix", WRITE)
def test_streams_are_read_like_files(files, suffix):
    data = files[suffix].read_bytes()
    stream = io.BytesIO(data)
    source = open_records(stream)
    assert rows_of(source) == rows_of(source) == ROWS
    reading, writing = os.pipe()
    if len(data) < 60_000:  # what a pipe holds
        with open(writing, "wb") as file:
            file.write(data)
        with open(reading, "rb") as pipe:
            assert rows_of(open_records(pipe)) == ROWS
    else:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize("suffix", WRITE)
def test_no_records_are_no_batches(tmp_path, suffix):
    if suffix.startswith("json"):
        return  # without a record there is no heading
    source = opened(tmp_path / f"none.{suffix}", rows=[])
    assert list(source.batches(10)) == []
    assert source.known_records == 0


@pytest.mark.parametrize("suffix", WRITE)
def test_the_form_is_told_from_the_content_first(files, tmp_path, suffix):
    path = tmp_path / "records.csv"
    path.write_bytes(files[suffix].read_bytes())
    assert rows_of(open_records(path)) == ROWS
    assert rows_of(open_records(path, source_format="json" if suffix == "jsonl" else suffix)) == ROWS


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.parquet", "parquet"), ("a.XLSX", "xlsx"), ("a.json", "json"), ("a.txt", "csv"), ("a", "csv")],
)
def test_the_name_tells_the_form_of_what_has_no_mark(tmp_path, name, form):
    path = tmp_path / name
    path.write_bytes(b"?")
    assert recognised(RecordFile(path)).name == form


def test_only_what_is_known_without_reading_is_counted_before(files):
    assert open_records(files["parquet"]).known_records == 300
    assert open_records(files["csv"]).known_records is None


@pytest.mark.parametrize("suffix", WRITE)
def test_blank_headings_are_called_by_their_place(tmp_path, suffix):
    if suffix.startswith("json"):
        return
    headings = [*HEADINGS[:-1], "", "GhiChu"]
    rows = [(*row[:-1], "x", row[-1]) for row in ROWS[:5]]
    source = opened(tmp_path / f"blank.{suffix}", headings, rows)
    assert source.headings[14:16] == ("column 15", "GhiChu")
    assert [row[14] for row in rows_of(source)] == ["x"] * 5


# --- text goes through every form unchanged

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@settings(max_examples=40)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
def test_text_that_is_written_is_read_again(writer, cells):
    if writer.name == "fhir":
        return  # says less than any text
    names = [
        "identity_number",
        *(name for name in shipped("field-names").columns if name != "identity_number"),
    ]
    rows = [(one, *["."] * (len(names) - 2), other) for one, other in cells]
    data = b"".join(writer.pieces(names, table(names, rows).to_batches()))
    source = open_records(io.BytesIO(data))
    assert source.headings == tuple(names)
    assert rows_of(source) == rows


# --- typed files


def person(**changed: object) -> dict[str, object]:
    return dict(zip(HEADINGS, ROWS[0], strict=True)) | changed


def parquet_of(**columns: pa.Array) -> RecordSource:
    rows = len(next(iter(columns.values())))
    sink = io.BytesIO()
    pq.write_table(pa.table({**{heading: pa.array(["x"] * rows) for heading in HEADINGS}, **columns}), sink)
    return open_records(sink)


def column_of(source: RecordSource, heading: str) -> list[str]:
    return [text for batch in source.batches(1000) for text in batch.original.column(heading).to_pylist()]


def moments(*texts_and_unit: str) -> pa.Array:
    """Times without a zone."""
    *texts, unit = texts_and_unit
    return pa.array(texts).cast(pa.timestamp(unit))


HANOI = d.timezone(d.timedelta(hours=7))


@pytest.mark.parametrize(
    ("heading", "array", "texts"),
    [
        ("LanTiem", pa.array([1, None, 3], pa.int8()), ["1", "", "3"]),
        ("LanTiem", pa.array([1.0, None, 2.0, float("nan")]), ["1", "", "2", ""]),
        ("LanTiem", pa.array([1.5, -0.25, float("inf")]), ["1.5", "-0.25", "inf"]),
        ("LanTiem", pa.array([1.5, 2.0], pa.float32()), ["1.5", "2"]),
        ("LanTiem", pa.array([np.float16(1)], pa.float16()), ["1"]),
        (
            "SoLoThuoc",
            pa.array([1e15, 2.0**53, 79185000001.0]),
            ["1000000000000000", "9.007199254740992e+15", "79185000001"],
        ),
        ("SoLoThuoc", pa.array([Decimal("12.00"), Decimal("12.50"), None]), ["12", "12.50", ""]),
        ("SoLoThuoc", pa.array([True, False, None]), ["true", "false", ""]),
        ("SoLoThuoc", pa.nulls(2), ["", ""]),
        ("SoLoThuoc", pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
        ("SoLoThuoc", pa.array(["a", None], pa.large_string()), ["a", ""]),
        ("SoLoThuoc", pa.array(["a", None], pa.string_view()), ["a", ""]),
        ("NgaySinh", pa.array([d.date(1985, 4, 3), None]), ["1985-04-03", ""]),
        ("NgaySinh", pa.array([d.date(1901, 4, 3)], pa.date64()), ["1901-04-03"]),
        ("NgaySinh", pa.array([1985, 1939]), ["1985", "1939"]),
        ("NgayTiemChung", moments("2021-09-15T23:59:59.000999", "us"), ["2021-09-15"]),
        ("NgayTiemChung", moments("1899-12-31T23:00:00", "ns"), ["1899-12-31"]),
        (
            "NgayTiemChung",
            pa.array([d.datetime(2021, 9, 15, tzinfo=HANOI), d.datetime(2021, 9, 14, 16, 59, tzinfo=d.UTC)]),
            ["2021-09-15", "2021-09-14"],
        ),
        (
            "GhiChu",
            moments("2021-09-15T00:00:00", "2021-09-15T08:30:00", "ms"),
            ["2021-09-15", "2021-09-15 08:30:00"],
        ),
    ],
)
def test_parquet_columns_of_other_types_become_their_usual_text(heading, array, texts):
    assert column_of(parquet_of(**{heading: array}), heading) == texts


@pytest.mark.parametrize(
    ("array", "flags"),
    [
        (pa.array([1185000001, None, 79185000001]), [True, False, True]),
        (pa.array([1185000001.0, None, float("nan")]), [True, False, False]),
        (pa.array([Decimal(1185000001), None]), [True, False]),
        (pa.array([1185000001, None]).dictionary_encode(), [True, False]),
    ],
)
def test_identity_numbers_that_were_numbers_are_told(array, flags):
    source = parquet_of(CMTCCCD=array)
    (batch,) = source.batches(10)
    assert batch.identity_was_numeric.to_pylist() == flags
    (batch,) = source.batches(10, columns=("identity_number",))
    assert batch.identity_was_numeric.to_pylist() == flags
    (batch,) = source.batches(10, columns=("lot",))
    assert batch.identity_was_numeric is None


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.binary(), pa.struct([("a", pa.string())])])
def test_parquet_columns_of_no_interest_without_text_are_left_out(kind):
    source = parquet_of(GhiChu=pa.nulls(2, kind))
    assert source.headings == HEADINGS[:-1]
    assert len(rows_of(source)) == 2


def test_a_timestamp_of_a_sheet_or_table_is_the_same_day(tmp_path):
    moment = d.datetime(2021, 9, 15, 8, 30)  # noqa: DTZ001
    write_xlsx(tmp_path / "a.xlsx", HEADINGS, [tuple(person(NgayTiemChung=moment, GhiChu=moment).values())])
    (row,) = rows_of(open_records(tmp_path / "a.xlsx"))
    assert (row[DOSE_DAY], row[NOTE]) == ("2021-09-15", "2021-09-15 08:30:00")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, "2"),
        (2.0, "2"),
        (2.5, "2.5"),
        (True, "true"),
        (None, ""),
        (d.date(2021, 9, 15), "2021-09-15"),
        (d.time(8, 30), "08:30:00"),
        ("#N/A", "#N/A"),
        ("  text ", "  text "),
        ("a\r\nb", "a\r\nb"),
        (1e20, "1e+20"),
    ],
)
def test_cells_become_the_text_that_people_see(tmp_path, value, text):
    write_xlsx(tmp_path / "a.xlsx", HEADINGS, [tuple(person(GhiChu=value).values())])
    (row,) = rows_of(open_records(tmp_path / "a.xlsx"))
    assert row[NOTE] == text


def test_numbers_in_the_column_of_identity_numbers_are_told(tmp_path):
    people = [person(CMTCCCD=number) for number in (1185000001, "001185000001", None, 79185000001.0)]
    write_xlsx(tmp_path / "a.xlsx", HEADINGS, [tuple(one.values()) for one in people])
    (batch,) = open_records(tmp_path / "a.xlsx").batches(10)
    assert batch.original.column("CMTCCCD").to_pylist() == ["1185000001", "001185000001", "", "79185000001"]
    assert batch.identity_was_numeric.to_pylist() == [True, False, False, True]
    flags = [row.record.identity_number_was_numeric for row in read_records(tmp_path / "a.xlsx")]
    assert flags == [True, False, False, True]


def test_json_numbers_in_the_column_of_identity_numbers_are_told():
    source = open_records(io.BytesIO(("\n".join(_objects())).encode()))
    (batch,) = source.batches(10)
    assert batch.original.column("CMTCCCD").to_pylist() == ["1185000001", "1185000001", "1185000001"]
    assert batch.identity_was_numeric.to_pylist() == [True, False, True]


def _objects():
    for number in ("1185000001", '"1185000001"', "1185000001.0"):
        yield json.dumps(dict.fromkeys(HEADINGS, 1)).replace('"CMTCCCD": 1', f'"CMTCCCD": {number}')


# --- workbooks as people make them


def test_titles_above_the_headings_blank_rows_and_blank_columns_do_not_matter(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B1"] = "DANH SÁCH TIÊM CHỦNG"
    sheet.merge_cells("B1:F1")
    sheet["A3"] = "Ngày lập: 01/06/2022"
    for place, heading in enumerate(HEADINGS, 1):
        sheet.cell(5, place, heading)
    for number, row in enumerate(ROWS[:3]):
        for place, text in enumerate(row, 1):
            sheet.cell(7 + 2 * number, place, text).data_type = "s"
    sheet.row_dimensions[9].hidden = True
    sheet.cell(4000, 1).fill = openpyxl.styles.PatternFill("solid", "FFFF00")
    sheet.cell(7, 200).fill = openpyxl.styles.PatternFill("solid", "FFFF00")
    book.save(tmp_path / "a.xlsx")
    assert [row[:-1] for row in rows_of(open_records(tmp_path / "a.xlsx"))] == [row[:-1] for row in ROWS[:3]]


@pytest.mark.parametrize(
    "bad",
    ['{"HoVaTen": "TEST', '{"HoVaTen": "TEST",}', '{"HoVaTen": "a", "HoVaTen": "b"}', "?", "7"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_bad_line_of_json_lines_is_a_fault_of_its_row(tmp_path, bad, end):
    good = [json.dumps(dict(zip(HEADINGS, row, strict=True))) for row in ROWS[:3]]
    for lines in ([good[0], bad, good[1], good[2]], [*good, bad]):
        (tmp_path / "a.jsonl").write_text(end.join(lines), "utf-8", newline="")
        rows = list(read_records(tmp_path / "a.jsonl"))
        (faulty,) = [row for row in rows if row.record.unreadable == {WHOLE_ROW}]
        assert [tuple(row.original.values()) for row in rows if row is not faulty] == ROWS[:3]
        assert next(iter(faulty.original.values())) == bad


def test_text_beyond_the_headings_is_a_fault_of_its_row(tmp_path):
    write_xlsx(tmp_path / "a.xlsx", HEADINGS, [ROWS[0], (*ROWS[1][:-1], "x", "", "note"), ROWS[2][:-3]])
    (batch,) = open_records(tmp_path / "a.xlsx").batches(10)
    assert batch.malformed.to_pylist() == [False, True, False]
    assert batch.original.column("GhiChu").to_pylist()[1:] == ["x,note", ""]
    second = list(read_records(tmp_path / "a.xlsx"))[1]
    assert second.record.unreadable == {WHOLE_ROW}


def test_the_cached_value_of_a_formula_is_read_and_the_first_shown_sheet(tmp_path):
    write_xlsx(tmp_path / "a.xlsx", HEADINGS, [tuple(person(SoMuiTiem=987654).values())])
    parts = workbook_parts((tmp_path / "a.xlsx").read_bytes())
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"<v>987654</v>", b"<f>1+2</f><v>3</v>")
    (tmp_path / "a.xlsx").write_bytes(workbook_of(parts))
    (row,) = rows_of(open_records(tmp_path / "a.xlsx"))
    assert row[6] == "3"


def test_hidden_sheets_are_passed_over_and_named_ones_taken(tmp_path):
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    for name, row in (("Danh sách", ROWS[0]), ("Khác", ROWS[1])):
        sheet = book.create_sheet(name)
        sheet.append(HEADINGS)
        sheet.append([*row[:-1], "x"])
    book.save(tmp_path / "a.xlsx")
    assert rows_of(open_records(tmp_path / "a.xlsx"))[0][0:3] == ROWS[0][:3]
    mapping = replace(shipped("national-platform"), sheet="Khác")
    assert rows_of(open_records(tmp_path / "a.xlsx", mapping=mapping))[0][9] == ROWS[1][9]


def test_a_sheet_that_says_a_wrong_size_is_read_whole(tmp_path):
    write_xlsx(tmp_path / "a.xlsx", HEADINGS, ROWS[:9])
    parts = workbook_parts((tmp_path / "a.xlsx").read_bytes())
    name = "xl/worksheets/sheet1.xml"
    assert b'<dimension ref="A1:O10"' in parts[name]
    for size in (b'<dimension ref="A1"', b'<dimension ref="A1:XFD1048576"', b"<x"):
        changed = parts | {name: parts[name].replace(b'<dimension ref="A1:O10"', size)}
        assert rows_of(open_records(io.BytesIO(workbook_of(changed)))) == ROWS[:9]


# --- memory

MEASURED = """
import resource, sys
from pathlib import Path
from vaxcert.adapters.records.formats import open_records

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

small, large = (open_records(Path(name)) for name in sys.argv[1:])
sum(len(batch.original) for batch in small.batches(500))
before = peak()
records = sum(len(batch.original) for batch in large.batches(500))
print(records, peak() - before)
"""


def larger(writer: RecordWriter, rows: list[tuple[str, ...]], times: int) -> bytes:
    return b"".join(writer.pieces(HEADINGS, [table(HEADINGS, rows).combine_chunks().to_batches()[0]] * times))


@pytest.mark.slow
@pytest.mark.parametrize(
    "writer",
    [one for one in WRITERS if one.name in ("csv", "parquet", "xlsx")],
    ids=lambda writer: writer.name,
)
def test_memory_does_not_grow_with_the_file(tmp_path, writer):
    """In a process of its own, with the peak of all its memory: what Arrow holds is not Python's."""
    rng = random.Random(1)
    rows = [(*row[:-1], rng.randbytes(1500).hex()) for row in ROWS * 2]
    small, large = tmp_path / f"small{writer.suffixes[0]}", tmp_path / f"large{writer.suffixes[0]}"
    small.write_bytes(larger(writer, rows, 1))
    large.write_bytes(larger(writer, rows, 5))
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MEASURED, str(small), str(large)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    count, grown = map(int, done.stdout.split())
    assert count == 5 * len(rows)
    assert large.stat().st_size > 5_000_000
    assert grown < 4
