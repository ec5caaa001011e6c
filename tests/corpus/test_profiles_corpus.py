"""What real certificates do with the profiles; the counts are facts about the lists."""

from __future__ import annotations

import json
import warnings
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from vaxcert.crypto import der
from vaxcert.crypto.extensions import is_authority, read_extensions
from vaxcert.crypto.profile_check import check, guessed_profile
from vaxcert.crypto.profiles import PROFILES, ProfileCode, ProfileName, ProfileSeverity
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate

pytestmark = pytest.mark.corpus

MADE = datetime(2023, 11, 28, tzinfo=UTC)


@pytest.fixture(scope="module")
def german(corpus: Path) -> list[SigningCertificate]:
    text = (corpus / "trust-lists" / "german" / "dsc-list.json").read_text("utf-8")
    entries = json.loads(text.partition("\n")[2])["certificates"]
    return [read_signing_certificate(b64decode(entry["rawData"])) for entry in entries]


@pytest.fixture(scope="module")
def gdhcn(corpus: Path) -> list[SigningCertificate]:
    document = json.loads((corpus / "trust-lists" / "gdhcn-dev" / "trustlist.did.json").read_text("utf-8"))
    methods = (method["publicKeyJwk"] for method in document["verificationMethod"])
    return [read_signing_certificate(b64decode(key["x5c"][0])) for key in methods if "x5c" in key]


def test_german_list(german: list[SigningCertificate]) -> None:
    counts: Counter[str] = Counter()
    without_errors = 0
    for certificate in german:
        findings = check(certificate, PROFILES[ProfileName.EU_DSC], at=MADE)
        counts.update({finding.code for finding in findings})
        without_errors += all(finding.severity is ProfileSeverity.INFO for finding in findings)
    assert (len(german), without_errors) == (829, 598)
    assert counts == {
        ProfileCode.EXTENSIONS_UNREADABLE: 6,
        ProfileCode.SERIAL_NOT_POSITIVE: 4,
        ProfileCode.SIGNATURE_HASH: 8,
        ProfileCode.COMMON_NAME_MISSING: 12,
        ProfileCode.ORGANIZATION_MISSING: 2,
        ProfileCode.KEY_TOO_LARGE: 3,
        ProfileCode.RSA_DISCOURAGED: 38,
        ProfileCode.IS_AUTHORITY: 2,
        ProfileCode.KEY_USAGE_MISSING: 10,
        ProfileCode.KEY_USAGE_WRONG: 2,
        ProfileCode.KEY_USAGE_NOT_CRITICAL: 43,
        ProfileCode.SUBJECT_KEY_IDENTIFIER_MISSING: 10,
        ProfileCode.AUTHORITY_KEY_IDENTIFIER_MISSING: 17,
        ProfileCode.CRL_DISTRIBUTION_POINT_MISSING: 125,
        ProfileCode.PURPOSE_OLD_ARC: 161,
        ProfileCode.PURPOSE_UNKNOWN_ONLY: 51,
        ProfileCode.PURPOSE_CRITICAL: 36,
        ProfileCode.VALIDITY_TOO_LONG: 419,
        ProfileCode.KEY_USE_PERIOD_MISSING: 587,
        ProfileCode.KEY_USE_PERIOD_TOO_LONG: 113,
        ProfileCode.KEY_USE_PERIOD_OUTSIDE: 16,
        ProfileCode.NOT_YET_VALID: 1,
        ProfileCode.EXPIRED: 203,
        ProfileCode.KEY_USE_ENDED: 186,
        ProfileCode.SELF_ISSUED: 5,
    }


def test_authorities_among_the_signers_of_the_german_list(german: list[SigningCertificate]) -> None:
    found = Counter(certificate.country for certificate in german if is_authority(certificate.der))
    assert found == {"GE": 1, "SM": 1}


