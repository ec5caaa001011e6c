"""The EU gateway's own list (DCCG, `GET /trustList`): a JSON array of items, each signed by itself.

Nobody signs the array, nor what an item says its certificate is for (`certificateType`). So an item counts for what
its signer may say, and anchors have one of two roles:

- The gateway (DGCG-TA): an anchor that is a bare public key, or a certificate of the EU itself (C=EU). A gateway whose
  certificate names a country is pinned by its bare key. It lists the countries' uploaders (UPLOAD) and authorities
  (CSCA), and no signers.
- An uploader: an anchor that is any other certificate. It lists signers (DSC) of the country that its certificate
  names, and nothing else.

An item is taken when its CMS signature is right over its certificate, and:

1. It is an UPLOAD, CSCA or AUTHENTICATION item, and the gateway signed it. An authority says of itself that it is one
   (basicConstraints), and has another key than the uploaders of the list.
2. It is a DSC item, and an uploader of its own country signed it: one that is pinned, or on the list by rule 1. An
   authority of its country on the list issued its certificate. Where the list has none, the uploader has to be pinned,
   and that is a finding.

Who signed is told by the key alone, and its country by the certificate that is pinned or listed; the certificate that
the CMS message brings along says nothing. Extended key usages do not tell uploaders from clients of the gateway: most
that are stated by genuine uploaders are those of TLS clients. Whoever has a country's TLS key and changes the list can
make an uploader of it; rule 2 then leaves only what the country's authority issued.

An item that fails is a problem of its own; when none is left, the list as a whole is refused. What nobody signs is
which items the list has, and their timestamps: an item can be kept from the reader, and the list says nothing about its
age. Take it from the gateway itself, over a channel that is authenticated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

from vaxcert.crypto import cms
from vaxcert.crypto.chain import check_issued_by_any
from vaxcert.crypto.extensions import is_authority
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.formats.reading import dccg_items, json_document
from vaxcert.trust.formats.reading.dccg_items import AUTHORITY, SIGNER, UPLOADER, Item, ItemReading
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import environment_of, requires_signature
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "dccg"

_LOOKED_AT: Final = 64 * 1024
_OF_THE_GATEWAY: Final = "EU"

_ByCountry: TypeAlias = dict[str | None, dict[SigningCertificate, bytes]]
"""Certificates by their country, each with the SHA-256 of its key."""


def recognises(data: bytes) -> bool:
    """An array of objects with `rawData`."""
    start = data[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] == b"[" and start[1:].lstrip()[:1] == b"{" and b'"rawData"' in start


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The JSON document.
        terms: Anchors are the gateway's trust anchor, or certificates of countries' uploaders. Without anchors and
            with `allow_unsigned`, no signature is looked at.

    Raises:
        TrustListError: `anchor-missing`, `trust-list-signature`, `trust-list-unreadable`, `trust-list-threshold` or
            `trust-list-environment`.
    """
    is_signed = requires_signature(terms, NAME)
    readings = dccg_items.read_items(json_document.load(data, NAME), "the list")
    origin = ListOrigin(name=terms.source, format=NAME, proof=Proof.SIGNED if is_signed else Proof.UNSIGNED)
    gathering = Gathering(origin, _environment(terms))
    judge = _Judge(readings, terms.anchors, gathering) if is_signed else None
    authorities = dccg_items.gather(gathering, readings, judge)
    reading = gathering.reading(authorities=authorities)
    if judge is not None and not judge.took_any:
        raise TrustListError(
            Reason.TRUST_LIST_SIGNATURE, f"none of {len(readings)} entries is signed by whoever may list it"
        )
    return reading


