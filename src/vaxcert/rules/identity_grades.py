"""How well a certificate and a traveller agree, and the codes that explain it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Self, TypeAlias

from vaxcert.rules.name_comparison import NameDifference, NameVerdict


class IdentityGrade(StrEnum):
    """How well certificate and traveller agree, from the best to the worst."""

    MATCH = "match"
    """Name and birth date agree, or differ only in how they are spelled."""
    LIKELY = "likely"
    """What differs is explained by the document (a name cut short, its parts swapped), and nothing contradicts."""
    UNCLEAR = "unclear"
    """Nothing contradicts for sure, and two people could be told apart by what is left open: compare by eye."""
    MISMATCH = "mismatch"
    """Something contradicts."""


_RANKS: Final = {grade: rank for rank, grade in enumerate(IdentityGrade)}


class IdentityCode(StrEnum):
    """Stable codes of what is different beside `NameDifference`. Public: never renamed, never reused.

    Attributes:
        grade: The best grade that a comparison with this code can get.
    """

    grade: IdentityGrade

    def __new__(cls, code: str, grade: IdentityGrade) -> Self:
        """A code with its grade, as the lines below give them."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.grade = grade
        return member

    NAME_PARTS = "name-parts", IdentityGrade.LIKELY
    """The same words in the same order; where the family name ends is another place."""
    NAME_CUT = "name-cut", IdentityGrade.LIKELY
    """The name fills its field, so that its end may be missing."""
    OTHER_SPELLING = "other-spelling", IdentityGrade.UNCLEAR
    """Two spellings that may be of one name (Muller, Mueller; Mohammed, Muhammad), and may be two names."""
    NAME_NOT_GIVEN = "name-not-given", IdentityGrade.UNCLEAR
    """One side has no name."""
    BIRTH_CENTURY = "birth-century", IdentityGrade.LIKELY
    """A hundred years lie between, and the document has two digits for the year."""
    BIRTH_DATE_BOTH_PARTIAL = "birth-date-both-partial", IdentityGrade.LIKELY
    """Both sides know the same part of the birth date."""
    BIRTH_DATE_ONE_PARTIAL = "birth-date-one-partial", IdentityGrade.UNCLEAR
    """One side knows more of the birth date than the other, and what both know agrees."""
    BIRTH_DATE_MISSING = "birth-date-missing", IdentityGrade.UNCLEAR
    """One side has no birth date."""
    BIRTH_DATE_DAY_MONTH_SWAPPED = "birth-date-day-month-swapped", IdentityGrade.UNCLEAR
    """The same year, with day and month in each other's place."""
    BIRTH_DATE_DIFFERS = "birth-date-differs", IdentityGrade.MISMATCH


_LOOK: Final = frozenset(one for one in NameDifference if one.verdict is NameVerdict.SAME)

_GRADES: Final[dict[NameDifference, IdentityGrade]] = {
    NameDifference.DIACRITICS: IdentityGrade.MATCH,
    NameDifference.JOINED_WORDS: IdentityGrade.MATCH,
    NameDifference.TRANSLITERATION: IdentityGrade.MATCH,
    NameDifference.I_AND_Y: IdentityGrade.UNCLEAR,
    NameDifference.ORDER: IdentityGrade.UNCLEAR,
    NameDifference.ABBREVIATION: IdentityGrade.UNCLEAR,
    NameDifference.MISSING_MIDDLE_NAME: IdentityGrade.UNCLEAR,
    NameDifference.ABBREVIATED_LAST_WORD: IdentityGrade.UNCLEAR,
    NameDifference.OTHER_DIACRITICS: IdentityGrade.UNCLEAR,
    NameDifference.MISSING_NAME: IdentityGrade.UNCLEAR,
    NameDifference.OTHER_SCRIPT: IdentityGrade.UNCLEAR,
    NameDifference.OTHER_ORDER: IdentityGrade.MISMATCH,
    NameDifference.OTHER_WORDS: IdentityGrade.MISMATCH,
    NameDifference.NO_LETTERS: IdentityGrade.UNCLEAR,
} | dict.fromkeys(_LOOK, IdentityGrade.MATCH)
"""What a difference leads to where nothing else is known of it. A desk refers where a register would refuse."""

GradedCode: TypeAlias = tuple[str, IdentityGrade]
"""A code with the grade that it leads to here."""


def graded(differences: Iterable[NameDifference]) -> list[GradedCode]:
    """The differences of names with their grades, without those of look alone."""
    return [(str(one), _GRADES[one]) for one in differences if one not in _LOOK]


def worst(codes: Iterable[GradedCode]) -> IdentityGrade:
    """The worst grade of all codes; `match` for none."""
    return max((grade for _, grade in codes), key=rank, default=IdentityGrade.MATCH)


def rank(grade: IdentityGrade) -> int:
    """The place of a grade, from 0 for the best."""
    return _RANKS[grade]
