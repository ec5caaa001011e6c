"""Every bad input of a user gets one line with a code, an exit status and no traceback."""

from __future__ import annotations

import base64
import json
import os
import pty
import signal
import subprocess
import sys
import textwrap
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image

import vaxcert as vc
from tests.e2e.conftest import AT
from tests.support.command_line import vaxcert
from vaxcert.codec import base45

MEGABYTE = 1_000_000


def zip_bomb():
    return "HC1:" + base45.encode(zlib.compress(bytes(2 * MEGABYTE), 9))


def blank_picture(path):
    Image.new("L", (200, 200), 255).save(path)


@pytest.fixture
def bad(tmp_path, text):
    """Bad inputs as files."""
    folder = tmp_path / "bad"
    folder.mkdir()
    blank_picture(folder / "no-code.png")
    for name, data in {
        "empty.png": b"",
        "blank.txt": b"\r\n\n",
        "other-code.png": vc.qr.png("HTTPS://EXAMPLE.ORG/"),
        "cut-short.txt": text[: 4 + 198].encode(),
        "cut-shorter.txt": text[: 4 + 196].encode(),
        "cut-short.png": vc.qr.png(text)[:300],
        "changed.txt": text.replace(text[60], "*" if text[60] != "*" else "+", 1).encode(),
        "lower-case.txt": text.lower().encode(),
        "zip-bomb.txt": zip_bomb().encode(),
        "noise.bin": bytes(range(255, 0, -1)),
        "version-two.txt": b"HC2:" + text[4:].encode(),
        "long-line.txt": b"HC1:" + b"A" * 5000,
        "nul.txt": text.encode() + b"\0",
    }.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("empty.png", {"input-empty"}),
        ("blank.txt", {"input-empty"}),
        ("no-code.png", {"picture-no-code"}),
        ("other-code.png", {"picture-other-code"}),
        ("cut-short.txt", {"zlib-cut-short"}),
        ("cut-shorter.txt", {"base45-length"}),
        ("cut-short.png", {"picture-unreadable", "picture-no-code"}),
        ("changed.txt", {"zlib-corrupt", "base45-overflow", "cbor-malformed"}),
        ("lower-case.txt", {"context-identifier"}),
        ("zip-bomb.txt", {"zlib-too-large"}),
        ("noise.bin", {"picture-unreadable"}),
        ("version-two.txt", {"context-identifier"}),
        ("long-line.txt", {"input-too-long"}),
        ("nul.txt", {"base45-character"}),
        ("missing.png", {"file-unreadable"}),
    ],
)
def test_unreadable_input_exits_3_with_its_code(run, trust, bad, name, codes):
    done = run("verify", "--json", "--trust", trust, "--at", AT, bad / name)
    assert done.status == 3
    assert [found["outcome"] for found in done.objects] == ["unreadable"]
    assert done.objects[0]["reason"] in codes
    assert done.stderr == ""


def test_bad_inputs_do_not_stop_the_good_one(trust, bad, text):
    (bad / "zz-good.txt").write_text(text)
    done = vaxcert("verify", "--json", "--trust", trust, "--at", AT, bad)
    outcomes = [json.loads(line)["outcome"] for line in done.stdout.splitlines()]
    assert outcomes == ["unreadable"] * (len(list(bad.iterdir())) - 1) + ["accepted"]
    assert (done.returncode, done.stderr) == (3, "")


@pytest.mark.parametrize("as_file", [True, False])
@pytest.mark.parametrize("start", [b"HC1:", b"", b"\x89PNG\r\n\x1a\n"])
def test_fifty_megabytes_are_refused_with_one_line(trust, tmp_path, as_file, start):
    data = start + b"A" * (50 * MEGABYTE)
    path = tmp_path / "long"
    path.write_bytes(data)
    arguments = ("verify", "--json", "--trust", trust, path if as_file else "-")
    done = vaxcert(*arguments, stdin=b"" if as_file else data)
    assert done.returncode == 3
    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout)["reason"] == "input-too-long"
    assert done.stderr == ""


