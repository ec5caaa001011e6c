"""What a national immunisation platform knows of one dose, apart from the certificate made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from vaxcert.model.certificate import BirthDate, _Private

WHOLE_ROW = "row"
"""Stands in `DoseRecord.unreadable` for a row of which no field can be told apart."""


class Sex(StrEnum):
    """The two values that the identity number encodes and the platform knows."""

    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class DoseRecord(_Private):
    """One dose of one person. Every field is None where the platform does not know it.

    Telephone numbers and addresses are not kept: no rule and no certificate needs them.

    Attributes:
        full_name: As the platform writes it, Unicode NFC.
        birth_date: A date, or a `PartialDate` where the platform knows the year only.
        sex: Needed for the cross-check with the identity number; a certificate does not hold it.
        identity_number: CCCD (12 digits) or CMND (9 digits); of foreigners the passport number.
        nationality: As the platform writes it; None means Vietnamese.
        vaccine: The platform's local name of the vaccine.
        manufacturer: The maker or marketing authorisation holder, by a local name or its code in the EU value set;
            None where the platform does not say.
        lot: Lot number of the vaccine.
        dose_number: Which dose this is, from 1.
        doses_in_series: How many doses the series has, from 1.
        vaccinated_on: Day of vaccination, in Viet Nam.
        status: What the platform says of the dose where it was not simply given, such as FHIR's `not-done` or
            `entered-in-error`; None means given.
        facility_code: The platform's code of the place of vaccination.
        facility_name: Its name.
        province_code: Code of the province of the facility.
        province_name: Its name.
        identity_number_was_numeric: Whether a spreadsheet held the identity number as a number, so that leading zeros
            are lost.
        unreadable: Names of the fields that hold text, but none that can be read; those fields are None. Or
            `WHOLE_ROW` alone.
    """

    full_name: str | None = None
    birth_date: BirthDate | None = None
    sex: Sex | None = None
    identity_number: str | None = None
    nationality: str | None = None
    vaccine: str | None = None
    manufacturer: str | None = None
    lot: str | None = None
    dose_number: int | None = None
    doses_in_series: int | None = None
    vaccinated_on: date | None = None
    status: str | None = None
    facility_code: str | None = None
    facility_name: str | None = None
    province_code: str | None = None
    province_name: str | None = None
    identity_number_was_numeric: bool = False
    unreadable: frozenset[str] = frozenset()
