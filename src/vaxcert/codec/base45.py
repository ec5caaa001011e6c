"""Base45 (RFC 9285), strict: upper case only, no white space but the alphabet's own, no overflow.

Three characters carry two bytes: `n = c + 45·d + 2025·e`, most significant byte first. Instead of looping over the
groups in Python, both directions look characters up with `bytes.translate` and then treat the whole text as large
integers made of lanes, one group to a lane, so that every step is a single operation of the interpreter over all
groups at once (ADR 0003 has the figures).
"""

from __future__ import annotations

from typing import Final

from vaxcert.errors import DecodeError, LimitExceededError, Reason
from vaxcert.limits import MAX_TEXT_CHARACTERS

ALPHABET: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

_INVALID: Final = 255
_VALUE_OF: Final = bytes(
    ALPHABET.find(byte) % 256 for byte in range(256)
)  # find() gives -1, so 255, for others

_MAX_GROUPS: Final = MAX_TEXT_CHARACTERS // 3 + 1
_MAX_BYTES: Final = 2 * _MAX_GROUPS

# Decoding: lanes of three bytes, one character's value in each byte.
_FIRST_OF_3: Final = int.from_bytes(b"\xff\0\0" * _MAX_GROUPS, "little")
_OVERFLOW: Final = int.from_bytes(b"\0\0\xff" * _MAX_GROUPS, "little")

# Encoding: lanes of one byte. The digits of 256·high and of low are looked up and added; digits travel 83 higher than
# they are, so that a digit of 45 or more shows as bit 7 and is carried on.
_BIAS: Final = 128 - 45
_HIGH_1: Final = bytes(256 * high % 45 for high in range(256))
_HIGH_45: Final = bytes(256 * high // 45 % 45 for high in range(256))
_HIGH_2025: Final = bytes(256 * high // 2025 + _BIAS for high in range(256))
_LOW_1: Final = bytes(low % 45 + _BIAS for low in range(256))
_LOW_45: Final = bytes(low // 45 + _BIAS for low in range(256))
_LANE_ONES: Final = int.from_bytes(b"\1" * _MAX_GROUPS, "little")
_CHARACTER_OF_BIASED: Final = bytes(_BIAS) + ALPHABET + bytes(256 - _BIAS - len(ALPHABET))


def decode(text: str) -> bytes:
    """Decode base45 text.

    Args:
        text: At most `limits.MAX_TEXT_CHARACTERS` characters of the alphabet.

    Returns:
        Two bytes for each three characters, one for a final two.

    Raises:
        LimitExceededError: `input-too-long`.
        DecodeError: `base45-character`, `base45-length` or `base45-overflow`.
    """
    length = len(text)
    if length > MAX_TEXT_CHARACTERS:
        raise LimitExceededError(
            Reason.INPUT_TOO_LONG, f"{length} characters of text, at most {MAX_TEXT_CHARACTERS} expected"
        )
    # a character outside ASCII becomes "?", which is not in the alphabet
    values = text.encode("ascii", "replace").translate(_VALUE_OF)
    if _INVALID in values:
        raise DecodeError(
            Reason.BASE45_CHARACTER, f"character {values.index(_INVALID) + 1} is not in the base45 alphabet"
        )
    groups, rest = divmod(length, 3)
    if rest == 1:
        raise DecodeError(Reason.BASE45_LENGTH, f"{length} characters do not end in a whole base45 group")
    packed = int.from_bytes(values, "little")
    numbers = (packed & _FIRST_OF_3) + 45 * (packed >> 8 & _FIRST_OF_3) + 2025 * (packed >> 16 & _FIRST_OF_3)
    lanes = numbers.to_bytes(3 * groups + 3, "little")
    if numbers & _OVERFLOW or (rest and lanes[3 * groups + 1]):
        raise DecodeError(Reason.BASE45_OVERFLOW, "a base45 group stands for more than its bytes can hold")
    decoded = bytearray(2 * groups)
    decoded[0::2] = lanes[1 : 3 * groups : 3]
    decoded[1::2] = lanes[0 : 3 * groups : 3]
    if rest:
        decoded.append(lanes[3 * groups])
    return bytes(decoded)


def encode(data: bytes) -> str:
    """Encode bytes as base45 text.

    Args:
        data: As many bytes as fit `limits.MAX_TEXT_CHARACTERS` characters of text.

    Returns:
        Three characters for each two bytes, two for a final single one.

    Raises:
        LimitExceededError: `input-too-long`.
    """
    pairs, rest = divmod(len(data), 2)
    if len(data) > _MAX_BYTES:
        raise LimitExceededError(
            Reason.INPUT_TOO_LONG, f"{len(data)} bytes to encode, at most {_MAX_BYTES} expected"
        )
    high = data[0 : 2 * pairs : 2]
    low = data[1::2]
    lanes = int.from_bytes
    first = lanes(high.translate(_HIGH_1), "little") + lanes(low.translate(_LOW_1), "little")
    carry = first >> 7 & _LANE_ONES
    first -= 45 * carry
    second = lanes(high.translate(_HIGH_45), "little") + lanes(low.translate(_LOW_45), "little") + carry
    carry = second >> 7 & _LANE_ONES
    second -= 45 * carry
    third = lanes(high.translate(_HIGH_2025), "little") + carry
    digits = bytearray(3 * pairs)
    digits[0::3] = first.to_bytes(pairs, "little")
    digits[1::3] = second.to_bytes(pairs, "little")
    digits[2::3] = third.to_bytes(pairs, "little")
    if rest:
        digits += bytes((data[-1] % 45 + _BIAS, data[-1] // 45 + _BIAS))
    return digits.translate(_CHARACTER_OF_BIASED).decode("ascii")
