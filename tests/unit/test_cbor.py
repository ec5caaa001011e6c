import re
from unittest import mock

import cbor2
import pytest
from cbor2 import CBORTag

from vaxcert.codec import cbor
from vaxcert.errors import DecodeError, LimitExceededError, Reason


def refusal(encoded, **options):
    with pytest.raises(DecodeError) as caught:
        cbor.loads(bytes.fromhex(encoded), **options)
    return caught.value.reason


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ("00", 0),
        ("390103", -260),
        ("1bffffffffffffffff", 2**64 - 1),
        ("1817", 23),  # not the shortest form, and accepted
        ("fb3ff8000000000000", 1.5),
        ("f6", None),
        ("f5", True),
        ("4101", b"\x01"),
        ("63e1bb84", "Ễ"),
        ("a20102613103", {1: 2, "1": 3}),
        ("bf0102ff", {1: 2}),
        ("9f01ff", [1]),
        ("5f41014102ff", b"\x01\x02"),
        ("7f61616162ff", "ab"),
    ],
)
def test_values(encoded, value):
    decoded = cbor.loads(bytes.fromhex(encoded))
    assert decoded == value
    assert type(decoded) is type(value)


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        ("", Reason.CBOR_MALFORMED),
        ("18", Reason.CBOR_MALFORMED),
        ("a101", Reason.CBOR_MALFORMED),
        ("5bffffffffffffffff00", Reason.CBOR_MALFORMED),
        ("9bffffffffffffffff00", Reason.CBOR_MALFORMED),
        ("1c", Reason.CBOR_MALFORMED),
        ("ff", Reason.CBOR_MALFORMED),
        ("61ff", Reason.CBOR_MALFORMED),
        ("7f4101ff", Reason.CBOR_MALFORMED),
        ("0000", Reason.CBOR_TRAILING_DATA),
        ("a000", Reason.CBOR_TRAILING_DATA),
        ("a201020103", Reason.CBOR_DUPLICATE_KEY),
        ("a2613102613103", Reason.CBOR_DUPLICATE_KEY),
        ("a20102f503", Reason.CBOR_DUPLICATE_KEY),  # 1 and True
        ("a20102f93c0003", Reason.CBOR_DUPLICATE_KEY),  # 1 and 1.0
        ("a1f501", Reason.CBOR_KEY_TYPE),
        ("a1f93c0001", Reason.CBOR_KEY_TYPE),
        ("a1410101", Reason.CBOR_KEY_TYPE),
        ("a1f601", Reason.CBOR_KEY_TYPE),
        ("a18001", Reason.CBOR_KEY_TYPE),
        ("f97e00", Reason.CBOR_NOT_FINITE),
        ("f97c00", Reason.CBOR_NOT_FINITE),
        ("a101f9fc00", Reason.CBOR_NOT_FINITE),
        ("81fb7ff8000000000000", Reason.CBOR_NOT_FINITE),
        ("f7", Reason.CBOR_SIMPLE_VALUE),
        ("a101f7", Reason.CBOR_SIMPLE_VALUE),
        ("e0", Reason.CBOR_SIMPLE_VALUE),
        ("f8ff", Reason.CBOR_SIMPLE_VALUE),
        ("c101", Reason.CBOR_TAG),
        ("c24101", Reason.CBOR_TAG),
        ("d81c8101", Reason.CBOR_TAG),
        ("d81d00", Reason.CBOR_TAG),
        ("d9d9f700", Reason.CBOR_TAG),
        ("81a101c4820102", Reason.CBOR_TAG),
    ],
)
def test_refusals(encoded, reason):
    assert refusal(encoded) is reason


@pytest.mark.parametrize(
    ("encoded", "message"),
    [
        ("8201", "the CBOR value is cut short"),
        ("5805ff", "the CBOR value is cut short"),
        ("", "the CBOR value is cut short"),
        ("ff", "not well-formed CBOR"),
        ("1c", "not well-formed CBOR"),
    ],
)
def test_what_is_cut_short_is_told_from_what_is_wrong(encoded, message):
    with pytest.raises(DecodeError) as caught:
        cbor.loads(bytes.fromhex(encoded))
    assert (caught.value.reason, str(caught.value)) == (Reason.CBOR_MALFORMED, message)


def test_depth_at_the_limit_and_one_deeper():
    assert cbor.loads(bytes.fromhex("81" * 16 + "00")) is not None
    with pytest.raises(LimitExceededError) as caught:
        cbor.loads(bytes.fromhex("81" * 17 + "00"))
    assert caught.value.reason is Reason.CBOR_TOO_DEEP
    assert refusal("81" * 100_000 + "00") is Reason.CBOR_TOO_DEEP


def test_tags_asked_for_come_back_with_their_content_as_it_was():
    assert cbor.loads(bytes.fromhex("c11a00000001"), tags=cbor.DATE_TAGS) == CBORTag(1, 1)
    assert cbor.loads(bytes.fromhex("c06161"), tags=cbor.DATE_TAGS) == CBORTag(0, "a")
    assert refusal("c0f97e00", tags=cbor.DATE_TAGS) is Reason.CBOR_NOT_FINITE
    assert refusal("d82361612b", tags=frozenset({35})) is Reason.CBOR_TRAILING_DATA


def test_a_regular_expression_tag_never_compiles_a_pattern():
    with mock.patch.object(re, "compile", side_effect=AssertionError("compiled")):
        assert refusal("d82366" + b"(a+)+$".hex()) is Reason.CBOR_TAG


@pytest.mark.parametrize(
    "number", [0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 258, 260, 1004, 43000]
)
def test_no_decoder_of_the_library_runs_on_a_tag(number):
    encoded = cbor2.dumps(CBORTag(number, "x"))
    assert refusal(encoded.hex()) is Reason.CBOR_TAG


def test_messages_do_not_quote_the_input():
    encoded = bytes.fromhex("a2") + cbor2.dumps("CANARYNAME") + b"\x01" + cbor2.dumps("CANARYNAME") + b"\x02"
    with pytest.raises(DecodeError) as caught:
        cbor.loads(encoded)
    assert "CANARYNAME" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_shortest_encoding_in_the_order_given():
    assert cbor.dumps({4: 1, 1: "é"}).hex() == "a204010162c3a9"
