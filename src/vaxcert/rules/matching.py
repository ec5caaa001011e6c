"""Whether a record is about the person whom a population registry has under its identity number.

The identity number finds the entry; name, birth date and sex have to confirm it:

- The **name** confirms where nothing contradicts (`vaxcert.rules.name_comparison`): abbreviations, missing middle names
  and lost diacritics pass, a sibling's name does not.
- The **birth date** confirms as far as both sides know it: a year alone agrees with every day of that year.
- The **sex** contradicts only where both sides know it. Extracts without it are in use, and the numbers of citizens
  encode it, which cleaning has compared already.
- A name or a birth date that one side lacks confirms nothing, and counts as a mismatch: a number alone matches nobody.

Whether a registry could be asked is its adapter's to say. What it could not answer is `unavailable`, which nothing here
turns into a match.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vaxcert.model.birth_dates import birth_dates_agree
from vaxcert.model.certificate import BirthDate, _Private
from vaxcert.model.dose_record import Sex
from vaxcert.rules.name_comparison import NameComparison, compare_names
from vaxcert.rules.records import RecordCode


class MatchStatus(StrEnum):
    """What a registry says of a person. Stable words of `specs/registry.md`."""

    MATCHED = "matched"
    MISMATCHED = "mismatched"
    NOT_FOUND = "not-found"
    UNAVAILABLE = "unavailable"
    """Nothing is known: ask again later."""


class PersonFact(StrEnum):
    """What has to agree, apart from the identity number. Stable words of `specs/registry.md`."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class PersonQuery(_Private):
    """The person of a record. Each is None where the record does not say.

    Attributes:
        identity_number: As registered.
        full_name: With its parts in any usual order.
        birth_date: A date, or as much of it as is known.
        sex: Or None.
    """

    identity_number: str | None = None
    full_name: str | None = None
    birth_date: BirthDate | None = None
    sex: Sex | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class RegisteredPerson(_Private):
    """What a registry has under an identity number. Each is None where it does not know.

    Attributes:
        full_name: Or None.
        birth_date: A date, or as much of it as is known.
        sex: Or None.
    """

    full_name: str | None = None
    birth_date: BirthDate | None = None
    sex: Sex | None = None


_CODES: Final = {
    PersonFact.NAME: RecordCode.REGISTRY_NAME_MISMATCH,
    PersonFact.BIRTH_DATE: RecordCode.REGISTRY_BIRTH_DATE_MISMATCH,
    PersonFact.SEX: RecordCode.REGISTRY_SEX_MISMATCH,
}


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What a registry says of one person, without the person.

    Attributes:
        status: Whether it is the registered person.
        mismatches: The facts that differ, in the order of `PersonFact`; of `mismatched` only, and there at least one.
        name: How the names compare, where they were compared.

    Raises:
        ValueError: Mismatches do not go with the status.
    """

    status: MatchStatus
    mismatches: tuple[PersonFact, ...] = ()
    name: NameComparison | None = None

    def __post_init__(self) -> None:
        if (self.status is MatchStatus.MISMATCHED) is not bool(self.mismatches):
            raise ValueError("facts that differ make a mismatch, and nothing else does")

    @property
    def codes(self) -> tuple[RecordCode, ...]:
        """What is wrong with the record; empty for `matched` only."""
        if self.status is MatchStatus.NOT_FOUND:
            return (RecordCode.REGISTRY_NOT_FOUND,)
        if self.status is MatchStatus.UNAVAILABLE:
            return (RecordCode.REGISTRY_UNAVAILABLE,)
        return tuple(_CODES[fact] for fact in self.mismatches)


NOT_FOUND: Final = MatchResult(MatchStatus.NOT_FOUND)
"""Nobody is registered under the identity number."""

UNAVAILABLE: Final = MatchResult(MatchStatus.UNAVAILABLE)
"""The registry could not be asked, or its answer could not be relied on."""


def match_person(query: PersonQuery, registered: RegisteredPerson | None) -> MatchResult:
    """Compare the person of a record with the one who is registered under the same identity number.

    Args:
        query: The person of the record.
        registered: Who is registered, or None for nobody.
    """
    if registered is None:
        return NOT_FOUND
    name = _compared(query.full_name, registered.full_name)
    agrees = {
        PersonFact.NAME: name is not None and name.may_be_one_person,
        PersonFact.BIRTH_DATE: birth_dates_agree(query.birth_date, registered.birth_date),
        PersonFact.SEX: None in (query.sex, registered.sex) or query.sex is registered.sex,
    }
    mismatches = tuple(fact for fact in PersonFact if not agrees[fact])
    return MatchResult(MatchStatus.MISMATCHED if mismatches else MatchStatus.MATCHED, mismatches, name)


def best_match(query: PersonQuery, entries: Iterable[RegisteredPerson]) -> MatchResult:
    """Compare the person of a record with all entries under one identity number.

    A number may be there twice: registers keep what was corrected, and old numbers were not given out once only. One
    entry has to agree in everything; what two entries agree in together counts for nothing.

    Args:
        query: The person of the record.
        entries: Who is registered under the number; none for nobody.

    Returns:
        The result of the entry that differs least, whatever their order.
    """
    results = [match_person(query, one) for one in entries]
    return min(results, key=lambda result: mismatch_rank(result.mismatches), default=NOT_FOUND)


def mismatch_rank(mismatches: Iterable[PersonFact]) -> int:
    """How much differs: by the number of facts, and of as many the name weighs most, the sex least. 0 is a match."""
    weights = sum(_WEIGHTS[fact] for fact in mismatches)
    return _RANKS[weights]


_WEIGHTS: Final = {PersonFact.SEX: 1, PersonFact.BIRTH_DATE: 2, PersonFact.NAME: 4}
_BY_WEIGHT: Final = sorted(range(8), key=lambda weights: (weights.bit_count(), weights))
_RANKS: Final = {weights: rank for rank, weights in enumerate(_BY_WEIGHT)}


def _compared(recorded: str | None, registered: str | None) -> NameComparison | None:
    if not _says_anything(recorded) or not _says_anything(registered):
        return None
    return compare_names(recorded or "", registered or "")


def _says_anything(name: str | None) -> bool:
    return any(map(str.isalnum, name or ""))
