"""A new key pair, made by the token and never let out of it."""

from __future__ import annotations

import secrets
from typing import Any, Final

import pkcs11
from pkcs11 import Attribute, KeyType, MechanismFlag, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from vaxcert.adapters.pkcs11.sessions import key_name, objects
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import AdapterError, Reason

_RSA_BITS: Final = 2048
_IDENTIFIER_BYTES: Final = 8
_SIGNS: Final = MechanismFlag.SIGN | MechanismFlag.VERIFY
_KEPT: Final = {Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}


def make_key(session: pkcs11.Session, label: str, algorithm: Algorithm, who: str) -> None:
    """Have a token make a P-256 or RSA-2048 key pair that signs and does nothing else.

    Args:
        session: For reading and writing, of a token that is logged in to.
        label: Of both keys.
        algorithm: What it is to sign with.
        who: How the token is named in messages.

    Raises:
        AdapterError: `file-unwritable`, when there is a key of that name already.
    """
    kinds = (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)
    if any(objects(session, kind, label) for kind in kinds):
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"{who} holds a key {key_name(label)} already, which is not overwritten"
        )
    options: dict[str, Any] = {
        "id": secrets.token_bytes(_IDENTIFIER_BYTES),
        "label": label,
        "store": True,
        "capabilities": _SIGNS,
        "private_template": _KEPT,
    }
    if algorithm is Algorithm.PS256:
        session.generate_keypair(KeyType.RSA, _RSA_BITS, **options)
        return
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair(**options)
