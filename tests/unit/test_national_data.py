"""The synthetic nation: what is planted in it, and nothing else, is what the rules find."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples.national.draws import Draws, Shuffle
from examples.national.generate import generate, write_other_form
from examples.national.people import draw_people, identity_numbers
from examples.national.plan import FEWEST_RECORDS, Plan
from examples.national.population import population
from examples.national.records import RECORDS, TRUTH, Chunk
from examples.national.run import ISSUED_AT, make_folder
from examples.national.score import compare
from examples.national.tables import EXPORTED_ON, FACILITIES, PROVINCES, STATIONS, VACCINES

import vaxcert
from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.records.layout import to_record
from vaxcert.adapters.records.values import PARSERS
from vaxcert.model.identity_numbers import PROVINCES as REAL_PROVINCES
from vaxcert.model.value_sets import holders_by_local_name, vaccine_by_local_name
from vaxcert.rules.matching import PersonQuery, RegisteredPerson, match_person
from vaxcert.rules.records import (
    HISTORY_CODES,
    RULES,
    HistoryDose,
    RecordCode,
    check_record,
    history_problems,
)

ROOT = Path(__file__).parents[2]
SEED = 5772
SIZE = 8_000
AT = datetime.fromisoformat(ISSUED_AT)

OF_ONE_RECORD = {code for rule in RULES for code in rule.codes}
OF_THE_REGISTRY = {code for code in RecordCode if code.startswith("registry-")}
NOT_PLANTED = {
    RecordCode.DOSE_NOT_GIVEN: "the platform exports doses that were given, and says so in no column",
    RecordCode.REGISTRY_UNAVAILABLE: "a file is always there",
}


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return generate(SIZE, SEED, tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="module")
def truth(nation):
    return pq.read_table(nation.truth)


@pytest.fixture(scope="module")
def records(nation):
    source = open_records(nation.records)
    rows = [row for batch in source.batches(SIZE) for row in batch.original.to_pylist()]
    return [to_record(row, source.fields_by_heading, source.layout) for row in rows]


def is_refused(codes):
    return any(RecordCode(code).severity == "error" for code in codes)


def judged(records):
    """The codes of each record, its history's included, and its repairs."""
    problems = [check_record(record, at=AT) for record in records]
    codes = [[problem.code.value for problem in found] for found in problems]
    persons: dict[str, list[int]] = {}
    for index, record in enumerate(records):
        if not is_refused(codes[index]):
            persons.setdefault(record.identity_number, []).append(index)
    for indices in persons.values():
        doses = [
            HistoryDose(
                one.vaccinated_on.toordinal(), one.dose_number, vaccine_by_local_name(one.vaccine).code, None
            )
            for one in (records[index] for index in indices)
        ]
        for index, found in zip(indices, history_problems(doses), strict=True):
            codes[index] += [code.value for code in found]
    repairs = [
        "; ".join(f"{one.field}={one.repair}" for one in found if one.repair is not None)
        for found in problems
    ]
    return codes, repairs


def matched(record, people):
    """What the population database says of one record."""
    query = PersonQuery(full_name=record.full_name, birth_date=record.birth_date, sex=record.sex)
    return [code.value for code in match_person(query, people.get(record.identity_number)).codes]


def registered(person):
    """Somebody of the population database."""
    return RegisteredPerson(
        full_name=person["full_name"],
        birth_date=PARSERS["birth_date"](person["birth_date"]),
        sex=PARSERS["sex"](person["sex"]),
    )


# Draws


@pytest.mark.parametrize("size", [1, 2, 3, 10, 1009, 4096])
def test_a_shuffle_moves_every_number_to_a_place_of_its_own_and_back(size):
    shuffle = Shuffle(size, SEED, "test")
    moved = shuffle.forth(np.arange(size))
    assert sorted(moved) == list(range(size))
    assert list(shuffle.back(moved)) == list(range(size))


def test_draws_hang_on_seed_index_and_topic_alone():
    index = np.arange(1000)
    drawn = Draws(SEED).below(index, "test", 10)
    assert list(Draws(SEED).below(index[500:], "test", 10)) == list(drawn[500:])
    assert list(Draws(SEED + 1).below(index, "test", 10)) != list(drawn)
    assert list(Draws(SEED).below(index, "another test", 10)) != list(drawn)
    assert min(np.bincount(drawn)) > 70


# The plan


def test_a_dose_told_twice_is_told_by_two_rows_of_which_the_later_is_refused():
    plan = Plan(20_000, SEED)
    rows = plan.rows(0, plan.records)
    doses = list(zip(rows.person.tolist(), rows.dose.tolist(), strict=True))
    seen: set[tuple[int, int]] = set()
    for dose, repeats in zip(doses, rows.repeats.tolist(), strict=True):
        assert (dose in seen) == repeats
        seen.add(dose)
    assert len(set(rows.person.tolist())) == plan.people
    assert len(doses) - len(seen) == rows.repeats.sum() > 100


