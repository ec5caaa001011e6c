"""Mapping files, and what they make of the cells of a file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vaxcert.adapters.records import mapping
from vaxcert.adapters.records.fields import field_columns
from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.records.layout import RECORD_FIELDS, REQUIRED_FIELDS, DateOrder, Layout
from vaxcert.adapters.records.mapping import DELIMITERS, ENCODINGS, SHIPPED, load_mapping, shipped
from vaxcert.adapters.records.rows import read_records
from vaxcert.adapters.records.values import SPREADSHEET_ERRORS, clean
from vaxcert.errors import AdapterError, LimitExceededError, Reason
from vaxcert.limits import MAX_MAPPING_BYTES
from vaxcert.model.dose_record import Sex

COLUMNS = {f"Cột {field}": field for field in REQUIRED_FIELDS}
CLINIC = """
name = "clinic 12"
delimiter = "|"
date_order = "month-first"

[columns]
"Họ và tên" = "full_name"
"Ngày sinh" = "birth_date"
"Phái" = "sex"
CCCD = "identity_number"
"Vắc xin" = "vaccine"
"Số lô" = "lot"
"Mũi" = "dose_number"
"Ngày tiêm" = "vaccinated_on"

[constants]
doses_in_series = " 2 "
facility_code = "79001"

[values.sex]
"1" = "Nam"
"2" = "Nữ"

