import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.authority import (
    CA_KEY_USE,
    SIGNER_KEY_USE,
    PrivateKey,
    _supported,
    create_csr,
    create_signing_ca,
    issue_signing_certificate,
    new_key,
)
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import EncodeError, Reason
from vaxcert.model.certificate import ALL_KINDS, Kind

START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

CA_KEY = ec.derive_private_key(0xCA, ec.SECP256R1())
SIGNER_KEY = ec.derive_private_key(0x5160, ec.SECP256R1())


def make_ca(
    key: PrivateKey = CA_KEY,
    country: str = "VN",
    not_before: datetime = START,
    key_use: timedelta | None = CA_KEY_USE,
) -> x509.Certificate:
    return create_signing_ca(
        key,
        country=country,
        organization="TEST Bộ Y tế",
        common_name="TEST CSCA",
        not_before=not_before,
        key_use=key_use,
    )


def make_csr(key: PrivateKey = SIGNER_KEY, country: str = "VN") -> x509.CertificateSigningRequest:
    return create_csr(key, country=country, organization="TEST Cục Y tế dự phòng", common_name="TEST DSC")


CA = make_ca()
CSR = make_csr()


@pytest.fixture(scope="module")
def rsa_keys() -> dict[int, rsa.RSAPrivateKey]:
    sizes = (2040, 2048, 3064, 3072, 4096, 4104)
    return {bits: rsa.generate_private_key(65537, bits) for bits in sizes}


def extensions(
    certificate: x509.Certificate | x509.CertificateSigningRequest,
) -> dict[type[x509.ExtensionType], tuple[bool, object]]:
    return {type(found.value): (found.critical, found.value) for found in certificate.extensions}


def granted(usage: object) -> set[str]:
    assert isinstance(usage, x509.KeyUsage)
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
    return {name for name in (*names, "key_agreement", "key_cert_sign", "crl_sign") if getattr(usage, name)}


def test_new_keys_fit_their_algorithm() -> None:
    p256 = new_key(Algorithm.ES256)
    assert isinstance(p256, ec.EllipticCurvePrivateKey)
    assert isinstance(p256.curve, ec.SECP256R1)
    for key, bits in ((new_key(Algorithm.PS256), 2048), (new_key(Algorithm.PS256, rsa_bits=3072), 3072)):
        assert isinstance(key, rsa.RSAPrivateKey)
        assert key.key_size == bits
        assert key.public_key().public_numbers().e == 65537


@pytest.mark.parametrize("bits", [1024, 2047, 2049, 4096])
def test_new_key_of_another_size_is_refused(bits: int) -> None:
    with pytest.raises(ValueError, match=f"{bits} bits, 2048 or 3072 expected"):
        new_key(Algorithm.PS256, rsa_bits=bits)


def test_authority_profile() -> None:
    assert CA.version is x509.Version.v3
    assert CA.subject.rfc4514_string() == "CN=TEST CSCA,O=TEST Bộ Y tế,C=VN"
    assert CA.issuer == CA.subject
    CA.verify_directly_issued_by(CA)
    assert isinstance(CA.signature_hash_algorithm, hashes.SHA256)
    assert 0 < CA.serial_number < 2**159
    assert CA.serial_number != make_ca().serial_number
    assert (CA.not_valid_before_utc, CA.not_valid_after_utc) == (START, datetime(2030, 1, 1, tzinfo=UTC))
    found = extensions(CA)
    assert found.keys() == {
        x509.BasicConstraints,
        x509.KeyUsage,
        x509.SubjectKeyIdentifier,
        x509.PrivateKeyUsagePeriod,
    }
    assert found[x509.BasicConstraints] == (True, x509.BasicConstraints(ca=True, path_length=0))
    critical, usage = found[x509.KeyUsage]
    assert critical
    assert granted(usage) == {"key_cert_sign", "crl_sign"}
    expected = x509.SubjectKeyIdentifier.from_public_key(CA_KEY.public_key())
    assert found[x509.SubjectKeyIdentifier] == (False, expected)


