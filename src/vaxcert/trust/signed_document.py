"""vaxcert's own signed documents: one content, and signatures over it by one or more anchors.

Each signature is a COSE_Sign1 message with detached payload (RFC 9052 sections 4.2 and 4.4) whose protected header
names the kind of document, so that a document of one kind is never taken for one of another. Of every document there
is one encoding only (RFC 8949 section 4.2.1), and a reader takes no other. Specified in `specs/trust-list.md`,
section 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from cbor2 import CBORTag

from vaxcert.codec import cbor, cose
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import PublicKey, VerifyingKey, verifying_key
from vaxcert.errors import DecodeError, Reason, TrustListError, UnsupportedError
from vaxcert.limits import MAX_DOCUMENT_SIGNATURES, MAX_TRUST_FILE_BYTES
from vaxcert.trust.anchors import Anchor, anchor_of

KEY_IDENTIFIER_BYTES: Final = 8

_START: Final = b"\x83" + cbor.dumps("vaxcert-signed-1")  # array of three
_MESSAGE_TAGS: Final = frozenset({cose.SIGN1_TAG})
_MAX_SIGNATURES_BYTES: Final = MAX_DOCUMENT_SIGNATURES * 4096
_MAX_SHOWN: Final = 80


@dataclass(frozen=True, slots=True, order=True)
class DocumentSignature:
    """One signature of a document, as received: nothing is established until `check` has verified it.

    Attributes:
        kid: Which anchor claims to have made it: the first 8 bytes of SHA-256 of its SubjectPublicKeyInfo.
        signature: In COSE form (RFC 9053 section 2.1, RFC 8230 section 2).
        algorithm: Its COSE algorithm number; one of `Algorithm` when an anchor vaxcert knows made it.
    """

    kid: bytes
    signature: bytes = field(repr=False)
    algorithm: int


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document and the signatures over it.

    Attributes:
        content_type: Which kind of document, as a media type; every signature covers it.
        content: What is signed.
        signatures: Ordered by key identifier, then by signature.
    """

    content_type: str
    content: bytes = field(repr=False)
    signatures: tuple[DocumentSignature, ...]