def test_fifty_megabytes_of_lines_are_refused_with_one_line(trust, tmp_path, text):
    path = tmp_path / "lines.txt"
    path.write_bytes((text.encode() + b"\n") * (50 * MEGABYTE // len(text)))
    done = vaxcert("verify", "--json", "--trust", trust, path)
    assert (done.returncode, done.stdout.count("\n")) == (3, 1)
    assert json.loads(done.stdout)["reason"] == "input-too-long"


def one_line(done, status, code):
    assert done.returncode == status
    assert done.stdout == ""
    assert done.stderr.startswith(f"vaxcert: {code}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "trust-list-unreadable"), (b"", "trust-list-empty"), (b"not a certificate", "trust-list-empty")],
)
def test_missing_and_empty_trust_exits_4(tmp_path, text, content, code):
    path = tmp_path / "trust.pem"
    if content is not None:
        path.write_bytes(content)
    one_line(vaxcert("verify", "--trust", path, text), 4, code)


def test_no_trust_exits_4(text):
    one_line(vaxcert("verify", text), 4, "trust-list-empty")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("verify",),
        ("frobnicate",),
        ("verify", "--at", "2022-06-01T00:00:00", "x.png"),
        ("verify", "--at", "yesterday", "x.png"),
        ("verify", "--at", "0001-01-01T00:00:00+14:00", "x.png"),
        ("verify", "--refuse", "nonsense", "x.png"),
        ("verify", "--policy", "lax", "x.png"),
        ("verify", "--lang", "xx", "x.png"),
        ("issue", "records.csv"),
        ("issue", "--validity-days", "0000000019999999999", "records.csv"),
        ("issue", "--validity-days", "36501", "records.csv"),
        ("keys", "new-signer", "--valid-days", "00000000199999"),
        ("keys", "new-signer", "--valid-days", "9" * 5000),
        ("keys",),
        ("qr", "ABC", "--size-mm", "nan"),
        ("qr", "ABC", "--out", "picture.gif"),
    ],
)
def test_wrong_usage_exits_2_with_one_line(run, arguments):
    done = run(*arguments)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("vaxcert: usage: ")
    assert done.stderr.count("\n") == 1


def issue(signer_files, tmp_path, *arguments, key=None, cert=None, out=None, records=None, **options):
    if records is None:
        records = tmp_path / "records.csv"
        records.write_text(
            "full_name,birth_date,sex,identity_number,vaccine,lot,dose_number,doses_in_series,vaccinated_on\n"
        )
    return vaxcert(
        "issue",
        records,
        "--key",
        key or signer_files.key,
        "--cert",
        cert or signer_files.cert,
        "--country",
        "VN",
        "--authority",
        "TEST",
        "--out",
        out or tmp_path / "out",
        "--at",
        AT,
        *arguments,
        **options,
    )


def pkcs8(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "key",
    [
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 1024),  # noqa: S505 - what is to be refused
    ],
    ids=["ed25519", "p-384", "rsa-1024"],
)
def test_wrong_key_type_exits_3(signer_files, tmp_path, key):
    path = tmp_path / "key.pem"
    path.write_bytes(pkcs8(key))
    one_line(issue(signer_files, tmp_path, key=path), 3, "key-type")


def test_missing_key_exits_3(signer_files, tmp_path):
    one_line(issue(signer_files, tmp_path, key=tmp_path / "none.pem"), 3, "key-unreadable")


def test_certificate_given_as_key_exits_3(signer_files, tmp_path):
    one_line(issue(signer_files, tmp_path, key=signer_files.cert), 3, "key-unreadable")


def test_key_given_as_certificate_exits_3(signer_files, tmp_path):
    one_line(issue(signer_files, tmp_path, cert=signer_files.key), 3, "certificate-unreadable")


def test_key_of_another_certificate_exits_2(signer_files, tmp_path):
    path = tmp_path / "key.pem"
    path.write_bytes(pkcs8(ec.generate_private_key(ec.SECP256R1())))
    one_line(issue(signer_files, tmp_path, key=path), 2, "key-certificate-mismatch")


def test_encrypted_key_without_password_exits_2_and_asks_nobody(signer_files, tmp_path):
    one_line(issue(signer_files, tmp_path, key=signer_files.encrypted_key), 2, "key-password")


@pytest.mark.parametrize("password", [b"wrong\n", b"\n", b"", b"x" * 2000])
def test_encrypted_key_with_a_wrong_password_exits_2_and_does_not_show_it(signer_files, tmp_path, password):
    path = tmp_path / "password"
    path.write_bytes(password)
    done = issue(signer_files, tmp_path, "--password-file", path, key=signer_files.encrypted_key)
    one_line(done, 2, "key-password")
    assert "wrong\n" not in done.stderr
    assert "xxx" not in done.stderr


@pytest.mark.parametrize("typed", [b"\x04", b"\n", b"\xff\xfe\n"])
def test_no_password_at_the_prompt_exits_2_with_one_line(signer_files, tmp_path, typed):
    ours, theirs = pty.openpty()
    command = ["issue", "x.csv", "--key", signer_files.encrypted_key, "--cert", signer_files.cert]
    command += ["--country", "VN", "--authority", "TEST", "--out", tmp_path / "out"]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", *command],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # without it getpass asks the terminal of whoever runs the tests
        env=os.environ | {"PYTHONUTF8": "1", "VAXCERT_LANG": "en"},
    )
    os.close(theirs)
    question = b""
    while not question.endswith(b": "):
        question += os.read(process.stderr.fileno(), 100)
    os.write(ours, typed)
    stdout, stderr = process.communicate(timeout=60)
    os.close(ours)
    assert (process.returncode, stdout) == (2, b"")
    assert stderr.strip().startswith(b"vaxcert: key-password: ")
    assert stderr.strip().count(b"\n") == 0


