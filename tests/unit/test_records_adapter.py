import csv
import io
import json
import os
import stat
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from vaxcert.adapters.records.layout import RECORD_FIELDS, REQUIRED_FIELDS
from vaxcert.adapters.records.mapping import shipped
from vaxcert.adapters.records.rejects import RejectWriter
from vaxcert.adapters.records.rows import RecordRow, read_records
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_RECORD_CHARACTERS, MAX_RECORD_COLUMNS
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord, Sex

NATIONAL_PLATFORM = shipped("national-platform")
FIELD_NAMES = shipped("field-names")
PERSON = {
    "HoVaTen": "Nguyễn Thị Thử",
    "NgaySinh": "03/04/1985",
    "GioiTinh": "Nữ",
    "CMTCCCD": "001185000001",
    "QuocTich": "Việt Nam",
    "LanTiem": "2",
    "SoMuiTiem": "2",
    "NgayTiemChung": "15/09/2021",
    "LoaiThuocTiem": "AstraZeneca",
    "SoLoThuoc": "TEST-001",
    "CoSoYTeMa": "01001",
    "CoSoYTeTen": "Trạm Y tế mẫu",
    "TinhMa": "01",
    "TinhTen": "Hà Nội",
}
RECORD = DoseRecord(
    full_name="Nguyễn Thị Thử",
    birth_date=date(1985, 4, 3),
    sex=Sex.FEMALE,
    identity_number="001185000001",
    nationality="Việt Nam",
    vaccine="AstraZeneca",
    lot="TEST-001",
    dose_number=2,
    doses_in_series=2,
    vaccinated_on=date(2021, 9, 15),
    facility_code="01001",
    facility_name="Trạm Y tế mẫu",
    province_code="01",
    province_name="Hà Nội",
)


def as_csv(*rows: dict[str, str], delimiter: str = ",") -> str:
    file = io.StringIO()
    table = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    return file.getvalue()


def read(content: str | bytes) -> list[RecordRow]:
    return list(read_records(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def fault(content: str | bytes) -> AdapterError:
    with pytest.raises(AdapterError) as caught:
        next(read_records(io.BytesIO(content.encode() if isinstance(content, str) else content)))
    assert "\n" not in str(caught.value)
    return caught.value


def record_with(**texts: str) -> DoseRecord:
    return read(as_csv(PERSON | texts))[0].record


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv(delimiter, encoding):
    (row,) = read(as_csv(PERSON, delimiter=delimiter).encode(encoding))
    assert row == RecordRow(1, PERSON, RECORD)


def test_csv_from_a_path(tmp_path):
    path = tmp_path / "records.csv"
    path.write_text(as_csv(PERSON, PERSON), "utf-8")
    assert [row.number for row in read_records(path)] == [1, 2]


def test_stream_stays_open_and_can_be_read_again():
    stream = io.BytesIO(as_csv(PERSON).encode())
    assert list(read_records(stream)) == list(read_records(stream))
    assert not stream.closed


def test_pipe_is_read():
    reading, writing = os.pipe()
    with open(writing, "wb") as file:
        file.write(as_csv(PERSON).encode())
    with open(reading, "rb") as file:
        assert [row.record for row in read_records(file)] == [RECORD]


def test_headings_in_any_case_and_order():
    shuffled = {heading.upper(): text for heading, text in reversed(PERSON.items())}
    assert read(as_csv(shuffled))[0].record == RECORD


def test_columns_of_no_interest_are_kept_in_the_original():
    (row,) = read(as_csv(PERSON | {"SoDienThoai": "0"}))
    assert row.original["SoDienThoai"] == "0"
    assert row.record == RECORD


def test_optional_columns_may_be_missing():
    required = {NATIONAL_PLATFORM.columns[heading] for heading in PERSON} & set(REQUIRED_FIELDS)
    short = {
        heading: text for heading, text in PERSON.items() if NATIONAL_PLATFORM.columns[heading] in required
    }
    assert read(as_csv(short))[0].record.lot == "TEST-001"


def test_no_rows_are_no_records():
    assert read(",".join(PERSON)) == []


def test_empty_lines_and_spare_delimiters_at_the_end_are_nothing():
    heading, line = as_csv(PERSON).splitlines()
    rows = read(f"{heading},,\n{line},,\n\n,,,\n{line}\n")
    assert [row.number for row in rows] == [1, 2]
    assert all(row.record == RECORD for row in rows)


def test_empty_cells_are_none():
    record = record_with(HoVaTen="", NgaySinh=" ", GioiTinh="", LanTiem="\t")
    assert (record.full_name, record.birth_date, record.sex, record.dose_number) == (None, None, None, None)
    assert record.unreadable == frozenset()


def test_names_are_made_nfc():
    assert record_with(HoVaTen="Nguye\u0302\u0303n Thi\u0323 Thu\u031b\u0309").full_name == "Nguyễn Thị Thử"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03/04/1985", date(1985, 4, 3)),
        ("3/4/1985", date(1985, 4, 3)),
        ("1985-04-03", date(1985, 4, 3)),
        ("29/02/2000", date(2000, 2, 29)),
        ("1985", PartialDate(1985)),
        ("04/1985", PartialDate(1985, 4)),
        ("1985-04", PartialDate(1985, 4)),
    ],
)
def test_birth_dates(text, expected):
    assert record_with(NgaySinh=text).birth_date == expected


