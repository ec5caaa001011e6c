"""Whether a certificate is that of the traveller who shows a travel document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vaxcert.model.certificate import BirthDate, Person
from vaxcert.rules.name_comparison import NameComparison


class IdentityGrade(StrEnum):
    """How well certificate and traveller agree, from the best to the worst."""

    MATCH = "match"
    """Name and birth date agree, or differ only in how they are spelled."""
    LIKELY = "likely"
    """What differs is explained by the document (a name cut short), and nothing contradicts."""
    UNCLEAR = "unclear"
    """Nothing contradicts, and two people could be told apart by what is left open: compare by eye."""
    MISMATCH = "mismatch"
    """Something contradicts."""


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Traveller:
    """Who stands at the desk, from a travel document or typed. Its repr shows nothing.

    Attributes:
        family_name: As written, or as in a machine readable zone; None where there is one full name only.
        given_name: Likewise; None for people with one name.
        full_name: In any order; used where `family_name` is None.
        birth_date: Complete or partial; None where not given.
        name_may_be_cut: The names fill a machine readable zone, so that something may be missing at their end.
        standard: The names are in the letters of a machine readable zone.
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
        name: What is different between the names; None where there is nothing to compare.
        codes: Stable codes of all that is different, in names and birth dates, in the order to be told.
    """

    grade: IdentityGrade
    name: NameComparison | None
    codes: tuple[str, ...]


def compare_identity(subject: Person, traveller: Traveller) -> IdentityComparison:
    """Compare the subject of a certificate with a traveller."""
    raise NotImplementedError
