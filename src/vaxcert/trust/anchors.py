"""Trust anchors: the public keys that an operator pins, and by which published lists are judged.

An anchor is a public key, with its certificate where there is one. What a list needs of it depends on the format: a
signature by the key itself, or a chain of certificates that ends in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from vaxcert.crypto import jwk
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.origin import Environment

_PUBLIC_KEY: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One pinned key. Equal when the public key is.

    Attributes:
        digest: SHA-256 of its SubjectPublicKeyInfo in DER, 32 bytes; what it is called by.
        key: The public key, as `cryptography` has it.
        certificate: Its certificate, where it was given as one.
        name: For people.
        environment: What its lists are for, or None when it does not say.
    """

    digest: bytes
    key: PublicKeyTypes = field(repr=False, compare=False)
    certificate: SigningCertificate | None = field(default=None, repr=False, compare=False)
    name: str = field(default="", compare=False)
    environment: Environment | None = field(default=None, compare=False)


def anchor_of(
    key: PublicKeyTypes,
    *,
    certificate: SigningCertificate | None = None,
    name: str = "",
    environment: Environment | None = None,
) -> Anchor:
    """Pin a public key."""
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Anchor(
        digest=hashlib.sha256(spki).digest(),
        key=key,
        certificate=certificate,
        name=name,
        environment=environment,
    )


def read_anchors(
    data: bytes, *, name: str = "", environment: Environment | None = None
) -> tuple[Anchor, ...]:
    """Read the anchors of a file.

    Args:
        data: Public keys or certificates in PEM, several at will; one of either in DER; or a JWK or a JWK set.
        name: What to call them.
        environment: What their lists are for.

    Raises:
        TrustListError: `anchor-unreadable`, when there is none, or any of them cannot be read.
    """
    found = _read(data)
    if not found:
        raise _unreadable("no public key and no certificate in PEM, DER or JWK form")
    return tuple(
        anchor_of(key, certificate=certificate, name=name, environment=environment)
        for key, certificate in found
    )


_Found: TypeAlias = tuple[PublicKeyTypes, SigningCertificate | None]


def _read(data: bytes) -> list[_Found]:
    blocks = [_public_key(block, load_pem_public_key) for block in _PUBLIC_KEY.findall(data)]
    if _CERTIFICATE in data:
        return [*blocks, *_certificates(data)]
    if blocks:
        return blocks
    if data.lstrip().startswith(b"{"):
        return [(_key_of_jwk(one), None) for one in _jwks(data)]
    try:
        return [(load_der_public_key(data), None)]
    except (ValueError, UnsupportedAlgorithm):
        return _certificates(data)


def _certificates(data: bytes) -> list[_Found]:
    found: list[_Found] = []
    for reading in read_certificates(data):
        if not isinstance(reading, SigningCertificate):
            raise _unreadable(str(reading))
        found.append((reading.public_key, reading))
    return found


def _public_key(block: bytes, load: Any) -> _Found:
    try:
        return load(block), None
    except (ValueError, UnsupportedAlgorithm):
        raise _unreadable("a public key in PEM that is none") from None


def _jwks(data: bytes) -> list[Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise _unreadable("not JSON") from None
    members = document.get("keys", [document])
    return members if isinstance(members, list) else [document]


def _key_of_jwk(members: Any) -> PublicKeyTypes:
    if not isinstance(members, dict):
        raise _unreadable("a JWK that is not an object")
    try:
        return jwk.public_key(members)
    except ValueError as error:
        raise _unreadable(str(error)) from None


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.ANCHOR_UNREADABLE, f"anchor: {problem}")
