"""The values of record files: from the text of a cell to what it stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from vaxcert.model.birth_dates import parse_birth_date
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import Sex

_BLANKS = " \t\r\n"
"""Not the no-break space: as the last byte of a letter in the wrong encoding, it gives the fault away."""


SPREADSHEET_ERRORS: Final = frozenset(
    {
        "#N/A",
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
    }
)
"""What a spreadsheet shows in the place of a value that it could not find or compute."""


def clean(text: str) -> str:
    """The text of a cell in Unicode NFC, without blanks around it."""
    return unicodedata.normalize("NFC", text).strip(_BLANKS)


def _date(text: str) -> date:
    day = parse_birth_date(text)
    if isinstance(day, PartialDate):
        raise ValueError("not a whole date")  # noqa: TRY004 - the text is at fault, not the caller
    return day


_SEXES = {
    "nam": Sex.MALE,
    "male": Sex.MALE,
    "m": Sex.MALE,
    "nữ": Sex.FEMALE,
    "nu": Sex.FEMALE,
    "female": Sex.FEMALE,
    "f": Sex.FEMALE,
}


def _sex(text: str) -> Sex:
    if text.casefold() not in _SEXES:
        raise ValueError("not a sex")
    return _SEXES[text.casefold()]


def _number(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,6}", text) is None:
        raise ValueError("not a whole number")
    return int(text)


PARSERS: Final[Mapping[str, Callable[[str], object]]] = {
    "birth_date": parse_birth_date,
    "sex": _sex,
    "dose_number": _number,
    "doses_in_series": _number,
    "vaccinated_on": _date,
}
"""Field of `DoseRecord` to what reads its text, or raises ValueError. Fields not named here are text as they stand."""
