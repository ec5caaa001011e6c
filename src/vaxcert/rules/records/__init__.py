"""What a dose record must satisfy before a certificate may be made of it.

One `RecordRule` a code, in the table `RULES`; a further rule is a further line there. A rule looks at one
fault only and stays silent where another rule already speaks, so that a clinic reads each fault once. The
faults are those that Viet Nam's Ministry of Health named when it had the platform cleaned (letter
2262/BYT-CNTT of 4 May 2022), with the cross-check that the form of the personal identification number allows
(Decree 137/2015/ND-CP, article 13).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from hashlib import blake2b
from typing import Final

from vaxcert.model.certificate import BirthDate
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord, Sex
from vaxcert.model.value_sets import vaccine_by_local_name
from vaxcert.rules.records.codes import RecordCode, RecordProblem, RecordSeverity

FIRST_DOSE_IN_VIET_NAM: Final = date(2021, 3, 8)
"""The day of the first COVID-19 vaccination in Viet Nam."""

__all__ = [
    "RULES",
    "RecordCode",
    "RecordProblem",
    "RecordRule",
    "RecordSeverity",
    "SeenDoses",
    "check_record",
]

EARLIEST_BIRTH_YEAR: Final = 1900
"""The EU data set allows birth dates from 1900 on (schema 1.3.0, `dob`)."""

MAX_DOSE_NUMBER: Final = 9
"""The largest dose number the EU data set can hold (schema 1.3.0, `dose_posint`)."""

_VIET_NAM_TIME: Final = timezone(timedelta(hours=7))
_VIETNAMESE: Final = frozenset({"vn", "vnm", "việt nam", "viet nam", "vietnam"})


@dataclass(frozen=True, slots=True)
class RecordRule:
    """One fault and how to see it.

    Attributes:
        code: What the fault is called.
        field: The field of `DoseRecord` to mend.
        broken: Given the record and today's date in Viet Nam, whether the record has the fault.
    """

    code: RecordCode
    field: str
    broken: Callable[[DoseRecord, date], bool]


def check_record(record: DoseRecord, *, at: datetime) -> tuple[RecordProblem, ...]:
    """Find what is wrong with one record.

    Args:
        record: The record.
        at: The moment of checking, timezone-aware; what is later is in the future.

    Returns:
        The problems in the order of `RULES`; empty for a record that a certificate may be made of.

    Raises:
        ValueError: `at` has no timezone.
    """
    if at.tzinfo is None:
        raise ValueError("at must be timezone-aware")
    if WHOLE_ROW in record.unreadable:
        return (RecordProblem(RecordCode.ROW_MALFORMED),)
    today = at.astimezone(_VIET_NAM_TIME).date()
    return tuple(RecordProblem(rule.code, rule.field) for rule in RULES if rule.broken(record, today))


class SeenDoses:
    """Remembers doses, to find the same dose recorded twice.

    Two records are of the same dose when identity number and day of vaccination agree, at whatever facility.
    Sixteen bytes a dose are kept instead of personal data.
    """

    def __init__(self) -> None:
        self._digests: set[bytes] = set()

    def repeats(self, record: DoseRecord) -> bool:
        """Whether this dose was seen before; from now on it has been.

        A record without identity number or day of vaccination repeats nothing.
        """
        if record.identity_number is None or record.vaccinated_on is None:
            return False
        key = f"{record.identity_number}\0{record.vaccinated_on.isoformat()}".encode()
        digest = blake2b(key, digest_size=16).digest()
        if digest in self._digests:
            return True
        self._digests.add(digest)
        return False


# Identity number


def _is_foreign(record: DoseRecord) -> bool:
    return record.nationality is not None and record.nationality.casefold() not in _VIETNAMESE


_PASSPORT = re.compile(r"[A-Z0-9]{5,20}", re.ASCII)
_DIGITS = re.compile(r"[0-9]+")
_LENGTHS_OF_IDENTITY_NUMBERS = (9, 12)
_LENGTHS_WITHOUT_LEADING_ZEROS = (8, 10, 11)
"""Spreadsheets drop leading zeros: a CMND starts with at most one, a CCCD with at most two."""


def _identity_number_missing(record: DoseRecord, _today: date) -> bool:
    return record.identity_number is None


def _identity_number_form(record: DoseRecord, _today: date) -> bool:
    number = record.identity_number
    if number is None:
        return False
    if _is_foreign(record):
        return _PASSPORT.fullmatch(number) is None
    lengths = _LENGTHS_OF_IDENTITY_NUMBERS + _LENGTHS_WITHOUT_LEADING_ZEROS
    return _DIGITS.fullmatch(number) is None or len(number) not in lengths


def _identity_number_length(record: DoseRecord, _today: date) -> bool:
    number = record.identity_number
    if number is None or _is_foreign(record) or _DIGITS.fullmatch(number) is None:
        return False
    return len(number) in _LENGTHS_WITHOUT_LEADING_ZEROS


def _personal_number(record: DoseRecord) -> str | None:
    """The CCCD number, the only one whose digits speak of sex and birth."""
    number = record.identity_number
    if number is None or _is_foreign(record) or len(number) != 12 or _DIGITS.fullmatch(number) is None:
        return None
    return number


def _identity_number_sex(record: DoseRecord, _today: date) -> bool:
    number = _personal_number(record)
    if number is None or record.sex is None:
        return False
    encoded = Sex.FEMALE if int(number[3]) % 2 else Sex.MALE
    return encoded is not record.sex


def _identity_number_birth_year(record: DoseRecord, today: date) -> bool:
    number = _personal_number(record)
    birth = _plausible_birth_date(record, today)
    if number is None or birth is None:
        return False
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6]) != birth.year


# Name

_NAME_PUNCTUATION = frozenset(" \u00a0-'’.,")
_NOT_ASCII_IN_CP1252 = "".join(
    bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(0x80, 0xC0)
)
_MOJIBAKE = re.compile(rf"[\u00c3-\u00c6][{_NOT_ASCII_IN_CP1252}\u0080-\u00bf]|\u00e1[\u00ba\u00bb]")
"""The letters of Vietnamese in UTF-8 (lead bytes C3 to C6 and E1) when shown as Windows-1252 or Latin-1."""


def _name_missing(record: DoseRecord, _today: date) -> bool:
    return not set(record.full_name or "") - _NAME_PUNCTUATION


def _name_digits(record: DoseRecord, _today: date) -> bool:
    return any(unicodedata.category(character) == "Nd" for character in record.full_name or "")


def _name_characters(record: DoseRecord, _today: date) -> bool:
    name = record.full_name or ""
    return _MOJIBAKE.search(name) is not None or not all(map(_may_be_in_a_name, name))


def _may_be_in_a_name(character: str) -> bool:
    """Letters and their marks; digits, which have their own rule; invisible ones, which the issuer drops."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category in {"Nd", "Cf"} or character in _NAME_PUNCTUATION


