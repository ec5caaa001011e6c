"""What a rule about one record is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from vaxcert.model.certificate import BirthDate
from vaxcert.model.dose_record import DoseRecord
from vaxcert.rules.records.codes import RecordCode, RecordProblem

Problems: TypeAlias = Sequence[RecordProblem]

NOTHING: Final[Problems] = ()
"""What a rule finds in most records."""


@dataclass(frozen=True, slots=True)
class RecordRule:
    """The rule about one field: the faults it may have, and how to see them.

    Attributes:
        field: The field of `DoseRecord` to mend.
        codes: Every code that `check` may report, in that order.
        check: Given the record, today's date in Viet Nam, and the birth date unless that is wrong itself, what is
            wrong with the field.
    """

    field: str
    codes: tuple[RecordCode, ...]
    check: Callable[[DoseRecord, date, BirthDate | None], Problems]


def problem(code: RecordCode, repair: str | None = None) -> RecordProblem:
    """A problem of the field that the code is about."""
    return RecordProblem(code, code.field, repair)
