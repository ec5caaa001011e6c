"""The whole way from QR text to the COSE message and back (HCERT specification section 4).

`HC1:` + base45( zlib( COSE_Sign1 ) ). Other transports (NFC, an API) may hand over the zlib stream or the COSE message
itself.
"""

from __future__ import annotations

from typing import Final

from vaxcert.codec import base45, cose, deflate
from vaxcert.errors import DecodeError, LimitExceededError, Reason, UnsupportedError, VaxcertError
from vaxcert.limits import MAX_COMPRESSED_BYTES, MAX_MESSAGE_BYTES, MAX_TEXT_CHARACTERS

CONTEXT_IDENTIFIER: Final = "HC1:"
"""Version 1 of a health certificate in a QR code; an incompatible one would be HC2: (HCERT specification 4.2.2)."""

_ZLIB_METHOD: Final = 8


def read(source: str | bytes) -> cose.Sign1:
    """Read a certificate from any transport form.

    Args:
        source: `HC1:` text; or bytes holding that text, a zlib stream or a COSE_Sign1 message.

    Raises:
        DecodeError: Any decoding reason; `input-type` when it is neither text nor bytes.
        UnsupportedError: `context-identifier` or `cose-critical-header`.
    """
    return cose.read(message_bytes(source))


def message_bytes(source: str | bytes) -> bytes:
    """Take off the transport: the COSE message's bytes of any form `read` accepts, not looked into.

    Raises:
        DecodeError: `input-type`, `input-empty`, a `base45-...` or a `zlib-...` reason.
        LimitExceededError: `input-too-long` or `zlib-too-large`.
        UnsupportedError: `context-identifier`.
    """
    if type(source) is str:
        if not source.startswith(CONTEXT_IDENTIFIER):
            raise _other_context(source)
        if len(source) > MAX_TEXT_CHARACTERS:
            raise LimitExceededError(
                Reason.INPUT_TOO_LONG,
                f"{len(source)} characters of text, at most {MAX_TEXT_CHARACTERS} expected",
            )
        return deflate.inflate(base45.decode(source[len(CONTEXT_IDENTIFIER) :]))
    if type(source) is bytes:
        return _from_bytes(source)
    raise DecodeError(Reason.INPUT_TYPE, f"text or bytes expected, not {type(source).__name__}")


def write(message: bytes, *, noise: int = 0) -> str:
    """Write a COSE message as `HC1:` text.

    Args:
        message: The message.
        noise: How many of its bytes nothing can shorten: those of its signature.

    Raises:
        LimitExceededError: `input-too-long` when no QR code could hold it.
    """
    text = CONTEXT_IDENTIFIER + base45.encode(deflate.deflate(message, noise=noise))
    if len(text) > MAX_TEXT_CHARACTERS:
        raise LimitExceededError(
            Reason.INPUT_TOO_LONG, f"{len(text)} characters, at most {MAX_TEXT_CHARACTERS} fit in a QR code"
        )
    return text


def _other_context(text: str) -> VaxcertError:
    if not text:
        return DecodeError(Reason.INPUT_EMPTY, "the text is empty")
    if text[:2] == "HC" and text[3:4] == ":":
        return UnsupportedError(
            Reason.CONTEXT_IDENTIFIER, "the context identifier is of another version, HC1: expected"
        )
    return UnsupportedError(Reason.CONTEXT_IDENTIFIER, "the text does not begin with HC1:")


def _from_bytes(data: bytes) -> bytes:
    if not data:
        raise DecodeError(Reason.INPUT_EMPTY, "the input is empty")
    if data.startswith(CONTEXT_IDENTIFIER.encode()):
        return message_bytes(data.decode("ascii", "replace"))
    if data[0] & 0x0F == _ZLIB_METHOD and len(data) > 1 and int.from_bytes(data[:2], "big") % 31 == 0:
        return deflate.inflate(_bounded(data, MAX_COMPRESSED_BYTES))
    return _bounded(data, MAX_MESSAGE_BYTES)


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise LimitExceededError(
            Reason.INPUT_TOO_LONG, f"{len(data)} bytes of input, at most {limit} expected"
        )
    return data
