"""Public keys as lists state them without a certificate, and what such a key is limited to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vaxcert.codec.text import any_base64_bytes
from vaxcert.crypto import jwk
from vaxcert.crypto.keys import PublicKey
from vaxcert.crypto.signing_certificate import OLD_PURPOSE_ARC, PURPOSE_ARC, PURPOSE_NUMBER
from vaxcert.errors import Reason, UnsupportedError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.model.countries import country_code
from vaxcert.trust.formats.reading.entries import unreadable_entry

MAX_KID_BYTES: Final = 64

_MAX_INFO_BYTES: Final = jwk.MAX_MODULUS_BYTES + 64
_DOTTED: Final = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+")
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
        raise unreadable_entry(f"{what} is not text")
    try:
        return any_base64_bytes(text)
    except ValueError:
        raise unreadable_entry(f"{what} is not base64") from None


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
        raise unreadable_entry(f"a key identifier that is not 1 to {MAX_KID_BYTES} bytes")
    return kid


def from_info(der: Any) -> PublicKey:
    """A key of a SubjectPublicKeyInfo in DER (RFC 5280 section 4.1.2.7).

    Raises:
        TrustListError: `trust-entry-unreadable`.
        UnsupportedError: `key-type`.
    """
    if type(der) is not bytes or len(der) > _MAX_INFO_BYTES:
        raise unreadable_entry("a public key that is not DER, or larger than any signer's")
    try:
        key = load_der_public_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise unreadable_entry("not a public key in DER (SubjectPublicKeyInfo)") from None
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise UnsupportedError(Reason.KEY_TYPE, f"a {type(key).__name__}, a P-256 or RSA key expected")
    return key


def from_jwk(members: Mapping[str, Any]) -> PublicKey:
    """A key of the members of a JWK.

    Raises:
        TrustListError: `trust-entry-unreadable`.
    """
    try:
        return jwk.public_key(members)
    except ValueError as error:
        raise unreadable_entry(str(error)) from None


def country_of_name(name: Any) -> str | None:
    """The country of a subject or issuer that stands beside a key, as an object with its attributes (`C`)."""
    return country_code(name.get("C")) if type(name) is dict else None


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
        raise unreadable_entry("a usage that is none of t, v and r")
    return kinds or ALL_KINDS


def kinds_of_purposes(purposes: Any) -> frozenset[Kind]:
    """What a key may sign, of extended key usages in dotted form; everything without any of HCERT (appendix A.4).

    Raises:
        TrustListError: `trust-entry-unreadable`, when they are not an array of such: what the key is limited to is then
            unknown.
    """
    if type(purposes) is not list or not all(map(_is_dotted, purposes)):
        raise unreadable_entry(
            "extended key usages that are not an array of object identifiers in dotted form"
        )
    kinds = map(_KIND_OF_PURPOSE.get, purposes)
    return frozenset(kind for kind in kinds if kind is not None) or ALL_KINDS


def _is_dotted(purpose: Any) -> bool:
    return type(purpose) is str and _DOTTED.fullmatch(purpose) is not None
