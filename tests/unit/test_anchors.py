"""Files that anchors are pinned from."""

import hashlib
import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm
from tests.support.lists import compact, holder

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import read_anchors
from vaxcert.trust.origin import Environment

HOLDER = holder("anchor file")
KEY = HOLDER.key.public_key()
OTHER = ec.derive_private_key(7, ec.SECP384R1()).public_key()
JWK, OTHER_JWK = (json.loads(ECAlgorithm.to_jwk(key)) for key in (KEY, OTHER))


def encoded(key, encoding):
    return key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "data",
    [
        encoded(KEY, Encoding.PEM),
        encoded(KEY, Encoding.DER),
        HOLDER.certificate.der,
        compact(JWK),
        compact({"keys": [JWK]}),
    ],
    ids=["PEM", "DER", "certificate", "JWK", "JWK set"],
)
def test_one_key_in_each_form(data):
    (anchor,) = read_anchors(data, name="TEST", environment=Environment.TEST)
    assert anchor.digest == hashlib.sha256(encoded(KEY, Encoding.DER)).digest()
    assert (anchor.name, anchor.environment) == ("TEST", Environment.TEST)
    assert anchor.certificate == (HOLDER.certificate if data == HOLDER.certificate.der else None)


@pytest.mark.parametrize(
    "data",
    [encoded(KEY, Encoding.PEM) + encoded(OTHER, Encoding.PEM), compact({"keys": [JWK, OTHER_JWK]})],
    ids=["PEM", "JWK set"],
)
def test_several_keys(data):
    assert [anchor.key for anchor in read_anchors(data)] == [KEY, OTHER]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"none",
        b"{}",
        b"{",
        b"{" * 100_000,
        b'{"a":' * 100_000,
        b'{"keys": []}',
        b'{"keys": [5]}',
        b'{"keys": 5}',
        compact({**JWK, "crv": "secp256k1"}),
        compact({**JWK, "x": "*"}),
        compact({**JWK, "x": None}),
        compact({"keys": [JWK, {"kty": "oct"}]}),
        encoded(KEY, Encoding.PEM).replace(b"MFkw", b"MFkx"),
        encoded(KEY, Encoding.DER)[:-1],
    ],
)
def test_one_key_that_cannot_be_read_refuses_the_file(data):
    with pytest.raises(TrustListError) as caught:
        read_anchors(data)
    assert caught.value.reason is Reason.ANCHOR_UNREADABLE
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no certificate in PEM or DER"),
        (b"{", "not JSON"),
        (b'{"keys": []}', "no public key and no certificate in PEM, DER or JWK form"),
        (b'{"keys": [5]}', "a JWK that is not an object"),
        (b'{"keys": 5}', "a JWK of another type, EC or RSA expected"),
        (compact({**JWK, "x": "*"}), "x is not base64"),
        (encoded(KEY, Encoding.PEM).replace(b"MFkw", b"MFkx"), "a public key in PEM that is none"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(data, told):
    with pytest.raises(TrustListError) as caught:
        read_anchors(data)
    assert str(caught.value).startswith(f"anchor: {told}")


def test_keys_and_certificates_together_and_white_space_before_json():
    pem = (
        b"-----BEGIN CERTIFICATE-----\n"
        + b64encode(HOLDER.certificate.der)
        + b"\n-----END CERTIFICATE-----\n"
    )
    found = read_anchors(pem + encoded(OTHER, Encoding.PEM))
    assert [(one.key, one.certificate) for one in found] == [(OTHER, None), (KEY, HOLDER.certificate)]
    assert [one.key for one in read_anchors(b" \n" + compact(JWK))] == [KEY]


@given(st.one_of(st.binary(), st.binary().map(b"{".__add__)))
def test_any_bytes_are_no_anchor_and_no_other_error(data):
    with pytest.raises(TrustListError):
        read_anchors(data)
