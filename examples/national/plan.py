"""Which row is about which dose of whom, and who has which fault: by arithmetic, so that no row needs another one.

People come in tens with 23 doses. The rest of the rows are people with one dose, and doses told twice. Every group of
people with equally many doses is put in a random order; from its front, as many as have a fault of a kind follow those
of the kind before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from examples.national.draws import Draws, Flags, Indices, Shuffle
from examples.national.faults import ANSWERS, KINDS, MATCHED, MISMATCHED, TWICE, Kind
from numpy.typing import NDArray

DOSES: Final = (1, 1, 2, 2, 2, 2, 3, 3, 3, 4)
"""How many doses each of ten people has: 2.3 on average."""

_PEOPLE: Final = len(DOSES)
_ROWS: Final = sum(DOSES)
_PERSON_OF: Final = np.repeat(np.arange(_PEOPLE), DOSES)
_DOSE_OF: Final = np.concatenate([np.arange(1, doses + 1) for doses in DOSES])
_FIRST_ROW_OF: Final = np.cumsum(DOSES) - DOSES
_DOSES_OF: Final = np.array(DOSES)

SHARE_UNMATCHED: Final = MISMATCHED / (MATCHED + MISMATCHED)
FEWEST_RECORDS: Final = 1_000
"""With fewer, there are not people enough for a fault of each kind."""

NEVER_VACCINATED: Final = 0.19
"""People in the population database who are in no record, for each who is: 98 million and 82.3 million lived there."""

CLEAN: Final = len(KINDS) + len(ANSWERS)
"""The kind of people without any fault; before it the numbers of `KINDS`, then of `ANSWERS`."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows, in the order of the file.

    Attributes:
        person: Whose.
        dose: Which dose of the person, from 1.
        doses: How many the person has.
        kind: Which faults the person has, as `Plan.kind` says.
        repeats: Whether an earlier row tells the same dose.
        added: Whether the row was put in to tell a dose twice; it may be the earlier one of the two.
    """

    person: Indices
    dose: Indices
    doses: Indices
    kind: Indices
    repeats: Flags
    added: Flags


@dataclass(frozen=True)
class Plan:
    """What a nation of so many records is like.

    Attributes:
        records: How many.
        seed: Another one, another nation.
        faults: Whether there are any.

    Raises:
        ValueError: There are too few records for a fault of each kind.
    """

    records: int
    seed: int
    faults: bool = True

    def __post_init__(self) -> None:
        if self.faults and self.records < FEWEST_RECORDS:
            raise ValueError(
                f"{self.records} records; expected {FEWEST_RECORDS} or more for faults of all kinds"
            )

    # How many

    @property
    def people(self) -> int:
        """How many people the records are about."""
        return _PEOPLE * self._tens + self._singles

    @property
    def everybody(self) -> int:
        """Those, and the people who were never vaccinated."""
        return self.people + round(NEVER_VACCINATED * self.people)

    @cached_property
    def _tens(self) -> int:
        return (self.records - self._repeats) // _ROWS

    @cached_property
    def _singles(self) -> int:
        return (self.records - self._repeats) % _ROWS

    @cached_property
    def _repeats(self) -> int:
        return sum(self._quota(kind) for kind in KINDS if _is_twice(kind)) if self.faults else 0

    def _quota(self, kind: Kind) -> int:
        return max(1, round(kind.share * self.records * _PEOPLE / _ROWS))

    def _size(self, doses: int) -> int:
        """How many people have so many doses, the singles left out."""
        return DOSES.count(doses) * self._tens

    @cached_property
    def _ends(self) -> Mapping[int, NDArray[np.int64]]:
        """For each number of doses, where in the random order of its people each kind ends; the last kind is clean."""
        if not self.faults:
            return {doses: np.zeros(CLEAN, np.int64) for doses in set(DOSES)}
        quotas = np.array([self._divided(kind) for kind in KINDS])
        return {doses: self._ends_of(doses, quotas[:, doses - 1]) for doses in set(DOSES)}

    def _divided(self, kind: Kind) -> list[int]:
        """How many people of each number of doses are of a kind: as many of each as the numbers of people tell."""
        sizes = [
            self._size(doses) if kind.fewest_doses <= doses <= kind.most_doses else 0
            for doses in range(1, max(DOSES) + 1)
        ]
        ends = np.rint(np.cumsum(sizes) * (self._quota(kind) / sum(sizes))).astype(int)
        return [int(number) for number in np.diff(ends, prepend=0)]

    def _ends_of(self, doses: int, quotas: NDArray[np.int64]) -> NDArray[np.int64]:
        refused = sum(
            int(number) * kind.refused_rows(doses) for number, kind in zip(quotas, KINDS, strict=True)
        )
        passed = doses * self._size(doses) - refused
        shares = np.cumsum([answer.share for answer in ANSWERS.values()])
        unmatched = np.rint(shares * SHARE_UNMATCHED * passed / doses).astype(np.int64)
        ends = np.cumsum(quotas)
        return np.concatenate((ends, ends[-1] + unmatched))

    # Who

    def kind(self, person: Indices) -> Indices:
        """Which faults people have: a number of `KINDS`, past it of `ANSWERS`, or `CLEAN`."""
        kind = np.full(len(person), CLEAN)
        place = person % _PEOPLE
        for doses in set(DOSES):
            here = (_DOSES_OF[place] == doses) & (person < _PEOPLE * self._tens)
            rank = self._order(doses).forth(_place_among_equals(person[here], doses))
            kind[here] = np.searchsorted(self._ends[doses], rank, side="right")
        return kind

    def doses(self, person: Indices) -> Indices:
        """How many doses people have; people who are in no record, one."""
        return np.where(person < _PEOPLE * self._tens, _DOSES_OF[person % _PEOPLE], 1)

    def _order(self, doses: int) -> Shuffle:
        return Shuffle(self._size(doses), self.seed, f"people of {doses}")

    # Rows

    def rows(self, first: int, last: int) -> Rows:
        """The rows of the file from one position, from 0, to before another."""
        position = np.arange(first, last)
        index = self._file_order.back(position)
        person, dose = self._person_and_dose(index)
        kind = self.kind(person)
        doses = self.doses(person)
        repeated = np.zeros(len(position), np.bool_)
        for twice in _TWICE_KINDS:
            told_twice = np.flatnonzero((kind == twice) & (dose == self.spoilt_dose(person, doses)))
            repeated[told_twice] = self._is_later(index[told_twice], person[told_twice], position[told_twice])
        return Rows(person, dose, doses, kind, repeated, index >= self.records - self._repeats)

    def spoilt_dose(self, person: Indices, doses: Indices) -> Indices:
        """Which of their doses people have a fault of one dose in."""
        return 1 + Draws(self.seed).below(person, "spoilt dose", doses)

    @property
    def _file_order(self) -> Shuffle:
        return Shuffle(self.records, self.seed, "rows")

    def _person_and_dose(self, index: Indices) -> tuple[Indices, Indices]:
        """Whose dose each row is about, and which; rows are counted in the order of the people here."""
        person = _PEOPLE * (index // _ROWS) + _PERSON_OF[index % _ROWS]
        dose = _DOSE_OF[index % _ROWS]
        single = index >= _ROWS * self._tens
        person[single] = index[single] - _ROWS * self._tens + _PEOPLE * self._tens
        dose[single] = 1
        again = np.flatnonzero(index >= self.records - self._repeats)
        person[again] = self._told_twice[index[again] - (self.records - self._repeats)]
        dose[again] = self.spoilt_dose(person[again], _DOSES_OF[person[again] % _PEOPLE])
        return person, dose

    @cached_property
    def _told_twice(self) -> Indices:
        """The people of whom a dose is told twice, sorted: one in a hundred."""
        people = []
        for doses, ends in self._ends.items():
            starts = np.concatenate(([0], ends))
            for kind in _TWICE_KINDS:
                rank = np.arange(starts[kind], ends[kind])
                people.append(_person_at_place(self._order(doses).back(rank), doses))
        return np.sort(np.concatenate(people))

    def _is_later(self, index: Indices, person: Indices, position: Indices) -> Flags:
        """Whether the other row about the same dose comes earlier in the file."""
        ten, place = person // _PEOPLE, person % _PEOPLE
        doses = _DOSES_OF[place]
        told_first = _ROWS * ten + _FIRST_ROW_OF[place] + self.spoilt_dose(person, doses) - 1
        told_again = self.records - self._repeats + np.searchsorted(self._told_twice, person)
        other = np.where(index == told_first, told_again, told_first)
        return self._file_order.forth(other) < position


def _is_twice(kind: Kind) -> bool:
    return kind.faults[0] in TWICE


_TWICE_KINDS: Final = [number for number, kind in enumerate(KINDS) if _is_twice(kind)]


def _place_among_equals(person: Indices, doses: int) -> Indices:
    """People who have equally many doses, counted from 0."""
    ten, place = person // _PEOPLE, person % _PEOPLE
    return ten * DOSES.count(doses) + place - DOSES.index(doses)


def _person_at_place(place: Indices, doses: int) -> Indices:
    """The inverse of `_place_among_equals`."""
    number = DOSES.count(doses)
    return _PEOPLE * (place // number) + DOSES.index(doses) + place % number
