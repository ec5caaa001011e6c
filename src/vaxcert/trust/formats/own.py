"""vaxcert's own trust list, signed by one or more anchors. Specified in `specs/trust-list.md`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from vaxcert.crypto.chain import check_issued_by_any
from vaxcert.crypto.keys import verifying_key
from vaxcert.crypto.signing_certificate import SigningCertificate, key_identifier, read_signing_certificate
from vaxcert.errors import TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust import own_list, signed_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.own_list import DecodedList, ListAuthority, ListEntry
from vaxcert.trust.signed_editions import check_intended, origin_of
from vaxcert.trust.trust_list import ListReading, TrustedKey

NAME: Final = "vaxcert"

_Authorities: TypeAlias = Mapping[str, tuple[SigningCertificate, ...]]
"""By country. A country whose authorities cannot be read is there with none: nobody is certified by them then."""


def recognises(data: bytes) -> bool:
    """Every signed document of vaxcert begins alike; `read` refuses those that are no trust list."""
    return signed_document.is_signed_document(data)


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list (`specs/trust-list.md`, section 6).

    Args:
        data: The signed document.
        terms: Anchors, how many of them have to have signed, and the environment expected.

    Raises:
        TrustListError: `anchor-missing`, `trust-list-unreadable`, `trust-list-signature`, `weak-signature`,
            `trust-list-threshold` or `trust-list-environment`.
    """
    anchors = terms.need_anchors(NAME)
    document = signed_document.read(data, own_list.CONTENT_TYPE)
    signers = signed_document.check(document, anchors, threshold=terms.threshold)
    decoded = own_list.decode(document.content)
    check_intended("the list", decoded.content.environment, expected=terms.environment, signers=signers)
    return _reading(decoded, terms.source)


def _reading(decoded: DecodedList, source: str) -> ListReading:
    content = decoded.content
    origin = origin_of(content, name=source, form=NAME)
    problems = list(decoded.problems)
    authorities = _authorities(content.authorities, problems)
    reader = _EntryReader(origin, content.environment, authorities)
    gathering = Gathering(origin, content.environment)
    for entry in content.entries:
        with gathering.entry(_kid(entry).hex()):
            gathering.add(*reader.read(entry))
    reading = gathering.reading(authorities=tuple(one for those in authorities.values() for one in those))
    return replace(
        reading,
        entries=decoded.entries,
        problems=(*problems, *reading.problems),
        withdrawn=content.withdrawals,
        companions=tuple((one.name, one.digest) for one in content.companions),
    )


def _authorities(listed: Iterable[ListAuthority], problems: list[TrustListError]) -> _Authorities:
    found: dict[str, tuple[SigningCertificate, ...]] = {}
    for one in listed:
        theirs = found.setdefault(one.country, ())
        try:
            found[one.country] = (*theirs, read_signing_certificate(one.certificate))
        except TrustListError as error:
            problems.append(TrustListError(error.reason, f"authority of {one.country}: {error}"))
    return found


@dataclass(frozen=True, slots=True)
class _EntryReader:
    """Judges the entries of one list."""

    origin: ListOrigin
    environment: Environment
    authorities: _Authorities

    def read(self, entry: ListEntry) -> tuple[TrustedKey, SigningCertificate | None]:
        """The key of an entry, within the limits of the entry and of its certificate, and that certificate."""
        certificate = None if entry.certificate is None else read_signing_certificate(entry.certificate)
        key = self._bare_key(entry) if certificate is None else self._certified_key(certificate, entry)
        return (replace(key, withdrawn=True) if entry.withdrawn else key), certificate

    def _bare_key(self, entry: ListEntry) -> TrustedKey:
        try:
            public_key = load_der_public_key(entry.encoding)
            info = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        except Exception:  # one bad key must never end a list, whatever the parser raises
            raise unreadable_entry("its public key cannot be read") from None
        key = verifying_key(public_key)
        if info != entry.encoding:
            raise unreadable_entry(
                "its public key is not encoded in the usual way, so that its digest is another one"
            )
        return TrustedKey(
            kid=_kid(entry),
            digest=hashlib.sha256(info).digest(),
            key=key,
            country=entry.country,
            kinds=entry.kinds or ALL_KINDS,
            domain=entry.domain,
            environment=self.environment,
            not_before=entry.not_before,
            not_after=entry.not_after,
            origin=self.origin,
        )

    def _certified_key(self, certificate: SigningCertificate, entry: ListEntry) -> TrustedKey:
        key = TrustedKey.from_certificate(
            certificate, origin=self.origin, environment=self.environment, domain=entry.domain
        )
        narrowed = replace(
            key,
            country=_country(certificate, entry),
            kinds=_kinds(certificate, entry),
            not_before=max(certificate.not_before, entry.not_before or certificate.not_before),
            not_after=min(certificate.not_after, entry.not_after or certificate.not_after),
        )
        authorities = self.authorities.get(narrowed.country or "")
        if authorities is not None and not entry.withdrawn:
            check_issued_by_any(certificate, authorities)
        return _with_dates_in_order(narrowed)


def _country(certificate: SigningCertificate, entry: ListEntry) -> str | None:
    if None not in (certificate.country, entry.country) and certificate.country != entry.country:
        raise unreadable_entry(f"its certificate is of {certificate.country}, the entry says {entry.country}")
    return certificate.country or entry.country


def _kinds(certificate: SigningCertificate, entry: ListEntry) -> frozenset[Kind]:
    kinds = certificate.kinds & (entry.kinds or ALL_KINDS)
    if not kinds:
        raise unreadable_entry("its certificate may sign nothing that the entry allows")
    return kinds


def _with_dates_in_order(key: TrustedKey) -> TrustedKey:
    if key.not_before is not None and key.not_after is not None and key.not_before > key.not_after:
        raise unreadable_entry("its certificate is never in date when the entry allows it")
    return key


def _kid(entry: ListEntry) -> bytes:
    return key_identifier(entry.encoding) if entry.kid is None else entry.kid
