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


def test_request_in_the_name_of_the_authority_is_refused(keys, tmp_path):
    done = keys(
        "new-signer", *SUBJECT, "TEST CSCA", *CERTIFIED, "--out-key", "s.key", "--out-cert", "s.pem", *START
    )  # fmt: skip
    assert done.status == 1
    assert done.stderr.startswith("vaxcert: request-refused: ")
    assert "self-issued" in done.stderr
    assert not (tmp_path / "s.key").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("new-ca", "--country", "Vietnam", "--organization", "T", "--common-name", "T"), "usage"),
        (("new-ca", "--country", "VN", "--organization", "T" * 65, "--common-name", "T"), "usage"),
        (
            ("new-ca", "--country", "VN", "--organization", "T", "--common-name", "T", "--valid-days", "0"),
            "usage",
        ),
        (
            ("new-ca", "--country", "VN", "--organization", "T", "--common-name", "T", "--valid-days", "729"),
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


def test_show_names_a_certificate_as_trust_anchors_does(run, keys, tmp_path):
    store = ("--store", tmp_path / "store")
    assert run("trust", "anchors", "add", "x", tmp_path / "ca.pem", *store).status == 0
    (pinned,) = run("trust", "anchors", "list", "x", "--json", *store).objects
    (shown,) = keys("show", "--json", "ca.pem").objects
    assert shown["anchor"] == pinned["sha256"][:16]
    out = ("--out-key", "2.key", "--out-cert", "2.pem", *START)
    made = keys("new-ca", *SUBJECT, "TEST CSCA 2", *out).stdout.splitlines()
    (second,) = keys("show", "--json", "2.pem").objects
    assert f"As anchor             {second['anchor']}" in made
    out = ("--out-key", "3.key", "--out-cert", "3.pem", *START)
    (made_json,) = keys("new-ca", "--json", *SUBJECT, "TEST CSCA 3", *out).objects
    assert len(made_json["anchor"]) == 16
    assert f"  As anchor             {shown['anchor']}" in keys("show", "ca.pem").stdout.splitlines()


@pytest.mark.parametrize("language", ["en", "vi"])
def test_show_is_readable_on_eighty_columns(keys, language):
    shown = keys("show", "--lang", language, "ca.pem").stdout
    assert "CN=TEST CSCA,O=TEST Bộ Y tế,C=VN" in shown
    assert max(map(len, shown.splitlines())) == 80


# --- lint


def codes(shown):
    return {finding["code"]: finding["severity"] for finding in shown["findings"]}


@pytest.mark.parametrize("algorithm", ["ES256", "PS256"])
@pytest.mark.parametrize("programme", ["eu", "who"])
def test_what_is_made_keeps_to_the_profiles(keys, programme, algorithm):
    new_signer(keys, "--crl-url", "http://crl.example/x", "--algorithm", algorithm)
    of_authority = {"eu": "eu-csca", "who": "who-sca"}[programme]
    at = ("--at", "2022-02-01T00:00:00Z", "--json")
    authority = keys("lint", "ca.pem", "--profile", of_authority, *at)
    assert (authority.status, authority.objects[0]["findings"]) == (0, [])
    signer = keys("lint", "dsc.pem", "--profile", f"{programme}-dsc", "--authority", "ca.pem", *at)
    assert signer.status == 0
    assert codes(signer.objects[0]) == ({"rsa-discouraged": "info"} if algorithm == "PS256" else {})


def test_lint_takes_the_profile_of_the_role_that_the_certificate_says(keys):
    new_signer(keys)
    shown = keys("lint", "ca.pem", "dsc.pem", "--json", *START).objects
    assert [one["profile"] for one in shown] == ["who-sca", "who-dsc"]
    assert shown[0]["findings"] == []
    assert codes(shown[1]) == {"crl-distribution-point-missing": "info"}


def test_lint_against_a_profile_or_an_authority_that_does_not_fit_exits_1(keys):
    new_signer(keys)
    other = ("--out-key", "b.key", "--out-cert", "b.pem")
    keys("new-ca", *SUBJECT, "TEST other", *other, *START)
    wrong_role = keys("lint", "dsc.pem", "--profile", "eu-csca", "--json", *START)
    assert wrong_role.status == 1
    assert codes(wrong_role.objects[0])["basic-constraints-missing"] == "error"
    wrong_authority = keys("lint", "dsc.pem", "--authority", "b.pem", "--json", *START)
    assert wrong_authority.status == 1
    assert codes(wrong_authority.objects[0]) == {
        "crl-distribution-point-missing": "info",
        "not-signed-by-authority": "error",
        "authority-key-identifier-mismatch": "error",
    }
    expired = keys("lint", "ca.pem", "--at", "2026-01-01T00:00:01Z", "--json")
    assert (expired.status, codes(expired.objects[0])) == (1, {"expired": "error"})


def test_lint_goes_on_after_a_file_it_cannot_read(keys):
    done = keys("lint", "--json", *START, "none.pem", "ca.key", "ca.pem")
    assert done.status == 3
    assert [shown["file"] for shown in done.objects] == ["ca.pem"]
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [
        "file-unreadable",
        "certificate-unreadable",
    ]


def test_lint_reads_folders_and_standard_input(run, keys, tmp_path):
    folder = keys("lint", "--json", *START, ".")
    assert (folder.status, [shown["file"] for shown in folder.objects]) == (0, ["ca.pem"])
    piped = run("keys", "lint", "--json", *START, "-", stdin=(tmp_path / "ca.pem").read_bytes())
    assert (piped.status, [shown["file"] for shown in piped.objects]) == (0, ["-"])


@pytest.mark.parametrize(
    ("language", "severity", "sentence"),
    [("en", "advice", "revocations are"), ("vi", "khuyến nghị", "công bố danh sách thu")],
)
def test_lint_is_readable_on_eighty_columns(keys, language, severity, sentence):
    new_signer(keys)
    shown = keys("lint", "--lang", language, "ca.pem", "dsc.pem", *START).stdout
    assert severity in shown
    assert sentence in shown
    assert max(map(len, shown.splitlines())) == 80


# --- due


@pytest.mark.parametrize(
    ("at", "within", "state", "status"),
    [
        ("2022-04-03T23:59:59Z", "30", "current", 0),
        ("2022-04-04T00:00:00Z", "30", "due", 1),
        ("2022-04-04T00:00:00Z", "29", "current", 0),
        ("2022-07-03T00:00:00Z", "30", "due", 1),
        ("2022-07-03T00:00:01Z", "30", "ended", 4),
    ],
)
def test_what_is_due_decides_the_exit_status(keys, at, within, state, status):
    new_signer(keys)
    done = keys("due", "dsc.pem", "--json", "--at", at, "--within", within)
    assert done.status == status
    (shown,) = done.objects
    assert shown["state"] == state
    assert (shown["renew_by"], shown["signs_until"]) == ("2022-05-04T00:00:00Z", "2022-07-03T00:00:00Z")
    assert (shown["key_use_ends"], shown["listed_until"]) == ("2022-07-03T00:00:00Z", "2024-01-01T00:00:00Z")


def test_what_keys_sign_may_last_longer_and_overlap_more(keys):
    new_signer(keys)
    options = ("--certificate-days", "630", "--signer-days", "1200", "--overlap", "10")
    shown = keys("due", "dsc.pem", "ca.pem", "--json", *START, *options).objects
    assert [(one["file"], one["signs_until"], one["renew_by"]) for one in shown] == [
        ("dsc.pem", "2022-04-11T00:00:00Z", "2022-04-01T00:00:00Z"),
        ("ca.pem", "2022-09-19T00:00:00Z", "2022-09-09T00:00:00Z"),
    ]


def test_due_with_an_unreadable_file_exits_3_unless_something_is_due(keys):
    assert keys("due", "none.pem", "ca.pem", *START).status == 3
    assert keys("due", "none.pem", "ca.pem", "--at", "2022-11-02T00:00:00Z").status == 1
    assert keys("due", "none.pem", "ca.pem", "--at", "2023-01-02T00:00:00Z").status == 4


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", "RENEW        2022-05-04   2022-07-03   2024-01-01   dsc.pem"),
        ("vi", "CẦN THAY     04/05/2022   03/07/2022   01/01/2024   dsc.pem"),
    ],
)
def test_due_is_a_table_with_the_most_urgent_first(keys, language, row):
    new_signer(keys)
    done = keys("due", "--lang", language, "ca.pem", "dsc.pem", "--at", "2022-05-04T00:00:00Z")
    lines = done.stdout.splitlines()
    assert (lines[2], lines[3].split()[-1]) == (row, "ca.pem")
    assert max(map(len, lines)) == 80


