"""Birth dates as people write them."""

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