def test_signing_certificate_profile() -> None:
    issued = issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=START)
    assert issued.subject.rfc4514_string() == "CN=TEST DSC,O=TEST Cục Y tế dự phòng,C=VN"
    issued.verify_directly_issued_by(CA)
    assert issued.public_key() == SIGNER_KEY.public_key()
    assert (issued.not_valid_before_utc, issued.not_valid_after_utc) == (START, START + timedelta(days=730))
    found = extensions(issued)
    assert found.keys() == {
        x509.AuthorityKeyIdentifier,
        x509.SubjectKeyIdentifier,
        x509.KeyUsage,
        x509.ExtendedKeyUsage,
        x509.PrivateKeyUsagePeriod,
    }
    _, authority = found[x509.AuthorityKeyIdentifier]
    assert isinstance(authority, x509.AuthorityKeyIdentifier)
    subject_key = CA.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert authority.key_identifier == subject_key.digest
    critical, usage = found[x509.KeyUsage]
    assert critical
    assert granted(usage) == {"digital_signature"}
    critical, purposes = found[x509.ExtendedKeyUsage]
    assert not critical
    assert isinstance(purposes, x509.ExtendedKeyUsage)
    assert [purpose.dotted_string for purpose in purposes] == [
        "1.3.6.1.4.1.1847.2021.1.1",
        "1.3.6.1.4.1.1847.2021.1.2",
        "1.3.6.1.4.1.1847.2021.1.3",
    ]


@pytest.mark.parametrize(
    "kinds", [frozenset(chosen) for size in (1, 2, 3) for chosen in combinations(sorted(ALL_KINDS), size)]
)
def test_issued_kinds_are_read_back(kinds: frozenset[Kind]) -> None:
    issued = issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=START, kinds=kinds)
    certificate = read_signing_certificate(issued.public_bytes(Encoding.DER))
    assert certificate.kinds == kinds
    assert certificate.country == "VN"
    assert certificate.extensions_readable


def test_request_says_its_kinds_and_is_signed() -> None:
    csr = create_csr(
        SIGNER_KEY, country="VN", organization="TEST", common_name="TEST", kinds=[Kind.VACCINATION]
    )
    assert csr.is_signature_valid
    purposes = csr.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [purpose.dotted_string for purpose in purposes] == ["1.3.6.1.4.1.1847.2021.1.2"]


def test_what_a_request_says_of_its_key() -> None:
    found = extensions(make_csr())
    assert found.keys() == {x509.KeyUsage, x509.ExtendedKeyUsage}
    critical, usage = found[x509.KeyUsage]
    assert (critical, granted(usage)) == (True, {"digital_signature"})
    critical, purposes = found[x509.ExtendedKeyUsage]
    assert isinstance(purposes, x509.ExtendedKeyUsage)
    assert (critical, len(list(purposes))) == (False, 3)


@pytest.mark.parametrize(
    ("bits", "least", "reason"),
    [
        (2047, 2048, Reason.KEY_TOO_SMALL),
        (2048, 2048, None),
        (3071, 3072, Reason.KEY_TOO_SMALL),
        (3072, 3072, None),
        (4096, 2048, None),
        (4097, 2048, Reason.KEY_TYPE),
    ],
)
def test_sizes_of_rsa_keys(bits: int, least: int, reason: Reason | None) -> None:
    key = rsa.RSAPublicNumbers(65537, (1 << bits - 1) + 1).public_key()  # of its size, and not a genuine one
    if reason is None:
        assert _supported(key, least) is key
        return
    with pytest.raises(EncodeError, match=f"an RSA key of {bits} bits, at ") as caught:
        _supported(key, least)
    assert caught.value.reason is reason


def test_what_a_request_asks_for_is_for_the_authority_to_say() -> None:
    csr = create_csr(SIGNER_KEY, country="VN", organization="TEST", common_name="TEST", kinds=ALL_KINDS)
    issued = issue_signing_certificate(
        csr, ca_certificate=CA, ca_key=CA_KEY, not_before=START, kinds={Kind.TEST}
    )
    assert read_signing_certificate(issued.public_bytes(Encoding.DER)).kinds == {Kind.TEST}


def test_rsa_authority_and_signer(rsa_keys: dict[int, rsa.RSAPrivateKey]) -> None:
    authority = make_ca(rsa_keys[3072])
    for bits in (2048, 4096):
        csr = make_csr(rsa_keys[bits])
        issued = issue_signing_certificate(
            csr, ca_certificate=authority, ca_key=rsa_keys[3072], not_before=START
        )
        issued.verify_directly_issued_by(authority)
        assert isinstance(issued.signature_hash_algorithm, hashes.SHA256)
        assert issued.public_key() == rsa_keys[bits].public_key()


