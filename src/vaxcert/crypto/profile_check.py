"""How far a certificate keeps to a profile of EU or WHO.

Every part is looked at by itself and leniently, so that a certificate with one unreadable extension is still told all
that is wrong with it. Nothing here decides whether a key is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from vaxcert.crypto import der as der_reader
from vaxcert.crypto.chain import check_issued_by
from vaxcert.crypto.extensions import (
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    CRL_DISTRIBUTION_POINTS,
    EXTENDED_KEY_USAGE,
    KEY_USAGE,
    SUBJECT_KEY_IDENTIFIER,
    Extensions,
    is_authority,
    read_extensions,
)
from vaxcert.crypto.profiles import (
    PROFILES,
    Profile,
    ProfileCode,
    ProfileName,
    ProfileSeverity,
    ValidityRule,
)
from vaxcert.crypto.signature_algorithms import signature_algorithm
from vaxcert.crypto.signing_certificate import (
    OLD_PURPOSE_ARC,
    PURPOSE_ARC,
    PURPOSE_NUMBER,
    UNREADABLE_NAME,
    SigningCertificate,
    read_signing_certificate,
)
from vaxcert.errors import Reason, TrustListError

_COUNTRY: Final = der_reader.object_identifier("2.5.4.6")
_ORGANIZATION: Final = der_reader.object_identifier("2.5.4.10")
_COMMON_NAME: Final = der_reader.object_identifier("2.5.4.3")

_MAX_SERIAL_OCTETS: Final = 20  # RFC 5280 section 4.1.2.2

_NEW_PURPOSES: Final = frozenset(
    der_reader.object_identifier(f"{PURPOSE_ARC}.{n}") for n in PURPOSE_NUMBER.values()
)
_OLD_PURPOSES: Final = frozenset(
    der_reader.object_identifier(f"{OLD_PURPOSE_ARC}.{n}") for n in PURPOSE_NUMBER.values()
)


@dataclass(frozen=True, slots=True)
class ProfileFinding:
    """One deviation from a profile.

    Attributes:
        code: Which.
        severity: What it means under this profile.
        detail: What was found and what was expected, in English; one line, or "".
    """

    code: ProfileCode
    severity: ProfileSeverity
    detail: str = ""


Findings: TypeAlias = Iterator[ProfileFinding]


def check(
    certificate: SigningCertificate | bytes,
    profile: Profile,
    *,
    issuer: SigningCertificate | None = None,
    at: datetime | None = None,
) -> tuple[ProfileFinding, ...]:
    """Compare a certificate with a profile.

    Args:
        certificate: The certificate, or its DER.
        profile: One of `vaxcert.crypto.profiles.PROFILES`.
        issuer: The authority that is said to have issued it. Without it, the signature is checked only of an
            authority that names itself as its issuer.
        at: The time to look at its dates for, aware. Without it only their lengths are looked at.

    Returns:
        The deviations in a fixed order, what cannot be read first.

    Raises:
        TrustListError: `certificate-unreadable`, when it is given as bytes that are no certificate.
    """
    if isinstance(certificate, bytes):
        certificate = read_signing_certificate(certificate)
    extensions = read_extensions(certificate.der)
    found = (
        *_readable(certificate, extensions),
        *_fields(certificate),
        *_key(certificate, profile),
        *_constraints(extensions, profile),
        *_key_usage(extensions, profile),
        *_identifiers(extensions, profile),
        *_purposes(extensions, profile),
        *_lengths(certificate, extensions, profile),
        *(_dates(certificate, extensions, profile.validity, at) if at is not None else ()),
        *_issuing(certificate, extensions, profile, issuer),
    )
    return tuple(sorted(found, key=lambda finding: finding.code is not ProfileCode.EXTENSIONS_UNREADABLE))


def guessed_profile(certificate: SigningCertificate) -> Profile:
    """The WHO profile of an authority or a signer, whichever the certificate says it is."""
    return PROFILES[ProfileName.WHO_SCA if is_authority(certificate.der) else ProfileName.WHO_DSC]


def _error(code: ProfileCode, detail: str = "") -> ProfileFinding:
    return ProfileFinding(code, ProfileSeverity.ERROR, detail)


def _info(code: ProfileCode, detail: str = "") -> ProfileFinding:
    return ProfileFinding(code, ProfileSeverity.INFO, detail)


def _readable(certificate: SigningCertificate, extensions: Extensions) -> Findings:
    if extensions.problems:
        yield _error(ProfileCode.EXTENSIONS_UNREADABLE, "; ".join(extensions.problems))
    elif not certificate.extensions_readable:
        yield _error(ProfileCode.EXTENSIONS_UNREADABLE, "a strict parser refuses them")


def _fields(certificate: SigningCertificate) -> Findings:
    """What stands outside the extensions: serial number, signature algorithm, subject."""
    try:
        fields = certificate.fields
    except TrustListError as error:  # reading a certificate does not look at all of them
        yield _error(ProfileCode.EXTENSIONS_UNREADABLE, str(error))
        return
    if der_reader.integer(fields.serial) <= 0:
        yield _error(ProfileCode.SERIAL_NOT_POSITIVE)
    if len(fields.serial) > _MAX_SERIAL_OCTETS:
        yield _error(
            ProfileCode.SERIAL_TOO_LONG,
            f"{len(fields.serial)} octets, at most {_MAX_SERIAL_OCTETS} expected",
        )
    yield from _signature_algorithm(fields.algorithm)
    yield from _subject(fields.subject)


def _signature_algorithm(identifier: bytes) -> Findings:
    try:
        signature_algorithm(identifier)
    except TrustListError as error:
        weak = error.reason is Reason.WEAK_SIGNATURE
        yield _error(ProfileCode.SIGNATURE_HASH if weak else ProfileCode.SIGNATURE_ALGORITHM, str(error))


def _subject(name: bytes) -> Findings:
    try:
        attributes = list(_attributes(name))
    except TrustListError as error:
        yield _error(ProfileCode.EXTENSIONS_UNREADABLE, f"subject: {error}")
        return
    values = {kind: [value for found, value in attributes if found == kind] for kind, _ in attributes}
    countries = values.get(_COUNTRY, [])
    if len(countries) > 1:
        yield _error(ProfileCode.COUNTRY_REPEATED, f"{len(countries)} countries, one expected")
    elif not countries:
        yield _error(ProfileCode.COUNTRY_MISSING)
    elif not (len(countries[0]) == 2 and countries[0].isalpha() and countries[0].isupper()):
        yield _error(ProfileCode.COUNTRY_FORM, "two capital letters (ISO 3166-1 alpha-2) expected")
    if not any(values.get(_COMMON_NAME, [])):
        yield _error(ProfileCode.COMMON_NAME_MISSING)
    if not any(values.get(_ORGANIZATION, [])):
        yield _info(ProfileCode.ORGANIZATION_MISSING)


def _attributes(name: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Object identifier and value of each attribute of a Name (RFC 5280 section 4.1.2.4)."""
    for relative in der_reader.elements(der_reader.content(name, der_reader.SEQUENCE)):
        for attribute in der_reader.elements(relative.content):
            parts = tuple(der_reader.elements(attribute.content))
            if len(parts) == 2:
                yield parts[0].content, parts[1].content


