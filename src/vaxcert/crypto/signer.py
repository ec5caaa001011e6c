"""The one thing an issuer needs of a private key, wherever it lives."""

from __future__ import annotations

from typing import Protocol

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.signing_certificate import SigningCertificate


class Signer(Protocol):
    """Signs bytes with a document signer's private key: a key file, an HSM, a remote service."""

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm it signs with."""

    @property
    def kid(self) -> bytes:
        """Key identifier: the first 8 bytes of SHA-256 over the signing certificate (HCERT appendix A.1)."""

    @property
    def certificate(self) -> SigningCertificate:
        """The signing certificate (DSC) of the key."""

    def sign(self, data: bytes) -> bytes:
        """Sign `data`.

        Returns:
            The signature in COSE form: r and s of 32 bytes each for ES256, the modulus length for PS256.
        """