def test_authority_past_the_last_year_exits_2(run, tmp_path):
    out = ("--out-key", tmp_path / "k", "--out-cert", tmp_path / "c", "--at", "9999-12-31T00:00:00Z")
    done = run("keys", "new-ca", "--country", "VN", "--organization", "TEST", "--common-name", "TEST", *out)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("vaxcert: usage: ")
    assert list(tmp_path.iterdir()) == []


def test_missing_password_file_exits_3(signer_files, tmp_path):
    done = issue(signer_files, tmp_path, "--password-file", tmp_path / "none", key=signer_files.encrypted_key)
    one_line(done, 3, "file-unreadable")


def test_output_below_a_file_exits_2(signer_files, tmp_path):
    (tmp_path / "file").write_text("")
    one_line(issue(signer_files, tmp_path, out=tmp_path / "file" / "out"), 2, "file-unwritable")


def test_earlier_certificates_are_not_overwritten(signer_files, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "certificates.jsonl").write_text("precious\n")
    one_line(issue(signer_files, tmp_path), 2, "file-unwritable")
    assert (out / "certificates.jsonl").read_text() == "precious\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "file-unreadable"),
        (b"", "file-unreadable"),
        (b"\x89PNG\r\n\x1a\n\0\0", "file-unreadable"),
        (b"a,b\n1,2\n", "column-missing"),
    ],
)
def test_unreadable_records_exit_3_and_leave_no_certificates(signer_files, tmp_path, data, code):
    path = tmp_path / "bad.csv"
    if data is not None:
        path.write_bytes(data)
    one_line(issue(signer_files, tmp_path, records=path), 3, code)
    assert not (tmp_path / "out" / "certificates.jsonl").exists()
    assert not list((tmp_path / "out").rglob("*.partial"))


@pytest.mark.parametrize("country", ["Vietnam", "vn", "V1", ""])
def test_wrong_country_exits_2(signer_files, tmp_path, country):
    one_line(issue(signer_files, tmp_path, "--country", country), 2, "usage")


def test_signer_that_has_ended_stops_the_batch_instead_of_refusing_every_record(signer_files, tmp_path):
    records = tmp_path / "one.csv"
    records.write_text(
        "full_name,birth_date,sex,identity_number,vaccine,lot,dose_number,doses_in_series,vaccinated_on\n"
        "Nguyễn Bảo Duy,1983-10-10,Nam,001083000123,Comirnaty,L1,1,2,2021-11-18\n"
    )
    done = issue(signer_files, tmp_path, "--at", "2030-01-01T00:00:00Z", records=records)
    one_line(done, 1, "signer-expired")
    assert not list((tmp_path / "out").glob("*.*"))


def test_full_disk_on_standard_output_exits_2(trust, text):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "vaxcert", "verify", "--trust", trust, "--at", AT, text],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert done.stderr.startswith(b"vaxcert: file-unwritable: ")
    assert done.stderr.count(b"\n") == 1


def test_reader_that_stops_reading_is_no_error(trust, text):
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", "verify", "--trust", trust, "--at", AT, *[text] * 200],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 141


def test_text_with_characters_no_qr_code_has_exits_1(run):
    done = run("qr", "lower case")
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith("vaxcert: value-not-encodable: ")


def test_qr_into_a_folder_that_is_not_there_exits_2(run, tmp_path):
    done = run("qr", "HC1:ABC", "--out", tmp_path / "none" / "x.png")
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("vaxcert: file-unwritable: ")


def test_a_fault_of_the_program_shows_neither_traceback_nor_content(run, monkeypatch, trust, text):
    def fail(*_arguments, **_options):
        raise RuntimeError(text)

    monkeypatch.setattr(textwrap, "wrap", fail)
    done = run("verify", "--trust", trust, "--at", AT, text)
    assert done.status == 70
    assert done.stderr == "vaxcert: internal: unexpected RuntimeError\n"


def test_interruption_ends_quietly_after_what_was_read_is_answered(trust, text):
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", "verify", "--json", "--trust", trust, "--at", AT, "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdin.write(text.encode() + b"\n")
    process.stdin.flush()
    # a scanner gets its answer before it sends the next certificate
    assert json.loads(process.stdout.readline())["outcome"] == "accepted"
    process.send_signal(signal.SIGINT)
    rest, problems = process.communicate(timeout=60)
    assert (process.returncode, rest, problems) == (130, b"", b"")


def test_messages_are_explained_in_vietnamese(run, text):
    done = run("verify", "--lang", "vi", text)
    assert done.status == 4
    assert done.stderr.startswith("vaxcert: trust-list-empty: Không có khóa nào được tin cậy. (")


def test_certificate_text_in_the_wrong_place_is_not_repeated(run, text):
    for arguments in ((text,), ("inspect", "x.png", text), ("verify", "--at", text, "x")):
        done = run(*arguments)
        assert done.status == 2
        assert text[4:40] not in done.stderr


def test_base64_of_a_certificate_is_not_taken_for_one(run, trust, text):
    encoded = base64.b64encode(text.encode())
    done = run("verify", "--json", "--trust", trust, "-", stdin=encoded)
    assert (done.status, done.objects[0]["reason"]) == (3, "context-identifier")
