"""Every rule about one record, and the check by all of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord
from vaxcert.rules.records import dose, identity_number, person
from vaxcert.rules.records.codes import RecordCode, RecordProblem
from vaxcert.rules.records.person import plausible_birth_date
from vaxcert.rules.records.rule import RecordRule, problem

RULES: Final[tuple[RecordRule, ...]] = (identity_number.RULE, *person.RULES, *dose.RULES)
"""Every rule about one record, in the order in which problems are reported."""

_CHECKS: Final = tuple(rule.check for rule in RULES)
_MALFORMED: Final = (problem(RecordCode.ROW_MALFORMED),)
_VIET_NAM_TIME: Final = timezone(timedelta(hours=7))


def check_record(record: DoseRecord, *, at: datetime) -> tuple[RecordProblem, ...]:
    """Find what is wrong with one record.

    Args:
        record: The record.
        at: The moment of checking, timezone-aware; what is later is in the future.

    Returns:
        The problems in the order of `RULES`. A certificate may be made unless one of them is an error
        (`RecordProblem.severity`).

    Raises:
        ValueError: `at` has no timezone.
    """
    if WHOLE_ROW in record.unreadable:
        return _MALFORMED
    today = today_in_viet_nam(at)
    birth = plausible_birth_date(record.birth_date, today)
    return tuple([found for check in _CHECKS for found in check(record, today, birth)])


@lru_cache(maxsize=4)
def today_in_viet_nam(at: datetime) -> date:
    """The date in Viet Nam at a moment.

    Raises:
        ValueError: `at` has no timezone.
    """
    if at.tzinfo is None:
        raise ValueError("at must be timezone-aware")
    return at.astimezone(_VIET_NAM_TIME).date()