@pytest.mark.parametrize(
    "text",
    ["29/02/2001", "31/09/1985", "13/13/1985", "13/1985", "1985-13", "0000", "03-04-1985", "85", "không rõ"],
)
def test_unreadable_birth_dates(text):
    record = record_with(NgaySinh=text)
    assert (record.birth_date, record.unreadable) == (None, frozenset({"birth_date"}))


def test_day_of_vaccination_is_a_whole_date():
    assert record_with(NgayTiemChung="2021-09-15").vaccinated_on == date(2021, 9, 15)
    assert record_with(NgayTiemChung="09/2021").unreadable == {"vaccinated_on"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Nam", Sex.MALE), ("NAM", Sex.MALE), ("male", Sex.MALE), ("Nữ", Sex.FEMALE), ("nu", Sex.FEMALE)],
)
def test_sexes(text, expected):
    assert record_with(GioiTinh=text).sex is expected


def test_unreadable_sex_and_numbers():
    record = record_with(GioiTinh="1", LanTiem="hai", SoMuiTiem="2.0")
    assert record.unreadable == {"sex", "dose_number", "doses_in_series"}


@pytest.mark.parametrize("number", ["-1", "1e3", "٣", "9999999"])
def test_unreadable_dose_numbers(number):
    assert record_with(LanTiem=number).unreadable == {"dose_number"}


def test_row_with_too_few_cells_is_a_fault_of_that_row():
    heading, line = as_csv(PERSON).splitlines()
    short, whole = read(f"{heading}\n{line.rsplit(',', 1)[0]}\n{line}\n")
    assert short.record.unreadable == {WHOLE_ROW}
    assert short.original == PERSON | {"TinhTen": ""}
    assert whole.record == RECORD


def test_row_with_too_many_cells_keeps_all_its_text():
    heading, line = as_csv(PERSON).splitlines()
    (row,) = read(f"{heading}\n{line},a,b\n")
    assert row.record.unreadable == {WHOLE_ROW}
    assert row.original == PERSON | {"TinhTen": "Hà Nội,a,b"}


def test_missing_columns_are_named_and_the_file_is_not_quoted():
    error = fault(
        as_csv({heading: text for heading, text in PERSON.items() if heading not in {"CMTCCCD", "NgaySinh"}})
    )
    assert error.reason is Reason.COLUMN_MISSING
    assert str(error) == "no column NgaySinh, CMTCCCD; expected the columns of the national platform layout"


