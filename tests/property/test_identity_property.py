"""Siblings who were born on one day are never taken for each other, whatever document one of them shows."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.mrz import write_mrz

from vaxcert.model.certificate import Person
from vaxcert.model.mrz import read_mrz
from vaxcert.model.names import transliterate
from vaxcert.rules.identity import (
    IdentityComparison,
    IdentityGrade,
    Traveller,
    compare_identity,
    compare_subjects,
    traveller_of,
)
from vaxcert.rules.typed_traveller import typed_traveller

AT = datetime(2024, 6, 1, tzinfo=UTC)
BORN = date(1990, 2, 28)
ACCEPTED = (IdentityGrade.MATCH, IdentityGrade.LIKELY)

ours = settings(derandomize=True, deadline=None, database=None, max_examples=400)
quick = settings(derandomize=True, deadline=None, database=None, max_examples=200)

GIVEN_NAMES = """
An Ân Anh Ánh Lan Lân Lành Minh Mình Ngọc Thị Thu Thư Thuận Văn Vân Vy Vi Hoà Hoa Hòa Duy Tâm Tám Thanh Thành
Anna Hanna Annika Ana Ann Anne Maria Marie Marianna Mariana Mario José Joséphine Jose Juan Juana Carlos Carla
Alexander Alexandra Alexandrina Daniel Daniela Daniele Michael Michał Michal Rafael Rafał Joël Noël Jöl Ali Aliye
Mohammed Muhammad Ahmed Ahmad Hassan Hussein Noor Nur Amin Amina Jörg Joerg Jürgen Øyvind Åse Aase Gül Gull Ülkü
Min Seo Ji Clara Claudia Eduarda Luísa Pedro Paulo Ivan Ivanna Sergei Sergey
"""
FAMILY_NAMES = [
    "Nguyễn",
    "Müller",
    "García López",
    "de la Cruz",
    "Papandropoulous Wilhelmsson",
    "Kim",
    "Al-Masri",
    "Lê",
]
FAMILIES = st.sampled_from(FAMILY_NAMES)
NAME = st.sampled_from(GIVEN_NAMES.split())
GIVEN = st.lists(NAME, min_size=1, max_size=3)


def letters(words: list[str]) -> str:
    """What of given names is in a machine readable zone of any state, without the breaks between them."""
    text = transliterate(" ".join(words)).replace("<", "")
    for expansion in ("AE", "OE", "UE", "AA"):
        text = text.replace(expansion, expansion[0])
    return text


def documents(family: str, given: list[str]) -> list[Traveller]:
    """What a traveller may show or have typed."""
    names = " ".join(given)
    zone = transliterate(family) + "<<" + transliterate(names)
    return [
        *(traveller_of(read_mrz(write_mrz(form, zone, born=BORN), at=AT)) for form in ("td1", "td2", "td3")),
        typed_traveller(f"{family}, {names}", "28/02/1990"),
        typed_traveller(f"{family} {names}", "28/02/1990"),
        typed_traveller(f"{names} {family}", "28/02/1990"),
        typed_traveller(zone, "28/02/1990"),
    ]


def changed(draw, given: list[str]) -> list[str]:
    """The given names of a sibling: near to these."""
    others = list(given)
    place = draw(st.integers(0, len(given) - 1))
    word = given[place]
    change = draw(st.sampled_from(["other", "order", "more", "less", "letter", "joined"]))
    if change == "other":
        others[place] = draw(NAME)
    elif change == "order":
        others = draw(st.permutations(given))
    elif change == "more":
        others.insert(place, draw(NAME))
    elif change == "less":
        del others[place]
    elif change == "letter":
        others[place] = draw(st.sampled_from([word[:-1], *(word + letter for letter in "aehniy")]))
    else:
        others[place : place + 2] = ["".join(given[place : place + 2]).capitalize()]
    return [one for one in others if one] or [draw(NAME)]


@st.composite
def siblings(draw):
    """A family name and the given names of two children who do not share the first two."""
    given = draw(GIVEN)
    others = draw(st.one_of(GIVEN, st.just(changed(draw, given))))
    assume(letters(given) != letters(others))
    assume(len(given) < 3 or given[:2] != others[:2])
    return draw(FAMILIES), given, others


def certificates(family: str, given: list[str]) -> list[Person]:
    """What certificates may call somebody."""
    names = " ".join(given)
    standard = transliterate(family), transliterate(names)
    return [
        Person(
            family_name=family,
            given_name=names,
            standard_family_name=standard[0],
            standard_given_name=standard[1],
            birth_date=BORN,
        ),
        Person(family_name=family, given_name=names, birth_date=BORN),
        Person(family_name=names, given_name=family, birth_date=BORN),
        Person(family_name=f"{family} {names}", birth_date=BORN),
        Person(standard_family_name=standard[0], standard_given_name=standard[1], birth_date=BORN),
    ]


@ours
@given(siblings())
def test_siblings(people):
    family, given_names, others = people
    for traveller in documents(family, others):
        for subject in certificates(family, given_names):
            assert compare_identity(subject, traveller).grade not in ACCEPTED


@quick
@given(FAMILIES, GIVEN)
def test_the_holder_with_a_document_in_order(family, given_names):
    (typed,) = documents(family, given_names)[3:4]
    for subject in certificates(family, given_names)[:2]:
        assert compare_identity(subject, typed).grade is IdentityGrade.MATCH
    passport = documents(family, given_names)[2]
    if not passport.name_may_be_cut:
        for subject in certificates(family, given_names)[:2]:
            assert compare_identity(subject, passport).grade is IdentityGrade.MATCH


@quick
@given(st.text(), st.text(), st.text(), st.booleans(), st.booleans())
def test_any_names_get_a_grade(family, given_name, full, cut, standard):
    for subject in (
        Person(family_name=family, given_name=given_name, birth_date=BORN),
        Person(standard_family_name=family, standard_given_name=given_name),
    ):
        for traveller in (
            Traveller(full_name=full, name_may_be_cut=cut, standard=standard, birth_date=BORN),
            Traveller(family_name=full, given_name=family, name_may_be_cut=cut, standard=standard),
            Traveller(family_name=given_name, name_may_be_cut=cut),
        ):
            assert isinstance(compare_identity(subject, traveller), IdentityComparison)


@quick
@given(FAMILIES, GIVEN, FAMILIES, GIVEN)
def test_two_certificates_get_the_same_grade_either_way(family, given_names, other_family, others):
    for one in certificates(family, given_names)[:3]:
        for other in certificates(other_family, others)[:3]:
            assert compare_subjects(one, other).grade is compare_subjects(other, one).grade


SYLLABLES = st.lists(
    st.sampled_from(["An", "Anh", "Ánh", "Lan", "Lân", "Minh", "Mai", "Ngọc", "Thị", "Thu", "Vân", "Duy"]),
    min_size=2,
    max_size=3,
    unique_by=transliterate,
)


@quick
@given(SYLLABLES)
def test_a_vietnamese_name_in_western_order_is_accepted_of_neither_twin(words):
    """It may be one twin's, family name last, or the other one's, all in reverse."""
    one, other = " ".join(words), " ".join(reversed(words))
    for given_names in (one, other):
        subject = Person(family_name="Nguyễn", given_name=given_names, birth_date=BORN)
        for typed in (f"{one} Nguyễn", transliterate(f"{one} Nguyễn")):
            assert compare_identity(subject, typed_traveller(typed, "1990-02-28")).grade not in ACCEPTED