class DocumentSigner(Protocol):
    """Signs with the private key of an anchor, wherever that key lives."""

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm it signs with."""

    @property
    def public_key(self) -> PublicKey:
        """The public key of the anchor."""

    def sign(self, data: bytes) -> bytes:
        """Sign `data`; the signature is in COSE form."""


def is_signed_document(data: bytes) -> bool:
    """Whether it begins as every signed document of vaxcert does. Never raises."""
    return data.startswith(_START)


def read(data: bytes, content_type: str, *, limit: int = MAX_TRUST_FILE_BYTES) -> SignedDocument:
    """Read a document of one kind. No signature is verified yet.

    Args:
        data: The whole document.
        content_type: The kind expected.
        limit: The most bytes to accept.

    Raises:
        TrustListError: `trust-list-unreadable`, for a document that is cut short, too large, of another kind, or
            not in its one encoding.
    """
    if len(data) > limit:
        raise _unreadable(f"{len(data)} bytes, at most {limit} expected")
    if not is_signed_document(data):
        raise _unreadable("it does not begin as one")
    content, messages = _parts(data)
    document = SignedDocument(content_type, content, tuple(_signature(one, content_type) for one in messages))
    if write(document) != data:
        raise _unreadable("its encoding is not the one it has to have (RFC 8949 section 4.2.1)")
    return document


def write(document: SignedDocument) -> bytes:
    """The one encoding of a document."""
    messages = [
        CBORTag(
            cose.SIGN1_TAG,
            [_protected(one.algorithm, document.content_type, one.kid), {}, None, one.signature],
        )
        for one in sorted(document.signatures)
    ]
    content = document.content
    return b"".join((_START, cose.byte_string_head(content), content, cbor.dumps(messages)))


def check(document: SignedDocument, anchors: Iterable[Anchor], *, threshold: int = 1) -> tuple[Anchor, ...]:
    """Find out which pinned anchors signed a document, and whether they are enough.

    Signatures by keys that are not pinned count for nothing. Several by one anchor count once. One that names a
    pinned anchor and is not its signature makes the whole document suspect, whatever the others say.

    Args:
        document: As read.
        anchors: The pinned keys.
        threshold: How many different anchors have to have signed.

    Returns:
        The anchors that signed, each once, ordered by key identifier.

    Raises:
        TrustListError: `anchor-missing`, when none is pinned; `trust-list-signature`, for a wrong signature or when no
            pinned anchor signed; `weak-signature`, for an RSA anchor of under 2048 bits; `trust-list-threshold`.
        ValueError: The threshold is not positive.
    """
    if threshold < 1:
        raise ValueError(f"a threshold of {threshold} signatures; at least 1 expected")
    pinned = _by_kid(anchors)
    if not pinned:
        raise TrustListError(Reason.ANCHOR_MISSING, "no anchor is pinned to judge the signatures by")
    signed = dict.fromkeys(
        _signer_of(one, document, pinned[one.kid]) for one in document.signatures if one.kid in pinned
    )
    if not signed:
        raise TrustListError(
            Reason.TRUST_LIST_SIGNATURE,
            f"none of its {len(document.signatures)} signatures is by a pinned anchor",
        )
    if len(signed) < threshold:
        raise TrustListError(
            Reason.TRUST_LIST_THRESHOLD,
            f"{len(signed)} of the pinned anchors signed it, at least {threshold} expected",
        )
    return tuple(signed)


def sign(content: bytes, content_type: str, signers: Iterable[DocumentSigner]) -> SignedDocument:
    """Sign a content.

    Args:
        content: What to sign.
        content_type: Which kind of document it is.
        signers: At least one; the same content signed again by ES256 signers that derive their nonces from the
            message (RFC 6979) gives the same document.

    Raises:
        ValueError: There is no signer, or there are too many.
    """
    document = SignedDocument(content_type, content, ())
    for signer in signers:
        document = add_signature(document, signer)
    if not document.signatures:
        raise ValueError("a document needs at least one signature")
    return document


def add_signature(document: SignedDocument, signer: DocumentSigner) -> SignedDocument:
    """Add a signature. One by the same key that is there already and is right stays as it is.

    Raises:
        ValueError: The document has `limits.MAX_DOCUMENT_SIGNATURES` of other keys already.
        UnsupportedError: `key-type`.
    """
    kid = key_identifier(signer.public_key)
    key = verifying_key(signer.public_key)
    theirs = tuple(one for one in document.signatures if one.kid == kid)
    if any(_is_by(key, one, document) for one in theirs):
        return document
    others = tuple(one for one in document.signatures if one.kid != kid)
    if len(others) >= MAX_DOCUMENT_SIGNATURES:
        raise ValueError(f"a document has at most {MAX_DOCUMENT_SIGNATURES} signatures")
    protected = _protected(signer.algorithm, document.content_type, kid)
    made = signer.sign(cose.sig_structure(protected, document.content))
    signatures = sorted((*others, DocumentSignature(kid, made, int(signer.algorithm))))
    return SignedDocument(document.content_type, document.content, tuple(signatures))


def key_identifier(public_key: PublicKey) -> bytes:
    """What a signature calls its anchor: the first 8 bytes of SHA-256 of the SubjectPublicKeyInfo in DER."""
    return anchor_of(public_key).digest[:KEY_IDENTIFIER_BYTES]


def _by_kid(anchors: Iterable[Anchor]) -> dict[bytes, tuple[Anchor, ...]]:
    pinned: dict[bytes, tuple[Anchor, ...]] = {}
    for anchor in anchors:
        kid = anchor.digest[:KEY_IDENTIFIER_BYTES]
        pinned[kid] = (*pinned.get(kid, ()), anchor)
    return pinned


def _signer_of(one: DocumentSignature, document: SignedDocument, named: tuple[Anchor, ...]) -> Anchor:
    """Which of the anchors that a signature may name made it."""
    for anchor in named:
        key = _usable(anchor)
        if key is not None and _is_by(key, one, document):
            return anchor
    raise TrustListError(
        Reason.TRUST_LIST_SIGNATURE, f"the signature that names anchor {one.kid.hex()} is not by it"
    )


def _usable(anchor: Anchor) -> VerifyingKey | None:
    """The anchor's key; None for a type of key that signs no document."""
    try:
        key = verifying_key(anchor.key)
    except UnsupportedError:
        return None
    if key.is_small:
        raise TrustListError(
            Reason.WEAK_SIGNATURE,
            f"anchor {anchor.digest[:KEY_IDENTIFIER_BYTES].hex()} is an RSA key of {key.bits} bits, "
            "at least 2048 expected",
        )
    return key


