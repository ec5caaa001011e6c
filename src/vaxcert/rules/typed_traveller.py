"""The traveller as somebody has typed him, or as an airline has him on its list."""

from __future__ import annotations

import re
from typing import Final

from vaxcert.errors import DecodeError, Reason
from vaxcert.model.birth_dates import parse_birth_date
from vaxcert.model.certificate import BirthDate
from vaxcert.rules.identity import Traveller

_BETWEEN_PARTS: Final = re.compile("<<|,|/")
_YEAR_LAST: Final = re.compile(r"[0-9]{1,2}([.\- ])(?:[0-9]{1,2}\1)?[0-9]{4}")
_TITLES: Final = frozenset(("MR", "MRS", "MS", "MISS", "MSTR", "DR", "CHD", "INF"))


def typed_traveller(name: str, birth_date: str = "") -> Traveller:
    """The traveller with a name and a birth date that were typed.

    Args:
        name: `NGUYEN, VAN AN` and `NGUYEN<<VAN<AN` name the family first; so does `NGUYEN/VAN AN MR` of airlines, whose
            title is dropped. Anything else is a full name, in whatever order; in that of the passport it agrees best.
        birth_date: `1990-02-28` or `28/02/1990`, with dots, hyphens or blanks as well; or only the month and the year,
            in either of these forms, or the year. "" where it is not given.

    Raises:
        DecodeError: `BIRTH_DATE_UNREADABLE`.
    """
    born = _birth_date(birth_date.strip())
    separator = _BETWEEN_PARTS.search(name)
    if separator is None:
        return Traveller(full_name=name.strip() or None, birth_date=born)
    family, given = name[: separator.start()].strip(), name[separator.end() :].strip()
    if separator[0] == "/":
        given = _without_title(given)
    if not family:
        return Traveller(full_name=given or None, birth_date=born)
    return Traveller(family_name=family, given_name=given or None, birth_date=born)


def _birth_date(text: str) -> BirthDate | None:
    if not text:
        return None
    year_last = _YEAR_LAST.fullmatch(text)
    try:
        return parse_birth_date(text.replace(year_last[1], "/") if year_last else text)
    except ValueError:
        raise DecodeError(
            Reason.BIRTH_DATE_UNREADABLE,
            "the birth date is neither yyyy-mm-dd nor dd/mm/yyyy, nor a part of it",
        ) from None


def _without_title(given: str) -> str:
    words = given.split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1].upper() in _TITLES else given
