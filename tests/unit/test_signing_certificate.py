import hashlib
import random
import re
import warnings
from base64 import encodebytes
from collections import Counter
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from vaxcert.crypto.signing_certificate import (
    UNREADABLE_NAME,
    SigningCertificate,
    key_identifier,
    read_certificates,
    read_signing_certificate,
)
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES, MAX_SIGNING_CERTIFICATE_BYTES
from vaxcert.model.certificate import ALL_KINDS, Kind

KEY = ec.derive_private_key(0x5772, ec.SECP256R1())
PUBLIC_KEY = KEY.public_key()
START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)

COUNTRY, ORGANIZATION, COMMON_NAME = NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME
NAME = ((COUNTRY, "VN"), (ORGANIZATION, "TEST Bộ Y tế"), (COMMON_NAME, "TEST DSC"))

EKU = ObjectIdentifier("2.5.29.37")
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
NEW_ARC = "1.3.6.1.4.1.1847.2021.1"
OLD_ARC = "1.3.6.1.4.1.0.1847.2021.1"


def make(
    *extensions: x509.ExtensionType,
    name: tuple[tuple[ObjectIdentifier, str], ...] = NAME,
    key: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey = PUBLIC_KEY,
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in name]))
        .issuer_name(x509.Name([x509.NameAttribute(COMMON_NAME, "TEST CSCA")]))
        .public_key(key)
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(END)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def usage(*purposes: str) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage(ObjectIdentifier(purpose) for purpose in purposes)


def raw(oid: ObjectIdentifier, value: str) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(oid, bytes.fromhex(value))


def changed(der: bytes, old: bytes, new: bytes) -> bytes:
    assert der.count(old) == 1
    assert len(old) == len(new)
    return der.replace(old, new)


def pem(der: bytes, newline: bytes = b"\n") -> bytes:
    lines = [b"-----BEGIN CERTIFICATE-----", *encodebytes(der).split(), b"-----END CERTIFICATE-----", b""]
    return newline.join(lines)


def subjects(data: bytes) -> list[str]:
    return [
        entry.subject if isinstance(entry, SigningCertificate) else str(entry)
        for entry in read_certificates(data)
    ]


PLAIN = make()


def test_what_a_certificate_says() -> None:
    certificate = read_signing_certificate(PLAIN)
    assert certificate.der == PLAIN
    assert certificate.digest == hashlib.sha256(PLAIN).digest()
    assert certificate.kid == certificate.digest[:8] == key_identifier(PLAIN)
    assert certificate.public_key == KEY.public_key()
    assert certificate.country == "VN"
    assert certificate.subject == "CN=TEST DSC,O=TEST Bộ Y tế,C=VN"
    assert certificate.issuer == "CN=TEST CSCA"
    assert (certificate.not_before, certificate.not_after) == (START, END)
    assert certificate.not_before.utcoffset() == certificate.not_after.utcoffset() == END - END
    assert certificate.kinds == ALL_KINDS
    assert certificate.extensions_readable


def test_equal_when_the_bytes_are() -> None:
    other = make(usage(CLIENT_AUTH))
    assert read_signing_certificate(PLAIN) == read_signing_certificate(PLAIN)
    assert len({read_signing_certificate(PLAIN), read_signing_certificate(PLAIN)}) == 1
    assert read_signing_certificate(PLAIN) != read_signing_certificate(other)


@pytest.mark.parametrize("arc", [NEW_ARC, OLD_ARC])
@pytest.mark.parametrize(
    ("numbers", "kinds"),
    [
        ([1], {Kind.TEST}),
        ([2], {Kind.VACCINATION}),
        ([3], {Kind.RECOVERY}),
        ([1, 3], {Kind.TEST, Kind.RECOVERY}),
        ([1, 2, 3], ALL_KINDS),
        ([4], ALL_KINDS),
        ([0, 2], {Kind.VACCINATION}),
    ],
)
def test_kinds_in_both_arcs(arc: str, numbers: list[int], kinds: set[Kind]) -> None:
    purposes = [f"{arc}.{number}" for number in numbers]
    assert read_signing_certificate(make(usage(*purposes))).kinds == kinds
    assert read_signing_certificate(make(usage(CLIENT_AUTH, *purposes))).kinds == kinds


