"""CBOR (RFC 8949) as HCERT uses it, over cbor2, which by itself accepts far more.

Refused: duplicate keys, keys that are neither text nor integer (in Python 1, 1.0 and True are one key), bytes after the
value, nesting over the limit, NaN and infinities, `undefined` and other simple values, and every tag not asked for.
Tags never reach cbor2's own decoders, one of which compiles regular expressions.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import cbor2
from cbor2 import CBORTag

from vaxcert.errors import DecodeError, EncodeError, LimitExceededError, Reason
from vaxcert.limits import MAX_CBOR_DEPTH

Value: TypeAlias = Any
"""None, bool, int, float, str, bytes, CBORTag, a list of values, or a dict from str or int to values."""

NO_TAGS: Final[frozenset[int]] = frozenset()
DATE_TAGS: Final = frozenset({0, 1})
"""Text and epoch date-times, RFC 8949 section 3.4."""


class _KeepTags(dict[int, Callable[[Any, bool], CBORTag]]):
    """Answers for every tag number, so that each tag stays a `CBORTag` with its plain content."""

    def __missing__(self, number: int) -> Callable[[Any, bool], CBORTag]:
        return lambda content, immutable: CBORTag(number, content)


_KEEP_TAGS: Final = _KeepTags()
_LEAVES: Final = frozenset({str, int, bytes, bool, type(None)})


def loads(data: bytes, *, tags: frozenset[int] = NO_TAGS) -> Value:
    """Decode one CBOR value that fills `data` exactly.

    Args:
        data: The encoding.
        tags: Numbers of the tags that may occur; they come back as `cbor2.CBORTag`.

    Raises:
        LimitExceededError: `cbor-too-deep`.
        DecodeError: `cbor-malformed`, `cbor-trailing-data`, `cbor-duplicate-key`, `cbor-key-type`,
            `cbor-not-finite`, `cbor-simple-value` or `cbor-tag`.
    """
    source = io.BytesIO(data)
    try:
        value = cbor2.load(
            source, semantic_decoders=_KEEP_TAGS, max_depth=MAX_CBOR_DEPTH, allow_duplicate_keys=False
        )
    except Exception as error:  # whatever the decoder raises becomes ours
        raise _translated(error) from None
    if source.tell() != len(data):
        raise DecodeError(
            Reason.CBOR_TRAILING_DATA, f"{len(data) - source.tell()} bytes follow the CBOR value"
        )
    if type(value) not in _LEAVES:
        _check(value, tags)
    return value


def dumps(value: Value) -> bytes:
    """Encode a value in the shortest form, map entries in the order given (RFC 8949 section 4.1).

    Raises:
        EncodeError: `value-not-encodable`, for a text with half a surrogate pair, which has no UTF-8.
    """
    try:
        return cbor2.dumps(value)
    except UnicodeEncodeError:
        raise EncodeError(
            Reason.VALUE_NOT_ENCODABLE, "a text holds half a surrogate pair, which UTF-8 cannot write"
        ) from None


def _check(value: Value, tags: frozenset[int]) -> None:
    """Refuse what cbor2 lets through in a value that is not a leaf. The decoder has bounded the depth already."""
    pending = [value]
    for container in pending:  # grows while it is gone through
        if type(container) is dict:
            for key, item in container.items():
                if type(key) is not str and type(key) is not int:
                    raise DecodeError(
                        Reason.CBOR_KEY_TYPE, f"a map key is a {type(key).__name__}, not text or an integer"
                    )
                if type(item) not in _LEAVES:
                    pending.append(item)
        elif type(container) is list:
            pending += [item for item in container if type(item) not in _LEAVES]
        elif type(container) not in _LEAVES:
            pending.append(_checked_content(container, tags))


def _checked_content(value: Value, tags: frozenset[int]) -> Value:
    """The content of an expected tag, or None for a number that is finite; refuses any other value."""
    if type(value) is CBORTag:
        if value.tag not in tags:
            raise DecodeError(Reason.CBOR_TAG, f"tag {value.tag} is not expected here")
        return value.value
    if type(value) is not float:
        raise DecodeError(Reason.CBOR_SIMPLE_VALUE, "undefined or an unassigned simple value")
    if not math.isfinite(value):
        raise DecodeError(Reason.CBOR_NOT_FINITE, "a floating-point number is not finite")
    return None


def _translated(error: Exception) -> DecodeError:
    text = str(error)
    if "nesting depth" in text:
        return LimitExceededError(Reason.CBOR_TOO_DEEP, f"CBOR nested deeper than {MAX_CBOR_DEPTH}")
    if "Duplicate map key" in text:
        return DecodeError(Reason.CBOR_DUPLICATE_KEY, "a CBOR map has the same key twice")
    if isinstance(error, cbor2.CBORDecodeEOF):
        return DecodeError(Reason.CBOR_MALFORMED, "the CBOR value is cut short")
    return DecodeError(Reason.CBOR_MALFORMED, "not well-formed CBOR")
