"""What EU and WHO ask of the certificates of a country, as data; `vaxcert.crypto.profile_check` compares.

After the certificate governance of the EU Digital COVID Certificate (2021) and that of the WHO's GDHCN, which is drawn
from it: both want the same of a certificate. They differ in what they insist on: the GDHCN looks at lengths of
validity when a country joins, and takes an authority that states no path length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from vaxcert.crypto import der
from vaxcert.crypto.extensions import CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN

CLIENT_AUTHENTICATION: Final = der.object_identifier("1.3.6.1.5.5.7.3.2")

_YEAR: Final = timedelta(days=365)
_TWO_YEARS: Final = timedelta(days=731)  # with a leap day
_FOUR_YEARS: Final = timedelta(days=1461)


class ProfileName(StrEnum):
    """The profiles there are."""

    EU_CSCA = "eu-csca"
    """Country signing certificate authority."""
    EU_DSC = "eu-dsc"
    """Document signing certificate: the key that signs health certificates."""
    EU_UP = "eu-up"
    """Signs what a country uploads to the gateway."""
    EU_TLS = "eu-tls"
    """Connects to the gateway."""
    WHO_SCA = "who-sca"
    WHO_DSC = "who-dsc"
    WHO_UP = "who-up"
    WHO_TLS = "who-tls"


class ProfileSeverity(StrEnum):
    """What a deviation from a profile means."""

    INFO = "info"
    """A recommendation is not followed."""
    ERROR = "error"
    """The profile forbids it, or verifiers will not take it."""


class ProfileCode(StrEnum):
    """Stable codes of every deviation from a profile. Public: never renamed, never reused."""

    EXTENSIONS_UNREADABLE = "extensions-unreadable"
    SERIAL_NOT_POSITIVE = "serial-not-positive"
    SERIAL_TOO_LONG = "serial-too-long"
    SIGNATURE_HASH = "signature-hash"
    SIGNATURE_ALGORITHM = "signature-algorithm"
    # subject
    COUNTRY_MISSING = "country-missing"
    COUNTRY_REPEATED = "country-repeated"
    COUNTRY_FORM = "country-form"
    COMMON_NAME_MISSING = "common-name-missing"
    ORGANIZATION_MISSING = "organization-missing"
    # key
    KEY_TYPE = "key-type"
    CURVE = "curve"
    KEY_TOO_SMALL = "key-too-small"
    KEY_TOO_LARGE = "key-too-large"
    RSA_DISCOURAGED = "rsa-discouraged"
    # extensions
    BASIC_CONSTRAINTS_MISSING = "basic-constraints-missing"
    BASIC_CONSTRAINTS_NOT_CRITICAL = "basic-constraints-not-critical"
    PATH_LENGTH = "path-length"
    IS_AUTHORITY = "is-authority"
    KEY_USAGE_MISSING = "key-usage-missing"
    KEY_USAGE_WRONG = "key-usage-wrong"
    KEY_USAGE_NOT_CRITICAL = "key-usage-not-critical"
    SUBJECT_KEY_IDENTIFIER_MISSING = "subject-key-identifier-missing"
    AUTHORITY_KEY_IDENTIFIER_MISSING = "authority-key-identifier-missing"
    CRL_DISTRIBUTION_POINT_MISSING = "crl-distribution-point-missing"
    PURPOSE_OLD_ARC = "purpose-old-arc"
    PURPOSE_UNKNOWN_ONLY = "purpose-unknown-only"
    PURPOSE_CRITICAL = "purpose-critical"
    PURPOSE_MISSING = "purpose-missing"
    # dates
    VALIDITY_TOO_LONG = "validity-too-long"
    VALIDITY_TOO_SHORT = "validity-too-short"
    KEY_USE_PERIOD_MISSING = "key-use-period-missing"
    KEY_USE_PERIOD_TOO_LONG = "key-use-period-too-long"
    KEY_USE_PERIOD_OUTSIDE = "key-use-period-outside"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    ENDS_SOON = "ends-soon"
    KEY_USE_ENDED = "key-use-ended"
    # against the authority
    SELF_ISSUED = "self-issued"
    NOT_SIGNED_BY_AUTHORITY = "not-signed-by-authority"
    ISSUER_NOT_AUTHORITY = "issuer-not-authority"
    AUTHORITY_KEY_IDENTIFIER_MISMATCH = "authority-key-identifier-mismatch"
    AUTHORITY_COUNTRY = "authority-country"
    OUTLIVES_AUTHORITY = "outlives-authority"
    AUTHORITY_KEY_USE_ENDED = "authority-key-use-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRule:
    """Which keys a profile takes.

    Attributes:
        p256_only: Whether P-256 is the only curve; else any of `min_curve_bits` and more.
        min_curve_bits: Size of the smallest curve.
        min_rsa_bits: Size of the smallest modulus, of RSA and DSA.
        max_rsa_bits: Size of the largest that is advised; None for any.
        rsa_advised: Whether RSA is as good as a curve. It makes QR codes of health certificates large.
        dsa: Whether DSA is taken.
    """

    p256_only: bool = False
    min_curve_bits: int = 250
    min_rsa_bits: int
    max_rsa_bits: int | None = None
    rsa_advised: bool = True
    dsa: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityRule:
    """How long a certificate lasts.

    Attributes:
        longest: At most.
        shortest: At least; None for any length.
        binding: Whether other lengths are refused, or only advised against.
        remaining: How long it is to last from now on at least, where asked.
        key_use: How long its private key is to sign, as advised; None where nothing is said.
    """

    longest: timedelta
    shortest: timedelta | None = None
    binding: bool = False
    remaining: timedelta | None = None
    key_use: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one kind of certificate has to be like. All need exactly one country and a common name.

    Attributes:
        name: Which profile.
        keys: The keys it takes.
        validity: How long it lasts.
        key_usage: Uses that it must grant.
        key_usage_advised: Uses that it should grant.
        key_usage_forbidden: Uses that it must not grant.
        authority: Whether it is to sign other certificates.
        path_length_stated: Whether an authority must state its path length, 0.
        has_authority: Whether an authority must have issued it; it then names that authority's key.
        signs_health: Whether it signs health certificates, and so may have their purposes.
        purposes: Extended key usages that it must have, content octets.
        crl_advised: Whether it should say where its revocation list is.
    """

    name: ProfileName
    keys: KeyRule
    validity: ValidityRule
    key_usage: frozenset[str]
    key_usage_advised: frozenset[str] = frozenset()
    key_usage_forbidden: frozenset[str] = frozenset()
    authority: bool = False
    path_length_stated: bool = False
    has_authority: bool = False
    signs_health: bool = False
    purposes: frozenset[bytes] = frozenset()
    crl_advised: bool = False


