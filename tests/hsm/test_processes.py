"""Every process opens the token for itself, however it was made; and what goes there holds no PIN."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hsm.worker import A_WORKER
from tests.support.signers import signer
from tests.support.softhsm import PIN
from vaxcert.adapters.passwords import PasswordFile, TypedPassword
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import AdapterError, Reason


@pytest.mark.parametrize("how", ["fork-inherited", "fork-own", "spawn"])
def test_signing_in_several_processes(token, tmp_path, how):
    certificate = tmp_path / "certificate.der"
    certificate.write_bytes(signer(Algorithm.ES256).certificate.der)
    arguments = (how, token.module, token.label, certificate, token.pin_file)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.hsm.worker", *arguments],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [str(A_WORKER)] * 5 + ["0", "0"]


def test_what_is_sent_to_workers_holds_no_pin(token):
    key = token.key(signer(Algorithm.ES256), "es256")
    sent = pickle.dumps(key)
    assert PIN.encode() not in sent
    assert pickle.loads(sent) == key  # noqa: S301
    assert PIN not in repr(key)


def test_a_typed_pin_is_not_written_down(token):
    key = token.key(signer(Algorithm.ES256), "es256", pin=TypedPassword(PIN.encode()))
    assert PIN not in repr(key)
    with pytest.raises(AdapterError, match="stays in the memory of this machine") as caught:
        pickle.dumps(key)
    assert caught.value.reason is Reason.KEY_PASSWORD


def test_a_pin_file_is_read_at_each_log_in(own_token, tmp_path):
    pin = PasswordFile(tmp_path / "pin")
    pin.path.write_text(f"{PIN}\r\nnot the PIN\n")
    assert len(own_token.key(signer(Algorithm.ES256), "es256", pin=pin).open().sign(b"data")) == 64
