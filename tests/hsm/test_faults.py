"""What is wrong from the start: one line that says what was asked for and what there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pkcs11
import pytest

from tests.support.openssl import Workshop, run
from tests.support.signers import signer
from tests.support.softhsm import MISSING, PIN
from vaxcert.adapters.passwords import PasswordFile, TypedPassword
from vaxcert.adapters.pkcs11.faults import check_flags, faults_of
from vaxcert.adapters.pkcs11.module import module_at
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import AdapterError, Reason, SignerUnavailableError, UnsupportedError

SPIES = ("/usr/lib/x86_64-linux-gnu/pkcs11-spy.so", "/usr/lib/aarch64-linux-gnu/pkcs11-spy.so")


def refusal(key, error=AdapterError):
    with pytest.raises(error) as caught:
        key.open()
    assert PIN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "\n" not in str(caught.value)
    return caught.value.reason, str(caught.value)


def test_token_that_is_not_there(token):
    reason, message = refusal(token.key(signer(Algorithm.ES256), "es256", token="TEST hsm"))  # noqa: S106
    assert reason is Reason.KEY_UNREADABLE
    assert message.startswith("token 'TEST hsm' is not there; there are: ")
    assert re.search(r"'TEST HSM' in slot \d+", message)


def test_slot_that_is_not_there(token):
    reason, message = refusal(token.key(signer(Algorithm.ES256), "es256", token=7))
    assert reason is Reason.KEY_UNREADABLE
    assert message.startswith("the token in slot 7 is not there; there are: ")


def test_less_than_one_session(token):
    with pytest.raises(ValueError, match="0 sessions, at least 1 expected"):
        token.key(signer(Algorithm.ES256), "es256", sessions=0)


def test_tokens_of_one_label(hsm):
    hsm.token("TEST twice")
    second = hsm.token("TEST twice")
    reason, message = refusal(second.key(signer(Algorithm.ES256), "es256"))
    assert reason is Reason.KEY_UNREADABLE
    assert message.startswith("token 'TEST twice' is not the only one of that label; there are: ")


def test_key_that_is_not_there(token):
    expected = "token 'TEST HSM' holds no private key labelled 'es', exactly one expected"
    assert refusal(token.key(signer(Algorithm.ES256), "es")) == (Reason.KEY_UNREADABLE, expected)
    expected = "token 'TEST HSM' holds no private key with the identifier 0a, exactly one expected"
    assert refusal(token.key(signer(Algorithm.ES256), b"\x0a")) == (Reason.KEY_UNREADABLE, expected)


def test_keys_of_one_label(own_token):
    own_token.put(signer(Algorithm.ES256), "es256", "02")
    expected = f"token '{own_token.label}' holds 2 private keys labelled 'es256', exactly one expected"
    assert refusal(own_token.key(signer(Algorithm.ES256), "es256")) == (Reason.KEY_UNREADABLE, expected)
    assert own_token.key(signer(Algorithm.ES256), b"\x02").open().algorithm is Algorithm.ES256


def test_key_that_may_not_sign(own_token):
    own_token.make("decrypts", SIGN=False)
    expected = f"the key labelled 'decrypts' in token '{own_token.label}' may not sign (CKA_SIGN)"
    assert refusal(own_token.key(signer(Algorithm.ES256), "decrypts")) == (Reason.KEY_UNREADABLE, expected)


def test_module_that_is_not_there_or_none(token, tmp_path):
    missing = tmp_path / "libnone.so"
    expected = f"there is no PKCS #11 module {missing}"
    assert refusal(token.key(signer(Algorithm.ES256), "es256", module=missing)) == (
        Reason.KEY_UNREADABLE,
        expected,
    )
    text = tmp_path / "libtext.so"
    text.write_text("not a library")
    expected = f"{text} is not a PKCS #11 module that can be loaded here"
    assert refusal(token.key(signer(Algorithm.ES256), "es256", module=text)) == (
        Reason.KEY_UNREADABLE,
        expected,
    )
    other = Path(pkcs11._pkcs11.__file__)  # a shared library, but no module
    assert refusal(token.key(signer(Algorithm.ES256), "es256", module=other))[0] is Reason.KEY_UNREADABLE


def test_a_module_under_two_names_is_one(token, tmp_path):
    link = tmp_path / "module.so"
    link.symlink_to(token.module)
    assert module_at(link) is module_at(token.module)


@pytest.mark.parametrize(
    ("one", "label"),
    [
        (signer(Algorithm.ES256, country="DE"), "es256"),
        (signer(Algorithm.PS256, country="DE"), "ps256"),
        (signer(Algorithm.PS256), "es256"),
        (signer(Algorithm.ES256), "ps256"),
    ],
)
def test_certificate_of_another_key(token, one, label):
    expected = "the private key in token 'TEST HSM' is not that of the certificate"
    assert refusal(token.key(one, label)) == (Reason.KEY_CERTIFICATE_MISMATCH, expected)


@pytest.mark.parametrize(
    ("kind", "problem"), [("1024", "RSA key of 1024 bits, at least 2048 expected"), ("P-384", "secp384r1")]
)
def test_key_of_a_type_that_nobody_may_sign_with(own_token, tmp_path, kind, problem):
    party = Workshop(tmp_path).party("weak", key=kind)
    plain = tmp_path / "pkcs8"
    run("pkcs8", "-topk8", "-nocrypt", "-in", party.key, "-out", plain)
    own_token.import_file(plain, "weak", "09")
    key = own_token.key(signer(Algorithm.ES256), "weak", certificate=party.certificate.der)
    reason, message = refusal(key, UnsupportedError)
    assert reason is Reason.KEY_TYPE
    assert problem in message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the first line of {path} is not a password of 1 to 1023 bytes"),
        (b"\xff\xfe\xff\xfe", "the PIN of token '{label}' is not UTF-8 text"),
        (
            b"CANARY-31415927",
            "the PIN of token '{label}' is wrong, and was tried once: tokens lock after a few wrong ones",
        ),
    ],
)
def test_pin_that_is_none(own_token, tmp_path, content, problem):
    path = tmp_path / "pin"
    path.write_bytes(content)
    key = own_token.key(signer(Algorithm.ES256), "es256", pin=PasswordFile(path))
    expected = problem.format(path=path, label=own_token.label)
    assert refusal(key) == (Reason.KEY_PASSWORD, expected)


def test_pin_file_that_is_not_there(own_token, tmp_path):
    key = own_token.key(signer(Algorithm.ES256), "es256", pin=PasswordFile(tmp_path / "none"))
    assert refusal(key)[0] is Reason.FILE_UNREADABLE


def test_a_pin_that_was_refused_is_not_tried_again(own_token):
    wrong = own_token.key(signer(Algorithm.ES256), "es256", pin=TypedPassword(b"CANARY-31415927"))
    assert "is wrong, and was tried once" in refusal(wrong)[1]
    assert "was refused before, and is not tried again" in refusal(wrong)[1]
    assert len(own_token.key(signer(Algorithm.ES256), "es256").open().sign(b"with the right one")) == 64


TWICE_WRONG = """
import sys
from pathlib import Path
from vaxcert.adapters.passwords import TypedPassword
from vaxcert.adapters.pkcs11.configuration import Pkcs11Key
from vaxcert.errors import AdapterError

