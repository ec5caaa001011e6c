"""What workers open their own signers with, and what of a password goes to them."""

import multiprocessing
import pickle
from pathlib import Path

import pytest
from tests.e2e.conftest import PASSWORD, write_signer
from tests.support.signers import signer

from vaxcert.adapters.passwords import PasswordFile, TypedPassword, checked_password
from vaxcert.adapters.signer_sources import KeyFile
from vaxcert.crypto.keys import verifying_key
from vaxcert.errors import AdapterError, Reason

DATA = b"to be signed"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_signer(signer(), tmp_path_factory.mktemp("keys") / "signer")


def source(files, **options):
    return KeyFile(key=files.key, certificate=signer().certificate.der, **options)


def encrypted(files, password):
    return KeyFile(key=files.encrypted_key, certificate=signer().certificate.der, password=password)


def test_key_file_opens_its_signer(files):
    one = source(files).open()
    assert one.kid == signer().kid
    assert verifying_key(signer().public_key).is_signature(one.sign(DATA), DATA)


def test_repeatable_signatures_are_asked_of_the_source(files):
    one = source(files, deterministic=True)
    assert one.open().sign(DATA) == one.open().sign(DATA)
    assert source(files).open().sign(DATA) != source(files).open().sign(DATA)


@pytest.mark.parametrize("password", [PasswordFile(Path("password")), TypedPassword(PASSWORD)])
def test_encrypted_key(files, monkeypatch, password):
    monkeypatch.chdir(files.password.parent)
    assert encrypted(files, password).open().kid == signer().kid


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        (None, Reason.KEY_PASSWORD),
        (TypedPassword(b"wrong"), Reason.KEY_PASSWORD),
        (PasswordFile(Path("not there")), Reason.FILE_UNREADABLE),
    ],
)
def test_encrypted_key_without_the_right_password(files, password, reason):
    with pytest.raises(AdapterError) as caught:
        encrypted(files, password).open()
    assert caught.value.reason is reason


def test_source_goes_to_other_machines_without_a_password(files):
    one = encrypted(files, PasswordFile(files.password))
    sent = pickle.dumps(one)
    assert PASSWORD not in sent
    assert pickle.loads(sent) == one  # noqa: S301


def test_a_typed_password_is_shown_and_written_nowhere(files):
    one = encrypted(files, TypedPassword(PASSWORD))
    assert PASSWORD.decode() not in repr(one)
    assert repr(one.password) == "<TypedPassword>"
    with pytest.raises(AdapterError, match="stays in the memory of this machine") as caught:
        pickle.dumps(one)
    assert caught.value.reason is Reason.KEY_PASSWORD


def opens(one, results):
    results.put(one.open().kid)


def test_a_typed_password_goes_to_processes_that_are_started_here(files):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=opens, args=(encrypted(files, TypedPassword(PASSWORD)), results))
    process.start()
    assert results.get(timeout=60) == signer().kid
    process.join()


@pytest.mark.parametrize(("size", "fits"), [(0, False), (1, True), (1023, True), (1024, False)])
def test_length_of_a_password(size, fits):
    password = b"x" * size
    if fits:
        assert checked_password(password, "it") == password
        return
    with pytest.raises(AdapterError, match=r"^it is not a password of 1 to 1023 bytes$") as caught:
        checked_password(password, "it")
    assert caught.value.reason is Reason.KEY_PASSWORD
