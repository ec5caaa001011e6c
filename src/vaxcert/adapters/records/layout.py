"""The columns of record files, and how their text becomes a `DoseRecord`.

A layout is data: headings and the fields they stand for. It is read from a mapping file
(`vaxcert.adapters.records.mapping`); another platform is another file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from vaxcert.adapters.records.values import PARSERS, SPREADSHEET_ERRORS, clean
from vaxcert.model.dose_record import DoseRecord

_NOT_COLUMNS: Final = frozenset({"unreadable", "identity_number_was_numeric"})

RECORD_FIELDS: Final = tuple(one.name for one in fields(DoseRecord) if one.name not in _NOT_COLUMNS)
"""The fields of `DoseRecord` that a column can stand for."""

REQUIRED_FIELDS: Final = (
    "full_name",
    "birth_date",
    "sex",
    "identity_number",
    "vaccine",
    "lot",
    "dose_number",
    "doses_in_series",
    "vaccinated_on",
)
"""The fields without which every record of a file would be refused."""

DATE_FIELDS: Final = frozenset({"birth_date", "vaccinated_on"})
"""The fields that are days."""


class DateOrder(StrEnum):
    """What comes first in a date with slashes, where a platform does not write dd/mm/yyyy."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@dataclass(frozen=True, slots=True)
class Layout:
    """How one platform names the columns of its export, and writes what is in them.

    Attributes:
        name: For people, in messages.
        columns: Heading to field of `DoseRecord`. Headings are compared without regard to case.
        constants: Field to the text that every record has, for fields without a column.
        values: Field to the texts of its cells and what to read instead, like "1" to "Nam".
        date_order: How dates with slashes are written.
        encoding: Of CSV files, a name of `vaxcert.adapters.records.mapping.ENCODINGS`.
        delimiter: Between the cells of CSV files, or None to tell from the headings.
        sheet: The name of the workbook's sheet, or None for the first.
        strict: Whether a file must have every column, and not the required ones only.
    """

    name: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_order: DateOrder = DateOrder.DAY_FIRST
    encoding: str = "utf-8"
    delimiter: str | None = None
    sheet: str | None = None
    strict: bool = False

    def fields_by_heading(self, headings: Iterable[str]) -> dict[str, str]:
        """Which headings of a file, spelled as in the file, stand for which field."""
        known = {folded(column): name for column, name in self.columns.items()}
        return {heading: known[folded(heading)] for heading in headings if folded(heading) in known}

    def text(self, name: str, text: str) -> str:
        """What a cell says, in the words that `vaxcert.adapters.records.values` reads.

        Args:
            name: The field that the cell is of.
            text: As it stands in the file.

        Returns:
            The text without blanks around it. What a spreadsheet shows for an error is no text.
        """
        text = clean(text)
        if text in SPREADSHEET_ERRORS:
            return ""
        text = self.values.get(name, _NO_VALUES).get(text, text)
        if self.date_order is DateOrder.MONTH_FIRST and name in DATE_FIELDS:
            return _MONTH_FIRST.sub(r"\2/\1/\3", text)
        return text

    def changes(self, name: str) -> bool:
        """Whether texts of a field may be read as others."""
        return name in self.values or (self.date_order is DateOrder.MONTH_FIRST and name in DATE_FIELDS)


_NO_VALUES: Final[Mapping[str, str]] = MappingProxyType({})
_MONTH_FIRST: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\Z")


def to_record(
    texts: Mapping[str, str], fields_by_heading: Mapping[str, str], layout: Layout, *, numeric: bool = False
) -> DoseRecord:
    """Read one row.

    Args:
        texts: Heading to text.
        fields_by_heading: Which headings stand for which field.
        layout: How the file is written.
        numeric: Whether the identity number was a number, not text.

    Returns:
        The record. Text that cannot be read leaves its field None and named in `unreadable`.
    """
    values: dict[str, Any] = {}
    unreadable = set()
    found = {name: layout.text(name, texts[heading]) for heading, name in fields_by_heading.items()}
    for name, text in {**layout.constants, **found}.items():
        try:
            values[name] = PARSERS.get(name, str)(text) if text else None
        except ValueError:
            unreadable.add(name)
    return DoseRecord(**values, identity_number_was_numeric=numeric, unreadable=frozenset(unreadable))


def folded(heading: str) -> str:
    """A heading as headings are compared."""
    return unicodedata.normalize("NFC", heading).strip().casefold()
