"""A dose record without a fault, and variations of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

from vaxcert.model.dose_record import DoseRecord, Sex
from vaxcert.rules.records import check_record

NOW: Final = datetime(2022, 6, 1, 12, tzinfo=UTC)

GOOD: Final = DoseRecord(
    full_name="Nguyễn Thị Thử Nghiệm",
    birth_date=date(1985, 4, 3),
    sex=Sex.FEMALE,
    identity_number="001185000001",
    nationality="Việt Nam",
    vaccine="AstraZeneca",
    lot="TEST-001",
    dose_number=2,
    doses_in_series=2,
    vaccinated_on=date(2021, 9, 15),
)


def codes(record: DoseRecord, at: datetime = NOW) -> list[str]:
    """What is wrong with a record."""
    return [problem.code.value for problem in check_record(record, at=at)]


def changed(**fields: Any) -> DoseRecord:
    """The good record with other fields."""
    return replace(GOOD, **fields)


def unreadable(field: str) -> DoseRecord:
    """The good record with a field that could not be read."""
    return changed(**{field: None}, unreadable=frozenset({field}))
