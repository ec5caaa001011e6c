"""A token that was there and is away: the signer says so, goes on when it is back, and never signs with another key."""

from __future__ import annotations

import ctypes
import threading
import time

import pytest

from tests.support.signers import signer
from tests.support.softhsm import CONFIGURATION, util
from vaxcert.adapters.passwords import TypedPassword
from vaxcert.adapters.pkcs11.module import module_at
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import verifying_key
from vaxcert.errors import AdapterError, Reason, SignerUnavailableError

DATA = b"to be signed"
WRONG = "CANARY-31415927"


@pytest.fixture
def one(own_token):
    return own_token.key(signer(Algorithm.ES256), "es256").open()


def signs(one, algorithm=Algorithm.ES256):
    return verifying_key(signer(algorithm).public_key).is_signature(one.sign(DATA), DATA)


def away(one, deed="sign"):
    with pytest.raises(SignerUnavailableError) as caught:
        one.sign(DATA) if deed == "sign" else one.reopen()
    assert caught.value.reason is Reason.SIGNER_UNAVAILABLE
    return str(caught.value)


def test_pulled_and_plugged_in_again(one, own_token):
    assert signs(one)
    own_token.pull()
    for deed in ("sign", "sign", "reopen", "reopen"):
        assert away(one, deed).startswith(f"token '{own_token.label}' is not there; there are: ")
    own_token.plug_in()
    one.reopen()
    assert signs(one)
    own_token.pull()
    away(one)
    own_token.plug_in()
    assert signs(one)


def test_signer_that_was_seen_before_it_is_opened(own_token):
    own_token.pull()
    one = own_token.key(signer(Algorithm.ES256), "es256", seen=True).open()
    assert "is not there" in away(one)
    with pytest.raises(AdapterError) as caught:
        own_token.key(signer(Algorithm.ES256), "es256").open()
    assert caught.value.reason is Reason.KEY_UNREADABLE
    own_token.plug_in()
    assert signs(one)


def test_reset_token_is_away_until_its_key_is_back(one, own_token):
    own_token.reset()
    expected = f"token '{own_token.label}' holds no private key labelled 'es256', exactly one expected"
    assert away(one) == expected
    own_token.put(signer(Algorithm.ES256), "es256", "01")
    assert signs(one)


@pytest.mark.parametrize(
    "other", [signer(Algorithm.ES256, country="DE"), signer(Algorithm.PS256)], ids=["P-256", "RSA"]
)
def test_another_key_in_its_place_does_not_sign(one, own_token, other):
    own_token.reset()
    own_token.put(other, "es256", "01")
    for _ in range(2):
        with pytest.raises(AdapterError) as caught:
            one.sign(DATA)
        assert caught.value.reason is Reason.KEY_CERTIFICATE_MISMATCH


@pytest.mark.parametrize("function", ["C_CloseAllSessions", "C_Logout", "C_Finalize"])
def test_what_another_part_of_the_program_ends_is_opened_anew(one, own_token, function):
    library = ctypes.CDLL(str(own_token.module))
    slot = module_at(own_token.module).token(own_token.label).slot.slot_id
    session = module_at(own_token.module)._logins[slot].handle
    argument = {"C_CloseAllSessions": slot, "C_Logout": session, "C_Finalize": 0}[function]
    assert getattr(library, function)(ctypes.c_ulong(argument)) == 0
    assert signs(one)
    assert signs(one)


def test_a_restart_for_one_signer_leaves_the_others_signing_with_their_own_keys(token, own_token):
    """Handles are small numbers, and the first key after a restart has that of the first key before."""
    signers = [
        (own_token.key(signer(Algorithm.ES256), "es256").open(), Algorithm.ES256),
        (token.key(signer(Algorithm.PS256), "ps256").open(), Algorithm.PS256),
        (token.key(signer(Algorithm.ES256), "es256").open(), Algorithm.ES256),
    ]
    for one, _ in reversed(signers):
        one.reopen()
        for other, algorithm in signers:
            assert signs(other, algorithm)


def test_threads_go_on_where_they_were(one, own_token):
    stop = threading.Event()
    key = verifying_key(signer(Algorithm.ES256).public_key)
    done, away = [], []

    def work(name):
        number = 0
        while not stop.is_set():
            data = b"%d %d" % (name, number)
            try:
                done.append(key.is_signature(one.sign(data), data))
                number += 1
            except SignerUnavailableError:
                away.append(name)
                time.sleep(0.01)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        wait_until(lambda: len(done) > 20)
        own_token.pull()
        wait_until(lambda: len(away) > 5)
        own_token.plug_in()
        done.clear()
        away.clear()
    wait_until(lambda: len(done) > 20)
    stop.set()
    for thread in threads:
        thread.join()
    assert all(done)


def wait_until(reached):
    ends = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_pin_that_was_changed_meanwhile_is_tried_once(one, own_token):
    right = own_token.pin_file.read_text()
    own_token.pin_file.write_text(WRONG)
    own_token.reset()
    own_token.put(signer(Algorithm.ES256), "es256", "01")
    own_token.pin_file.write_text(right)
    for problem in ("is wrong, and was tried once", "was given wrongly by somebody"):
        with pytest.raises(AdapterError, match=problem) as caught:
            one.sign(DATA)
        assert caught.value.reason is Reason.KEY_PASSWORD
        assert (WRONG in str(caught.value), right in str(caught.value)) == (False, False)


def test_no_log_in_by_itself_after_somebody_gave_a_wrong_pin(one, own_token):
    with pytest.raises(AdapterError, match="is wrong"):
        somebody_logs_in(own_token, WRONG)
    with pytest.raises(AdapterError, match="was given wrongly by somebody since the last log-in") as caught:
        one.sign(DATA)
    assert caught.value.reason is Reason.KEY_PASSWORD
    somebody_logs_in(own_token, own_token.pin_file.read_text())
    assert signs(one)


def somebody_logs_in(own_token, pin):
    """After everybody was logged out, which this process only notices when it signs."""
    module = module_at(own_token.module)
    module.restart(module.generation)
    own_token.key(signer(Algorithm.ES256), "es256", pin=TypedPassword(pin.encode())).open()


def test_module_that_is_gone(own_token, tmp_path):
    link = tmp_path / "module.so"
    link.symlink_to(own_token.module)
    one = own_token.key(signer(Algorithm.ES256), "es256", module=link).open()
    link.unlink()
    assert signs(one)
    module = module_at(own_token.module)
    module.restart(module.generation)
    assert away(one) == f"there is no PKCS #11 module {link}"
    link.symlink_to(own_token.module)
    assert signs(one)


def test_module_that_does_not_start(one, own_token, monkeypatch, tmp_path):
    with monkeypatch.context() as environment:
        environment.setenv(CONFIGURATION, str(tmp_path / "none"))
        module = module_at(own_token.module)
        with pytest.raises(AdapterError) as caught:
            module.restart(module.generation)
        assert caught.value.reason is Reason.KEY_UNREADABLE
        for _ in range(2):
            assert away(one) == f"the PKCS #11 module {own_token.module} does not start (0x5)"
    assert signs(one)


def test_deleted_token(one, own_token):
    util("--delete-token", "--token", own_token.label)
    assert "is not there" in away(one)
