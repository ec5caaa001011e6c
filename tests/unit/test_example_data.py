import csv
import runpy
from datetime import UTC, datetime
from pathlib import Path

from vaxcert.adapters.records.rows import read_records
from vaxcert.model.from_record import to_certificate
from vaxcert.model.value_sets import vaccine_by_local_name
from vaxcert.rules.records import RULES, RecordCode, RecordSeverity, SeenDoses, check_record

EXAMPLES = Path(__file__).parents[2] / "examples"
RECORDS = EXAMPLES / "national-platform.csv"
FAULTS = EXAMPLES / "national-platform.faults.csv"
AT = datetime(2022, 6, 1, tzinfo=UTC)


def refused_rows(at: datetime) -> dict[int, list[str]]:
    seen = SeenDoses()
    refused = {}
    for row in read_records(RECORDS):
        codes = [problem.code.value for problem in check_record(row.record, at=at)]
        if not codes and seen.repeats(row.record):
            codes = [RecordCode.DUPLICATE_DOSE.value]
        if codes:
            refused[row.number] = codes
    return refused


def planted_faults() -> dict[int, list[str]]:
    with FAULTS.open(encoding="utf-8", newline="") as file:
        return {int(line["row"]): [line["code"]] for line in csv.DictReader(file)}


def test_generator_makes_the_committed_bytes(tmp_path):
    runpy.run_path(str(EXAMPLES / "make_national_platform.py"))["write"](tmp_path)
    for committed in (RECORDS, FAULTS):
        assert (tmp_path / committed.name).read_bytes() == committed.read_bytes()


def test_exactly_the_planted_rows_are_refused_with_the_planted_code():
    assert refused_rows(AT) == planted_faults()


def test_verdicts_stay_the_same_in_later_years():
    assert refused_rows(datetime(2040, 1, 1, tzinfo=UTC)) == planted_faults()


def test_every_code_that_refuses_such_a_record_is_planted():
    of_one_record = {code for rule in RULES for code in rule.codes if code.severity is RecordSeverity.ERROR}
    not_in_the_file = {code for code in of_one_record if code.field in {"manufacturer", "status"}}
    planted = {code for codes in planted_faults().values() for code in codes}
    assert planted == of_one_record - not_in_the_file | {RecordCode.ROW_MALFORMED, RecordCode.DUPLICATE_DOSE}


def test_size_and_share_of_faults():
    records = [row.record for row in read_records(RECORDS)]
    people = {record.identity_number for record in records} - {None}
    assert 240 <= len(records) <= 270
    assert len(people) >= 220
    assert 0.12 <= len(planted_faults()) / len(records) <= 0.15


def test_all_eight_vaccines_and_doses_one_to_three_are_accepted():
    refused = refused_rows(AT)
    good = [row.record for row in read_records(RECORDS) if row.number not in refused]
    products = {vaccine_by_local_name(record.vaccine or "") for record in good}
    assert sum(product is not None and product.licensed_in_vietnam for product in products) == 8
    assert {record.dose_number for record in good} == {1, 2, 3}
    assert all(to_certificate(record).vaccination for record in good)


def test_identity_numbers_are_of_the_synthetic_range():
    refused = planted_faults()
    for row in read_records(RECORDS):
        number = row.record.identity_number or ""
        if row.number not in refused and len(number) == 12:
            assert number[6:9] == "000"
