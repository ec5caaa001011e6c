"""Signing certificates (DSC), read as tolerantly as the genuine ones need.

Nothing is verified about who issued one: whoever hands it over vouches for it. Production lists hold certificates whose
extensions `cryptography` cannot parse and serial numbers that RFC 5280 forbids; their keys signed genuine health
certificates all the same. What limits a key, the extended key usage, is therefore read with `vaxcert.crypto.der`.
"""

from __future__ import annotations

import hashlib
import re
import threading
import warnings
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from vaxcert.crypto import der as der_reader
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_SIGNING_CERTIFICATE_BYTES
from vaxcert.model.certificate import ALL_KINDS, Kind

KEY_IDENTIFIER_BYTES: Final = 8
UNREADABLE_NAME: Final = "(unreadable name)"

PURPOSE_ARC: Final = "1.3.6.1.4.1.1847.2021.1"
"""Extended key usages of HCERT (appendix A.4): `.1` test, `.2` vaccination, `.3` recovery."""

OLD_PURPOSE_ARC: Final = "1.3.6.1.4.1.0.1847.2021.1"
"""The arc an early EU certificate governance gave; many production certificates carry it. Read, never written."""

PURPOSE_NUMBER: Final = {Kind.TEST: 1, Kind.VACCINATION: 2, Kind.RECOVERY: 3}

_KIND_OF_PURPOSE: Final = {
    der_reader.object_identifier(f"{arc}.{number}"): kind
    for arc in (PURPOSE_ARC, OLD_PURPOSE_ARC)
    for kind, number in PURPOSE_NUMBER.items()
}
_EXTENDED_KEY_USAGE: Final = der_reader.object_identifier("2.5.29.37")

_PEM_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
_PEM_END: Final = b"-----END CERTIFICATE-----"

_quiet: Final = threading.Lock()
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCertificate:
    """A document signing certificate (EU) or document signer certificate (WHO). Equal when its bytes are.

    Attributes:
        der: The certificate as received.
        kid: Key identifier, 8 bytes (HCERT appendix A.1).
        digest: SHA-256 of `der`, 32 bytes.
        public_key: The key, as `cryptography` has it, of whatever type.
        country: ISO 3166-1 alpha-2 of the subject (C), upper case; None where it has none, a wrong one or several.
        subject: The subject in RFC 4514 form, or `UNREADABLE_NAME`.
        issuer: The issuer, likewise.
        not_before: First moment of validity, aware UTC.
        not_after: Last moment of validity, aware UTC.
        kinds: What it may sign: the HCERT purposes of its extended key usage, or everything where it has none.
        extensions_readable: Whether `cryptography` can parse its extensions. For reports; nothing depends on it.
    """

    der: bytes = field(repr=False)
    kid: bytes = field(compare=False)
    digest: bytes = field(repr=False, compare=False)
    public_key: CertificatePublicKeyTypes = field(repr=False, compare=False)
    country: str | None = field(compare=False)
    subject: str = field(compare=False)
    issuer: str = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    kinds: frozenset[Kind] = field(compare=False)
    extensions_readable: bool = field(compare=False)


CertificateReading: TypeAlias = SigningCertificate | TrustListError


def key_identifier(der: bytes) -> bytes:
    """The `kid` of a signing certificate: the first 8 bytes of SHA-256 over its DER (HCERT appendix A.1)."""
    return hashlib.sha256(der).digest()[:KEY_IDENTIFIER_BYTES]


def purposes_to_kinds(purposes: Iterable[bytes]) -> frozenset[Kind]:
    """What a key with these extended key usages may sign (HCERT appendix A.4).

    Args:
        purposes: Object identifiers, content octets. Those of other applications do not limit.

    Returns:
        The kinds named in either arc; all kinds when none is.
    """
    kinds = frozenset(_KIND_OF_PURPOSE[purpose] for purpose in purposes if purpose in _KIND_OF_PURPOSE)
    return kinds or ALL_KINDS


def read_signing_certificate(data: bytes) -> SigningCertificate:
    """Read one certificate.

    Args:
        data: DER, at most `limits.MAX_SIGNING_CERTIFICATE_BYTES`, nothing after it.

    Raises:
        TrustListError: `certificate-unreadable`. Also when the extended key usage is there and cannot be read: what
            the key is limited to is then unknown.
    """
    if len(data) > MAX_SIGNING_CERTIFICATE_BYTES:
        raise _unreadable(f"{len(data)} bytes, at most {MAX_SIGNING_CERTIFICATE_BYTES} expected")
    der = bytes(data)
    # `cryptography` warns about serial numbers and attribute lengths; the lock keeps the threads of this library
    # from restoring each other's warning filters
    with _quiet, warnings.catch_warnings(action="ignore"):
        return _read(der)


