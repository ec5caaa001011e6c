"""The keys a verifier accepts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from vaxcert.crypto.keys import VerifyingKey
from vaxcert.crypto.signing_certificate import KEY_IDENTIFIER_BYTES, SigningCertificate
from vaxcert.errors import VaxcertError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.list_findings import ListFinding
from vaxcert.trust.origin import NOWHERE, Environment, ListOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """One key, and what it may be relied on for, as one list says. Two lists that name a key make two of these.

    Attributes:
        kid: Key identifier; a hint for look-up that may collide, never proof.
        key: The public key with its algorithm.
        country: ISO 3166-1 alpha-2 of the signer, or None when the list does not say.
        kinds: The kinds of certificates it may sign; all of them when it is not limited.
        domain: The trust domain it may sign in (`DCC`, `ICVP`, ...), or None when it is not limited.
        environment: Whether it is for tests only.
        withdrawn: Whether it must not be relied on any more. Such a key stays listed, so that its certificates are
            told from those of unknown keys.
        not_before: Start of the signing certificate's validity, aware UTC; or None when the list has bare keys.
        not_after: End of it; or None.
        digest: SHA-256 of the signing certificate in DER, or of the SubjectPublicKeyInfo for a bare key; 32 bytes.
        origin: The list it came from.
    """

    kid: bytes
    digest: bytes
    key: VerifyingKey = field(compare=False)
    country: str | None = None
    kinds: frozenset[Kind] = ALL_KINDS
    domain: str | None = None
    environment: Environment = Environment.PRODUCTION
    withdrawn: bool = False
    not_before: datetime | None = None
    not_after: datetime | None = None
    origin: ListOrigin = NOWHERE

    @classmethod
    def from_certificate(
        cls,
        certificate: SigningCertificate,
        *,
        origin: ListOrigin = NOWHERE,
        environment: Environment = Environment.PRODUCTION,
        domain: str | None = None,
    ) -> TrustedKey:
        """Trust the key of a signing certificate, within the limits the certificate states.

        Raises:
            UnsupportedError: `key-type`.
        """
        return cls(
            kid=certificate.kid,
            digest=certificate.digest,
            key=certificate.verifying_key(),
            country=certificate.country,
            kinds=certificate.kinds,
            domain=domain,
            environment=environment,
            not_before=certificate.not_before,
            not_after=certificate.not_after,
            origin=origin,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading:
    """What came of reading a published list: one bad entry never sinks the others.

    Attributes:
        keys: The entries that could be read.
        problems: One error for each that could not.
        findings: What is odd about entries that could be read, and entries that were left out on purpose.
        entries: How many entries the list has, whatever became of them.
        kids_confirmed: Entries whose stated key identifier is the one that follows from their certificate.
        withdrawn: Digests (32 bytes) or key identifiers (8 bytes) of keys that the list withdraws, whichever
            list they are on.
        authorities: Certificates of signing authorities (CSCA, SCA) on the list. They sign signers' certificates
            only, so they are never among the keys.
        companions: SHA-256 of other documents that belong with this edition, by their name (`revocation`, `rules`).
        origin: The list's own description.
        environment: Production or test, as the list, its anchor or the reader's terms say.
    """

    keys: tuple[TrustedKey, ...]
    problems: tuple[VaxcertError, ...] = ()
    findings: Sequence[ListFinding] = ()
    entries: int = 0
    kids_confirmed: int = 0
    withdrawn: frozenset[bytes] = frozenset()
    authorities: tuple[SigningCertificate, ...] = ()
    companions: tuple[tuple[str, bytes], ...] = ()
    origin: ListOrigin = NOWHERE
    environment: Environment = Environment.PRODUCTION

    def ending(self, end: datetime) -> ListReading:
        """The same, its keys too, with an end by which it may be relied on; as it is where it has its own."""
        if self.origin.usable_until is not None:
            return self
        origin = replace(self.origin, usable_until=end)
        return replace(self, origin=origin, keys=tuple(replace(key, origin=origin) for key in self.keys))


class TrustList:
    """An immutable set of trusted keys, looked up by key identifier.

    Lists are combined by three rules. Each entry is a grant of its own: a certificate is authentic when any one
    grant covers it. A withdrawal on any list withdraws the key on all of them. Nothing is merged, so that a report
    can name the list it relied on.

    Args:
        keys: At least one; equal entries count once.
        withdrawn: Digests or key identifiers of keys that must not be relied on any more.

    Raises:
        ValueError: When there is no key: nothing to check against means no, and is a mistake of the caller.
    """

    __slots__ = ("_by_kid", "_keys", "_origins")

    def __init__(self, keys: Iterable[TrustedKey], *, withdrawn: Collection[bytes] = frozenset()) -> None:
        distinct = tuple(dict.fromkeys(keys))
        if not distinct:
            raise ValueError("a trust list needs at least one key")
        gone = frozenset(withdrawn).union(key.digest for key in distinct if key.withdrawn)
        self._keys: Final = tuple(_marked(distinct, gone)) if gone else distinct
        self._origins: Final = tuple(dict.fromkeys(key.origin for key in self._keys))
        by_kid: dict[bytes, list[TrustedKey]] = {}
        for key in self._keys:
            by_kid.setdefault(key.kid, []).append(key)
        self._by_kid: Final = {kid: tuple(keys) for kid, keys in by_kid.items()}

    @classmethod
    def combined(
        cls, readings: Iterable[ListReading], *, withdrawn: Collection[bytes] = frozenset()
    ) -> TrustList:
        """One trust list of several readings.

        Raises:
            ValueError: When none of them has a key.
        """
        readings = tuple(readings)
        return cls(
            (key for reading in readings for key in reading.keys),
            withdrawn=frozenset(withdrawn).union(*(reading.withdrawn for reading in readings)),
        )

    @property
    def origins(self) -> tuple[ListOrigin, ...]:
        """The lists the keys came from, each once."""
        return self._origins

    def origins_of(self, environments: Collection[Environment]) -> tuple[ListOrigin, ...]:
        """The lists that any key for these environments came from, each once."""
        return tuple(dict.fromkeys(key.origin for key in self._keys if key.environment in environments))

    def candidates(self, kid: bytes) -> tuple[TrustedKey, ...]:
        """Every key with this identifier; a verifier tries them all (HCERT specification 3.3.3)."""
        return self._by_kid.get(kid, ())

    def __iter__(self) -> Iterator[TrustedKey]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"<TrustList of {len(self._keys)} keys>"


def _marked(keys: Iterable[TrustedKey], gone: frozenset[bytes]) -> Iterator[TrustedKey]:
    """The keys, marked where their digest or their identifier is among those withdrawn.

    A bare key is known by its identifier only: it goes with any certificate whose digest begins with that.
    """
    identifiers = {one[:KEY_IDENTIFIER_BYTES] for one in gone}
    for key in keys:
        is_bare = key.digest[:KEY_IDENTIFIER_BYTES] != key.kid
        is_gone = key.digest in gone or key.kid in gone or (is_bare and key.kid in identifiers)
        yield replace(key, withdrawn=True) if is_gone and not key.withdrawn else key
