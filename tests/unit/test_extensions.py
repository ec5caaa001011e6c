"""Extensions of certificates, against how another library writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from vaxcert.crypto import der
from vaxcert.crypto.extensions import (
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    KEY_USAGES,
    BasicConstraints,
    is_authority,
    read_extensions,
)

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


def test_uses_of_a_key_are_in_the_order_of_their_bits() -> None:
    assert tuple(ARGUMENTS) == KEY_USAGES


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


def holding(*extensions: tuple[bytes, ...]) -> bytes:
    """What is looked at of a certificate: extensions of these parts."""
    parts = b"".join(der.encode(der.SEQUENCE, b"".join(each)) for each in extensions)
    fields = der.encode(der.EXTENSIONS, der.encode(der.SEQUENCE, parts))
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, fields))


NAMED = der.encode(der.OBJECT_IDENTIFIER, BASIC_CONSTRAINTS)
TRUE, FALSE = (der.encode(der.BOOLEAN, value) for value in (b"\xff", b"\0"))


def constraints(*members: bytes) -> bytes:
    return der.encode(der.OCTET_STRING, der.encode(der.SEQUENCE, b"".join(members)))


@pytest.mark.parametrize(
    ("members", "authority", "path_length"),
    [
        ((), False, None),
        ((FALSE,), False, None),
        ((TRUE,), True, None),
        ((TRUE, der.encode(der.INTEGER, b"\0")), True, 0),
        ((TRUE, der.encode(der.INTEGER, b"\3")), True, 3),
    ],
)
def test_basic_constraints(members: tuple[bytes, ...], authority: bool, path_length: int | None) -> None:
    data = holding((NAMED, constraints(*members)))
    found = read_extensions(data)
    assert found.basic_constraints == BasicConstraints(authority=authority, path_length=path_length)
    assert (found.present, found.problems) == ({BASIC_CONSTRAINTS}, ())
    assert is_authority(data) is authority


def test_without_basic_constraints_it_is_no_authority() -> None:
    assert is_authority(with_usage("keyCertSign")) is False


@pytest.mark.parametrize(
    ("flag", "critical"),
    [((), frozenset()), ((FALSE,), frozenset()), ((TRUE,), frozenset({BASIC_CONSTRAINTS}))],
)
def test_critical(flag: tuple[bytes, ...], critical: frozenset[bytes]) -> None:
    assert read_extensions(holding((NAMED, *flag, constraints(TRUE)))).critical == critical


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (NAMED,),
        (constraints(TRUE),),
        (constraints(TRUE), constraints(TRUE)),
        (NAMED, TRUE),
        (TRUE, NAMED),
    ],
)
def test_extension_of_another_form_is_a_problem_and_hides_no_other(parts: tuple[bytes, ...]) -> None:
    found = read_extensions(holding(parts, (NAMED, constraints(TRUE))))
    assert found.problems == ("an extension is not an object identifier and an octet string",)
    assert found.present == {BASIC_CONSTRAINTS}
    assert found.basic_constraints == BasicConstraints(authority=True, path_length=None)


def test_of_an_extension_that_is_there_twice_the_first_counts() -> None:
    found = read_extensions(holding((NAMED, constraints(TRUE)), (NAMED, TRUE, constraints())))
    assert found.problems == ("an extension is there twice; the first is looked at",)
    assert found.basic_constraints == BasicConstraints(authority=True, path_length=None)
    assert found.critical == frozenset()


PERIOD = der.encode(der.OBJECT_IDENTIFIER, der.object_identifier("2.5.29.16"))
USAGE = der.encode(der.OBJECT_IDENTIFIER, KEY_USAGE)


@pytest.mark.parametrize(
    ("identifier", "value", "problem"),
    [
        (
            PERIOD,
            der.encode(der.SEQUENCE, der.encode(0x81, b"now")),
            "privateKeyUsagePeriod: not of the form",
        ),
        (PERIOD, b"\x31\0", "privateKeyUsagePeriod: DER tag 0x31, 0x30 expected"),
        (NAMED, b"\x31\0", "basicConstraints: DER tag 0x31, 0x30 expected"),
        (USAGE, b"\x31\0", "keyUsage: DER tag 0x31, 0x03 expected"),
        (der.encode(6, bytes.fromhex("551d0e")), b"\x31\0", "subjectKeyIdentifier: DER tag 0x31, 0x04"),
        (der.encode(6, bytes.fromhex("551d23")), b"\x31\0", "authorityKeyIdentifier: DER tag 0x31, 0x30"),
        (der.encode(6, bytes.fromhex("551d25")), b"\x31\0", "extendedKeyUsage: DER tag 0x31, 0x30 expected"),
    ],
)
def test_what_cannot_be_read_is_named(identifier: bytes, value: bytes, problem: str) -> None:
    (found,) = read_extensions(holding((identifier, der.encode(der.OCTET_STRING, value)))).problems
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("bits", "names"),
    [("0780", ["digitalSignature"]), ("00", []), ("000080", ["decipherOnly"]), ("0001", ["encipherOnly"])],
)
def test_bits_of_key_usage(bits: str, names: list[str]) -> None:
    value = der.encode(der.OCTET_STRING, der.encode(der.BIT_STRING, bytes.fromhex(bits)))
    assert read_extensions(holding((USAGE, value))).key_usage == set(names)