[values.vaccine]
AZ = "AstraZeneca"
"" = "Comirnaty"
NULL = ""
"""
PEOPLE = (
    "STT|Họ và tên|Ngày sinh|Phái|CCCD|Vắc xin|Số lô|Mũi|Ngày tiêm\n"
    "1|Nguyễn Thị Thử|04/13/1985| 2 |001185000001|AZ|TEST-1|2|9/5/2021\n"
    "2|Lê Văn Mẫu|1939|1|000000105|| #N/A |1|2021-09-05\n"
    "3|#REF!|04/1985|3|1|NULL|TEST-3|#DIV/0!|13/09/2021\n"
)


def toml(columns: dict[str, str] = COLUMNS, before: str = "", after: str = "") -> str:
    lines = "".join(
        f"{json.dumps(heading, ensure_ascii=False)} = {json.dumps(field)}\n"
        for heading, field in columns.items()
    )
    return f"{before}\n[columns]\n{lines}\n{after}\n"


def loaded(folder: Path, text: str | bytes) -> Layout:
    path = folder / "clinic.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_mapping(path)


def wrong(folder: Path, text: str | bytes) -> str:
    with pytest.raises(AdapterError) as caught:
        loaded(folder, text)
    assert caught.value.reason is Reason.MAPPING_UNUSABLE
    start = f"the mapping {folder / 'clinic.toml'}: "
    message = str(caught.value)
    assert message.startswith(start)
    assert "\n" not in message
    return message.removeprefix(start)


def test_what_a_mapping_says(tmp_path):
    layout = loaded(tmp_path, CLINIC)
    assert (layout.name, layout.delimiter, layout.encoding, layout.sheet) == ("clinic 12", "|", "utf-8", None)
    assert layout.date_order is DateOrder.MONTH_FIRST
    assert layout.columns["Họ và tên"] == "full_name"
    assert layout.constants == {"doses_in_series": "2", "facility_code": "79001"}
    assert layout.values["sex"] == {"1": "Nam", "2": "Nữ"}
    assert layout.strict


def test_a_mapping_without_a_name_has_that_of_its_file(tmp_path):
    assert loaded(tmp_path, toml()).name == "clinic"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column; expected a table [columns] with lines heading = field"),
        ("a", "not TOML: Expected '=' after a key in a key/value pair (at end of document)"),
        ("[columns]\na = 1\na = 2", "not TOML: Cannot overwrite a value (at "),
        (b"name = '\xff'", "not TOML: not UTF-8 text"),
        ("a = " + "[" * 60_000, "not TOML: "),
        (
            "nmae = 'a'",
            "no setting is called 'nmae'; expected one of name, encoding, delimiter, sheet, date_order, ",
        ),
        ("columns = 1", "columns is not a table; expected [columns] with a line for each"),
        ("[columns]\na = 1", "'a' of [columns] is not text; expected it in quotation marks"),
        (
            toml({"Tên": "nam"}),
            "column 'Tên' stands for 'nam', which is none of the fields full_name, birth_date, ",
        ),
        (toml(COLUMNS | {"Lô": "lot"}), "two columns stand for lot: 'Cột lot' and 'Lô'"),
        (toml(COLUMNS | {"cột LOT": "status"}), "two columns have the same heading but for capitals"),
        (
            toml({"a": "full_name", "b": "lot"}),
            "neither column nor constant for birth_date, sex, identity_number, ",
        ),
        (toml(after="[constants]\nlot = 'x'"), "lot has a column and a constant; expected one of them"),
        (
            toml(after="[constants]\nlto = 'x'"),
            "no constant is called 'lto'; expected one of full_name, birth_date, ",
        ),
        (
            toml(after="[constants]\nstatus = 1"),
            "'status' of [constants] is not text; expected it in quotation marks",
        ),
        (
            toml(after="[values.status]\n1 = 'x'"),
            "no table of values is called 'status'; expected one of full_name, ",
        ),
        (toml(after="[values]\nsex = 1"), "sex is not a table; expected [sex] with a line for each"),
        (toml(after="[values.sex]\n1 = 2"), "'1' of [sex] is not text; expected it in quotation marks"),
        (toml(before="name = 1"), "name is not text; expected it in quotation marks"),
        (
            toml(before="encoding = 'latin-1'"),
            "encoding is 'latin-1'; expected one of 'utf-8', 'utf-16', ",
        ),
        (toml(before="delimiter = ';;'"), "delimiter is ';;'; expected one of ',', ';', '\\t', '|'"),
        (
            toml(before="date_order = 'mdy'"),
            "date_order is 'mdy'; expected one of 'day-first', 'month-first'",
        ),
    ],
)
def test_a_wrong_mapping_is_one_line(tmp_path, text, message):
    assert wrong(tmp_path, text).startswith(message)


def test_a_mapping_that_is_not_there_or_too_large(tmp_path):
    with pytest.raises(AdapterError, match="No such file") as caught:
        load_mapping(tmp_path / "none.toml")
    assert caught.value.reason is Reason.FILE_UNREADABLE
    assert loaded(tmp_path, toml() + "#" * (MAX_MAPPING_BYTES - len(toml().encode())))
    with pytest.raises(LimitExceededError):
        loaded(tmp_path, toml() + "#" * (MAX_MAPPING_BYTES + 1 - len(toml().encode())))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_mappings_are_mapping_files_like_others(name, tmp_path):
    data = (Path(mapping.__file__).parent / "mappings" / f"{name}.toml").read_bytes()
    layout = loaded(tmp_path, data)
    assert (layout.columns, layout.name) == (shipped(name).columns, shipped(name).name)
    assert layout.strict
    assert not shipped(name).strict


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_every_encoding_and_delimiter_is_read(tmp_path, encoding, delimiter):
    layout = loaded(tmp_path, toml(before=f"encoding = '{encoding}'\ndelimiter = {json.dumps(delimiter)}"))
    others = "".join(other for other in ",;\t" if other != delimiter) * 20
    lines = (delimiter.join((*layout.columns, f'"{others}"')), delimiter.join((*"123456789", f'"{others}ê"')))
    data = "\n".join(lines).replace("ộ", "ô\u0323").encode(ENCODINGS[encoding])
    (batch,) = open_records(io.BytesIO(data), mapping=layout).batches(10)
    assert batch.original.column(0).to_pylist() == ["1"]
    assert batch.original.column(len(COLUMNS)).to_pylist() == [f"{others}ê"]


# --- what a mapping makes of a file


def columns_of(layout: Layout, text: str, **options: object) -> dict[str, list[str]]:
    source = open_records(io.BytesIO(text.encode()), mapping=layout)
    (batch,) = source.batches(100)
    return field_columns(batch.original, source.fields_by_heading, source.layout, **options).to_pydict()


def test_fields_of_a_file_by_its_mapping(tmp_path):
    layout = loaded(tmp_path, CLINIC)
    assert columns_of(layout, PEOPLE) == {
        "full_name": ["Nguyễn Thị Thử", "Lê Văn Mẫu", ""],
        "birth_date": ["13/04/1985", "1939", "04/1985"],
        "sex": ["Nữ", "Nam", "3"],
        "identity_number": ["001185000001", "000000105", "1"],
        "vaccine": ["AstraZeneca", "Comirnaty", ""],
        "lot": ["TEST-1", "", "TEST-3"],
        "dose_number": ["2", "1", ""],
        "vaccinated_on": ["5/9/2021", "2021-09-05", "09/13/2021"],
        "doses_in_series": ["2"] * 3,
        "facility_code": ["79001"] * 3,
    }
    assert columns_of(layout, PEOPLE, columns=("lot", "facility_code")) == {
        "lot": ["TEST-1", "", "TEST-3"],
        "facility_code": ["79001"] * 3,
    }


def test_records_of_a_file_by_its_mapping(tmp_path):
    layout = loaded(tmp_path, CLINIC)
    first, second, third = (row.record for row in read_records(io.BytesIO(PEOPLE.encode()), mapping=layout))
    assert (first.sex, first.vaccine, first.doses_in_series, first.facility_code) == (
        Sex.FEMALE,
        "AstraZeneca",
        2,
        "79001",
    )
    assert (str(first.birth_date), str(first.vaccinated_on)) == ("1985-04-13", "2021-09-05")
    assert (second.sex, second.vaccine, second.lot) == (Sex.MALE, "Comirnaty", None)
    assert third.unreadable == {"sex", "vaccinated_on"}
    assert (third.full_name, third.dose_number, third.vaccine) == (None, None, None)


def test_the_original_is_what_stands_in_the_file(tmp_path):
    rows = list(read_records(io.BytesIO(PEOPLE.encode()), mapping=loaded(tmp_path, CLINIC)))
    assert ["|".join(row.original.values()) for row in rows] == PEOPLE.splitlines()[1:]


def test_what_a_spreadsheet_shows_for_an_error_is_no_text_in_any_field():
    for error in SPREADSHEET_ERRORS:
        assert shipped("field-names").text("nationality", f" {error}\n") == ""
    assert shipped("field-names").text("nationality", "#1") == "#1"


MAPPED = Layout(
    "clinic",
    {name: name for name in RECORD_FIELDS},
    values={"sex": {"1": "Nam"}, "vaccine": {"": "x", "é": "y"}},
    date_order=DateOrder.MONTH_FIRST,
)
CELLS = st.lists(
    st.one_of(
        st.text(max_size=6), st.sampled_from([" 1", "1", "e\u0301", "1/2/2021", "#N/A ", "x#", "02/1985"])
    ),
    min_size=len(RECORD_FIELDS),
    max_size=len(RECORD_FIELDS),
)


@settings(max_examples=50)
@given(st.lists(CELLS, min_size=1, max_size=4))
def test_columns_say_what_rows_say(rows):
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    batch = pa.RecordBatch.from_arrays(columns, names=list(RECORD_FIELDS))
    fields = field_columns(batch, MAPPED.columns, MAPPED)
    for name, column in zip(RECORD_FIELDS, zip(*rows, strict=True), strict=True):
        assert [clean(text) for text in fields.column(name).to_pylist()] == [
            MAPPED.text(name, text) for text in column
        ]
