"""Birth dates as people write them, and as far as they are known."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from vaxcert.model.certificate import BirthDate, PartialDate

_YEAR_FIRST: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DAY_FIRST: Final = re.compile(r"(?:(?:([0-9]{1,2})/)?([0-9]{1,2})/)?([0-9]{4})")


def parse_birth_date(text: str) -> BirthDate:
    """A date as dd/mm/yyyy or ISO 8601, or only its last or first parts: `02/1990`, `1990-02`, `1990`.

    Raises:
        ValueError: It is neither, or no date.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    else:
        raise ValueError("neither dd/mm/yyyy nor yyyy-mm-dd")
    if day is not None:
        return date(int(year), int(month), int(day))
    return PartialDate(int(year), int(month) if month else None)


def birth_dates_agree(one: BirthDate | None, other: BirthDate | None) -> bool:
    """Whether two birth dates can be the same day, as far as both are known. None agrees with nothing."""
    if one is None or other is None:
        return False
    few, many = sorted((str(one), str(other)), key=len)
    return many.startswith(few)
