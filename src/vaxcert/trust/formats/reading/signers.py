"""Who vouches for a list: its signer, judged by the pinned anchors.

A signer is an anchor itself, or holds a certificate that leads to an anchor's through certificates which the message
brings along, each of a signing authority. Whoever an anchor certifies can then sign the list: pin the signer's own
certificate, or an authority that serves nothing else, rather than a root of the public web.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from vaxcert.crypto import cms, jws
from vaxcert.crypto.chain import check_issued_by
from vaxcert.crypto.extensions import is_authority
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import Environment, Proof

_MAX_CHAIN: Final = 32
"""Certificates of one message that are looked at on the way to an anchor."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Content, and who vouches for it.

    Attributes:
        content: The bytes.
        anchor: The anchor by which its signature was judged; None when nobody did.
    """

    content: bytes = field(repr=False)
    anchor: Anchor | None = None

    @property
    def proof(self) -> Proof:
        """Signed when an anchor says so, otherwise unsigned."""
        return Proof.UNSIGNED if self.anchor is None else Proof.SIGNED


def environment_of(terms: ReadingTerms, anchor: Anchor | None) -> Environment:
    """What the keys of a list are for that does not say so itself.

    Raises:
        TrustListError: `trust-list-environment`, when the reader says one thing and the anchor another.
    """
    said = anchor.environment if anchor is not None else None
    if None not in (said, terms.environment) and said is not terms.environment:
        raise TrustListError(
            Reason.TRUST_LIST_ENVIRONMENT,
            f"signed by an anchor for {said}, a list for {terms.environment} expected",
        )
    return terms.environment or said or Environment.PRODUCTION


def content_of_jws(data: bytes, terms: ReadingTerms, format_name: str) -> Vouched:
    """The content of a compact JWS, its signature judged; or plain content, where that is allowed.

    Raises:
        TrustListError: `anchor-missing`, `trust-list-unsigned`, `trust-list-unreadable`, `trust-list-signature`,
            `trust-list-threshold` or `weak-signature`.
    """
    if not jws.is_compact(data):
        terms.check_unsigned_allowed(format_name)
        return Vouched(data)
    message = jws.read(data)
    if not requires_signature(terms, format_name):
        return Vouched(message.payload)
    return Vouched(message.payload, anchor_of_message(message, terms.anchors))


def unverified_content(data: bytes) -> bytes:
    """What a document says about itself before anybody vouches for it, to tell formats apart. Never raises."""
    return jws.peek(data) if jws.is_compact(data) else data


def requires_signature(terms: ReadingTerms, format_name: str) -> bool:
    """Whether the one signature of a list is to be judged; it is not where the reader asks for none and allows that.

    Raises:
        TrustListError: `anchor-missing`; `trust-list-threshold`, when more than one signature is asked for.
    """
    if terms.allow_unsigned and not terms.anchors and terms.threshold <= 1:
        return False
    terms.need_anchors(format_name)
    if terms.threshold > 1:
        raise TrustListError(
            Reason.TRUST_LIST_THRESHOLD,
            f"the {format_name} form has one signature, {terms.threshold} different ones expected",
        )
    return True


def anchor_of_message(message: jws.Jws, anchors: Sequence[Anchor]) -> Anchor:
    """The anchor that signed a JWS, or that its certificates (`x5c`) lead to.

    Raises:
        TrustListError: `trust-list-signature`, `weak-signature` or `trust-list-unreadable`.
    """
    refusals = _Refusals(f"the signature is by none of the {len(anchors)} anchors, nor vouched for by one")
    for anchor in anchors:
        with refusals:
            jws.verify(message, anchor.key)
            return anchor
    chain = jws.certificates(message)
    if not chain:
        raise refusals.final()
    jws.verify(message, chain[0].public_key)
    return anchor_of_signer(chain[0], chain[1:], anchors)


def anchor_of_cms(signature: bytes, content: bytes, anchors: Sequence[Anchor]) -> Anchor:
    """The anchor that made a detached CMS signature over content, or that its certificates lead to.

    Raises:
        TrustListError: `trust-list-signature` or `weak-signature`.
    """
    pinned = [anchor.certificate for anchor in anchors if anchor.certificate is not None]
    try:
        signed = cms.verify(signature, content=content, certificates=pinned)
    except TrustListError as error:
        reason = error.reason if error.reason is Reason.WEAK_SIGNATURE else Reason.TRUST_LIST_SIGNATURE
        raise TrustListError(reason, str(error)) from None
    return anchor_of_signer(signed.signer, signed.certificates, anchors)


def anchor_of_signer(
    signer: SigningCertificate, others: Iterable[SigningCertificate], anchors: Sequence[Anchor]
) -> Anchor:
    """The anchor that a signer's certificate is, or leads to.

    Args:
        signer: The certificate whose key made the signature.
        others: What the message brings along; only authorities among them count.
        anchors: The pinned keys.

    Raises:
        TrustListError: `trust-list-signature`, or `weak-signature` when a link is made with a weak algorithm.
    """
    refusals = _Refusals(f"signed by {signer.kid.hex()}, which no anchor vouches for")
    authorities = [other for other in others if is_authority(other.der)][:_MAX_CHAIN]
    reached = [signer]
    for certificate in reached:  # grows while it is gone through
        for anchor in anchors:
            with refusals:
                _check_vouches(anchor, certificate)
                return anchor
        for authority in authorities:
            if authority not in reached:
                with refusals:
                    check_issued_by(certificate, authority)
                    reached.append(authority)
    raise refusals.final()


def _check_vouches(anchor: Anchor, certificate: SigningCertificate) -> None:
    if certificate.public_key == anchor.key:
        return
    if anchor.certificate is None:
        raise TrustListError(Reason.TRUST_LIST_SIGNATURE, "the anchor has no certificate to lead to")
    check_issued_by(certificate, anchor.certificate)


class _Refusals:
    """Lets attempts fail one after the other, and remembers a weak signature: it says more than that none did."""

    def __init__(self, problem: str) -> None:
        self._error = TrustListError(Reason.TRUST_LIST_SIGNATURE, problem)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, TrustListError) and error.reason is Reason.WEAK_SIGNATURE:
            self._error = error
        return isinstance(error, TrustListError)

    def final(self) -> TrustListError:
        return self._error
