import zlib

import pytest

from vaxcert.codec import base45, container, cose
from vaxcert.errors import DecodeError, LimitExceededError, Reason, UnsupportedError, VaxcertError
from vaxcert.limits import MAX_TEXT_CHARACTERS

MESSAGE = cose.write(cose.protected_header(-7, b"12345678"), b"payload", bytes(range(64)))
TEXT = container.write(MESSAGE)


def reason(source):
    with pytest.raises(VaxcertError) as caught:
        container.read(source)
    return caught.value.reason


def test_text_round_trip():
    assert TEXT.startswith("HC1:")
    assert container.message_bytes(TEXT) == MESSAGE
    assert container.read(TEXT).payload == b"payload"


@pytest.mark.parametrize(
    "source", [TEXT.encode(), zlib.compress(MESSAGE), zlib.compress(MESSAGE, 1), MESSAGE, MESSAGE[1:]]
)
def test_every_transport_form_in_bytes(source):
    assert container.read(source).payload == b"payload"


@pytest.mark.parametrize(
    "text", ["HC2:" + TEXT[4:], "HL0:" + TEXT[4:], TEXT[4:], "hc1:" + TEXT[4:], " " + TEXT, "HC1"]
)
def test_other_context_identifiers(text):
    with pytest.raises(UnsupportedError) as caught:
        container.read(text)
    assert caught.value.reason is Reason.CONTEXT_IDENTIFIER
    assert text[8:] not in str(caught.value) or len(text) < 9


def test_refusals_by_layer():
    assert reason("") is Reason.INPUT_EMPTY
    assert reason(b"") is Reason.INPUT_EMPTY
    assert reason("HC1:") is Reason.ZLIB_CUT_SHORT
    assert reason("HC1:abc") is Reason.BASE45_CHARACTER
    assert reason(TEXT + "\n") is Reason.BASE45_CHARACTER
    assert reason(TEXT[:-1]) in (Reason.BASE45_LENGTH, Reason.ZLIB_CUT_SHORT, Reason.BASE45_OVERFLOW)
    assert reason("HC1:" + base45.encode(MESSAGE)) is Reason.ZLIB_CORRUPT
    assert reason("HC1:" + base45.encode(zlib.compress(b"\xff"))) is Reason.CBOR_MALFORMED
    assert reason(TEXT.encode() + b"\xff") is Reason.BASE45_CHARACTER
    assert reason(b"\x78\xda") is Reason.ZLIB_CUT_SHORT
    assert reason(b"\x78") is Reason.CBOR_MALFORMED
    assert reason(b"\xf8") is Reason.CBOR_MALFORMED  # alone it looks like the head of a zlib stream


@pytest.mark.parametrize("source", [None, 1, 1.5, [], bytearray(b"HC1:"), object()])
def test_neither_text_nor_bytes(source):
    assert reason(source) is Reason.INPUT_TYPE


def test_text_at_the_limit_and_one_over():
    inside = "HC1:" + "0" * 4292
    assert reason(inside) is Reason.ZLIB_CORRUPT
    with pytest.raises(LimitExceededError) as caught:
        container.read(inside + "0")
    assert caught.value.reason is Reason.INPUT_TOO_LONG


def test_bytes_at_the_limit_and_one_over():
    assert reason(b"\xd2" + bytes(16 * 1024 - 1)) is not Reason.INPUT_TOO_LONG
    assert reason(b"\xd2" + bytes(16 * 1024)) is Reason.INPUT_TOO_LONG
    assert reason(b"\x78\xda" + bytes(4095)) is Reason.INPUT_TOO_LONG
    assert reason(bytes(50_000_000)) is Reason.INPUT_TOO_LONG


def test_a_message_too_long_for_any_qr_code_is_not_written():
    import random

    with pytest.raises(LimitExceededError) as caught:
        container.write(random.Random(1).randbytes(4000))
    assert caught.value.reason is Reason.INPUT_TOO_LONG


def test_the_longest_text_is_written_and_one_byte_more_is_not():
    import random

    longest = random.Random(1).randbytes(2850)
    text = container.write(longest)
    assert len(text) in (MAX_TEXT_CHARACTERS - 1, MAX_TEXT_CHARACTERS)
    assert container.message_bytes(text) == longest
    with pytest.raises(LimitExceededError) as caught:
        container.write(longest + b"!")
    assert caught.value.reason is Reason.INPUT_TOO_LONG
    assert "4297 characters" in str(caught.value) or "4298 characters" in str(caught.value)


def test_decode_errors_are_one_line():
    with pytest.raises(DecodeError) as caught:
        container.read("HC1:BB\n")
    assert "\n" not in str(caught.value)
