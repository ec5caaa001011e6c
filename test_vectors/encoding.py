"""Base45, CBOR and zlib writing for the vectors: small, and free to write what no encoder should.

None of it is vaxcert's own: the vectors would prove little if the library under test had also written them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

BASE45: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


class Raw(bytes):
    """CBOR that is encoded already, or is meant to be wrong."""


class Pairs(tuple[tuple[Any, Any], ...]):
    """The entries of a map in this order; a key may come twice."""

    __slots__ = ()


@dataclass(frozen=True)
class Tagged:
    """A CBOR tag and its content."""

    number: int
    value: Any


@dataclass(frozen=True)
class Indefinite:
    """A list, a map or bytes (one chunk to a byte) in the indefinite-length form."""

    value: Any


UNDEFINED: Final = Raw(b"\xf7")
NOT_A_NUMBER: Final = Raw(b"\xf9\x7e\x00")
INFINITY: Final = Raw(b"\xf9\x7c\x00")


def base45(data: bytes) -> str:
    """RFC 9285, group by group."""
    text = ""
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            text += BASE45[digit]
    return text


def cbor(value: Any) -> bytes:
    """RFC 8949 with shortest heads and eight-byte floats, besides the wrappers of this module."""
    for kind, encode in _ENCODERS.items():
        if isinstance(value, kind):
            encoded: bytes = encode(value)
            return encoded
    raise TypeError(f"cannot encode a {type(value).__name__}")


def cbor_head(major: int, number: int) -> bytes:
    """The head of a value of this major type (0 to 7), in its shortest form."""
    if number < 24:
        return bytes((major << 5 | number,))
    for information, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 256**size:
            return bytes((major << 5 | information,)) + number.to_bytes(size, "big")
    raise ValueError(f"{number} does not fit 64 bits")


def _integer(value: int) -> bytes:
    return cbor_head(0, value) if value >= 0 else cbor_head(1, -1 - value)


def _map(entries: Iterable[tuple[Any, Any]]) -> bytes:
    return b"".join(cbor(key) + cbor(item) for key, item in entries)


def _indefinite(wrapper: Indefinite) -> bytes:
    value = wrapper.value
    if isinstance(value, bytes):
        return b"\x5f" + b"".join(b"\x41" + bytes((byte,)) for byte in value) + b"\xff"
    if isinstance(value, list):
        return b"\x9f" + b"".join(map(cbor, value)) + b"\xff"
    return b"\xbf" + _map(value.items()) + b"\xff"


_ENCODERS: Final[dict[type, Any]] = {
    Raw: bytes,
    Tagged: lambda tagged: cbor_head(6, tagged.number) + cbor(tagged.value),
    Indefinite: _indefinite,
    Pairs: lambda pairs: cbor_head(5, len(pairs)) + _map(pairs),
    bool: lambda value: b"\xf5" if value else b"\xf4",
    type(None): lambda _: b"\xf6",
    int: _integer,
    float: lambda value: b"\xfb" + struct.pack(">d", value),
    str: lambda text: cbor_head(3, len(text.encode())) + text.encode(),
    bytes: lambda data: cbor_head(2, len(data)) + data,
    list: lambda items: cbor_head(4, len(items)) + b"".join(map(cbor, items)),
    dict: lambda entries: cbor_head(5, len(entries)) + _map(entries.items()),
}
"""In this order: bool before int, and the wrappers before what they are made of."""


def nested(depth: int) -> Raw:
    """So many arrays, one inside the other, around a zero."""
    return Raw(b"\x81" * depth + b"\x00")


def deflated(data: bytes, *, level: int = 9, window_bits: int = zlib.MAX_WBITS) -> bytes:
    """One zlib stream (RFC 1950)."""
    stream = zlib.compressobj(level, zlib.DEFLATED, window_bits)
    return stream.compress(data) + stream.flush()


def stored(data: bytes) -> bytes:
    """One zlib stream that does not compress, 11 bytes longer than `data` (at most 65,535 bytes)."""
    size = len(data)
    block = b"\x01" + struct.pack("<HH", size, size ^ 0xFFFF) + data
    return b"\x78\x01" + block + zlib.adler32(data).to_bytes(4, "big")