@pytest.mark.parametrize(
    ("bits", "reason"), [(2040, Reason.KEY_TOO_SMALL), (3064, Reason.KEY_TOO_SMALL), (4104, Reason.KEY_TYPE)]
)
def test_authority_key_of_another_size_is_refused(
    bits: int, reason: Reason, rsa_keys: dict[int, rsa.RSAPrivateKey]
) -> None:
    with pytest.raises(EncodeError, match=f"{bits} bits") as caught:
        make_ca(rsa_keys[bits])
    assert caught.value.reason is reason


@pytest.mark.parametrize(("bits", "reason"), [(2040, Reason.KEY_TOO_SMALL), (4104, Reason.KEY_TYPE)])
def test_signer_key_of_another_size_is_refused(
    bits: int, reason: Reason, rsa_keys: dict[int, rsa.RSAPrivateKey]
) -> None:
    with pytest.raises(EncodeError, match=f"{bits} bits") as caught:
        make_csr(rsa_keys[bits])
    assert caught.value.reason is reason


def foreign_csr(
    key: PrivateKey | ed25519.Ed25519PrivateKey, *countries: str, valid: bool = True
) -> x509.CertificateSigningRequest:
    subject = [x509.NameAttribute(NameOID.COUNTRY_NAME, country) for country in countries]
    subject.append(x509.NameAttribute(NameOID.COMMON_NAME, "TEST"))
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(subject)).sign(key, algorithm)
    if valid:
        return csr
    der = bytearray(csr.public_bytes(Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_csr(bytes(der))


def refusal(csr: x509.CertificateSigningRequest) -> EncodeError:
    with pytest.raises(EncodeError) as caught:
        issue_signing_certificate(csr, ca_certificate=CA, ca_key=CA_KEY, not_before=START)
    return caught.value


def test_request_of_the_plainest_form_is_enough() -> None:
    issued = issue_signing_certificate(
        foreign_csr(SIGNER_KEY, "VN"), ca_certificate=CA, ca_key=CA_KEY, not_before=START
    )
    assert read_signing_certificate(issued.public_bytes(Encoding.DER)).kinds == ALL_KINDS


def test_request_not_signed_by_its_key_is_refused() -> None:
    error = refusal(foreign_csr(SIGNER_KEY, "VN", valid=False))
    assert error.reason is Reason.REQUEST_REFUSED
    assert "not signed by the key it holds" in str(error)


@pytest.mark.parametrize(
    ("countries", "found"),
    [((), "missing"), (("LA",), "LA"), (("VN", "LA"), "VN, LA"), (("VN", "VN"), "VN, VN")],
)
def test_request_of_another_country_is_refused(countries: tuple[str, ...], found: str) -> None:
    error = refusal(foreign_csr(SIGNER_KEY, *countries))
    assert error.reason is Reason.REQUEST_REFUSED
    assert str(error) == f"the request's country is {found}, the authority's VN"


def test_request_with_a_key_of_another_type_is_refused() -> None:
    p384 = refusal(foreign_csr(ec.generate_private_key(ec.SECP384R1()), "VN"))
    assert (p384.reason, str(p384)) == (Reason.KEY_TYPE, "a key of type secp384r1, P-256 or RSA expected")
    edwards = refusal(foreign_csr(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)), "VN"))
    assert edwards.reason is Reason.KEY_TYPE


@pytest.mark.parametrize(
    ("algorithm", "unknown", "reason"),
    [
        ("2a8648ce3d0201", "2a8648ce3d027f", Reason.KEY_TYPE),
        ("2a8648ce3d040302", "2a8648ce3d04037f", Reason.REQUEST_REFUSED),
    ],
)
def test_request_with_an_unknown_algorithm_is_refused(algorithm: str, unknown: str, reason: Reason) -> None:
    der = CSR.public_bytes(Encoding.DER).hex()
    assert der.count(algorithm) == 1
    csr = x509.load_der_x509_csr(bytes.fromhex(der.replace(algorithm, unknown)))
    assert refusal(csr).reason is reason


def test_request_with_a_small_key_is_refused(rsa_keys: dict[int, rsa.RSAPrivateKey]) -> None:
    assert refusal(foreign_csr(rsa_keys[2040], "VN")).reason is Reason.KEY_TOO_SMALL


def test_key_of_another_authority_is_refused() -> None:
    with pytest.raises(EncodeError) as caught:
        issue_signing_certificate(CSR, ca_certificate=CA, ca_key=SIGNER_KEY, not_before=START)
    assert caught.value.reason is Reason.KEY_CERTIFICATE_MISMATCH