# --- rotate

NEXT = ("--out-key", "next.key", "--out-cert", "next.pem")


def test_successor_of_a_signer_is_like_it_and_relieves_it(keys):
    new_signer(keys, "--kind", "vaccination", "--algorithm", "PS256")
    later = ("--at", "2022-05-04T00:00:00Z")
    assert keys("due", "dsc.pem", *later).status == 1
    made = keys("rotate", "dsc.pem", *CERTIFIED, *NEXT, *later, "--json")
    assert made.status == 0
    older, newer = keys("show", "--json", "dsc.pem", "next.pem").objects
    assert made.objects == [
        {
            "files": ["next.key", "next.pem"],
            "kid": newer["kid"],
            "replaces": older["kid"],
            "old_signs_until": "2022-07-03T00:00:00Z",
            "old_listed_until": "2024-01-01T00:00:00Z",
        }
    ]
    assert newer["subject"] == "CN=TEST DSC 2,O=TEST Bộ Y tế,C=VN"
    for same in ("issuer", "key", "kinds", "country"):
        assert newer[same] == older[same]
    assert (newer["not_before"], newer["not_after"]) == ("2022-05-04T00:00:00Z", "2024-05-03T00:00:00Z")
    due = keys("due", "dsc.pem", "next.pem", "--json", *later)
    assert (due.status, [one["state"] for one in due.objects]) == (0, ["replaced", "current"])
    assert keys("lint", "next.pem", "--authority", "ca.pem", *later).status == 0


