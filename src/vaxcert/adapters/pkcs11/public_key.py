"""The public half of a key in a token."""

from __future__ import annotations

from typing import Any

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.ec import encode_ec_public_key

from vaxcert.adapters.pkcs11.sessions import key_name, objects
from vaxcert.crypto.keys import PublicKey
from vaxcert.errors import AdapterError, Reason, UnsupportedError


def public_key_of(key: Any, named: str | bytes, who: str) -> PublicKey:
    """Find the public key of a private key: part of an RSA key, and an object beside a P-256 key.

    Args:
        key: The private key.
        named: Its label or identifier.
        who: How the token is named in messages.

    Raises:
        AdapterError: `key-unreadable`, when there is no public key, or more than one.
        UnsupportedError: `key-type`, for anything but P-256 and RSA.
    """
    if key.key_type is KeyType.RSA:
        modulus, exponent = key[Attribute.MODULUS], key[Attribute.PUBLIC_EXPONENT]
        numbers = rsa.RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))
        return numbers.public_key()
    if key.key_type is KeyType.EC:
        public_key = _ec_public_key(key, named, who)
        if isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(public_key.curve, ec.SECP256R1):
            return public_key
    raise UnsupportedError(
        Reason.KEY_TYPE, f"the key {key_name(named)} in {who} is of another type, P-256 or RSA expected"
    )


def _ec_public_key(key: Any, named: str | bytes, who: str) -> object:
    found = objects(key.session, ObjectClass.PUBLIC_KEY, key.id or named)
    if len(found) != 1:
        raise AdapterError(
            Reason.KEY_UNREADABLE,
            f"{who} holds {len(found) or 'no'} public key beside the private key {key_name(named)}, one expected",
        )
    try:
        return load_der_public_key(encode_ec_public_key(found[0]))
    except (ValueError, TypeError, pkcs11.AttributeTypeInvalid):
        return None
