"""The zlib format (RFC 1950 around RFC 1951), with a bound on what it inflates to."""

from __future__ import annotations

import zlib
from typing import Final

from zlib_ng import zlib_ng

from vaxcert.errors import DecodeError, LimitExceededError, Reason
from vaxcert.limits import MAX_MESSAGE_BYTES

_SMALL: Final = 450
"""Bytes of a message that makes an easy QR code however it is compressed; one with an ES256 signature has about 350."""


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
        if len(data) > 1 and data[0] & 0x0F == zlib.DEFLATED and data[1] & 0x20:
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


def deflate(data: bytes) -> bytes:
    """Compress to one zlib stream: a small message quickly, a larger one as small as zlib makes it.

    A small message loses 1 % by that and is done in a fifth of the time; one with an RSA signature fills a dense QR
    code, where each version counts, and took longer to sign than to compress (ADR 0001).
    """
    return zlib_ng.compress(data, 1) if len(data) < _SMALL else zlib.compress(data, 9)
