"""A key in a token as `cryptography` takes private keys, to sign the request for its certificate.

`cryptography` asks of a private key that signs a request its public key and a signature, and looks no further.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import pkcs11
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, Mechanism

from vaxcert.adapters.passwords import PasswordSource
from vaxcert.adapters.pkcs11.faults import faults_of
from vaxcert.adapters.pkcs11.module import module_at, token_name
from vaxcert.adapters.pkcs11.new_key import make_key
from vaxcert.adapters.pkcs11.public_key import public_key_of
from vaxcert.adapters.pkcs11.sessions import key_name, private_key
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import COORDINATE_BYTES, ECDSA_SHA256, SHA256, PublicKey
from vaxcert.errors import AdapterError, Reason

_PROBE: Final = b"vaxcert asks: does this private key belong to this public key?"


class TokenEcKey:
    """A P-256 key in a token."""

    def __init__(self, key: Any, public_key: ec.EllipticCurvePublicKey) -> None:
        self._key: Final = key
        self._public_key: Final = public_key

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The public key."""
        return self._public_key

    def sign(self, data: bytes, _: object = ECDSA_SHA256) -> bytes:
        """Sign with ECDSA and SHA-256, the signature in DER."""
        signature = self._key.sign(hashlib.sha256(data).digest(), mechanism=Mechanism.ECDSA)
        r, s = signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]
        return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))

    def is_own(self) -> bool:
        """Whether the public key is that of the private key."""
        return _verifies(self._public_key, self.sign(_PROBE), ECDSA_SHA256)


class TokenRsaKey:
    """An RSA key in a token."""

    def __init__(self, key: Any, public_key: rsa.RSAPublicKey) -> None:
        self._key: Final = key
        self._public_key: Final = public_key

    def public_key(self) -> rsa.RSAPublicKey:
        """The public key."""
        return self._public_key

    def sign(self, data: bytes, *_: object) -> bytes:
        """Sign with RSASSA-PKCS1-v1_5 and SHA-256, which requests are signed with."""
        signature: bytes = self._key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS)
        return signature

    def is_own(self) -> bool:
        """Whether the public key is that of the private key."""
        return _verifies(self._public_key, self.sign(_PROBE), padding.PKCS1v15(), SHA256)


TokenKey: TypeAlias = TokenEcKey | TokenRsaKey

ec.EllipticCurvePrivateKey.register(TokenEcKey)
rsa.RSAPrivateKey.register(TokenRsaKey)


@contextmanager
def token_key(
    module_path: Path, token: str | int, named: str | bytes, pin: PasswordSource
) -> Iterator[tuple[TokenKey, bool]]:
    """A key in a token, to be used within; and whether the token would let it out.

    Args:
        module_path: The shared library of the token's maker.
        token: The token's label, or the number of its slot.
        named: The key's label or identifier.
        pin: Where the user's PIN comes from.

    Raises:
        AdapterError: `key-unreadable`, `key-password`, `file-unreadable`.
        SignerUnavailableError: The device is away.
        UnsupportedError: `key-type`.
    """
    with _session(module_path, token, pin, writes=False) as session:
        who = token_name(token)
        key = private_key(session, named, who)
        yield _checked(key, named, who), _is_extractable(key)


def new_token_key(
    module_path: Path, token: str | int, label: str, pin: PasswordSource, algorithm: Algorithm
) -> None:
    """Have a token make a key that it never lets out.

    Args:
        module_path: The shared library of the token's maker.
        token: The token's label, or the number of its slot.
        label: Of the new key.
        pin: Where the user's PIN comes from.
        algorithm: ES256 for a P-256 key, PS256 for an RSA-2048 key.

    Raises:
        AdapterError: As of `token_key`; `file-unwritable` when there is a key of that label, which is not overwritten.
        SignerUnavailableError: The device is away.
    """
    with _session(module_path, token, pin, writes=True) as session:
        make_key(session, label, algorithm, token_name(token))


@contextmanager
def _session(
    module_path: Path, token: str | int, pin: PasswordSource, *, writes: bool
) -> Iterator[pkcs11.Session]:
    module, who = module_at(module_path), token_name(token)
    with module.opening, module.use(module.generation), faults_of(who, "use the key"):
        found = module.token(token)
        module.log_in(found, pin, who, again=False)
        with found.open(rw=writes) as session:
            yield session


def _checked(key: Any, named: str | bytes, who: str) -> TokenKey:
    made = _made(key, public_key_of(key, named, who))
    if not made.is_own():
        raise AdapterError(
            Reason.KEY_UNREADABLE, f"the public key {key_name(named)} in {who} is not that of the private key"
        )
    return made


def _made(key: Any, public_key: PublicKey) -> TokenKey:
    if isinstance(public_key, rsa.RSAPublicKey):
        return TokenRsaKey(key, public_key)
    return TokenEcKey(key, public_key)


def _is_extractable(key: Any) -> bool:
    try:
        return bool(key[Attribute.EXTRACTABLE]) or not key[Attribute.SENSITIVE]
    except pkcs11.PKCS11Error:  # where a token does not say, its maker's papers have to
        return False


def _verifies(public_key: Any, signature: bytes, *how: object) -> bool:
    try:
        public_key.verify(signature, _PROBE, *how)
    except InvalidSignature:
        return False
    return True