module, token, certificate = sys.argv[1:]
key = Pkcs11Key(
    module=Path(module), token=token, key="es256", certificate=Path(certificate).read_bytes(),
    pin=TypedPassword(b"CANARY-31415927"),
)
for _ in range(3):
    try:
        key.open()
    except AdapterError as error:
        print(error.reason)
"""


def test_one_wrong_pin_costs_one_try(own_token, tmp_path):
    """Counted by OpenSC's spy, which stands between the module and its caller."""
    spy = next((path for path in SPIES if Path(path).is_file()), None)
    if spy is None:
        pytest.skip(MISSING)
    certificate, log = tmp_path / "certificate.der", tmp_path / "calls"
    certificate.write_bytes(signer(Algorithm.ES256).certificate.der)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", TWICE_WRONG, spy, own_token.label, certificate],
        env={**os.environ, "PKCS11SPY": str(own_token.module), "PKCS11SPY_OUTPUT": str(log)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["key-password"] * 3
    assert log.read_text(errors="replace").count(": C_Login\n") == 1


@pytest.mark.parametrize(
    ("flags", "again", "problem"),
    [
        (pkcs11.TokenFlag(0), True, None),
        (pkcs11.TokenFlag.USER_PIN_COUNT_LOW, False, None),
        (pkcs11.TokenFlag.USER_PIN_COUNT_LOW, True, "was given wrongly by somebody"),
        (pkcs11.TokenFlag.USER_PIN_FINAL_TRY, False, "has one try left"),
        (pkcs11.TokenFlag.USER_PIN_LOCKED, False, "is locked"),
        (pkcs11.TokenFlag.USER_PIN_LOCKED | pkcs11.TokenFlag.USER_PIN_COUNT_LOW, True, "is locked"),
    ],
)
def test_no_pin_is_tried_that_might_lock_the_token(flags, again, problem):
    if problem is None:
        check_flags(flags, "token 'T'", again=again)
        return
    with pytest.raises(AdapterError, match=f"^the PIN of token 'T' {problem}") as caught:
        check_flags(flags, "token 'T'", again=again)
    assert caught.value.reason is Reason.KEY_PASSWORD


@pytest.mark.parametrize(
    ("raised", "kind", "reason", "words"),
    [
        (pkcs11.PinLocked(), AdapterError, Reason.KEY_PASSWORD, "is locked after too many wrong ones"),
        (pkcs11.PinExpired(), AdapterError, Reason.KEY_PASSWORD, "has expired"),
        (pkcs11.PinLenRange(), AdapterError, Reason.KEY_PASSWORD, "too short or too long"),
        (pkcs11.UserPinNotInitialized(), AdapterError, Reason.KEY_PASSWORD, "is not set yet"),
        (pkcs11.DeviceRemoved(), SignerUnavailableError, Reason.SIGNER_UNAVAILABLE, "(DeviceRemoved)"),
        (pkcs11.DeviceError(), SignerUnavailableError, Reason.SIGNER_UNAVAILABLE, "(DeviceError)"),
        (pkcs11.TokenNotPresent(), SignerUnavailableError, Reason.SIGNER_UNAVAILABLE, "cannot sign"),
        (pkcs11.GeneralError(), AdapterError, Reason.KEY_UNREADABLE, "cannot sign (GeneralError)"),
        (pkcs11.PKCS11Error("Unmapped error code 0x68"), AdapterError, Reason.KEY_UNREADABLE, "0x68"),
    ],
)
def test_what_a_token_says_has_a_reason(raised, kind, reason, words):
    with pytest.raises(AdapterError) as caught, faults_of("token 'T'", "sign"):
        raise raised
    assert type(caught.value) is kind
    assert caught.value.reason is reason
    assert words in str(caught.value)
