"""Signing certificates (DSC), read as tolerantly as the genuine ones need.

Nothing is verified about who issued one: whoever hands it over vouches for it. Production lists hold
certificates with extensions that `cryptography` cannot parse and serial numbers that RFC 5280 forbids; their
keys signed genuine health certificates all the same. What limits a key, the extended key usage, is therefore
read by `vaxcert.crypto.der`.
"""

from __future__ import annotations

import hashlib
import re
import threading
import warnings
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Final, TypeAlias, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from vaxcert.crypto import der as der_reader
from vaxcert.crypto.der import CertificateFields
from vaxcert.crypto.keys import EcdsaP256Key, VerifyingKey, is_p256_key_info, verifying_key
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES, MAX_SIGNING_CERTIFICATE_BYTES
from vaxcert.model.certificate import ALL_KINDS, Kind

KEY_IDENTIFIER_BYTES: Final = 8
UNREADABLE_NAME: Final = "(unreadable name)"

PURPOSE_ARC: Final = "1.3.6.1.4.1.1847.2021.1"
"""Extended key usages of HCERT (appendix A.4): `.1` test, `.2` vaccination, `.3` recovery."""

OLD_PURPOSE_ARC: Final = "1.3.6.1.4.1.0.1847.2021.1"
"""The arc of an early EU certificate governance; many production certificates carry it.
Written only when asked for, beside the other."""

PURPOSE_NUMBER: Final = {Kind.TEST: 1, Kind.VACCINATION: 2, Kind.RECOVERY: 3}

_KIND_OF_PURPOSE: Final = {
    der_reader.object_identifier(f"{arc}.{number}"): kind
    for arc in (PURPOSE_ARC, OLD_PURPOSE_ARC)
    for kind, number in PURPOSE_NUMBER.items()
}
_EXTENDED_KEY_USAGE: Final = der_reader.object_identifier("2.5.29.37")
_COUNTRY_NAME: Final = der_reader.object_identifier("2.5.4.6")
_USUAL_COUNTRY: Final = re.compile(rb"\x31\x0b\x30\x09\x06\x03\x55\x04\x06[\x0c\x13]\x02([A-Za-z]{2})")
"""A RelativeDistinguishedName of nothing but a countryName, as UTF8String or PrintableString."""

_REMEMBERED_BYTES: Final = 128
"""Usages longer than this, of which no signer has one, are not kept."""

_PEM_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
_PEM_END: Final = b"-----END CERTIFICATE-----"

_NOT_ASCII: Final = re.compile(r"[^\x20-\x7e]")

_quiet: Final = threading.Lock()
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCertificate:
    """A document signing certificate (EU) or document signer certificate (WHO). Equal when its bytes are.

    Attributes:
        der: The certificate as received.
        kid: Key identifier, 8 bytes (HCERT appendix A.1).
        digest: SHA-256 of `der`, 32 bytes.
        country: The subject's C (ISO 3166-1 alpha-2), upper case; None where it has none, different ones or one
            of another form.
        not_before: First moment of validity, aware UTC.
        not_after: Last moment of validity, aware UTC.
        kinds: What it may sign: the HCERT purposes of its extended key usage, or all where it has none.
    """

    der: bytes = field(repr=False)
    kid: bytes = field(compare=False)
    digest: bytes = field(repr=False, compare=False)
    country: str | None = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    kinds: frozenset[Kind] = field(compare=False)
    _is_p256: bool = field(repr=False, compare=False)
    _parsed: x509.Certificate = field(repr=False, compare=False)

    @property
    def public_key(self) -> CertificatePublicKeyTypes:
        """The key, as `cryptography` has it, of whatever type."""
        return self._parsed.public_key()

    def verifying_key(self) -> VerifyingKey:
        """The key, bound to the algorithm HCERT gives its type.

        Raises:
            UnsupportedError: `key-type`, for anything but P-256 and RSA.
        """
        if self._is_p256:
            return EcdsaP256Key.late(self._p256_key)
        return verifying_key(self.public_key)

    def _p256_key(self) -> ec.EllipticCurvePublicKey:
        key = self.public_key
        assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 - `_is_p256` says so
        return key

    @property
    def fields(self) -> CertificateFields:
        """Its parts, as they are encoded."""
        return der_reader.certificate_fields(self.der)

    @property
    def subject(self) -> str:
        """The subject in RFC 4514 form, or `UNREADABLE_NAME`."""
        return _text(_quietly(lambda: self._parsed.subject))

    @property
    def issuer(self) -> str:
        """The issuer, likewise."""
        return _text(_quietly(lambda: self._parsed.issuer))

    @property
    def extensions_readable(self) -> bool:
        """Whether `cryptography` parses its extensions. For reports; nothing depends on it."""
        return _quietly(lambda: self._parsed.extensions) is not None