def test_doses_of_one_person_lie_apart():
    plan = Plan(20_000, SEED)
    person = plan.rows(0, plan.records).person
    positions: dict[int, list[int]] = {}
    for position, one in enumerate(person.tolist()):
        positions.setdefault(one, []).append(position)
    gaps = [b - a for many in positions.values() for a, b in pairwise(many)]
    assert np.median(gaps) > 4_000


def test_doses_a_person():
    plan = Plan(1_000_000, SEED)
    assert 2.29 < plan.records / plan.people < 2.33
    assert 1.18 < plan.everybody / plan.people < 1.20


@pytest.mark.parametrize(("records", "faults"), [(FEWEST_RECORDS, True), (1, False), (0, False)])
def test_few_records(tmp_path, records, faults):
    nation = generate(records, SEED, tmp_path, faults=faults)
    assert pq.read_metadata(nation.records).num_rows == records


def test_too_few_records_for_every_fault():
    with pytest.raises(ValueError, match="999 records; expected 1000 or more"):
        Plan(FEWEST_RECORDS - 1, SEED)


def test_the_same_seed_makes_the_same_rows_however_they_are_cut():
    plan = Plan(3_000, SEED)
    for kind, schema in (("records", RECORDS), ("truth", TRUTH)):
        whole = getattr(Chunk(plan, 0, 3_000), kind)()
        cut = [getattr(Chunk(plan, *span), kind)() for span in ((0, 700), (700, 701), (701, 3_000))]
        assert pa.Table.from_batches([whole], schema) == pa.Table.from_batches(cut, schema).combine_chunks()
    whole, cut = population(plan, 0, 900), [population(plan, 0, 7), population(plan, 7, 900)]
    assert pa.Table.from_batches([whole]) == pa.Table.from_batches(cut).combine_chunks()


# People


def test_identity_numbers_are_unique_past_a_million_people():
    """Every millionth person has the same serial digits."""
    plan = Plan(5_000_000, SEED)
    index = np.concatenate(
        [np.arange(first, first + 2_000) for first in range(0, plan.everybody - 2_000, 10**6)]
    )
    people = draw_people(plan, index)
    for elsewhere in (np.zeros(len(index), np.bool_), np.arange(len(index)) % 2 == 0):
        numbers = identity_numbers(plan, people, elsewhere=elsewhere).to_pylist()
        assert len(set(numbers)) == len(index)


def test_provinces_and_facilities():
    assert {f"0{code}" for code in PROVINCES} == REAL_PROVINCES
    assert abs(sum(STATIONS) - FACILITIES) < 50


def test_every_spelling_of_a_vaccine_and_its_makers_is_known():
    products = set()
    for vaccine in VACCINES:
        (product,) = {vaccine_by_local_name(spelling) for spelling in vaccine.spellings}
        assert product.licensed_in_vietnam
        assert product.licensed_on <= vaccine.since
        assert product.minimum_interval_days <= vaccine.interval[0]
        assert all(product.holder in holders_by_local_name(maker) for maker in vaccine.makers)
        products.add(product.code)
    assert len(products) == 8


# What is planted, and what is found


def test_cleaning_finds_what_is_planted_and_nothing_else(records, truth):
    codes, repairs = judged(records)
    outcomes = truth.column("outcome").to_pylist()
    for row, found in enumerate(codes):
        planted = truth.column("codes")[row].as_py()
        of_cleaning = [code for code in planted if not code.startswith("registry-")]
        assert sorted(found) == sorted(of_cleaning), row + 1
        assert is_refused(found) == (outcomes[row] == "rejected")
    possible = truth.column("repair").to_pylist()
    assert all(repair in ("", true) for repair, true in zip(repairs, possible, strict=True))
    assert sum(map(bool, repairs)) > 0.95 * sum(map(bool, possible)) > 100


def test_the_population_database_confirms_whom_it_should(records, truth, nation):
    people = {one["identity_number"]: registered(one) for one in pq.read_table(nation.population).to_pylist()}
    assert len(people) == pq.read_metadata(nation.population).num_rows
    for record, row in zip(records, truth.to_pylist(), strict=True):
        if row["outcome"] != "rejected":
            planted = [code for code in row["codes"] if code.startswith("registry-")]
            assert matched(record, people) == planted, row["row"]
            assert bool(planted) == (row["outcome"] == "unmatched")


def test_every_code_is_planted_often_enough():
    """In 100,000 records a tenth of the hundred that a million shall have."""
    planted = Counter(pa.compute.list_flatten(Chunk(Plan(100_000, SEED), 0, 100_000).truth()[1]).to_pylist())
    assert set(planted) == (OF_ONE_RECORD | set(HISTORY_CODES) | OF_THE_REGISTRY) - set(NOT_PLANTED)
    assert min(planted.values()) >= 10


def test_the_shares_are_the_real_ones():
    truth = Chunk(Plan(100_000, SEED), 0, 100_000).truth()
    outcomes = Counter(truth.column("outcome").to_pylist())
    passed = outcomes["accepted"] + outcomes["unmatched"]
    assert outcomes["accepted"] / passed == pytest.approx(112_569_288 / 154_000_401, abs=0.003)
    number_faults = {"identity-number-missing", "identity-number-form", "identity-number-length"}
    bad = sum(1 for codes in truth.column("codes").to_pylist() if number_faults & set(codes))
    assert bad / 100_000 == pytest.approx(9_900_043 / 82_299_012, abs=0.005)


