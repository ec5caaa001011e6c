"""Keys of JSON Web Keys, which PyJWT writes."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from tests.support.lists import base64, new_key

from vaxcert.crypto import jwk

P521 = ec.derive_private_key(521, ec.SECP521R1())
EC_KEYS = {"P-256": new_key("P-256"), "P-384": new_key("P-384"), "P-521": P521}
RSA_KEY = new_key("2048", "jwk").public_key()
EC_MEMBERS = {curve: json.loads(ECAlgorithm.to_jwk(key.public_key())) for curve, key in EC_KEYS.items()}
RSA_MEMBERS = json.loads(RSAAlgorithm.to_jwk(RSA_KEY))


@pytest.mark.parametrize("curve", EC_KEYS)
def test_what_another_library_wrote_is_read(curve):
    assert jwk.public_key(EC_MEMBERS[curve]) == EC_KEYS[curve].public_key()
    assert jwk.public_key(RSA_MEMBERS) == RSA_KEY


def test_numbers_in_standard_base64_and_with_a_zero_byte_before():
    point = EC_KEYS["P-256"].public_key().public_numbers()
    x, y = (base64(bytes(1) + value.to_bytes(32, "big")) for value in (point.x, point.y))
    assert jwk.public_key({"kty": "EC", "crv": "P-256", "x": x, "y": y}) == EC_KEYS["P-256"].public_key()
    assert jwk.number(x) == point.x


@pytest.mark.parametrize(
    ("base", "changes", "problem"),
    [
        ("P-256", {"kty": None}, "EC or RSA"),
        ("P-256", {"kty": "oct"}, "EC or RSA"),
        ("P-256", {"kty": ["EC"]}, "EC or RSA"),
        ("P-256", {"crv": "secp256k1"}, "another curve"),
        ("P-256", {"crv": ["P-256"]}, "another curve"),
        ("P-256", {"crv": "P-384"}, "not a point of P-384"),
        ("P-256", {"x": None}, "x is not base64"),
        ("P-256", {"y": "*"}, "y is not base64"),
        ("P-256", {"x": ""}, "x has 0 bytes"),
        ("P-256", {"x": base64(bytes(34))}, "x has 34 bytes, 1 to 33"),
        ("P-256", {"x": base64(bytes(33))}, "not a point"),
        ("P-521", {"x": base64(bytes(68))}, "x has 68 bytes, 1 to 67"),
        ("P-521", {"x": base64(bytes(67))}, "not a point"),
        ("RSA", {"n": base64(b"\1" * 1026)}, "n has 1026 bytes, 1 to 1025"),
        ("RSA", {"e": base64(b"\1" * 9)}, "e has 9 bytes, 1 to 8"),
        ("RSA", {"e": base64(b"\2")}, "not an RSA key"),
    ],
)
def test_what_holds_no_key(base, changes, problem):
    members = {**(RSA_MEMBERS if base == "RSA" else EC_MEMBERS[base]), **changes}
    with pytest.raises(ValueError, match=problem):
        jwk.public_key(members)


@pytest.mark.parametrize("exponent", [b"\3", bytes(5) + b"\1\0\1"])
def test_the_shortest_and_the_longest_exponent(exponent):
    key = jwk.public_key({**RSA_MEMBERS, "e": base64(exponent)})
    assert key.public_numbers().e == int.from_bytes(exponent, "big")


def test_the_largest_modulus():
    members = {**RSA_MEMBERS, "n": base64(b"\0" + b"\xff" * 1024)}
    assert jwk.public_key(members).key_size == 8192


@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "n", "e"]),
        st.one_of(st.sampled_from(["EC", "RSA", "P-256", "AQAB"]), st.text(), st.integers(), st.none()),
    )
)
def test_any_members_give_a_key_or_a_value_error(members):
    try:
        key = jwk.public_key(members)
    except ValueError:
        return
    assert isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
