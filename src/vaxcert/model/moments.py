"""Moments in one time zone, so that equal ones have equal days and lead to equal answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def in_utc(at: datetime) -> datetime:
    """A moment in UTC; within a day of either end of the calendar, the first or the last one there is.

    Args:
        at: The moment, aware.

    Raises:
        ValueError: It has no time zone.
    """
    if at.utcoffset() is None:
        raise ValueError("a moment has no time zone")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return _FIRST if at.year == 1 else _LAST
