"""Name, birth date and sex."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Final

from vaxcert.model.certificate import BirthDate
from vaxcert.model.dose_record import DoseRecord
from vaxcert.rules.records.codes import RecordCode, RecordProblem
from vaxcert.rules.records.garbled_names import MOJIBAKE, TELLTALE, garbled_utf8, legacy_readings
from vaxcert.rules.records.identity_number import is_foreign
from vaxcert.rules.records.rule import NOTHING, Problems, RecordRule, problem

EARLIEST_BIRTH_YEAR: Final = 1900
"""The EU data set allows birth dates from 1900 on (schema 1.3.0, `dob`)."""

_NAME_PUNCTUATION: Final = frozenset(" \u00a0-'’.,")
_SOFT_HYPHEN: Final = "\u00ad"

_NAME_MISSING: Final = (problem(RecordCode.NAME_MISSING),)
_BIRTH_DATE_MISSING: Final = (problem(RecordCode.BIRTH_DATE_MISSING),)
_BIRTH_DATE_IMPOSSIBLE: Final = (problem(RecordCode.BIRTH_DATE_IMPOSSIBLE),)
_BIRTH_DATE_IN_FUTURE: Final = (problem(RecordCode.BIRTH_DATE_IN_FUTURE),)
_SEX_MISSING: Final = (problem(RecordCode.SEX_MISSING),)
_SEX_UNKNOWN: Final = (problem(RecordCode.SEX_UNKNOWN),)


def check_full_name(record: DoseRecord, _today: date, _birth: BirthDate | None) -> Problems:
    """What is wrong with the name."""
    name = record.full_name or ""
    if name.replace(" ", "").isalpha() and TELLTALE.search(name) is None:
        return NOTHING  # what is below sees no fault in letters alone, unless they tell of another encoding
    return name_problems(record)


def name_problems(record: DoseRecord) -> Problems:
    """What is wrong with the name, letter by letter."""
    name = record.full_name or ""
    if not set(name) - _NAME_PUNCTUATION:
        return _NAME_MISSING
    found: list[RecordProblem] = []
    if any(unicodedata.category(character) == "Nd" for character in name):
        found.append(problem(RecordCode.NAME_DIGITS))
    readings = [] if is_foreign(record) else legacy_readings(name)
    told = bool(readings) and TELLTALE.search(name) is not None
    if told or MOJIBAKE.search(name) is not None or not all(map(_may_be_in_a_name, name)):
        found.append(problem(RecordCode.NAME_CHARACTERS, _ungarbled(name, readings)))
    return found


def _may_be_in_a_name(character: str) -> bool:
    """Letters and their marks; digits, which have their own rule; invisible ones, which the issuer drops.

    The soft hyphen is not dropped: it is a letter that went through the wrong encoding.
    """
    category = unicodedata.category(character)
    if category[0] in "LM" or category == "Nd" or character in _NAME_PUNCTUATION:
        return True
    return category == "Cf" and character != _SOFT_HYPHEN


def _ungarbled(name: str, readings: list[str]) -> str | None:
    """What the name was before, where there is one answer and that is a name."""
    text = garbled_utf8(name) or (readings[0] if len(readings) == 1 else "")
    return text if text.replace(" ", "").isalpha() and TELLTALE.search(text) is None else None


def plausible_birth_date(birth: BirthDate | None, today: date) -> BirthDate | None:
    """The birth date, unless it is wrong itself."""
    if birth is None or birth.year < EARLIEST_BIRTH_YEAR or first_day(birth) > today:
        return None
    return birth


def first_day(birth: BirthDate) -> date:
    """The earliest day that a birth date may stand for."""
    return birth if isinstance(birth, date) else birth.first_day()


def check_birth_date(record: DoseRecord, today: date, birth: BirthDate | None) -> Problems:
    """What is wrong with the birth date."""
    if birth is not None:
        return NOTHING
    if record.birth_date is None:
        return _BIRTH_DATE_IMPOSSIBLE if "birth_date" in record.unreadable else _BIRTH_DATE_MISSING
    return _BIRTH_DATE_IN_FUTURE if first_day(record.birth_date) > today else _BIRTH_DATE_IMPOSSIBLE


def check_sex(record: DoseRecord, _today: date, _birth: BirthDate | None) -> Problems:
    """What is wrong with the sex."""
    if record.sex is not None:
        return NOTHING
    return _SEX_UNKNOWN if "sex" in record.unreadable else _SEX_MISSING


RULES: Final = (
    RecordRule(
        "full_name",
        (RecordCode.NAME_MISSING, RecordCode.NAME_DIGITS, RecordCode.NAME_CHARACTERS),
        check_full_name,
    ),
    RecordRule(
        "birth_date",
        (
            RecordCode.BIRTH_DATE_MISSING,
            RecordCode.BIRTH_DATE_IMPOSSIBLE,
            RecordCode.BIRTH_DATE_IN_FUTURE,
        ),
        check_birth_date,
    ),
    RecordRule("sex", (RecordCode.SEX_MISSING, RecordCode.SEX_UNKNOWN), check_sex),
)
