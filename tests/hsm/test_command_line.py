"""Commands over a key in a token: from the request for its certificate to certificates; and no PIN anywhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest
from cryptography import x509

from tests.e2e.conftest import AT
from tests.support.command_line import vaxcert
from tests.support.signers import signer
from tests.support.softhsm import PIN
from vaxcert.adapters.key_files import certificate_pem
from vaxcert.adapters.passwords import PasswordFile
from vaxcert.adapters.pkcs11.configuration import Pkcs11Key
from vaxcert.adapters.signer_sources import KeyFile
from vaxcert.cli.arguments import Parser
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.signer_options import add_signer_options, key_of, signer_of, signer_source_of, token_of
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import AdapterError, Reason
from vaxcert.presentation.texts import load

HEADINGS = "HoVaTen,NgaySinh,GioiTinh,CMTCCCD,LanTiem,SoMuiTiem,NgayTiemChung,LoaiThuocTiem,SoLoThuoc"
ROWS = [
    "Nguyễn Bảo Duy,10/10/1983,Nam,001083000123,2,2,18/11/2021,Comirnaty,TEST-1",
    "Trần Thị Mai,02/03/1990,Nữ,079190000456,1,2,01/10/2021,AstraZeneca,TEST-2",
]
SUBJECT = ("--country", "VN", "--organization", "TEST", "--common-name", "TEST DSC")
WRONG = "CANARY-31415927"


@pytest.fixture(scope="session")
def cert(tmp_path_factory):
    path = tmp_path_factory.mktemp("cert") / "es256.pem"
    path.write_bytes(certificate_pem(signer(Algorithm.ES256).certificate.der))
    return path


def options_of(token, key="es256", *, token_name=None, pin=None):
    return (
        *("--hsm", token.module, "--hsm-token", token_name or token.label),
        *("--hsm-key", key, "--pin-file", pin or token.pin_file),
    )


def issue(run, tmp_path, cert, *options, **more):
    records = tmp_path / "records.csv"
    records.write_text("\n".join((HEADINGS, *ROWS)) + "\n")
    where = ("--country", "VN", "--authority", "Bộ Y tế", "--out", tmp_path / "out", "--at", AT)
    return run("issue", records, "--cert", cert, *where, *options, **more)


def test_certificates_issued_with_the_token_are_accepted(run, token, cert, tmp_path):
    done = issue(run, tmp_path, cert, *options_of(token))
    assert (done.status, done.stderr) == (0, "")
    checked = run("verify", "--json", "--trust", cert, "--at", AT, tmp_path / "out" / "qr")
    assert [found["outcome"] for found in checked.objects] == ["accepted", "accepted"]
    assert [found["kid"] for found in checked.objects] == [signer(Algorithm.ES256).kid.hex()] * 2


@pytest.mark.parametrize(
    ("changes", "status", "code", "words"),
    [
        ({"key": "none"}, 3, "key-unreadable", "holds no private key labelled 'none'"),
        ({"key": "id=0A"}, 3, "key-unreadable", "with the identifier 0a"),
        ({"token_name": "none"}, 3, "key-unreadable", "there are: "),
        ({"token_name": "slot=3"}, 3, "key-unreadable", "the token in slot 3 is not there"),
        ({"key": "ps256"}, 2, "key-certificate-mismatch", "is not that of the certificate"),
    ],
)
def test_what_is_named_wrongly_is_one_line_before_anything_is_written(
    run, token, cert, tmp_path, changes, status, code, words
):
    done = issue(run, tmp_path, cert, *options_of(token, **changes))
    assert (done.status, done.stdout) == (status, "")
    assert done.stderr.startswith(f"vaxcert: {code}: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--hsm", "m", "--hsm-token", "T"], "--hsm needs --hsm-key"),
        (["--hsm", "m", "--hsm-key", "K"], "--hsm needs --hsm-token"),
        (["--key", "k", "--hsm-key", "K"], "--hsm-key belongs with --hsm"),
        (["--key", "k", "--pin-file", "p"], "--pin-file belongs with --hsm"),
        (
            ["--hsm", "m", "--hsm-token", "T", "--hsm-key", "K", "--password-file", "p"],
            "--password-file belongs",
        ),
        (["--hsm", "m", "--key", "k"], "not allowed with argument"),
        ([], "one of the arguments --key --hsm is required"),
    ],
)
def test_options_that_do_not_go_together(cert, arguments, words):
    with pytest.raises(UsageError, match=words):
        signer_of(parsed(*arguments, "--cert", cert), None)


def test_a_token_gives_no_repeatable_signatures(token, cert):
    with pytest.raises(UsageError, match="--deterministic does not go with --hsm"):
        signer_of(parsed(*options_of(token), "--cert", cert), None, deterministic=True)


def parsed(*arguments):
    parser = Parser(texts=load("en"))
    add_signer_options(parser, load("en"))
    return parser.parse_args([str(argument) for argument in arguments])


def test_source_for_workers_has_seen_the_token(token, cert):
    source = signer_source_of(parsed(*options_of(token), "--cert", cert), None)
    expected = token.key(signer(Algorithm.ES256), "es256", seen=True)
    assert source == expected
    assert isinstance(source, Pkcs11Key)


def test_source_of_a_key_file(signer_files):
    arguments = ("--key", signer_files.encrypted_key, "--cert", signer_files.cert)
    source = signer_source_of(parsed(*arguments, "--password-file", signer_files.password), None)
    assert source == KeyFile(
        key=signer_files.encrypted_key,
        certificate=source.open().certificate.der,
        password=PasswordFile(signer_files.password),
    )


@pytest.mark.parametrize(
    ("text", "token"), [("slot=7", 7), ("slot=x", "slot=x"), ("TEST", "TEST"), ("slot=", "slot=")]
)
def test_token_by_label_or_slot(text, token):
    assert token_of(text) == token


@pytest.mark.parametrize(
    ("text", "key"), [("id=0aFF", b"\x0a\xff"), ("id=0", "id=0"), ("id=", "id="), ("dsc 1", "dsc 1")]
)
def test_key_by_label_or_identifier(text, key):
    assert key_of(text) == key


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_made_in_the_token_gets_a_certificate_and_signs(run, own_token, tmp_path, algorithm):
    key = options_of(own_token, "made")
    csr, cert = tmp_path / "csr.pem", tmp_path / "made.pem"
    new = ("--new-hsm-key", "--algorithm", algorithm.name)
    done = run("keys", "csr", *key, *new, *SUBJECT, "--out", csr)
    assert (done.status, done.stderr) == (0, "")
    request = x509.load_pem_x509_csr(csr.read_bytes())
    assert request.is_signature_valid
    ca = (tmp_path / "ca.key", tmp_path / "ca.pem")
    subject = (*SUBJECT[:-1], "TEST CSCA")
    assert run("keys", "new-ca", *subject, "--out-key", ca[0], "--out-cert", ca[1], "--at", AT).status == 0
    signed = run("keys", "sign", csr, "--ca-key", ca[0], "--ca-cert", ca[1], "--out", cert, "--at", AT)
    assert signed.status == 0
    assert issue(run, tmp_path, cert, *key).status == 0
    checked = run("verify", "--json", "--trust", cert, "--at", AT, tmp_path / "out" / "qr")
    assert [found["outcome"] for found in checked.objects] == ["accepted", "accepted"]
    assert {found["algorithm"] for found in checked.objects} == {algorithm.name}


def test_a_new_key_never_takes_the_place_of_another(run, own_token, tmp_path):
    arguments = (*options_of(own_token), "--new-hsm-key", *SUBJECT, "--out", tmp_path / "csr.pem")
    done = run("keys", "csr", *arguments)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("vaxcert: file-unwritable: ")
    assert "holds a key labelled 'es256' already" in done.stderr
    assert not (tmp_path / "csr.pem").exists()


def csr(run, own_token, tmp_path, label):
    return run("keys", "csr", *options_of(own_token, label), *SUBJECT, "--out", tmp_path / "csr.pem")


def test_request_for_a_key_that_is_there(run, own_token, tmp_path):
    own_token.make("kept")
    done = csr(run, own_token, tmp_path, "kept")
    assert (done.status, done.stderr) == (0, "")
    request = x509.load_pem_x509_csr((tmp_path / "csr.pem").read_bytes())
    assert request.is_signature_valid


def test_request_for_a_key_that_can_be_taken_out_says_so(run, own_token, tmp_path):
    own_token.make("loose", EXTRACTABLE=True)
    done = csr(run, own_token, tmp_path, "loose")
    assert done.status == 0
    assert done.stderr.startswith("This key can be taken out of the token.")


def test_request_for_a_key_without_its_public_key(run, own_token, tmp_path):
    own_token.make("half", public_key=False)
    done = csr(run, own_token, tmp_path, "half")
    assert (done.status, done.stdout) == (3, "")
    assert done.stderr.startswith("vaxcert: key-unreadable: ")
    assert "holds no public key beside the private key labelled 'half'" in done.stderr


def test_request_with_the_public_key_of_another(run, own_token, tmp_path):
    own_token.make("one", public_key=False)
    own_token.make("other")
    own_token.rename_public_key("other", "one")
    done = csr(run, own_token, tmp_path, "one")
    assert (done.status, done.stdout) == (3, "")
    assert "the public key labelled 'one'" in done.stderr
    assert "is not that of the private key" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--key", "k", "--new-hsm-key"], "--new-hsm-key belongs with --hsm"),
        (["--new-key", "k", "--pin-file", "p"], "--pin-file belongs with --hsm"),
        (["--hsm", "m", "--hsm-token", "T"], "--hsm needs --hsm-key"),
    ],
)
def test_request_with_options_that_do_not_go_together(run, tmp_path, arguments, words):
    done = run("keys", "csr", *arguments, *SUBJECT, "--out", tmp_path / "csr.pem")
    assert (done.status, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_new_key_is_named_by_a_label(run, own_token, tmp_path):
    key = (*options_of(own_token, "id=0b"), "--new-hsm-key")
    done = run("keys", "csr", *key, *SUBJECT, "--out", tmp_path / "csr.pem")
    assert (done.status, done.stdout) == (2, "")
    assert "the token chooses the identifier" in done.stderr


def test_pin_that_nobody_can_be_asked_for(run, token, cert, tmp_path):
    done = issue(run, tmp_path, cert, *options_of(token)[:-2])
    assert (done.status, done.stdout) == (2, "")
    expected = f"vaxcert: key-password: token '{token.label}' needs a PIN; give --pin-file or a terminal\n"
    assert done.stderr == expected


def test_without_the_extra_it_is_named(token, cert, tmp_path, monkeypatch):
    for name in [*sys.modules]:
        if name.partition(".")[0] == "pkcs11" or name.startswith("vaxcert.adapters.pkcs11."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(AdapterError, match=r"install vaxcert\[hsm\]") as caught:
        token.key(signer(Algorithm.ES256), "es256").open()
    assert caught.value.reason is Reason.EXTRA_MISSING


def test_the_pin_is_in_nothing_that_a_command_leaves(own_token, cert, tmp_path):
    wrong = tmp_path / "wrong.pin"
    wrong.write_text(WRONG)
    work = tmp_path / "work"
    work.mkdir()
    refused = issue(vaxcert, work, cert, *options_of(own_token, pin=wrong))
    assert "is wrong, and was tried once" in refused.stderr
    issued = issue(vaxcert, work, cert, *options_of(own_token))
    assert issued.returncode == 0
    left = [file.read_bytes() for file in work.rglob("*") if file.is_file()]
    left += [stream.encode() for done in (refused, issued) for stream in (done.stdout, done.stderr)]
    assert len(left) > 6
    assert not any(secret.encode() in data for data in left for secret in (PIN, WRONG))


def test_the_pin_is_asked_for_and_not_shown(own_token, cert, tmp_path):
    ours, theirs = pty.openpty()
    arguments = [*options_of(own_token)[:-2], *SUBJECT, "--out", tmp_path / "csr.pem"]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", "keys", "csr", *arguments],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONUTF8": "1", "VAXCERT_LANG": "en"},
    )
    os.close(theirs)
    question = b""
    while not question.endswith(b": "):
        question += os.read(process.stderr.fileno(), 100)
    os.write(ours, PIN.encode() + b"\n")
    stdout, stderr = process.communicate(timeout=60)
    os.close(ours)
    assert question == f"PIN of the token {own_token.label}: ".encode()
    assert (process.returncode, PIN.encode() in stdout + stderr) == (0, False)
    assert (tmp_path / "csr.pem").is_file()
