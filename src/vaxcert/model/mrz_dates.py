"""Dates of machine readable zones: two digits of a year, and parts that are not known (ICAO Doc 9303-3 section 4.8)."""

from __future__ import annotations

from datetime import date
from typing import Final

from vaxcert.model.certificate import BirthDate, PartialDate
from vaxcert.model.mrz_layouts import MrzField, date_error

_UNKNOWN: Final = frozenset(("<<", "00"))
"""Fillers by the standard; zeros in the field."""

_NOTHING_KNOWN: Final = "000000"
_LEAP_YEAR: Final = 2000
"""It has every day that a year can have."""

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
    month, day = text[2:4], text[4:]
    if text == _NOTHING_KNOWN or text[:2] == "<<":
        if _made(_LEAP_YEAR, month, day) is None:
            raise date_error(MrzField.BIRTH_DATE)
        return None
    latest = today.year - (today.year - _number(text[:2])) % _CENTURY
    for year in (latest, latest - _CENTURY):
        birth = _made(year, month, day)
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
    """None where there is no such day. The day of a month that is not known is looked at, and not known either."""
    try:
        whole = date(year, *(1 if part in _UNKNOWN else int(part) for part in (month, day)))
    except ValueError:
        return None
    if month in _UNKNOWN:
        return PartialDate(year)
    return PartialDate(year, whole.month) if day in _UNKNOWN else whole


def _first_day(birth: BirthDate) -> date:
    return birth if isinstance(birth, date) else birth.first_day()
