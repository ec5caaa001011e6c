import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import (
    COORDINATE_BYTES,
    MIN_RSA_BITS,
    EcdsaP256Key,
    RsaPssKey,
    _der_integer,
    is_p256_key_info,
    verifying_key,
)
from vaxcert.errors import Reason, UnsupportedError

DATA = b"signed"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256 = ec.derive_private_key(0x1234567, ec.SECP256R1())


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(65537, 2048)


def p1363(data=DATA, digest=None, key=P256):
    r, s = decode_dss_signature(
        key.sign(data, ec.ECDSA(digest or hashes.SHA256(), deterministic_signing=True))
    )
    return r.to_bytes(COORDINATE_BYTES, "big") + s.to_bytes(COORDINATE_BYTES, "big")


def joined(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# --- which key goes with which algorithm


def test_a_key_is_bound_to_one_algorithm(rsa_key):
    ecdsa, pss = verifying_key(P256.public_key()), verifying_key(rsa_key.public_key())
    assert isinstance(ecdsa, EcdsaP256Key)
    assert (ecdsa.algorithm, ecdsa.bits, ecdsa.is_small) == (Algorithm.ES256, 256, False)
    assert isinstance(pss, RsaPssKey)
    assert (pss.algorithm, pss.bits, pss.is_small) == (Algorithm.PS256, 2048, False)


@pytest.mark.parametrize(
    ("bits", "is_small"), [(MIN_RSA_BITS, False), (MIN_RSA_BITS - 1, True), (1024, True)]
)
def test_size_of_rsa_keys(bits, is_small):
    key = verifying_key(rsa.generate_private_key(65537, bits).public_key())
    assert (key.bits, key.is_small) == (bits, is_small)


@pytest.mark.parametrize(
    "public_key",
    [
        ec.generate_private_key(ec.SECP384R1()).public_key(),
        ec.generate_private_key(ec.SECP521R1()).public_key(),
        ec.generate_private_key(ec.SECP256K1()).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
        dsa.generate_private_key(2048).public_key(),
        P256,
        None,
        b"key",
    ],
)
def test_keys_of_other_types(public_key):
    with pytest.raises(UnsupportedError) as caught:
        verifying_key(public_key)
    assert caught.value.reason is Reason.KEY_TYPE
    assert "P-256 expected" in str(caught.value) or "P-256 or RSA key expected" in str(caught.value)


def test_the_curve_of_another_key_is_named():
    with pytest.raises(UnsupportedError, match="elliptic curve secp384r1, P-256 expected"):
        verifying_key(ec.generate_private_key(ec.SECP384R1()).public_key())


# --- ES256


def test_ecdsa_signature():
    key = verifying_key(P256.public_key())
    assert key.is_signature(p1363(), DATA) is True
    assert key.is_signature(p1363(), DATA + b".") is False
    assert not key.is_signature(p1363(b"other"), DATA)
    assert not key.is_signature(p1363(digest=hashes.SHA384()), DATA)
    assert not verifying_key(ec.derive_private_key(7, ec.SECP256R1()).public_key()).is_signature(
        p1363(), DATA
    )


def test_ecdsa_signature_has_exactly_64_bytes():
    key, right = verifying_key(P256.public_key()), p1363()
    der = P256.sign(DATA, ec.ECDSA(hashes.SHA256()))
    for wrong in (b"", right[:-1], right + b"\0", b"\0" + right, right[:32], right * 2, der):
        assert key.is_signature(wrong, DATA) is False
    halves = b"\0" + right[:32] + b"\0" + right[32:]  # 66 bytes, each half right
    assert not key.is_signature(halves, DATA)


def test_ecdsa_numbers_out_of_range():
    key = verifying_key(P256.public_key())
    r, s = (int.from_bytes(half, "big") for half in (p1363()[:32], p1363()[32:]))
    for wrong in (
        joined(0, 0),
        joined(0, s),
        joined(r, 0),
        joined(ORDER, s),
        joined(r, ORDER),
        joined(2**256 - 1, 2**256 - 1),
        joined(1, 1),
    ):
        assert not key.is_signature(wrong, DATA)
    assert key.is_signature(joined(r, ORDER - s), DATA)  # the other s: so never revoke by signature bytes


def test_ecdsa_signatures_with_leading_zero_bytes():
    key = verifying_key(P256.public_key())
    seen = set()
    for number in range(2000):
        data = b"%d" % number
        signature = p1363(data)
        if 0 in (signature[0], signature[32]):
            seen.add((signature[0] == 0, signature[32] == 0))
            assert key.is_signature(signature, data)
    assert {(True, False), (False, True)} <= seen


@pytest.mark.parametrize(
    ("magnitude", "der"),
    [
        ("00", "020100"),
        ("01", "020101"),
        ("7f", "02017f"),
        ("80", "02020080"),
        ("7fff", "02027fff"),
        ("ff00", "020300ff00"),
        ("00ff01", "020300ff01"),
        ("ff" * 32, "022100" + "ff" * 32),
    ],
)
def test_der_of_a_coordinate(magnitude, der):
    assert _der_integer(bytes.fromhex(magnitude).rjust(32, b"\0")).hex() == der


# --- PS256


def pss_signature(key, *, salt=32, mask=None, digest=None):
    scheme = padding.PSS(mgf=padding.MGF1(mask or hashes.SHA256()), salt_length=salt)
    return key.sign(DATA, scheme, digest or hashes.SHA256())


def test_pss_signature(rsa_key):
    key = verifying_key(rsa_key.public_key())
    right = pss_signature(rsa_key)
    assert key.is_signature(right, DATA) is True
    assert key.is_signature(right, DATA + b".") is False
    for wrong in (b"", right[:-1], right + b"\0", b"\0" + right, bytes(256), b"\xff" * 256):
        assert not key.is_signature(wrong, DATA)


@pytest.mark.parametrize("salt", [0, 20, 31, 33, 64])
def test_salt_of_another_length(rsa_key, salt):
    assert not verifying_key(rsa_key.public_key()).is_signature(pss_signature(rsa_key, salt=salt), DATA)


def test_other_hashes_and_paddings(rsa_key):
    key = verifying_key(rsa_key.public_key())
    assert not key.is_signature(pss_signature(rsa_key, mask=hashes.SHA384()), DATA)
    assert not key.is_signature(pss_signature(rsa_key, digest=hashes.SHA384()), DATA)
    assert not key.is_signature(rsa_key.sign(DATA, padding.PKCS1v15(), hashes.SHA256()), DATA)


def test_signatures_of_one_algorithm_are_none_of_the_other(rsa_key):
    assert not verifying_key(P256.public_key()).is_signature(pss_signature(rsa_key), DATA)
    assert not verifying_key(rsa_key.public_key()).is_signature(p1363(), DATA)


# --- keys that are loaded when they are needed


def test_late_key_is_loaded_once_and_only_to_verify():
    loaded = []

    def load():
        loaded.append(True)
        return P256.public_key()

    key = EcdsaP256Key.late(load)
    assert (key.algorithm, key.bits, key.is_small) == (Algorithm.ES256, 256, False)
    assert not key.is_signature(b"short", DATA)
    assert not loaded
    assert key.is_signature(p1363(), DATA)
    assert not key.is_signature(p1363(), DATA + b"!")
    assert key.is_signature(p1363(), DATA)
    assert len(loaded) == 1


def info_of(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("scalar", [1, 2, 0x1234567, ORDER - 1])
def test_sound_key_infos_of_p256(scalar):
    assert is_p256_key_info(info_of(ec.derive_private_key(scalar, ec.SECP256R1())))


@pytest.mark.parametrize("curve", [ec.SECP256K1(), ec.SECP384R1(), ec.BrainpoolP256R1()])
def test_key_infos_of_other_curves(curve):
    assert not is_p256_key_info(info_of(ec.derive_private_key(7, curve)))


def test_any_change_of_a_key_info_is_seen():
    whole = info_of(P256)
    for position in range(len(whole)):
        for change in (0x01, 0x80):
            changed = bytearray(whole)
            changed[position] ^= change
            assert not is_p256_key_info(bytes(changed))
    for info in (b"", whole[:-1], whole + b"\0", bytes(len(whole))):
        assert is_p256_key_info(info) is False
    assert isinstance(load_der_public_key(whole).curve, ec.SECP256R1)


def test_coordinates_past_the_field():
    """x + p is the same point where it fits in 32 octets; cryptography refuses it, and so is it here."""
    prime = 2**256 - 2**224 + 2**192 + 2**96 - 1
    base = (-3 * 5 + 5**3 + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B) % prime
    root = pow(base, (prime + 1) // 4, prime)
    assert root * root % prime == base
    head = info_of(P256)[:27]
    sound = head + joined(5, root)
    assert is_p256_key_info(sound)
    assert load_der_public_key(sound)
    of_zero = pow(0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B, (prime + 1) // 4, prime)
    assert is_p256_key_info(head + joined(0, of_zero))
    for past in (head + joined(5 + prime, root), head + joined(prime, of_zero)):
        assert not is_p256_key_info(past)
        with pytest.raises(ValueError, match=r"."):
            load_der_public_key(past)


def test_rsa_key_that_is_too_small_for_any_signature_verifies_none():
    # made from its numbers: nothing here generates one so small, but a list may name it
    numbers = rsa.RSAPublicNumbers(e=65537, n=(1 << 255) + 95)
    key = verifying_key(numbers.public_key())
    assert key.is_small
    for length in (0, 31, 32, 33, 256):
        assert not key.is_signature(bytes(length), b"data")
