"""Date-times of CertLogic: reading them, and adding to them (specification, "Dates and date-times", `plusTime`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from vaxcert.limits import MAX_CERTLOGIC_TEXT_CHARACTERS
from vaxcert.rules.certlogic.failures import beyond, invalid
from vaxcert.rules.certlogic.values import name_of

_PARTIAL: Final = re.compile("([0-9]{4})(?:-([0-9]{2}))?")
_DATE: Final = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME: Final = re.compile(
    r"T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:Z|([+-])([0-9]{1,2})(?::?([0-9]{2}))?)?"
)
_DATE_CHARACTERS: Final = 10
_LAST_YEAR: Final = 9999


def read(text: Any) -> datetime:
    """The moment that text stands for, aware UTC, in milliseconds; what it leaves out of a date is the last day.

    Raises:
        RuleError: `certlogic-invalid`, or `certlogic-bounds` outside the years 1 to 9999.
    """
    _expect_text(text)
    time = _TIME.fullmatch(text, _DATE_CHARACTERS)
    if time is None:
        return birth_date(text)
    day = _DATE.fullmatch(text, 0, _DATE_CHARACTERS)
    if day is None:
        raise _unreadable()
    hour, minute, second, fraction, sign, offset_hours, offset_minutes = time.groups()
    milliseconds = int(((fraction or "") + "000")[:3])
    try:
        moment = _midnight(day).replace(
            hour=int(hour), minute=int(minute), second=int(second), microsecond=milliseconds * 1000
        )
    except ValueError:
        raise _unreadable() from None
    return moment if sign is None else _moved(moment, sign, int(offset_hours), int(offset_minutes or 0))


def birth_date(text: Any) -> datetime:
    """The last day that a date stands for whose day, or month and day, may be missing; its first moment.

    Raises:
        RuleError: `certlogic-invalid`.
    """
    _expect_text(text)
    day = _DATE.fullmatch(text)
    partial = _PARTIAL.fullmatch(text)
    try:
        if day is not None:
            return _midnight(day)
        if partial is not None:
            return _last_day(int(partial[1]), int(partial[2] or 12))
    except ValueError:
        pass
    raise _unreadable()


def plus(moment: datetime, amount: int, unit: str) -> datetime:
    """A moment some time later, or earlier.

    Months and years keep the day's number; where the month is too short for it, the days over go into the next one.

    Args:
        moment: Aware UTC.
        amount: Of the unit; may be negative.
        unit: One of `UNITS`.

    Raises:
        RuleError: `certlogic-bounds`, outside the years 1 to 9999.
    """
    try:
        return UNITS[unit](moment, amount)
    except (ValueError, OverflowError):
        raise beyond(f"a date outside the years 1 to {_LAST_YEAR}") from None


def _plus_months(moment: datetime, amount: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + amount, 12)
    return moment.replace(year=year, month=month + 1, day=1) + timedelta(days=moment.day - 1)


UNITS: Final[Mapping[str, Callable[[datetime, int], datetime]]] = {
    "year": lambda moment, amount: _plus_months(moment, 12 * amount),
    "month": _plus_months,
    "day": lambda moment, amount: moment + timedelta(days=amount),
    "hour": lambda moment, amount: moment + timedelta(hours=amount),
}
"""The units of time, each with how it is added."""


def _midnight(date: re.Match[str]) -> datetime:
    year, month, day = map(int, date.groups())
    return datetime(year, month, day, tzinfo=UTC)


def _moved(moment: datetime, sign: str, hours: int, minutes: int) -> datetime:
    """From local time to UTC."""
    if hours > 23 or minutes > 59:
        raise _unreadable()
    offset = timedelta(hours=hours, minutes=minutes)
    try:
        return moment + offset if sign == "-" else moment - offset
    except OverflowError:
        raise beyond(f"a date outside the years 1 to {_LAST_YEAR}") from None


def _last_day(year: int, month: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first.replace(day=31) if month == 12 else first.replace(month=month + 1) - timedelta(days=1)


def _expect_text(text: Any) -> None:
    if type(text) is not str:
        raise invalid(f"a {name_of(text)} where a date is needed")
    if len(text) > MAX_CERTLOGIC_TEXT_CHARACTERS:
        raise beyond(f"a date of more than {MAX_CERTLOGIC_TEXT_CHARACTERS} characters")


def _unreadable() -> Exception:
    return invalid("text that is no date and no date-time")
