"""Signers whose private key is in this process: key files, and keys made for tests and demonstrations."""

from __future__ import annotations

from typing import TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import COORDINATE_BYTES, ECDSA_SHA256, MIN_RSA_BITS, PSS_SHA256, SHA256, PublicKey
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import AdapterError, Reason, UnsupportedError

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class BareKeySigner:
    """Signs with a private key of `cryptography`; what it signs for is the caller's business.

    Args:
        private_key: P-256, or RSA of at least 2048 bits.
        deterministic: Derive ECDSA nonces from the message (RFC 6979), so that the same bytes give the same
            signature. For documents that have one form only, test vectors and repeatable bulk runs.

    Raises:
        UnsupportedError: `key-type`.
    """

    __slots__ = ("_ecdsa", "_key", "algorithm", "public_key")

    def __init__(self, private_key: object, *, deterministic: bool = False) -> None:
        self._key = _usable(private_key)
        self._ecdsa = ec.ECDSA(hashes.SHA256(), deterministic_signing=True) if deterministic else ECDSA_SHA256
        self.algorithm = Algorithm.PS256 if isinstance(self._key, rsa.RSAPrivateKey) else Algorithm.ES256
        self.public_key: PublicKey = self._key.public_key()

    def sign(self, data: bytes) -> bytes:
        """Sign `data`; see `vaxcert.crypto.signer.Signer`."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, PSS_SHA256, SHA256)
        return _joined(self._key.sign(data, self._ecdsa))

    def __repr__(self) -> str:
        return f"<BareKeySigner {self.algorithm.name}>"


class KeySigner(BareKeySigner):
    """A `Signer` over a private key of `cryptography`.

    Args:
        private_key: P-256, or RSA of at least 2048 bits.
        certificate: The signing certificate of that key.
        deterministic: As in `BareKeySigner`.

    Raises:
        UnsupportedError: `key-type`.
        AdapterError: `key-certificate-mismatch`, when the certificate is another key's.
    """

    __slots__ = ("certificate", "kid")

    def __init__(
        self, private_key: object, certificate: SigningCertificate, *, deterministic: bool = False
    ) -> None:
        super().__init__(private_key, deterministic=deterministic)
        if _spki(self.public_key) != _spki(certificate.public_key):
            raise AdapterError(
                Reason.KEY_CERTIFICATE_MISMATCH,
                f"the private key is not that of certificate {certificate.kid.hex()}",
            )
        self.certificate = certificate
        self.kid = certificate.kid

    def __repr__(self) -> str:
        return f"<KeySigner {self.algorithm.name} kid={self.kid.hex()}>"


def _joined(signature: bytes) -> bytes:
    """R and s, 32 bytes each, of a P-256 signature in the DER that OpenSSL has just written: 30 n 02 n r 02 n s."""
    end_of_r = 4 + signature[3]
    r = signature[4:end_of_r][-COORDINATE_BYTES:]
    s = signature[end_of_r + 2 :][-COORDINATE_BYTES:]
    return r.rjust(COORDINATE_BYTES, b"\0") + s.rjust(COORDINATE_BYTES, b"\0")


def _usable(private_key: object) -> PrivateKey:
    if isinstance(private_key, rsa.RSAPrivateKey):
        if private_key.key_size < MIN_RSA_BITS:
            raise UnsupportedError(
                Reason.KEY_TYPE, f"RSA key of {private_key.key_size} bits, at least {MIN_RSA_BITS} expected"
            )
        return private_key
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and isinstance(private_key.curve, ec.SECP256R1):
        return private_key
    raise UnsupportedError(Reason.KEY_TYPE, "a private key of another type, P-256 or RSA expected")


def _spki(public_key: object) -> bytes:
    if not isinstance(public_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise UnsupportedError(
            Reason.KEY_TYPE, "the certificate's key is of another type, P-256 or RSA expected"
        )
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
