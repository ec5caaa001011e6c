from __future__ import annotations

import base64
import errno
import io
import os
import resource
import signal
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from tests.support.signers import signer

from vaxcert.adapters import trust_files
from vaxcert.adapters.certificate_inputs import CertificateInput, find_sources, read_source
from vaxcert.adapters.files import (
    WholeLines,
    create_new,
    find_files,
    read_bounded,
    write_atomically,
)
from vaxcert.adapters.key_files import load_csr, load_private_key, load_signer, save_private_key
from vaxcert.adapters.records.rows import read_records
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.crypto.authority import create_csr
from vaxcert.errors import AdapterError, LimitExceededError, Reason, VaxcertError
from vaxcert.limits import MAX_PIPED_RECORD_BYTES, MAX_TEXT_CHARACTERS, MAX_TEXT_FILE_BYTES
from vaxcert.model.certificate import ALL_KINDS

P256 = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def reason_of(call):
    with pytest.raises(VaxcertError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value.reason


# files


def test_bounded_reading_takes_the_limit_and_not_a_byte_more(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(LimitExceededError) as caught:
        read_bounded(path, 4)
    assert caught.value.reason is Reason.INPUT_TOO_LONG


@pytest.mark.parametrize("name", ["missing", "x\0y", "x" * 300])
def test_files_that_cannot_be_opened_are_unreadable(tmp_path, name):
    assert reason_of(lambda: read_bounded(tmp_path / name, 5)) is Reason.FILE_UNREADABLE


def test_atomic_writing_replaces_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "f"
    write_atomically(path, b"old")
    write_atomically(path, b"new", private=True)
    assert path.read_bytes() == b"new"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_atomic_writing_to_a_folder_that_is_not_there(tmp_path):
    assert reason_of(lambda: write_atomically(tmp_path / "a" / "b", b"")) is Reason.FILE_UNWRITABLE


def test_atomic_writing_over_a_folder_leaves_nothing_beside(tmp_path):
    (tmp_path / "folder").mkdir()
    assert reason_of(lambda: write_atomically(tmp_path / "folder", b"")) is Reason.FILE_UNWRITABLE
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_creating_never_overwrites(tmp_path):
    path = tmp_path / "f"
    create_new(path, b"first")
    assert reason_of(lambda: create_new(path, b"second")) is Reason.FILE_UNWRITABLE
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_creating_does_not_follow_a_link_to_nowhere(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert reason_of(lambda: create_new(tmp_path / "link", b"key")) is Reason.FILE_UNWRITABLE
    assert not (tmp_path / "target").exists()


@pytest.fixture
def no_links(monkeypatch):
    """As on FAT and SMB."""

    def refuse(*_arguments, **_options):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("no_links")
def test_creating_needs_no_hard_links(tmp_path):
    create_new(tmp_path / "key", b"key")
    with WholeLines(tmp_path / "lines") as lines:
        lines.write("a")
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == [b"key", b"a\n"]


def test_what_cannot_be_written_whole_is_removed_again(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        assert reason_of(lambda: create_new(tmp_path / "f", bytes(1001))) is Reason.FILE_UNWRITABLE
        create_new(tmp_path / "g", bytes(1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert [path.name for path in tmp_path.iterdir()] == ["g"]


def too_much(path):
    with WholeLines(path) as lines:
        lines.write("a")
        lines.write("b" * 1000)


def test_a_line_that_is_cut_short_by_a_full_disk_is_not_kept(tmp_path):
    path = tmp_path / "lines"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        assert reason_of(lambda: too_much(path)) is Reason.FILE_UNWRITABLE
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_text() == "a\n"


def test_whole_lines_have_one_writer(tmp_path):
    path = tmp_path / "lines"
    with WholeLines(path) as lines:
        assert reason_of(WholeLines(path).__enter__) is Reason.FILE_UNWRITABLE
        lines.write("a")
    assert path.read_text() == "a\n"


def test_whole_lines_are_there_at_once_and_privately(tmp_path):
    path = tmp_path / "lines"
    with WholeLines(path) as lines:
        lines.write("Nguyễn")
        assert path.read_text("utf-8") == "Nguyễn\n"
        lines.write("b")
    assert path.read_text("utf-8") == "Nguyễn\nb\n"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_whole_lines_are_kept_whatever_ends_the_writing(tmp_path):
    path = tmp_path / "lines"
    with pytest.raises(TypeError), WholeLines(path) as lines:
        list(map(lines.write, ("a", "b", None)))
    assert path.read_text() == "a\nb\n"


def test_whole_lines_of_which_there_was_none_leave_no_file(tmp_path):
    with pytest.raises(ZeroDivisionError), WholeLines(tmp_path / "lines"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_files_are_found_deep_in_the_order_of_names(tmp_path):
    for name in ("b.pem", "a.txt", "c/a.PEM", "a.pem"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c" / "loop").symlink_to(tmp_path, target_is_directory=True)
    found = [str(path.relative_to(tmp_path)) for path in find_files(tmp_path, {".pem"})]
    assert found == ["a.pem", "b.pem", "c/a.PEM"]


def test_pipes_in_folders_are_not_opened_and_what_cannot_be_opened_is_told(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file.txt").write_text("HC1:A")
    assert [path.name for path in find_files(tmp_path, {".txt"})] == ["file.txt", "gone.txt"]
    items = [
        item
        for source in find_sources([str(tmp_path)])
        for item in read_source(source, io.BufferedReader(io.BytesIO()))
    ]
    assert [(Path(item.source).name, getattr(item.content, "reason", None)) for item in items] == [
        ("file.txt", None),
        ("gone.txt", Reason.FILE_UNREADABLE),
    ]


# keys


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("password", [None, b"pass"])
@pytest.mark.parametrize("key", [P256, RSA], ids=["p-256", "rsa"])
def test_keys_are_read_in_every_form(tmp_path, encoding, password, key):
    encryption = NoEncryption() if password is None else BestAvailableEncryption(password)
    path = tmp_path / "key"
    path.write_bytes(key.private_bytes(encoding, PrivateFormat.PKCS8, encryption))
    read = load_private_key(path, password=password)
    assert read.private_numbers() == key.private_numbers()


def test_traditional_pem_is_read(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(P256.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    assert load_private_key(path).private_numbers() == P256.private_numbers()


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_passwords_missing_wrong_and_not_needed(tmp_path, encoding):
    encrypted, plain = tmp_path / "encrypted", tmp_path / "plain"
    encrypted.write_bytes(
        P256.private_bytes(encoding, PrivateFormat.PKCS8, BestAvailableEncryption(b"right"))
    )
    plain.write_bytes(P256.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption()))
    for path, password in ((encrypted, None), (encrypted, b"hunter2"), (plain, b"hunter2")):
        with pytest.raises(AdapterError) as caught:
            load_private_key(path, password=password)
        assert caught.value.reason is Reason.KEY_PASSWORD
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x03", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_damaged_keys_are_unreadable(tmp_path, data):
    path = tmp_path / "key"
    path.write_bytes(data)
    assert reason_of(lambda: load_private_key(path)) is Reason.KEY_UNREADABLE


def test_huge_key_file_is_unreadable(tmp_path):
    path = tmp_path / "key"
    with path.open("wb") as file:
        file.truncate(2 * 1024 * 1024)
    assert reason_of(lambda: load_private_key(path)) is Reason.KEY_UNREADABLE


def test_signer_of_files_signs_with_its_certificate(tmp_path):
    one = signer()
    save_private_key(tmp_path / "key", one._key, b"pass")
    (tmp_path / "cert").write_bytes(one.certificate.der)
    loaded = load_signer(tmp_path / "key", tmp_path / "cert", password=b"pass", deterministic=True)
    assert loaded.kid == one.kid
    assert loaded.sign(b"data") == loaded.sign(b"data")
    assert "pass" not in repr(loaded)


def test_signer_of_another_certificate_is_refused(tmp_path):
    save_private_key(tmp_path / "key", P256, None)
    (tmp_path / "cert").write_bytes(signer().certificate.der)
    call = lambda: load_signer(tmp_path / "key", tmp_path / "cert")  # noqa: E731
    assert reason_of(call) is Reason.KEY_CERTIFICATE_MISMATCH


def test_saved_key_is_private_from_its_first_moment_and_never_overwritten(tmp_path):
    path = tmp_path / "key"
    before = os.umask(0)
    try:
        save_private_key(path, P256, None)
    finally:
        os.umask(before)
    assert mode(path) == 0o600
    assert reason_of(lambda: save_private_key(path, RSA, None)) is Reason.FILE_UNWRITABLE
    assert load_private_key(path).private_numbers() == P256.private_numbers()


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_request_of_an_odd_version_is_unreadable(tmp_path, encoding):
    request = create_csr(P256, country="VN", organization="TEST", common_name="TEST", kinds=ALL_KINDS)
    der = request.public_bytes(Encoding.DER).replace(b"\x02\x01\x00\x30", b"\x02\x01\x07\x30", 1)
    pem = b"-----BEGIN CERTIFICATE REQUEST-----\n%s-----END CERTIFICATE REQUEST-----\n"
    path = tmp_path / "csr"
    path.write_bytes(der if encoding is Encoding.DER else pem % base64.encodebytes(der))
    assert reason_of(lambda: load_csr(path)) is Reason.CERTIFICATE_UNREADABLE


# trust lists


def test_trust_list_of_files_and_folders_with_problems_beside(tmp_path):
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / "vn.der").write_bytes(signer().certificate.der)
    (folder / "bad.pem").write_bytes(b"nothing")
    (folder / "gone.pem").symlink_to(tmp_path / "missing")
    (folder / "notes.txt").write_bytes(b"not looked at")
    (tmp_path / "la").write_bytes(signer(country="LA").certificate.der)
    trust_list, problems = load_trust_list([folder, tmp_path / "la"])
    assert {key.country for key in trust_list} == {"VN", "LA"}
    assert {key.origin.name for key in trust_list} == {str(folder / "vn.der"), str(tmp_path / "la")}
    assert [problem.reason for problem in problems] == [
        Reason.CERTIFICATE_UNREADABLE,
        Reason.TRUST_LIST_UNREADABLE,
    ]
    assert str(folder / "bad.pem") in str(problems[0])


def test_list_that_is_named_has_to_be_readable_for_it_may_withdraw_keys(tmp_path, monkeypatch):
    good = tmp_path / "vn.der"
    good.write_bytes(signer().certificate.der)
    monkeypatch.setattr(trust_files, "MAX_TRUST_FILE_BYTES", good.stat().st_size)
    (tmp_path / "long.der").write_bytes(bytes(good.stat().st_size + 1))
    for name in ("missing", "long.der"):
        reason = reason_of(lambda name=name: load_trust_list([good, tmp_path / name]))
        assert reason is Reason.TRUST_LIST_UNREADABLE
    trust_list, problems = load_trust_list([tmp_path])
    assert (len(tuple(trust_list)), [one.reason for one in problems]) == (1, [Reason.TRUST_LIST_UNREADABLE])


def test_trust_list_without_a_key_is_refused(tmp_path):
    for paths in ([], [tmp_path]):
        assert reason_of(lambda paths=paths: load_trust_list(paths)) is Reason.TRUST_LIST_EMPTY


# certificates


def read(data):
    stream = io.BufferedReader(io.BytesIO(data))
    return [(item.source, item.content) for item in read_source(None, stream)]


def reasons(items):
    return [content.reason if isinstance(content, VaxcertError) else content for _, content in items]


def test_only_line_ends_are_stripped():
    assert read(b"HC1:AB \r\n HC1: C\n") == [("-", "HC1:AB "), ("-#2", " HC1: C")]


def test_lines_of_exactly_the_longest_text_and_one_more():
    fits, too_long = b"A" * MAX_TEXT_CHARACTERS, b"A" * (MAX_TEXT_CHARACTERS + 1)
    for end in (b"", b"\n", b"\r\n"):
        items = read(fits + b"\n" + too_long + b"\n" + fits + end)
        assert reasons(items) == [fits.decode(), Reason.INPUT_TOO_LONG, fits.decode()]
        assert [source for source, _ in items] == ["-", "-#2", "-#3"]


class Endless(io.RawIOBase):
    """Gives the same byte for ever; fails the test that reads far past the bound."""

    def __init__(self, byte, bound):
        self._byte, self._left = byte, 2 * bound

    def readable(self):
        return True

    def readinto(self, buffer):
        self._left -= len(buffer)
        assert self._left > 0
        buffer[:] = self._byte * len(buffer)
        return len(buffer)


def test_line_without_end_is_not_read_for_ever():
    stream = io.BufferedReader(Endless(b"A", MAX_TEXT_FILE_BYTES))
    assert [item.content.reason for item in read_source(None, stream)] == [Reason.INPUT_TOO_LONG]


def test_records_without_end_are_not_read_for_ever():
    stream = io.BufferedReader(Endless(b"A", MAX_PIPED_RECORD_BYTES))
    assert reason_of(lambda: next(read_records(stream))) is Reason.FILE_UNREADABLE


def test_lines_are_handed_on_before_the_next_is_there():
    reading, writing = os.pipe()
    with open(reading, "rb") as stream, open(writing, "wb", buffering=0) as scanner:
        scanner.write(b"HC1:A\n")
        items = read_source(None, stream)
        assert next(items).content == "HC1:A"
        scanner.write(b"HC1:B\n")
        assert next(items).content == "HC1:B"
        scanner.close()
        assert list(items) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.INPUT_EMPTY),
        (b"\n \r\n\t\n", Reason.INPUT_EMPTY),
        (b"\xef\xbb\xbf\n", Reason.INPUT_EMPTY),
        (b"\x00\x01\x02", Reason.PICTURE_UNREADABLE),
        (b"%PDF-1.7 nothing", Reason.PICTURE_UNREADABLE),
        ("HC1:ABC".encode("utf-16"), Reason.PICTURE_UNREADABLE),
    ],
)
def test_what_holds_no_certificate_is_an_input_that_says_so(data, reason):
    assert reasons(read(data)) == [reason]


@pytest.mark.parametrize(
    "data", [b"\xd2\x84", b"\xd8\x3d\xd2", b"\x84", b"\x78\x9c\x2b", b"\x78\xda\x2b", b"x^\x00"]
)
def test_binary_certificates_are_handed_on_as_they_are(data):
    assert read(data) == [("-", data)]


def test_arguments_that_are_certificates_are_named_by_their_number():
    sources = find_sources(["a.png", "HC1:AB", "hc1:ab", "HC2:AB", " HC1:AB"])
    assert sources[0] == Path("a.png")
    assert [source.source for source in sources[1:]] == [f"argument {number}" for number in range(2, 6)]
    assert sources[1].content == "HC1:AB"


@pytest.mark.parametrize("name", ["missing.png", "x" * 300, "x\0y"])
def test_names_of_no_file_are_inputs_that_say_so(name):
    (source,) = find_sources([name])
    (item,) = read_source(source, io.BufferedReader(io.BytesIO()))
    assert item.source == name
    assert item.content.reason is Reason.FILE_UNREADABLE


def test_folder_without_anything_to_read_is_an_input_that_says_so(tmp_path):
    (tmp_path / "notes.md").touch()
    (source,) = find_sources([str(tmp_path)])
    assert isinstance(source, CertificateInput)
    assert source.content.reason is Reason.INPUT_EMPTY


def test_inputs_do_not_show_their_content():
    assert repr(CertificateInput("a.txt", "HC1:SECRET")) == "<CertificateInput a.txt>"