# Birth date and sex


def _plausible_birth_date(record: DoseRecord, today: date) -> BirthDate | None:
    """The birth date, unless another rule already finds it wrong."""
    if _birth_date_impossible(record, today) or _birth_date_in_future(record, today):
        return None
    return record.birth_date


def _first_day(birth: BirthDate) -> date:
    return birth if isinstance(birth, date) else date(birth.year, birth.month or 1, 1)


def _birth_date_missing(record: DoseRecord, _today: date) -> bool:
    return record.birth_date is None and "birth_date" not in record.unreadable


def _birth_date_impossible(record: DoseRecord, _today: date) -> bool:
    if record.birth_date is None:
        return "birth_date" in record.unreadable
    return record.birth_date.year < EARLIEST_BIRTH_YEAR


def _birth_date_in_future(record: DoseRecord, today: date) -> bool:
    return record.birth_date is not None and _first_day(record.birth_date) > today


def _sex_missing(record: DoseRecord, _today: date) -> bool:
    return record.sex is None and "sex" not in record.unreadable


def _sex_unknown(record: DoseRecord, _today: date) -> bool:
    return "sex" in record.unreadable


# Vaccine and dose


def _vaccine_missing(record: DoseRecord, _today: date) -> bool:
    return record.vaccine is None


def _vaccine_unknown(record: DoseRecord, _today: date) -> bool:
    return record.vaccine is not None and vaccine_by_local_name(record.vaccine) is None


def _vaccine_deprecated(record: DoseRecord, _today: date) -> bool:
    product = vaccine_by_local_name(record.vaccine) if record.vaccine is not None else None
    return product is not None and product.deprecated


def _lot_missing(record: DoseRecord, _today: date) -> bool:
    return record.lot is None


def _dose_number_missing(record: DoseRecord, _today: date) -> bool:
    return record.dose_number is None and "dose_number" not in record.unreadable


def _dose_number_range(record: DoseRecord, _today: date) -> bool:
    return "dose_number" in record.unreadable or not _is_dose_number(record.dose_number)


def _doses_in_series_missing(record: DoseRecord, _today: date) -> bool:
    return record.doses_in_series is None and "doses_in_series" not in record.unreadable


def _doses_in_series_range(record: DoseRecord, _today: date) -> bool:
    return "doses_in_series" in record.unreadable or not _is_dose_number(record.doses_in_series)