def test_some_records_have_two_faults(truth):
    assert Counter(map(len, truth.column("codes").to_pylist())).keys() == {0, 1, 2}


def test_every_unusual_name_is_accepted(truth):
    written = Counter(
        zip(truth.column("variant").to_pylist(), truth.column("outcome").to_pylist(), strict=True)
    )
    names = {"capitals", "marks lost", "decomposed", "abbreviated", "given name first"}
    assert {variant for variant, _ in written} == {None, *names}
    assert all(outcome == "accepted" for variant, outcome in written if variant)


def test_without_faults_everything_is_right(tmp_path):
    nation = generate(2_000, SEED, tmp_path, faults=False)
    rows = pq.read_table(nation.truth).to_pylist()
    assert {(row["outcome"], *row["codes"]) for row in rows} == {("accepted",)}


def test_no_dose_is_past_the_export(records, truth):
    for record, codes in zip(records, truth.column("codes").to_pylist(), strict=True):
        if record.vaccinated_on is not None and "vaccination-date-in-future" not in codes:
            assert record.vaccinated_on <= EXPORTED_ON < AT.date()


# Other forms


def test_other_forms_hold_the_first_rows(nation):
    first = pq.read_table(nation.records).slice(0, 50).to_pylist()
    with write_other_form(nation.records, "csv", 50).open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == first
    lines = write_other_form(nation.records, "jsonl", 50).read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == first
    book = openpyxl.load_workbook(write_other_form(nation.records, "xlsx", 50))
    headings, *rows = book.active.iter_rows(values_only=True)
    assert [dict(zip(headings, (cell or "" for cell in row), strict=True)) for row in rows] == first


# The score


def found_as_planted(truth):
    return truth.select(["row", "codes", "repair", "outcome"])


def test_what_is_as_planted_is_perfect(truth):
    score = compare(truth, found_as_planted(truth))
    assert score.perfect
    assert all(one.precision == one.recall == 1 for one in score.codes)
    assert sum(score.outcomes.values()) == score.records == SIZE
    assert list(score.lines())[-1] == "as planted"


def changed(truth, change):
    rows = found_as_planted(truth).to_pylist()
    change(rows)
    return compare(truth, pa.Table.from_pylist(rows, found_as_planted(truth).schema))


def row_with(rows, outcome, codes=()):
    return next(row for row in rows if row["outcome"] == outcome and row["codes"] == list(codes))


def test_a_fault_that_was_missed(truth):
    score = changed(truth, lambda rows: row_with(rows, "rejected", ["lot-missing"]).update(codes=[]))
    (lot,) = (one for one in score.codes if one.code == "lot-missing")
    assert not score.perfect
    assert (lot.precision, lot.found) == (1, lot.planted - 1)
    assert lot.recall == pytest.approx(1 - 1 / lot.planted)


def test_a_false_alarm(truth):
    score = changed(truth, lambda rows: row_with(rows, "accepted").update(codes=["lot-missing"]))
    (lot,) = (one for one in score.codes if one.code == "lot-missing")
    assert not score.perfect
    assert (lot.recall, lot.found) == (1, lot.planted + 1)
    assert lot.precision == pytest.approx(1 - 1 / lot.found)


def test_a_code_that_nobody_planted(truth):
    score = changed(truth, lambda rows: row_with(rows, "accepted").update(codes=["registry-unavailable"]))
    (unavailable,) = (one for one in score.codes if one.code == "registry-unavailable")
    assert (unavailable.planted, unavailable.found, unavailable.precision) == (0, 1, 0)
    assert not score.perfect


def test_another_outcome(truth):
    score = changed(truth, lambda rows: row_with(rows, "accepted").update(outcome="unmatched"))
    assert (score.misjudged, score.lost, score.perfect) == (1, 0, False)


@pytest.mark.parametrize("change", [lambda rows: rows.pop(), lambda rows: rows.append(rows[0])])
def test_a_record_that_is_lost_or_doubled(truth, change):
    score = changed(truth, change)
    assert (score.lost, score.perfect) == (1, False)


def test_a_wrong_repair(truth):
    def spoil(rows):
        next(row for row in rows if row["repair"])["repair"] = "identity_number=001190000000"

    score = changed(truth, spoil)
    possible, proposed, right = score.repairs
    assert (possible, right, score.perfect) == (proposed, proposed - 1, False)


# The command


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "precious").touch()
    assert not make_folder(tmp_path)
    assert (tmp_path / "precious").exists()
    assert make_folder(tmp_path / "new")
    assert make_folder(tmp_path / "new")


@pytest.mark.slow
def test_the_command_issues_and_finds_everything(tmp_path):
    done = subprocess.run(  # noqa: S603
        [
            sys.executable,
            ROOT / "examples/national/run.py",
            "--records",
            "1000",
            "--workers",
            "1",
            "--out",
            "my output",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(vaxcert.__file__).parents[1])},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith("as planted\n")
    assert " = 1000 of 1000 records; 0 lost or doubled\n" in done.stdout
