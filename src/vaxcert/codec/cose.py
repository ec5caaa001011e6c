"""COSE_Sign1 (RFC 9052 section 4.2): one signer, one payload.

The protected header and the payload stay the bytes that were received; the Sig_structure is put together around them
without encoding anything again. The algorithm counts only where the signature covers it. A key identifier is a hint, so
the unprotected header may give it when the protected one does not (HCERT specification 3.3.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from cbor2 import CBORTag

from vaxcert.codec import cbor
from vaxcert.errors import DecodeError, Reason, UnsupportedError

SIGN1_TAG: Final = 18
CWT_TAG: Final = 61
"""RFC 8392 section 6: a CWT tag may stand before the COSE tag."""

ALGORITHM: Final = 1
CRITICAL: Final = 2
CONTENT_TYPE: Final = 3
KEY_IDENTIFIER: Final = 4

_MESSAGE_TAGS: Final = frozenset({SIGN1_TAG, CWT_TAG})
_UNDERSTOOD: Final = frozenset({ALGORITHM, CRITICAL, CONTENT_TYPE, KEY_IDENTIFIER})
_MESSAGE_START: Final = b"\xd2\x84"  # tag 18, array of four
_SIG_STRUCTURE_START: Final = b"\x84\x6aSignature1"  # array of four, context
_EMPTY_BYTES: Final = b"\x40"
_EMPTY_MAP: Final = b"\xa0"
_REMEMBERED_BYTES: Final = 64
"""Headers longer than this, of which no issuer has one, are not kept: nobody has vouched for them yet."""

_Parts: TypeAlias = tuple[bytes, bytes, bytes]
"""Protected header, payload and signature."""


@dataclass(frozen=True, slots=True, repr=False)
class Sign1:
    """A COSE_Sign1 message as received. Nothing in it is established until its signature is verified.

    Attributes:
        protected: The protected header's bytes, exactly as received.
        payload: The payload's bytes, exactly as received.
        signature: The signature's bytes.
        protected_header: The decoded protected header.
        unprotected_header: The decoded unprotected header; nobody signed it.
        tags: The tags before the message, outermost first: `(18,)`, `(61, 18)` or `()`.
    """

    protected: bytes
    payload: bytes
    signature: bytes
    protected_header: Mapping[int | str, Any]
    unprotected_header: Mapping[int | str, Any]
    tags: tuple[int, ...]

    def __repr__(self) -> str:
        return f"<Sign1 alg={self.algorithm!r} kid={self.kid.hex() if self.kid else None}>"

    @property
    def algorithm(self) -> int | None:
        """COSE algorithm number from the protected header, or None: an unsigned one does not count."""
        algorithm = self.protected_header.get(ALGORITHM)
        return algorithm if type(algorithm) is int else None

    @property
    def kid(self) -> bytes | None:
        """Key identifier: the protected one, else the unprotected one, else None."""
        kid = self.protected_header.get(KEY_IDENTIFIER)
        if kid is None:
            kid = self.unprotected_header.get(KEY_IDENTIFIER)
        return kid if type(kid) is bytes else None

    @property
    def kid_is_protected(self) -> bool:
        """Whether the signature covers the key identifier."""
        return self.protected_header.get(KEY_IDENTIFIER) is not None

    def sig_structure(self) -> bytes:
        """The bytes the signature is made over (RFC 9052 section 4.4)."""
        return sig_structure(self.protected, self.payload)


def read(data: bytes) -> Sign1:
    """Read a COSE_Sign1 message: tagged 18, 61(18), or not tagged.

    Raises:
        DecodeError: a `cbor-...` reason, `cose-structure` or `cose-header`.
        UnsupportedError: `cose-critical-header`, for a critical header this library does not understand.
    """
    parts = _usual_parts(data)
    tags: tuple[int, ...] = (SIGN1_TAG,)
    unprotected_header: dict[int | str, Any] = {}
    if parts is None:
        message, tags = _untagged(cbor.loads(data, tags=_MESSAGE_TAGS))
        parts, unprotected_header = _any_parts(message)
    protected, payload, signature = parts
    if len(protected) <= _REMEMBERED_BYTES:
        protected_header = _remembered_header_of(protected)
    else:
        protected_header = _header_of(protected)
    if CRITICAL in protected_header or CRITICAL in unprotected_header:
        _check_critical(protected_header, unprotected_header)
    return Sign1(protected, payload, signature, protected_header, unprotected_header, tags)


def _header_of(protected: bytes) -> Mapping[int | str, Any]:
    """The protected header decoded."""
    header = cbor.loads(protected) if protected else {}
    if type(header) is not dict:
        raise DecodeError(Reason.COSE_HEADER, "the protected header is not a map")
    return MappingProxyType(header)


_remembered_header_of: Final = lru_cache(maxsize=256)(_header_of)
"""All certificates of one signing key share these bytes, so it pays to remember."""


def write(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """Write a message with tag 18 and an empty unprotected header.

    Args:
        protected: From `protected_header`.
        payload: The bytes that were signed.
        signature: In COSE form: r and s of equal length joined for ECDSA (RFC 9053 section 2.1).
    """
    return b"".join(
        (
            _MESSAGE_START,
            byte_string_head(protected),
            protected,
            _EMPTY_MAP,
            byte_string_head(payload),
            payload,
            byte_string_head(signature),
            signature,
        )
    )


def protected_header(algorithm: int, kid: bytes) -> bytes:
    """The protected header an issuer writes: algorithm, then key identifier."""
    return cbor.dumps({ALGORITHM: algorithm, KEY_IDENTIFIER: kid})


def sig_structure(protected: bytes, payload: bytes) -> bytes:
    """The bytes a signature is made over (RFC 9052 section 4.4), without external data."""
    return (
        _SIG_STRUCTURE_START
        + byte_string_head(protected)
        + protected
        + _EMPTY_BYTES
        + byte_string_head(payload)
        + payload
    )


def byte_string_head(content: bytes) -> bytes:
    """The CBOR head of a byte string, in its shortest form (RFC 8949 section 3)."""
    length = len(content)
    if length < 24:
        return bytes((0x40 | length,))
    if length < 0x100:
        return bytes((0x58, length))
    if length < 0x10000:
        return b"\x59" + length.to_bytes(2, "big")
    return b"\x5a" + length.to_bytes(4, "big")


def _usual_parts(data: bytes) -> _Parts | None:
    """The parts of a message in the one form nearly all have: tag 18, and nothing in the unprotected header.

    None for any other, right or wrong: the CBOR decoder decides about those. (It takes three times as long.)
    """
    if not data.startswith(_MESSAGE_START):
        return None
    protected, end = _byte_string(data, len(_MESSAGE_START))
    if data[end : end + 1] != _EMPTY_MAP:
        return None
    payload, end = _byte_string(data, end + 1)
    signature, end = _byte_string(data, end)
    return (protected, payload, signature) if end == len(data) else None


def _byte_string(data: bytes, start: int) -> tuple[bytes, int]:
    """The byte string at `start` and where it ends: beyond the data when it is cut short or is none."""
    try:
        head = data[start]
        if head == 0x58:
            start, length = start + 2, data[start + 1]
        elif head == 0x59:
            start, length = start + 3, data[start + 1] << 8 | data[start + 2]
        elif 0x40 <= head < 0x58:
            start, length = start + 1, head - 0x40
        else:
            return b"", len(data) + 1
    except IndexError:
        return b"", len(data) + 1
    return data[start : start + length], start + length


def _any_parts(message: cbor.Value) -> tuple[_Parts, dict[int | str, Any]]:
    if type(message) is not list or len(message) != 4:
        raise DecodeError(Reason.COSE_STRUCTURE, "a COSE_Sign1 message is an array of four")
    protected, unprotected_header, payload, signature = message
    if (
        not type(protected) is type(payload) is type(signature) is bytes
        or type(unprotected_header) is not dict
    ):
        raise DecodeError(
            Reason.COSE_STRUCTURE, "a COSE_Sign1 message holds bytes, a map, bytes and bytes, in this order"
        )
    return (protected, payload, signature), unprotected_header


def _untagged(value: cbor.Value) -> tuple[cbor.Value, tuple[int, ...]]:
    if type(value) is not CBORTag:
        return value, ()
    if value.tag == SIGN1_TAG:
        return value.value, (SIGN1_TAG,)
    inner = value.value
    if type(inner) is CBORTag and inner.tag == SIGN1_TAG:
        return inner.value, (CWT_TAG, SIGN1_TAG)
    raise DecodeError(Reason.COSE_STRUCTURE, "a CWT tag (61) stands before tag 18 only")


def _check_critical(
    protected_header: Mapping[int | str, Any], unprotected_header: Mapping[int | str, Any]
) -> None:
    """RFC 9052 section 3.1: `crit` is protected, a non-empty array, and every label in it is understood."""
    critical = protected_header.get(CRITICAL)
    if CRITICAL in unprotected_header or type(critical) is not list or not critical:
        raise DecodeError(
            Reason.COSE_HEADER, "crit (label 2) is not a non-empty array in the protected header"
        )
    for label in critical:
        if type(label) is not int or label not in _UNDERSTOOD:
            shown = label if type(label) is int else "of text"
            raise UnsupportedError(Reason.COSE_CRITICAL_HEADER, f"critical header {shown} is not understood")
        if label not in protected_header:
            raise DecodeError(Reason.COSE_HEADER, f"critical header {label} is not in the protected header")
