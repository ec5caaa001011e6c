from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from vaxcert.crypto import der, extensions
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.authority import create_csr, create_signing_ca, issue_signing_certificate, new_key
from vaxcert.crypto.extensions import is_authority, read_extensions
from vaxcert.crypto.profile_check import ProfileFinding, check, guessed_profile
from vaxcert.crypto.profiles import PROFILES, Profile, ProfileCode, ProfileName, ProfileSeverity
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate
from vaxcert.errors import Reason, TrustListError

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

CA_KEY = ec.derive_private_key(0xCA, ec.SECP256R1())
KEY = ec.derive_private_key(0x5160, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(0x07E4, ec.SECP256R1())

EU_CSCA, EU_DSC, EU_TLS = (PROFILES[ProfileName(name)] for name in ("eu-csca", "eu-dsc", "eu-tls"))
WHO_SCA, WHO_DSC, WHO_UP = (PROFILES[ProfileName(name)] for name in ("who-sca", "who-dsc", "who-up"))


def read(certificate: x509.Certificate) -> SigningCertificate:
    return read_signing_certificate(certificate.public_bytes(Encoding.DER))


def name(**attributes: str | Sequence[str]) -> x509.Name:
    kinds = {"C": NameOID.COUNTRY_NAME, "O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME}
    return x509.Name(
        x509.NameAttribute(kinds[kind], value)
        for kind, values in attributes.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def usage(*granted: str) -> x509.KeyUsage:
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


CA_NAME = name(C="VN", O="TEST", CN="TEST CSCA")
CA_EXTENSIONS = {
    "constraints": x509.BasicConstraints(ca=True, path_length=0),
    "usage": usage("key_cert_sign", "crl_sign"),
    "ski": x509.SubjectKeyIdentifier.from_public_key(CA_KEY.public_key()),
    "period": x509.PrivateKeyUsagePeriod(START, START + 365 * DAY),
}
SIGNER_EXTENSIONS = {
    "usage": usage("digital_signature"),
    "ski": x509.SubjectKeyIdentifier.from_public_key(KEY.public_key()),
    "aki": x509.AuthorityKeyIdentifier.from_issuer_public_key(CA_KEY.public_key()),
    "purposes": x509.ExtendedKeyUsage([ObjectIdentifier("1.3.6.1.4.1.1847.2021.1.2")]),
    "period": x509.PrivateKeyUsagePeriod(START, START + 183 * DAY),
    "crl": x509.CRLDistributionPoints(
        [x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.example")], None, None, None)]
    ),
}
CRITICAL = frozenset({"constraints", "usage"})


def build(
    defaults: dict[str, x509.ExtensionType],
    *,
    subject: x509.Name,
    key: object,
    days: float,
    issuer: x509.Name = CA_NAME,
    starts: datetime = START,
    critical: frozenset[str] = CRITICAL,
    signer: object = CA_KEY,
    digest: hashes.HashAlgorithm | None = None,
    serial: int = 1,
    **changed: x509.ExtensionType | None,
) -> SigningCertificate:
    """A certificate of these extensions; those that are None are left out."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)  # type: ignore[arg-type]
        .serial_number(serial)
        .not_valid_before(starts)
        .not_valid_after(starts + days * DAY)
    )
    for each, extension in {**defaults, **changed}.items():
        if extension is not None:
            builder = builder.add_extension(extension, critical=each in critical)
    return read(builder.sign(signer, digest or hashes.SHA256()))  # type: ignore[arg-type]


def ca(**changes: object) -> SigningCertificate:
    return build(CA_EXTENSIONS, **{"subject": CA_NAME, "key": CA_KEY.public_key(), "days": 1461, **changes})  # type: ignore[arg-type]


def dsc(**changes: object) -> SigningCertificate:
    subject = name(C="VN", O="TEST", CN="TEST DSC")
    return build(SIGNER_EXTENSIONS, **{"subject": subject, "key": KEY.public_key(), "days": 730, **changes})  # type: ignore[arg-type]


def codes(
    certificate: SigningCertificate,
    profile: Profile,
    issuer: SigningCertificate | None = None,
    at: datetime | None = None,
) -> list[str]:
    """Codes, with a question mark behind those that are advice."""
    return [
        finding.code + ("?" if finding.severity is ProfileSeverity.INFO else "")
        for finding in check(certificate, profile, issuer=issuer, at=at)
    ]


CA = ca()


@pytest.mark.parametrize("signer_algorithm", list(Algorithm))
@pytest.mark.parametrize("ca_algorithm", list(Algorithm))
@pytest.mark.parametrize(("of_authority", "of_signer"), [(EU_CSCA, EU_DSC), (WHO_SCA, WHO_DSC)])
def test_what_is_issued_here_keeps_to_the_profiles(
    ca_algorithm: Algorithm, signer_algorithm: Algorithm, of_authority: Profile, of_signer: Profile
) -> None:
    ca_key = new_key(ca_algorithm, rsa_bits=3072)
    subject = {"country": "VN", "organization": "TEST Bộ Y tế"}
    made = create_signing_ca(ca_key, **subject, common_name="TEST CSCA", not_before=START)
    issued = issue_signing_certificate(
        create_csr(new_key(signer_algorithm), **subject, common_name="TEST DSC"),
        ca_certificate=made,
        ca_key=ca_key,
        not_before=START,
        crl_url="http://crl.example/test.crl",
    )
    assert codes(read(made), of_authority, at=START) == []
    rsa_is_told = ["rsa-discouraged?"] if signer_algorithm is Algorithm.PS256 else []
    assert codes(read(issued), of_signer, read(made), START) == rsa_is_told


@pytest.mark.parametrize("profile", [EU_CSCA, WHO_SCA])
def test_authority_as_it_should_be(profile: Profile) -> None:
    assert codes(CA, profile, at=START) == []
    assert codes(CA, profile, CA, START) == []


@pytest.mark.parametrize("profile", [EU_DSC, WHO_DSC])
def test_signer_as_it_should_be(profile: Profile) -> None:
    assert codes(dsc(), profile, CA, START) == []
    assert codes(dsc(purposes=None), profile, CA, START) == []


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (name(O="T", CN="T"), ["country-missing"]),
        (name(C=["VN", "VN"], O="T", CN="T"), ["country-repeated"]),
        (name(C="vn", O="T", CN="T"), ["country-form"]),
        (name(C="Vn", O="T", CN="T"), ["country-form"]),
        (name(C="V1", O="T", CN="T"), ["country-form"]),
        (name(C="VN", O="T"), ["common-name-missing"]),
        (name(C="VN", CN="T"), ["organization-missing?"]),
        (name(), ["country-missing", "common-name-missing", "organization-missing?"]),
    ],
)
def test_subjects(subject: x509.Name, expected: list[str]) -> None:
    assert codes(dsc(subject=subject), EU_DSC) == expected


def rsa_key(bits: int) -> rsa.RSAPublicKey:
    """Of its size, and of nothing else that a key needs."""
    return rsa.RSAPublicNumbers(65537, (1 << bits - 1) + 1).public_key()


def dsa_key(bits: int) -> dsa.DSAPublicKey:
    """As `rsa_key`."""
    parameters = dsa.DSAParameterNumbers((1 << bits - 1) + 1, (1 << 255) + 1, 2)
    return dsa.DSAPublicNumbers(4, parameters).public_key()


@pytest.mark.parametrize(
    ("profile", "key", "expected"),
    [
        (EU_DSC, rsa_key(2040), ["key-too-small", "rsa-discouraged?"]),
        (EU_DSC, rsa_key(2048), ["rsa-discouraged?"]),
        (WHO_DSC, rsa_key(3072), ["rsa-discouraged?"]),
        (WHO_DSC, rsa_key(3080), ["key-too-large?", "rsa-discouraged?"]),
        (EU_DSC, ec.generate_private_key(ec.SECP384R1()).public_key(), ["curve"]),
        (EU_DSC, ec.generate_private_key(ec.BrainpoolP256R1()).public_key(), ["curve"]),
        (EU_DSC, ed25519.Ed25519PrivateKey.generate().public_key(), ["key-type"]),
        (EU_DSC, dsa_key(2048), ["key-type"]),
    ],
)
def test_keys_of_signers(profile: Profile, key: CertificatePublicKeyTypes, expected: list[str]) -> None:
    assert codes(dsc(key=key), profile) == expected


@pytest.mark.parametrize(
    ("profile", "bits", "expected"),
    [
        (EU_CSCA, 2999, ["key-too-small"]),
        (EU_CSCA, 3000, []),
        (WHO_SCA, 3071, ["key-too-small"]),
        (WHO_SCA, 3072, []),
        (EU_DSC, 2047, ["key-too-small", "rsa-discouraged?"]),
        (EU_DSC, 3072, ["rsa-discouraged?"]),
        (EU_DSC, 3073, ["key-too-large?", "rsa-discouraged?"]),
    ],
)
def test_sizes_of_rsa_keys(profile: Profile, bits: int, expected: list[str]) -> None:
    key = rsa_key(bits)
    made = ca(key=key, subject=name(C="VN", O="T", CN="T")) if profile.authority else dsc(key=key)
    assert codes(made, profile) == expected


@pytest.mark.parametrize(
    ("profile", "key", "expected"),
    [
        (EU_CSCA, rsa_key(2048), ["key-too-small"]),
        (EU_CSCA, rsa_key(3064), []),
        (WHO_SCA, rsa_key(3064), ["key-too-small"]),
        (WHO_SCA, rsa_key(3072), []),
        (EU_CSCA, ec.generate_private_key(ec.SECP384R1()).public_key(), []),
        (EU_CSCA, ec.generate_private_key(ec.SECP224R1()).public_key(), ["key-too-small"]),
        (EU_CSCA, dsa_key(2048), ["key-too-small"]),
        (EU_CSCA, dsa_key(3072), []),
        (WHO_SCA, dsa_key(3072), []),
        (WHO_SCA, ec.generate_private_key(ec.SECP224R1()).public_key(), ["key-too-small"]),
        (EU_CSCA, ed25519.Ed25519PrivateKey.generate().public_key(), ["key-type"]),
    ],
)
def test_keys_of_authorities(profile: Profile, key: CertificatePublicKeyTypes, expected: list[str]) -> None:
    # issued by another one, so that only its own key matters
    assert codes(ca(key=key, subject=name(C="VN", O="T", CN="T")), profile) == expected


@pytest.mark.parametrize(
    ("profile", "changes", "expected"),
    [
        (WHO_SCA, {"constraints": None}, ["basic-constraints-missing"]),
        (
            WHO_SCA,
            {"constraints": x509.BasicConstraints(ca=False, path_length=None)},
            ["basic-constraints-missing"],
        ),
        (WHO_SCA, {"constraints": x509.BasicConstraints(ca=True, path_length=None)}, ["path-length?"]),
        (EU_CSCA, {"constraints": x509.BasicConstraints(ca=True, path_length=None)}, ["path-length"]),
        (WHO_SCA, {"constraints": x509.BasicConstraints(ca=True, path_length=1)}, ["path-length"]),
        (WHO_SCA, {"critical": frozenset({"usage"})}, ["basic-constraints-not-critical?"]),
        (WHO_SCA, {"critical": frozenset({"constraints"})}, ["key-usage-not-critical?"]),
        (WHO_SCA, {"usage": None}, ["key-usage-missing"]),
        (WHO_SCA, {"usage": usage("crl_sign")}, ["key-usage-wrong"]),
        (WHO_SCA, {"usage": usage("key_cert_sign")}, ["key-usage-wrong?"]),
        (WHO_SCA, {"usage": usage("key_cert_sign", "crl_sign", "digital_signature")}, []),
        (WHO_SCA, {"ski": None}, ["subject-key-identifier-missing"]),
        (WHO_SCA, {"period": None}, ["key-use-period-missing?"]),
        (WHO_SCA, {"period": x509.PrivateKeyUsagePeriod(START, START + 366 * DAY)}, []),
        (
            WHO_SCA,
            {"period": x509.PrivateKeyUsagePeriod(START, START + 366 * DAY + SECOND)},
            ["key-use-period-too-long?"],
        ),
        (WHO_SCA, {"days": 730 - 2 / 86400}, ["validity-too-short"]),
        (WHO_SCA, {"days": 730 - 1 / 86400}, []),
        (WHO_SCA, {"days": 729}, ["validity-too-short"]),
        (WHO_SCA, {"days": 730}, []),
        (EU_CSCA, {"days": 729}, []),
        (WHO_SCA, {"days": 1462}, ["validity-too-long"]),
        (EU_CSCA, {"days": 1462}, ["validity-too-long?"]),
    ],
)
def test_authorities(profile: Profile, changes: dict[str, object], expected: list[str]) -> None:
    assert codes(ca(**changes), profile) == expected


def purposes(*dotted: str) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(ObjectIdentifier(each) for each in dotted)


NEW, OLD, MAIL = "1.3.6.1.4.1.1847.2021.1.1", "1.3.6.1.4.1.0.1847.2021.1.1", "1.3.6.1.5.5.7.3.4"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"constraints": CA_EXTENSIONS["constraints"]}, ["is-authority"]),
        ({"constraints": x509.BasicConstraints(ca=False, path_length=None)}, []),
        ({"usage": None}, ["key-usage-missing"]),
        ({"usage": usage("content_commitment")}, ["key-usage-wrong"]),
        ({"usage": usage("digital_signature", "key_cert_sign")}, ["key-usage-wrong"]),
        ({"usage": usage("digital_signature", "content_commitment")}, []),
        ({"ski": None}, ["subject-key-identifier-missing?"]),
        ({"aki": None}, ["authority-key-identifier-missing"]),
        ({"crl": None}, ["crl-distribution-point-missing?"]),
        ({"purposes": purposes(OLD)}, ["purpose-old-arc?"]),
        ({"purposes": purposes(OLD, MAIL)}, ["purpose-old-arc?"]),
        ({"purposes": purposes(NEW, OLD)}, []),
        ({"purposes": purposes(MAIL)}, ["purpose-unknown-only?"]),
        ({"purposes": purposes(NEW, MAIL)}, []),
        ({"critical": CRITICAL | {"purposes"}}, ["purpose-critical?"]),
        ({"days": 731}, []),
        ({"days": 732}, ["validity-too-long?"]),
        ({"days": 364}, ["validity-too-short?"]),
        ({"days": 365}, []),
        ({"period": None}, ["key-use-period-missing?"]),
        ({"period": x509.PrivateKeyUsagePeriod(START, None)}, ["key-use-period-missing?"]),
        ({"period": x509.PrivateKeyUsagePeriod(None, START + 184 * DAY)}, []),
        (
            {"period": x509.PrivateKeyUsagePeriod(START, START + 184 * DAY + SECOND)},
            ["key-use-period-too-long?"],
        ),
        ({"period": x509.PrivateKeyUsagePeriod(START - SECOND, START)}, ["key-use-period-outside?"]),
        (
            {"period": x509.PrivateKeyUsagePeriod(START + 730 * DAY, START + 730 * DAY + SECOND)},
            ["key-use-period-outside?"],
        ),
        ({"serial": 2**159 - 1}, []),
    ],
)
def test_signers(changes: dict[str, object], expected: list[str]) -> None:
    assert codes(dsc(**changes), WHO_DSC) == expected


def period(starts: datetime, ends: datetime) -> x509.UnrecognizedExtension:
    """A private key usage period, also one that ends before it starts."""
    moments = (der.encode(0x80 + n, f"{at:%Y%m%d%H%M%SZ}".encode()) for n, at in enumerate((starts, ends)))
    return x509.UnrecognizedExtension(
        ObjectIdentifier("2.5.29.16"), der.encode(der.SEQUENCE, b"".join(moments))
    )


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (START, START + 100 * DAY, []),
        (START, START + 100 * DAY + SECOND, ["key-use-period-outside?"]),
        (START - SECOND, START + DAY, ["key-use-period-outside?"]),
        (START + DAY, START + DAY, []),
        # which a strict parser does not take
        (START + DAY + SECOND, START + DAY, ["extensions-unreadable", "key-use-period-outside?"]),
    ],
)
def test_key_use_period_within_the_certificate(starts: datetime, ends: datetime, expected: list[str]) -> None:
    assert codes(dsc(days=100, period=period(starts, ends)), EU_DSC) == expected


def detail(found: tuple[ProfileFinding, ...]) -> str:
    (finding,) = found
    return finding.detail


def test_details_say_what_was_found_and_what_was_expected() -> None:
    end = START + 730 * DAY
    assert detail(check(dsc(), EU_DSC, at=START - DAY)) == "starts 2026-01-01"
    assert detail(check(dsc(), EU_DSC, at=end + SECOND)) == "ended 2028-01-01"
    assert detail(check(dsc(), EU_DSC, at=end)) == "ended 2026-07-03"
    assert detail(check(CA, EU_CSCA, at=START + 366 * DAY)) == "ended 2027-01-01"
    assert detail(check(dsc(), EU_DSC, issuer=ca(days=729))) == "ends 2028-01-01, the authority 2027-12-31"
    assert detail(check(dsc(days=732), EU_DSC)) == "732 days, at most 731 days expected"
    assert detail(check(dsc(days=364), WHO_DSC)) == "364 days, at least 365 days expected"
    late = check(dsc(starts=START + 366 * DAY, days=364, period=None), EU_DSC, issuer=CA)
    assert [one.detail for one in late] == ["", "ended 2027-01-01"]
    assert detail(check(dsc(key=rsa_key(3072)), EU_DSC)) == "P-256 advised"
    other = x509.AuthorityKeyIdentifier(b"\1\2", None, None)
    mine = CA_EXTENSIONS["ski"].digest.hex()  # type: ignore[attr-defined]
    assert detail(check(dsc(aki=other), EU_DSC, issuer=CA)) == f"0102, {mine} expected"
    assert detail(check(dsc(usage=usage("content_commitment")), EU_DSC)) == "without digitalSignature"
    both = usage("digital_signature", "key_cert_sign", "crl_sign")
    assert detail(check(dsc(usage=both), EU_DSC)) == "with cRLSign, keyCertSign"


def test_authority_that_states_no_key_identifier_is_not_compared() -> None:
    assert codes(dsc(), EU_DSC, ca(ski=None)) == []


def test_certificates_of_the_gateway_need_no_authority() -> None:
    assert codes(dsc(purposes=None, ski=None, aki=None, crl=None, period=None), WHO_UP) == []


def test_certificates_of_the_gateway() -> None:
    client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    assert codes(dsc(key=CA_KEY.public_key(), purposes=client), EU_TLS) == []
    assert codes(dsc(purposes=None), EU_TLS) == ["purpose-missing"]
    assert codes(dsc(purposes=None), WHO_UP) == []
    assert codes(dsc(purposes=None, days=364), WHO_UP) == ["validity-too-short"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (START - SECOND, ["not-yet-valid"]),
        (START, []),
        (START + 183 * DAY, []),
        (START + 183 * DAY + SECOND, ["key-use-ended?"]),
        (START + 730 * DAY, ["key-use-ended?"]),
        (START + 730 * DAY + SECOND, ["expired"]),
    ],
)
def test_dates_of_a_signer(at: datetime, expected: list[str]) -> None:
    assert codes(dsc(), EU_DSC, at=at) == expected


def test_authority_needs_a_month_to_be_taken_into_the_network() -> None:
    end = START + 1461 * DAY
    assert codes(CA, WHO_SCA, at=end - 30 * DAY) == ["key-use-ended?"]
    assert codes(CA, WHO_SCA, at=end - 30 * DAY + SECOND) == ["ends-soon", "key-use-ended?"]
    assert codes(CA, EU_CSCA, at=end) == ["key-use-ended?"]


def test_signer_against_its_authority() -> None:
    assert codes(dsc(), EU_DSC, ca(days=729)) == ["outlives-authority"]
    assert codes(dsc(), EU_DSC, ca(days=730)) == []
    foreign = ca(subject=name(C="LA", O="TEST", CN="TEST CSCA"))
    assert codes(dsc(), EU_DSC, foreign) == ["not-signed-by-authority", "authority-country"]
    assert codes(dsc(signer=OTHER_KEY), EU_DSC, CA) == ["not-signed-by-authority"]
    no_authority = ca(constraints=None)
    assert codes(dsc(), EU_DSC, no_authority) == ["issuer-not-authority"]
    other = x509.AuthorityKeyIdentifier.from_issuer_public_key(OTHER_KEY.public_key())
    assert codes(dsc(aki=other), EU_DSC, CA) == ["authority-key-identifier-mismatch"]
    nameless = x509.AuthorityKeyIdentifier(None, [x509.DirectoryName(CA_NAME)], 1)
    assert codes(dsc(aki=nameless), EU_DSC, CA) == []
    late = {"period": None, "days": 365}
    period_ends = START + 365 * DAY
    assert codes(dsc(starts=period_ends, **late), EU_DSC, CA) == ["key-use-period-missing?"]
    assert codes(dsc(starts=period_ends + SECOND, **late), EU_DSC, CA) == [
        "key-use-period-missing?",
        "authority-key-use-ended",
    ]


def test_signer_that_issued_itself() -> None:
    itself = name(C="VN", O="TEST", CN="TEST DSC")
    assert codes(dsc(issuer=itself, signer=KEY), EU_DSC) == ["self-issued"]


def test_authority_that_names_itself_must_have_signed_itself() -> None:
    assert codes(ca(signer=OTHER_KEY), EU_CSCA) == ["not-signed-by-authority"]


def changed(certificate: SigningCertificate, old: bytes, new: bytes, count: int = 1) -> SigningCertificate:
    assert certificate.der.count(old) == count
    assert len(old) == len(new)
    return read_signing_certificate(certificate.der.replace(old, new))


ECDSA_SHA256, ECDSA_SHA1 = (bytes.fromhex(text) for text in ("06082a8648ce3d040302", "06072a8648ce3d0401"))


def test_signature_algorithms() -> None:
    unknown = changed(dsc(), ECDSA_SHA256, ECDSA_SHA256[:-1] + b"\x7f", count=2)
    assert codes(unknown, EU_DSC) == ["signature-algorithm"]
    sha224 = changed(dsc(), ECDSA_SHA256, ECDSA_SHA256[:-1] + b"\x01", count=2)
    assert codes(sha224, EU_DSC) == ["signature-algorithm"]
    sha1_rsa, sha256_rsa = bytes.fromhex("2a864886f70d010105"), bytes.fromhex("2a864886f70d01010b")
    signed_by_rsa = dsc(signer=rsa.generate_private_key(65537, 2048))
    assert codes(signed_by_rsa, EU_DSC) == []
    assert codes(changed(signed_by_rsa, sha256_rsa, sha1_rsa, count=2), EU_DSC) == ["signature-hash"]


def with_field(certificate: SigningCertificate, position: int, encoding: bytes) -> SigningCertificate:
    """The certificate with another field at a position of its TBSCertificate; its signature is wrong then."""
    signed, *rest = der.elements(der.content(certificate.der, der.SEQUENCE))
    fields = [field.encoding for field in der.elements(signed.content)]
    fields[position] = encoding
    parts = der.encode(der.SEQUENCE, b"".join(fields)) + b"".join(part.encoding for part in rest)
    return read_signing_certificate(der.encode(der.SEQUENCE, parts))


def test_signature_that_is_not_whole_octets_is_told() -> None:
    whole = dsc(crl=None)
    *rest, signature = der.elements(der.content(whole.der, der.SEQUENCE))
    bits = der.encode(der.BIT_STRING, b"\x01" + signature.content[1:-1] + b"\x80")
    parts = b"".join(part.encoding for part in rest) + bits
    broken = read_signing_certificate(der.encode(der.SEQUENCE, parts))
    found = codes(broken, EU_DSC, CA)
    assert found == ["extensions-unreadable", "crl-distribution-point-missing?", "not-signed-by-authority"]


def with_serial(certificate: SigningCertificate, octets: bytes) -> SigningCertificate:
    return with_field(certificate, 1, der.encode(der.INTEGER, octets))


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"\x00", ["serial-not-positive"]),
        (b"\x01", []),
        (b"\xff", ["serial-not-positive"]),
        (b"\x01" * 20, []),
        (b"\x01" * 21, ["serial-too-long"]),
    ],
)
def test_serial_numbers(octets: bytes, expected: list[str]) -> None:
    assert codes(with_serial(dsc(), octets), EU_DSC) == expected


SKI_CONTENT = b"\x04\x16\x04\x14" + SIGNER_EXTENSIONS["ski"].digest  # type: ignore[attr-defined]


def test_unreadable_extension_hides_none_of_the_others() -> None:
    broken = changed(dsc(crl=None), SKI_CONTENT, SKI_CONTENT.replace(b"\x04\x14", b"\x05\x14"))
    assert not broken.extensions_readable
    found = check(broken, EU_DSC)
    assert [finding.code for finding in found] == ["extensions-unreadable", "crl-distribution-point-missing"]
    assert found[0].detail == "subjectKeyIdentifier: DER tag 0x05, 0x04 expected"
    assert read_extensions(broken.der).key_usage == {"digitalSignature"}


def test_extension_that_only_a_strict_parser_refuses_is_told() -> None:
    unknown = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.31"), b"\x04\x00")
    (finding,) = check(dsc(crl=unknown), EU_DSC)
    assert (finding.code, finding.detail) == ("extensions-unreadable", "a strict parser refuses them")


def test_unreadable_subject_hides_nothing_else() -> None:
    value = der.encode(der.OBJECT_IDENTIFIER, der.object_identifier("2.5.4.3")) + b"\x1f\x1f\x01A"
    attribute = der.encode(der.SET, der.encode(der.SEQUENCE, value))
    broken = with_field(dsc(crl=None), 5, der.encode(der.SEQUENCE, attribute))
    found = check(broken, EU_DSC)
    assert [finding.code for finding in found] == ["extensions-unreadable", "crl-distribution-point-missing"]
    assert found[0].detail == "subject: a DER tag of several octets"


def test_the_first_error_is_the_first_of_the_specification_and_what_cannot_be_read_comes_before_it() -> None:
    wrong = dsc(
        subject=name(C="vn", O="TEST"),
        key=ec.generate_private_key(ec.SECP384R1()).public_key(),
        constraints=CA_EXTENSIONS["constraints"],
        usage=None,
        aki=None,
        days=1462,
        signer=OTHER_KEY,
    )
    wrong = with_serial(changed(wrong, ECDSA_SHA256, ECDSA_SHA256[:-1] + b"\x7f", count=2), b"\x00")
    assert codes(wrong, EU_DSC, CA, START - SECOND) == [
        "serial-not-positive",
        "signature-algorithm",
        "country-form",
        "common-name-missing",
        "curve",
        "is-authority",
        "key-usage-missing",
        "authority-key-identifier-missing",
        "validity-too-long?",
        "not-yet-valid",
        "not-signed-by-authority",
        "outlives-authority",
    ]
    value = der.encode(der.OBJECT_IDENTIFIER, der.object_identifier("2.5.4.3")) + b"\x1f\x1f\x01A"
    attribute = der.encode(der.SET, der.encode(der.SEQUENCE, value))
    unreadable = with_field(wrong, 5, der.encode(der.SEQUENCE, attribute))
    assert codes(unreadable, EU_DSC)[:2] == ["extensions-unreadable", "serial-not-positive"]


UTF8_TEST = b"\x0c\x04TEST"


def test_names_that_cannot_be_read_are_not_one_name() -> None:
    broken = changed(dsc(), UTF8_TEST, b"\x0c\x04TE\xff\xff", count=2)
    assert broken.subject == broken.issuer
    assert codes(broken, EU_DSC) == []
    itself = name(C="VN", O="TEST", CN="TEST DSC")
    broken = changed(dsc(issuer=itself, signer=KEY), UTF8_TEST, b"\x0c\x04TE\xff\xff", count=2)
    assert codes(broken, EU_DSC) == ["self-issued"]


def test_extension_that_is_there_twice_is_told() -> None:
    subject_key, period = (bytes.fromhex(text) for text in ("0603551d0e", "0603551d10"))
    twice = changed(dsc(), subject_key, period)
    found = check(twice, EU_DSC)
    assert found[0].code is ProfileCode.EXTENSIONS_UNREADABLE
    assert "an extension is there twice" in found[0].detail


@pytest.mark.parametrize("text", ["20260101000000+", "2026010100000Z", "20261301000000Z", "00000101000000Z"])
def test_key_use_period_of_another_form_is_told(text: str) -> None:
    moment = START.strftime("%Y%m%d%H%M%SZ").encode()
    value = der.encode(der.SEQUENCE, der.encode(0x80, text.encode()) + der.encode(0x81, moment))
    unknown = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.16"), value)
    found = check(dsc(period=unknown), EU_DSC)
    assert [finding.code for finding in found] == ["extensions-unreadable", "key-use-period-missing"]


@pytest.mark.parametrize("data", [b"", b"0", b"\x30\x00", b"\x30\x80", b"nonsense", b"\x30\x03\x02\x01\x00"])
def test_bytes_that_are_no_certificate(data: bytes) -> None:
    assert read_extensions(data).problems
    assert not is_authority(data)
    assert not is_authority(data + extensions.BASIC_CONSTRAINTS)
    with pytest.raises(TrustListError) as caught:
        check(data, EU_DSC)
    assert caught.value.reason is Reason.CERTIFICATE_UNREADABLE


def test_der_is_taken_as_well() -> None:
    assert check(dsc().der, EU_DSC) == ()


def test_role_is_told_by_the_certificate() -> None:
    assert is_authority(CA.der)
    assert not is_authority(dsc().der)
    assert not is_authority(ca(constraints=x509.BasicConstraints(ca=False, path_length=None)).der)
    assert guessed_profile(CA).name is ProfileName.WHO_SCA
    assert guessed_profile(dsc()).name is ProfileName.WHO_DSC


def test_every_profile_is_found_by_its_name() -> None:
    assert set(PROFILES) == set(ProfileName)
    assert all(profile.name is name for name, profile in PROFILES.items())


VICTIMS = (CA.der, dsc().der)


@given(
    victim=st.sampled_from(VICTIMS),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4),
    profile=st.sampled_from(sorted(PROFILES.values(), key=lambda profile: profile.name)),
)
def test_damaged_certificates_are_checked_or_refused(
    victim: bytes, changes: list[tuple[int, int]], profile: Profile
) -> None:
    damaged = bytearray(victim)
    for position, value in changes:
        damaged[position % len(damaged)] = value
    read_extensions(bytes(damaged))
    try:
        certificate = read_signing_certificate(bytes(damaged))
    except TrustListError:
        return
    assert {finding.code for finding in check(certificate, profile, issuer=CA, at=START)} <= set(ProfileCode)
