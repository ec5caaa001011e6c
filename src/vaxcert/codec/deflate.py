"""The zlib format (RFC 1950 around RFC 1951), with a bound on what it inflates to."""

from __future__ import annotations

import zlib
from typing import Final

from vaxcert.errors import DecodeError, LimitExceededError, Reason
from vaxcert.limits import MAX_MESSAGE_BYTES

_WORTH_COMPRESSING: Final = 310
"""Bytes besides the signature from which on Huffman's tables save more than they take."""

_MOST_STORED: Final = 0xFFFF
"""Bytes of one stored block."""

_STORED: Final = b"\x78\x01\x01"
"""A zlib header, and the start of a last block that is stored (RFC 1950, section 2.2; RFC 1951, section 3.2.3)."""

_DEFLATE_WITH_DICTIONARY: Final = zlib.DEFLATED << 8 | 0x20
"""Of a zlib header: a window of at most 32 kB, method 8, FDICT."""


def inflate(data: bytes, *, limit: int = MAX_MESSAGE_BYTES) -> bytes:
    """Inflate one whole zlib stream.

    Args:
        data: The stream and nothing after it.
        limit: Most bytes it may inflate to; no more than one byte beyond it is ever made.

    Raises:
        LimitExceededError: `zlib-too-large`.
        DecodeError: `zlib-corrupt`, `zlib-cut-short`, `zlib-trailing-data` or `zlib-dictionary`.
    """
    stream = zlib.decompressobj()
    try:
        inflated = stream.decompress(data, limit + 1)
    except zlib.error:
        if _asks_for_a_dictionary(data):
            raise DecodeError(
                Reason.ZLIB_DICTIONARY, "the zlib stream needs a preset dictionary, none is defined"
            ) from None
        raise DecodeError(Reason.ZLIB_CORRUPT, "the data is not a correct zlib stream") from None
    if len(inflated) > limit:
        raise LimitExceededError(Reason.ZLIB_TOO_LARGE, f"inflates to more than {limit} bytes")
    if not stream.eof:
        raise DecodeError(Reason.ZLIB_CUT_SHORT, f"the zlib stream ends early, after {len(inflated)} bytes")
    if stream.unused_data:
        raise DecodeError(
            Reason.ZLIB_TRAILING_DATA, f"{len(stream.unused_data)} bytes follow the zlib stream"
        )
    return inflated


def _asks_for_a_dictionary(data: bytes) -> bool:
    """Whether a right header (RFC 1950, section 2.2) has FDICT set: then nothing else can have gone wrong yet."""
    header = int.from_bytes(data[:2], "big")
    return header & 0x8F20 == _DEFLATE_WITH_DICTIONARY and header % 31 == 0


def deflate(data: bytes, *, noise: int = 0) -> bytes:
    """Write one zlib stream: what is worth compressing as small as zlib makes it, what is not as it stands.

    A stream of Deflate may hold its data as they are (RFC 1951, section 3.2.4), eleven bytes more in all. Of a usual
    certificate that is what the best compressor comes to as well, after taking as long as a signature (ADR 0023).

    Args:
        data: What to write.
        noise: How many of its bytes nothing can shorten: those of a signature.
    """
    if len(data) - noise < _WORTH_COMPRESSING and len(data) <= _MOST_STORED:
        size = len(data)
        lengths = size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
        return b"".join((_STORED, lengths, data, zlib.adler32(data).to_bytes(4, "big")))
    return zlib.compress(data, 9)
