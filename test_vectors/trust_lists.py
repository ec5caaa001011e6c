"""The trust lists that vectors are verified against.

An entry says under which key identifier a certificate is registered. In lists whose name begins with `kid-`
it is not the one that follows from the certificate: a genuine collision would take 2^32 certificates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from test_vectors.builder import key

COLLIDING: Final = bytes.fromhex("c0111510c0111510")
SHORT: Final = b"foo"
SEVEN: Final = bytes.fromhex("07070707070707")
NINE: Final = bytes.fromhex("090909090909090909")


@dataclass(frozen=True)
class Entry:
    """A key and the identifier it is registered under."""

    signer: str
    kid: bytes


@dataclass(frozen=True)
class TrustList:
    """A list, and what it is for."""

    description: str
    entries: tuple[Entry, ...]


def _own(*signers: str) -> tuple[Entry, ...]:
    return tuple(Entry(signer, key(signer).kid) for signer in signers)


def _under(kid: bytes, *signers: str) -> tuple[Entry, ...]:
    return tuple(Entry(signer, kid) for signer in signers)


TRUST_LISTS: Final = {
    "default": TrustList(
        "Every key that may be relied on, in one list; each under its own key identifier.",
        _own(
            "es256",
            "es256-vaccination",
            "es256-test-old-arc",
            "es256-recovery",
            "es256-no-purpose",
            "es256-foreign-purpose",
            "es256-empty-purpose",
            "es256-expired",
            "es256-future",
            "ps256-2048",
            "ps256-3072",
        ),
    ),
    "small-rsa": TrustList("RSA keys that are too small.", _own("es256", "rsa-1024", "rsa-2047")),
    "unsupported-key": TrustList("One key of a type HCERT does not have.", _own("es256", "p384")),
    "kid-collision": TrustList(
        "Two ES256 keys under one key identifier.",
        _under(COLLIDING, "es256-collision-1", "es256-collision-2"),
    ),
    "kid-collision-of-types": TrustList(
        "An ES256 and a PS256 key under one key identifier.", _under(COLLIDING, "es256", "ps256-2048")
    ),
    "kid-lengths": TrustList(
        "Keys under identifiers of 3, 7 and 9 bytes.",
        (*_under(SHORT, "es256"), *_under(SEVEN, "es256"), *_under(NINE, "es256")),
    ),
}
