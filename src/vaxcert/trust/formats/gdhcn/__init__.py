"""WHO Global Digital Health Certification Network (GDHCN): v2 DID documents with embedded keys.

WHO signs the document as a whole; the proof is checked with the pinned key of the network that the document belongs
to. Each entry says in which trust domain a participant uses a certificate, and for what. The key is taken from the
certificate, never from the JSON Web Key beside it, whose coordinates are written in several wrong ways. Nothing is
ever fetched: an entry that only refers to another document is a problem of the reading.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from vaxcert.codec.text import base64_bytes
from vaxcert.crypto.chain import check_issued_by_any
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate
from vaxcert.errors import Reason, TrustListError
from vaxcert.model.countries import alpha2, is_test_code, issuer_countries
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.formats.gdhcn.document import KeyEntry, read_document, unreadable
from vaxcert.trust.formats.gdhcn.jwk import contradicts
from vaxcert.trust.formats.gdhcn.network import Network, network_of
from vaxcert.trust.formats.gdhcn.proof import check_proof
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading, TrustedKey

NAME: Final = "gdhcn"

_SIGNER_USAGE: Final = "DSC"
_AUTHORITY_USAGES: Final = frozenset({"SCA", "CSCA"})
_HEAD_BYTES: Final = 4096


def recognises(data: bytes) -> bool:
    """Whether it is a JSON object about DIDs with verification methods. Never raises."""
    head = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and b'"did:web:' in data and b'"verificationMethod"' in data


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a v2 document with embedded keys, whole (`/v2/trustlist/did.json`) or in part.

    Args:
        data: The document.
        terms: Anchors, where given, replace the pinned keys of the document's network. Test participants (X**) are
            left out unless asked for.

    Raises:
        TrustListError: `trust-list-unreadable`, also for a member that is unknown or there twice, for a document of
            references only and for version 1; `trust-list-environment`, when its parts belong to different
            networks, or its network to another environment than the terms or their anchors ask for;
            `trust-list-signature`; `trust-list-threshold`, when more than one signature is asked for.
    """
    document = read_document(data)
    network = network_of(document)
    check_proof(document, _anchors(network, terms), value_sets=network.value_sets)
    if document.entries and not any(isinstance(entry, KeyEntry) for entry in document.entries):
        raise unreadable(
            "only references, which are never followed; take the list with embedded keys (/v2/trustlist/did.json)"
        )
    origin = ListOrigin(name=terms.source, format=NAME, proof=Proof.SIGNED, issued=document.proof.created)
    reader = _Reader(network, origin, with_tests=terms.test_participants)
    return reader.reading(_listed(document.entries))


def _anchors(network: Network, terms: ReadingTerms) -> tuple[Anchor, ...]:
    """The keys that may have signed for a network, on these terms."""
    if terms.environment not in (None, network.environment):
        raise _other_environment(network, f"{terms.environment} expected")
    if terms.threshold > 1:
        raise TrustListError(
            Reason.TRUST_LIST_THRESHOLD,
            f"a {NAME} document has one signature, {terms.threshold} different ones expected",
        )
    anchors = terms.anchors or network.anchors
    fitting = tuple(anchor for anchor in anchors if anchor.environment in (None, network.environment))
    if not fitting:
        raise _other_environment(network, "the anchors given are for another one")
    return fitting


