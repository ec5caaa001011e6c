from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from vaxcert.adapters.bulk.columns import RecordColumns
from vaxcert.adapters.records.layout import Layout, to_record
from vaxcert.model.dose_record import WHOLE_ROW

FIELDS = {
    "full_name": st.sampled_from(["Nguyễn An", " Lê  B\u0309 ", "", "Trần\u00a0C", "\u200b"])
    | st.text(max_size=8),
    "birth_date": st.sampled_from(["28/02/1990", "1990", "1990-02", "30/02/1990", "", "x", "1990-02-28 "]),
    "sex": st.sampled_from(["Nam", "nữ", "F", "", "?", "NU"]),
    "identity_number": st.sampled_from(["079190000123", "", " 1 ", "A\n"]),
    "dose_number": st.sampled_from(["1", "x", "", "01", "9999999"]),
    "vaccinated_on": st.sampled_from(["18/11/2021", "2021", "", "2021-11-18", "99/99/2021"]),
    "vaccine": st.sampled_from(["AstraZeneca", "", "Vero Cell "]),
}
LAYOUT = Layout(name="field names", columns={name: name for name in FIELDS})


@settings(max_examples=200)
@given(st.lists(st.fixed_dictionaries(FIELDS), min_size=1, max_size=5))
def test_records_are_those_that_are_read_one_by_one(rows):
    batch = pa.RecordBatch.from_pylist(rows, pa.schema([(name, pa.string()) for name in FIELDS]))
    expected = [to_record(row, {name: name for name in FIELDS}, LAYOUT) for row in rows]
    columns = RecordColumns()
    assert columns.records(batch) == expected
    assert columns.records(batch) == expected  # remembered values are the same ones


def test_nulls_are_empty_and_other_columns_are_left_alone():
    batch = pa.RecordBatch.from_pydict({"lot": pa.array([None, "L1"], pa.string()), "Ghi chú": ["x", "y"]})
    assert [one.lot for one in RecordColumns().records(batch)] == [None, "L1"]


def test_malformed_rows_are_of_no_field():
    batch = pa.RecordBatch.from_pydict({"lot": ["L1", "L2"], "malformed": [False, True]})
    first, second = RecordColumns().records(batch)
    assert first.lot == "L1"
    assert second.lot is None
    assert second.unreadable == {WHOLE_ROW}


def test_values_are_read_anew_after_many_different_ones(monkeypatch):
    monkeypatch.setattr("vaxcert.adapters.bulk.columns._MAX_KNOWN", 2)
    columns = RecordColumns()
    for start in range(5):
        batch = pa.RecordBatch.from_pydict({"dose_number": [str(start + one) for one in range(3)]})
        assert [one.dose_number for one in columns.records(batch)] == [start, start + 1, start + 2]
