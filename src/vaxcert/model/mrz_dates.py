"""Dates of machine readable zones: two digits of a year, and parts that are not known (ICAO Doc 9303-3 section 4.8)."""

from __future__ import annotations

from datetime import date
from typing import Final

from vaxcert.model.certificate import BirthDate, PartialDate
from vaxcert.model.mrz_layouts import MrzField, date_error

_UNKNOWN: Final = frozenset(("<<", "00"))
"""Fillers by the standard; zeros in the field."""

_CENTURY: Final = 100
_YEARS_BACK: Final = 50
"""That a document may have expired before it is read; it is valid for at most so long after."""


def read_birth_date(text: str, today: date) -> BirthDate | None:
    """The latest day that two digits of a year, and a month and day as far as they are known, may stand for.

    Args:
        text: Six digits, `<` for each that is not known.
        today: The last day that it may be.

    Returns:
        None where the year is not known.

    Raises:
        MrzError: `MRZ_DATE`: no such day.
    """
    if text[:2] == "<<":
        return None
    latest = today.year - (today.year - _number(text[:2])) % _CENTURY
    for year in (latest, latest - _CENTURY):
        birth = _made(year, text[2:4], text[4:])
        if birth is not None and _first_day(birth) <= today:
            return birth
    raise date_error(MrzField.BIRTH_DATE)


def read_expiry(text: str, today: date) -> date | None:
    """The expiry of a document, within fifty years of today.

    Args:
        text: Six digits, or six times `<` or 0.
        today: The day of reading.

    Returns:
        None for a document without one.

    Raises:
        MrzError: `MRZ_DATE`: no such day.
    """
    if not text.strip("<0"):
        return None
    first = today.year - _YEARS_BACK
    year = first + (_number(text[:2], MrzField.EXPIRY) - first) % _CENTURY
    expiry = _made(year, text[2:4], text[4:])
    if not isinstance(expiry, date):
        raise date_error(MrzField.EXPIRY)
    return expiry


def _number(text: str, field: MrzField = MrzField.BIRTH_DATE) -> int:
    if not text.isdigit():
        raise date_error(field)
    return int(text)


def _made(year: int, month: str, day: str) -> BirthDate | None:
    """None where there is no such day. A day without a month is not known either."""
    try:
        if month in _UNKNOWN:
            return PartialDate(year)
        if day in _UNKNOWN:
            return PartialDate(year, int(month))
        return date(year, int(month), int(day))
    except ValueError:
        return None


def _first_day(birth: BirthDate) -> date:
    return birth if isinstance(birth, date) else birth.first_day()
