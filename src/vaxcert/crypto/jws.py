"""JSON Web Signature in compact form (RFC 7515 section 7.1), as published lists are signed with.

Three algorithms (RFC 7518 section 3.1), each bound to the type of the key: ES256 to P-256; RS256 and PS256 to RSA.
There is no unsigned form. Whatever key the header brings along (`jwk`, `jku`, `x5u`) is not looked at; the certificates
in `x5c` are, and whether any of them is to be believed is the caller's question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from vaxcert.codec.text import base64_bytes, base64url_bytes
from vaxcert.crypto.keys import MIN_RSA_BITS, SHA256, verifying_key
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate
from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.limits import MAX_TRUST_FILE_BYTES

ES256: Final = "ES256"
RS256: Final = "RS256"
PS256: Final = "PS256"

MAX_HEADER_CHARACTERS: Final = 256 * 1024
"""Characters of a protected header in base64url. One with three certificates has some 6,000."""
MAX_CERTIFICATES: Final = 10
"""Certificates of an `x5c` header. Genuine ones have one to three."""

_ALGORITHMS: Final = {ES256: ec.EllipticCurvePublicKey, RS256: rsa.RSAPublicKey, PS256: rsa.RSAPublicKey}
_COMPACT: Final = re.compile(rb"\s*([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\s*")


@dataclass(frozen=True, slots=True, repr=False)
class Jws:
    """A message as received. Nothing in it is established until its signature is verified.

    Attributes:
        header: The protected header, decoded.
        payload: What was signed, decoded from base64url and no further.
        signature: The signature's bytes.
        signing_input: The characters that the signature is made over.
        algorithm: `ES256`, `RS256` or `PS256`.
    """

    header: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes
    algorithm: str

    def __repr__(self) -> str:
        return f"<Jws {self.algorithm} of {len(self.payload)} bytes>"


def is_compact(data: bytes) -> bool:
    """Whether data has the three parts of a compact JWS, the first of which begins like a JSON object."""
    return data.lstrip()[:2] == b"ey" and _COMPACT.fullmatch(data) is not None


def read(data: bytes) -> Jws:
    """Read a message.

    Args:
        data: The compact serialization; white space may stand around it.

    Raises:
        TrustListError: `trust-list-unreadable`, when it is malformed or has over `limits.MAX_TRUST_FILE_BYTES`, names a
            critical header (none is understood) or has an unencoded payload (RFC 7797); `trust-list-signature`, for
            any other algorithm, `none` included.
    """
    if len(data) > MAX_TRUST_FILE_BYTES:
        raise _unreadable(f"{len(data)} bytes, at most {MAX_TRUST_FILE_BYTES} expected")
    parts = _COMPACT.fullmatch(data)
    if parts is None:
        raise _unreadable("three parts in base64url with dots between them expected")
    header = _header(parts[1])
    algorithm = header.get("alg")
    if type(algorithm) is not str or algorithm not in _ALGORITHMS:
        raise _refused("another algorithm than ES256, RS256 and PS256")
    return Jws(
        header=MappingProxyType(header),
        payload=_decoded(parts[2]),
        signature=_decoded(parts[3]),
        signing_input=parts[1] + b"." + parts[2],
        algorithm=algorithm,
    )


def peek(data: bytes) -> bytes:
    """The payload, before anybody vouches for it and whatever the header says, to tell documents apart by.

    Returns:
        Nothing when there is none to be seen. Never raises.
    """
    parts = _COMPACT.fullmatch(data)
    try:
        return _decoded(parts[2]) if parts is not None else b""
    except TrustListError:
        return b""


def verify(jws: Jws, key: object) -> None:
    """Make sure that a key signed a message.

    Args:
        jws: The message.
        key: A public key of `cryptography`.

    Raises:
        TrustListError: `trust-list-signature`, when the signature is not the key's, or the algorithm is not for its
            type; `weak-signature`, for an RSA key under 2048 bits.
    """
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise _refused("a key of another type, EC or RSA expected")
    if not isinstance(key, _ALGORITHMS[jws.algorithm]):
        raise _refused(f"the algorithm {jws.algorithm} is not for the type of the key")
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        raise TrustListError(
            Reason.WEAK_SIGNATURE, f"JWS: an RSA key of {key.key_size} bits, {MIN_RSA_BITS} or more expected"
        )
    try:
        _check_signature(jws, key)
    except InvalidSignature:
        raise _refused("the signature is not by the key") from None


def certificates(jws: Jws) -> tuple[SigningCertificate, ...]:
    """The certificates in the header (`x5c`, RFC 7515 section 4.1.6): the signer's, then its issuers'. Often none.

    Raises:
        TrustListError: `trust-list-unreadable`, when they are not certificates in base64.
    """
    encoded = jws.header.get("x5c", [])
    if type(encoded) is not list or len(encoded) > MAX_CERTIFICATES:
        raise _unreadable(f"x5c is not an array of at most {MAX_CERTIFICATES} certificates")
    return tuple(_certificate(one) for one in encoded)


def _check_signature(jws: Jws, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> None:
    if jws.algorithm == RS256 and isinstance(key, rsa.RSAPublicKey):
        key.verify(jws.signature, jws.signing_input, padding.PKCS1v15(), SHA256)
        return
    try:
        is_signature = verifying_key(key).is_signature(jws.signature, jws.signing_input)
    except UnsupportedError as error:
        raise _refused(str(error)) from None
    if not is_signature:
        raise InvalidSignature


def _header(part: bytes) -> dict[str, Any]:
    if len(part) > MAX_HEADER_CHARACTERS:
        raise _unreadable(f"a header of {len(part)} characters, at most {MAX_HEADER_CHARACTERS} expected")
    try:
        header = json.loads(_decoded(part).decode("utf-8"), object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise _unreadable("the header is not a JSON object without repeated members") from None
    if type(header) is not dict:
        raise _unreadable("the header is not a JSON object")
    if "crit" in header:
        raise _unreadable("a critical header (crit), none of which is understood")
    if header.get("b64", True) is not True:
        raise _unreadable("a payload that is not encoded (b64), which is not supported")
    return header


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members


def _decoded(part: bytes) -> bytes:
    try:
        return base64url_bytes(part.decode("ascii"))
    except ValueError:
        raise _unreadable("a part that is not base64url") from None


def _certificate(text: Any) -> SigningCertificate:
    try:
        return read_signing_certificate(base64_bytes(text))
    except (ValueError, TrustListError):
        raise _unreadable("x5c holds something other than certificates in base64") from None


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_LIST_UNREADABLE, f"JWS: {problem}")


def _refused(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_LIST_SIGNATURE, f"JWS: {problem}")