def test_file_without_headings_is_not_quoted():
    error = fault(",".join(PERSON.values()) + "\n")
    assert error.reason is Reason.COLUMN_MISSING
    assert not any(text in str(error) for text in PERSON.values() if len(text) > 2)


HEADING = ",".join(PERSON)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "first line is empty"),
        ("\n\n", "first line is empty"),
        ("\ufeff", "first line is empty"),
        (HEADING.encode() + b"\n\xff\n", "not UTF-8"),
        (as_csv(PERSON).encode("utf-16"), "not UTF-8"),
        (f"{HEADING}\n".encode("utf-16-le"), "line 1 holds a NUL byte"),
        (as_csv(PERSON).encode("cp1258", "ignore"), "not UTF-8"),
        (f"{HEADING}\na\0b\n", "line 2 holds a NUL byte"),
        (f'{HEADING}\n"Nguyễn,2\n', "quotation marks up to line 2"),
        (f'{HEADING}\n"Nguyễn"A,2\n', "quotation marks up to line 2"),
        (f"{HEADING},HoVaTen\n", "same heading"),
        (f"{HEADING},HOVATEN\n", "same heading"),
        (f"{HEADING}\n{'a' * (MAX_RECORD_CHARACTERS + 1)}\n", "line 2 is longer than"),
        (",".join(f"c{n}" for n in range(MAX_RECORD_COLUMNS + 1)), "more than 256 columns"),
        ("\n".join(f'{{"c{n}": 1}}' for n in range(MAX_RECORD_COLUMNS + 1)), "more than 256 columns"),
        ("[", "JSON value 1 is malformed"),
        ("[1]", "JSON value 1 is not an object"),
        ('{"a": 1', "JSON value 1 is malformed"),
        ('{"a": 1, "a": 2}', "names a key twice"),
        ("[{}", "no ']' after JSON value 1"),
        ("[{} {}]", "no ']' after JSON value 1"),
        ("[{},]", "JSON value 2 is malformed"),
        ("[{}] {}", "after the end of the JSON array"),
        ("{}\n{}\nnull", "JSON value 3 is not an object"),
        ("[" * 100_000, "malformed"),
        ('{"a": "' + "a" * 3 * MAX_RECORD_CHARACTERS + '"}', "longer than"),
        ('{"a": "a\0"}', "malformed"),
        ('{"a": "a\ud800"}'.encode("utf-8", "surrogatepass"), "not UTF-8"),
    ],
)
def test_unreadable_files(content, message):
    error = fault(content)
    assert error.reason is Reason.FILE_UNREADABLE
    assert message in str(error)


def test_as_many_columns_as_are_allowed():
    wide = PERSON | {f"c{number}": "" for number in range(MAX_RECORD_COLUMNS - len(PERSON))}
    assert len(wide) == MAX_RECORD_COLUMNS
    assert read(as_csv(wide))[0].record == read(json.dumps(wide))[0].record == RECORD


def test_no_depth_of_nesting_is_a_fault_of_the_program():
    faults = [fault('{"a": ' + "[" * depth + "]" * depth + "}") for depth in (10, *range(850, 1010), 60_000)]
    reasons = [one.reason for one in faults]
    assert set(reasons) == {Reason.COLUMN_MISSING, Reason.FILE_UNREADABLE}
    assert (reasons[0], reasons[-1]) == (Reason.COLUMN_MISSING, Reason.FILE_UNREADABLE)


def test_path_that_cannot_be_rewound_is_read():
    reading, writing = os.pipe()
    with open(writing, "wb") as file:
        file.write(as_csv(PERSON).encode())
    with open(reading, "rb") as file:
        assert [row.record for row in read_records(Path(f"/dev/fd/{file.fileno()}"))] == [RECORD]


