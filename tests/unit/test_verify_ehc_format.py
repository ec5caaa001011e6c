"""What the tool verify-ehc saves."""

from datetime import UTC, datetime

import pytest
from tests.support.lists import (
    KEY_TYPE,
    UNREADABLE,
    entries,
    reading_of,
    reasons,
    verify_ehc,
    verify_ehc_entry,
)
from tests.support.signers import signer

from vaxcert.model.certificate import ALL_KINDS, Kind

OTHER = signer(country="KH")


def test_saved_lists_keep_countries_usages_and_dates():
    reading = reading_of(verify_ehc())
    by_kid = {key.kid: key for key in reading.keys}
    for one in entries():
        key = by_kid[one.kid]
        assert (key.country, key.kinds) == (one.certificate.country, one.certificate.kinds)
        assert (key.not_before, key.not_after) == (one.certificate.not_before, one.certificate.not_after)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"subject": {}}, ("KH", ALL_KINDS)),
        ({"subject": None, "issuer": 5}, (None, ALL_KINDS)),
        ({"subject": {"C": "Cambodia"}, "issuer": {}}, (None, ALL_KINDS)),
        ({"usage": ["test"]}, ("KH", {Kind.TEST})),
        ({"usage": []}, ("KH", ALL_KINDS)),
        ({"algorithm": None, "notValidBefore": None}, ("KH", ALL_KINDS)),
    ],
)
def test_what_a_saved_entry_leaves_out_does_not_limit_it(members, expected):
    (key,) = reading_of(
        verify_ehc([OTHER], more={OTHER.kid.hex().upper(): verify_ehc_entry(OTHER, **members)})
    ).keys
    assert (key.country, key.kinds) == expected


def test_saved_dates_without_zone_are_utc():
    dates = {"notValidBefore": "2022-01-01T00:00:00", "notValidAfter": "2022-01-01T07:00:00+07:00"}
    (key,) = reading_of(
        verify_ehc([OTHER], more={OTHER.kid.hex().upper(): verify_ehc_entry(OTHER, **dates)})
    ).keys
    assert key.not_before == key.not_after == datetime(2022, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kid", "entry", "reason"),
    [
        ("xyz", verify_ehc_entry(OTHER), UNREADABLE),
        ("abc", verify_ehc_entry(OTHER), UNREADABLE),
        ("", verify_ehc_entry(OTHER), UNREADABLE),
        ("ab" * 65, verify_ehc_entry(OTHER), UNREADABLE),
        ("ab", None, UNREADABLE),
        ("ab", {}, UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, publicKey=5), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, publicKey={"kty": "OKP"}), KEY_TYPE),
        ("ab", verify_ehc_entry(OTHER, usage="test"), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, usage=["sign", 5]), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, notValidAfter="soon"), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, notValidBefore=5), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, notValidBefore="0001-01-01T00:00:00+23:59"), UNREADABLE),
    ],
)
def test_one_bad_entry_is_a_problem_and_the_rest_load(kid, entry, reason):
    reading = reading_of(verify_ehc(more={kid: entry}))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [reason], 4)
