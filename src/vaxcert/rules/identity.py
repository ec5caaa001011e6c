"""Whether a certificate is that of the traveller who shows a travel document.

A certificate is accepted for its holder with the grades `match` and `likely` only. Neither may come of two people, and
those who are nearest are twins: one birth date, one family name, given names a letter or a mark apart. So whatever
could hide such a difference (a missing name, a mark, another order, an end that is cut) leads to `unclear`, which a
person decides who sees both papers.
"""

from __future__ import annotations

from dataclasses import dataclass

from vaxcert.model.certificate import BirthDate, Person
from vaxcert.model.mrz import TravelDocument
from vaxcert.rules.identity_dates import birth_date_code
from vaxcert.rules.identity_grades import GradedCode, IdentityCode, IdentityGrade, rank, worst
from vaxcert.rules.identity_names import TravellerName, compare_parts
from vaxcert.rules.name_comparison import NameComparison, NameDifference

__all__ = [
    "IdentityCode",
    "IdentityComparison",
    "IdentityGrade",
    "Traveller",
    "compare_identity",
    "compare_subjects",
    "traveller_of",
]


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Traveller:
    """Who stands at the desk, from a travel document or typed. Its repr shows nothing.

    Attributes:
        family_name: As written, or as in a machine readable zone; None where there is one full name only.
        given_name: Likewise; None for people with one name.
        full_name: In any order; used where `family_name` is None.
        birth_date: Complete or partial; None where not given.
        name_may_be_cut: The names fill a machine readable zone, so that something may be missing at their end.
        standard: The names are in the letters of a machine readable zone, and the year of birth has two digits there.
    """

    family_name: str | None = None
    given_name: str | None = None
    full_name: str | None = None
    birth_date: BirthDate | None = None
    name_may_be_cut: bool = False
    standard: bool = False

    def __repr__(self) -> str:
        return "<Traveller>"


@dataclass(frozen=True, slots=True)
class IdentityComparison:
    """What a comparison has found. Holds no name and no date.

    Attributes:
        grade: The verdict.
        name: What is different between the whole names; None where there is nothing to compare, or one of them was cut.
        codes: Stable codes of all that is different, in names and birth dates, the worst first: each an `IdentityCode`
            or a `NameDifference`. What is only about the look of a name (case, blanks, ...) is left out.
    """

    grade: IdentityGrade
    name: NameComparison | None
    codes: tuple[str, ...]


def traveller_of(document: TravelDocument) -> Traveller:
    """The traveller whom a travel document names."""
    return Traveller(
        family_name=document.primary_identifier or None,
        given_name=document.secondary_identifier or None,
        birth_date=document.birth_date,
        name_may_be_cut=document.name_may_be_cut,
        standard=True,
    )


def compare_identity(subject: Person, traveller: Traveller) -> IdentityComparison:
    """Compare the subject of a certificate with a traveller.

    Args:
        subject: Of a certificate that a trusted key has signed; of another one it says nothing.
        traveller: Who shows it.

    Returns:
        The grade is the worst of what was found, and `match` only with a whole name and a whole birth date.
    """
    name = compare_parts(subject, _name_of(traveller))
    codes: list[GradedCode] = [_code(IdentityCode.NAME_NOT_GIVEN)] if name is None else list(name.codes)
    birth_date = birth_date_code(
        subject.birth_date, traveller.birth_date, year_has_two_digits=traveller.standard
    )
    if birth_date is not None:
        codes.append(_code(birth_date))
    codes.sort(key=lambda code: -rank(code[1]))
    return IdentityComparison(
        worst(codes), None if name is None else name.comparison, tuple([code for code, _ in codes])
    )


def compare_subjects(one: Person, other: Person) -> IdentityComparison:
    """Compare the subjects of two certificates: whether they may be one person.

    Args:
        one: A subject.
        other: The subject to compare it with. Which of them is which makes no difference to the grade.
    """
    found = _compared_subjects(one, other)
    if found.grade is IdentityGrade.MATCH:
        return found
    return min(found, _compared_subjects(other, one), key=lambda found: rank(found.grade))


def _compared_subjects(one: Person, other: Person) -> IdentityComparison:
    found = compare_identity(one, _as_traveller(other.family_name, other.given_name, other.birth_date))
    if not {IdentityCode.NAME_NOT_GIVEN, NameDifference.OTHER_SCRIPT} & set(found.codes):
        return found
    standard = _as_traveller(other.standard_family_name, other.standard_given_name, other.birth_date)
    return compare_identity(one, standard)


def _as_traveller(family: str | None, given: str | None, birth_date: BirthDate | None) -> Traveller:
    return Traveller(family_name=family or given, given_name=given if family else None, birth_date=birth_date)


def _name_of(traveller: Traveller) -> TravellerName:
    family, given = traveller.family_name, traveller.given_name
    if family is None:
        return TravellerName((traveller.full_name or given or "", ""), False, traveller.name_may_be_cut)
    return TravellerName((family, given or ""), True, traveller.name_may_be_cut)


def _code(code: IdentityCode) -> GradedCode:
    return str(code), code.grade