def read_certificates(data: bytes) -> tuple[CertificateReading, ...]:
    """Read every certificate in a file: a PEM bundle with any text around its blocks, or DER, one or many in a row.

    Returns:
        In their order, each certificate or the error why it could not be read, `certificate-unreadable`, whose message
        says which one it is, counted from 1. At least one entry: no certificate at all is an error too.
    """
    encodings = _pem_blocks(data) if _PEM_BEGIN in data else _der_elements(data)
    readings: list[CertificateReading] = []
    for encoding in encodings:
        try:
            readings.append(read_signing_certificate(encoding()))
        except TrustListError as error:
            readings.append(_unreadable(f"certificate {len(readings) + 1}: {error}"))
    return tuple(readings) or (_unreadable("no certificate in PEM or DER"),)


def _read(der: bytes) -> SigningCertificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        public_key = certificate.public_key()
        not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except Exception:  # one bad certificate must never end a list, whatever the parser raises
        raise _unreadable("not an X.509 certificate with a key of a known type") from None
    subject = _or_none(lambda: certificate.subject)
    digest = hashlib.sha256(der).digest()
    return SigningCertificate(
        der=der,
        kid=digest[:KEY_IDENTIFIER_BYTES],
        digest=digest,
        public_key=public_key,
        country=_country(subject),
        subject=_text(subject),
        issuer=_text(_or_none(lambda: certificate.issuer)),
        not_before=not_before,
        not_after=not_after,
        kinds=_kinds(der),
        extensions_readable=_or_none(lambda: certificate.extensions) is not None,
    )


def _kinds(der: bytes) -> frozenset[Kind]:
    usage = der_reader.certificate_extension(der, _EXTENDED_KEY_USAGE)
    return ALL_KINDS if usage is None else purposes_to_kinds(der_reader.object_identifiers(usage))


def _or_none(read: Callable[[], _Part]) -> _Part | None:
    """What `read` gives, or None where `cryptography` refuses that part of the certificate."""
    try:
        return read()
    except Exception:
        return None


def _country(name: x509.Name | None) -> str | None:
    attributes = name.get_attributes_for_oid(NameOID.COUNTRY_NAME) if name is not None else []
    countries = {str(attribute.value).upper() for attribute in attributes}
    country = countries.pop() if len(countries) == 1 else ""
    return country if re.fullmatch("[A-Z]{2}", country) else None


def _text(name: x509.Name | None) -> str:
    return UNREADABLE_NAME if name is None else _NOT_PRINTABLE.sub(_hex_pairs, name.rfc4514_string())


def _hex_pairs(match: re.Match[str]) -> str:
    """RFC 4514 section 2.4's other way to write a character, for those that would disturb a terminal or a log."""
    character = match.group()
    if character.isprintable():
        return character
    return "".join(f"\\{octet:02X}" for octet in character.encode())


def _pem_blocks(data: bytes) -> Iterator[Encoding]:
    """The blocks of a PEM bundle (RFC 7468), each still to be decoded."""
    start = data.find(_PEM_BEGIN)
    while start >= 0:
        body = start + len(_PEM_BEGIN)
        start = data.find(_PEM_BEGIN, body)
        block = data[body:start] if start >= 0 else data[body:]
        yield partial(_pem_body, block)


def _pem_body(block: bytes) -> bytes:
    text, end, _ = block.partition(_PEM_END)
    if not end:
        raise _unreadable("the PEM block has no end line")
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except Base64Error:
        raise _unreadable("the PEM block is not base64") from None


def _der_elements(data: bytes) -> Iterator[Encoding]:
    """DER certificates in a row, up to the first whose length cannot be followed."""
    rest = data
    while rest.strip():
        try:
            encoding = next(der_reader.elements(rest)).encoding
        except TrustListError as error:
            yield partial(_fail, error)
            return
        yield partial(bytes, encoding)
        rest = rest[len(encoding) :]


def _fail(error: TrustListError) -> bytes:
    raise error


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.CERTIFICATE_UNREADABLE, problem)
