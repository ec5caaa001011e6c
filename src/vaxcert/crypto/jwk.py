"""Public keys of JSON Web Keys (RFC 7517, RFC 7518 section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vaxcert.codec.text import any_base64_bytes
from vaxcert.crypto.keys import PublicKey

CURVES: Final[Mapping[str, ec.EllipticCurve]] = MappingProxyType(
    {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
)

MAX_MODULUS_BYTES: Final = 1024
"""Bytes of an RSA modulus (8,192 bits). Signers have 512 at most."""

_MAX_EXPONENT_BYTES: Final = 8
_SIGN: Final = 1
"""A zero byte before a set top bit, which some write."""


def public_key(jwk: Mapping[str, Any]) -> PublicKey:
    """The public key of a JWK of type EC or RSA. Numbers may be in either alphabet of base64, with padding or without.

    Args:
        jwk: Its members; those that do not make the public key are not looked at.

    Raises:
        ValueError: It holds no such key; the message says what is wrong with it.
    """
    kind = jwk.get("kty")
    if kind == "EC":
        return _elliptic_key(jwk)
    if kind == "RSA":
        return _rsa_key(jwk)
    raise ValueError("a JWK of another type, EC or RSA expected")


def number(text: Any) -> int:
    """A number of a JWK (Base64urlUInt, RFC 7518 section 2), in either alphabet of base64.

    Raises:
        ValueError: The text is not base64.
    """
    return int.from_bytes(any_base64_bytes(text), "big")


def _elliptic_key(jwk: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    name = jwk.get("crv")
    curve = CURVES.get(name) if type(name) is str else None
    if curve is None:
        raise ValueError(f"a JWK on another curve, one of {', '.join(CURVES)} expected")
    most = (curve.key_size + 7) // 8 + _SIGN
    x, y = (_bounded(jwk, coordinate, most) for coordinate in ("x", "y"))
    try:
        return ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
    except ValueError:
        raise ValueError(f"x and y are not a point of {name}") from None


def _rsa_key(jwk: Mapping[str, Any]) -> rsa.RSAPublicKey:
    modulus = _bounded(jwk, "n", MAX_MODULUS_BYTES + _SIGN)
    exponent = _bounded(jwk, "e", _MAX_EXPONENT_BYTES)
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise ValueError("n and e are not an RSA key") from None


def _bounded(jwk: Mapping[str, Any], name: str, most: int) -> int:
    try:
        magnitude = any_base64_bytes(jwk.get(name))
    except ValueError:
        raise ValueError(f"{name} is not base64") from None
    if not 1 <= len(magnitude) <= most:
        raise ValueError(f"{name} has {len(magnitude)} bytes, 1 to {most} expected")
    return int.from_bytes(magnitude, "big")
