"""Days as text, in the ways in which platforms write them, and in ways that mean no day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
from examples.national.draws import Draws, Flags, Indices

_FIRST_YEAR: Final = 1850
_PAST_YEAR: Final = 2150
_FIRST: Final = date(1900, 1, 1)
_DAYS: Final = [_FIRST + timedelta(number) for number in range((date(_PAST_YEAR, 1, 1) - _FIRST).days)]
_YEARS: Final = range(_FIRST_YEAR, _PAST_YEAR)
_NO_DAYS: Final = ("30/02/{}", "31/04/{}", "31/09/{}", "00/00/{}", "15/13/{}")

_TEXTS: Final = pa.array(
    [
        *(f"{day:%d/%m/%Y}" for day in _DAYS),
        *(day.isoformat() for day in _DAYS),
        *map(str, _YEARS),
        *(f"12/05/{year}" for year in _YEARS),
        *(form.format(year) for form in _NO_DAYS for year in _YEARS),
    ]
)
_ISO: Final = len(_DAYS)
_YEAR_ONLY: Final = 2 * len(_DAYS)
_ANY_DAY: Final = _YEAR_ONLY + len(_YEARS)
_IMPOSSIBLE: Final = _ANY_DAY + len(_YEARS)


def write_days(places: Indices, missing: Flags | None = None) -> pa.StringArray:
    """The texts at these places of the table: a number of days from 1900-01-01, or what the functions here give.

    Args:
        places: Where.
        missing: Where there is no text.
    """
    return _TEXTS.take(pa.array(places, mask=missing))


def iso(days: Indices) -> Indices:
    """Days as yyyy-mm-dd."""
    return days + _ISO


def year_only(years: Indices) -> Indices:
    """Years alone."""
    return years - _FIRST_YEAR + _YEAR_ONLY


def some_day(years: Indices) -> Indices:
    """A day of years that may be long past."""
    return years - _FIRST_YEAR + _ANY_DAY


def no_day(years: Indices, index: Indices, draws: Draws) -> Indices:
    """Days that no calendar has."""
    form = draws.below(index, "no such day", len(_NO_DAYS))
    return years - _FIRST_YEAR + _IMPOSSIBLE + form * len(_YEARS)


def year_of(days: Indices) -> Indices:
    """The years of days."""
    return (days + np.datetime64("1900-01-01")).astype("datetime64[Y]").astype(np.int64) + 1970
