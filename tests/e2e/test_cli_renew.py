"""`vaxcert renew`: from certificates that end, or are wrong, to new ones; and what becomes of the old ones."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from examples.national.generate import generate

import vaxcert as vc
from tests.e2e.conftest import write_signer
from tests.support import bulk
from tests.support.command_line import vaxcert
from tests.support.renewals import certificates, put_right, tamper
from tests.support.revocation import anchor_key
from tests.support.signers import signer, trusted
from tests.support.small_parts import defaults

ROOT = Path(__file__).parents[2]
RECORDS, ROWS_PER_PART = 40, 10
AT = datetime(2022, 12, 1, tzinfo=UTC)
DAYS = 90
ENDS = AT + timedelta(days=DAYS)
LATER = ENDS - timedelta(days=20)
SECOND = timedelta(seconds=1)
SECONDS = 120


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return generate(RECORDS, 3, tmp_path_factory.mktemp("nation"), faults=False)


@pytest.fixture(scope="module")
def rows(nation):
    return pq.read_table(nation.records).to_pylist()


@pytest.fixture(scope="session")
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("secret") / "secret"
    assert vaxcert("keys", "new-secret", path).returncode == 0
    return path


@pytest.fixture
def how(signer_files, secret):
    """The options that issuing and renewing share."""
    return (
        *("--key", signer_files.key, "--cert", signer_files.cert, "--secret-file", secret),
        *("--country", "VN", "--authority", "Bộ Y tế", "--validity-days", DAYS),
        *("--workers", "1", "--deterministic"),
    )


@pytest.fixture(scope="session")
def _issued(tmp_path_factory):
    return tmp_path_factory.mktemp("issued")


@pytest.fixture
def first(run, how, nation, _issued, monkeypatch):
    """A run of several parts, which is made once."""
    out = _issued / "run"
    if not out.exists():
        monkeypatch.setitem(defaults(), "rows_per_part", ROWS_PER_PART)
        done = run("issue", nation.records, "--bulk", *how, "--at", AT.isoformat(), "--out", out, "--json")
        assert (done.status, done.objects[0]["accepted"]) == (0, RECORDS)
    return out


@pytest.fixture
def renew(run, how, first, tmp_path):
    def renew_runs(*more, runs=(first,), out="renewed", at=LATER, **options):
        return run("renew", *runs, *how, "--at", at.isoformat(), "--out", tmp_path / out, *more, **options)

    return renew_runs


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def rejects(out):
    return list(csv.DictReader(io.StringIO((out / "rejects.csv").read_text("utf-8-sig"))))


def names(out, at=LATER):
    verifier = vc.Verifier(trusted(signer()))
    people = (verifier.verify(one["text"], at=at).certificate.subject for one in certificates(out))
    return [f"{one.family_name} {one.given_name}" for one in people]


def one_line(done, code, words, status):
    assert (done.status, done.stdout) == (status, "")
    assert done.stderr.startswith(f"vaxcert: {code}: "), done.stderr
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


# --- what is due


def test_what_ends_within_some_days_is_issued_anew(renew, first, tmp_path):
    done = renew("--within-days", "30")
    assert (done.status, done.stderr) == (0, "")
    text = " ".join(done.stdout.split())
    assert "seen: 40; renewed: 40, corrected: 0, refused: 0. Corrections rejected: 0." in text
    assert f"New certificates and manifest.json are in {tmp_path / 'renewed'}" in text
    old, new = certificates(first), certificates(tmp_path / "renewed")
    assert [one["certificate_id"] for one in new] == [one["certificate_id"] for one in old]
    assert {one["expires"] for one in new} == {LATER + timedelta(days=DAYS)}
    assert names(tmp_path / "renewed") == names(first)


def test_counts_as_json(renew, tmp_path):
    expected = {
        "folder": str(tmp_path / "renewed"),
        **{"seen": RECORDS, "renewed": RECORDS, "corrected": 0, "refused": 0, "rejected": 0},
        **{"replaced": RECORDS, "codes": {}, "was_complete": False},
    }
    assert renew("--within-days", "30", "--json").objects == [expected]
    before = bulk.files(tmp_path / "renewed")
    assert renew("--within-days", "30", "--json").objects == [expected | {"was_complete": True}]
    assert bulk.files(tmp_path / "renewed") == before
    assert "complete already" in renew("--within-days", "30").stdout


@pytest.mark.parametrize(
    ("before_the_end", "renewed"),
    [
        (timedelta(days=10), 0),
        (timedelta(days=10) - SECOND, RECORDS),
        (timedelta(0), RECORDS),
        (-timedelta(days=30), RECORDS),
    ],
)
def test_the_edge_of_what_is_due(renew, before_the_end, renewed):
    (found,) = renew("--within-days", "10", "--json", at=ENDS - before_the_end).objects
    assert (found["seen"], found["renewed"]) == (RECORDS, renewed)


def test_renewed_certificates_are_printed_and_drawn(renew, run, signer_files, tmp_path):
    assert renew("--within-days", "30", "--qr", "png").status == 0
    pictures = tmp_path / "renewed/qr/part-000000"
    read = run("verify", pictures, "--trust", signer_files.cert, "--at", LATER.isoformat(), "--json")
    assert [one["outcome"] for one in read.objects] == ["accepted"] * ROWS_PER_PART


def test_a_vietnamese_report(renew):
    assert "Đã xem 40 chứng nhận: 40 cấp lại" in renew("--within-days", "30", "--lang", "vi").stdout


# --- corrections


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "jsonl", "ndjson"])
def test_corrections_in_every_form(renew, run, first, rows, tmp_path, form):
    given = write_csv(tmp_path / "given.csv", [{**one, "HoVaTen": "Ngô Thị Mẫu"} for one in rows[5:8]])
    corrected = tmp_path / f"corrected.{form}"
    fhir = ("--to", "fhir") if form == "ndjson" else ()
    assert run("records", "convert", given, corrected, *fhir).status == 0
    done = renew("--corrections", corrected, "--json")
    assert (done.status, done.objects[0]["corrected"], done.objects[0]["renewed"]) == (0, 3, 0)
    new = certificates(tmp_path / "renewed")
    old = {one["certificate_id"]: one for one in certificates(first)}
    assert names(tmp_path / "renewed") == ["Ngô Thị Mẫu"] * 3
    for one in new:
        before = old[one["certificate_id"]]
        kept = ("record_key", "person_key", "attestation")
        assert [one[name] for name in kept] == [before[name] for name in kept]
    assert rejects(tmp_path / "renewed") == []


def test_corrections_that_are_rejected(renew, rows, tmp_path):
    given = [
        {**rows[0], "HoVaTen": "Ngô Mẫu"},
        {**rows[1], "HoVaTen": "N4m"},
        {**rows[2], "CMTCCCD": "001083000123", "NgaySinh": "10/10/1983", "GioiTinh": "Nam"},
    ]
    done = renew("--corrections", write_csv(tmp_path / "corrected.csv", given))
    assert done.status == 1
    text = " ".join(done.stdout.split())
    assert "The name holds digits. [name-digits]" in text
    assert "issued before. [correction-without-certificate]" in text
    assert "renewed: 0, corrected: 1, refused: 0. Corrections rejected: 2." in text
    found = rejects(tmp_path / "renewed")
    assert [(one["row"], one["codes"]) for one in found] == [
        *(("2", "name-digits"), ("3", "correction-without-certificate"))
    ]
    assert found[0]["reasons"] == "The name holds digits."
    mended = write_csv(tmp_path / "mended.csv", [{**found[0], "HoVaTen": "Nam"}])
    assert renew("--corrections", mended, out="again").status == 0


def test_corrections_with_a_mapping(renew, rows, tmp_path):
    mapping = tmp_path / "clinic.toml"
    fields = {
        **{"HoVaTen": "full_name", "NgaySinh": "birth_date", "GioiTinh": "sex", "CMTCCCD": "identity_number"},
        **{"LanTiem": "dose_number", "SoMuiTiem": "doses_in_series", "NgayTiemChung": "vaccinated_on"},
        **{"LoaiThuocTiem": "vaccine", "SoLoThuoc": "lot"},
    }
    lines = (f'"clinic {heading}" = "{name}"\n' for heading, name in fields.items())
    mapping.write_text("[columns]\n" + "".join(lines), "utf-8")
    given = [{f"clinic {heading}": rows[0][heading] for heading in fields} | {"clinic HoVaTen": "Ngô Mẫu"}]
    corrected = write_csv(tmp_path / "corrected.csv", given)
    assert renew("--corrections", corrected, "--mapping", mapping).status == 0
    assert names(tmp_path / "renewed") == ["Ngô Mẫu"]
    one_line(renew("--corrections", corrected, out="without"), "column-missing", "no column", 3)
    assert not (tmp_path / "without").exists()


def test_more_corrections_than_one_run_takes(renew, rows, tmp_path, monkeypatch):
    from vaxcert.adapters.bulk import corrections

    monkeypatch.setattr(corrections, "MAX_CORRECTIONS", 2)
    done = renew("--corrections", write_csv(tmp_path / "corrected.csv", rows[:3]))
    one_line(done, "input-too-long", "more than 2 corrections; expected several files", 3)
    assert not (tmp_path / "renewed").exists()


# --- what becomes of the old ones


@pytest.fixture(scope="module")
def anchor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anchor")
    key = anchor_key("a")
    pem = key._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "anchor.key").write_bytes(pem)
    public = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "anchor.pem").write_bytes(public)
    return folder


def outcomes(run, trust, texts, *more):
    done = run("verify", "-", "--trust", trust, "--json", *more, stdin="\n".join(texts).encode())
    return {(one["outcome"], one["reason"]) for one in done.objects}


def build(run, anchor, ledger, out, at, number="1"):
    shared = ("--issuer", "TEST", "--number", number, "--at", at.isoformat(), "--out", out)
    done = run("revoke", "build", ledger, *shared, "--key", anchor / "anchor.key")
    assert done.status == 0, done.stderr
    return ("--revocation", out, "--revocation-anchor", anchor / "anchor.pem")


def test_what_is_replaced_is_revoked_and_what_replaces_it_is_not(
    renew, run, first, signer_files, anchor, tmp_path
):
    ledger = tmp_path / "ledger.csv"
    done = renew("--within-days", "30", "--ledger", ledger)
    assert f"Replacedcertificatesintheledger{ledger}:40" in "".join(done.stdout.split())  # over several lines
    lines = ledger.read_text().splitlines()
    assert len(lines) == 1 + RECORDS
    assert {line.split(",")[1] for line in lines[1:]} == {"SIGNATURE"}
    revocation = build(run, anchor, ledger, tmp_path / "list.vxr", LATER)
    at = ("--at", (LATER + timedelta(hours=1)).isoformat(), *revocation)
    old = [one["text"] for one in certificates(first)]
    new = [one["text"] for one in certificates(tmp_path / "renewed")]
    assert outcomes(run, signer_files.cert, old, *at) == {("refused", "revoked")}
    assert outcomes(run, signer_files.cert, new, *at) == {("accepted", None)}
    assert outcomes(run, signer_files.cert, old, *at[:2]) == {("accepted", None)}


def test_what_is_revoked_is_not_renewed_whether_list_or_ledger_says_so(renew, run, first, anchor, tmp_path):
    ledger = tmp_path / "ledger.csv"
    bad = certificates(first)[3]
    run("revoke", "add", ledger, "--certificate", bad["text"], "--at", AT.isoformat(), "--reason", "fraud")
    revocation = build(run, anchor, ledger, tmp_path / "list.vxr", LATER)
    done = renew("--within-days", "30", *revocation)
    assert done.status == 1
    text = " ".join(done.stdout.split())
    assert "1 ✘ This certificate has been revoked. [revoked]" in text
    assert "renewed: 39, corrected: 0, refused: 1." in text
    assert bad["certificate_id"] not in {one["certificate_id"] for one in certificates(tmp_path / "renewed")}
    late = ENDS + timedelta(days=60)
    ended = build(run, anchor, ledger, tmp_path / "later.vxr", late, number="2")
    (found,) = renew("--within-days", "30", "--json", *ended, "--ledger", ledger, at=late, out="l").objects
    assert (found["renewed"], found["codes"]) == (RECORDS - 1, {"revoked": 1})


def test_a_key_that_has_a_successor(renew, signer_files, tmp_path):
    """The new key signs what the old one had signed, once it is said that the old one counts."""
    successor = write_signer(signer(valid_for=timedelta(days=600)), tmp_path / "successor")
    keyed = ("--key", successor.key, "--cert", successor.cert, "--within-days", "30", "--json")
    (found,) = renew(*keyed, out="untrusted").objects
    assert (found["renewed"], found["codes"]) == (0, {"unknown-key": RECORDS})
    (found,) = renew(*keyed, "--trust", signer_files.cert).objects
    assert found["renewed"] == RECORDS
    verifier = vc.Verifier(trusted(signer(valid_for=timedelta(days=600))))
    for one in certificates(tmp_path / "renewed"):
        verifier.verify(one["text"], at=LATER)


# --- several runs


def test_the_later_run_counts(renew, first, rows, tmp_path):
    corrected = write_csv(tmp_path / "corrected.csv", [{**rows[0], "HoVaTen": "Ngô Mẫu"}])
    assert renew("--corrections", corrected, out="second").status == 0
    both = (first, tmp_path / "second")
    late = ENDS + timedelta(days=1)
    (found,) = renew("--within-days", "100", "--json", runs=both, at=late, out="third").objects
    assert (found["seen"], found["renewed"]) == (RECORDS + 1, RECORDS)
    third = certificates(tmp_path / "third")
    assert len({one["certificate_id"] for one in third}) == RECORDS
    assert names(tmp_path / "third", late).count("Ngô Mẫu") == 1


# --- what must not be signed


def test_another_secret_is_said_at_once(renew, tmp_path):
    (tmp_path / "other").write_text("0" * 64)
    done = renew("--within-days", "30", "--secret-file", tmp_path / "other")
    one_line(done, "run-mismatch", "was made with another secret; its certificates could not keep", 2)
    done = renew("--within-days", "30", "--country", "LA")
    assert done.status == 2
    assert not (tmp_path / "renewed").exists()


def test_forged_texts_are_refused_and_never_signed(renew, first, tmp_path):
    shutil.copytree(first, tmp_path / "copied")
    stranger = vc.Issuer(
        signer(valid_for=timedelta(days=500)),
        country="VN",
        authority="Bộ Y tế",
        validity=timedelta(days=DAYS),
    )

    def change(rows):
        old = vc.Verifier(trusted(signer())).verify(rows[0]["text"], at=LATER).certificate
        rows[0]["text"] = stranger.issue(old, at=AT).text
        rows[1]["text"], rows[2]["text"] = rows[2]["text"], rows[1]["text"]

    tamper(tmp_path / "copied", change)
    (found,) = renew("--within-days", "30", "--json", runs=[tmp_path / "copied"]).objects
    assert found["codes"] == {"certificate-id-mismatch": 2, "unknown-key": 1}
    assert (found["renewed"], found["refused"]) == (RECORDS - 3, 3)
    kept = {one["certificate_id"] for one in certificates(first)[:3]}
    assert kept.isdisjoint(one["certificate_id"] for one in certificates(tmp_path / "renewed"))


# --- called wrongly


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "nothing to do; give --within-days, --corrections or both"),
        (("--within-days", "30", "--mapping", "x"), "--mapping belongs with --corrections"),
        (
            ("--within-days", "30", "--revocation-anchor", "x"),
            "--revocation-anchor belongs with --revocation",
        ),
        (("--within-days", "-1"), "--within-days"),
    ],
)
def test_options_that_do_not_go_together(renew, tmp_path, more, words):
    one_line(renew(*more), "usage", words, 2)
    assert not (tmp_path / "renewed").exists()


def test_no_secret(run, how, first, tmp_path):
    place = how.index("--secret-file")
    options = (*how[:place], *how[place + 2 :], "--within-days", "30", "--out", tmp_path / "renewed")
    one_line(run("renew", first, *options), "usage", "a run needs --secret-file", 2)


def test_the_folder_of_an_earlier_run_is_not_written_to(renew, first):
    before = bulk.files(first)
    one_line(renew("--within-days", "30", out=first), "run-mismatch", "holds a run of other settings", 2)
    assert bulk.files(first) == before


@pytest.mark.parametrize("change", ["revocation", "trust", "due", "corrections"])
def test_other_options_are_another_renewal(renew, run, rows, anchor, signer_files, tmp_path, change):
    ledger = tmp_path / "ledger.csv"
    run("revoke", "add", ledger, "URN:UVCI:01:VN:TEST")
    more = {
        "revocation": build(run, anchor, ledger, tmp_path / "list.vxr", LATER),
        "trust": ("--trust", signer_files.cert),
        "due": ("--within-days", "31"),
        "corrections": ("--corrections", write_csv(tmp_path / "corrected.csv", rows[:1])),
    }
    assert renew("--within-days", "30").status == 0
    done = renew("--within-days", "30", *more[change])
    one_line(done, "run-mismatch", f"holds a run of other settings ({change}", 2)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda copied: shutil.rmtree(copied), "holds no run that is complete; expected its manifest.json"),
        (lambda copied: (copied / "manifest.json").unlink(), "holds no run that is complete"),
        (lambda copied: (copied / "manifest.json").write_text("{"), "manifest.json is damaged"),
        (lambda copied: (copied / "manifest.json").write_text("{}"), "holds no run that is complete"),
        (
            lambda copied: (copied / "certificates/part-000001.parquet").write_bytes(b"PAR1"),
            "part-000001.parquet is not as its run wrote it",
        ),
        (lambda copied: (copied / "certificates/part-000001.parquet").unlink(), "No such file or directory"),
    ],
)
def test_an_earlier_run_that_is_none(renew, first, tmp_path, spoil, words):
    shutil.copytree(first, tmp_path / "copied")
    spoil(tmp_path / "copied")
    one_line(renew("--within-days", "30", runs=[tmp_path / "copied"]), "file-unreadable", words, 3)


def test_a_parquet_file_that_is_not_ours(renew, nation, first, tmp_path):
    shutil.copytree(first, tmp_path / "copied")
    shutil.copyfile(nation.records, tmp_path / "copied/certificates/part-000000.parquet")
    put_right(tmp_path / "copied")
    done = renew("--within-days", "30", runs=[tmp_path / "copied"])
    one_line(done, "file-unreadable", "is not a file of certificates that a bulk run wrote", 3)
    assert not (tmp_path / "renewed").exists()


@pytest.mark.parametrize("at", [datetime(2024, 1, 1, 0, 0, 1, tzinfo=UTC)])
def test_a_key_that_has_expired(renew, tmp_path, at):
    done = renew("--within-days", "30", at=at)
    one_line(done, "signer-expired", "", 1)
    assert not (tmp_path / "renewed").exists()


# --- interrupted


def test_interrupted_from_the_keyboard_and_taken_up(how, renew, first, tmp_path):
    out = tmp_path / "interrupted"
    arguments = ("renew", first, *how, "--workers", "2", "--within-days", "30", "--at", LATER.isoformat())
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", *map(str, arguments), "--out", str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "VAXCERT_LANG": "en", "COLUMNS": "80"},
        start_new_session=True,
    )
    ends = time.monotonic() + SECONDS
    while not list(out.glob("certificates/*")) and process.poll() is None:
        assert time.monotonic() < ends
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=SECONDS)
    if process.returncode == 130:  # else it was quicker than the signal
        assert stdout == ""
        assert stderr.startswith("Interrupted. What is done is kept")
        assert not (out / "manifest.json").exists()
    assert renew("--within-days", "30", out=out).status == 0
    assert renew("--within-days", "30", out="undisturbed").status == 0
    assert bulk.files(out) == bulk.files(tmp_path / "undisturbed")


def test_taken_up_without_a_time_it_keeps_that_of_its_start(run, how, first, tmp_path, monkeypatch):
    from vaxcert.adapters.bulk.renewal import Renewal

    arguments = ("renew", first, *how, "--within-days", "30", "--out", tmp_path / "out")
    with monkeypatch.context() as patch:
        patch.setattr(Renewal, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(*arguments, "--at", LATER.isoformat()).status == 130
    done = run(*arguments, "--json")
    assert (done.status, done.objects[0]["renewed"]) == (0, RECORDS)
    assert {one["issued_at"] for one in certificates(tmp_path / "out")} == {LATER}


# --- privacy


def test_corrections_name_nobody_outside_of_the_results(renew, rows, tmp_path):
    canary = "CANARYNAME"
    given = [
        {**rows[0], "HoVaTen": f"{canary} An"},
        {**rows[1], "HoVaTen": f"{canary} 1"},
        {**rows[2], "HoVaTen": canary, "CMTCCCD": canary, "NgayTiemChung": canary},
    ]
    corrected = write_csv(tmp_path / "corrected.csv", given)
    for done in (renew("--corrections", corrected), renew("--corrections", corrected, "--json", out="j")):
        assert (done.status, canary in done.stdout + done.stderr) == (1, False)
    made = bulk.files(tmp_path / "renewed")
    assert {name for name, data in made.items() if canary.encode() in data} == {"rejects.csv"}
    accepted = rows[0]["CMTCCCD"].encode()
    assert not [name for name, data in made.items() if accepted in data]
    assert json.loads(made["manifest.json"])["rejected"] == 2
