from datetime import UTC, date, datetime

import pytest
from tests.support.dose_records import GOOD, NOW, changed, codes

from vaxcert.model.certificate import PartialDate
from vaxcert.rules.records import RecordCode, RecordProblem, repaired

RESTORED = (RecordProblem(RecordCode.IDENTITY_NUMBER_ZEROS_RESTORED, "identity_number"),)


def numeric(number, **fields):
    return changed(identity_number=number, identity_number_was_numeric=True, **fields)


@pytest.mark.parametrize(
    ("number", "whole"), [("1185000001", "001185000001"), ("79185000001", "079185000001")]
)
def test_zeros_that_a_spreadsheet_took_are_put_back_and_said_so(number, whole):
    record, notices = repaired(numeric(number), at=NOW)
    assert record == changed(identity_number=whole)
    assert notices == RESTORED
    assert codes(record) == []


@pytest.mark.parametrize(
    "record",
    [
        changed(identity_number="1185000001"),  # text: someone typed it so
        numeric("001185000001"),
        numeric("123456789"),  # a whole CMND
        numeric("12345678"),  # of a CMND, nothing can be compared
        numeric("185000001"),  # no CCCD begins with three zeros
        numeric("1085000001"),  # the other sex
        numeric("1186000001"),  # another birth year
        numeric("1385000001"),  # another century
        numeric("3185000001"),  # no province
        numeric("1185000001", sex=None),
        numeric("1185000001", birth_date=None),
        numeric("1185000001", birth_date=date(1885, 4, 3)),
        numeric("1385000001", birth_date=date(2085, 4, 3)),  # agrees, but is in the future
        numeric("1185000001", nationality="Hàn Quốc"),
        numeric("118500000.0"),
        numeric(None),
        numeric(""),
    ],
)
def test_what_is_not_beyond_doubt_stays(record):
    assert repaired(record, at=NOW) == (record, ())


def test_the_year_of_birth_is_enough():
    _, notices = repaired(numeric("1185000001", birth_date=PartialDate(1985)), at=NOW)
    assert notices == RESTORED


def test_a_record_without_repair_is_the_same_object():
    assert repaired(GOOD, at=NOW)[0] is GOOD


def test_time_without_zone_is_misuse():
    with pytest.raises(ValueError, match="timezone-aware"):
        repaired(GOOD, at=datetime(2022, 6, 1))  # noqa: DTZ001


def test_a_birth_tomorrow_is_not_believed():
    born = numeric("1322000001", birth_date=date(2022, 6, 2))
    assert repaired(born, at=datetime(2022, 6, 1, 16, 59, tzinfo=UTC))[1] == ()
    assert repaired(born, at=datetime(2022, 6, 1, 17, 0, tzinfo=UTC))[1] == RESTORED


def test_nothing_of_the_person_is_shown():
    record, notices = repaired(numeric("1185000001"), at=NOW)
    assert repr((record, notices)).count("001185000001") == 0
