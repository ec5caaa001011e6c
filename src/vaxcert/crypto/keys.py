"""Public keys that verify COSE signatures, each bound to its one algorithm.

A signature has one exact form: 64 bytes for ES256, and the modulus length with a 32-byte salt for PS256. Anything laxer
accepts signatures that the Wycheproof vectors call invalid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import Reason, UnsupportedError

ECDSA_SHA256: Final = ec.ECDSA(hashes.SHA256())
PSS_SHA256: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
SHA256: Final = hashes.SHA256()

COORDINATE_BYTES: Final = 32
MIN_RSA_BITS: Final = 2048

_P256_KEY_INFO: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
# y² = x³ - 3x + b over the field of p elements (FIPS 186-4 D.1.2.3)
_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class VerifyingKey(Protocol):
    """A public key and the one algorithm it verifies."""

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm the key is for."""

    @property
    def bits(self) -> int:
        """Size of the key."""

    @property
    def is_small(self) -> bool:
        """Whether the size is under what HCERT allows (RSA under 2048 bits)."""

    def is_signature(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` (COSE form) is this key's over `data`. A fact about bytes, not about trust."""


class EcdsaP256Key:
    """ES256: ECDSA on P-256 with SHA-256 (RFC 9053 section 2.1)."""

    __slots__ = ("_verify",)

    algorithm: Final = Algorithm.ES256
    bits: Final = 256
    is_small: Final = False

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._verify: Callable[..., None] = key.verify

    @classmethod
    def late(cls, load: Callable[[], ec.EllipticCurvePublicKey]) -> EcdsaP256Key:
        """A key that is loaded when it first verifies: of the keys of a list, most never do.

        Args:
            load: Gives the key. Must not fail: `is_p256_key_info` tells.
        """
        late = cls.__new__(cls)

        def verify(*arguments: Any) -> None:
            late._verify = load().verify
            late._verify(*arguments)

        late._verify = verify
        return late

    def is_signature(self, signature: bytes, data: bytes | memoryview) -> bool:
        """Whether `signature`, r and s of 32 bytes each, is this key's over `data`."""
        if len(signature) != 2 * COORDINATE_BYTES:
            return False
        r = _der_integer(signature[:COORDINATE_BYTES])
        s = _der_integer(signature[COORDINATE_BYTES:])
        try:
            self._verify(b"\x30" + bytes((len(r) + len(s),)) + r + s, data, ECDSA_SHA256)
        except InvalidSignature:
            return False
        return True


class RsaPssKey:
    """PS256: RSASSA-PSS with SHA-256, MGF1-SHA-256 and a 32-byte salt (RFC 8230 section 2)."""

    __slots__ = ("_key", "bits", "is_small")

    algorithm: Final = Algorithm.PS256

    def __init__(self, key: rsa.RSAPublicKey) -> None:
        self._key = key
        self.bits: Final = key.key_size
        self.is_small: Final = key.key_size < MIN_RSA_BITS

    def is_signature(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature`, as long as the modulus, is this key's over `data`."""
        try:
            self._key.verify(signature, data, PSS_SHA256, SHA256)
        except (InvalidSignature, ValueError):  # the latter: no signature fits into so small a key
            return False
        return True


def is_p256_key_info(info: bytes) -> bool:
    """Whether a SubjectPublicKeyInfo (RFC 5480 section 2) holds a point of P-256, not compressed: a sound key.

    Loading a key takes seven times as long as this.
    """
    if len(info) != len(_P256_KEY_INFO) + 2 * COORDINATE_BYTES or not info.startswith(_P256_KEY_INFO):
        return False
    x = int.from_bytes(info[-2 * COORDINATE_BYTES : -COORDINATE_BYTES], "big")
    y = int.from_bytes(info[-COORDINATE_BYTES:], "big")
    return x < _P and y < _P and (y * y - x * x * x + 3 * x - _B) % _P == 0


def _der_integer(magnitude: bytes) -> bytes:
    """A DER INTEGER of a number that is not negative: minimal, with a zero byte before a set top bit (X.690, 8.3)."""
    number = int.from_bytes(magnitude, "big")
    content = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes((len(content),)) + content


def verifying_key(public_key: object) -> EcdsaP256Key | RsaPssKey:
    """Bind a public key of `cryptography` to the algorithm HCERT gives its type.

    Raises:
        UnsupportedError: `key-type`, for anything but P-256 and RSA.
    """
    if isinstance(public_key, rsa.RSAPublicKey):
        return RsaPssKey(public_key)
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        if isinstance(public_key.curve, ec.SECP256R1):
            return EcdsaP256Key(public_key)
        raise UnsupportedError(Reason.KEY_TYPE, f"elliptic curve {public_key.curve.name}, P-256 expected")
    raise UnsupportedError(Reason.KEY_TYPE, f"a {type(public_key).__name__}, a P-256 or RSA key expected")