_GENERAL_KEYS: Final = KeyRule(min_rsa_bits=3000, dsa=True)
_GDHCN_KEYS: Final = KeyRule(min_rsa_bits=3072, min_curve_bits=256, dsa=True)
_SIGNER_KEYS: Final = KeyRule(p256_only=True, min_rsa_bits=2048, max_rsa_bits=3072, rsa_advised=False)

_AUTHORITY_KEY_USE: Final = timedelta(days=366)
_SIGNER_KEY_USE: Final = timedelta(days=184)  # the longest half of a year

_MONTH: Final = timedelta(days=30)


def _authority(
    name: ProfileName, keys: KeyRule, validity: ValidityRule, *, path_length_stated: bool
) -> Profile:
    return Profile(
        name=name,
        keys=keys,
        validity=validity,
        key_usage=frozenset({KEY_CERT_SIGN}),
        key_usage_advised=frozenset({CRL_SIGN}),
        authority=True,
        path_length_stated=path_length_stated,
    )


def _signer(name: ProfileName, validity: ValidityRule) -> Profile:
    return Profile(
        name=name,
        keys=_SIGNER_KEYS,
        validity=validity,
        key_usage=frozenset({DIGITAL_SIGNATURE}),
        key_usage_forbidden=frozenset({KEY_CERT_SIGN, CRL_SIGN}),
        has_authority=True,
        signs_health=True,
        crl_advised=True,
    )


def _transport(name: ProfileName, keys: KeyRule, validity: ValidityRule, *purposes: bytes) -> Profile:
    return Profile(
        name=name,
        keys=keys,
        validity=validity,
        key_usage=frozenset({DIGITAL_SIGNATURE}),
        purposes=frozenset(purposes),
    )


_EU_TRANSPORT: Final = ValidityRule(longest=_TWO_YEARS, shortest=_YEAR)
_GDHCN_TRANSPORT: Final = ValidityRule(longest=_TWO_YEARS, shortest=_YEAR, binding=True, remaining=_MONTH)

_ALL: Final = (
    _authority(
        ProfileName.EU_CSCA,
        _GENERAL_KEYS,
        ValidityRule(longest=_FOUR_YEARS, key_use=_AUTHORITY_KEY_USE),
        path_length_stated=True,
    ),
    _authority(
        ProfileName.WHO_SCA,
        _GDHCN_KEYS,
        ValidityRule(
            longest=_FOUR_YEARS,
            shortest=2 * _YEAR,
            binding=True,
            remaining=_MONTH,
            key_use=_AUTHORITY_KEY_USE,
        ),
        path_length_stated=False,
    ),
    _signer(ProfileName.EU_DSC, ValidityRule(longest=_TWO_YEARS, key_use=_SIGNER_KEY_USE)),
    _signer(ProfileName.WHO_DSC, ValidityRule(longest=_TWO_YEARS, shortest=_YEAR, key_use=_SIGNER_KEY_USE)),
    _transport(ProfileName.EU_UP, _GENERAL_KEYS, _EU_TRANSPORT),
    _transport(ProfileName.WHO_UP, _GDHCN_KEYS, _GDHCN_TRANSPORT),
    _transport(ProfileName.EU_TLS, _GENERAL_KEYS, _EU_TRANSPORT, CLIENT_AUTHENTICATION),
    _transport(ProfileName.WHO_TLS, _GDHCN_KEYS, _GDHCN_TRANSPORT, CLIENT_AUTHENTICATION),
)

PROFILES: Final = MappingProxyType({profile.name: profile for profile in _ALL})
"""Every profile by its name."""