def test_a_value_that_is_no_record_is_one_bad_row():
    person = dict.fromkeys(NATIONAL_PLATFORM.columns, "x")
    heading = next(iter(person))
    content = "\n".join(json.dumps(value) for value in (person, 5, None, person))
    rows = list(read_records(io.BytesIO(content.encode())))
    assert [row.original[heading] for row in rows] == ["x", "5", "", "x"]
    assert [WHOLE_ROW in row.record.unreadable for row in rows] == [False, True, True, False]


def test_fault_at_the_end_is_found_before_the_first_record():
    rows = as_csv(*[PERSON] * 5000)
    assert fault(rows.encode() + b"\xff\n").reason is Reason.FILE_UNREADABLE


def test_missing_file(tmp_path):
    with pytest.raises(AdapterError, match=r"cannot read none\.csv: No such file") as caught:
        next(read_records(tmp_path / "none.csv"))
    assert caught.value.reason is Reason.FILE_UNREADABLE


def test_folder_instead_of_a_file(tmp_path):
    with pytest.raises(AdapterError, match="Is a directory"):
        next(read_records(tmp_path))


def in_english(person: dict[str, str]) -> dict[str, str]:
    return {NATIONAL_PLATFORM.columns[heading]: text for heading, text in person.items()}


@pytest.mark.parametrize("spell", [dict, in_english])
@pytest.mark.parametrize("indent", [None, 2])
def test_json_array_and_lines(spell, indent):
    people = [spell(PERSON), spell(PERSON | {"SoLoThuoc": "TEST-002"})]
    array = json.dumps(people, ensure_ascii=False, indent=indent)
    lines = "\n".join(json.dumps(person, indent=indent) for person in people)
    for content in (array, lines, f" \n{array}\n", "\ufeff" + lines):
        assert [row.record.lot for row in read(content)] == ["TEST-001", "TEST-002"]
        assert read(content)[0] == RecordRow(1, spell(PERSON), RECORD)


def test_json_numbers_are_read_like_text():
    person = PERSON | {"LanTiem": 2, "CMTCCCD": 1185000001, "SoLoThuoc": 1.50}
    (row,) = read(json.dumps(person))
    assert (row.record.dose_number, row.record.identity_number, row.record.lot) == (2, "1185000001", "1.5")


def test_json_values_of_other_types_are_faults_of_the_record():
    (row,) = read(json.dumps(PERSON | {"LanTiem": True, "HoVaTen": None, "other": ["1985"]}))
    assert row.record.unreadable == {"dose_number"}
    assert row.record.full_name is None
    assert row.original["other"] == '["1985"]'


@pytest.mark.parametrize("nested", [["1985"], [], {}, {"text": "03/04/1985"}])
def test_lists_and_objects_in_a_field_are_a_fault_of_the_file(nested):
    error = fault(json.dumps([PERSON, PERSON | {"NgaySinh": nested}]))
    assert error.reason is Reason.COLUMN_TYPE
    assert str(error) == "column NgaySinh holds a list or an object in record 2; expected text or numbers"


def test_json_key_missing_in_one_record_is_an_empty_cell():
    person = {heading: text for heading, text in PERSON.items() if heading != "SoLoThuoc"}
    first, second = read(json.dumps([person, PERSON]))
    assert (first.record.lot, first.original["SoLoThuoc"]) == (None, "")
    assert second.record == RECORD


def test_json_key_missing_in_all_records_is_a_missing_column():
    person = {field: text for field, text in in_english(PERSON).items() if field != "lot"}
    error = fault(json.dumps([person]))
    assert error.reason is Reason.COLUMN_MISSING
    assert str(error) == "no column lot; expected the columns of the field names layout"


def test_empty_json_array_has_no_columns():
    assert fault("[]").reason is Reason.COLUMN_MISSING


def test_half_a_surrogate_pair_is_replaced():
    (row,) = read(json.dumps(PERSON).replace("TEST-001", "\\ud800"))
    assert row.record.lot == "?"


def test_values_across_the_edges_of_the_window():
    people = [PERSON | {"SoLoThuoc": f"TEST-{n:05d}"} for n in range(2000)]
    rows = read(json.dumps(people))
    assert [row.record.lot for row in rows] == [person["SoLoThuoc"] for person in people]