def _is_by(key: VerifyingKey, one: DocumentSignature, document: SignedDocument) -> bool:
    signed = cose.sig_structure(_protected(one.algorithm, document.content_type, one.kid), document.content)
    return one.algorithm == key.algorithm and key.is_signature(one.signature, signed)


def _protected(algorithm: int, content_type: str, kid: bytes) -> bytes:
    return cbor.dumps(
        {cose.ALGORITHM: int(algorithm), cose.CONTENT_TYPE: content_type, cose.KEY_IDENTIFIER: kid}
    )


def _loaded(data: bytes) -> Any:
    try:
        return cbor.loads(data, tags=_MESSAGE_TAGS)
    except DecodeError as error:
        raise _unreadable(str(error)) from None


def _parts(data: bytes) -> tuple[bytes, list[Any]]:
    """Content and signature messages. The content is not decoded: nobody has been found to have signed it yet."""
    length, start = _byte_string(data, len(_START))
    end = start + length
    if len(data) - end > _MAX_SIGNATURES_BYTES:
        raise _unreadable(f"its signatures take more than {_MAX_SIGNATURES_BYTES} bytes")
    messages = _loaded(data[end:])
    if type(messages) is not list or not 1 <= len(messages) <= MAX_DOCUMENT_SIGNATURES:
        raise _unreadable(f"an array of 1 to {MAX_DOCUMENT_SIGNATURES} signatures expected")
    return data[start:end], messages


def _byte_string(data: bytes, at: int) -> tuple[int, int]:
    """Length and start of the byte string whose head is at a place (RFC 8949 section 3)."""
    head = int.from_bytes(data[at : at + 1], "big")
    if 0x40 <= head < 0x58:
        return head - 0x40, at + 1
    if not 0x58 <= head <= 0x5A:
        raise _unreadable("a byte string expected as its content")
    start = at + 1 + (1 << (head - 0x58))
    return int.from_bytes(data[at + 1 : start], "big"), start


def _signature(message: Any, content_type: str) -> DocumentSignature:
    parts = message.value if type(message) is CBORTag else None
    if type(parts) is not list or len(parts) != 4:
        raise _unreadable("a signature is no COSE_Sign1 message with tag 18")
    protected, unprotected, payload, signature = parts
    if (
        type(protected) is not bytes
        or type(signature) is not bytes
        or unprotected != {}
        or payload is not None
    ):
        raise _unreadable(
            "a signature is no COSE_Sign1 message with protected header and detached payload only"
        )
    algorithm, kid = _header(_loaded(protected), content_type)
    return DocumentSignature(kid, signature, algorithm)


def _header(header: Any, content_type: str) -> tuple[int, bytes]:
    """Algorithm and key identifier of a protected header; that nothing else is in it, the one encoding shows."""
    if type(header) is not dict:
        raise _unreadable("a protected header is not a map")
    shown = header.get(cose.CONTENT_TYPE)
    if shown != content_type:
        raise _unreadable(f"its content type is {ascii(shown)[:_MAX_SHOWN]}, {content_type} expected")
    algorithm, kid = header.get(cose.ALGORITHM), header.get(cose.KEY_IDENTIFIER)
    if type(algorithm) is not int or type(kid) is not bytes or len(kid) != KEY_IDENTIFIER_BYTES:
        raise _unreadable("a signature needs an algorithm and a key identifier of 8 bytes, both protected")
    return algorithm, kid


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_LIST_UNREADABLE, f"signed document: {problem}")
