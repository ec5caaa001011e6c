"""Certificates of authorities and signers, right or wrong in one thing, and the same bytes each time.

Serial numbers are fixed, and signatures are ECDSA with nonces from the message (RFC 6979). The keys are those of
`keys/`. What a builder would refuse to write is put into the encoding, which is then signed again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from test_vectors.builder import key

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)
NEW_ARC: Final = "1.3.6.1.4.1.1847.2021.1"
OLD_ARC: Final = "1.3.6.1.4.1.0.1847.2021.1"
AUTHORITY_KEY: Final = "csca-es256"
_ECDSA_SHA256: Final = bytes.fromhex("300a06082a8648ce3d040302")

Extension: TypeAlias = x509.ExtensionType | None
Change: TypeAlias = Callable[[bytes], bytes]
Digest: TypeAlias = hashes.SHA256 | hashes.SHA384 | hashes.SHA512


def tlv(tag: int, content: bytes) -> bytes:
    """One DER element."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def name(common: str | None = None, *countries: str, organization: str | None = "TEST vaxcert") -> x509.Name:
    """A subject or issuer; VN where no country is given."""
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, country, _validate=False) for country in countries]
    if organization is not None:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    if common is not None:
        parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    return x509.Name(parts)


AUTHORITY: Final = name("TEST CSCA", "VN")
SIGNER: Final = name("TEST DSC", "VN")


def usage(*granted: str) -> x509.KeyUsage:
    """A KeyUsage of these bits."""
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{each: each in granted for each in names})


def purposes(*numbers: int, arc: str = NEW_ARC) -> x509.ExtendedKeyUsage:
    """HCERT purposes: 1 test, 2 vaccination, 3 recovery."""
    return x509.ExtendedKeyUsage([ObjectIdentifier(f"{arc}.{number}") for number in numbers])


def period(starts: datetime, ends: datetime) -> x509.UnrecognizedExtension:
    """When the private key may sign (RFC 3280 section 4.2.1.4), which may be nonsense."""
    encoded = (f"{moment:%Y%m%d%H%M%SZ}".encode() for moment in (starts, ends))
    value = b"".join(tlv(tag, moment) for tag, moment in zip((0x80, 0x81), encoded, strict=True))
    return x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.16"), tlv(0x30, value))


CLIENT: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
MAIL: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
EMPTY_PURPOSES: Final = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.37"), b"\x30\x00")

_AUTHORITY_EXTENSIONS: Final[Mapping[str, Extension]] = {
    "constraints": x509.BasicConstraints(ca=True, path_length=0),
    "usage": usage("key_cert_sign", "crl_sign"),
    "subject_key": x509.SubjectKeyIdentifier.from_public_key(key(AUTHORITY_KEY).private.public_key()),
    "key_use": period(START, START + 365 * DAY),
}
_CRL: Final = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.example/TEST")], None, None, None)]
)
_SIGNER_EXTENSIONS: Final[Mapping[str, Extension]] = {
    "usage": usage("digital_signature"),
    "subject_key": x509.SubjectKeyIdentifier.from_public_key(key("es256").private.public_key()),
    "authority_key": x509.AuthorityKeyIdentifier.from_issuer_public_key(
        key(AUTHORITY_KEY).private.public_key()
    ),
    "purposes": purposes(1, 2, 3),
    "key_use": period(START, START + 183 * DAY),
    "crl": _CRL,
}
_NO_CHANGES: Final[Mapping[str, Extension]] = MappingProxyType({})


def authority(**changes: Any) -> bytes:
    """A country's authority, self-signed, right in everything that is not changed. DER."""
    given = {"subject": AUTHORITY, "of": AUTHORITY_KEY, "ends": START + 1461 * DAY, **changes}
    return _certificate(_AUTHORITY_EXTENSIONS, **given)


def signer(**changes: Any) -> bytes:
    """A document signing certificate, right in everything that is not changed. DER."""
    given = {"subject": SIGNER, "of": "es256", "ends": START + 730 * DAY, **changes}
    return _certificate(_SIGNER_EXTENSIONS, **given)


def _certificate(
    defaults: Mapping[str, Extension],
    *,
    subject: x509.Name,
    of: str,
    ends: datetime,
    issuer: x509.Name = AUTHORITY,
    by: str = AUTHORITY_KEY,
    starts: datetime = START,
    critical: frozenset[str] = frozenset({"constraints", "usage"}),
    digest: Digest | None = None,
    encoded: Change | None = None,
    algorithm: str | None = None,
    serial: int = 0x5E5161,
    extensions: Mapping[str, Extension] = _NO_CHANGES,
) -> bytes:
    """A certificate of the key `of`, signed by the key `by`; extensions that are None are left out."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key(of).private.public_key())
        .serial_number(serial)
        .not_valid_before(starts)
        .not_valid_after(ends)
    )
    for each, extension in {**defaults, **extensions}.items():
        if extension is not None:
            builder = builder.add_extension(extension, critical=each in critical)
    private = key(by).private
    made = builder.sign(
        private,
        digest or hashes.SHA256(),
        ecdsa_deterministic=True if isinstance(private, ec.EllipticCurvePrivateKey) else None,
    )
    if algorithm is not None:
        other = tlv(0x30, bytes.fromhex(algorithm))
        return _signed_again(made, private, replaced(_ECDSA_SHA256, other), other)
    return made.public_bytes(Encoding.DER) if encoded is None else _signed_again(made, private, encoded)


def _signed_again(
    made: x509.Certificate, private: Any, change: Change, algorithm: bytes = _ECDSA_SHA256
) -> bytes:
    """The certificate with a changed TBSCertificate, and a signature of P-256 that fits it."""
    changed = change(made.tbs_certificate_bytes)
    signature = private.sign(changed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return tlv(0x30, changed + algorithm + tlv(0x03, b"\0" + signature))


def with_serial(octets: bytes) -> Change:
    """Another serial number, of these content octets."""
    return replaced(tlv(0x02, (0x5E5161).to_bytes(3, "big")), tlv(0x02, octets))


def replaced(old: bytes, new: bytes) -> Change:
    """Other bytes in the body, which is then as long as its header says."""

    def change(body: bytes) -> bytes:
        assert body.count(old) == 1
        content = body[2 + (body[1] & 0x7F if body[1] & 0x80 else 0) :]
        return tlv(0x30, content.replace(old, new))

    return change