def test_kinds_of_both_arcs_together() -> None:
    mixed = make(usage(f"{NEW_ARC}.2", f"{OLD_ARC}.3"))
    assert read_signing_certificate(mixed).kinds == {Kind.VACCINATION, Kind.RECOVERY}


@pytest.mark.parametrize(
    "extension", [usage(CLIENT_AUTH), usage("2.5.29.37.0"), usage(NEW_ARC), raw(EKU, "3000")]
)
def test_usage_without_a_purpose_of_ours_limits_nothing(extension: x509.ExtensionType) -> None:
    assert read_signing_certificate(make(extension)).kinds == ALL_KINDS


@pytest.mark.parametrize("value", ["", "30", "3002", "30020500", "0603551d25", "30030603aa"])
def test_usage_that_cannot_be_read_is_refused(value: str) -> None:
    with pytest.raises(TrustListError) as caught:
        read_signing_certificate(make(raw(EKU, value)))
    assert caught.value.reason is Reason.CERTIFICATE_UNREADABLE


def test_usage_stated_twice_is_refused() -> None:
    two = make(usage(f"{NEW_ARC}.1"), raw(ObjectIdentifier("2.5.29.99"), "3000"))
    with pytest.raises(TrustListError, match="twice"):
        read_signing_certificate(changed(two, b"\x55\x1d\x63", b"\x55\x1d\x25"))


@pytest.mark.parametrize(
    ("oid", "value", "refusal"),
    [
        pytest.param("2.5.29.19", "3003010100", "EncodedDefault", id="default-encoded"),
        pytest.param("2.5.29.19", "3003020100", "path_length must be None", id="path-length-without-ca"),
        pytest.param("2.5.29.15", "00", "ParseError", id="key-usage-garbage"),
    ],
)
def test_extensions_that_cryptography_refuses(oid: str, value: str, refusal: str) -> None:
    der = make(usage(f"{OLD_ARC}.2"), raw(ObjectIdentifier(oid), value))
    with pytest.raises(ValueError, match=refusal):
        _ = x509.load_der_x509_certificate(der).extensions
    certificate = read_signing_certificate(der)
    assert not certificate.extensions_readable
    assert certificate.kinds == {Kind.VACCINATION}
    assert certificate.public_key == KEY.public_key()


@pytest.mark.parametrize("serial", [b"\x02\x01\x00", b"\x02\x01\xff"])
def test_serial_that_is_not_positive_neither_fails_nor_warns(serial: bytes) -> None:
    version = b"\xa0\x03\x02\x01\x02"
    der = changed(PLAIN, version + b"\x02\x01\x01", version + serial)
    with pytest.warns(UserWarning, match="serial number"):
        x509.load_der_x509_certificate(der)
    filters = list(warnings.filters)
    certificate = read_signing_certificate(der)
    assert certificate.kid == key_identifier(der)
    assert certificate.subject == "CN=TEST DSC,O=TEST Bộ Y tế,C=VN"
    assert list(warnings.filters) == filters


def test_second_country_of_wrong_length_neither_fails_nor_warns() -> None:
    der = changed(PLAIN, b"\x55\x04\x0a", b"\x55\x04\x06")
    with pytest.warns(UserWarning, match="length"):
        _ = x509.load_der_x509_certificate(der).subject
    certificate = read_signing_certificate(der)
    assert certificate.country is None
    assert certificate.subject == "CN=TEST DSC,C=TEST Bộ Y tế,C=VN"


def test_name_that_is_not_text() -> None:
    certificate = read_signing_certificate(changed(PLAIN, "TEST Bộ".encode(), b"TEST B\xff\xff\xff"))
    assert certificate.subject == UNREADABLE_NAME
    assert certificate.country == "VN"
    assert certificate.issuer == "CN=TEST CSCA"
    assert certificate.public_key == KEY.public_key()


@pytest.mark.parametrize(
    ("organization", "shown"),
    [
        ("a\nb", "O=a\\0Ab"),
        ("a\x1b[2Jb", "O=a\\1B[2Jb"),
        ("a\u202eb", "O=a\\E2\\80\\AEb"),
        ("a\u2028b", "O=a\\E2\\80\\A8b"),
        ("Đơn vị, số 1", "O=Đơn vị\\, số 1"),
    ],
)
def test_names_are_safe_to_print(organization: str, shown: str) -> None:
    assert read_signing_certificate(make(name=((ORGANIZATION, organization),))).subject == shown


