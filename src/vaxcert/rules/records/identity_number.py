"""The identity number: its form, and what its digits say against the rest of the record."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from vaxcert.model.certificate import BirthDate
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.identity_numbers import (
    CCCD_DIGITS,
    CMND_DIGITS,
    has_place,
    holder_of,
    is_digits,
    with_leading_zeros,
)
from vaxcert.rules.records.codes import RecordCode, RecordProblem
from vaxcert.rules.records.rule import NOTHING, Problems, RecordRule, problem

_VIETNAMESE: Final = frozenset({"vn", "vnm", "việt nam", "viet nam", "vietnam"})
_PASSPORT: Final = re.compile(r"[A-Z0-9]{5,20}", re.ASCII)

_MISSING: Final = (problem(RecordCode.IDENTITY_NUMBER_MISSING),)
_ILL_FORMED: Final = (problem(RecordCode.IDENTITY_NUMBER_FORM),)


def is_foreign(record: DoseRecord) -> bool:
    """Whether the person is not a citizen of Viet Nam."""
    return record.nationality is not None and record.nationality.casefold() not in _VIETNAMESE


def check_identity_number(record: DoseRecord, _today: date, birth: BirthDate | None) -> Problems:
    """What is wrong with the identity number; of foreigners, whose is a passport's, the form only."""
    number = record.identity_number
    if number is None:
        return _MISSING
    if is_foreign(record):
        return NOTHING if _PASSPORT.fullmatch(number) else _ILL_FORMED
    if not is_digits(number):
        return _ILL_FORMED
    if len(number) == CCCD_DIGITS:
        return _contradictions(number, record, birth)
    return NOTHING if len(number) == CMND_DIGITS else _wrong_length(number, record, birth)


def _wrong_length(number: str, record: DoseRecord, birth: BirthDate | None) -> Problems:
    """Too short by lost zeros, with the number as it should be where nothing speaks against it; else ill-formed."""
    padded = with_leading_zeros(number)
    if padded is None:
        return _ILL_FORMED
    fits = len(padded) == CMND_DIGITS or not _contradictions(padded, record, birth)
    return (problem(RecordCode.IDENTITY_NUMBER_LENGTH, padded if fits else None),)


def _contradictions(number: str, record: DoseRecord, birth: BirthDate | None) -> Problems:
    """Where the digits of a CCCD disagree with the record, as far as it knows sex and birth date."""
    sex, birth_year = holder_of(number)
    found: list[RecordProblem] = []
    if record.sex is not None and sex is not record.sex:
        found.append(problem(RecordCode.IDENTITY_NUMBER_SEX))
    if birth is not None and birth_year != birth.year:
        found.append(problem(RecordCode.IDENTITY_NUMBER_BIRTH_YEAR))
    if not has_place(number):
        found.append(problem(RecordCode.IDENTITY_NUMBER_PROVINCE))
    return found


def restored_identity_number(record: DoseRecord, birth: BirthDate | None) -> str | None:
    """The CCCD that a spreadsheet made a number of, with its leading zeros.

    Args:
        record: The record as it was read.
        birth: Its birth date, unless that is wrong itself.

    Returns:
        The number, only where it is beyond doubt: there is one way to put the zeros back, and the number then agrees
        with province, sex, century and year of birth. None where it is whole already, or any of these is not known; a
        CMND says nothing of its holder, so that it is never beyond doubt.
    """
    number = record.identity_number
    if (
        not record.identity_number_was_numeric
        or number is None
        or is_foreign(record)
        or not is_digits(number)
    ):
        return None
    if record.sex is None or birth is None:
        return None
    padded = with_leading_zeros(number)
    if padded is None or len(padded) != CCCD_DIGITS or _contradictions(padded, record, birth):
        return None
    return padded


RULE: Final = RecordRule(
    "identity_number",
    (
        RecordCode.IDENTITY_NUMBER_MISSING,
        RecordCode.IDENTITY_NUMBER_FORM,
        RecordCode.IDENTITY_NUMBER_LENGTH,
        RecordCode.IDENTITY_NUMBER_SEX,
        RecordCode.IDENTITY_NUMBER_BIRTH_YEAR,
        RecordCode.IDENTITY_NUMBER_PROVINCE,
    ),
    check_identity_number,
)
