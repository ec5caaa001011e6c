"""The EU gateway's own list (DCCG, `GET /trustList`): a JSON array of items, each signed by itself.

Nobody signs the array. An item is taken when both of these hold:

1. Its CMS signature is right over its certificate, and made by somebody who may put it on the list. The certificates of
   authorities (CSCA) and of uploaders (UPLOAD) are put there by an anchor, as a rule the gateway's own (DGCG-TA). A
   signer's certificate (DSC) is put there by its own country: by a certificate of that country which is an anchor, or
   which stands on the list as an UPLOAD item that an anchor signed.
2. Where the list names authorities of its country, one of those issued it. Where it names none, that is a finding.

An item that fails is a problem of its own; when none is left, the list as a whole is refused. What nobody signs is
which items the list has, and their timestamps: an item can be kept from the reader, and the list says nothing about its
age. Take it from the gateway itself, over a channel that is authenticated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vaxcert.crypto import cms
from vaxcert.crypto.chain import check_issued_by_any
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


def recognises(data: bytes) -> bool:
    """An array of objects with `rawData`."""
    start = data[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start[:1] == b"[" and start[1:].lstrip()[:1] == b"{" and b'"rawData"' in start


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The JSON document.
        terms: Anchors are the gateway's trust anchor, or UPLOAD certificates of countries. Without anchors and with
            `allow_unsigned`, no signature is looked at.

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
    if judge is not None and not judge.taken:
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
        self.taken = 0
        self._gathering = gathering
        self._anchors = frozenset(anchor.digest for anchor in anchors)
        self._pinned = [anchor.certificate for anchor in anchors if anchor.certificate is not None]
        self._with_authorities = {item.certificate.country for item in items if item.usage == AUTHORITY}
        self._uploaders = self._anchored(items, UPLOADER)
        self._authorities = self._anchored(items, AUTHORITY)

    def __call__(self, item: Item) -> None:
        """Let an item pass.

        Raises:
            TrustListError: `trust-entry-signature`, `trust-entry-unreadable` or `weak-signature`.
        """
        if item.usage == SIGNER:
            self._check_uploaded(item)
            self._check_issued(item)
        else:
            self._check_anchored(item)
        self.taken += 1

    def _anchored(self, items: Sequence[Item], usage: str) -> dict[str | None, list[SigningCertificate]]:
        """Those of one usage that an anchor put on the list, by country."""
        found: dict[str | None, list[SigningCertificate]] = {}
        for item in items:
            if item.usage == usage and self._is_anchored(item):
                found.setdefault(item.certificate.country, []).append(item.certificate)
        return found

    def _is_anchored(self, item: Item) -> bool:
        try:
            self._check_anchored(item)
        except TrustListError:
            return False
        return True

    def _check_anchored(self, item: Item) -> None:
        signer = _cms_signer(item, self._pinned)
        if not self._is_anchor(signer):
            raise _refused(f"put on the list by {signer.kid.hex()}, which is not an anchor")

    def _check_uploaded(self, item: Item) -> None:
        country = item.certificate.country
        uploaders = self._uploaders.get(country, [])
        signer = _cms_signer(item, [*uploaders, *self._pinned])
        if signer not in uploaders and not self._is_anchor(signer):
            raise _refused(f"put on the list by {signer.kid.hex()}, which may not")
        if country is None or signer.country != country:
            raise _refused(f"of country {country}, put on the list by {signer.country}")

    def _check_issued(self, item: Item) -> None:
        certificate = item.certificate
        if certificate.country not in self._with_authorities:
            self._gathering.find(ListFindingCode.AUTHORITY_MISSING, certificate.kid.hex())
            return
        check_issued_by_any(certificate, self._authorities.get(certificate.country, ()))

    def _is_anchor(self, certificate: SigningCertificate) -> bool:
        return anchor_of(certificate.public_key).digest in self._anchors


def _cms_signer(item: Item, known: Sequence[SigningCertificate]) -> SigningCertificate:
    """Who put an item on the list: the signer of its CMS, which is about its certificate."""
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
