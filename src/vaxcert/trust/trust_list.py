"""The keys a verifier accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from vaxcert.crypto.keys import VerifyingKey, verifying_key
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import VaxcertError
from vaxcert.model.certificate import ALL_KINDS, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """One key, and what it may be relied on for.

    Attributes:
        kid: Key identifier; a hint for look-up that may collide, never proof.
        key: The public key with its algorithm.
        country: ISO 3166-1 alpha-2 of the signer, or None when the list does not say.
        kinds: The kinds of certificates it may sign; all of them when it is not limited.
        not_before: Start of the signing certificate's validity, aware UTC; or None when the list has bare keys.
        not_after: End of it; or None.
        digest: SHA-256 of the signing certificate in DER, or of the SubjectPublicKeyInfo for a bare key; 32 bytes.
        source: Where it came from, for reports; two sources of one key count once.
    """

    kid: bytes
    digest: bytes
    key: VerifyingKey = field(compare=False)
    country: str | None = None
    kinds: frozenset[Kind] = ALL_KINDS
    not_before: datetime | None = None
    not_after: datetime | None = None
    source: str = field(default="", compare=False)

    @classmethod
    def from_certificate(cls, certificate: SigningCertificate, *, source: str = "") -> TrustedKey:
        """Trust the key of a signing certificate, within the limits the certificate states.

        Raises:
            UnsupportedError: `key-type`.
        """
        return cls(
            kid=certificate.kid,
            digest=certificate.digest,
            key=verifying_key(certificate.public_key),
            country=certificate.country,
            kinds=certificate.kinds,
            not_before=certificate.not_before,
            not_after=certificate.not_after,
            source=source,
        )


@dataclass(frozen=True, slots=True)
class ListReading:
    """What came of reading a published list: one bad entry never sinks the others.

    Attributes:
        keys: The entries that could be read.
        problems: One error for each that could not.
    """

    keys: tuple[TrustedKey, ...]
    problems: tuple[VaxcertError, ...] = ()


class TrustList:
    """An immutable set of trusted keys, looked up by key identifier.

    Args:
        keys: At least one; equal entries count once.

    Raises:
        ValueError: When there is no key: nothing to check against means no, and is a mistake of the caller.
    """

    __slots__ = ("_by_kid", "_keys")

    def __init__(self, keys: Iterable[TrustedKey]) -> None:
        self._keys: Final = tuple(dict.fromkeys(keys))
        if not self._keys:
            raise ValueError("a trust list needs at least one key")
        by_kid: dict[bytes, tuple[TrustedKey, ...]] = {}
        for key in self._keys:
            by_kid[key.kid] = (*by_kid.get(key.kid, ()), key)
        self._by_kid: Final = by_kid

    def candidates(self, kid: bytes) -> tuple[TrustedKey, ...]:
        """Every key with this identifier; a verifier tries them all (HCERT specification 3.3.3)."""
        return self._by_kid.get(kid, ())

    def __iter__(self) -> Iterator[TrustedKey]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"<TrustList of {len(self._keys)} keys>"
