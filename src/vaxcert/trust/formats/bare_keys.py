"""Public keys as lists state them without a certificate, and what such a key is limited to."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vaxcert.crypto.signing_certificate import OLD_PURPOSE_ARC, PURPOSE_ARC, PURPOSE_NUMBER
from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.model.certificate import ALL_KINDS, Kind

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

MAX_KEY_BYTES: Final = 1024
"""Bytes of an RSA modulus (8,192 bits), and of a SubjectPublicKeyInfo with some to spare. Signers have 512 at most."""
MAX_KID_BYTES: Final = 64

_EXPONENT_BYTES: Final = 8
_SPKI_OVERHEAD: Final = 64
_TO_STANDARD: Final = str.maketrans("-_", "+/")
_KIND_OF_LETTER: Final = {"t": Kind.TEST, "v": Kind.VACCINATION, "r": Kind.RECOVERY}
_KIND_OF_PURPOSE: Final = {
    f"{arc}.{number}": kind
    for arc in (PURPOSE_ARC, OLD_PURPOSE_ARC)
    for kind, number in PURPOSE_NUMBER.items()
}


def octets(text: Any, what: str) -> bytes:
    """Decode base64 in either alphabet, with its padding or without: lists mix them.

    Raises:
        TrustListError: `trust-entry-unreadable`.
    """
    if type(text) is not str:
        raise unreadable(f"{what} is not text")
    body = text.rstrip("=").translate(_TO_STANDARD)
    try:
        return b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (Base64Error, ValueError):
        raise unreadable(f"{what} is not base64") from None


def key_identifier(value: Any) -> bytes:
    """A key identifier in base64, 1 to 64 bytes.

    Raises:
        TrustListError: `trust-entry-unreadable`.
    """
    return checked_identifier(octets(value, "the key identifier"))


def checked_identifier(kid: Any) -> bytes:
    """A key identifier in bytes.

    Raises:
        TrustListError: `trust-entry-unreadable`.
    """
    if type(kid) is not bytes or not 1 <= len(kid) <= MAX_KID_BYTES:
        raise unreadable(f"a key identifier that is not 1 to {MAX_KID_BYTES} bytes")
    return kid


def from_info(der: Any) -> PublicKey:
    """A key of a SubjectPublicKeyInfo in DER (RFC 5280 section 4.1.2.7).

    Raises:
        TrustListError: `trust-entry-unreadable`.
        UnsupportedError: `key-type`.
    """
    if type(der) is not bytes or len(der) > MAX_KEY_BYTES + _SPKI_OVERHEAD:
        raise unreadable("a public key that is not DER, or larger than any signer's")
    try:
        key = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise unreadable("not a public key in DER (SubjectPublicKeyInfo)") from None
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise UnsupportedError(Reason.KEY_TYPE, f"a {type(key).__name__}, a P-256 or RSA key expected")
    return key


def from_point(x: Any, y: Any) -> PublicKey:
    """A P-256 key of its two coordinates in base64.

    Raises:
        TrustListError: `trust-entry-unreadable`.
    """
    try:
        return ec.EllipticCurvePublicNumbers(
            _number(x, "x", 33), _number(y, "y", 33), ec.SECP256R1()
        ).public_key()
    except ValueError:
        raise unreadable("x and y are not a point of P-256") from None


def from_modulus(n: Any, e: Any) -> PublicKey:
    """An RSA key of modulus and exponent in base64.

    Raises:
        TrustListError: `trust-entry-unreadable`.
    """
    modulus, exponent = _number(n, "n", MAX_KEY_BYTES + 1), _number(e, "e", _EXPONENT_BYTES)
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise unreadable("n and e are not an RSA key") from None


def kinds_of_letters(letters: Iterable[Any]) -> frozenset[Kind]:
    """What a key may sign, of the letters t (test), v (vaccination) and r (recovery); of none, everything.

    Raises:
        TrustListError: `trust-entry-unreadable`, when there are letters, and none of them is one of these: what the
            key is limited to is then unknown.
    """
    stated = tuple(letters)
    kinds = frozenset(
        _KIND_OF_LETTER[letter] for letter in stated if type(letter) is str and letter in _KIND_OF_LETTER
    )
    if stated and not kinds:
        raise unreadable("a usage that is none of t, v and r")
    return kinds or ALL_KINDS


def kinds_of_purposes(purposes: Iterable[Any]) -> frozenset[Kind]:
    """What a key may sign, of extended key usages in dotted form; everything without any of HCERT (appendix A.4)."""
    kinds = (_KIND_OF_PURPOSE.get(purpose) for purpose in purposes if type(purpose) is str)
    return frozenset(kind for kind in kinds if kind is not None) or ALL_KINDS


def unreadable(problem: str) -> TrustListError:
    """The error of an entry that cannot be read."""
    return TrustListError(Reason.TRUST_ENTRY_UNREADABLE, problem)


def _number(text: Any, name: str, most: int) -> int:
    magnitude = octets(text, name)
    if not 1 <= len(magnitude) <= most:
        raise unreadable(f"{name} has {len(magnitude)} bytes, 1 to {most} expected")
    return int.from_bytes(magnitude, "big")
