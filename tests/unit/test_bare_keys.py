"""Keys that lists state without a certificate."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.lists import (
    UNREADABLE,
)

from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats.reading import bare_keys


@pytest.mark.parametrize("text", ["A", "AAAAA", "A=AA", "AA AA", "AAAA\n", "é", "\ud800", 5, None, b"AAAA"])
def test_what_is_not_base64_is_unreadable(text):
    with pytest.raises(TrustListError) as caught:
        bare_keys.octets(text, "it")
    assert caught.value.reason is UNREADABLE


def test_letters_name_the_kinds_that_a_key_may_sign():
    assert bare_keys.kinds_of_letters("") == bare_keys.kinds_of_letters(["t", "v", "r"]) == ALL_KINDS
    assert bare_keys.kinds_of_letters(["v", "x", 5]) == {Kind.VACCINATION}


def problem(read, *arguments):
    with pytest.raises(TrustListError) as caught:
        read(*arguments)
    assert caught.value.reason is UNREADABLE
    return str(caught.value)


def test_problems_say_what_they_are_about():
    assert problem(bare_keys.octets, 5, "the key") == "the key is not text"
    assert problem(bare_keys.octets, "A", "the key") == "the key is not base64"
    assert problem(bare_keys.key_identifier, None) == "the key identifier is not text"


@pytest.mark.parametrize("kid", [b"k", bytes(64)])
def test_key_identifiers(kid):
    assert bare_keys.checked_identifier(kid) == kid


@pytest.mark.parametrize("kid", [b"", bytes(65), "text", None, bytearray(8)])
def test_key_identifiers_of_another_form(kid):
    assert problem(bare_keys.checked_identifier, kid) == "a key identifier that is not 1 to 64 bytes"


def info_of(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (None, "a public key that is not DER, or larger than any signer's"),
        ("text", "a public key that is not DER, or larger than any signer's"),
        (bytes(1089), "a public key that is not DER, or larger than any signer's"),
        (bytes(1088), "not a public key in DER (SubjectPublicKeyInfo)"),
        (b"", "not a public key in DER (SubjectPublicKeyInfo)"),
    ],
)
def test_keys_that_are_none(info, expected):
    assert problem(bare_keys.from_info, info) == expected


def test_keys_in_der():
    key = ec.derive_private_key(7, ec.SECP256R1())
    assert bare_keys.from_info(info_of(key)) == key.public_key()
    with pytest.raises(UnsupportedError) as caught:
        bare_keys.from_info(info_of(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))))
    assert caught.value.reason is Reason.KEY_TYPE


@pytest.mark.parametrize(
    ("name", "country"),
    [({"C": "VN"}, "VN"), ({"C": "vnm"}, None), ({"O": "VN"}, None), ({}, None), ("VN", None), (["C"], None)],
)
def test_country_of_a_name(name, country):
    assert bare_keys.country_of_name(name) == country


@pytest.mark.parametrize("letters", ["x", [5], ["tv"], [None], ["T"]])
def test_letters_that_limit_a_key_to_nothing_known(letters):
    assert problem(bare_keys.kinds_of_letters, letters) == "a usage that is none of t, v and r"


@pytest.mark.parametrize(
    ("purposes", "kinds"),
    [
        ([], ALL_KINDS),
        (["1.3.6.1.5.5.7.3.2"], ALL_KINDS),
        (["1.3.6.1.4.1.1847.2021.1.1"], {Kind.TEST}),
        (["1.3.6.1.4.1.0.1847.2021.1.2", "1.2"], {Kind.VACCINATION}),
        (["1.3.6.1.4.1.1847.2021.1.3", "1.3.6.1.4.1.0.1847.2021.1.1"], {Kind.RECOVERY, Kind.TEST}),
    ],
)
def test_kinds_of_purposes(purposes, kinds):
    assert bare_keys.kinds_of_purposes(purposes) == kinds


@pytest.mark.parametrize("purposes", [None, "1.2", {}, [5], ["1"], ["1."], ["01.2"], ["1.2", "x"]])
def test_purposes_of_another_form(purposes):
    assert problem(bare_keys.kinds_of_purposes, purposes).startswith("extended key usages that are not")
