"""What a country uploads to the EU gateway: content inside a CMS message that the country signs (DGC gateway)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vaxcert.crypto import cms
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.formats.reading.signers import anchor_of_signer


@dataclass(frozen=True, slots=True)
class Upload:
    """Content whose signature is good.

    Attributes:
        content: What was signed.
        country: Of its signer, ISO 3166-1 alpha-2; None where the certificate names none.
    """

    content: bytes = field(repr=False)
    country: str | None


def read_upload(message: bytes, anchors: Sequence[Anchor]) -> Upload:
    """Read a message and judge its signature.

    Args:
        message: CMS in DER or BER.
        anchors: Keys of those who may upload, or of the authorities that certified them. Pin certificates: of a bare
            key nobody but the message says which country's it is.

    Raises:
        TrustListError: `trust-entry-signature` or `trust-list-signature`, when it is wrong or no anchor vouches for the
            signer; `weak-signature`; `trust-entry-unreadable`.
    """
    signed = cms.verify(message, certificates=[one.certificate for one in anchors if one.certificate])
    anchor = anchor_of_signer(signed.signer, signed.certificates, anchors)
    is_pinned = signed.signer.public_key == anchor.key  # then a message can bring any certificate of its key
    signer = anchor.certificate if is_pinned and anchor.certificate is not None else signed.signer
    return Upload(signed.content, signer.country)
