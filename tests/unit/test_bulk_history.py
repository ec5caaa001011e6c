from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from vaxcert.adapters.bulk import history
from vaxcert.adapters.bulk.batch import CLEANED
from vaxcert.errors import AdapterError, Reason
from vaxcert.rules.records import HistoryDose, history_problems

PFIZER = "EU/1/20/1528"


def cleaned(rows):
    """Rows of (row, person, day, dose number); a person of None is a refused record."""
    table = [
        {"row": row, "codes": [], "person": person, "day": day, "dose_number": number, "product": PFIZER}
        if person is not None
        else {"row": row, "codes": ["lot-missing"]}
        for row, person, day, number in rows
    ]
    return pa.RecordBatch.from_pylist(table, CLEANED)


def found(faults):
    return {row: history.codes_of(bits) for row, bits in faults.tolist()}


def test_the_later_row_of_one_day_is_the_duplicate():
    entries = history.entries_of(cleaned([(5, 1, 700, 1), (3, 1, 700, 1), (4, 2, 700, 1)]))
    assert found(history.judge(entries)) == {5: ["duplicate-dose"]}


def test_refused_records_count_for_nothing():
    entries = history.entries_of(cleaned([(1, None, 0, 0), (2, 1, 700, 1)]))
    assert len(entries) == 1
    assert found(history.judge(entries)) == {}


def test_no_doses_have_no_faults():
    assert len(history.judge(history.entries_of(cleaned([])))) == 0


def random_rows(count, seed):
    rng = random.Random(seed)
    return [
        (row, rng.randrange(40) << 56 | rng.randrange(20), 700 + rng.randrange(60), rng.randrange(1, 4))
        for row in range(1, count + 1)
    ]


def test_shares_of_many_files_are_judged_as_the_whole(tmp_path):
    rows = random_rows(900, seed=1)
    paths = []
    for part in range(9):
        paths.append(tmp_path / f"{part}.bin")
        history.write_entries(paths[-1], cleaned(rows[part * 100 : part * 100 + 100]))
    whole = found(history.judge(history.entries_of(cleaned(rows))))
    assert len(whole) > 100
    for shares in (1, 2, 7):
        parts = [history.judge_share(paths, share, shares) for share in range(shares)]
        assert found(np.concatenate(parts)) == whole


def test_faults_are_those_of_the_rules():
    rows = random_rows(300, seed=2)
    expected = {}
    for person in {one[1] for one in rows}:
        own = [one for one in rows if one[1] == person]
        doses = [HistoryDose(day, number, PFIZER, None) for _, _, day, number in own]
        for (row, *_), codes in zip(own, history_problems(doses), strict=True):
            if codes:
                expected[row] = list(codes)
    assert found(history.judge(history.entries_of(cleaned(rows)))) == expected


@pytest.mark.parametrize("person", [0, 1, 2**63, 2**64 - 1])
def test_persons_at_the_ends_of_the_range_are_in_one_share(tmp_path, person):
    path = tmp_path / "entries"
    history.write_entries(path, cleaned([(1, person, 700, 1), (2, person, 700, 1)]))
    shares = [len(history.judge_share([path], share, 3)) for share in range(3)]
    assert sorted(shares) == [0, 0, 1]


def test_faults_of_a_file_are_read_by_rows(tmp_path):
    path = tmp_path / "faults"
    path.write_bytes(np.array([(3, 1), (5, 2), (9, 4)], history.FAULTS).tobytes())
    faults = history.read_faults(path)
    assert history.between(faults, 3, 9) == [(3, 1), (5, 2)]
    assert history.between(faults, 4, 5) == []
    assert history.between(faults, 9, 99) == [(9, 4)]


def test_a_file_that_is_gone_is_unreadable(tmp_path):
    with pytest.raises(AdapterError) as caught:
        history.judge_share([tmp_path / "none"], 0, 1)
    assert caught.value.reason is Reason.FILE_UNREADABLE


def test_entries_hold_no_name_and_no_number():
    assert set(history.ENTRY.names) == {"person", "row", "day", "dose_number", "product"}
