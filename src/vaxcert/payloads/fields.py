"""Reading single fields of a health claim: forgiving about form, and saying so.

Verifiers are told to live with nulls, padding and odd dates of genuine issuers; what is forgiven becomes a finding.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final
from unicodedata import is_normalized, normalize

from cbor2 import CBORTag

from vaxcert.findings import Finding, FindingCode
from vaxcert.model.certificate import BirthDate, PartialDate

MAX_TEXT: Final = 80
"""Characters of a text field, schema 1.3.0."""


class FieldReader:
    """Reads the fields of one map and collects what it found.

    Args:
        values: The map.
        path: Where the map stands, such as `v.`, for findings.
        findings: The list to add to.
    """

    __slots__ = ("_findings", "_path", "_values")

    def __init__(self, values: dict[str, Any], path: str, findings: list[Finding]) -> None:
        self._values = values
        self._path = path
        self._findings = findings

    def known(self, fields: frozenset[str]) -> None:
        """Note it when the map has others than these."""
        if not self._values.keys() <= fields:
            self._note(FindingCode.FIELD_UNKNOWN, "")

    def texts(self, names: tuple[str, ...], *, required: bool = True) -> tuple[str | None, ...]:
        """Text fields, each trimmed and in Unicode NFC, or None.

        Args:
            names: The fields.
            required: Whether one that is missing is found.
        """
        values = tuple([self._values.get(name) for name in names])
        if are_plain(values):
            return values
        return tuple([self._odd_text(name, required=required) for name in names])

    def number(self, name: str) -> int | None:
        """A required whole number."""
        value = self._values.get(name)
        if type(value) is int:
            return value
        if type(value) is float and math.isfinite(value) and value.is_integer():
            self._note(FindingCode.NUMBER_FLOAT, name)
            return int(value)
        self.absent(name, value)
        return None

    def day(self, name: str) -> date | None:
        """A required date."""
        text = self._date_text(name)
        return None if text is None else self._day(name, text)

    def birth_date(self, name: str) -> BirthDate | None:
        """A birth date, of which the day and month may be unknown."""
        text = self._date_text(name, may_be_blank=True)
        if text is None:
            return None
        partial = _partial_date(text)
        if partial is None and text:
            return self._day(name, text)
        self._note(FindingCode.BIRTH_DATE_PARTIAL, name)
        return partial

    def moment(self, name: str) -> datetime | None:
        """A required date-time; one without a time zone counts as UTC."""
        text = self._date_text(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None:
                moment.astimezone(UTC)  # the first and last day of the calendar have no UTC everywhere
        except (ValueError, OverflowError):
            self._note(FindingCode.DATE_UNREADABLE, name)
            return None
        if moment.tzinfo is None:
            self._note(FindingCode.DATE_WITHOUT_ZONE, name)
            moment = moment.replace(tzinfo=UTC)
        return moment

    def _note(self, code: FindingCode, name: str) -> None:
        self._findings.append(Finding(code, self._path + name if name else self._path.rstrip(".")))

    def absent(self, name: str, value: object, *, required: bool = True) -> None:
        """Say why a field gives nothing. A required one that is null is as good as missing.

        Args:
            name: The field.
            value: What stands there; None where there is nothing.
            required: Whether it has to be there.
        """
        if value is not None:
            self._note(FindingCode.FIELD_TYPE, name)
        elif required:
            self._note(FindingCode.FIELD_MISSING, name)
        elif name in self._values:
            self._note(FindingCode.FIELD_NULL, name)

    def _date_text(self, name: str, *, may_be_blank: bool = False) -> str | None:
        """The text of a required date, trimmed, without the tag that some issuers put before it; or None."""
        value = self._values.get(name)
        if type(value) is CBORTag:
            self._note(FindingCode.FIELD_TAGGED, name)
            value = value.value
        if type(value) is not str:
            self.absent(name, value)
            return None
        text = self._trimmed(name, value)
        if not (text or may_be_blank):
            self._note(FindingCode.FIELD_MISSING, name)
            return None
        return text

    def _trimmed(self, name: str, value: str) -> str:
        text = value.strip()
        if text != value:
            self._note(FindingCode.FIELD_PADDED, name)
        return text

    def _odd_text(self, name: str, *, required: bool) -> str | None:
        value = self._values.get(name)
        if type(value) is not str:
            self.absent(name, value, required=required)
            return None
        text = self._trimmed(name, value)
        if not text:
            if required:
                self._note(FindingCode.FIELD_MISSING, name)
            return None
        if not is_normalized("NFC", text):
            self._note(FindingCode.TEXT_NOT_NFC, name)
            text = normalize("NFC", text)
        if not text.isprintable():
            self._note(FindingCode.TEXT_NOT_PRINTABLE, name)
        if len(text) > MAX_TEXT:
            self._note(FindingCode.FIELD_TOO_LONG, name)
        return text

    def _day(self, name: str, text: str) -> date | None:
        """The date of a text that may have a time of day, or be none at all."""
        day = iso_date(text)
        if day is None:
            day = _day_of_moment(text)
            self._note(FindingCode.DATE_UNREADABLE if day is None else FindingCode.DATE_WITH_TIME, name)
        return day


def are_plain(values: Iterable[object]) -> bool:
    """Whether all are texts of the form nearly all fields have, of which nothing needs saying."""
    for value in values:
        if (
            type(value) is not str
            or not 0 < len(value) <= MAX_TEXT
            or value.strip() != value
            or not value.isprintable()
            or not (value.isascii() or is_normalized("NFC", value))
        ):
            return False
    return True


def iso_date(text: str) -> date | None:
    """A date in the one form the schema allows, YYYY-MM-DD; None for any other."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day_of_moment(text: str) -> date | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return iso_date(text[:10])


def _partial_date(text: str) -> PartialDate | None:
    year, separator, month = text.partition("-")
    if len(year) != 4 or not (year.isascii() and year.isdigit()) or int(year) == 0:
        return None
    if not separator:
        return PartialDate(int(year))
    if len(month) != 2 or not (month.isascii() and month.isdigit()) or not 1 <= int(month) <= 12:
        return None
    return PartialDate(int(year), int(month))
