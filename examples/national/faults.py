"""What is wrong with some of the records: how often, and which code says so.

The shares of the population database's answers and of missing and ill-formed identity numbers are those that the
Ministry of Health gave in April 2022. Of the other faults only their kinds are known, not how often they came; each is
here often enough to be measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MATCHED: Final = 112_569_288
MISMATCHED: Final = 41_431_113
"""Doses of 154 million that the population database confirmed, and that it did not."""

PEOPLE: Final = 82_299_012
WITHOUT_GOOD_NUMBER: Final = 9_900_043
"""Vaccinated people, and those of them whose identity number was missing or ill-formed."""

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
UNMATCHED: Final = "unmatched"


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a record is spoilt.

    Attributes:
        code: The record code that says so, or "" where the code is said of another row.
        whole_person: Whether all records of the person have it, or one of them.
        refused: Whether cleaning refuses the record for it; else it is only noted.
        fewest_doses: Only people with as many doses have it.
        most_doses: And with no more than these.
        last: Whether it is the person's last dose; else any.
        card: Which identity document the person must have: `cccd`, `cmnd` or "" for any.
    """

    code: str
    whole_person: bool = False
    refused: bool = True
    fewest_doses: int = 1
    most_doses: int = 4
    last: bool = False
    card: str = ""


def _person(code: str, card: str = "cccd", *, refused: bool = True) -> Fault:
    return Fault(code, whole_person=True, refused=refused, card=card)


FAULTS: Final = {
    # identity number
    "no number": _person("identity-number-missing"),
    "letter in number": _person("identity-number-form"),
    "number too long": _person("identity-number-form"),
    "zeros lost": _person("identity-number-length"),
    "other sex": _person("identity-number-sex"),
    "other birth year": _person("identity-number-birth-year"),
    "other century": _person("identity-number-birth-year"),
    "no such province": _person("identity-number-province", refused=False),
    # name, birth date, sex
    "no name": _person("name-missing"),
    "digit in name": _person("name-digits"),
    "wrong encoding": _person("name-characters"),
    "old code page": _person("name-characters"),
    "question marks": _person("name-characters"),
    "replacement characters": _person("name-characters"),
    "no birth date": _person("birth-date-missing"),
    "no such birthday": _person("birth-date-impossible"),
    "born too long ago": _person("birth-date-impossible"),
    "not yet born": _person("birth-date-in-future"),
    "no sex": _person("sex-missing"),
    "sex as a number": _person("sex-unknown"),
    # vaccine and dose
    "no vaccine": Fault("vaccine-missing"),
    "unknown vaccine": Fault("vaccine-unknown"),
    "deprecated vaccine": Fault("vaccine-deprecated"),
    "other maker": Fault("vaccine-holder-mismatch"),
    "no lot": Fault("lot-missing"),
    "no dose number": Fault("dose-number-missing"),
    "dose number 0": Fault("dose-number-range"),
    "dose number past 9": Fault("dose-number-range"),
    "dose number past series": Fault("dose-number-past-series", refused=False, fewest_doses=2, last=True),
    "dose number past schedule": Fault("dose-number-past-schedule"),
    "no series": Fault("doses-in-series-missing"),
    "series of 0": Fault("doses-in-series-range"),
    # day of vaccination
    "no day": Fault("vaccination-date-missing"),
    "no such day": Fault("vaccination-date-impossible"),
    "day to come": Fault("vaccination-date-in-future"),
    "before birth": Fault("vaccination-date-before-birth", whole_person=True, most_doses=1, card="cmnd"),
    "before campaign": Fault("vaccination-date-before-campaign"),
    "before licensing": Fault("vaccination-date-before-licensing"),
    # the doses of one person
    "twice in one place": Fault("", card="cccd"),
    "twice in two places": Fault("", card="cccd"),
    "numbers swapped": Fault("doses-out-of-order", whole_person=True, fewest_doses=2, most_doses=2),
    "number used again": Fault("doses-out-of-order", whole_person=True, fewest_doses=2, most_doses=2),
    "number fallen back": Fault("doses-out-of-order", fewest_doses=3, last=True),
    "interval": Fault("interval-too-short", refused=False, fewest_doses=2, last=True),
}
"""Name to fault.

Of a dose that is told twice, the row further down the file is refused. Of dose numbers that contradict each other, all
are refused where none can be told to be the right one."""

TWICE: Final = ("twice in one place", "twice in two places")
DUPLICATE: Final = "duplicate-dose"


@dataclass(frozen=True, slots=True)
class Answer:
    """One way in which the population database does not confirm a person.

    Attributes:
        codes: The record codes that say so.
        share: Its part of all such people; how the real ones divide is not known.
    """

    codes: tuple[str, ...]
    share: float


ANSWERS: Final = {
    "not found": Answer(("registry-not-found",), 0.40),
    "other name": Answer(("registry-name-mismatch",), 0.30),
    "other birthday": Answer(("registry-birth-date-mismatch",), 0.20),
    "other sex there": Answer(("registry-sex-mismatch",), 0.06),
    "other name and birthday": Answer(("registry-name-mismatch", "registry-birth-date-mismatch"), 0.04),
}
"""Name to answer."""


@dataclass(frozen=True, slots=True)
class Kind:
    """People who have the same faults.

    Attributes:
        faults: Names of them, keys of `FAULTS`; or one key of `ANSWERS`; none for most people.
        share: Their part of all people.
    """

    faults: tuple[str, ...]
    share: float

    @property
    def fewest_doses(self) -> int:
        """The fewest doses that such a person can have."""
        return max(FAULTS[name].fewest_doses for name in self.faults)

    @property
    def most_doses(self) -> int:
        """The most."""
        return min(FAULTS[name].most_doses for name in self.faults)

    def refused_rows(self, doses: int) -> int:
        """How many records of such a person, of so many doses, cleaning refuses; doses told twice left out."""
        refused = [FAULTS[name] for name in self.faults if FAULTS[name].refused and FAULTS[name].code]
        if not refused:
            return 0
        return doses if any(fault.whole_person for fault in refused) else 1


_NO_GOOD_NUMBER: Final = WITHOUT_GOOD_NUMBER / PEOPLE
_SINGLE: Final = {
    "no number": 0.6 * _NO_GOOD_NUMBER,
    "letter in number": 0.1 * _NO_GOOD_NUMBER,
    "number too long": 0.1 * _NO_GOOD_NUMBER,
    "zeros lost": 0.2 * _NO_GOOD_NUMBER,
    "other sex": 0.003,
    "other birth year": 0.003,
    "other century": 0.001,
    "no lot": 0.005,
    "twice in one place": 0.006,
    "twice in two places": 0.006,
    "numbers swapped": 0.002,
    "interval": 0.006,
    "dose number past series": 0.004,
    "other maker": 0.003,
    "before licensing": 0.002,
}
_RARE: Final = 0.001

PAIRS: Final = (
    ("no number", "no lot"),
    ("digit in name", "no sex"),
    ("no such birthday", "unknown vaccine"),
    ("zeros lost", "no day"),
    ("other sex", "other maker"),
    ("wrong encoding", "day to come"),
)
"""Faults that some people have both of."""

KINDS: Final = (
    *(Kind((name,), _SINGLE.get(name, _RARE)) for name in FAULTS),
    *(Kind(pair, _RARE / 2) for pair in PAIRS),
)
"""Everybody whose records cleaning has something to say about."""
