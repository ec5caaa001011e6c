from __future__ import annotations

import random

import pyarrow as pa
import pytest

from vaxcert.adapters.bulk import tallies
from vaxcert.errors import AdapterError, Reason
from vaxcert.rules.records.summary import CleaningSummary

CODES = [
    (),
    ("lot-missing",),
    ("lot-missing", "name-digits"),
    ("interval-too-short",),
    ("registry-not-found",),
]
NAMES = ("province_code", "province_name", "facility_code", "facility_name")


def rows(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        province, facility = rng.choice(["01", "79", ""]), rng.randrange(4)
        yield (province, f"Tỉnh {province}", f"{province}{facility}", f"Trạm {facility}"), rng.choice(CODES)


def write(path, part):
    batch = pa.RecordBatch.from_pylist([dict(zip(NAMES, place, strict=True)) for place, _ in part])
    tallies.write_tally(path, batch, [list(codes) for _, codes in part])


@pytest.mark.parametrize("together", [1, 3, 64])
def test_parts_put_together_are_the_counts_one_by_one(tmp_path, monkeypatch, together):
    monkeypatch.setattr(tallies, "_TOGETHER", together)
    records = list(rows(700, seed=3))
    expected = CleaningSummary()
    for place, codes in records:
        expected.add(*place, codes)
    paths = [tmp_path / str(part) for part in range(7)]
    for part, path in enumerate(paths):
        write(path, records[part * 100 : part * 100 + 100])
    assert tallies.read_tallies(paths).as_dict() == expected.as_dict()


def test_records_without_places_are_counted(tmp_path):
    batch = pa.RecordBatch.from_pydict({"full_name": ["Canary", "Canary"]})
    tallies.write_tally(tmp_path / "t", batch, [[], ["lot-missing"]])
    assert (tmp_path / "t").read_bytes().find(b"Canary") == -1
    total = tallies.read_tallies([tmp_path / "t"]).total
    assert (total.records, total.refused) == (2, 1)


def test_what_stands_in_a_row_that_was_not_taken_apart_is_no_place(tmp_path):
    columns = {
        "province_code": ["31", "92", None],
        "province_name": ["Hải Phòng", "CANARY Gia Dung,18/03/1980", None],
        "facility_name": ["Trạm y tế", "CANARY", "Trạm"],
        "malformed": [False, True, None],
    }
    tallies.write_tally(tmp_path / "t", pa.RecordBatch.from_pydict(columns), [(), ("row-malformed",), ()])
    summary = tallies.read_tallies([tmp_path / "t"])
    assert {(code, name) for code, name, _ in summary.provinces} == {("", ""), ("31", "Hải Phòng")}
    assert "CANARY" not in str(summary.as_dict())
    assert summary.total.records == 3


def test_no_parts_are_no_records():
    assert tallies.read_tallies([]).total.records == 0


def test_damage_is_told(tmp_path):
    (tmp_path / "000001.arrow").write_bytes(b"ARROW1\0\0")
    with pytest.raises(AdapterError) as caught:
        tallies.read_tallies([tmp_path / "000001.arrow"])
    assert caught.value.reason is Reason.FILE_UNREADABLE
    assert "000001.arrow" in str(caught.value)
