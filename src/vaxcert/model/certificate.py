"""The health certificate and its parts, as the EU Digital COVID Certificate data set defines them (schema 1.3.x).

Every field is optional when reading, because genuine certificates leave out or break almost any of them; the issue-side
linter says what a certificate must have before it is signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What a certificate attests, and what a signing key may be limited to (HCERT specification, appendix A.4)."""

    VACCINATION = "vaccination"
    TEST = "test"
    RECOVERY = "recovery"


ALL_KINDS = frozenset(Kind)


class _Private:
    """Keeps personal data out of logs and tracebacks: a repr names the type only."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, slots=True, repr=False)
class PartialDate(_Private):
    """A birth date of which only the year, or the year and month, is known.

    Attributes:
        year: 1 to 9999.
        month: 1 to 12, or None.

    Raises:
        ValueError: A year or month out of range.
    """

    year: int
    month: int | None = None

    def __post_init__(self) -> None:
        self.first_day()  # refuses what is no date

    def first_day(self) -> date:
        """The earliest day it may stand for."""
        return date(self.year, self.month or 1, 1)

    def __str__(self) -> str:
        return f"{self.year:04d}" if self.month is None else f"{self.year:04d}-{self.month:02d}"


BirthDate: TypeAlias = date | PartialDate


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Person(_Private):
    """The subject: who was vaccinated, tested or ill.

    Attributes:
        family_name: Surname as written (`fn`), Unicode NFC. For Vietnamese names the first word.
        given_name: Forenames as written (`gn`), middle names included.
        standard_family_name: ICAO 9303 form (`fnt`), A-Z and `<`; made from `family_name` on issue when None.
        standard_given_name: ICAO 9303 form (`gnt`).
        birth_date: A date, a `PartialDate`, or None where the certificate leaves it empty.
    """

    family_name: str | None = None
    given_name: str | None = None
    standard_family_name: str | None = None
    standard_given_name: str | None = None
    birth_date: BirthDate | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Vaccination(_Private):
    """One dose (`v` entry).

    Attributes:
        disease: Targeted disease, SNOMED CT code (`tg`).
        prophylaxis: Vaccine type, SNOMED CT or ATC code (`vp`).
        product: Medicinal product code (`mp`).
        marketing_holder: Marketing authorisation holder or manufacturer code (`ma`).
        dose_number: Which dose this is, from 1 (`dn`).
        doses_in_series: How many doses the series has (`sd`).
        vaccinated_on: Day of vaccination (`dt`).
        country: ISO 3166-1 alpha-2 of vaccination (`co`); the issuer's when None on issue.
        authority: Certificate issuer's name (`is`); the issuer's when None on issue.
        certificate_id: Unique certificate identifier, UVCI (`ci`); made by the issuer when None on issue.
    """

    disease: str | None = None
    prophylaxis: str | None = None
    product: str | None = None
    marketing_holder: str | None = None
    dose_number: int | None = None
    doses_in_series: int | None = None
    vaccinated_on: date | None = None
    country: str | None = None
    authority: str | None = None
    certificate_id: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Test(_Private):
    """One test result (`t` entry).

    Attributes:
        disease: Targeted disease (`tg`).
        test_type: LOINC code (`tt`).
        name: Test name, for nucleic acid tests (`nm`).
        device: Test device code, for antigen tests (`ma`).
        sampled_at: When the sample was taken, timezone-aware (`sc`).
        result: SNOMED CT code (`tr`).
        centre: Testing centre (`tc`).
        country: As in `Vaccination`.
        authority: As in `Vaccination`.
        certificate_id: As in `Vaccination`.
    """

    __test__ = False  # not a test case, whatever pytest thinks of the name

    disease: str | None = None
    test_type: str | None = None
    name: str | None = None
    device: str | None = None
    sampled_at: datetime | None = None
    result: str | None = None
    centre: str | None = None
    country: str | None = None
    authority: str | None = None
    certificate_id: str | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Recovery(_Private):
    """One recovery statement (`r` entry).

    Attributes:
        disease: Disease recovered from (`tg`).
        first_positive: Day of the first positive test (`fr`).
        valid_from: First day the statement counts (`df`).
        valid_until: Last day the statement counts (`du`).
        country: As in `Vaccination`.
        authority: As in `Vaccination`.
        certificate_id: As in `Vaccination`.
    """

    disease: str | None = None
    first_positive: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    country: str | None = None
    authority: str | None = None
    certificate_id: str | None = None


Event: TypeAlias = Vaccination | Test | Recovery


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class HealthCertificate(_Private):
    """The credential: one person and, since schema 1.3.0, exactly one event.

    Attributes:
        subject: The person.
        vaccination: The dose, or None.
        test: The test, or None.
        recovery: The recovery, or None.
        further_events: Events beyond the first of each kind, which schemas before 1.3.0 allow. Never issued.
        version: Schema version as read (`ver`); None lets the issuer choose.
    """

    subject: Person
    vaccination: Vaccination | None = None
    test: Test | None = None
    recovery: Recovery | None = None
    further_events: tuple[Event, ...] = ()
    version: str | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, the first of each kind before any further ones."""
        if self.vaccination is not None and not (self.test or self.recovery or self.further_events):
            return (self.vaccination,)  # nearly all there are
        given: tuple[Event | None, ...] = (self.vaccination, self.test, self.recovery)
        first: filter[Event] = filter(None, given)
        return (*first, *self.further_events)

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of events it holds."""
        return frozenset([_KIND_OF[type(event)] for event in self.events])


_KIND_OF: dict[type[Event], Kind] = {
    Vaccination: Kind.VACCINATION,
    Test: Kind.TEST,
    Recovery: Kind.RECOVERY,
}