@pytest.mark.parametrize(
    ("name", "country"),
    [
        (((COUNTRY, "VN"),), "VN"),
        (((COUNTRY, "vn"),), "VN"),
        (((COUNTRY, "VN"), (COUNTRY, "VN")), "VN"),
        (((COUNTRY, "VN"), (COUNTRY, "vn")), "VN"),
        (((COUNTRY, "VN"), (COUNTRY, "LA")), None),
        (((COUNTRY, "VN"), (COUNTRY, "V1")), None),
        (((COUNTRY, "V1"),), None),
        (((COMMON_NAME, "TEST DSC"),), None),
        ((), None),
    ],
)
def test_country(name: tuple[tuple[ObjectIdentifier, str], ...], country: str | None) -> None:
    assert read_signing_certificate(make(name=name)).country == country


@pytest.mark.parametrize("text", ["ß", "vı", "ﬁ"])
def test_letters_that_only_become_a_country_in_upper_case(text: str) -> None:
    der = make(name=((ORGANIZATION, text),))
    assert re.fullmatch("[A-Z]{2}", text.upper())
    assert read_signing_certificate(changed(der, b"\x55\x04\x0a", b"\x55\x04\x06")).country is None


def test_key_of_another_type_is_read() -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    assert read_signing_certificate(make(key=key)).public_key == key


def test_point_that_is_not_on_the_curve_is_refused() -> None:
    point = KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    with pytest.raises(TrustListError, match="key of a known type"):
        read_signing_certificate(changed(PLAIN, point, point[:-1] + bytes([point[-1] ^ 1])))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"0",
        b"\x30\x00",
        PLAIN[:-1],
        PLAIN + b"\x00",
        changed(PLAIN, b"\x2a\x86\x48\xce\x3d\x02\x01", b"\x2a\x86\x48\xce\x3d\x02\x7f"),  # unknown key type
        changed(PLAIN, b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05"),  # version 6
        changed(PLAIN, b"240101000000Z", b"249901000000Z"),  # month 99
    ],
)
def test_not_a_certificate(data: bytes) -> None:
    with pytest.raises(TrustListError, match=r"not an X\.509 certificate") as caught:
        read_signing_certificate(data)
    assert caught.value.reason is Reason.CERTIFICATE_UNREADABLE
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_size_bound() -> None:
    def padded(size: int) -> bytes:
        return make(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3"), bytes(size)))

    room = MAX_SIGNING_CERTIFICATE_BYTES - len(padded(60_000)) + 60_000
    largest = next(
        der for spare in range(8) if len(der := padded(room - spare)) <= MAX_SIGNING_CERTIFICATE_BYTES
    )
    assert MAX_SIGNING_CERTIFICATE_BYTES - len(largest) < 8
    assert read_signing_certificate(largest).country == "VN"
    too_large = padded(room + 8)
    with pytest.raises(TrustListError, match="at most 65536 expected"):
        read_signing_certificate(too_large)


def bundle_names(count: int) -> list[bytes]:
    return [make(name=((COMMON_NAME, f"TEST {number}"),)) for number in range(1, count + 1)]


def test_pem_bundle_with_junk_between() -> None:
    first, second, third = bundle_names(3)
    data = (
        b"\xef\xbb\xbf# signers of a TEST country\r\n"
        + pem(first, b"\r\n")
        + "Chứng thư số 2\n".encode()
        + b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
        + pem(second)
        + pem(third).rstrip(b"\n")
    )
    assert subjects(data) == ["CN=TEST 1", "CN=TEST 2", "CN=TEST 3"]


def test_pem_after_text_that_could_be_der() -> None:
    assert subjects(b"0 s:CN=TEST\n" + pem(PLAIN)) == ["CN=TEST DSC,O=TEST Bộ Y tế,C=VN"]


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (pem(b"\x30\x00"), "not an X.509 certificate with a key of a known type"),
        (pem(PLAIN[:-1]), "not an X.509 certificate with a key of a known type"),
        (pem(b""), "not an X.509 certificate with a key of a known type"),
        (b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "the PEM block is not base64"),
        (b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", "the PEM block is not base64"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n", "the PEM block has no end line"),
    ],
)
def test_bad_pem_entry_is_reported_and_the_rest_read(bad: bytes, problem: str) -> None:
    first, second = bundle_names(2)
    entries = read_certificates(pem(first) + bad + pem(second))
    assert subjects(pem(first) + bad + pem(second)) == ["CN=TEST 1", f"certificate 2: {problem}", "CN=TEST 2"]
    assert isinstance(entries[1], TrustListError)
    assert entries[1].reason is Reason.CERTIFICATE_UNREADABLE
    assert subjects(pem(first) + bad)[1:] == [f"certificate 2: {problem}"]


