from __future__ import annotations

import subprocess
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import vaxcert as vc
from tests.support.signers import NOW, certificate, issuer, signer, trusted
from vaxcert.adapters.pkcs11.sessions import KeySessions
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import verifying_key
from vaxcert.errors import Reason, UnsupportedError

DATA = b"to be signed"
BOTH = pytest.mark.parametrize("algorithm", list(Algorithm))


def opened(token, algorithm, **changes):
    return token.key(signer(algorithm), algorithm.name.lower(), **changes).open()


@BOTH
def test_signature_in_cose_form(token, algorithm):
    one = opened(token, algorithm)
    signature = one.sign(DATA)
    assert len(signature) == {Algorithm.ES256: 64, Algorithm.PS256: 256}[algorithm]
    assert verifying_key(signer(algorithm).public_key).is_signature(signature, DATA)
    assert (one.algorithm, one.kid) == (algorithm, signer(algorithm).kid)
    assert one.certificate == signer(algorithm).certificate
    assert repr(one) == f"<Pkcs11Signer {algorithm.name} kid={one.kid.hex()}>"


@BOTH
def test_openssl_takes_the_signature(token, algorithm, tmp_path):
    signature = opened(token, algorithm).sign(DATA)
    options = ()
    if algorithm is Algorithm.ES256:
        signature = encode_dss_signature(*(int.from_bytes(half) for half in (signature[:32], signature[32:])))
    else:
        options = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32")
    key, data, signed = (tmp_path / name for name in ("key.pem", "data", "signature"))
    key.write_bytes(
        signer(algorithm).public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    data.write_bytes(DATA)
    signed.write_bytes(signature)
    command = ["openssl", "dgst", "-sha256", *options, "-verify", key, "-signature", signed, data]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (0, "Verified OK\n")


@BOTH
def test_certificates_of_the_token_are_verified(token, algorithm):
    one = opened(token, algorithm)
    verifier = vc.Verifier(trusted(signer(algorithm)))
    for dose in (1, 2):
        issued = issuer(one).issue(certificate(dose_number=dose), at=NOW)
        assert verifier.verify(issued.text, at=NOW).certificate.vaccination.dose_number == dose


def test_the_token_makes_its_own_random_numbers(token):
    one = opened(token, Algorithm.ES256)
    assert one.sign(DATA) != one.sign(DATA)


def test_short_halves_are_filled_up(token):
    one = opened(token, Algorithm.ES256)
    key = verifying_key(signer(Algorithm.ES256).public_key)
    for number in range(600):  # some 5 of them have an r or an s that is a byte shorter
        data = b"%d" % number
        assert key.is_signature(one.sign(data), data)


def test_key_by_its_identifier_in_a_token_by_its_slot(token):
    from vaxcert.adapters.pkcs11.module import module_at

    slot = module_at(token.module).token(token.label).slot.slot_id
    one = token.key(signer(Algorithm.PS256), b"\x02", token=slot).open()
    assert verifying_key(signer(Algorithm.PS256).public_key).is_signature(one.sign(DATA), DATA)


@BOTH
@pytest.mark.parametrize("sessions", [1, 2])
def test_threads_share_a_few_sessions(token, algorithm, sessions):
    one = opened(token, algorithm, sessions=sessions)
    key = verifying_key(signer(algorithm).public_key)
    wrong = []

    def work(name):
        for number in range(20):
            data = b"%d %d" % (name, number)
            if not key.is_signature(one.sign(data), data):
                wrong.append(data)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_two_signers_of_one_token_share_its_log_in(token):
    one, other = opened(token, Algorithm.ES256), opened(token, Algorithm.PS256)
    assert (len(one.sign(DATA)), len(other.sign(DATA))) == (64, 256)


def test_a_session_is_one_threads_alone_and_there_are_no_more_than_said():
    made, lent = [], []

    def open_key():
        made.append(object())
        return made[-1]

    pool = KeySessions(open_key, 2)

    def borrow():
        with pool.borrowed() as key:
            lent.append(key)

    third = threading.Thread(target=borrow)
    with pool.borrowed() as one, pool.borrowed() as other:
        assert one is not other
        third.start()
        third.join(0.05)
        assert lent == []
    third.join(5)
    assert lent
    assert len(made) == 2


@pytest.fixture
def configured(hsm):
    """Reconfigure the module, and put it back afterwards."""

    def configure(*lines):
        hsm.configure(*lines)
        hsm.restart()

    yield configure
    configure()


def test_a_token_that_digests_by_itself_is_given_the_data(token, configured):
    configured("slots.mechanisms = CKM_SHA256_RSA_PKCS_PSS")
    signature = opened(token, Algorithm.PS256).sign(DATA)
    assert verifying_key(signer(Algorithm.PS256).public_key).is_signature(signature, DATA)


@pytest.mark.parametrize(
    ("algorithm", "there", "needed"),
    [
        (Algorithm.ES256, "CKM_RSA_PKCS_PSS", "CKM_ECDSA or CKM_ECDSA_SHA256"),
        (Algorithm.PS256, "CKM_ECDSA", "CKM_RSA_PKCS_PSS or CKM_SHA256_RSA_PKCS_PSS"),
    ],
)
def test_a_token_that_cannot_sign_so_is_said_to_lack_it(token, configured, algorithm, there, needed):
    configured(f"slots.mechanisms = {there}")
    with pytest.raises(UnsupportedError) as caught:
        opened(token, algorithm)
    assert caught.value.reason is Reason.KEY_TYPE
    assert str(caught.value) == f"token 'TEST HSM' cannot sign with {algorithm.name}, for want of {needed}"