def _is_dose_number(number: int | None) -> bool:
    return number is None or 1 <= number <= MAX_DOSE_NUMBER


# Day of vaccination


def _vaccination_date_missing(record: DoseRecord, _today: date) -> bool:
    return record.vaccinated_on is None and "vaccinated_on" not in record.unreadable


def _vaccination_date_impossible(record: DoseRecord, _today: date) -> bool:
    return "vaccinated_on" in record.unreadable


def _vaccination_date_in_future(record: DoseRecord, today: date) -> bool:
    return record.vaccinated_on is not None and record.vaccinated_on > today


def _vaccination_date_before_birth(record: DoseRecord, today: date) -> bool:
    birth = _plausible_birth_date(record, today)
    return birth is not None and record.vaccinated_on is not None and record.vaccinated_on < _first_day(birth)


def _vaccination_date_before_campaign(record: DoseRecord, _today: date) -> bool:
    return record.vaccinated_on is not None and record.vaccinated_on < FIRST_DOSE_IN_VIET_NAM


def _dose_not_given(record: DoseRecord, _today: date) -> bool:
    return record.status is not None and record.status.casefold() not in _GIVEN


_GIVEN: Final = frozenset({"completed", "đã tiêm"})
"""What platforms write of a dose that was given: FHIR's `Immunization.status`, and Vietnamese."""

RULES: Final[tuple[RecordRule, ...]] = (
    RecordRule(RecordCode.IDENTITY_NUMBER_MISSING, "identity_number", _identity_number_missing),
    RecordRule(RecordCode.IDENTITY_NUMBER_FORM, "identity_number", _identity_number_form),
    RecordRule(RecordCode.IDENTITY_NUMBER_LENGTH, "identity_number", _identity_number_length),
    RecordRule(RecordCode.IDENTITY_NUMBER_SEX, "identity_number", _identity_number_sex),
    RecordRule(RecordCode.IDENTITY_NUMBER_BIRTH_YEAR, "identity_number", _identity_number_birth_year),
    RecordRule(RecordCode.NAME_MISSING, "full_name", _name_missing),
    RecordRule(RecordCode.NAME_DIGITS, "full_name", _name_digits),
    RecordRule(RecordCode.NAME_CHARACTERS, "full_name", _name_characters),
    RecordRule(RecordCode.BIRTH_DATE_MISSING, "birth_date", _birth_date_missing),
    RecordRule(RecordCode.BIRTH_DATE_IMPOSSIBLE, "birth_date", _birth_date_impossible),
    RecordRule(RecordCode.BIRTH_DATE_IN_FUTURE, "birth_date", _birth_date_in_future),
    RecordRule(RecordCode.SEX_MISSING, "sex", _sex_missing),
    RecordRule(RecordCode.SEX_UNKNOWN, "sex", _sex_unknown),
    RecordRule(RecordCode.VACCINE_MISSING, "vaccine", _vaccine_missing),
    RecordRule(RecordCode.VACCINE_UNKNOWN, "vaccine", _vaccine_unknown),
    RecordRule(RecordCode.VACCINE_DEPRECATED, "vaccine", _vaccine_deprecated),
    RecordRule(RecordCode.LOT_MISSING, "lot", _lot_missing),
    RecordRule(RecordCode.DOSE_NUMBER_MISSING, "dose_number", _dose_number_missing),
    RecordRule(RecordCode.DOSE_NUMBER_RANGE, "dose_number", _dose_number_range),
    RecordRule(RecordCode.DOSES_IN_SERIES_MISSING, "doses_in_series", _doses_in_series_missing),
    RecordRule(RecordCode.DOSES_IN_SERIES_RANGE, "doses_in_series", _doses_in_series_range),
    RecordRule(RecordCode.VACCINATION_DATE_MISSING, "vaccinated_on", _vaccination_date_missing),
    RecordRule(RecordCode.VACCINATION_DATE_IMPOSSIBLE, "vaccinated_on", _vaccination_date_impossible),
    RecordRule(RecordCode.VACCINATION_DATE_IN_FUTURE, "vaccinated_on", _vaccination_date_in_future),
    RecordRule(RecordCode.VACCINATION_DATE_BEFORE_BIRTH, "vaccinated_on", _vaccination_date_before_birth),
    RecordRule(
        RecordCode.VACCINATION_DATE_BEFORE_CAMPAIGN, "vaccinated_on", _vaccination_date_before_campaign
    ),
    RecordRule(RecordCode.DOSE_NOT_GIVEN, "status", _dose_not_given),
)
"""Every rule about one record, in the order in which problems are reported."""
