import random

import pytest

from vaxcert.codec import base45
from vaxcert.errors import DecodeError, LimitExceededError, Reason

RFC_9285_EXAMPLES = [
    (b"AB", "BB8"),
    (b"Hello!!", "%69 VD92EX0"),
    (b"base-45", "UJCLQE7W581"),
    (b"ietf!", "QED8WEX0"),
]


@pytest.mark.parametrize(("data", "text"), [*RFC_9285_EXAMPLES, (b"", "")])
def test_examples_of_the_rfc_both_ways(data, text):
    assert base45.encode(data) == text
    assert base45.decode(text) == data


def test_every_two_byte_group_and_every_single_byte():
    for number in range(65536):
        data = number.to_bytes(2, "big")
        text = base45.encode(data)
        rest, low = divmod(number, 45)
        high, middle = divmod(rest, 45)
        assert [base45.ALPHABET.index(character) for character in text.encode()] == [low, middle, high]
        assert base45.decode(text) == data
    for number in range(256):
        assert base45.decode(base45.encode(bytes((number,)))) == bytes((number,))


def test_random_lengths_round_trip():
    source = random.Random(20211220)
    for length in range(400):
        data = source.randbytes(length)
        assert base45.decode(base45.encode(data)) == data


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("BB8\n", Reason.BASE45_CHARACTER),
        ("bb8", Reason.BASE45_CHARACTER),
        ("BB\x00", Reason.BASE45_CHARACTER),
        ("BBÉ", Reason.BASE45_CHARACTER),
        ("BB?", Reason.BASE45_CHARACTER),
        ("BB,", Reason.BASE45_CHARACTER),
        ("B", Reason.BASE45_LENGTH),
        ("BB8B", Reason.BASE45_LENGTH),
        ("GGW", Reason.BASE45_OVERFLOW),
        (":::", Reason.BASE45_OVERFLOW),
        ("BB8:::BB8", Reason.BASE45_OVERFLOW),
        ("V5", Reason.BASE45_OVERFLOW),
        ("BB8::", Reason.BASE45_OVERFLOW),
    ],
)
def test_refusals(text, reason):
    with pytest.raises(DecodeError) as caught:
        base45.decode(text)
    assert caught.value.reason is reason


def test_largest_group_and_largest_single_byte_are_still_read():
    assert base45.decode("FGW") == b"\xff\xff"
    assert base45.decode("U5") == b"\xff"


def test_text_at_the_limit_and_one_over():
    assert len(base45.decode("0" * 4296)) == 2864
    with pytest.raises(LimitExceededError) as caught:
        base45.decode("0" * 4297)
    assert caught.value.reason is Reason.INPUT_TOO_LONG
    with pytest.raises(LimitExceededError):
        base45.encode(bytes(5000))


def test_spaces_are_significant():
    assert base45.decode("%69 VD92EX0") == b"Hello!!"
    with pytest.raises(DecodeError):
        base45.decode("%69VD92EX0")


def test_only_one_text_stands_for_given_bytes():
    source = random.Random(7)
    alphabet = base45.ALPHABET.decode()
    accepted = 0
    for _ in range(3000):
        text = "".join(source.choices(alphabet, k=source.choice((2, 3, 5, 6))))
        try:
            data = base45.decode(text)
        except DecodeError:
            continue
        accepted += 1
        assert base45.encode(data) == text
    assert accepted > 500
