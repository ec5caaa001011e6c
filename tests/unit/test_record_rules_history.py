from datetime import date
from itertools import permutations

import pytest
from tests.support.dose_records import GOOD, changed

from vaxcert.rules.records import HISTORY_CODES, HistoryDose, SeenDoses, history_problems

PFIZER, MODERNA, ASTRAZENECA, ABDALA = "EU/1/20/1528", "EU/1/20/1507", "EU/1/21/1529", "Abdala"
START = 738000


def dose(day, number, product=PFIZER, facility="79001"):
    return HistoryDose(START + day, number, product, facility)


def found(*doses):
    """The codes of each dose as text, to be read in a comparison."""
    return [" ".join(codes) for codes in history_problems(doses)]


def test_nobody_has_no_problems():
    assert history_problems([]) == []


def test_one_dose_has_none_whatever_it_is():
    assert found(dose(0, 3, None)) == [""]


def test_a_usual_history_has_none():
    assert found(dose(0, 1), dose(28, 2), dose(150, 3), dose(300, 4)) == [""] * 4


def test_the_order_of_the_file_is_not_that_of_the_doses():
    assert found(dose(150, 3), dose(0, 1), dose(28, 2)) == [""] * 3


def test_of_the_same_day_the_later_in_the_file_is_the_duplicate_at_whatever_facility():
    assert found(dose(0, 1), dose(28, 2), dose(28, 2, facility="79002")) == ["", "", "duplicate-dose"]
    assert found(dose(28, 3), dose(0, 1), dose(28, 2)) == ["", "", "duplicate-dose"]


def test_a_dose_that_is_there_three_times_is_a_duplicate_twice():
    assert found(dose(0, 1), dose(0, 1), dose(0, 1)) == ["", "duplicate-dose", "duplicate-dose"]


def test_a_duplicate_is_compared_with_nothing_else():
    assert found(dose(0, 1), dose(0, 9, None), dose(28, 2)) == ["", "duplicate-dose", ""]


@pytest.mark.parametrize(
    ("numbers", "wrong"),
    [
        ((1, 2, 3), ()),
        ((1, 3, 4), ()),  # one that the platform does not know
        ((2, 1), (0, 1)),
        ((1, 1), (0, 1)),
        ((1, 2, 1), (2,)),
        ((1, 2, 2), (1, 2)),
        ((1, 3, 2), (1, 2)),
        ((3, 1, 2), (0,)),
        ((2, 3, 1, 4), (2,)),
        ((4, 3, 2, 1), (0, 1, 2, 3)),
        ((None, 1, None, 2), ()),
        ((2, None, 1), (0, 2)),
        ((None, None), ()),
        ((0, 1), ()),  # for the rules about one record
    ],
)
def test_numbers_rise_with_the_date(numbers, wrong):
    doses = [dose(100 * position, number) for position, number in enumerate(numbers)]
    expected = ["doses-out-of-order" if position in wrong else "" for position in range(len(doses))]
    assert found(*doses) == expected


@pytest.mark.parametrize(
    ("product", "days"),
    [
        (PFIZER, 21),
        (MODERNA, 28),
        (ASTRAZENECA, 28),
        (ABDALA, 14),
        ("BBIBP-CorV", 21),
        ("Hayat-Vax", 21),
        ("Sputnik-V", 21),
        ("EU/1/20/1525", 28),
        ("Covaxin", 1),
        ("no-such-code", 1),
        (None, 1),
    ],
)
def test_the_interval_is_that_of_the_earlier_dose(product, days):
    assert found(dose(0, 1, product), dose(days, 2, ABDALA)) == ["", ""]
    if days > 1:
        assert found(dose(0, 1, product), dose(days - 1, 2, ABDALA)) == ["", "interval-too-short"]


def test_both_faults_are_said_of_one_dose_in_their_order():
    assert found(dose(0, 1), dose(28, 2), dose(38, 1)) == ["", "", "doses-out-of-order interval-too-short"]


def test_codes_of_a_history_are_not_about_one_record():
    assert [str(code) for code in HISTORY_CODES] == [
        "duplicate-dose",
        "doses-out-of-order",
        "interval-too-short",
    ]


def test_the_repr_of_a_dose_says_nothing_of_it():
    assert repr(dose(0, 1)) == "<HistoryDose>"


def test_many_records_under_one_number_are_judged_in_reasonable_time():
    doses = [dose(position % 400, position % 7 + 1) for position in range(20_000)]
    codes = history_problems(doses)
    assert sum("duplicate-dose" in one for one in codes) == 20_000 - 400


def test_whatever_is_not_reported_rises():
    for numbers in permutations((1, 2, 3, 4)):
        doses = [dose(100 * position, number) for position, number in enumerate(numbers)]
        kept = [number for number, codes in zip(numbers, history_problems(doses), strict=True) if not codes]
        assert kept == sorted(kept)


def test_same_dose_at_another_facility_repeats():
    seen = SeenDoses()
    assert not seen.repeats(GOOD)
    assert seen.repeats(changed(facility_code="79002", lot="TEST-002"))


@pytest.mark.parametrize("field", [{"vaccinated_on": date(2021, 9, 16)}, {"identity_number": "001185000002"}])
def test_other_day_or_person_does_not_repeat(field):
    seen = SeenDoses()
    assert not seen.repeats(GOOD)
    assert not seen.repeats(changed(**field))


@pytest.mark.parametrize("field", ["vaccinated_on", "identity_number"])
def test_records_without_day_or_number_do_not_repeat(field):
    seen = SeenDoses()
    record = changed(**{field: None})
    assert not seen.repeats(record)
    assert not seen.repeats(record)