def _key(certificate: SigningCertificate, profile: Profile) -> Findings:
    key, rule = certificate.public_key, profile.keys
    if isinstance(key, ec.EllipticCurvePublicKey):
        if rule.p256_only and not isinstance(key.curve, ec.SECP256R1):
            yield _error(ProfileCode.CURVE, f"{key.curve.name}, P-256 (secp256r1) expected")
        elif key.key_size < rule.min_curve_bits:
            yield _error(ProfileCode.KEY_TOO_SMALL, f"{key.key_size} bits, {rule.min_curve_bits} expected")
    elif isinstance(key, rsa.RSAPublicKey) or (rule.dsa and isinstance(key, dsa.DSAPublicKey)):
        yield from _modulus(key.key_size, profile)
    else:
        expected = "a curve, RSA or DSA" if rule.dsa else "P-256 or RSA"
        yield _error(ProfileCode.KEY_TYPE, f"a {type(key).__name__}, {expected} expected")


def _modulus(bits: int, profile: Profile) -> Findings:
    rule = profile.keys
    if bits < rule.min_rsa_bits:
        yield _error(ProfileCode.KEY_TOO_SMALL, f"{bits} bits, at least {rule.min_rsa_bits} expected")
    if rule.max_rsa_bits is not None and bits > rule.max_rsa_bits:
        yield _info(ProfileCode.KEY_TOO_LARGE, f"{bits} bits, at most {rule.max_rsa_bits} advised")
    if not rule.rsa_advised:
        yield _info(ProfileCode.RSA_DISCOURAGED, "P-256 advised")


