from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from test_vectors import builder
from tests.support.signers import signer

from vaxcert.adapters import signers as signers_module
from vaxcert.adapters.signers import KeySigner
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import verifying_key
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import AdapterError, Reason, UnsupportedError

DATA = b"to be signed"


@pytest.mark.parametrize(("algorithm", "size"), [(Algorithm.ES256, 64), (Algorithm.PS256, 256)])
def test_signature_in_cose_form(algorithm, size):
    one = signer(algorithm)
    signature = one.sign(DATA)
    assert len(signature) == size
    assert verifying_key(one.certificate.public_key).is_signature(signature, DATA)
    assert (one.algorithm, one.kid) == (algorithm, one.certificate.kid)


def test_signatures_of_many_messages():
    one = signer()
    key = verifying_key(one.certificate.public_key)
    for number in range(1500):  # some 12 of them have an r or an s that is a byte shorter
        data = b"%d" % number
        signature = one.sign(data)
        assert len(signature) == 64
        assert key.is_signature(signature, data)


@pytest.mark.parametrize(
    ("r", "s"),
    [
        (1, 1),
        (0x7F, 0x80),
        (0x80, 0x7F),
        (2**255, 2**255 - 1),
        (2**256 - 1, 2**248 - 1),
        (2**248, 2**247),
        (2**128, 2**256 - 1),
    ],
)
def test_der_of_any_length_is_joined_to_64_bytes(r, s):
    joined = signers_module._joined(encode_dss_signature(r, s))
    assert joined == r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_ecdsa_repeats_itself_only_when_told():
    key = builder.key("es256")
    one = KeySigner(key.private, read_signing_certificate(key.certificate))
    assert one.sign(DATA) != one.sign(DATA)
    deterministic = signer(deterministic=True)
    assert deterministic.sign(DATA) == deterministic.sign(DATA)
    assert deterministic.sign(DATA) != deterministic.sign(DATA + b".")


def test_pss_never_repeats_itself():
    assert signer(Algorithm.PS256).sign(DATA) != signer(Algorithm.PS256).sign(DATA)


def test_certificate_of_another_key():
    other = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(AdapterError) as caught:
        KeySigner(other, signer().certificate)
    assert caught.value.reason is Reason.KEY_CERTIFICATE_MISMATCH
    assert signer().kid.hex() in str(caught.value)
    with pytest.raises(AdapterError) as caught:
        KeySigner(rsa.generate_private_key(65537, 2048), signer().certificate)
    assert caught.value.reason is Reason.KEY_CERTIFICATE_MISMATCH


def test_certificate_of_a_key_of_another_type():
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST")])
    start = datetime(2024, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, start, start + timedelta(days=9))
    certificate = read_signing_certificate(made.sign(key, None).public_bytes(Encoding.DER))
    with pytest.raises(UnsupportedError) as caught:
        KeySigner(ec.generate_private_key(ec.SECP256R1()), certificate)
    assert caught.value.reason is Reason.KEY_TYPE


@pytest.mark.parametrize(
    "private_key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        b"-----BEGIN PRIVATE KEY-----",
        None,
    ],
)
def test_private_keys_of_other_types(private_key):
    with pytest.raises(UnsupportedError) as caught:
        KeySigner(private_key, signer().certificate)
    assert caught.value.reason is Reason.KEY_TYPE


def test_rsa_keys_under_2048_bits_do_not_sign():
    with pytest.raises(UnsupportedError) as caught:
        KeySigner(rsa.generate_private_key(65537, 2047), signer().certificate)  # noqa: S505
    assert (caught.value.reason, "2047 bits" in str(caught.value)) == (Reason.KEY_TYPE, True)
    with pytest.raises(AdapterError):  # large enough, and another key
        KeySigner(rsa.generate_private_key(65537, 2048), signer(Algorithm.PS256).certificate)


def test_repr_shows_the_identifier_and_no_key():
    assert repr(signer()) == f"<KeySigner ES256 kid={signer().kid.hex()}>"
    assert repr(signer(Algorithm.PS256)) == f"<KeySigner PS256 kid={signer(Algorithm.PS256).kid.hex()}>"