def bare_ca(*wanted: x509.ExtensionType, subject: x509.Name = CA.subject) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(CA_KEY.public_key())
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=1000))
    )
    for extension in wanted:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(CA_KEY, hashes.SHA256())


CONSTRAINTS, USAGE, KEY_IDENTIFIER = (
    CA.extensions.get_extension_for_class(kind).value
    for kind in (x509.BasicConstraints, x509.KeyUsage, x509.SubjectKeyIdentifier)
)


@pytest.mark.parametrize(
    "wanted",
    [
        (),
        (USAGE, KEY_IDENTIFIER),
        (CONSTRAINTS, KEY_IDENTIFIER),
        (CONSTRAINTS, USAGE),
        (x509.BasicConstraints(ca=False, path_length=None), USAGE, KEY_IDENTIFIER),
        (CONSTRAINTS, CSR.extensions.get_extension_for_class(x509.KeyUsage).value, KEY_IDENTIFIER),
    ],
)
def test_certificate_that_may_not_sign_others_is_refused(wanted: tuple[x509.ExtensionType, ...]) -> None:
    with pytest.raises(EncodeError, match="not one that may sign others") as caught:
        issue_signing_certificate(CSR, ca_certificate=bare_ca(*wanted), ca_key=CA_KEY, not_before=START)
    assert caught.value.reason is Reason.REQUEST_REFUSED


def test_authority_with_a_small_key_signs_nothing(rsa_keys: dict[int, rsa.RSAPrivateKey]) -> None:
    small = rsa_keys[3064]
    builder = (
        x509.CertificateBuilder()
        .subject_name(CA.subject)
        .issuer_name(CA.subject)
        .public_key(small.public_key())
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=1000))
    )
    for extension in (CONSTRAINTS, USAGE, KEY_IDENTIFIER):
        builder = builder.add_extension(extension, critical=False)
    authority = builder.sign(small, hashes.SHA256())
    with pytest.raises(EncodeError, match="an RSA key of 3064 bits, at least 3072 expected") as caught:
        issue_signing_certificate(CSR, ca_certificate=authority, ca_key=small, not_before=START)
    assert caught.value.reason is Reason.KEY_TOO_SMALL


def test_certificate_that_may_sign_others_needs_no_more() -> None:
    authority = bare_ca(CONSTRAINTS, USAGE, KEY_IDENTIFIER)
    issued = issue_signing_certificate(CSR, ca_certificate=authority, ca_key=CA_KEY, not_before=START)
    issued.verify_directly_issued_by(authority)


def name_of(*parts: tuple[ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, value, _validate=False) for kind, value in parts])


CSR_PARTS = (NameOID.COUNTRY_NAME, "VN"), (NameOID.COMMON_NAME, "TEST DSC")


@pytest.mark.parametrize(
    ("subject", "authority", "found"),
    [
        (name_of((NameOID.COUNTRY_NAME, "VN")), CA, "common-name-missing"),
        (CA.subject, CA, "self-issued"),
        (
            name_of((NameOID.COUNTRY_NAME, "vn"), (NameOID.COMMON_NAME, "TEST DSC")),
            bare_ca(CONSTRAINTS, USAGE, KEY_IDENTIFIER, subject=name_of((NameOID.COUNTRY_NAME, "vn"))),
            "country-form: two capital letters",
        ),
        (
            name_of(*CSR_PARTS, *[(NameOID.ORGANIZATIONAL_UNIT_NAME, "Y" * 64)] * 1000),
            CA,
            "7[0-9]{4} bytes, at most 65536 expected",
        ),
    ],
)
def test_certificate_with_an_error_of_its_profile_is_not_made(
    subject: x509.Name, authority: x509.Certificate, found: str
) -> None:
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(SIGNER_KEY, hashes.SHA256())
    with pytest.raises(EncodeError, match=f"would not keep to its profile: {found}") as caught:
        issue_signing_certificate(csr, ca_certificate=authority, ca_key=CA_KEY, not_before=START)
    assert caught.value.reason is Reason.REQUEST_REFUSED


def test_authority_without_a_country_signs_for_none() -> None:
    nowhere = bare_ca(CONSTRAINTS, USAGE, KEY_IDENTIFIER, subject=name_of((NameOID.COMMON_NAME, "TEST")))
    with pytest.raises(EncodeError) as caught:
        issue_signing_certificate(CSR, ca_certificate=nowhere, ca_key=CA_KEY, not_before=START)
    assert caught.value.reason is Reason.REQUEST_REFUSED
    assert str(caught.value) == "the request's country is VN, the authority's missing"


