"""How many records were refused, by rule, province and facility.

It counts places and codes, not persons, so that it stays small however many records there are. What is counted in parts
can be put together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

from vaxcert.rules.records.codes import refuses

MAX_FACILITIES: Final = 50_000
"""Facilities that are counted each for itself, several times what a country has; a file that holds something else in
that column fills no memory. Further ones are counted together, under no code and no name."""


class Place(NamedTuple):
    """A facility, by its code, or by its name where it has none.

    Attributes:
        province: Of the province.
        facility: Of the facility; "" for records that name none.
    """

    province: str
    facility: str


@dataclass(slots=True)
class Counts:
    """How the records of one place fared.

    Attributes:
        records: All of them.
        refused: Those of which no certificate is made.
        noted: Those of which one is made although something is noted.
        codes: How many records were refused for each code, and how many were noted with it.
    """

    records: int = 0
    refused: int = 0
    noted: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def refusing(self) -> list[tuple[str, int]]:
        """The codes that refuse and how many records have each, most first."""
        return [pair for pair in _most_first(self.codes) if refuses(pair[0])]

    @property
    def noting(self) -> list[tuple[str, int]]:
        """The codes that are noted only and how many records have each, most first."""
        return [pair for pair in _most_first(self.codes) if not refuses(pair[0])]

    def add(self, codes: Sequence[str], records: int = 1) -> None:
        """Count one record with its codes, or several alike."""
        self.records += records
        if not codes:
            return
        refusing = list(filter(refuses, codes))
        if refusing:
            self.refused += records
        else:
            self.noted += records
        for code in refusing or codes:
            self.codes[str(code)] += records

    def merge(self, other: Counts) -> None:
        """Count what was counted elsewhere."""
        self.records += other.records
        self.refused += other.refused
        self.noted += other.noted
        for code, records in other.codes.items():  # of most places none; `Counter.update` would be slower
            self.codes[code] += records

    def as_dict(self) -> dict[str, Any]:
        """For JSON, codes in alphabetical order."""
        return {
            "records": self.records,
            "refused": self.refused,
            "noted": self.noted,
            "codes": dict(sorted(self.codes.items())),
        }

    @classmethod
    def of_dict(cls, value: Mapping[str, Any]) -> Self:
        """The reverse of `as_dict`; further keys are ignored."""
        return cls(value["records"], value["refused"], value["noted"], Counter(value["codes"]))


class CleaningSummary:
    """The counts of a run, or of a part of one."""

    __slots__ = ("_facilities", "_facility_names", "_province_names")

    def __init__(self) -> None:
        self._facilities: dict[Place, Counts] = {}
        self._facility_names: dict[Place, str] = {}
        self._province_names: dict[str, str] = {}

    def add(
        self,
        province_code: str | None,
        province_name: str | None,
        facility_code: str | None,
        facility_name: str | None,
        codes: Sequence[str],
        *,
        records: int = 1,
    ) -> None:
        """Count one record, or several alike.

        Args:
            province_code: Of the facility's province. Empty or None where it is not known, as for the others.
            province_name: The first one that comes with a code is shown.
            facility_code: Of the facility.
            facility_name: The one of its first record is shown.
            codes: What was found, each once; none for a record without problems.
            records: How many there are alike.
        """
        place = Place(province_code or province_name or "", facility_code or facility_name or "")
        counts = self._facilities.get(place)
        if counts is None:
            counts = self._counts(place, province_name or "", facility_name or "")
        counts.add(codes, records)

    def _counts(self, place: Place, province_name: str, facility_name: str) -> Counts:
        """The counts of a place that may be new."""
        if place not in self._facilities and len(self._facilities) >= MAX_FACILITIES:
            place, facility_name = Place("", ""), ""
        elif not self._province_names.get(place.province):
            self._province_names[place.province] = province_name
        self._facility_names.setdefault(place, facility_name)
        return self._facilities.setdefault(place, Counts())

    def merge(self, other: CleaningSummary) -> None:
        """Count what another summary has counted; its names come after those known here."""
        for place, counts in other._facilities.items():
            names = other._province_names.get(place.province, ""), other._facility_names[place]
            self._counts(place, *names).merge(counts)

    @property
    def total(self) -> Counts:
        """The counts of all places together."""
        return _sum(self._facilities.values())

    @property
    def provinces(self) -> list[tuple[str, str, Counts]]:
        """Code, name and counts of each province, by code."""
        of_province: dict[str, list[Counts]] = {}
        for place, counts in sorted(self._facilities.items()):
            of_province.setdefault(place.province, []).append(counts)
        return [(code, self._province_names.get(code, ""), _sum(of)) for code, of in of_province.items()]

    @property
    def facilities(self) -> list[tuple[Place, str, Counts]]:
        """Place, name and counts of each facility, by codes."""
        return [(place, self._facility_names[place], of) for place, of in sorted(self._facilities.items())]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; the same counts give the same text, whatever the order in which they came."""
        provinces = self.provinces
        return {
            "total": _sum(of for *_, of in provinces).as_dict(),
            "provinces": [{"code": code, "name": name, **of.as_dict()} for code, name, of in provinces],
            "facilities": [
                {"province": place.province, "code": place.facility, "name": name, **of.as_dict()}
                for place, name, of in self.facilities
            ],
        }

    @classmethod
    def of_dict(cls, value: Mapping[str, Any]) -> Self:
        """The reverse of `as_dict`.

        Raises:
            KeyError: It was made by something else.
        """
        summary = cls()
        summary._province_names = {province["code"]: province["name"] for province in value["provinces"]}
        for facility in value["facilities"]:
            place = Place(facility["province"], facility["code"])
            summary._facilities[place] = Counts.of_dict(facility)
            summary._facility_names[place] = facility["name"]
        return summary


def _most_first(codes: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))


def _sum(counted: Iterable[Counts]) -> Counts:
    total = Counts()
    for counts in counted:
        total.merge(counts)
    return total
