"""Vaccine, lot, dose number, day of vaccination, and whether the dose was given."""

from __future__ import annotations

from datetime import date
from typing import Final

from vaxcert.model.certificate import BirthDate
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.value_sets import holders_by_local_name, vaccine_by_local_name
from vaxcert.rules.records.codes import RecordCode, RecordProblem
from vaxcert.rules.records.person import first_day
from vaxcert.rules.records.rule import NOTHING, Problems, RecordRule, problem

FIRST_DOSE_IN_VIET_NAM: Final = date(2021, 3, 8)
"""The day of the first COVID-19 vaccination in Viet Nam."""

MAX_DOSE_NUMBER: Final = 9
"""The largest dose number the EU data set can hold (schema 1.3.0, `dose_posint`)."""

MAX_SCHEDULED_DOSES: Final = 7
"""Three primary doses, one additional and three boosters, on the form of Decision 43/QD-BYT of 7 January 2022."""

_GIVEN: Final = frozenset({"completed", "đã tiêm"})
"""What platforms write of a dose that was given: FHIR's `Immunization.status`, and Vietnamese."""

_VACCINE_MISSING: Final = (problem(RecordCode.VACCINE_MISSING),)
_VACCINE_UNKNOWN: Final = (problem(RecordCode.VACCINE_UNKNOWN),)
_VACCINE_DEPRECATED: Final = (problem(RecordCode.VACCINE_DEPRECATED),)
_HOLDER_MISMATCH: Final = (problem(RecordCode.VACCINE_HOLDER_MISMATCH),)
_LOT_MISSING: Final = (problem(RecordCode.LOT_MISSING),)
_DOSE_NUMBER_MISSING: Final = (problem(RecordCode.DOSE_NUMBER_MISSING),)
_DOSE_NUMBER_RANGE: Final = (problem(RecordCode.DOSE_NUMBER_RANGE),)
_PAST_SERIES: Final = (problem(RecordCode.DOSE_NUMBER_PAST_SERIES),)
_PAST_SCHEDULE: Final = (problem(RecordCode.DOSE_NUMBER_PAST_SCHEDULE),)
_DOSES_IN_SERIES_MISSING: Final = (problem(RecordCode.DOSES_IN_SERIES_MISSING),)
_DOSES_IN_SERIES_RANGE: Final = (problem(RecordCode.DOSES_IN_SERIES_RANGE),)
_DATE_MISSING: Final = (problem(RecordCode.VACCINATION_DATE_MISSING),)
_DATE_IMPOSSIBLE: Final = (problem(RecordCode.VACCINATION_DATE_IMPOSSIBLE),)
_NOT_GIVEN: Final = (problem(RecordCode.DOSE_NOT_GIVEN),)


def check_vaccine(record: DoseRecord, _today: date, _birth: BirthDate | None) -> Problems:
    """What is wrong with the vaccine."""
    if record.vaccine is None:
        return _VACCINE_MISSING
    product = vaccine_by_local_name(record.vaccine)
    if product is None:
        return _VACCINE_UNKNOWN
    return _VACCINE_DEPRECATED if product.deprecated else NOTHING


def check_manufacturer(record: DoseRecord, _today: date, _birth: BirthDate | None) -> Problems:
    """Whether the manufacturer is another vaccine's; one that is not known says nothing."""
    if record.manufacturer is None or record.vaccine is None:
        return NOTHING
    product, holders = vaccine_by_local_name(record.vaccine), holders_by_local_name(record.manufacturer)
    if product is None or not holders or not holders.isdisjoint(product.holders):
        return NOTHING
    return _HOLDER_MISMATCH


def check_lot(record: DoseRecord, _today: date, _birth: BirthDate | None) -> Problems:
    """Whether there is a lot number."""
    return NOTHING if record.lot is not None else _LOT_MISSING


