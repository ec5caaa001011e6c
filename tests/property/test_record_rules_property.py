"""Rules agree with their shorter ways, repairs do no harm, and histories are judged alike in every order."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import DoseRecord, Sex
from vaxcert.rules.records import (
    HISTORY_CODES,
    RULES,
    HistoryDose,
    RecordCode,
    RecordSeverity,
    check_record,
    history_problems,
    repaired,
)
from vaxcert.rules.records.garbled_names import MOJIBAKE, TELLTALE
from vaxcert.rules.records.history import _found
from vaxcert.rules.records.person import check_full_name, name_problems

AT = datetime(2022, 6, 1, tzinfo=UTC)
LATIN = [chr(code) for block in (range(0x41, 0x5B), range(0x61, 0x7B), range(0xAA, 0x180)) for code in block]
VIETNAMESE = [chr(code) for code in range(0x1EA0, 0x1EFA)]
NAMES = st.one_of(st.text(st.sampled_from([*LATIN, *VIETNAMESE, *"ĐđƠơƯư   -'.0\u0303\u00ad"])), st.text())
DATES = st.dates(date(1880, 1, 1), date(2030, 1, 1))
NUMBERS = st.one_of(
    st.none(),
    st.text(st.sampled_from("0123456789"), max_size=13),
    st.builds(
        "{}{}{:02}{:06}".format,
        st.sampled_from(["1", "001", "3", "79", "079", "179"]),
        st.integers(0, 3),
        st.integers(0, 99),
        st.integers(0, 999_999),
    ),
    st.text(max_size=13),
)
RECORDS = st.builds(
    DoseRecord,
    full_name=st.one_of(st.none(), NAMES),
    birth_date=st.one_of(st.none(), DATES, st.builds(PartialDate, st.integers(1880, 2030))),
    sex=st.sampled_from([None, *Sex]),
    identity_number=NUMBERS,
    nationality=st.sampled_from([None, "Việt Nam", "Hàn Quốc"]),
    vaccine=st.sampled_from([None, "AstraZeneca", "Pfizer", "?", "Inactivated-SARS-CoV-2-Vero-Cell"]),
    manufacturer=st.sampled_from([None, "Pfizer", "?"]),
    lot=st.sampled_from([None, "TEST-001"]),
    dose_number=st.one_of(st.none(), st.integers(-1, 12)),
    doses_in_series=st.one_of(st.none(), st.integers(-1, 12)),
    vaccinated_on=st.one_of(st.none(), st.dates(date(2020, 12, 1), date(2022, 12, 1))),
    identity_number_was_numeric=st.booleans(),
    unreadable=st.frozensets(st.sampled_from(["sex", "birth_date", "vaccinated_on", "dose_number"])),
)
DAYS = st.integers(738_000, 738_120)
HISTORIES = st.lists(
    st.builds(
        HistoryDose,
        DAYS,
        st.one_of(st.none(), st.integers(1, 5)),
        st.sampled_from([None, "EU/1/20/1528", "Abdala", "?"]),
        st.sampled_from([None, "79001", "79002"]),
    ),
    max_size=7,
)


@given(st.one_of(NAMES, st.none()), st.sampled_from([None, "Pháp"]))
def test_letters_alone_are_passed_exactly_where_the_close_look_passes_them(name, nationality):
    record = DoseRecord(full_name=name, nationality=nationality)
    assert list(check_full_name(record, AT.date(), None)) == list(name_problems(record))


@given(NAMES)
def test_mojibake_is_among_the_telltales(name):
    assert not MOJIBAKE.search(name) or TELLTALE.search(name)


@given(RECORDS)
def test_a_rule_reports_its_own_codes_in_order_and_each_once(record):
    found = [problem.code for problem in check_record(record, at=AT)]
    in_order = [code for rule in RULES for code in rule.codes if code in found]
    assert found == in_order


@given(RECORDS)
def test_a_proposed_repair_of_the_name_is_a_name(record):
    for problem in check_record(record, at=AT):
        if problem.code is RecordCode.NAME_CHARACTERS and problem.repair is not None:
            assert name_problems(replace(record, full_name=problem.repair)) == []


@given(RECORDS)
def test_a_repair_never_makes_a_record_worse_nor_changes_one_that_passes(record):
    mended, notices = repaired(record, at=AT)
    before = {problem.code for problem in check_record(record, at=AT)}
    after = {problem.code for problem in check_record(mended, at=AT)}
    if notices:
        assert before - after == {RecordCode.IDENTITY_NUMBER_LENGTH}
        assert after < before
        assert all(notice.severity is RecordSeverity.NOTICE for notice in notices)
    else:
        assert mended is record


@given(RECORDS)
def test_a_repair_is_done_once(record):
    mended, _ = repaired(record, at=AT)
    assert repaired(mended, at=AT) == (mended, ())


@given(HISTORIES)
def test_the_short_way_through_a_history_agrees_with_the_long_one(doses):
    assert history_problems(doses) == _found(doses)


@given(HISTORIES, st.randoms())
def test_the_order_of_the_file_matters_to_duplicates_only(doses, random):
    by_day = {dose.day: dose for dose in doses}
    once = list(by_day.values())
    judged = dict(zip(once, history_problems(once), strict=True))
    random.shuffle(once)
    assert dict(zip(once, history_problems(once), strict=True)) == judged


@given(HISTORIES)
def test_what_is_reported_of_a_history_is_of_its_codes_in_their_order(doses):
    codes = history_problems(doses)
    assert len(codes) == len(doses)
    for one in codes:
        assert list(one) == [code for code in HISTORY_CODES if code in one]


@given(HISTORIES)
def test_without_its_duplicates_a_history_is_judged_the_same(doses):
    codes = history_problems(doses)
    kept = [
        (dose, one) for dose, one in zip(doses, codes, strict=True) if RecordCode.DUPLICATE_DOSE not in one
    ]
    assert len({dose.day for dose in doses}) == len(kept)
    assert history_problems([dose for dose, _ in kept]) == [one for _, one in kept]


@given(HISTORIES, st.integers(-1000, 1000))
def test_a_history_may_begin_on_any_day(doses, days):
    moved = [dose._replace(day=dose.day + days) for dose in doses]
    assert history_problems(moved) == history_problems(doses)
