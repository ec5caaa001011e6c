"""The entries of a list, gathered one by one: each becomes a key, or the problem that keeps it from being one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vaxcert.crypto import der as der_reader
from vaxcert.crypto.extensions import is_authority
from vaxcert.crypto.keys import PublicKey, verifying_key
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate
from vaxcert.errors import Reason, TrustListError, UnsupportedError, VaxcertError
from vaxcert.limits import MAX_TRUST_LIST_ENTRIES
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.list_findings import LateFindings, ListFinding, ListFindingCode
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.trust_list import ListReading, TrustedKey


class Gathering:
    """What has been read of a list so far.

    Args:
        origin: The list.
        environment: What its keys are for.
    """

    def __init__(self, origin: ListOrigin, environment: Environment) -> None:
        self._origin = origin
        self._environment = environment
        self._keys: list[TrustedKey] = []
        self._by_digest: dict[bytes, TrustedKey] = {}
        self._further: set[TrustedKey] = set()  # hashing a key is slow, and most digests come once
        self._digests: dict[bytes, bytes] = {}
        self._problems: list[VaxcertError] = []
        self._noted: list[ListFinding | SigningCertificate] = []
        self._entries = 0
        self._kids_confirmed = 0

    @contextmanager
    def entry(self, label: str) -> Iterator[None]:
        """Read one entry within: any of our errors becomes its problem, and the list goes on.

        Args:
            label: Its position, or its key identifier where nothing else tells it from the others.

        Raises:
            TrustListError: `trust-list-unreadable`, for the first of more than `limits.MAX_TRUST_LIST_ENTRIES`.
        """
        if self._entries == MAX_TRUST_LIST_ENTRIES:
            raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"more than {MAX_TRUST_LIST_ENTRIES} entries")
        self._entries += 1
        try:
            yield
        except VaxcertError as error:
            of_kind = UnsupportedError if isinstance(error, UnsupportedError) else TrustListError
            is_of_list = error.reason is Reason.TRUST_LIST_UNREADABLE
            reason = Reason.TRUST_ENTRY_UNREADABLE if is_of_list else error.reason
            shown = "".join(c if c.isprintable() else "?" for c in label)
            self._problems.append(of_kind(reason, f"entry {shown}: {error}"))

    def certificate(
        self, der: bytes, *, stated_kid: bytes | None, country: str | None = None
    ) -> SigningCertificate:
        """Take the key of a certificate.

        Args:
            der: The certificate.
            stated_kid: The key identifier that the list gives; the certificate's own is used.
            country: The country that the list gives; counts where the certificate names none.

        Raises:
            TrustListError: `certificate-unreadable`.
            UnsupportedError: `key-type`.
        """
        return self.signer(read_signing_certificate(der), stated_kid=stated_kid, country=country)

    def signer(
        self, certificate: SigningCertificate, *, stated_kid: bytes | None, country: str | None = None
    ) -> SigningCertificate:
        """Take the key of a certificate that is read already; otherwise as `certificate`.

        Raises:
            UnsupportedError: `key-type`.
        """
        key = TrustedKey.from_certificate(certificate, origin=self._origin, environment=self._environment)
        if stated_kid == certificate.kid:
            self._kids_confirmed += 1
        elif stated_kid is not None:
            self.find(
                ListFindingCode.KID_MISMATCH, certificate.kid.hex(), f"stated as {stated_kid[:16].hex()}"
            )
        if country is not None and key.country is None:
            key = replace(key, country=country)
        elif country not in (None, key.country):
            self.find(
                ListFindingCode.MEMBER_MISMATCH,
                certificate.kid.hex(),
                f"stands under {country}, its certificate names {key.country}",
            )
        self.add(key, certificate)
        return certificate

    def add(self, key: TrustedKey, certificate: SigningCertificate | None = None) -> None:
        """Take a key that is made already, and note what is odd about its certificate, where it has one."""
        if certificate is not None:
            self._noted.append(certificate)
        self._add(key)

    def bare_key(
        self,
        public_key: PublicKey,
        *,
        kid: bytes,
        country: str | None = None,
        kinds: frozenset[Kind] = ALL_KINDS,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> None:
        """Take a key without certificate, within the limits the list states.

        Args:
            public_key: The key.
            kid: Its identifier, as stated: nothing confirms it.
            country: ISO 3166-1 alpha-2.
            kinds: What it may sign.
            not_before: Start of its certificate's validity.
            not_after: End of it.

        Raises:
            UnsupportedError: `key-type`.
        """
        info = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self._add(
            TrustedKey(
                kid=kid,
                digest=hashlib.sha256(info).digest(),
                key=verifying_key(public_key),
                country=country,
                kinds=kinds,
                environment=self._environment,
                not_before=not_before,
                not_after=not_after,
                origin=self._origin,
            )
        )

    def find(self, code: ListFindingCode, entry: str, detail: str = "") -> None:
        """Note what is odd about an entry."""
        self._noted.append(ListFinding(code, entry, detail))

    def reading(self, *, authorities: tuple[SigningCertificate, ...] = ()) -> ListReading:
        """All that was gathered, beside the authorities that the list names."""
        return ListReading(
            keys=tuple(self._keys),
            problems=tuple(self._problems),
            findings=LateFindings(partial(_findings, tuple(self._noted), self._origin.issued)),
            entries=self._entries,
            kids_confirmed=self._kids_confirmed,
            authorities=authorities,
            origin=self._origin,
            environment=self._environment,
        )

    def _add(self, key: TrustedKey) -> None:
        first = self._by_digest.get(key.digest)
        if first == key or (first is not None and key in self._further):
            self.find(ListFindingCode.ENTRY_REPEATED, key.kid.hex())
            return
        if first is None:
            self._by_digest[key.digest] = key
        else:
            self._further.add(key)
        if self._digests.setdefault(key.kid, key.digest) != key.digest:
            self.find(ListFindingCode.KID_SHARED, key.kid.hex())
        self._keys.append(key)


def unreadable_entry(problem: str) -> TrustListError:
    """The error of an entry that cannot be read."""
    return TrustListError(Reason.TRUST_ENTRY_UNREADABLE, problem)


def _findings(
    noted: Iterable[ListFinding | SigningCertificate], issued: datetime | None
) -> Iterator[ListFinding]:
    """What was found, and what is odd about each certificate in itself."""
    for one in noted:
        if isinstance(one, ListFinding):
            yield one
        else:
            yield from _remarks(one, issued)


def _remarks(certificate: SigningCertificate, issued: datetime | None) -> Iterator[ListFinding]:
    kid = certificate.kid.hex()
    if not certificate.extensions_readable:
        yield ListFinding(ListFindingCode.EXTENSIONS_UNREADABLE, kid)
    if der_reader.integer(certificate.fields.serial) <= 0:
        yield ListFinding(ListFindingCode.SERIAL_NOT_POSITIVE, kid)
    if is_authority(certificate.der):
        yield ListFinding(ListFindingCode.IS_AUTHORITY, kid)
    if issued is not None and certificate.not_after < issued:
        yield ListFinding(ListFindingCode.KEY_EXPIRED, kid, f"on {certificate.not_after:%Y-%m-%d}")