@pytest.mark.slow
@pytest.mark.parametrize("json_lines", [False, True])
def test_memory_does_not_grow_with_the_file(tmp_path, json_lines):
    path = tmp_path / "records"
    line = json.dumps(PERSON) if json_lines else as_csv(PERSON).splitlines()[1]
    path.write_text(("" if json_lines else f"{HEADING}\n") + f"{line}\n" * 10_000, "utf-8")
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_records(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 1_000_000 < path.stat().st_size


def test_row_repr_holds_no_personal_data():
    assert repr(read(as_csv(PERSON))[0]) == "<RecordRow 1>"


def test_field_names_layout_has_every_field():
    assert dict(FIELD_NAMES.columns) == {name: name for name in RECORD_FIELDS}


SENTENCES = {"lot-missing": "Thiếu số lô vắc xin.", "sex-missing": "Thiếu giới tính."}


def rejects(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_rejects_hold_row_codes_and_reasons(tmp_path):
    path = tmp_path / "rejects.csv"
    first, second = read(as_csv(PERSON, PERSON))
    with RejectWriter(path, SENTENCES) as writer:
        writer.write(first, ["lot-missing", "sex-missing", "other"])
        writer.write(second, ["lot-missing"])
    assert writer.count == 2
    sentences = "Thiếu số lô vắc xin. Thiếu giới tính. other"
    assert rejects(path) == [
        PERSON | {"row": "1", "codes": "lot-missing sex-missing other", "reasons": sentences},
        PERSON | {"row": "2", "codes": "lot-missing", "reasons": "Thiếu số lô vắc xin."},
    ]


def test_rejects_open_in_spreadsheets_and_only_for_the_owner(tmp_path):
    path = tmp_path / "rejects.csv"
    with RejectWriter(path, SENTENCES) as writer:
        writer.write(read(as_csv(PERSON))[0], ["lot-missing"])
    assert path.read_bytes().startswith("\ufeffHoVaTen,".encode())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_mended_rejects_are_read_again(tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    with RejectWriter(first, SENTENCES) as writer:
        writer.write(read(as_csv(PERSON))[0], ["lot-missing"])
    (row,) = read_records(first)
    assert row.record == RECORD
    with RejectWriter(second, SENTENCES) as writer:
        writer.write(row, ["sex-missing"])
    assert rejects(second) == [PERSON | {"row": "1", "codes": "sex-missing", "reasons": "Thiếu giới tính."}]


def test_no_rejects_replace_an_older_file(tmp_path):
    path = tmp_path / "rejects.csv"
    path.write_text("old")
    with RejectWriter(path, SENTENCES):
        pass
    assert path.read_text("utf-8-sig") == "row,codes,reasons\n"


def interrupted_run(path: Path) -> None:
    with RejectWriter(path, SENTENCES) as writer:
        writer.write(read(as_csv(PERSON))[0], ["lot-missing"])
        raise KeyboardInterrupt


def test_exception_leaves_the_older_file_and_nothing_else(tmp_path):
    path = tmp_path / "rejects.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        interrupted_run(path)
    assert [file.name for file in tmp_path.iterdir()] == ["rejects.csv"]
    assert path.read_text() == "old"


def test_rejects_in_a_folder_that_is_not_there(tmp_path):
    with (
        pytest.raises(AdapterError, match=r"cannot write rejects\.csv: No such file") as caught,
        RejectWriter(tmp_path / "none" / "rejects.csv", SENTENCES),
    ):
        pass
    assert caught.value.reason is Reason.FILE_UNWRITABLE


def test_rejects_over_a_folder(tmp_path):
    path = tmp_path / "rejects.csv"
    path.mkdir()
    with pytest.raises(AdapterError, match="Is a directory"), RejectWriter(path, SENTENCES):
        pass
    assert list(tmp_path.iterdir()) == [path]