def check_dose_number(record: DoseRecord, _today: date, _birth: BirthDate | None) -> Problems:
    """What is wrong with the dose number, by itself and against the series.

    A number past the series is a booster's wherever there may be one (the EU writes 2/1 for a booster after a single
    dose, 3/2 after two), so that it is noted, not refused; but no schedule goes past the form's seven doses.
    """
    number = record.dose_number
    if number is None:
        return _DOSE_NUMBER_RANGE if "dose_number" in record.unreadable else _DOSE_NUMBER_MISSING
    if not 1 <= number <= MAX_DOSE_NUMBER:
        return _DOSE_NUMBER_RANGE
    if number > MAX_SCHEDULED_DOSES:
        return _PAST_SCHEDULE
    series = record.doses_in_series
    return _PAST_SERIES if series is not None and 1 <= series < number else NOTHING


def check_doses_in_series(record: DoseRecord, _today: date, _birth: BirthDate | None) -> Problems:
    """What is wrong with the number of doses in the series."""
    number = record.doses_in_series
    if number is None:
        unreadable = "doses_in_series" in record.unreadable
        return _DOSES_IN_SERIES_RANGE if unreadable else _DOSES_IN_SERIES_MISSING
    return NOTHING if 1 <= number <= MAX_DOSE_NUMBER else _DOSES_IN_SERIES_RANGE


def check_vaccinated_on(record: DoseRecord, today: date, birth: BirthDate | None) -> Problems:
    """What is wrong with the day of vaccination, by itself and against birth, campaign and licensing."""
    day = record.vaccinated_on
    if day is None:
        return _DATE_IMPOSSIBLE if "vaccinated_on" in record.unreadable else _DATE_MISSING
    found: list[RecordProblem] = []
    if day > today:
        found.append(problem(RecordCode.VACCINATION_DATE_IN_FUTURE))
    if birth is not None and day < first_day(birth):
        found.append(problem(RecordCode.VACCINATION_DATE_BEFORE_BIRTH))
    if day < FIRST_DOSE_IN_VIET_NAM:
        found.append(problem(RecordCode.VACCINATION_DATE_BEFORE_CAMPAIGN))
    elif _is_before_licensing(day, record.vaccine):
        found.append(problem(RecordCode.VACCINATION_DATE_BEFORE_LICENSING))
    return found


def _is_before_licensing(day: date, vaccine: str | None) -> bool:
    product = vaccine_by_local_name(vaccine) if vaccine is not None else None
    return product is not None and product.licensed_on is not None and day < product.licensed_on


def check_status(record: DoseRecord, _today: date, _birth: BirthDate | None) -> Problems:
    """Whether the dose was given."""
    return NOTHING if record.status is None or record.status.casefold() in _GIVEN else _NOT_GIVEN


RULES: Final = (
    RecordRule(
        "vaccine",
        (RecordCode.VACCINE_MISSING, RecordCode.VACCINE_UNKNOWN, RecordCode.VACCINE_DEPRECATED),
        check_vaccine,
    ),
    RecordRule("manufacturer", (RecordCode.VACCINE_HOLDER_MISMATCH,), check_manufacturer),
    RecordRule("lot", (RecordCode.LOT_MISSING,), check_lot),
    RecordRule(
        "dose_number",
        (
            RecordCode.DOSE_NUMBER_MISSING,
            RecordCode.DOSE_NUMBER_RANGE,
            RecordCode.DOSE_NUMBER_PAST_SCHEDULE,
            RecordCode.DOSE_NUMBER_PAST_SERIES,
        ),
        check_dose_number,
    ),
    RecordRule(
        "doses_in_series",
        (RecordCode.DOSES_IN_SERIES_MISSING, RecordCode.DOSES_IN_SERIES_RANGE),
        check_doses_in_series,
    ),
    RecordRule(
        "vaccinated_on",
        (
            RecordCode.VACCINATION_DATE_MISSING,
            RecordCode.VACCINATION_DATE_IMPOSSIBLE,
            RecordCode.VACCINATION_DATE_IN_FUTURE,
            RecordCode.VACCINATION_DATE_BEFORE_BIRTH,
            RecordCode.VACCINATION_DATE_BEFORE_CAMPAIGN,
            RecordCode.VACCINATION_DATE_BEFORE_LICENSING,
        ),
        check_vaccinated_on,
    ),
    RecordRule("status", (RecordCode.DOSE_NOT_GIVEN,), check_status),
)
