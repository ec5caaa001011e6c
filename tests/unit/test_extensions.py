"""Extensions of certificates, against how another library writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from vaxcert.crypto.extensions import KEY_USAGES, read_extensions

KEY = ec.derive_private_key(0x5772, ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "TEST DSC")])
ARGUMENTS = {
    "digitalSignature": "digital_signature",
    "contentCommitment": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
    "encipherOnly": "encipher_only",
    "decipherOnly": "decipher_only",
}


def with_usage(*granted: str) -> bytes:
    return with_extension(
        x509.KeyUsage(**{argument: name in granted for name, argument in ARGUMENTS.items()})
    )


def with_extension(usage: x509.ExtensionType) -> bytes:
    return (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC))
        .add_extension(usage, critical=True)
        .sign(KEY, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


@pytest.mark.parametrize("name", KEY_USAGES)
def test_each_use_of_a_key_is_read_alone(name: str) -> None:
    # who may only encipher or decipher agrees on keys: RFC 5280 section 4.2.1.3
    granted = {name, "keyAgreement"} if name in ("encipherOnly", "decipherOnly") else {name}
    assert read_extensions(with_usage(*granted)).key_usage == granted


def test_no_use_of_a_key_at_all() -> None:
    assert read_extensions(with_usage()).key_usage == frozenset()


@pytest.mark.parametrize(
    ("encoded", "granted"),
    [
        ("03020780", {"digitalSignature"}),
        ("03020786", {"digitalSignature"}),
        ("03020186", {"digitalSignature", "keyCertSign", "cRLSign"}),
        ("030100", set()),
        ("0300", None),
    ],
)
def test_bits_that_do_not_count_grant_nothing(encoded: str, granted: set[str] | None) -> None:
    usage = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.15"), bytes.fromhex(encoded))
    found = read_extensions(with_extension(usage))
    assert found.key_usage == granted
    assert bool(found.problems) is (granted is None)
