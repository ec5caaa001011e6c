"""How ES256 and PS256 are asked of a token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from pkcs11 import MGF, KeyType, Mechanism

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import Reason, UnsupportedError

KEY_TYPES: Final = {Algorithm.ES256: KeyType.EC, Algorithm.PS256: KeyType.RSA}

_SALT_BYTES: Final = 32
_PSS: Final = (Mechanism.SHA256, MGF.SHA256, _SALT_BYTES)


@dataclass(frozen=True, slots=True)
class SigningMechanism:
    """One way to have data signed.

    Attributes:
        mechanism: What PKCS #11 calls it.
        parameter: Its parameter, as `python-pkcs11` takes it.
        prepare: Makes of the data what the token is given.
    """

    mechanism: Mechanism
    parameter: Any
    prepare: Callable[[bytes], bytes]


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# a digest made here is short, however slow the way to the token; some tokens only take the data itself
_MECHANISMS: Final = {
    Algorithm.ES256: (
        SigningMechanism(Mechanism.ECDSA, None, _digest),
        SigningMechanism(Mechanism.ECDSA_SHA256, None, bytes),
    ),
    Algorithm.PS256: (
        SigningMechanism(Mechanism.RSA_PKCS_PSS, _PSS, _digest),
        SigningMechanism(Mechanism.SHA256_RSA_PKCS_PSS, _PSS, bytes),
    ),
}


def mechanism_of(algorithm: Algorithm, there: Collection[object], who: str) -> SigningMechanism:
    """The mechanism to sign with.

    Args:
        algorithm: What is to come of it.
        there: The mechanisms of the token.
        who: How the token is named in messages.

    Raises:
        UnsupportedError: `key-type`, when it has none of the algorithm's.
    """
    for one in _MECHANISMS[algorithm]:
        if one.mechanism in there:
            return one
    needed = " or ".join(f"CKM_{one.mechanism.name}" for one in _MECHANISMS[algorithm])
    raise UnsupportedError(Reason.KEY_TYPE, f"{who} cannot sign with {algorithm.name}, for want of {needed}")