CertificateReading: TypeAlias = SigningCertificate | TrustListError
Encoding: TypeAlias = bytes | TrustListError
"""A certificate in DER, or why there is none."""


def key_identifier(der: bytes) -> bytes:
    """The `kid` of a signing certificate: the first 8 bytes of SHA-256 over its DER (HCERT appendix A.1)."""
    return hashlib.sha256(der).digest()[:KEY_IDENTIFIER_BYTES]


def read_signing_certificate(data: bytes) -> SigningCertificate:
    """Read one certificate.

    Args:
        data: DER, at most `limits.MAX_SIGNING_CERTIFICATE_BYTES`, nothing after it.

    Raises:
        TrustListError: `certificate-unreadable`. Also when the extended key usage is there and cannot be
            read: what the key is limited to is then unknown.
    """
    with _no_warnings():
        return _read(data)


def read_encodings(encodings: Iterable[Encoding]) -> tuple[CertificateReading, ...]:
    """Read many certificates, which takes less time than one by one.

    Args:
        encodings: Each in DER; or an error, which is passed on.

    Returns:
        In their order, each certificate, or the error why it could not be read: `certificate-unreadable`.
    """
    found = tuple(encodings)
    with _no_warnings():
        return tuple(map(_read_or_error, found))


def read_certificates(data: bytes) -> tuple[CertificateReading, ...]:
    """Read every certificate in a file.

    Args:
        data: A PEM bundle with any text around its blocks; or DER, one certificate or several in a row.

    Returns:
        In their order, each certificate, or the error why it could not be read: `certificate-unreadable`,
        with its position, counted from 1, in the message. At least one entry: no certificate at all is an
        error too. What follows the first `limits.MAX_BUNDLE_CERTIFICATES` is one error.
    """
    encodings = _pem_blocks(data) if _PEM_BEGIN in data else _der_elements(data)
    found = read_encodings(islice(encodings, MAX_BUNDLE_CERTIFICATES))
    readings = [_numbered(reading, position) for position, reading in enumerate(found, 1)]
    if next(encodings, None) is not None:
        readings.append(
            _unreadable(f"more than {MAX_BUNDLE_CERTIFICATES} certificates, the rest is not read")
        )
    return tuple(readings) or (_unreadable("no certificate in PEM or DER"),)


def _numbered(reading: CertificateReading, position: int) -> CertificateReading:
    if isinstance(reading, TrustListError):
        return _unreadable(f"certificate {position}: {reading}")
    return reading


def _read_or_error(encoding: Encoding) -> CertificateReading:
    if isinstance(encoding, TrustListError):
        return encoding
    try:
        return _read(encoding)
    except TrustListError as error:
        return error.with_traceback(None)  # which would keep everything that was being read


def _read(data: bytes) -> SigningCertificate:
    if len(data) > MAX_SIGNING_CERTIFICATE_BYTES:
        raise _unreadable(f"{len(data)} bytes, at most {MAX_SIGNING_CERTIFICATE_BYTES} expected")
    der = bytes(data)
    try:
        certificate = x509.load_der_x509_certificate(der)
        subject, key_info, remainder = der_reader.subject_and_after(der)
        is_p256 = is_p256_key_info(key_info)
        if not is_p256:
            certificate.public_key()
        not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except Exception:  # one bad certificate must never end a list, whatever the parser raises
        raise _unreadable("not an X.509 certificate with a key of a known type") from None
    digest = hashlib.sha256(der).digest()
    return SigningCertificate(
        der=der,
        kid=digest[:KEY_IDENTIFIER_BYTES],
        digest=digest,
        country=_country(subject, certificate),
        not_before=not_before,
        not_after=not_after,
        kinds=_kinds(remainder),
        _is_p256=is_p256,
        _parsed=certificate,
    )


