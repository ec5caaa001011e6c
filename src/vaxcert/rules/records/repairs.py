"""What may be put right in a record without asking anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from vaxcert.model.dose_record import DoseRecord
from vaxcert.rules.records.check import today_in_viet_nam
from vaxcert.rules.records.codes import RecordCode, RecordProblem
from vaxcert.rules.records.identity_number import restored_identity_number
from vaxcert.rules.records.person import plausible_birth_date
from vaxcert.rules.records.rule import problem

_ZEROS_RESTORED: Final = (problem(RecordCode.IDENTITY_NUMBER_ZEROS_RESTORED),)


def repaired(record: DoseRecord, *, at: datetime) -> tuple[DoseRecord, tuple[RecordProblem, ...]]:
    """Put right what can only have been meant in one way.

    That is an identity number that a spreadsheet kept as a number: its leading zeros are put back where the number then
    agrees with everything else that it says of its holder.

    Args:
        record: A record as it was read.
        at: The moment of checking, timezone-aware.

    Returns:
        The record, the same one where there is nothing to put right, and a notice for each repair.

    Raises:
        ValueError: `at` has no timezone.
    """
    today = today_in_viet_nam(at)
    if not record.identity_number_was_numeric:
        return record, ()
    number = restored_identity_number(record, plausible_birth_date(record.birth_date, today))
    if number is None:
        return record, ()
    return replace(record, identity_number=number, identity_number_was_numeric=False), _ZEROS_RESTORED
