"""CMS SignedData (RFC 5652 section 5), as trust lists use it: one signer over one content.

Written here because strict parsers refuse genuine messages over parts that no signature depends on. BER and DER,
attached and detached, with and without signed attributes. Whether the signer is trusted is the caller's question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from vaxcert.crypto import ber, der
from vaxcert.crypto.der import Element
from vaxcert.crypto.signature_algorithms import Hash, SignatureAlgorithm, hash_algorithm, signature_algorithm
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_CMS_BYTES, MAX_CMS_CERTIFICATES

_SIGNED_DATA: Final = der.object_identifier("1.2.840.113549.1.7.2")
_DATA: Final = der.object_identifier("1.2.840.113549.1.7.1")
_CONTENT_TYPE: Final = der.object_identifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = der.object_identifier("1.2.840.113549.1.9.4")
_SUBJECT_KEY_IDENTIFIER: Final = der.object_identifier("2.5.29.14")
_CONTEXT_0: Final = 0xA0
_OCTET_STRINGS: Final = frozenset({der.OCTET_STRING, der.OCTET_STRING | ber.CONSTRUCTED})
_KEY_IDENTIFIER: Final = frozenset({0x80, 0xA0})  # [0] IMPLICIT OCTET STRING, whole or in pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsSignature:
    """A signature that is right; whether its signer may make it is not said.

    Attributes:
        content: What was signed.
        signer: The certificate whose key made the signature.
        certificates: The readable certificates of the message, in its order.
    """

    content: bytes = field(repr=False)
    signer: SigningCertificate
    certificates: tuple[SigningCertificate, ...]


@dataclass(frozen=True, slots=True)
class _Signer:
    """A SignerInfo (RFC 5652 section 5.3)."""

    identifier: Element
    hash: Hash
    attributes: Element | None
    algorithm: SignatureAlgorithm
    signature: bytes


@dataclass(frozen=True, slots=True)
class _Message:
    """A SignedData (RFC 5652 section 5.1)."""

    content_type: bytes
    content: bytes | None
    certificates: tuple[SigningCertificate, ...]
    signer: _Signer


def verify(
    data: bytes, *, content: bytes | None = None, certificates: Iterable[SigningCertificate] = ()
) -> CmsSignature:
    """Check the signature of a CMS message.

    Args:
        data: The message, BER or DER, at most `limits.MAX_CMS_BYTES`.
        content: What it is about: needed when the message is detached; when it holds its content, that must be this.
        certificates: Where else the signer's certificate may be found than in the message.

    Raises:
        TrustListError: `trust-entry-unreadable`; `trust-entry-signature`, when the signature is not by the signer
            it names over the content, the signer's certificate is nowhere, or there is not exactly one signer;
            `weak-signature`, for SHA-1, MD5 and RSA keys under 2048 bits.
    """
    message = _message(data)
    signed = _content(message, content)
    found = [
        one for one in (*message.certificates, *certificates) if _is_named(one, message.signer.identifier)
    ]
    if not found:
        raise _refused("the signer's certificate is neither in the CMS message nor known")
    to_be_signed = _to_be_signed(message, signed)
    return CmsSignature(
        content=signed,
        signer=_signer_of(message.signer, to_be_signed, found),
        certificates=message.certificates,
    )


def _signer_of(signer: _Signer, to_be_signed: bytes, found: list[SigningCertificate]) -> SigningCertificate:
    """The certificate among several of the same name and number whose key it was."""
    refusal = _refused("")
    for certificate in dict.fromkeys(found):
        try:
            signer.algorithm.check(certificate.public_key, signer.signature, to_be_signed)
        except TrustListError as error:
            refusal = error
        else:
            return certificate
    raise refusal


def _message(data: bytes) -> _Message:
    if len(data) > MAX_CMS_BYTES:
        raise _unreadable(f"{len(data)} bytes, at most {MAX_CMS_BYTES} expected")
    try:
        return _signed_data(data)
    except TrustListError as error:
        if error.reason is not Reason.CERTIFICATE_UNREADABLE:
            raise
        raise _unreadable(str(error)) from None


def _signed_data(data: bytes) -> _Message:
    (outer,) = _exactly(ber.elements(data), der.SEQUENCE)
    kind, wrapped = _exactly(ber.elements(outer.content), der.OBJECT_IDENTIFIER, _CONTEXT_0)
    if kind.content != _SIGNED_DATA:
        raise _unreadable("another content than SignedData")
    (signed,) = _exactly(ber.elements(wrapped.content), der.SEQUENCE)
    fields = list(ber.elements(signed.content))
    _, _, encapsulated = _exactly(fields[:3], der.INTEGER, der.SET, der.SEQUENCE)
    *sets, signers = fields[3:] or [encapsulated]
    _exactly([signers], der.SET)
    content_type, content = _encapsulated(encapsulated)
    return _Message(
        content_type=content_type,
        content=content,
        certificates=tuple(_certificates(sets)),
        signer=_only_signer(signers),
    )


def _encapsulated(element: Element) -> tuple[bytes, bytes | None]:
    """Type of the content, and the content where the message holds it (RFC 5652 section 5.2)."""
    fields = list(ber.elements(element.content))
    (kind,) = _exactly(fields[:1], der.OBJECT_IDENTIFIER)
    if len(fields) == 1:
        return kind.content, None
    (wrapped,) = _exactly(fields[1:], _CONTEXT_0)
    whole = list(ber.elements(wrapped.content))
    if len(whole) != 1 or whole[0].tag not in _OCTET_STRINGS:
        raise _unreadable("the content is not an octet string")
    return kind.content, ber.octets(whole[0])


def _certificates(sets: Iterable[Element]) -> Iterator[SigningCertificate]:
    """Those that can be read; the rest concerns other signers, and revocation lists are not asked."""
    found = [
        element
        for one in sets
        if one.tag == _CONTEXT_0
        for element in ber.elements(one.content)
        if element.tag == der.SEQUENCE
    ]
    if len(found) > MAX_CMS_CERTIFICATES:
        raise _unreadable(f"{len(found)} certificates, at most {MAX_CMS_CERTIFICATES} expected")
    for element in found:
        try:
            yield read_signing_certificate(element.encoding)
        except TrustListError:
            continue


def _only_signer(signers: Element) -> _Signer:
    found = list(ber.elements(signers.content))
    if len(found) != 1:
        raise _refused(f"{len(found)} signers in the CMS message, one expected")
    (info,) = _exactly(found, der.SEQUENCE)
    fields = list(ber.elements(info.content))
    attributes = fields.pop(3) if len(fields) > 3 and fields[3].tag == _CONTEXT_0 else None
    if len(fields) < 5 or fields[1].tag not in (der.SEQUENCE, *_KEY_IDENTIFIER):
        raise _unreadable("a SignerInfo that is none")
    _, digest, algorithm = _exactly([fields[0], *fields[2:4]], der.INTEGER, der.SEQUENCE, der.SEQUENCE)
    if fields[4].tag not in _OCTET_STRINGS:
        raise _unreadable("a signature that is not an octet string")
    content_hash = hash_algorithm(digest.content)
    return _Signer(
        identifier=fields[1],
        hash=content_hash,
        attributes=attributes,
        algorithm=signature_algorithm(algorithm.content, digest=content_hash),
        signature=ber.octets(fields[4]),
    )


def _is_named(certificate: SigningCertificate, identifier: Element) -> bool:
    """Whether a SignerIdentifier names the certificate: by issuer and serial number, or by its key identifier."""
    try:
        if identifier.tag in _KEY_IDENTIFIER:
            extension = der.extension(certificate.fields.remainder, _SUBJECT_KEY_IDENTIFIER)
            return extension is not None and der.content(extension, der.OCTET_STRING) == ber.octets(
                identifier
            )
        issuer, serial = _exactly(ber.elements(identifier.content), der.SEQUENCE, der.INTEGER)
    except TrustListError:
        return False
    fields = certificate.fields
    return fields.issuer == issuer.encoding and der.integer(fields.serial) == der.integer(serial.content)


def _content(message: _Message, content: bytes | None) -> bytes:
    signed = content if message.content is None else message.content
    if signed is None:
        raise _unreadable("the CMS message is detached from its content, which is not given")
    if content is not None and signed != content:
        raise _refused("the CMS message is about another content")
    return signed


def _to_be_signed(message: _Message, content: bytes) -> bytes:
    """What the signature is made over (RFC 5652 section 5.4): the signed attributes, or else the content."""
    if message.signer.attributes is None:
        # what is signed here could be attributes signed elsewhere, which begin with the tag of a set
        if message.content_type != _DATA or content[:1] == bytes((der.SET,)):
            raise _refused("a CMS message without signed attributes over something else than plain data")
        return content
    attributes = _attributes(message.signer.attributes)
    expected = {
        _CONTENT_TYPE: der.encode(der.OBJECT_IDENTIFIER, message.content_type),
        _MESSAGE_DIGEST: der.encode(
            der.OCTET_STRING, hashlib.new(message.signer.hash.name, content).digest()
        ),
    }
    for name, value in expected.items():
        if [found for kind, found in attributes if kind == name] != [value]:
            raise _refused("the CMS message was signed over another content")
    members = sorted(member.encoding for member in ber.elements(message.signer.attributes.content))
    return der.encode(der.SET, b"".join(members))


def _attributes(attributes: Element) -> list[tuple[bytes, bytes]]:
    """Type and set of values of every attribute; in DER, as they have to be encoded to be signed."""
    try:
        return [
            (kind.content, values.content)
            for attribute in der.elements(attributes.content)
            for kind, values in [_exactly(der.elements(attribute.content), der.OBJECT_IDENTIFIER, der.SET)]
        ]
    except TrustListError as error:
        raise _unreadable(str(error)) from None


def _exactly(found: Iterable[Element], *tags: int) -> tuple[Element, ...]:
    """The elements, which must have these tags."""
    elements = tuple(found)
    if tuple(element.tag for element in elements) != tags:
        raise _unreadable("not built as CMS SignedData is")
    return elements


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_ENTRY_UNREADABLE, problem)


def _refused(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_ENTRY_SIGNATURE, problem)
