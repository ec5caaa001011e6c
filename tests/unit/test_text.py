"""Base64 against the standard library's encoder, and times in ISO 8601."""

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcert.codec.text import any_base64_bytes, base64_bytes, base64url_bytes, iso_moment

READERS = [base64_bytes, base64url_bytes, any_base64_bytes, iso_moment]


@given(st.binary(max_size=64))
def test_what_the_standard_library_encodes_is_decoded(data):
    standard, url = b64encode(data).decode(), urlsafe_b64encode(data).decode()
    assert base64_bytes(standard) == data
    assert base64url_bytes(url.rstrip("=")) == data
    assert {any_base64_bytes(text) for text in (standard, url, standard.rstrip("="), url.rstrip("="))} == {
        data
    }


@pytest.mark.parametrize("read", READERS)
@given(value=st.one_of(st.text(), st.binary(), st.integers(), st.none(), st.lists(st.text())))
def test_any_value_is_read_or_a_value_error(read, value):
    try:
        read(value)
    except ValueError:
        pass
    else:
        assert type(value) is str


@pytest.mark.parametrize(
    "text", ["A", "AA", "AA=", "AAAAA", "AA AA", "AAAA\n", "-_-_", "é", "\ud800", b"AAAA"]
)
def test_base64_has_its_padding_and_nothing_else(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the text is for the caller to say
        base64_bytes(text)


@pytest.mark.parametrize(
    "text", ["A", "AA==", "AB", "AAA=", "+/+/", "AAA A", "AAAA\n", "éé", "\ud800", b"AAAA"]
)
def test_base64url_has_one_form(text):
    with pytest.raises(ValueError, match="expected"):
        base64url_bytes(text)


@pytest.mark.parametrize(
    "text",
    ["2022-01-01T00:00:00Z", "2022-01-01", "2022-01-01T07:00:00+07:00", "2022-01-01T00:00:00.000+00:00"],
)
def test_times_are_utc_with_a_zone_or_without(text):
    moment = iso_moment(text)
    assert moment == datetime(2022, 1, 1, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "now", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2022-02-29", 5, None]
)
def test_what_is_no_time(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the text is for the caller to say
        iso_moment(text)


def test_times_at_their_bounds():
    assert iso_moment("0001-01-01T14:00:00+14:00") == datetime(1, 1, 1, tzinfo=UTC)
    assert iso_moment("9999-12-31T09:59:59-14:00") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