class _Judge:
    """Makes sure that an item may stand on the list; the rules are those of the module."""

    def __init__(
        self, readings: Sequence[ItemReading], anchors: Sequence[Anchor], gathering: Gathering
    ) -> None:
        items = [reading for reading in readings if isinstance(reading, Item)]
        self.took_any = False
        self._gathering = gathering
        self._gateways = {anchor.digest: anchor.certificate for anchor in anchors if _is_gateway(anchor)}
        self._pinned = _by_country(
            anchor.certificate for anchor in anchors if anchor.certificate and not _is_gateway(anchor)
        )
        self._listed: _ByCountry = {}
        self._listed = self._by_gateway(items, UPLOADER)
        self._authorities = self._by_gateway(items, AUTHORITY)

    def __call__(self, item: Item) -> None:
        """Let an item pass.

        Raises:
            TrustListError: `trust-entry-signature`, `trust-entry-unreadable` or `weak-signature`.
        """
        if item.usage == SIGNER:
            self._check_signer(item)
        else:
            self._check_by_gateway(item)
        self.took_any = True

    def _by_gateway(self, items: Iterable[Item], usage: str) -> _ByCountry:
        """Those of one usage that the gateway put on the list."""
        found = []
        for item in items:
            if item.usage == usage:
                with suppress(TrustListError):
                    self._check_by_gateway(item)
                    found.append(item.certificate)
        return _by_country(found)

    def _check_by_gateway(self, item: Item) -> None:
        signer = _cms_signer(item, [known for known in self._gateways.values() if known is not None])
        if _key_digest(signer) not in self._gateways:
            raise _refused(f"put on the list by {signer.kid.hex()}, which is not pinned as the gateway's")
        if item.usage == AUTHORITY:
            self._check_authority(item.certificate)

    def _check_authority(self, certificate: SigningCertificate) -> None:
        if not is_authority(certificate.der):
            raise _refused("an authority whose certificate is not that of one")
        if any(_key_digest(certificate) in uploaders.values() for uploaders in self._listed.values()):
            raise _refused("an authority with the key of an uploader")

    def _check_signer(self, item: Item) -> None:
        country = item.certificate.country
        if country is None:
            raise _refused("of no country, so that nobody may put it on the list")
        pinned, listed = self._pinned.get(country, {}), self._listed.get(country, {})
        signer = _cms_signer(item, (*pinned, *listed))
        key = _key_digest(signer)
        if key not in (*pinned.values(), *listed.values()):
            raise _refused(f"put on the list by {signer.kid.hex()}, which is no known uploader of {country}")
        self._check_issued(item.certificate, is_uploader_pinned=key in pinned.values())

    def _check_issued(self, certificate: SigningCertificate, *, is_uploader_pinned: bool) -> None:
        authorities = self._authorities.get(certificate.country)
        if authorities is not None:
            check_issued_by_any(certificate, authorities)
        elif is_uploader_pinned:
            self._gathering.find(ListFindingCode.AUTHORITY_MISSING, certificate.kid.hex())
        else:
            raise _refused(f"the list has no authority of {certificate.country} that could have issued it")


def _is_gateway(anchor: Anchor) -> bool:
    return anchor.certificate is None or anchor.certificate.country == _OF_THE_GATEWAY


def _by_country(certificates: Iterable[SigningCertificate]) -> _ByCountry:
    found: _ByCountry = {}
    for certificate in certificates:
        found.setdefault(certificate.country, {})[certificate] = _key_digest(certificate)
    return found


def _key_digest(certificate: SigningCertificate) -> bytes:
    return anchor_of(certificate.public_key).digest


def _cms_signer(item: Item, known: Iterable[SigningCertificate]) -> SigningCertificate:
    """Who put an item on the list: the signer of its CMS, which is about its certificate. Only the key is proved."""
    message = dccg_items.octets(item.members.get("signature"))
    if message is None:
        raise unreadable_entry("no signature in base64")
    return cms.verify(message, content=item.certificate.der, certificates=known).signer


def _environment(terms: ReadingTerms) -> Environment:
    """What the keys are for: all anchors take part in a list, so all of them have to agree."""
    said = {environment_of(terms, anchor) for anchor in terms.anchors} or {environment_of(terms, None)}
    if len(said) > 1:
        raise TrustListError(Reason.TRUST_LIST_ENVIRONMENT, "anchors for production and anchors for tests")
    return said.pop()


def _refused(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_ENTRY_SIGNATURE, problem)
