"""Signing authorities (CSCA), certificate signing requests, and the signing certificates (DSC) they lead to.

After the EU and WHO certificate profiles (`vaxcert.crypto.profiles`), which ask for nothing that contradicts: an
authority signs nothing but signing certificates (path length 0), and those of its own country. Each key signs for a
part of its certificate's validity only, so that what it signs last does not outlast it. What has an error of its
profile is not handed out. What is made here is as good as the care taken of the keys; the keys of a country belong in
a hardware module.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.extensions import read_extensions
from vaxcert.crypto.key_schedule import SIGNING_CERTIFICATE_VALIDITY
from vaxcert.crypto.profile_check import check, guessed_profile
from vaxcert.crypto.profiles import ProfileSeverity
from vaxcert.crypto.signing_certificate import (
    OLD_PURPOSE_ARC,
    PURPOSE_ARC,
    PURPOSE_NUMBER,
    SigningCertificate,
    read_signing_certificate,
)
from vaxcert.errors import EncodeError, Reason, TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.model.moments import in_utc

CA_VALIDITY: Final = timedelta(days=4 * 365 + 1)
SIGNER_VALIDITY: Final = SIGNING_CERTIFICATE_VALIDITY

CA_KEY_USE: Final = timedelta(days=365)
SIGNER_KEY_USE: Final = timedelta(days=183)

MIN_CA_RSA_BITS: Final = 3072
MIN_SIGNER_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 4096
NEW_RSA_BITS: Final = (2048, 3072)

_RSA_EXPONENT: Final = 65537
_LAST_MOMENT: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def new_key(algorithm: Algorithm, *, rsa_bits: int = 2048) -> PrivateKey:
    """Make a private key from the operating system's randomness.

    Args:
        algorithm: ES256 for a P-256 key, PS256 for an RSA key.
        rsa_bits: 2048 for a signer, 3072 for a signer or an authority. Not looked at for ES256.

    Raises:
        ValueError: Another RSA size.
    """
    if algorithm is Algorithm.ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if rsa_bits not in NEW_RSA_BITS:
        raise ValueError(f"an RSA key of {rsa_bits} bits, 2048 or 3072 expected")
    return rsa.generate_private_key(_RSA_EXPONENT, rsa_bits)


def create_signing_ca(
    key: PrivateKey,
    *,
    country: str,
    organization: str,
    common_name: str,
    not_before: datetime,
    valid_for: timedelta = CA_VALIDITY,
    key_use: timedelta | None = CA_KEY_USE,
) -> x509.Certificate:
    """Make a self-signed country signing certificate authority (CSCA).

    Args:
        key: P-256, or RSA of 3072 to 4096 bits.
        country: ISO 3166-1 alpha-2, upper case.
        organization: At most 64 bytes of UTF-8.
        common_name: At most 64 bytes of UTF-8.
        not_before: First moment of validity, timezone-aware; whole seconds are kept.
        valid_for: Length of validity, two to four years.
        key_use: How long the key is to sign (private key usage period), at most the whole validity; None states
            nothing.

    Raises:
        EncodeError: `key-type` or `key-too-small`.
        ValueError: The name or the dates are not as described.
    """
    public_key = _supported(key.public_key(), MIN_CA_RSA_BITS)
    name = _name(country, organization, common_name)
    start, end = _validity(not_before, valid_for)
    usage = _key_usage(signs_certificates=True)
    made = (
        _builder(name, name, public_key, (start, end), key_use)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .sign(key, hashes.SHA256())
    )
    if errors := _profile_errors(made):
        raise ValueError(f"the authority's certificate would not keep to its profile: {errors}")
    return made


def create_csr(
    key: PrivateKey,
    *,
    country: str,
    organization: str,
    common_name: str,
    kinds: Collection[Kind] = ALL_KINDS,
) -> x509.CertificateSigningRequest:
    """Ask an authority for a signing certificate (PKCS #10, RFC 2986).

    Args:
        key: P-256, or RSA of 2048 to 4096 bits.
        country: ISO 3166-1 alpha-2, upper case; must be the authority's.
        organization: At most 64 bytes of UTF-8.
        common_name: At most 64 bytes of UTF-8.
        kinds: What the key is to sign.

    Raises:
        EncodeError: `key-type` or `key-too-small`.
        ValueError: The name is not as described, or there is no kind.
    """
    _supported(key.public_key(), MIN_SIGNER_RSA_BITS)
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_name(country, organization, common_name))
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(_extended_key_usage(kinds), critical=False)
        .sign(key, hashes.SHA256())
    )


def issue_signing_certificate(
    csr: x509.CertificateSigningRequest,
    *,
    ca_certificate: x509.Certificate,
    ca_key: PrivateKey,
    not_before: datetime,
    valid_for: timedelta = SIGNER_VALIDITY,
    kinds: Collection[Kind] = ALL_KINDS,
    key_use: timedelta | None = SIGNER_KEY_USE,
    crl_url: str | None = None,
    old_arc: bool = False,
) -> x509.Certificate:
    """Make the signing certificate (DSC) that a request asks for.

    The subject and the key are the request's; its extensions are not copied, what the key may sign is for the
    authority to say.

    Args:
        csr: The request, with a P-256 key or an RSA key of 2048 to 4096 bits.
        ca_certificate: The authority's certificate.
        ca_key: The authority's private key.
        not_before: First moment of validity, timezone-aware; whole seconds are kept.
        valid_for: Length of validity, not past the authority's.
        kinds: What the key may sign. All three purposes are written when it may sign all.
        key_use: How long the key is to sign (private key usage period), at most the whole validity; None states
            nothing.
        crl_url: Where the authority publishes its revocation list; EU and WHO advise to say so.
        old_arc: Whether to write the purposes under the arc of an early EU certificate governance as well, for
            verifiers that know no other. Reading takes both.

    Raises:
        EncodeError: `request-refused` when the request's signature is wrong, its country is not the
            authority's, the authority may not sign certificates, `not_before` is not within its key's time of
            use, the dates are not within its own, or the certificate would have an error of its profile, such
            as no common name; `key-type` or `key-too-small` for either key; `key-certificate-mismatch` when
            `ca_key` is not the authority's.
        ValueError: The dates or the URL are not as described, or there is no kind.
    """
    public_key = _requested_key(csr)
    _supported(ca_key.public_key(), MIN_CA_RSA_BITS)
    if _key_of(ca_certificate) != ca_key.public_key():
        raise EncodeError(Reason.KEY_CERTIFICATE_MISMATCH, "the private key is not the authority's")
    _check_country(csr.subject, ca_certificate.subject)
    start, end = _validity(not_before, valid_for)
    _check_dates(start, end, ca_certificate)
    issuer_key_identifier = _authority_key_identifier(ca_certificate)
    builder = (
        _builder(csr.subject, ca_certificate.subject, public_key, (start, end), key_use)
        .add_extension(issuer_key_identifier, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(_extended_key_usage(kinds, old_arc=old_arc), critical=False)
    )
    if crl_url is not None:
        builder = builder.add_extension(_crl_distribution_points(crl_url), critical=False)
    made = builder.sign(ca_key, hashes.SHA256())
    if errors := _profile_errors(made, ca_certificate):
        raise EncodeError(Reason.REQUEST_REFUSED, f"the certificate would not keep to its profile: {errors}")
    return made


def _profile_errors(certificate: x509.Certificate, issuer: x509.Certificate | None = None) -> str:
    """What makes a certificate break its profile, or that it cannot be read; "" where nothing does."""
    try:
        made = _as_read(certificate)
        findings = check(made, guessed_profile(made), issuer=None if issuer is None else _as_read(issuer))
    except TrustListError as error:
        return str(error)
    errors = [found for found in findings if found.severity is ProfileSeverity.ERROR]
    return "; ".join(f"{error.code}: {error.detail}" if error.detail else error.code for error in errors)


def _as_read(certificate: x509.Certificate) -> SigningCertificate:
    return read_signing_certificate(certificate.public_bytes(Encoding.DER))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: PublicKey,
    validity: tuple[datetime, datetime],
    key_use: timedelta | None,
) -> x509.CertificateBuilder:
    start, end = validity
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if key_use is None:
        return builder
    _, key_use_ends = _validity(start, min(key_use, end - start))
    return builder.add_extension(x509.PrivateKeyUsagePeriod(start, key_use_ends), critical=False)


def _supported(key: object, min_rsa_bits: int) -> PublicKey:
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < min_rsa_bits:
            raise EncodeError(
                Reason.KEY_TOO_SMALL, f"an RSA key of {key.key_size} bits, at least {min_rsa_bits} expected"
            )
        if key.key_size > MAX_RSA_BITS:
            raise EncodeError(
                Reason.KEY_TYPE, f"an RSA key of {key.key_size} bits, at most {MAX_RSA_BITS} expected"
            )
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    found = key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__
    raise EncodeError(Reason.KEY_TYPE, f"a key of type {found}, P-256 or RSA expected")


def _name(country: str, organization: str, common_name: str) -> x509.Name:
    if not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise ValueError(f"country {country!r}, two capital letters (ISO 3166-1) expected")
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _name_part("organization", organization)),
            x509.NameAttribute(NameOID.COMMON_NAME, _name_part("common name", common_name)),
        ]
    )


def _name_part(what: str, text: str) -> str:
    # RFC 5280 appendix A.1 bounds characters; `cryptography` takes the bound as bytes and refuses more
    if not 1 <= len(text.encode()) <= 64:
        raise ValueError(f"{what} of {len(text.encode())} bytes of UTF-8, 1 to 64 expected")
    return text


def _validity(not_before: datetime, valid_for: timedelta) -> tuple[datetime, datetime]:
    start = in_utc(not_before).replace(microsecond=0)
    if valid_for < timedelta(seconds=1):
        raise ValueError(f"a validity of {valid_for}, at least a second expected")
    if valid_for > _LAST_MOMENT - start:
        raise ValueError(f"a validity of {valid_for} from {start:%Y-%m-%d} on ends after the year 9999")
    return start, start + valid_for


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _extended_key_usage(kinds: Collection[Kind], *, old_arc: bool = False) -> x509.ExtendedKeyUsage:
    if not kinds:
        raise ValueError("a signing certificate needs at least one kind to sign")
    numbers = sorted({PURPOSE_NUMBER[kind] for kind in kinds})
    arcs = (PURPOSE_ARC, OLD_PURPOSE_ARC) if old_arc else (PURPOSE_ARC,)
    return x509.ExtendedKeyUsage(ObjectIdentifier(f"{arc}.{number}") for arc in arcs for number in numbers)


def _crl_distribution_points(url: str) -> x509.CRLDistributionPoints:
    if not (
        url.startswith(("http://", "https://")) and url.isascii() and url.isprintable() and " " not in url
    ):
        raise ValueError(f"revocation list at {url!r}, an address in ASCII that starts with http:// expected")
    location = x509.UniformResourceIdentifier(url)
    return x509.CRLDistributionPoints([x509.DistributionPoint([location], None, None, None)])


def _requested_key(csr: x509.CertificateSigningRequest) -> PublicKey:
    key = _supported(_key_of(csr), MIN_SIGNER_RSA_BITS)
    if not csr.is_signature_valid:
        raise EncodeError(Reason.REQUEST_REFUSED, "the request is not signed by the key it holds")
    return key


def _key_of(holder: x509.Certificate | x509.CertificateSigningRequest) -> object:
    try:
        return holder.public_key()
    except (UnsupportedAlgorithm, ValueError):
        raise EncodeError(Reason.KEY_TYPE, "a key of unknown type, P-256 or RSA expected") from None


def _check_country(subject: x509.Name, authority: x509.Name) -> None:
    requested, expected = _countries(subject), _countries(authority)
    if len(requested) != 1 or requested != expected:
        raise EncodeError(
            Reason.REQUEST_REFUSED,
            f"the request's country is {', '.join(requested) or 'missing'}, "
            f"the authority's {', '.join(expected) or 'missing'}",
        )


def _countries(name: x509.Name) -> list[str]:
    return [str(attribute.value) for attribute in name.get_attributes_for_oid(NameOID.COUNTRY_NAME)]


def _check_dates(start: datetime, end: datetime, ca_certificate: x509.Certificate) -> None:
    first, last = ca_certificate.not_valid_before_utc, ca_certificate.not_valid_after_utc
    if not (first <= start and end <= last):
        raise EncodeError(
            Reason.REQUEST_REFUSED,
            f"validity {start:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ} is not within the authority's, "
            f"{first:%Y-%m-%dT%H:%M:%SZ} to {last:%Y-%m-%dT%H:%M:%SZ}",
        )
    period = read_extensions(ca_certificate.public_bytes(Encoding.DER)).key_use_period
    if period is not None and period.ends is not None and start > period.ends:
        raise EncodeError(
            Reason.REQUEST_REFUSED,
            f"the authority's key was to sign until {period.ends:%Y-%m-%dT%H:%M:%SZ}, "
            f"not from {start:%Y-%m-%dT%H:%M:%SZ} on",
        )
    if period is not None and period.starts is not None and start < period.starts:
        raise EncodeError(
            Reason.REQUEST_REFUSED,
            f"the authority's key is to sign from {period.starts:%Y-%m-%dT%H:%M:%SZ} on, "
            f"not from {start:%Y-%m-%dT%H:%M:%SZ} on",
        )


def _authority_key_identifier(ca_certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """The authority's subject key identifier, of a certificate that may sign others."""
    try:
        extensions = ca_certificate.extensions
        is_ca = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        may_sign = extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
        identifier = extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        is_ca = False
    if not (is_ca and may_sign):
        raise EncodeError(
            Reason.REQUEST_REFUSED, "the authority's certificate is not one that may sign others"
        )
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
