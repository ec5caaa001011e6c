from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from vaxcert.model.birth_dates import birth_dates_agree
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import Sex
from vaxcert.rules.matching import (
    NOT_FOUND,
    UNAVAILABLE,
    MatchResult,
    MatchStatus,
    PersonFact,
    PersonQuery,
    RegisteredPerson,
    best_match,
    match_person,
    mismatch_rank,
)
from vaxcert.rules.name_comparison import NameDifference
from vaxcert.rules.records import RecordCode

BORN = date(1981, 7, 1)
KNOWN = {"full_name": "Phan Thanh Giang", "birth_date": BORN, "sex": Sex.FEMALE}
REGISTERED = RegisteredPerson(**KNOWN)


def query(**changed):
    return PersonQuery(identity_number="079181000065", **(KNOWN | changed))


def registered(**changed):
    return RegisteredPerson(**(KNOWN | changed))


def mismatches(**changed):
    return match_person(query(**changed), REGISTERED).mismatches


def test_the_same_person_is_matched():
    result = match_person(query(), REGISTERED)
    assert (result.status, result.mismatches, result.codes) == (MatchStatus.MATCHED, (), ())
    assert result.name.differences == ()


def test_nobody_registered_is_not_found():
    result = match_person(query(), None)
    assert result == NOT_FOUND
    assert result.codes == (RecordCode.REGISTRY_NOT_FOUND,)


@pytest.mark.parametrize(
    ("changed", "fact", "code"),
    [
        ({"full_name": "Phan Thanh Giao"}, PersonFact.NAME, RecordCode.REGISTRY_NAME_MISMATCH),
        ({"full_name": None}, PersonFact.NAME, RecordCode.REGISTRY_NAME_MISMATCH),
        ({"full_name": " - "}, PersonFact.NAME, RecordCode.REGISTRY_NAME_MISMATCH),
        ({"birth_date": date(1981, 1, 7)}, PersonFact.BIRTH_DATE, RecordCode.REGISTRY_BIRTH_DATE_MISMATCH),
        ({"birth_date": None}, PersonFact.BIRTH_DATE, RecordCode.REGISTRY_BIRTH_DATE_MISMATCH),
        ({"sex": Sex.MALE}, PersonFact.SEX, RecordCode.REGISTRY_SEX_MISMATCH),
    ],
)
def test_one_fact_differs(changed, fact, code):
    for result in (
        match_person(query(**changed), REGISTERED),
        match_person(query(), registered(**changed)),
    ):
        assert (result.status, result.mismatches, result.codes) == (MatchStatus.MISMATCHED, (fact,), (code,))


def test_a_name_that_is_none_confirms_nothing_even_where_both_sides_have_it():
    result = match_person(query(full_name="-"), registered(full_name="-"))
    assert (result.mismatches, result.name) == ((PersonFact.NAME,), None)


def test_all_that_differs_is_said_in_one_order():
    result = match_person(query(full_name="Lê An", birth_date=None, sex=Sex.MALE), REGISTERED)
    assert result.mismatches == (PersonFact.NAME, PersonFact.BIRTH_DATE, PersonFact.SEX)
    assert len(result.codes) == 3


@pytest.mark.parametrize(
    ("name", "difference"),
    [
        ("PHAN THANH GIANG", NameDifference.CASE),
        ("Giang Thanh Phan", NameDifference.ORDER),
        ("Ph. T. Giang", NameDifference.ABBREVIATION),
        ("Phan Giang", NameDifference.MISSING_MIDDLE_NAME),
    ],
)
def test_a_name_written_otherwise_matches_and_says_how(name, difference):
    result = match_person(query(full_name=name), REGISTERED)
    assert result.status is MatchStatus.MATCHED
    assert result.name.differences == (difference,)


def test_a_mismatched_name_says_what_is_different():
    assert match_person(query(full_name="Phan Thanh Hà"), REGISTERED).name.differences == (
        NameDifference.OTHER_WORDS,
    )


@pytest.mark.parametrize("side", ["recorded", "registered"])
def test_a_sex_that_one_side_does_not_know_contradicts_nothing(side):
    pair = (query(sex=None), REGISTERED) if side == "recorded" else (query(), registered(sex=None))
    assert match_person(*pair).status is MatchStatus.MATCHED


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (BORN, BORN, True),
        (BORN, date(1981, 7, 2), False),
        (BORN, PartialDate(1981), True),
        (BORN, PartialDate(1982), False),
        (BORN, PartialDate(1981, 7), True),
        (BORN, PartialDate(1981, 1), False),
        (PartialDate(1981), PartialDate(1981), True),
        (PartialDate(1981), PartialDate(1981, 12), True),
        (PartialDate(1981), PartialDate(1982, 12), False),
        (PartialDate(1981, 1), PartialDate(1981, 10), False),
        (date(198, 1, 1), PartialDate(1981), False),
        (BORN, None, False),
        (None, None, False),
    ],
)
def test_birth_dates_agree_as_far_as_both_are_known(one, other, agree):
    assert birth_dates_agree(one, other) is agree
    assert birth_dates_agree(other, one) is agree


def test_of_several_entries_one_has_to_agree_in_everything():
    entries = [registered(sex=Sex.MALE), registered(birth_date=PartialDate(1990))]
    assert best_match(query(), entries).mismatches == (PersonFact.SEX,)
    assert best_match(query(), [*entries, REGISTERED]).status is MatchStatus.MATCHED
    assert best_match(query(), []) == NOT_FOUND


def test_the_order_of_entries_makes_no_difference():
    entries = [
        registered(full_name="Lê An"),
        registered(birth_date=None),
        registered(sex=Sex.MALE, birth_date=None),
    ]
    found = {best_match(query(), order).mismatches for order in permutations(entries)}
    assert found == {(PersonFact.BIRTH_DATE,)}


def test_fewer_differences_rank_before_more():
    sets = [
        (),
        (PersonFact.SEX,),
        (PersonFact.BIRTH_DATE,),
        (PersonFact.NAME,),
        (PersonFact.BIRTH_DATE, PersonFact.SEX),
        (PersonFact.NAME, PersonFact.SEX),
        (PersonFact.NAME, PersonFact.BIRTH_DATE),
        tuple(PersonFact),
    ]
    assert [mismatch_rank(one) for one in sets] == list(range(8))


@pytest.mark.parametrize("status", MatchStatus)
def test_mismatches_go_with_their_status_only(status):
    facts = (PersonFact.NAME,)
    if status is MatchStatus.MISMATCHED:
        assert MatchResult(status, facts).codes
        facts = ()
    with pytest.raises(ValueError, match="facts that differ"):
        MatchResult(status, facts)


def test_only_a_match_has_no_codes():
    assert UNAVAILABLE.codes == (RecordCode.REGISTRY_UNAVAILABLE,)
    assert NOT_FOUND.codes
    assert not MatchResult(MatchStatus.MATCHED).codes


def test_nothing_shows_a_person():
    one = query(full_name="Canary 1947", birth_date=PartialDate(1947))
    other = registered(full_name="Canary 1948", birth_date=PartialDate(1948))
    shown = repr(one) + repr(other) + repr(match_person(one, other))
    assert not [trace for trace in ("anary", "194", "079181") if trace in shown]
