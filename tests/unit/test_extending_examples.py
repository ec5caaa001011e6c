"""The worked examples of the pages: shown as they are, and held against what the shipped ones are held against."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from examples.extending import booklet_profile, sqlite_records, table_list
from hypothesis import given
from hypothesis import strategies as st
from tests.support.lists import base64
from tests.support.signers import signer

from vaxcert import payloads
from vaxcert.adapters.records.csv_table import open_csv
from vaxcert.adapters.records.record_file import RecordFile
from vaxcert.adapters.records.table import TableSource
from vaxcert.errors import AdapterError, DecodeError, Reason, TrustListError
from vaxcert.findings import FindingCode
from vaxcert.trust import formats
from vaxcert.trust.origin import Proof

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/extending.md").read_text("utf-8")
SIGNER = signer(country="VN")
RECORDS = ROOT / "examples/national-platform.csv"
TERMS = formats.ReadingTerms(source="a table", allow_unsigned=True)


@pytest.mark.parametrize("module", [booklet_profile, table_list, sqlite_records])
def test_the_page_shows_the_example_as_it_is(module):
    assert f"```python\n{Path(module.__file__).read_text('utf-8')}```" in PAGE


# --- the payload profile

BOOKLET = ["Đặng", "Thử", "1990-02-28", "840539006", "EU/1/20/1528", 2, 2, "2021-11-18", "URN:UVCI:01:VN:A1"]


def test_a_booklet_says_what_it_says():
    certificate, findings = booklet_profile.read(BOOKLET)
    assert findings == []
    assert certificate.subject.family_name == "Đặng"
    assert certificate.vaccination.doses_in_series == 2


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (0, " Đặng ", FindingCode.FIELD_PADDED),
        (5, 2.0, FindingCode.NUMBER_FLOAT),
        (5, "2", FindingCode.FIELD_TYPE),
        (7, None, FindingCode.FIELD_MISSING),
        (2, "1990", FindingCode.BIRTH_DATE_PARTIAL),
    ],
)
def test_what_is_odd_in_a_booklet_is_a_finding(place, value, code):
    changed = [*BOOKLET[:place], value, *BOOKLET[place + 1 :]]
    assert code in [finding.code for finding in booklet_profile.read(changed)[1]]


@pytest.mark.parametrize("value", [None, {}, BOOKLET[:8], [*BOOKLET, 1]])
def test_what_is_no_booklet_is_refused(value):
    with pytest.raises(DecodeError) as caught:
        booklet_profile.read(value)
    assert caught.value.reason is Reason.PAYLOAD_STRUCTURE


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()


@given(st.lists(ANYTHING, min_size=9, max_size=9))
def test_any_nine_values_are_read(values):
    certificate, _ = booklet_profile.read(values)
    assert certificate.vaccination is not None


def test_the_number_of_the_example_is_free():
    assert booklet_profile.CLAIM not in payloads.PROFILES


# --- the list format


def table(*lines: str) -> bytes:
    return "\n".join(["country;certificate", *lines, ""]).encode()


ENTRY = f"VN;{base64(SIGNER.certificate.der)}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("no entry", Reason.TRUST_ENTRY_UNREADABLE),
        ("VN;****", Reason.TRUST_ENTRY_UNREADABLE),
        ("VN;AAAA", Reason.CERTIFICATE_UNREADABLE),
    ],
)
def test_one_bad_line_is_a_problem_and_the_rest_load(line, reason):
    reading = formats.read(table(line, ENTRY), TERMS, as_format=table_list.FORMAT)
    assert [key.kid for key in reading.keys] == [SIGNER.kid]
    assert [problem.reason for problem in reading.problems] == [reason]


def test_a_table_is_recognised_and_nothing_else_is():
    assert table_list.recognises(table())
    assert not table_list.recognises(b"country,certificate\n")
    assert not any(known.recognises(table()) for known in formats.FORMATS[:-1])


def test_nobody_vouches_for_a_table():
    with pytest.raises(TrustListError) as caught:
        formats.read(table(), formats.ReadingTerms(), as_format=table_list.FORMAT)
    assert caught.value.reason is Reason.TRUST_LIST_UNSIGNED
    assert formats.read(table(), TERMS, as_format=table_list.FORMAT).origin.proof is Proof.UNSIGNED


def test_bytes_that_are_no_text_are_no_table():
    with pytest.raises(TrustListError) as caught:
        formats.read(table() + b"\xff", TERMS, as_format=table_list.FORMAT)
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE


# --- the host adapter


def database(path: Path, headings: list[str], rows: list[list[str]]) -> Path:
    with closing(sqlite3.connect(path)) as made:
        made.execute(f"CREATE TABLE doses ({', '.join(headings)})")
        made.executemany(f"INSERT INTO doses VALUES ({', '.join('?' * len(headings))})", rows)  # noqa: S608
        made.commit()
    return path


def test_a_database_gives_the_records_that_its_csv_file_gives(tmp_path):
    headings, *rows = csv.reader(RECORDS.read_text("utf-8-sig").splitlines())
    whole = [row for row in rows if len(row) == len(headings)]
    lines = [",".join(f'"{cell}"' for cell in row) for row in [headings, *whole]]
    (tmp_path / "records.csv").write_text("\n".join(lines), "utf-8")
    path = database(tmp_path / "records.db", headings, whole)
    of_database = TableSource(sqlite_records.SqliteTable(path, "SELECT * FROM doses ORDER BY rowid"))
    of_file = open_csv(RecordFile(tmp_path / "records.csv"), None)
    assert of_database.fields_by_heading == of_file.fields_by_heading
    for first, second in zip(of_database.batches(100), of_file.batches(100), strict=True):
        assert first.original.equals(second.original)


def test_a_database_without_the_columns_is_refused(tmp_path):
    path = database(tmp_path / "other.db", ["a", "b"], [["1", "2"]])
    with pytest.raises(AdapterError) as caught:
        sqlite_records.SqliteTable(path, "SELECT * FROM doses")
    assert caught.value.reason is Reason.COLUMN_MISSING


def test_what_a_database_raises_quotes_nobody(tmp_path):
    (tmp_path / "broken.db").write_bytes(b"Nguyen Van A" * 100)
    with pytest.raises(AdapterError) as caught:
        sqlite_records.SqliteTable(tmp_path / "broken.db", "SELECT * FROM doses")
    assert caught.value.reason is Reason.FILE_UNREADABLE
    assert "Nguyen" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("page", "script"), [("issuing-service", "first_certificate"), ("integrator", "small_reader")]
)
def test_a_tutorial_shows_its_script_as_it_is(page, script):
    code = (ROOT / f"examples/tutorials/{script}.py").read_text("utf-8").partition('"""\n\n')[2]
    assert f"```python\n{code}```" in (ROOT / f"docs/tutorials/{page}.md").read_text("utf-8")
