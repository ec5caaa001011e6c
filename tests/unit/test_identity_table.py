"""Certificates and travel documents of people who do not exist, with the grade that they have to get."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from tests.support.identity_pairs import pairs

from vaxcert.model.certificate import Person
from vaxcert.rules.identity import IdentityCode, IdentityGrade, Traveller, compare_identity
from vaxcert.rules.name_comparison import NameDifference, NameVerdict

ACCEPTED = (IdentityGrade.MATCH, IdentityGrade.LIKELY)
PAIRS = pairs()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.line}-{pair.group}-{pair.subject}")
def test_grade_and_what_explains_it(pair):
    found = compare_identity(pair.certificate, pair.document)
    assert (str(found.grade), found.codes) == (pair.grade, pair.codes)


def test_the_table_is_large_enough_and_says_nothing_twice():
    assert len(PAIRS) >= 300
    assert len({replace(pair, line=0) for pair in PAIRS}) == len(PAIRS)
    assert len({pair.subject for pair in PAIRS} | {pair.traveller for pair in PAIRS}) >= 150
    assert sum(not pair.is_one_person for pair in PAIRS) >= 90
    assert Counter(pair.grade for pair in PAIRS).keys() == {str(grade) for grade in IdentityGrade}


def test_every_code_is_in_the_table():
    look = {str(one) for one in NameDifference if one.verdict is NameVerdict.SAME} | {"no-letters"}
    codes = {str(code) for code in (*NameDifference, *IdentityCode)} - look
    assert {code for pair in PAIRS for code in pair.codes} == codes


def test_no_pair_of_different_people_is_accepted():
    assert [pair.line for pair in PAIRS if not pair.is_one_person and pair.grade in ACCEPTED] == []


def accepted_of_others(certificates, documents):
    """Who is taken for whom, of all certificates with all documents."""
    return [
        (subject, traveller)
        for subject, certificate in certificates
        for traveller, document in documents
        if subject != traveller and compare_identity(certificate, document).grade in ACCEPTED
    ]


def test_nobody_is_taken_for_anybody_else():
    namesakes = [pair for pair in PAIRS if pair.group == "birth-date"]
    certificates = {(pair.subject, pair.certificate) for pair in namesakes}
    documents = {(pair.traveller, pair.document) for pair in PAIRS}
    assert accepted_of_others(certificates, documents) == []


def test_nobody_is_taken_for_anybody_else_born_on_the_same_day():
    """As if all were twins. Those who have the same name and another birth date are in the test before."""
    born = date(1990, 2, 28)
    people = [pair for pair in PAIRS if pair.group != "birth-date"]
    certificates = {(pair.subject, replace(pair.certificate, birth_date=born)) for pair in people}
    documents = {(pair.traveller, replace(pair.document, birth_date=born)) for pair in people}
    assert len(certificates) >= 150
    assert len(documents) >= 200
    assert accepted_of_others(certificates, documents) == []


@pytest.mark.parametrize(
    "pair",
    [pair for pair in PAIRS if pair.form == "typed" and pair.group != "cut"],
    ids=lambda pair: f"{pair.line}-{pair.group}-{pair.subject}",
)
def test_the_other_way_round(pair):
    """What was typed stands in the certificate, and what stood there is typed."""
    person, traveller = pair.certificate, pair.document
    certificate = Person(
        family_name=traveller.family_name or traveller.full_name,
        given_name=traveller.given_name,
        birth_date=traveller.birth_date,
    )
    typed = Traveller(
        family_name=person.family_name or person.standard_family_name or person.given_name,
        given_name=(person.given_name if person.family_name else person.standard_given_name),
        birth_date=person.birth_date,
    )
    found = compare_identity(certificate, typed)
    assert (found.grade in ACCEPTED) is (pair.grade in ACCEPTED)
