"""The CertLogic that conditions are made of (specification 1.3.3), as the EU's own rules write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Logic: TypeAlias = Any

LISTED: Final = "listed"
"""In place of codes: those of the value set that comes with the rules."""

_PAYLOAD: Final = "payload."


def payload(path: str) -> Logic:
    """A part of the certificate, such as `v.0.dt`."""
    return {"var": _PAYLOAD + path}


def clock(amount: int = 0, unit: str = "day") -> Logic:
    """The time the rules are asked for, moved."""
    return _moved({"var": "external.validationClock"}, amount, unit)


def either(one: Logic, other: Logic) -> Logic:
    """True where one of two conditions holds; the other one is looked at only where the first does not."""
    return {"if": [one, True, other]}


def only_if(condition: Logic, then: Logic) -> Logic:
    """A condition that counts only where another one holds."""
    return {"if": [condition, then, True]}


def every(conditions: Sequence[Logic]) -> Logic:
    """True where all conditions hold."""
    return conditions[0] if len(conditions) == 1 else {"and": list(conditions)}


def is_one_of(value: Logic, codes: Sequence[str] | str, value_set: str = "") -> Logic:
    """Whether a value is one of some codes, or of a value set where they are `LISTED`."""
    if codes == LISTED:
        return {"in": [value, {"var": f"external.valueSets.{value_set}"}]}
    return {"in": [value, list(codes)]}


def is_younger_than(years: int) -> Logic:
    """Whether the holder has not had a birthday yet, by UTC. Of a partial birth date the last day counts."""
    return {"after": [{"dccDateOfBirth": [payload("dob")]}, clock(-years, "year")]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How long ago something has to be.

    Attributes:
        least: In units, counted from the moment, or the begin of the day.
        most: In units; of days the whole last one counts.
        most_elapsed: In units, none of the last day's hours.
        unit: `day` or `hour`.
        zone_hours: What the clock is ahead of UTC by which days begin.
    """

    least: int | None = None
    most: int | None = None
    most_elapsed: int | None = None
    unit: str = "day"
    zone_hours: int = 0

    def holds_for(self, moment: Logic) -> Logic:
        """Whether a date or a date-time is so long ago."""
        return every(list(self._bounds(moment)))

    def _bounds(self, moment: Logic) -> Iterator[Logic]:
        if self.least is not None:
            yield {"not-before": [clock(), self._later(moment, self.least)]}
        if self.most is not None and self.unit == "day":
            yield {"before": [clock(), self._later(moment, self.most + 1)]}
        elif self.most is not None:
            yield {"not-after": [clock(), self._later(moment, self.most)]}
        if self.most_elapsed is not None:
            yield {"not-after": [clock(), self._later(moment, self.most_elapsed)]}

    def _later(self, moment: Logic, amount: int) -> Logic:
        if self.unit == "day" and self.zone_hours:
            # only text can be moved, and only once: days become hours
            return _moved(moment, 24 * amount - self.zone_hours, "hour")
        return _moved(moment, amount, self.unit)


def is_within_days(first: Logic, last: Logic, zone_hours: int) -> Logic:
    """Whether the clock is in a time of whole days, the first and the last included."""
    return every(
        [
            Span(least=0, zone_hours=zone_hours).holds_for(first),
            Span(most=0, zone_hours=zone_hours).holds_for(last),
        ]
    )


def paths(logic: Logic) -> tuple[str, ...]:
    """The parts of the certificate that an expression reads, in order."""
    found = {name.removeprefix(_PAYLOAD) for name in _names(logic) if name.startswith(_PAYLOAD)}
    return tuple(sorted(found))


def _names(logic: Logic) -> Iterator[str]:
    inside: Iterable[Logic] = ()
    if type(logic) is dict:
        name = logic.get("var")
        if type(name) is str:
            yield name
        inside = logic.values()
    elif type(logic) is list:
        inside = logic
    for one in inside:
        yield from _names(one)


def _moved(moment: Logic, amount: int, unit: str) -> Logic:
    return {"plusTime": [moment, amount, unit]}
