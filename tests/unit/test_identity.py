"""What the table of pairs does not show: forms of names, birth dates, what is typed, and privacy."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest
from tests.support.mrz import write_mrz
from tests.support.signers import person

from vaxcert.errors import DecodeError, Reason
from vaxcert.model.certificate import PartialDate, Person
from vaxcert.model.mrz import read_mrz
from vaxcert.rules.identity import (
    IdentityCode,
    IdentityGrade,
    Traveller,
    compare_identity,
    compare_subjects,
    traveller_of,
)
from vaxcert.rules.identity_dates import birth_date_code
from vaxcert.rules.identity_grades import graded, worst
from vaxcert.rules.name_comparison import NameDifference, NameVerdict
from vaxcert.rules.typed_traveller import typed_traveller

AT = datetime(2024, 6, 1, tzinfo=UTC)
BORN = date(1990, 2, 28)


def grade(subject, traveller):
    return compare_identity(subject, traveller).grade


def test_the_traveller_of_a_document():
    traveller = traveller_of(read_mrz(write_mrz("td3", "NGUYEN<<VAN<AN", born=BORN), at=AT))
    assert (traveller.family_name, traveller.given_name) == ("NGUYEN", "VAN<AN")
    assert (traveller.birth_date, traveller.standard, traveller.name_may_be_cut) == (BORN, True, False)
    single = traveller_of(read_mrz(write_mrz("td1", "A" * 30, born=None), at=AT))
    assert (single.given_name, single.birth_date, single.name_may_be_cut) == (None, None, True)


def test_nobody_is_not_nobody_else():
    nobody = (Traveller(), Traveller(family_name="", given_name=""), Traveller(full_name=" - "))
    subjects = (Person(), Person(family_name="-", given_name="7"), Person(standard_family_name="<"))
    for subject, traveller in product(subjects, nobody):
        found = compare_identity(subject, traveller)
        assert found.grade is IdentityGrade.UNCLEAR
        assert set(found.codes) == {IdentityCode.NAME_NOT_GIVEN, IdentityCode.BIRTH_DATE_MISSING}
        assert found.name is None


def test_a_standard_name_alone_or_a_written_one_alone_is_enough():
    traveller = Traveller(family_name="NGUYEN", given_name="VAN<AN", birth_date=BORN, standard=True)
    for subject in (
        Person(family_name="Nguyễn", given_name="Văn An", birth_date=BORN),
        Person(standard_family_name="NGUYEN", standard_given_name="VAN<AN", birth_date=BORN),
        Person(family_name="Nguyễn", standard_given_name="VAN<AN", birth_date=BORN),
        Person(standard_family_name="NGUYEN<", standard_given_name="<VAN<<AN<", birth_date=BORN),
    ):
        assert grade(subject, traveller) is IdentityGrade.MATCH


def test_a_wrong_standard_name_does_not_make_a_wrong_traveller():
    subject = Person(
        family_name="Nguyễn", given_name="Văn An", standard_family_name="TRAN", standard_given_name="VAN<AN"
    )
    assert grade(subject, Traveller(family_name="Trần", given_name="Văn An")) is IdentityGrade.MISMATCH


def test_marks_of_a_traveller_are_compared_with_marks():
    subject = Person(family_name="Nguyễn", given_name="Thị Lân", standard_family_name="NGUYEN",
                     standard_given_name="THI<LAN", birth_date=BORN)  # fmt: skip
    for typed, expected in (
        ("Nguyễn, Thị Lân", IdentityGrade.MATCH),
        ("Nguyễn, Thị Lan", IdentityGrade.UNCLEAR),
        ("Nguyen, Thi Lan", IdentityGrade.MATCH),
    ):
        assert grade(subject, typed_traveller(typed, "1990-02-28")) is expected


@pytest.mark.parametrize("length", [79, 80])
def test_a_name_may_be_cut_at_80_characters_in_a_certificate(length):
    given = ("ALEXANDRINA " + "MARIA JOSEFINA " * 6)[:length].strip()
    subject = Person(standard_family_name="DO", standard_given_name=given.replace(" ", "<"), birth_date=BORN)
    typed = Traveller(family_name="DO", given_name=given + "XYZ VALENTINA", birth_date=BORN)
    found = compare_identity(subject, typed)
    assert len(subject.standard_given_name) == length
    assert (found.grade, found.codes) == (
        (IdentityGrade.LIKELY, ("name-cut",)) if length == 80 else (IdentityGrade.MISMATCH, ("other-words",))
    )


@pytest.mark.parametrize("name", ["Luxx", "Brunxx", "Knuxxer"])
def test_a_name_that_has_two_xs_is_its_own(name):
    subject = Person(family_name=name, given_name="Eva", birth_date=BORN)
    for typed in (f"{name}, Eva", f"{name.upper()} EVA", f"{name.upper()}<<EVA"):
        found = compare_identity(subject, typed_traveller(typed, "1990-02-28"))
        assert (found.grade, found.codes) == (IdentityGrade.MATCH, ())


# Birth dates


@pytest.mark.parametrize(
    ("certificate", "document", "code"),
    [
        (date(1990, 3, 4), date(1990, 3, 4), None),
        (date(1990, 3, 4), date(1990, 4, 3), IdentityCode.BIRTH_DATE_DAY_MONTH_SWAPPED),
        (date(1990, 3, 3), date(1990, 3, 4), IdentityCode.BIRTH_DATE_DIFFERS),
        (date(1990, 3, 4), date(1991, 4, 3), IdentityCode.BIRTH_DATE_DIFFERS),
        (date(1990, 3, 4), date(1890, 3, 4), IdentityCode.BIRTH_DATE_DIFFERS),
        (date(1990, 3, 4), PartialDate(1990, 3), IdentityCode.BIRTH_DATE_ONE_PARTIAL),
        (PartialDate(1990), PartialDate(1990, 3), IdentityCode.BIRTH_DATE_ONE_PARTIAL),
        (PartialDate(1990), PartialDate(1990), IdentityCode.BIRTH_DATE_BOTH_PARTIAL),
        (PartialDate(1990), PartialDate(1991), IdentityCode.BIRTH_DATE_DIFFERS),
        (PartialDate(1990, 3), date(1990, 4, 3), IdentityCode.BIRTH_DATE_DIFFERS),
        (PartialDate(1990), None, IdentityCode.BIRTH_DATE_MISSING),
        (None, date(1990, 3, 4), IdentityCode.BIRTH_DATE_MISSING),
        (None, None, IdentityCode.BIRTH_DATE_MISSING),
    ],
)
@pytest.mark.parametrize("two_digits", [True, False])
def test_birth_dates(certificate, document, code, two_digits):
    assert birth_date_code(certificate, document, year_has_two_digits=two_digits) is code


@pytest.mark.parametrize(
    ("certificate", "document", "two_digits", "code"),
    [
        (date(1921, 7, 1), date(2021, 7, 1), True, IdentityCode.BIRTH_CENTURY),
        (date(1921, 7, 1), date(2021, 7, 1), False, IdentityCode.BIRTH_DATE_DIFFERS),
        (date(2021, 7, 1), date(1921, 7, 1), True, IdentityCode.BIRTH_DATE_DIFFERS),
        (date(1921, 7, 1), date(2021, 7, 2), True, IdentityCode.BIRTH_DATE_DIFFERS),
        (PartialDate(1921), PartialDate(2021), True, IdentityCode.BIRTH_DATE_ONE_PARTIAL),
        (PartialDate(1921), PartialDate(2021), False, IdentityCode.BIRTH_DATE_DIFFERS),
        (PartialDate(2021), PartialDate(1921), True, IdentityCode.BIRTH_DATE_DIFFERS),
        (PartialDate(1921, 7), PartialDate(2021, 8), True, IdentityCode.BIRTH_DATE_DIFFERS),
        (date(1921, 7, 1), PartialDate(2021, 7), True, IdentityCode.BIRTH_DATE_ONE_PARTIAL),
        (PartialDate(1921), date(2021, 7, 1), True, IdentityCode.BIRTH_DATE_ONE_PARTIAL),
        (PartialDate(1821), date(2021, 7, 1), True, IdentityCode.BIRTH_DATE_DIFFERS),
    ],
)
def test_a_century_between(certificate, document, two_digits, code):
    assert birth_date_code(certificate, document, year_has_two_digits=two_digits) is code


# Grades


def test_codes_come_the_worst_first():
    subject = Person(family_name="Schmidt", given_name="Anna")
    found = compare_identity(subject, Traveller(family_name="Schmidt", given_name="Hanna"))
    assert found.codes == ("other-words", "birth-date-missing")
    assert found.grade is IdentityGrade.MISMATCH


def test_every_difference_has_a_grade_and_none_of_look_is_told():
    for one in NameDifference:
        told = graded([one])
        assert bool(told) is (one.verdict is not NameVerdict.SAME)
        if one.verdict in (NameVerdict.COMPATIBLE, NameVerdict.DIFFERENT):
            assert worst(told) in (IdentityGrade.UNCLEAR, IdentityGrade.MISMATCH)


def test_nothing_different_is_a_match():
    assert worst([]) is IdentityGrade.MATCH


# Two certificates


def test_subjects_of_two_certificates():
    for other, expected in (
        (person(), IdentityGrade.MATCH),
        (Person(standard_family_name="NGUYEN", standard_given_name="VAN<AN", birth_date=BORN), None),
        (Person(family_name="阮", standard_family_name="NGUYEN", standard_given_name="X"), None),
    ):
        found = compare_subjects(person(), other)
        assert compare_subjects(other, person()).grade is found.grade
        assert expected is None or found.grade is expected
    one = Person(family_name="Иванов", given_name="Иван", standard_family_name="IVANOV",
                 standard_given_name="IVAN", birth_date=BORN)  # fmt: skip
    other = Person(standard_family_name="IVANOV", standard_given_name="IVAN", birth_date=BORN)
    assert compare_subjects(one, other).grade is IdentityGrade.MATCH
    assert compare_subjects(other, one).grade is IdentityGrade.MATCH
    greek = Person(family_name="Παππά", given_name="Μαρία", standard_family_name="PAPPA",
                   standard_given_name="MARIA", birth_date=BORN)  # fmt: skip
    latin = Person(family_name="Pappa", given_name="Maria", birth_date=BORN)
    assert compare_subjects(latin, greek).grade is IdentityGrade.MATCH
    assert compare_subjects(greek, latin).grade is IdentityGrade.MATCH


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Müller-Lüdenscheidt", "Jürgen Günther"), ("Mueller", "Juergen"), IdentityGrade.UNCLEAR),
        (
            ("Papandropoulous Wilhelmsson Nge", "Daniela"),
            ("Papandropoulous Wilhelmsson Nge", "Daniel"),
            IdentityGrade.UNCLEAR,
        ),
        (("Nguyễn", "Thị Lan"), ("Nguyễn", "Thị Lân"), IdentityGrade.UNCLEAR),
        (("Nguyễn", "Thị Lan"), ("Nguyễn", "Thị Mai"), IdentityGrade.MISMATCH),
    ],
)
def test_which_of_two_subjects_is_which_makes_no_difference(one, other, expected):
    subjects = [
        Person(family_name=family, given_name=given, birth_date=BORN) for family, given in (one, other)
    ]
    assert compare_subjects(*subjects).grade is expected
    assert compare_subjects(*subjects[::-1]).grade is expected


# What is typed


@pytest.mark.parametrize(
    ("name", "family", "given", "full"),
    [
        ("NGUYEN, VAN AN", "NGUYEN", "VAN AN", None),
        ("NGUYEN<<VAN<AN", "NGUYEN", "VAN<AN", None),
        ("NGUYEN/VAN AN MR", "NGUYEN", "VAN AN", None),
        ("NGUYEN/VAN AN Mstr", "NGUYEN", "VAN AN", None),
        ("NGUYEN/MR", "NGUYEN", "MR", None),
        ("Nguyễn, Mr", "Nguyễn", "Mr", None),
        ("NGUYEN/", "NGUYEN", None, None),
        (", AN", None, None, "AN"),
        ("Nguyễn Văn An", None, None, "Nguyễn Văn An"),
        (" ", None, None, None),
        ("", None, None, None),
    ],
)
def test_typed_names(name, family, given, full):
    traveller = typed_traveller(name)
    assert (traveller.family_name, traveller.given_name, traveller.full_name) == (family, given, full)
    assert traveller.birth_date is None
    assert (traveller.standard, traveller.name_may_be_cut) == (False, False)


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1990-02-28", BORN),
        (" 28/02/1990 ", BORN),
        ("28.2.1990", BORN),
        ("28-02-1990", BORN),
        ("28 02 1990", BORN),
        ("02/1990", PartialDate(1990, 2)),
        ("2.1990", PartialDate(1990, 2)),
        ("02-1990", PartialDate(1990, 2)),
        ("02 1990", PartialDate(1990, 2)),
        ("1990-02", PartialDate(1990, 2)),
        ("1990", PartialDate(1990)),
        ("", None),
    ],
)
def test_typed_birth_dates(text, born):
    assert typed_traveller("Do", text).birth_date == born


@pytest.mark.parametrize(
    "text",
    [
        *("x", "31/02/1990", "0000", "1990/02/28", "28/02/90", "19900228", "２/1990"),
        *("28.02-1990", "28.02/1990", "28/02 1990", "13.1990", "28  02  1990", "28.02.1990.", "1990-2-28"),
    ],
)
def test_a_birth_date_that_cannot_be_read(text):
    with pytest.raises(DecodeError) as raised:
        typed_traveller("Do", text)
    assert raised.value.reason is Reason.BIRTH_DATE_UNREADABLE
    assert text not in str(raised.value)


# Privacy


def test_nothing_shows_a_traveller():
    traveller = typed_traveller("CANARY, CANARIA", "1977-07-07")
    found = compare_identity(Person(family_name="Canary", given_name="Kanaria"), traveller)
    for shown in (repr(traveller), str(traveller), repr(found), str(found)):
        assert "anar" not in shown.lower()
        assert "77" not in shown