def _constraints(extensions: Extensions, profile: Profile) -> Findings:
    constraints = extensions.basic_constraints
    if not profile.authority:
        if profile.signs_health and constraints is not None and constraints.authority:
            yield _error(ProfileCode.IS_AUTHORITY)
        return
    if constraints is None or not constraints.authority:
        yield _error(ProfileCode.BASIC_CONSTRAINTS_MISSING)
        return
    if constraints.path_length is None:
        if profile.path_length_stated:
            yield _error(ProfileCode.PATH_LENGTH, "none is stated, 0 expected")
        else:
            yield _info(ProfileCode.PATH_LENGTH, "none is stated, 0 advised")
    elif constraints.path_length != 0:
        yield _error(ProfileCode.PATH_LENGTH, f"{constraints.path_length}, 0 expected")
    if BASIC_CONSTRAINTS not in extensions.critical:
        yield _info(ProfileCode.BASIC_CONSTRAINTS_NOT_CRITICAL)


def _key_usage(extensions: Extensions, profile: Profile) -> Findings:
    granted = extensions.key_usage
    if granted is None:
        yield _error(ProfileCode.KEY_USAGE_MISSING, f"{_names(profile.key_usage)} expected")
        return
    if missing := profile.key_usage - granted:
        yield _error(ProfileCode.KEY_USAGE_WRONG, f"without {_names(missing)}")
    if excess := profile.key_usage_forbidden & granted:
        yield _error(ProfileCode.KEY_USAGE_WRONG, f"with {_names(excess)}")
    if unadvised := profile.key_usage_advised - granted:
        yield _info(ProfileCode.KEY_USAGE_WRONG, f"without {_names(unadvised)}, which is advised")
    if KEY_USAGE not in extensions.critical:
        yield _info(ProfileCode.KEY_USAGE_NOT_CRITICAL)


