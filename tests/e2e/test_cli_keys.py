from __future__ import annotations

import stat

import pytest

from tests.e2e.conftest import AT

SUBJECT = ("--country", "VN", "--organization", "TEST Bộ Y tế", "--common-name")
CERTIFIED = ("--ca-key", "ca.key", "--ca-cert", "ca.pem")
START = ("--at", "2022-01-01T00:00:00Z")


@pytest.fixture
def keys(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = run("keys", "new-ca", *SUBJECT, "TEST CSCA", "--out-key", "ca.key", "--out-cert", "ca.pem", *START)
    assert made.status == 0

    def run_keys(*arguments):
        return run("keys", *arguments)

    return run_keys


def new_signer(keys, *arguments):
    return keys(
        "new-signer",
        *SUBJECT,
        "TEST DSC",
        *CERTIFIED,
        "--out-key",
        "dsc.key",
        "--out-cert",
        "dsc.pem",
        *START,
        *arguments,
    )


@pytest.mark.parametrize(("algorithm", "key"), [("ES256", "ES256 256"), ("PS256", "PS256 2048")])
def test_new_signer_issues_what_its_certificate_verifies(run, keys, tmp_path, algorithm, key):
    made = new_signer(keys, "--algorithm", algorithm, "--json")
    assert made.status == 0
    (shown,) = keys("show", "--json", "dsc.pem").objects
    assert made.objects == [{"files": ["dsc.key", "dsc.pem"], "kid": shown["kid"]}]
    assert (shown["key"], shown["country"]) == (key, "VN")
    assert shown["kinds"] == ["recovery", "test", "vaccination"]
    assert (shown["not_before"], shown["not_after"]) == ("2022-01-01T00:00:00Z", "2024-01-01T00:00:00Z")
    (tmp_path / "records.csv").write_text(
        "full_name,birth_date,sex,identity_number,vaccine,lot,dose_number,doses_in_series,vaccinated_on\n"
        "Nguyễn Bảo Duy,1983-10-10,Nam,001083000123,Comirnaty,L1,2,2,2021-11-18\n"
    )
    issued = run(
        "issue",
        "records.csv",
        *("--key", "dsc.key", "--cert", "dsc.pem", "--country", "VN", "--authority", "TEST"),
        *("--out", "out", "--at", AT),
    )
    assert issued.status == 0
    verified = run("verify", "--json", "--trust", "dsc.pem", "--at", AT, "out/qr")
    assert verified.objects[0]["outcome"] == "accepted"
    assert verified.objects[0]["kid"] == shown["kid"]


def test_private_keys_are_for_their_owner_only_and_certificates_are_not(keys, tmp_path):
    new_signer(keys)
    assert stat.S_IMODE((tmp_path / "dsc.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "dsc.pem").stat().st_mode) & 0o400
    assert not list(tmp_path.glob(".*"))


def test_unencrypted_key_is_warned_of_and_an_encrypted_one_is_encrypted(keys, tmp_path):
    assert "not encrypted" in new_signer(keys).stderr
    (tmp_path / "dsc.key").unlink()
    (tmp_path / "dsc.pem").unlink()
    (tmp_path / "password").write_text("s3cret\n")
    made = new_signer(keys, "--password-file", "password")
    assert made.stderr == ""
    assert (tmp_path / "dsc.key").read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


@pytest.mark.parametrize("in_the_way", ["dsc.key", "dsc.pem"])
def test_nothing_is_overwritten_and_nothing_else_left_behind(keys, tmp_path, in_the_way):
    (tmp_path / in_the_way).write_text("precious")
    before = sorted(path.name for path in tmp_path.iterdir())
    done = new_signer(keys)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("vaxcert: file-unwritable: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (tmp_path / in_the_way).read_text() == "precious"


def test_request_is_signed_for_the_kinds_that_the_authority_says(keys):
    made = keys("csr", "--new-key", "s.key", *SUBJECT, "TEST DSC", "--out", "s.csr")
    assert made.status == 0
    signed = keys("sign", "s.csr", *CERTIFIED, "--kind", "vaccination", "--out", "s.pem", *START)
    assert signed.status == 0
    (shown,) = keys("show", "--json", "s.pem").objects
    assert shown["kinds"] == ["vaccination"]
    again = keys("csr", "--key", "s.key", *SUBJECT, "TEST DSC", "--out", "t.csr", "--json")
    assert again.objects == [{"files": ["t.csr"]}]


def test_request_of_another_country_is_refused(keys):
    keys(
        "csr", "--new-key", "s.key", "--country", "LA", "--organization", "T", "--common-name", "T",
        "--out", "s.csr",
    )  # fmt: skip
    done = keys("sign", "s.csr", *CERTIFIED, "--out", "s.pem", *START)
    assert done.status == 1
    assert done.stderr.startswith("vaxcert: request-refused: ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("new-ca", "--country", "Vietnam", "--organization", "T", "--common-name", "T"), "usage"),
        (("new-ca", "--country", "VN", "--organization", "T" * 65, "--common-name", "T"), "usage"),
        (
            ("new-ca", "--country", "VN", "--organization", "T", "--common-name", "T", "--valid-days", "0"),
            "usage",
        ),
    ],
)
def test_wrong_subjects_and_dates_exit_2(keys, tmp_path, arguments, code):
    done = keys(*arguments, "--out-key", "x.key", "--out-cert", "x.pem")
    assert done.status == 2
    assert done.stderr.splitlines()[-1].startswith(f"vaxcert: {code}: ")
    assert not (tmp_path / "x.key").exists()


def test_key_that_is_not_the_authoritys_exits_1(keys):
    new_signer(keys)
    keys("csr", "--new-key", "s.key", *SUBJECT, "TEST", "--out", "s.csr")
    done = keys("sign", "s.csr", "--ca-key", "dsc.key", "--ca-cert", "ca.pem", "--out", "s.pem", *START)
    assert done.status == 1
    assert done.stderr.startswith("vaxcert: key-certificate-mismatch: ")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE REQUEST-----\nAA"])
def test_unreadable_request_exits_3(keys, tmp_path, content):
    (tmp_path / "bad.csr").write_bytes(content)
    done = keys("sign", "bad.csr", *CERTIFIED, "--out", "s.pem", *START)
    assert done.status == 3
    assert done.stderr.startswith("vaxcert: certificate-unreadable: ")


def test_show_goes_on_after_a_file_it_cannot_read(keys):
    done = keys("show", "--json", "none.pem", "ca.key", "ca.pem")
    assert done.status == 3
    assert [shown["file"] for shown in done.objects] == ["ca.pem"]
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [
        "file-unreadable",
        "certificate-unreadable",
    ]


@pytest.mark.parametrize("language", ["en", "vi"])
def test_show_is_readable_on_eighty_columns(keys, language):
    shown = keys("show", "--lang", language, "ca.pem").stdout
    assert "CN=TEST CSCA,O=TEST Bộ Y tế,C=VN" in shown
    assert max(map(len, shown.splitlines())) == 80
