from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from vaxcert.model.moments import in_utc

HANOI = timezone(timedelta(hours=7))
HAWAII = timezone(timedelta(hours=-10))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 2, 1, 23, tzinfo=UTC), datetime(2026, 2, 1, 23, tzinfo=UTC)),
        (datetime(2026, 2, 2, 6, tzinfo=HANOI), datetime(2026, 2, 1, 23, tzinfo=UTC)),
        (datetime(1, 1, 1, 7, tzinfo=HANOI), datetime(1, 1, 1, tzinfo=UTC)),
        (datetime(1, 1, 1, 6, 59, tzinfo=HANOI), datetime(1, 1, 1, tzinfo=UTC)),
        (datetime(9999, 12, 31, 13, 59, tzinfo=HAWAII), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)),
        (datetime(9999, 12, 31, 14, tzinfo=HAWAII), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_moment_of_any_zone_is_in_utc(at, expected):
    found = in_utc(at)
    assert (found, found.utcoffset()) == (expected, timedelta(0))


def test_a_moment_without_zone_is_the_callers_mistake():
    with pytest.raises(ValueError, match="no time zone"):
        in_utc(datetime(2026, 2, 1))  # noqa: DTZ001