def _names(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _identifiers(extensions: Extensions, profile: Profile) -> Findings:
    has_subject_key = SUBJECT_KEY_IDENTIFIER in extensions.present
    if profile.authority and not has_subject_key:
        yield _error(ProfileCode.SUBJECT_KEY_IDENTIFIER_MISSING)
    elif profile.has_authority and not has_subject_key:
        yield _info(ProfileCode.SUBJECT_KEY_IDENTIFIER_MISSING)
    if profile.has_authority and AUTHORITY_KEY_IDENTIFIER not in extensions.present:
        yield _error(ProfileCode.AUTHORITY_KEY_IDENTIFIER_MISSING)
    if profile.crl_advised and CRL_DISTRIBUTION_POINTS not in extensions.present:
        yield _info(ProfileCode.CRL_DISTRIBUTION_POINT_MISSING)


def _purposes(extensions: Extensions, profile: Profile) -> Findings:
    purposes = frozenset(extensions.purposes or ())
    if profile.purposes - purposes:
        yield _error(ProfileCode.PURPOSE_MISSING, "clientAuth expected")
    if not profile.signs_health or extensions.purposes is None:
        return
    if purposes & _OLD_PURPOSES and not purposes & _NEW_PURPOSES:
        yield _info(ProfileCode.PURPOSE_OLD_ARC, f"{PURPOSE_ARC}.1 to .3 expected")
    if purposes and not purposes & (_OLD_PURPOSES | _NEW_PURPOSES):
        yield _info(ProfileCode.PURPOSE_UNKNOWN_ONLY, "it may sign every kind")
    if EXTENDED_KEY_USAGE in extensions.critical:
        yield _info(ProfileCode.PURPOSE_CRITICAL)


def _lengths(certificate: SigningCertificate, extensions: Extensions, profile: Profile) -> Findings:
    rule = profile.validity
    severity = ProfileSeverity.ERROR if rule.binding else ProfileSeverity.INFO
    length = certificate.not_after - certificate.not_before
    if length > rule.longest:
        detail = f"{_days(length)}, at most {_days(rule.longest)} expected"
        yield ProfileFinding(ProfileCode.VALIDITY_TOO_LONG, severity, detail)
    if rule.shortest is not None and length < rule.shortest - timedelta(seconds=1):
        detail = f"{_days(length)}, at least {_days(rule.shortest)} expected"
        yield ProfileFinding(ProfileCode.VALIDITY_TOO_SHORT, severity, detail)
    if rule.key_use is not None:
        yield from _key_use(certificate, extensions, rule.key_use)


def _key_use(certificate: SigningCertificate, extensions: Extensions, advised: timedelta) -> Findings:
    period = extensions.key_use_period
    if period is None or period.ends is None:
        yield _info(ProfileCode.KEY_USE_PERIOD_MISSING)
        return
    starts = period.starts or certificate.not_before
    if starts < certificate.not_before or period.ends > certificate.not_after or starts > period.ends:
        yield _info(ProfileCode.KEY_USE_PERIOD_OUTSIDE)
    if period.ends - starts > advised:
        detail = f"{_days(period.ends - starts)}, at most {_days(advised)} advised"
        yield _info(ProfileCode.KEY_USE_PERIOD_TOO_LONG, detail)


def _days(length: timedelta) -> str:
    return f"{length.days} days"


def _dates(
    certificate: SigningCertificate, extensions: Extensions, rule: ValidityRule, at: datetime
) -> Findings:
    if at < certificate.not_before:
        yield _error(ProfileCode.NOT_YET_VALID, f"starts {certificate.not_before:%Y-%m-%d}")
    if at > certificate.not_after:
        yield _error(ProfileCode.EXPIRED, f"ended {certificate.not_after:%Y-%m-%d}")
        return
    if rule.remaining is not None and certificate.not_after - at < rule.remaining:
        left = f"{_days(certificate.not_after - at)} left, {_days(rule.remaining)} expected"
        yield _error(ProfileCode.ENDS_SOON, left)
    period = extensions.key_use_period
    if period is not None and period.ends is not None and at > period.ends:
        yield _info(ProfileCode.KEY_USE_ENDED, f"ended {period.ends:%Y-%m-%d}")


def _issuing(
    certificate: SigningCertificate,
    extensions: Extensions,
    profile: Profile,
    issuer: SigningCertificate | None,
) -> Findings:
    self_issued = _names_itself(certificate)
    if profile.has_authority and self_issued:
        yield _error(ProfileCode.SELF_ISSUED)
    if issuer is None and profile.authority and self_issued:
        issuer = certificate
    if issuer is not None:
        yield from _signed_by(certificate, issuer)
        yield from _against(certificate, extensions, issuer)


def _names_itself(certificate: SigningCertificate) -> bool:
    """Whether subject and issuer are one name; of names that cannot be read, whether they are encoded alike."""
    if certificate.subject != UNREADABLE_NAME:
        return certificate.subject == certificate.issuer
    try:
        fields = certificate.fields
    except TrustListError:
        return False
    return fields.subject == fields.issuer


def _signed_by(certificate: SigningCertificate, issuer: SigningCertificate) -> Findings:
    try:
        check_issued_by(certificate, issuer)
    except TrustListError as error:
        yield _error(ProfileCode.NOT_SIGNED_BY_AUTHORITY, str(error))


def _against(certificate: SigningCertificate, extensions: Extensions, issuer: SigningCertificate) -> Findings:
    authority = read_extensions(issuer.der)
    if certificate != issuer and not is_authority(issuer.der):
        yield _error(ProfileCode.ISSUER_NOT_AUTHORITY)
    named, expected = extensions.authority_key_identifier, authority.subject_key_identifier
    if named is not None and expected is not None and named != expected:
        yield _error(
            ProfileCode.AUTHORITY_KEY_IDENTIFIER_MISMATCH, f"{named.hex()}, {expected.hex()} expected"
        )
    if certificate.country != issuer.country:
        yield _error(ProfileCode.AUTHORITY_COUNTRY, f"{certificate.country}, {issuer.country} expected")
    if certificate.not_after > issuer.not_after:
        yield _error(
            ProfileCode.OUTLIVES_AUTHORITY,
            f"ends {certificate.not_after:%Y-%m-%d}, the authority {issuer.not_after:%Y-%m-%d}",
        )
    period = authority.key_use_period
    if period is not None and period.ends is not None and certificate.not_before > period.ends:
        yield _error(ProfileCode.AUTHORITY_KEY_USE_ENDED, f"ended {period.ends:%Y-%m-%d}")
