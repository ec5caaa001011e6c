"""Keys that lists state without a certificate."""

import pytest
from tests.support.lists import (
    UNREADABLE,
)

from vaxcert.errors import TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats.reading import bare_keys


@pytest.mark.parametrize("text", ["A", "AAAAA", "A=AA", "AA AA", "AAAA\n", "é", "\ud800", 5, None, b"AAAA"])
def test_what_is_not_base64_is_unreadable(text):
    with pytest.raises(TrustListError) as caught:
        bare_keys.octets(text, "it")
    assert caught.value.reason is UNREADABLE


def test_letters_name_the_kinds_that_a_key_may_sign():
    assert bare_keys.kinds_of_letters("") == bare_keys.kinds_of_letters(["t", "v", "r"]) == ALL_KINDS
    assert bare_keys.kinds_of_letters(["v", "x", 5]) == {Kind.VACCINATION}
