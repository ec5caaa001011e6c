"""Keyed digests of dose records: the same dose is told again, and nobody without the key learns whose it is.

An identity number has so few forms that a plain hash of it can be turned back by trying them all; hence the key.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from hashlib import blake2b
from typing import Final

from vaxcert.model.identifiers import build_certificate_id

MIN_SECRET_BYTES: Final = 32
"""Bytes of the secret: as many as an attacker cannot try."""

MAX_SECRET_BYTES: Final = 64
"""What the hash takes as its key (BLAKE2b, RFC 7693)."""

DIGEST_BYTES: Final = 16


class RecordKeys:
    """Names for persons, doses and certificates that need no register.

    A dose is known by identity number and day of vaccination. What can be corrected (name, vaccine, lot, dose number)
    is left out, so that the corrected record is still of the same dose.

    Args:
        secret: The issuing service's own, 32 to 64 bytes; as long as it stays the same, so do all names.

    Raises:
        ValueError: The secret has another length.
    """

    __slots__ = ("_certificate", "_dose", "_person")

    def __init__(self, secret: bytes) -> None:
        if not MIN_SECRET_BYTES <= len(secret) <= MAX_SECRET_BYTES:
            raise ValueError(
                f"a secret of {len(secret)} bytes; {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} expected"
            )
        self._person: Final = blake2b(key=secret, digest_size=DIGEST_BYTES, person=b"vaxcert-person")
        self._dose: Final = blake2b(key=secret, digest_size=DIGEST_BYTES, person=b"vaxcert-dose")
        self._certificate: Final = blake2b(key=secret, digest_size=DIGEST_BYTES, person=b"vaxcert-cert")

    def __repr__(self) -> str:
        return "<RecordKeys>"

    def person(self, identity_number: str) -> bytes:
        """Sixteen bytes that stand for a person."""
        digest = self._person.copy()
        digest.update(identity_number.encode())
        return digest.digest()

    def dose(self, identity_number: str, vaccinated_on: date) -> bytes:
        """Sixteen bytes that stand for a dose."""
        digest = self._dose.copy()
        digest.update(b"%s\0%d" % (identity_number.encode(), vaccinated_on.toordinal()))
        return digest.digest()

    def certificate_id(self, country: str, record_key: bytes) -> str:
        """The identifier of the certificate of a dose, in the form of Viet Nam's own (UVCI, annex 2).

        Args:
            country: ISO 3166-1 alpha-2 of the issuer.
            record_key: From `dose`.
        """
        digest = self._certificate.copy()
        digest.update(country.encode() + record_key)
        return _start(country) + digest.hexdigest().upper()


@cache
def _start(country: str) -> str:
    """What the identifiers of a country begin with."""
    return build_certificate_id(country, "X")[:-1]
