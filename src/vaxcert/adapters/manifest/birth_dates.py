"""Birth dates of manifests, whose writers may put the day or the month first."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from vaxcert.adapters.records.layout import DateOrder
from vaxcert.errors import DecodeError, Reason
from vaxcert.model.birth_dates import parse_birth_date
from vaxcert.model.certificate import BirthDate

_ISO_CHARACTERS: Final = len("yyyy-mm-dd")
_TWO_AND_YEAR: Final = re.compile(r"([0-9]{1,2})([./\- ])([0-9]{1,2})\2([0-9]{4})")


def read_birth_date(text: str, order: DateOrder | None) -> BirthDate | None:
    """The birth date in a cell.

    Args:
        text: yyyy-mm-dd, or two numbers and a year with slashes, dots, hyphens or blanks between them; or as much as is
            known: the year, or month and year. "" where it is not given.
        order: What comes first of the two numbers; None where nobody says, and only such dates count that are none
            in the other order.

    Raises:
        DecodeError: `birth-date-unreadable`, `birth-date-ambiguous`.
    """
    text = text.strip()
    if not text:
        return None
    try:
        if len(text) == _ISO_CHARACTERS and text[4] == "-":
            return date.fromisoformat(text)
        numbers = _TWO_AND_YEAR.fullmatch(text)
        if numbers is None:
            return parse_birth_date(text)
        return _ordered(int(numbers[1]), int(numbers[3]), int(numbers[4]), order)
    except ValueError:
        raise DecodeError(
            Reason.BIRTH_DATE_UNREADABLE,
            "the birth date is neither yyyy-mm-dd nor day, month and year, nor a part of it",
        ) from None


def _ordered(first: int, second: int, year: int, order: DateOrder | None) -> date:
    day_first, month_first = _possible(year, second, first), _possible(year, first, second)
    if order is None and day_first and month_first and day_first != month_first:
        raise DecodeError(
            Reason.BIRTH_DATE_AMBIGUOUS,
            "the birth date is another with the month first; expected yyyy-mm-dd, or a heading that says which",
        )
    wanted = {DateOrder.DAY_FIRST: day_first, DateOrder.MONTH_FIRST: month_first}
    found = day_first or month_first if order is None else wanted[order]
    if found is None:
        raise ValueError("no such day")
    return found


def _possible(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
