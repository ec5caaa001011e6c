"""Who the synthetic people are: everything about a person follows from the person's number and the seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from examples.national.draws import Draws, Flags, Indices
from examples.national.faults import ANSWERS, FAULTS, KINDS
from examples.national.plan import CLEAN, Plan
from examples.national.tables import (
    ASTRAZENECA,
    FOREIGN_NAMES,
    JANSSEN,
    LICENSED_BEFORE_THE_CAMPAIGN,
    MOST_DOSES_OF_JANSSEN,
    PFIZER,
    PROVINCES,
    SEXES,
    VACCINES,
)
from examples.national.words import Names, draw_names, foreign_name
from numpy.typing import NDArray

FOREIGNERS: Final = 0.003
OLD_CARD_BEFORE: Final = 1965
BIRTH_YEAR_ONLY_BEFORE: Final = 1955
CHILDREN_FROM: Final = 2004

_SERIALS: Final = 10**6
_SERIAL_STEP: Final = 387_420_489
_OLD_NUMBERS: Final = 4 * 10**8
"""CMND numbers begin with 0 to 3."""

_OLD_STEP: Final = 282_475_249
_PROVINCES: Final = np.array([int(code) for code in PROVINCES])
_INHABITANTS: Final = [people for _, people in PROVINCES.values()]
_FOREIGN_SEX: Final = np.array([SEXES.index(sex) for _, sex, _ in FOREIGN_NAMES])
_VACCINE_WEIGHTS: Final = [vaccine.weight for vaccine in VACCINES]

CCCD, CMND, PASSPORT = range(3)

_MARKED: Final = ("wrong encoding", "old code page", "question marks", "replacement characters")


def has(kind: Indices, fault: str) -> Flags:
    """Who has a fault of `FAULTS`, or an answer of `ANSWERS`."""
    return _HAS[fault][kind]


def _kinds_with(fault: str) -> NDArray[np.bool_]:
    of_kinds = [fault in kind.faults for kind in KINDS]
    return np.array([*of_kinds, *(fault == answer for answer in ANSWERS), False])


_HAS: Final = {name: _kinds_with(name) for name in (*FAULTS, *ANSWERS)}
_CARD: Final = [
    next((FAULTS[name].card for name in kind.faults if FAULTS[name].card), "") for kind in KINDS
] + [""] * (CLEAN + 1 - len(KINDS))
_MUST_HAVE: Final = {card: np.array([wanted == card for wanted in _CARD]) for card in ("cccd", "cmnd")}


@dataclass(frozen=True, slots=True, repr=False)
class People:
    """Some people, as they are; positions in tables where the text does not matter yet.

    Attributes:
        index: Their numbers.
        kind: What `Plan.kind` says of them.
        sex: Position in `SEXES`.
        birth_day: Days from 1900-01-01.
        birth_year: The year of that.
        year_only: Whether no more than the year is known of their birth.
        card: `CCCD`, `CMND` or `PASSPORT`.
        foreign: Position in `FOREIGN_NAMES`; of no meaning without a passport.
        home: Position in `PROVINCES`.
        birthplace: Likewise.
        vaccine: That of the first dose, position in `VACCINES`.
        names: Their names.
    """

    index: Indices
    kind: Indices
    sex: Indices
    birth_day: Indices
    birth_year: Indices
    year_only: Flags
    card: Indices
    foreign: Indices
    home: Indices
    birthplace: Indices
    vaccine: Indices
    names: Names

    def __repr__(self) -> str:
        return f"<People, {len(self.index)}>"


def days(years: Indices, months: Indices, day_of_month: Indices) -> Indices:
    """Days from 1900-01-01 to the days of a calendar."""
    since = ((years - 1900) * 12 + months - 1).astype("timedelta64[M]") + np.datetime64("1900-01")
    return (since.astype("datetime64[D]") - np.datetime64("1900-01-01")).astype(np.int64) + day_of_month - 1


def draw_people(plan: Plan, index: Indices) -> People:
    """Make people.

    Args:
        plan: The nation they belong to.
        index: Their numbers, from 0 to below `plan.everybody`; some may be there more than once.
    """
    draws = Draws(plan.seed)
    kind = plan.kind(index)
    foreign = draws.happens(index, "foreigner", FOREIGNERS) & (kind == CLEAN)
    foreign_names = foreign_name(index, draws)
    sex = np.where(foreign, _FOREIGN_SEX[foreign_names], draws.below(index, "sex", 2))
    years = _birth_years(plan, index, kind)
    birth_day = days(years, draws.between(index, "month", 1, 12), draws.between(index, "day", 1, 28))
    old = (years < OLD_CARD_BEFORE) & draws.happens(index, "old card", 0.25)
    card = np.where((old & ~_MUST_HAVE["cccd"][kind]) | _MUST_HAVE["cmnd"][kind], CMND, CCCD)
    year_only = (years < BIRTH_YEAR_ONLY_BEFORE) & draws.happens(index, "birth year only", 0.25)
    home = draws.chosen(index, "home", _INHABITANTS)
    moved = draws.happens(index, "moved", 0.2)
    with_marks = np.logical_or.reduce([has(kind, fault) for fault in _MARKED])
    return People(
        index=index,
        kind=kind,
        sex=sex,
        birth_day=birth_day,
        birth_year=years,
        year_only=year_only & (kind == CLEAN),
        card=np.where(foreign, PASSPORT, card),
        foreign=foreign_names,
        home=home,
        birthplace=np.where(moved, draws.chosen(index, "birthplace", _INHABITANTS), home),
        vaccine=_vaccines(plan, index, kind, years),
        names=draw_names(index, draws, sex, foreign, with_marks),
    )


def _birth_years(plan: Plan, index: Indices, kind: Indices) -> Indices:
    draws = Draws(plan.seed)
    ages = draws.chosen(index, "age", [8, 20, 27, 30, 12, 8])
    first, past = (np.array(years)[ages] for years in (_AGES[:-1], _AGES[1:]))
    years = first + draws.below(index, "birth year", past - first)
    years[has(kind, "other century")] = 2008
    years = _year_of_number(plan, index, years)
    years[has(kind, "before birth")] = 2022
    return years


_AGES: Final = (1936, 1950, 1965, 1980, 1995, CHILDREN_FROM, 2010)


def _year_of_number(plan: Plan, index: Indices, years: Indices) -> Indices:
    """A year near by, another one for each of the people who have the same serial digits: numbers are unique."""
    sharing = -(-(plan.everybody + plan.people) // _SERIALS)
    return years - years % sharing + index // _SERIALS


def _vaccines(plan: Plan, index: Indices, kind: Indices, years: Indices) -> Indices:
    vaccine = Draws(plan.seed).chosen(index, "vaccine", _VACCINE_WEIGHTS)
    vaccine[(vaccine == JANSSEN) & (plan.doses(index) > MOST_DOSES_OF_JANSSEN)] = PFIZER
    early = LICENSED_BEFORE_THE_CAMPAIGN[vaccine]
    vaccine[(years >= CHILDREN_FROM) | (early & has(kind, "before licensing"))] = PFIZER
    vaccine[has(kind, "before birth")] = ASTRAZENECA
    return vaccine


# Identity numbers


def identity_numbers(plan: Plan, people: People, *, elsewhere: Flags) -> pa.StringArray:
    """The numbers on people's cards.

    Args:
        plan: The nation.
        people: Whose.
        elsewhere: Who is given a number that nobody has.
    """
    index = np.where(elsewhere, people.index + plan.everybody, people.index)
    years = _year_of_number(plan, index, people.birth_year)
    place = _PROVINCES[people.birthplace]
    place = np.where(has(people.kind, "no such province"), _NO_PROVINCES[index % len(_NO_PROVINCES)], place)
    century_and_sex = 2 * (years // 100 - 19) + people.sex
    serial = index * _SERIAL_STEP % _SERIALS
    personal = ((place * 10 + century_and_sex) * 100 + years % 100) * _SERIALS + serial
    old = index * _OLD_STEP % _OLD_NUMBERS
    passport = pc.binary_join_element_wise("X", digits(index, 7), "")
    return pc.choose(pa.array(people.card), digits(personal, 12), digits(old, 9), passport)


_NO_PROVINCES: Final = np.array([3, 5, 13, 29, 47, 78, 97, 99])
"""Numbers that no province has."""


def digits(numbers: Indices, width: int) -> pa.StringArray:
    """Numbers as text, with zeros in front."""
    powers = 10 ** np.arange(width - 1, -1, -1)
    characters = (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)
    offsets = np.arange(0, (len(numbers) + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(numbers), pa.py_buffer(offsets), pa.py_buffer(characters.tobytes())
    )