YEARS = timedelta(days=730)


@pytest.mark.parametrize(
    ("length", "error"),
    [
        (YEARS - 2 * SECOND, "validity-too-short"),
        (YEARS - SECOND, None),
        (timedelta(days=1461), None),
        (timedelta(days=1461) + SECOND, "validity-too-long"),
    ],
)
def test_authority_lasts_two_to_four_years(length: timedelta, error: str | None) -> None:
    def made() -> x509.Certificate:
        return create_signing_ca(
            CA_KEY, country="VN", organization="T", common_name="TEST", not_before=START, valid_for=length
        )

    if error is None:
        assert made().not_valid_after_utc == START + length
    else:
        with pytest.raises(ValueError, match=f"would not keep to its profile: {error}"):
            made()


def test_authority_issues_from_when_its_key_is_to_sign() -> None:
    first = START + timedelta(days=10)
    period = x509.PrivateKeyUsagePeriod(first, None)
    late = bare_ca(CONSTRAINTS, USAGE, KEY_IDENTIFIER, period)
    issued = issue_signing_certificate(CSR, ca_certificate=late, ca_key=CA_KEY, not_before=first)
    assert issued.not_valid_before_utc == first
    with pytest.raises(EncodeError, match="is to sign from 2026-01-11T00:00:00Z on") as caught:
        issue_signing_certificate(CSR, ca_certificate=late, ca_key=CA_KEY, not_before=first - SECOND)
    assert caught.value.reason is Reason.REQUEST_REFUSED


ANY_TIME = make_ca(key_use=None)


@pytest.mark.parametrize(
    ("start", "length", "within"),
    [
        (START, CA.not_valid_after_utc - START, True),
        (START, CA.not_valid_after_utc - START + SECOND, False),
        (START - SECOND, timedelta(days=1), False),
        (CA.not_valid_after_utc - SECOND, SECOND, True),
        (CA.not_valid_after_utc, SECOND, False),
    ],
)
def test_dates_within_the_authority(start: datetime, length: timedelta, within: bool) -> None:
    if within:
        issued = issue_signing_certificate(
            CSR, ca_certificate=ANY_TIME, ca_key=CA_KEY, not_before=start, valid_for=length
        )
        assert issued.not_valid_after_utc == start + length
        return
    with pytest.raises(EncodeError, match="not within the authority's") as caught:
        issue_signing_certificate(
            CSR, ca_certificate=ANY_TIME, ca_key=CA_KEY, not_before=start, valid_for=length
        )
    assert caught.value.reason is Reason.REQUEST_REFUSED


def key_use_of(certificate: x509.Certificate) -> tuple[datetime | None, datetime | None] | None:
    try:
        period = certificate.extensions.get_extension_for_class(x509.PrivateKeyUsagePeriod)
    except x509.ExtensionNotFound:
        return None
    assert not period.critical
    return period.value.not_before, period.value.not_after


@pytest.mark.parametrize(
    ("valid_for", "key_use", "expected"),
    [
        (timedelta(days=730), SIGNER_KEY_USE, timedelta(days=183)),
        (timedelta(days=730), timedelta(seconds=1), SECOND),
        (timedelta(days=10), timedelta(days=10) + SECOND, timedelta(days=10)),
        (timedelta(days=10), None, None),
    ],
)
def test_key_use_period(valid_for: timedelta, key_use: timedelta | None, expected: timedelta | None) -> None:
    issued = issue_signing_certificate(
        CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=START, valid_for=valid_for, key_use=key_use
    )
    found = key_use_of(issued)
    if expected is None:
        assert found is None
    else:
        # `cryptography` gives these times without zone, in UTC
        assert found == (START.replace(tzinfo=None), (START + expected).replace(tzinfo=None))


def test_key_use_period_of_an_authority_is_a_year_of_its_four() -> None:
    assert key_use_of(CA) == (datetime(2026, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001
    assert key_use_of(ANY_TIME) is None


def test_key_use_under_a_second_is_refused() -> None:
    with pytest.raises(ValueError, match="at least a second expected"):
        make_ca(key_use=timedelta(milliseconds=999))


def test_authority_issues_while_its_key_is_to_sign() -> None:
    last = START + CA_KEY_USE
    issued = issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=last)
    assert issued.not_valid_before_utc == last
    with pytest.raises(EncodeError, match="was to sign until 2027-01-01T00:00:00Z") as caught:
        issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=last + SECOND)
    assert caught.value.reason is Reason.REQUEST_REFUSED


