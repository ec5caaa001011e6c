"""Dose records as the texts that they were read from, or could have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vaxcert.adapters.records.layout import RECORD_FIELDS
from vaxcert.adapters.records.values import PARSERS
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord

UNREADABLE: Final = "?"
"""Stands for a text that cannot be read and is not known any more."""


@dataclass(frozen=True, slots=True, repr=False)
class RecordTexts:
    """One dose record as text. Its repr holds no personal data.

    Attributes:
        fields: Each of `RECORD_FIELDS` and its text, "" where there is none.
        was_numeric: Whether a spreadsheet held the identity number as a number.
    """

    fields: dict[str, str]
    was_numeric: bool = False

    def __repr__(self) -> str:
        return "<RecordTexts>"

    def value(self, name: str) -> object:
        """What the text of a field stands for; None where there is none, or none that can be read."""
        text = self.fields[name]
        try:
            return PARSERS.get(name, str)(text) if text else None
        except ValueError:
            return None


def texts_of(record: DoseRecord) -> RecordTexts:
    """The texts of a record. Read again, they give the same record.

    Raises:
        ValueError: The record is of a row that could not be taken apart.
    """
    if WHOLE_ROW in record.unreadable:
        raise ValueError("a row that could not be taken apart has no fields")
    values = {name: getattr(record, name) for name in RECORD_FIELDS}
    fields = {name: "" if value is None else str(value) for name, value in values.items()}
    fields |= dict.fromkeys(record.unreadable, UNREADABLE)
    return RecordTexts(fields, record.identity_number_was_numeric)