def test_authorities_and_others_of_the_gdhcn_dev_list(gdhcn: list[SigningCertificate]) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for certificate in gdhcn:
        profile = guessed_profile(certificate)
        findings = check(certificate, profile)
        counts.update({(profile.name, finding.code) for finding in findings})
        counts[profile.name, "without errors"] += all(
            finding.severity is ProfileSeverity.INFO for finding in findings
        )
    sca, dsc = ProfileName.WHO_SCA, ProfileName.WHO_DSC
    assert Counter(guessed_profile(certificate).name for certificate in gdhcn) == {sca: 140, dsc: 115}
    assert counts == {
        (sca, "without errors"): 136,
        (sca, ProfileCode.COMMON_NAME_MISSING): 1,
        (sca, ProfileCode.KEY_USAGE_NOT_CRITICAL): 1,
        (sca, ProfileCode.KEY_USE_PERIOD_MISSING): 139,
        (sca, ProfileCode.KEY_USE_PERIOD_TOO_LONG): 1,
        (sca, ProfileCode.PATH_LENGTH): 12,
        (sca, ProfileCode.VALIDITY_TOO_LONG): 2,
        (sca, ProfileCode.VALIDITY_TOO_SHORT): 2,
        (dsc, "without errors"): 62,
        (dsc, ProfileCode.AUTHORITY_KEY_IDENTIFIER_MISSING): 10,
        (dsc, ProfileCode.COMMON_NAME_MISSING): 1,
        (dsc, ProfileCode.CRL_DISTRIBUTION_POINT_MISSING): 13,
        (dsc, ProfileCode.CURVE): 2,
        (dsc, ProfileCode.KEY_USAGE_MISSING): 3,
        (dsc, ProfileCode.KEY_USAGE_WRONG): 8,
        (dsc, ProfileCode.KEY_USE_PERIOD_MISSING): 115,
        (dsc, ProfileCode.PURPOSE_UNKNOWN_ONLY): 8,
        (dsc, ProfileCode.RSA_DISCOURAGED): 1,
        (dsc, ProfileCode.SELF_ISSUED): 48,
        (dsc, ProfileCode.SIGNATURE_HASH): 1,
        (dsc, ProfileCode.SUBJECT_KEY_IDENTIFIER_MISSING): 9,
        (dsc, ProfileCode.VALIDITY_TOO_LONG): 4,
        (dsc, ProfileCode.VALIDITY_TOO_SHORT): 2,
    }


def facts(certificate: SigningCertificate) -> tuple[object, ...]:
    """What our own reader says of the extensions."""
    found = read_extensions(certificate.der)
    constraints, period = found.basic_constraints, found.key_use_period
    return (
        None if constraints is None else (constraints.authority, constraints.path_length),
        found.key_usage,
        found.subject_key_identifier,
        found.authority_key_identifier,
        None if period is None else (period.starts, period.ends),
        found.critical,
        found.present,
    )


def expected_facts(certificate: SigningCertificate) -> tuple[object, ...]:
    """The same of `cryptography`."""
    with warnings.catch_warnings(action="ignore"):
        extensions = x509.load_der_x509_certificate(certificate.der).extensions
    values = {type(extension.value): extension.value for extension in extensions}
    constraints, usage = values.get(x509.BasicConstraints), values.get(x509.KeyUsage)
    period = values.get(x509.PrivateKeyUsagePeriod)
    subject_key = values.get(x509.SubjectKeyIdentifier)
    authority_key = values.get(x509.AuthorityKeyIdentifier)
    critical, present = (
        frozenset(
            der.object_identifier(extension.oid.dotted_string)
            for extension in extensions
            if extension.critical or not only_critical
        )
        for only_critical in (True, False)
    )
    return (
        None if constraints is None else (constraints.ca, constraints.path_length),
        None if usage is None else frozenset(granted(usage)),
        None if subject_key is None else subject_key.digest,
        None if authority_key is None else authority_key.key_identifier,
        None if period is None else (in_utc(period.not_before), in_utc(period.not_after)),
        critical,
        present,
    )


def granted(usage: x509.KeyUsage) -> Iterator[str]:
    names = {
        "digital_signature": "digitalSignature",
        "content_commitment": "contentCommitment",
        "key_encipherment": "keyEncipherment",
        "data_encipherment": "dataEncipherment",
        "key_agreement": "keyAgreement",
        "key_cert_sign": "keyCertSign",
        "crl_sign": "cRLSign",
    }
    return (written for attribute, written in names.items() if getattr(usage, attribute))


def in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(("which", "readable"), [("german", 823), ("gdhcn", 255)])
def test_extensions_are_those_that_cryptography_reads(
    which: str, readable: int, request: pytest.FixtureRequest
) -> None:
    certificates = [one for one in request.getfixturevalue(which) if one.extensions_readable]
    assert len(certificates) == readable
    for certificate in certificates:
        assert read_extensions(certificate.der).problems == ()
        assert facts(certificate) == expected_facts(certificate)
