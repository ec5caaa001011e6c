import json
import warnings
from base64 import b64decode, b64encode
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from vaxcert.crypto import der
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates, read_signing_certificate
from vaxcert.model.certificate import ALL_KINDS

pytestmark = pytest.mark.corpus

EKU = der.object_identifier("2.5.29.37")
NEW_ARC = der.object_identifier("1.3.6.1.4.1.1847.2021.1")
OLD_ARC = der.object_identifier("1.3.6.1.4.1.0.1847.2021.1")


@pytest.fixture(scope="module")
def listed(corpus: Path) -> list[dict[str, Any]]:
    text = (corpus / "trust-lists" / "german" / "dsc-list.json").read_text("utf-8")
    entries: list[dict[str, Any]] = json.loads(text.partition("\n")[2])["certificates"]
    return entries


@pytest.fixture(scope="module")
def production(listed: list[dict[str, Any]]) -> list[SigningCertificate]:
    return [read_signing_certificate(b64decode(entry["rawData"])) for entry in listed]


def arc(certificate: SigningCertificate) -> str:
    value = der.certificate_extension(certificate.der, EKU)
    if value is None:
        return "none"
    purposes = der.object_identifiers(value)
    for name, octets in (("new", NEW_ARC), ("old", OLD_ARC)):
        if any(purpose.startswith(octets) for purpose in purposes):
            return name
    return "foreign"


def test_every_certificate_of_the_production_list(
    listed: list[dict[str, Any]], production: list[SigningCertificate]
) -> None:
    assert len(production) == 829
    for entry, certificate in zip(listed, production, strict=True):
        assert b64encode(certificate.kid).decode() == entry["kid"]
        assert certificate.digest.hex() == entry["thumbprint"]
        assert certificate.country == entry["country"]
        assert certificate.not_before < certificate.not_after
    keys = Counter(
        certificate.public_key.key_size
        for certificate in production
        if isinstance(certificate.public_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    )
    assert keys == {256: 791, 2048: 35, 4096: 3}


def test_purposes_of_the_production_list(production: list[SigningCertificate]) -> None:
    assert Counter(map(arc, production)) == {"none": 334, "new": 283, "old": 161, "foreign": 51}
    unlimited = [certificate for certificate in production if arc(certificate) in ("none", "foreign")]
    assert all(certificate.kinds == ALL_KINDS for certificate in unlimited)
    assert sum(certificate.kinds != ALL_KINDS for certificate in production) == 315


def test_purposes_are_those_that_cryptography_reads(production: list[SigningCertificate]) -> None:
    readable = [certificate for certificate in production if certificate.extensions_readable]
    for certificate in readable:
        with warnings.catch_warnings(action="ignore"):
            extensions = x509.load_der_x509_certificate(certificate.der).extensions
        try:
            expected = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except x509.ExtensionNotFound:
            assert der.certificate_extension(certificate.der, EKU) is None
        else:
            value = der.certificate_extension(certificate.der, EKU)
            assert value is not None
            assert der.object_identifiers(value) == tuple(
                der.object_identifier(purpose.dotted_string) for purpose in expected
            )


def test_extensions_that_cryptography_refuses(production: list[SigningCertificate]) -> None:
    unreadable = [certificate for certificate in production if not certificate.extensions_readable]
    assert Counter(certificate.country for certificate in unreadable) == {"FI": 5, "ES": 1}
    assert all(isinstance(certificate.public_key, ec.EllipticCurvePublicKey) for certificate in unreadable)


def test_serials_that_are_not_positive(production: list[SigningCertificate]) -> None:
    with warnings.catch_warnings(action="ignore"):
        serials = [
            (certificate.country, x509.load_der_x509_certificate(certificate.der).serial_number)
            for certificate in production
        ]
    assert Counter(country for country, serial in serials if serial <= 0) == {"LB": 4}


def test_production_list_as_one_file(production: list[SigningCertificate]) -> None:
    assert read_certificates(b"".join(certificate.der for certificate in production)) == tuple(production)


def embedded(corpus: Path) -> dict[str, bytes]:
    found = {}
    for file in sorted((corpus / "dgc-testdata").rglob("*.json")):
        case = json.loads(file.read_text("utf-8-sig"))
        if isinstance(case, dict) and (text := case.get("TESTCTX", {}).get("CERTIFICATE")):
            found[str(file.relative_to(corpus / "dgc-testdata"))] = b64decode(text)
    return found


def test_certificates_of_the_test_vectors(corpus: Path) -> None:
    certificates = {name: read_signing_certificate(data) for name, data in embedded(corpus).items()}
    assert len(set(certificates.values())) == 90
    unreadable = {certificate for certificate in certificates.values() if not certificate.extensions_readable}
    assert len(unreadable) == 2
    empty = certificates["common/2DCode/raw/CO15.json"]
    assert der.certificate_extension(empty.der, EKU) == b"\x30\x00"
    assert empty.kinds == ALL_KINDS
    assert empty in unreadable


def test_signer_of_viet_nam(corpus: Path) -> None:
    (certificate,) = read_certificates((corpus / "viet-nam" / "VAC_VN.dsc.pem").read_bytes())
    assert isinstance(certificate, SigningCertificate)
    assert certificate.kid.hex() == "f30da46716f7882d"
    assert certificate.country == "VN"
    assert f"{certificate.not_before:%Y-%m-%d} {certificate.not_after:%Y-%m-%d}" == "2022-04-13 2024-04-12"
    assert isinstance(certificate.public_key, rsa.RSAPublicKey)
    assert certificate.public_key.key_size == 2048
    assert certificate.kinds == ALL_KINDS