def _kinds(fields: bytes) -> frozenset[Kind]:
    """What the key may sign (HCERT appendix A.4). Purposes of other applications do not limit it."""
    if _EXTENDED_KEY_USAGE not in fields:  # then no extension can have that name
        return ALL_KINDS
    usage = der_reader.extension(fields, _EXTENDED_KEY_USAGE)
    if usage is None:
        return ALL_KINDS
    return _remembered_kinds(usage) if len(usage) <= _REMEMBERED_BYTES else _granted_kinds(usage)


def _granted_kinds(usage: bytes) -> frozenset[Kind]:
    purposes = der_reader.object_identifiers(usage)
    kinds = frozenset(_KIND_OF_PURPOSE[purpose] for purpose in purposes if purpose in _KIND_OF_PURPOSE)
    return kinds if kinds and kinds != ALL_KINDS else ALL_KINDS


_remembered_kinds: Final = lru_cache(maxsize=256)(_granted_kinds)
"""Signers share a handful of usages."""


def _country(subject: bytes, certificate: x509.Certificate) -> str | None:
    """The country, from the encoding where it stands there once in the usual form."""
    if subject.count(_COUNTRY_NAME) == 1:
        start, end = der_reader.extent(subject, 0)
        while start < end:
            if usual := _USUAL_COUNTRY.match(subject, start):
                return usual[1].decode("ascii").upper()
            start = der_reader.extent(subject, start)[1]
    return _any_country(_or_none(lambda: certificate.subject))


def _any_country(name: x509.Name | None) -> str | None:
    attributes = name.get_attributes_for_oid(NameOID.COUNTRY_NAME) if name is not None else []
    countries = {_capitals(str(attribute.value)) for attribute in attributes}
    return countries.pop() if len(countries) == 1 else None


def _capitals(country: str) -> str | None:
    return country.upper() if re.fullmatch("[A-Za-z]{2}", country) else None


@contextmanager
def _no_warnings() -> Iterator[None]:
    """`cryptography` warns about serial numbers and attribute lengths, which genuine certificates have.

    The lock keeps threads that read certificates from restoring each other's warning filters.
    """
    with _quiet, warnings.catch_warnings(action="ignore"):
        yield


def _quietly(read: Callable[[], _Part]) -> _Part | None:
    with _no_warnings():
        return _or_none(read)


def _or_none(read: Callable[[], _Part]) -> _Part | None:
    """What `read` gives, or None where `cryptography` refuses that part of the certificate."""
    try:
        return read()
    except Exception:
        return None


def _text(name: x509.Name | None) -> str:
    return UNREADABLE_NAME if name is None else _NOT_ASCII.sub(_hex_pairs, name.rfc4514_string())


def _hex_pairs(match: re.Match[str]) -> str:
    """RFC 4514's other way to write a character (section 2.4), for those that disturb a terminal or a log."""
    character = match.group()
    if character.isprintable():
        return character
    return "".join(f"\\{octet:02X}" for octet in character.encode())


def _pem_blocks(data: bytes) -> Iterator[Encoding]:
    """The blocks of a PEM bundle (RFC 7468)."""
    start = data.find(_PEM_BEGIN)
    while start >= 0:
        body = start + len(_PEM_BEGIN)
        start = data.find(_PEM_BEGIN, body)
        yield _pem_body(data[body:start] if start >= 0 else data[body:])


def _pem_body(block: bytes) -> Encoding:
    text, end, _ = block.partition(_PEM_END)
    if not end:
        return _unreadable("the PEM block has no end line")
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except Base64Error:
        return _unreadable("the PEM block is not base64")


def _der_elements(data: bytes) -> Iterator[Encoding]:
    """DER in a row, up to the first element whose length cannot be followed. White space may end the file."""
    if not data.startswith(bytes([der_reader.SEQUENCE])):
        return
    position = 0
    try:
        for element in der_reader.elements(data):
            if element.tag != der_reader.SEQUENCE:
                raise _unreadable(f"DER tag {element.tag:#04x}, {der_reader.SEQUENCE:#04x} expected")
            position += len(element.encoding)
            yield element.encoding
    except TrustListError as error:
        if data[position:].strip():
            yield error


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.CERTIFICATE_UNREADABLE, problem)