def test_successor_of_an_authority_signs_itself(keys):
    made = keys("rotate", "ca.pem", *NEXT, "--at", "2022-11-01T00:00:00Z", "--common-name", "TEST CSCA B")
    assert made.status == 0
    assert "2023-01-01" in made.stdout
    shown = keys("show", "--json", "next.pem").objects[0]
    assert shown["subject"] == shown["issuer"] == "CN=TEST CSCA B,O=TEST Bộ Y tế,C=VN"
    assert keys("lint", "next.pem", "--at", "2022-11-01T00:00:00Z").status == 0


def test_successor_that_comes_too_late_is_told(keys):
    new_signer(keys)
    in_time = keys("rotate", "dsc.pem", *CERTIFIED, *NEXT, "--at", "2022-07-03T00:00:00Z")
    assert in_time.stdout.splitlines()[3] == "Sign with the new key from 2022-07-03 on at the latest."
    late = ("--out-key", "late.key", "--out-cert", "late.pem", "--at", "2022-07-03T00:00:01Z")
    assert keys("rotate", "dsc.pem", *CERTIFIED, *late).stdout.splitlines()[3].startswith("The older key was")


def test_nothing_is_overwritten_by_a_successor(keys, tmp_path):
    new_signer(keys)
    (tmp_path / "next.pem").write_text("precious")
    done = keys("rotate", "dsc.pem", *CERTIFIED, *NEXT, "--at", "2022-05-04T00:00:00Z")
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("vaxcert: file-unwritable: ")
    assert (tmp_path / "next.pem").read_text() == "precious"
    assert not (tmp_path / "next.key").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("dsc.pem",),
        ("dsc.pem", "--ca-key", "ca.key"),
        ("ca.pem", *CERTIFIED),
        ("ca.pem", "--common-name", ""),
    ],
)
def test_successor_without_what_it_needs_exits_2(keys, tmp_path, arguments):
    new_signer(keys)
    done = keys("rotate", *arguments, *NEXT, *START)
    assert done.status == 2
    assert done.stderr.splitlines()[-1].startswith("vaxcert: usage: ")
    assert not (tmp_path / "next.key").exists()


# --- what the authority writes


def test_authority_writes_what_it_is_asked_to(keys, tmp_path):
    from cryptography import x509

    new_signer(
        keys, "--kind", "test", "--old-arc", "--crl-url", "http://crl.example/x", "--key-use-days", "90"
    )
    found = x509.load_pem_x509_certificate((tmp_path / "dsc.pem").read_bytes()).extensions
    purposes = found.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [purpose.dotted_string for purpose in purposes] == [
        "1.3.6.1.4.1.1847.2021.1.1",
        "1.3.6.1.4.1.0.1847.2021.1.1",
    ]
    assert found.get_extension_for_class(x509.CRLDistributionPoints)
    (due,) = keys("due", "dsc.pem", "--json", *START).objects
    assert due["key_use_ends"] == "2022-04-01T00:00:00Z"
    assert keys("show", "--json", "dsc.pem").objects[0]["kinds"] == ["test"]


def test_address_that_is_none_exits_2(keys):
    done = new_signer(keys, "--crl-url", "crl.example")
    assert done.status == 2
    assert done.stderr.splitlines()[-1].startswith("vaxcert: usage: revocation list at ")


def test_authority_whose_time_is_over_refuses(keys):
    keys("csr", "--new-key", "s.key", *SUBJECT, "TEST DSC", "--out", "s.csr")
    done = keys("sign", "s.csr", *CERTIFIED, "--out", "s.pem", "--at", "2023-01-01T00:00:01Z")
    assert done.status == 1
    assert done.stderr.startswith(
        "vaxcert: request-refused: the authority's key was to sign until 2023-01-01"
    )
