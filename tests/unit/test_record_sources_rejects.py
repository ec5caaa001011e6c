"""Rejects of bulk runs: the same file as row by row, which is mended and read again."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.record_files import HEADINGS, records, table

from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.records.rejects import RejectWriter, reject_heading, reject_lines
from vaxcert.adapters.records.rows import read_records

ROWS = records(40)
BATCH = table(HEADINGS, ROWS).combine_chunks().to_batches()[0]
SENTENCES = {"lot-missing": "Thiếu số lô vắc xin.", "sex-missing": "Thiếu giới tính."}


def test_lines_say_what_the_writer_of_rows_says(tmp_path):
    source = tmp_path / "a.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *ROWS])
    with RejectWriter(tmp_path / "rejects.csv", SENTENCES) as writer:
        for row in read_records(source):
            writer.write(row, ["lot-missing", "other"])
    repairs = [""] * 40
    lines = reject_lines(BATCH, range(40), range(1, 41), [["lot-missing", "other"]] * 40, repairs, SENTENCES)
    written = (tmp_path / "rejects.csv").read_bytes()
    ours = reject_heading(HEADINGS) + lines
    assert ours.replace(b",repair\r\n", b"\r\n").replace(b". other,\r\n", b". other\r\n") == written


def test_rows_numbers_codes_and_repairs():
    repairs = ["identity_number=001185000001", ""]
    codes = [["identity-number-length"], ["sex-missing", "lot-missing"]]
    lines = reject_lines(BATCH, [7, 3], [1007, 1003], codes, repairs, SENTENCES)
    read = list(csv.reader(io.StringIO(lines.decode(), newline="")))
    assert read == [
        [
            *ROWS[7],
            "1007",
            "identity-number-length",
            "identity-number-length",
            "identity_number=001185000001",
        ],
        [*ROWS[3], "1003", "sex-missing lot-missing", "Thiếu giới tính. Thiếu số lô vắc xin.", ""],
    ]
    assert reject_lines(BATCH, [], [], [], [], SENTENCES) == b""


def test_accepted_and_rejected_are_the_input_and_rejects_are_read_again():
    refused = list(range(0, 40, 3))
    lines = reject_lines(BATCH, refused, [at + 1 for at in refused], [["x"]] * 14, ["r"] * 14, {})
    source = open_records(io.BytesIO(reject_heading(HEADINGS) + lines))
    (again,) = source.batches(100)
    assert again.malformed is None
    assert again.original.select(HEADINGS) == BATCH.take(pa.array(refused))
    assert source.headings == (*HEADINGS, "row", "codes", "reasons", "repair")
    # and refused once more
    second = reject_lines(again.original, [0], [1], [["y"]], [""], {})
    heading = reject_heading(source.headings)
    assert heading == reject_heading(HEADINGS)
    (row,) = csv.reader(io.StringIO(second.decode(), newline=""))
    assert row == [*ROWS[0], "1", "y", "y", ""]


@pytest.mark.parametrize("text", ["=1+1", "+84 1", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "'00"])
def test_what_a_spreadsheet_may_take_for_a_formula_is_written_as_it_is(text):
    batch = pa.RecordBatch.from_arrays([pa.array([text])], names=["a"])
    lines = reject_lines(batch, [0], [1], [["x"]], [text], {})
    assert next(csv.reader(io.StringIO(lines.decode(), newline=""))) == [text, "1", "x", "x", text]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=2, max_size=2))
def test_any_text_is_written_so_that_it_is_read_again(cells):
    names = list(HEADINGS)
    row = [*cells, *["."] * (len(names) - 2)]
    batch = table(names, [row]).combine_chunks().to_batches()[0]
    data = reject_heading(names) + reject_lines(batch, [0], [1], [["x"]], [""], {})
    (again,) = open_records(io.BytesIO(data)).batches(10)
    assert [column.to_pylist()[0] for column in again.original.columns[: len(names)]] == [
        text.replace("\0", "\ufffd") for text in row
    ]