def _other_environment(network: Network, problem: str) -> TrustListError:
    return TrustListError(
        Reason.TRUST_LIST_ENVIRONMENT, f"GDHCN {network.name} is for {network.environment}, {problem}"
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """An entry with its certificates read: its own, and those given as the authority that issued it."""

    entry: KeyEntry
    certificate: SigningCertificate
    issuers: tuple[SigningCertificate, ...]

    @property
    def participant(self) -> str:
        return self.entry.participant.removeprefix("#")

    @property
    def usage(self) -> str:
        return self.entry.usage.removeprefix("#")

    @property
    def kid(self) -> str:
        return self.certificate.kid.hex()

    @property
    def country(self) -> str | None:
        """The participant's country, or that of the certificate where the participant is an organisation."""
        return alpha2(self.participant) or self.certificate.country

    @property
    def is_for_tests(self) -> bool:
        return any(is_test_code(code) for code in (self.participant, self.country or ""))

    @property
    def is_kid_confirmed(self) -> bool:
        return self.entry.kid == b64encode(self.certificate.kid).decode("ascii")


class _Reader:
    """Takes the entries of one document whose proof is checked.

    Args:
        network: The document's.
        origin: The document, as a list.
        with_tests: Whether to take the entries of test participants.
    """

    def __init__(self, network: Network, origin: ListOrigin, *, with_tests: bool) -> None:
        self._environment: Final = network.environment
        self._origin: Final = origin
        self._with_tests: Final = with_tests
        self._gathering: Final = Gathering(origin, network.environment)
        self._authorities: Final[defaultdict[str, dict[SigningCertificate, None]]] = defaultdict(dict)

    def reading(self, entries: Iterable[_Listed | TrustListError]) -> ListReading:
        """What the entries come to."""
        entries = tuple(entries)
        listed = tuple(one for one in entries if isinstance(one, _Listed))
        for one in listed:
            if one.usage in _AUTHORITY_USAGES and self._is_wanted(one):
                self._authorities[one.participant][one.certificate] = None
        for position, entry in enumerate(entries, 1):
            with self._gathering.entry(_label(position, entry)):
                if isinstance(entry, TrustListError):
                    raise entry
                self._take(entry)
        return replace(
            self._gathering.reading(),
            kids_confirmed=sum(one.is_kid_confirmed for one in listed),
            authorities=tuple(certificate for found in self._authorities.values() for certificate in found),
        )

    def _is_wanted(self, one: _Listed) -> bool:
        return self._with_tests or not one.is_for_tests

    def _take(self, one: _Listed) -> None:
        if not one.is_kid_confirmed:
            self._find(ListFindingCode.KID_MISMATCH, one, f"stated as {one.entry.kid[:24]!a}")
        if not self._is_wanted(one):
            self._find(ListFindingCode.TEST_PARTICIPANT, one, f"{one.participant} {one.usage}")
            return
        self._compare(one)
        if one.usage == _SIGNER_USAGE:
            self._take_signer(one)
        elif one.usage not in _AUTHORITY_USAGES:
            self._find(ListFindingCode.OTHER_USAGE, one, f"{one.participant} {one.usage}")

    def _compare(self, one: _Listed) -> None:
        """Note where the entry contradicts its certificate."""
        if contradicts(one.entry.key_members, one.certificate.public_key):
            self._find(
                ListFindingCode.MEMBER_MISMATCH, one, "publicKeyJwk is another key than its certificate's"
            )
        country = alpha2(one.participant)
        stated = one.certificate.country
        if country is not None and stated is not None and stated not in issuer_countries(country):
            self._find(
                ListFindingCode.MEMBER_MISMATCH,
                one,
                f"participant {one.participant}, its certificate names {stated}",
            )

    def _take_signer(self, one: _Listed) -> None:
        key = TrustedKey.from_certificate(
            one.certificate,
            origin=self._origin,
            environment=Environment.TEST if one.is_for_tests else self._environment,
            domain=one.entry.domain.removeprefix("#"),
        )
        self._check_issuer(one)
        self._gathering.add(replace(key, country=one.country), one.certificate)

    def _check_issuer(self, one: _Listed) -> None:
        """Make sure that an authority of the participant issued a signer's certificate, if the document has any."""
        authorities = dict.fromkeys((*one.issuers, *self._authorities[one.participant]))
        if not authorities:
            self._find(ListFindingCode.AUTHORITY_MISSING, one, one.certificate.issuer)
        else:
            check_issued_by_any(one.certificate, authorities)

    def _find(self, code: ListFindingCode, one: _Listed, detail: str) -> None:
        self._gathering.find(code, one.kid, detail)


def _label(position: int, entry: _Listed | TrustListError) -> str:
    return f"{position} ({entry.participant} {entry.usage})" if isinstance(entry, _Listed) else str(position)


def _listed(entries: Iterable[KeyEntry | str]) -> Iterator[_Listed | TrustListError]:
    entries = tuple(entries)
    # The proof covers single statements about an identifier. Two entries under one can be taken apart and put
    # together in another way without breaking it, unless they say the same.
    different = Counter(entry.id for entry in set(entries) if isinstance(entry, KeyEntry))
    for entry in entries:
        if isinstance(entry, str):
            yield unreadable_entry(f"{entry[:80]} is a reference, which is never followed")
        elif different[entry.id] > 1:
            yield unreadable_entry("another entry with the same id says something else")
        else:
            yield _with_certificates(entry)


def _with_certificates(entry: KeyEntry) -> _Listed | TrustListError:
    try:
        certificate = _certificate(entry.x5c[0])
    except TrustListError as error:
        return error
    return _Listed(entry, certificate, tuple(_readable(entry.x5c[1:])))


def _readable(chain: Iterable[str]) -> Iterator[SigningCertificate]:
    """Those certificates of a chain that can be read; one that cannot has issued nothing anybody could check."""
    for text in chain:
        try:
            yield _certificate(text)
        except TrustListError:
            continue


def _certificate(text: str) -> SigningCertificate:
    try:
        der = base64_bytes(text)
    except ValueError:
        raise unreadable_entry("x5c is not base64") from None
    return read_signing_certificate(der)