def test_der_in_a_row() -> None:
    first, second = bundle_names(2)
    assert subjects(first) == ["CN=TEST 1"]
    assert subjects(first + b"\n") == ["CN=TEST 1"]
    assert subjects(first + second) == ["CN=TEST 1", "CN=TEST 2"]
    assert subjects(first + b"\x30\x00" + second) == [
        "CN=TEST 1",
        "certificate 2: not an X.509 certificate with a key of a known type",
        "CN=TEST 2",
    ]


def test_der_cut_short_is_reported() -> None:
    first, second = bundle_names(2)
    assert subjects(first + second[:-1]) == [
        "CN=TEST 1",
        "certificate 2: DER data ends 1 bytes short of an element's length",
    ]


@pytest.mark.parametrize("data", [b"", b"\n \r\n"])
def test_nothing_to_read_is_an_error(data: bytes) -> None:
    assert subjects(data) == ["no certificate in PEM or DER"]


def test_text_without_a_certificate_is_one_error() -> None:
    assert subjects(b"kid,country\nAAAA,VN\n" * 1000) == ["no certificate in PEM or DER"]


def test_der_is_not_followed_past_what_is_no_certificate() -> None:
    assert subjects(PLAIN + b"\n" * 20) == ["CN=TEST DSC,O=TEST Bộ Y tế,C=VN"]
    assert subjects(PLAIN + b"\x04\x01Z" + PLAIN)[1:] == ["certificate 2: DER tag 0x04, 0x30 expected"]


@pytest.mark.parametrize("unit", [b"-----BEGIN CERTIFICATE-----", b"\x30\x00"])
def test_bundle_bound(unit: bytes) -> None:
    assert len(read_certificates(unit * MAX_BUNDLE_CERTIFICATES)) == MAX_BUNDLE_CERTIFICATES
    entries = read_certificates(unit * (MAX_BUNDLE_CERTIFICATES + 2))
    assert len(entries) == MAX_BUNDLE_CERTIFICATES + 1
    assert str(entries[-1]) == "more than 10000 certificates, the rest is not read"


@given(st.binary(max_size=300))
def test_any_bytes_give_entries(data: bytes) -> None:
    entries = read_certificates(data)
    assert entries
    assert all(isinstance(entry, SigningCertificate | TrustListError) for entry in entries)


@given(st.binary(max_size=200))
def test_any_pem_body_gives_entries(body: bytes) -> None:
    assert read_certificates(b"-----BEGIN CERTIFICATE-----" + body + b"-----END CERTIFICATE-----")


def test_any_changed_certificate_is_read_or_refused() -> None:
    source = random.Random(20211)
    whole = make(usage(f"{NEW_ARC}.2"), raw(ObjectIdentifier("2.5.29.15"), "03020780"))
    outcomes = Counter[str]()
    for _ in range(3000):
        der = bytearray(whole)
        for _ in range(source.randint(1, 3)):
            der[source.randrange(len(der))] = source.randrange(256)
        try:
            certificate = read_signing_certificate(bytes(der))
        except TrustListError as error:
            outcomes[error.reason] += 1
        else:
            assert certificate.subject.isprintable()
            assert certificate.kinds <= ALL_KINDS
            outcomes["read"] += 1
    assert outcomes.keys() == {"read", Reason.CERTIFICATE_UNREADABLE}
    assert min(outcomes.values()) > 100