def test_purposes_of_both_arcs_are_written_when_asked_for_and_read_as_one() -> None:
    issued = issue_signing_certificate(
        CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=START, kinds=[Kind.VACCINATION], old_arc=True
    )
    purposes = issued.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [purpose.dotted_string for purpose in purposes] == [
        "1.3.6.1.4.1.1847.2021.1.2",
        "1.3.6.1.4.1.0.1847.2021.1.2",
    ]
    assert read_signing_certificate(issued.public_bytes(Encoding.DER)).kinds == {Kind.VACCINATION}


def test_revocation_list_is_named_when_asked_for() -> None:
    url = "https://crl.example/test.crl"
    issued = issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=START, crl_url=url)
    found = issued.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    assert not found.critical
    (point,) = found.value
    assert [name.value for name in point.full_name or ()] == [url]


@pytest.mark.parametrize("url", ["", "crl.example", "ftp://crl.example", "http://bộ.example", "http://a b"])
def test_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="revocation list at"):
        issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=START, crl_url=url)


def test_times_of_any_zone_are_kept_in_whole_utc_seconds() -> None:
    hanoi = datetime(2026, 1, 1, 7, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=7)))
    assert make_ca(not_before=hanoi).not_valid_before_utc == START


def test_time_without_zone_is_refused() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"):
        make_ca(not_before=naive)
    with pytest.raises(ValueError, match="no time zone"):
        issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=naive)


def test_validity_past_the_end_of_the_calendar_is_refused() -> None:
    start = datetime(9995, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert make_ca(not_before=start).not_valid_after_utc == start.replace(year=9999)
    with pytest.raises(ValueError, match="ends after the year 9999"):
        make_ca(not_before=start + SECOND)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(days=-1), timedelta(milliseconds=999)])
def test_validity_under_a_second_is_refused(length: timedelta) -> None:
    with pytest.raises(ValueError, match="at least a second expected"):
        issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=START, valid_for=length)


def test_no_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one kind"):
        create_csr(SIGNER_KEY, country="VN", organization="TEST", common_name="TEST", kinds=())
    with pytest.raises(ValueError, match="at least one kind"):
        issue_signing_certificate(CSR, ca_certificate=CA, ca_key=CA_KEY, not_before=START, kinds=())


@pytest.mark.parametrize("country", ["", "V", "vn", "VNM", "V1", "ĐĐ"])
def test_country_of_another_form_is_refused(country: str) -> None:
    with pytest.raises(ValueError, match="two capital letters"):
        make_ca(country=country)


@pytest.mark.parametrize(("text", "size"), [("", 0), ("Y" * 65, 65), ("ế" * 22, 66)])
def test_name_that_does_not_fit_is_refused(text: str, size: int) -> None:
    with pytest.raises(ValueError, match=rf"^organization of {size} bytes"):
        create_csr(SIGNER_KEY, country="VN", organization=text, common_name="TEST")
    with pytest.raises(ValueError, match=rf"^common name of {size} bytes"):
        create_csr(SIGNER_KEY, country="VN", organization="TEST", common_name=text)


@pytest.mark.parametrize("text", ["Y", "Y" * 64, "ế" * 21 + "Y"])
def test_name_that_just_fits(text: str) -> None:
    csr = create_csr(SIGNER_KEY, country="VN", organization=text, common_name=text)
    assert csr.subject.rfc4514_string() == f"CN={text},O={text},C=VN"


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_openssl_accepts_the_chain(algorithm: Algorithm, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is not installed")
    ca_key = new_key(algorithm, rsa_bits=3072)
    ca = make_ca(ca_key)
    signer = issue_signing_certificate(
        make_csr(new_key(algorithm)), ca_certificate=ca, ca_key=ca_key, not_before=START
    )
    (tmp_path / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
    (tmp_path / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))

    def verify(at: datetime) -> str:
        command = [openssl, "verify", "-x509_strict", "-check_ss_sig", "-attime", str(int(at.timestamp()))]
        result = subprocess.run(  # noqa: S603 - the program found above, on files made here
            [*command, "-CAfile", "ca.pem", "signer.pem"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return f"{result.returncode} {result.stdout}{result.stderr}"

    assert verify(START + timedelta(days=1)) == "0 signer.pem: OK\n"
    assert "certificate has expired" in verify(START + timedelta(days=731))
