"""`vaxcert issue --bulk` and `vaxcert records check`, as an issuing service calls them."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples.national.generate import generate
from examples.registry_server import answer as registry_answer

import vaxcert as vc
from tests.support import bulk
from tests.support.command_line import vaxcert
from tests.support.http_faults import ListServer, good, status
from tests.support.record_files import OLE_MARK
from tests.support.renewals import certificates
from tests.support.signers import signer, trusted
from tests.support.small_parts import defaults
from vaxcert.adapters.bulk.run import Stage
from vaxcert.adapters.registry.extract import ExtractRegistry
from vaxcert.cli.output import Output
from vaxcert.cli.run_progress import RunProgress
from vaxcert.cli.session import Session
from vaxcert.presentation.texts import load

ROOT = Path(__file__).parents[2]
EXPORT = ROOT / "examples/national-platform.csv"
RECORDS, REFUSED = 262, 39
AT = "2022-12-01T00:00:00Z"
SECONDS = 120
HEADINGS = "HoVaTen,NgaySinh,GioiTinh,CMTCCCD,LanTiem,SoMuiTiem,NgayTiemChung,LoaiThuocTiem,SoLoThuoc"
GOOD = "Phan Thanh Giang,01/07/1981,Nữ,079181000065,2,2,06/06/2021,AstraZeneca,TEST-033"
OTHER = "Trần Văn Thử,12/11/1975,Nam,079075000013,1,2,06/06/2021,AstraZeneca,TEST-033"
CANARY, CANARY_NUMBER = "CANARYNAME", "001083999123"


@pytest.fixture(scope="session")
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("secret") / "secret"
    assert vaxcert("keys", "new-secret", path).returncode == 0
    return path


@pytest.fixture
def issuing(signer_files, secret):
    """The options that every run needs, but for its input and its folder."""
    return (
        *("--bulk", "--key", signer_files.key, "--cert", signer_files.cert, "--secret-file", secret),
        *("--country", "VN", "--authority", "Bộ Y tế", "--at", AT, "--workers", "1", "--deterministic"),
    )


@pytest.fixture
def issue(run, issuing, tmp_path):
    def issue_records(records, *more, out="run", **options):
        return run("issue", records, *issuing, "--out", tmp_path / out, *more, **options)

    return issue_records


@pytest.fixture
def check(run, tmp_path):
    def check_records(records, *more, out="check"):
        command = ("records", "check", records, "--at", AT, "--workers", "1")
        return run(*command, "--out", tmp_path / out, *more)

    return check_records


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return generate(1_000, 5, tmp_path_factory.mktemp("nation"))


def write(path, *rows, headings=HEADINGS):
    path.write_text("\n".join((headings, *rows, "")), "utf-8")
    return path


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def write_rows(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def one_line(done, code, words, status):
    """What a user gets who can mend it: one line, nothing else."""
    assert (done.status, done.stdout) == (status, "")
    assert done.stderr.startswith(f"vaxcert: {code}: "), done.stderr
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def nothing_signed(out):
    return not list(out.glob("certificates/*")) and not (out / "manifest.json").exists()


# --- what comes out


def test_every_record_is_accepted_or_rejected(issue, tmp_path):
    done = issue(EXPORT)
    assert (done.status, done.stderr) == (1, "")
    assert f"{REFUSED} of {RECORDS} records refused, by reason" in done.stdout
    assert "262 records: 223 accepted, 39 rejected, 0 not confirmed" in done.stdout
    out = tmp_path / "run"
    assert sorted(path.name for path in out.iterdir()) == [
        *("certificates", "manifest.json", "rejects.csv", "summary.json", "summary.png", "unmatched.csv")
    ]
    accepted, rejected = certificates(out), rows_of(out / "rejects.csv")
    assert (len(accepted), len(rejected)) == (RECORDS - REFUSED, REFUSED)
    assert sorted([one["row"] for one in accepted] + [int(one["row"]) for one in rejected]) == list(
        range(1, RECORDS + 1)
    )
    verifier = vc.Verifier(trusted(signer()))
    for one in accepted[::50]:
        found = verifier.verify(one["text"], at=bulk.AT)
        assert found.certificate.vaccination.certificate_id == one["certificate_id"]


def test_the_same_records_are_refused_as_without_bulk(issue, run, issuing, tmp_path):
    issue(EXPORT)
    plain = [one for one in issuing if one not in ("--bulk", "--workers", "1")]
    at = plain.index("--secret-file")
    run("issue", EXPORT, *plain[:at], *plain[at + 2 :], "--qr", "none", "--out", tmp_path / "plain")
    refused = [
        [(one["row"], set(one["codes"].split())) for one in rows_of(tmp_path / name / "rejects.csv")]
        for name in ("run", "plain")
    ]
    assert refused[0] == refused[1]


def test_counts_as_json(issue, tmp_path):
    done = issue(EXPORT, "--json")
    (found,) = done.objects
    codes = found.pop("codes")
    assert found == {
        "folder": str(tmp_path / "run"),
        "records": RECORDS,
        "accepted": RECORDS - REFUSED,
        "rejected": REFUSED,
        "unmatched": 0,
        "was_complete": False,
    }
    assert codes["identity-number-missing"] == 3
    assert (done.status, done.stderr) == (1, "")


def test_a_file_without_faults_ends_with_0(issue, check, tmp_path):
    records = write(tmp_path / "records.csv", GOOD, OTHER)
    assert issue(records).status == 0
    assert check(records).status == 0


def test_a_run_that_is_complete_is_told_again(issue, tmp_path):
    first = issue(EXPORT, "--json")
    before = bulk.files(tmp_path / "run")
    again = issue(EXPORT, "--json")
    assert again.objects == [first.objects[0] | {"was_complete": True}]
    assert again.status == first.status
    assert bulk.files(tmp_path / "run") == before
    assert "complete already" in issue(EXPORT).stdout


def test_time_is_that_of_the_run_that_is_taken_up(issue, run, issuing, tmp_path):
    issue(EXPORT)
    place = issuing.index("--at")
    timeless = issuing[:place] + issuing[place + 2 :]
    done = run("issue", EXPORT, *timeless, "--out", tmp_path / "run", "--json")
    assert done.objects[0]["was_complete"] is True


def test_a_vietnamese_report(issue, tmp_path):
    done = issue(EXPORT, "--lang", "vi")
    assert "262 bản ghi" in done.stdout
    assert "Thiếu số lô vắc xin." in (tmp_path / "run/rejects.csv").read_text("utf-8-sig")


def test_mended_rejects_are_issued_and_nobody_gets_a_second_passport(issue, tmp_path):
    issue(EXPORT)
    rejected = rows_of(tmp_path / "run/rejects.csv")
    mended = []
    for one in rejected:
        if one["codes"] == "lot-missing":
            mended.append({**one, "SoLoThuoc": "TEST-1"})
        if one["codes"] == "identity-number-length":
            mended.append({**one, "CMTCCCD": one["repair"].removeprefix("identity_number=")})
    assert len(mended) > 2
    left = [{**one} for one in rejected if one["codes"] == "name-digits"]
    write_rows(tmp_path / "mended.csv", mended + left)
    (found,) = issue(tmp_path / "mended.csv", "--json", out="second").objects
    assert (found["accepted"], found["rejected"]) == (len(mended), len(left))
    first = {one["certificate_id"] for one in certificates(tmp_path / "run")}
    assert first.isdisjoint(one["certificate_id"] for one in certificates(tmp_path / "second"))
    issue(EXPORT, out="third")
    assert {one["certificate_id"] for one in certificates(tmp_path / "third")} == first


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_qr_codes_of_a_run(issue, run, signer_files, tmp_path, kind):
    records = write(tmp_path / "records.csv", GOOD, OTHER.replace("TEST-033", ""), OTHER)
    done = issue(records, "--qr", kind)
    assert done.status == 1
    pictures = sorted((tmp_path / "run/qr").rglob("*"))
    assert [path.relative_to(tmp_path / "run/qr").as_posix() for path in pictures] == [
        *("part-000000", f"part-000000/000000001.{kind}", f"part-000000/000000003.{kind}")
    ]
    texts = [one["text"] for one in certificates(tmp_path / "run")]
    if kind == "png":
        read = run("verify", tmp_path / "run/qr", "--trust", signer_files.cert, "--at", AT, "--json")
        assert [one["outcome"] for one in read.objects] == ["accepted", "accepted"]
    else:
        drawn = [vc.qr.svg(text, error_correction=vc.qr.ErrorCorrection.Q) for text in texts]
        assert [path.read_text("utf-8") for path in pictures[1:]] == drawn


def test_passports_of_a_run(issue, tmp_path):
    pytest.importorskip("typst")
    records = write(tmp_path / "records.csv", GOOD, OTHER)
    done = issue(records, "--pdf")
    assert (done.status, done.stderr) == (0, "")
    assert "Passports of 2 persons" in done.stdout
    made = bulk.files(tmp_path / "run")
    assert [data[:5] for name, data in made.items() if name.endswith(".pdf")] == [b"%PDF-"]
    again = issue(records, "--pdf")
    assert "Passports of 2 persons" in again.stdout
    assert bulk.files(tmp_path / "run").keys() == made.keys()


# --- another run in the same folder


def secret_of(tmp_path):
    (tmp_path / "other-secret").write_text("0" * 64)
    return tmp_path / "other-secret"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (("--authority", "Sở Y tế"), "authority"),
        (("--validity-days", "180"), "validity-days"),
        (("--at", "2022-12-01T00:00:01Z"), "at"),
        (("--qr", "png", "--level", "M"), "level, pictures"),
        (("--lang", "vi"), "language"),
        (("--secret-file", secret_of), "secret"),
        (("--population", lambda folder: write(folder / "p.csv", headings="x")), "registry"),
    ],
)
def test_other_options_are_another_run(issue, tmp_path, more, named):
    records = write(tmp_path / "records.csv", GOOD)
    assert issue(records).status == 0
    before = bulk.files(tmp_path / "run")
    if "--population" in more:
        write(tmp_path / "p.csv", headings="identity_number,full_name,birth_date")
        more = ("--population", tmp_path / "p.csv")
    done = issue(records, *(one(tmp_path) if callable(one) else one for one in more))
    one_line(
        done, "run-mismatch", f"holds a run of other settings ({named}); expected a folder of its own", 2
    )
    assert bulk.files(tmp_path / "run") == before


def test_other_records_are_another_run(issue, tmp_path):
    issue(write(tmp_path / "records.csv", GOOD))
    done = issue(write(tmp_path / "records.csv", GOOD, OTHER))
    one_line(done, "run-mismatch", "holds a run of other settings (records);", 2)


@pytest.mark.parametrize("manifest", [None, "{}", '{"settings": {}}', '{"settings": 1}'])
def test_a_folder_of_something_else_is_left_alone(issue, check, tmp_path, manifest):
    folder = tmp_path / "holiday"
    folder.mkdir()
    (folder / "photo.png").write_bytes(b"x")
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    before = bulk.files(folder)
    records = write(tmp_path / "records.csv", GOOD)
    one_line(issue(records, out="holiday"), "run-mismatch", "holiday", 2)
    one_line(check(records, out="holiday"), "run-mismatch", "holiday", 2)
    assert bulk.files(folder) == before
    assert sorted(path.name for path in folder.iterdir()) == sorted(before)


def test_a_run_without_bulk_does_not_write_into_one_in_bulk(issue, run, signer_files, tmp_path):
    issue(EXPORT)
    before = bulk.files(tmp_path / "run")
    plain = ("--key", signer_files.key, "--cert", signer_files.cert, "--country", "VN", "--authority", "TEST")
    done = run("issue", EXPORT, *plain, "--at", AT, "--out", tmp_path / "run", "--qr", "none")
    one_line(done, "file-unwritable", "holds an earlier run", 2)
    assert bulk.files(tmp_path / "run") == before


# --- called wrongly


def test_no_secret(run, issuing, tmp_path):
    place = issuing.index("--secret-file")
    done = run("issue", EXPORT, *issuing[:place], *issuing[place + 2 :], "--out", tmp_path / "run")
    one_line(done, "usage", "a run needs --secret-file; vaxcert keys new-secret makes one", 2)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "cannot read"),
        (b"", "64 hexadecimal"),
        (b"0" * 63, "64 hexadecimal"),
        (bytes(64), "64 hexadecimal"),
    ],
)
def test_a_secret_that_is_none(issue, tmp_path, data, words):
    path = tmp_path / "bad-secret"
    if data is not None:
        path.write_bytes(data)
    done = issue(EXPORT, "--secret-file", path)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert words in done.stderr
    assert not (tmp_path / "run").exists()


def test_records_from_standard_input(issue, tmp_path):
    done = issue("-", stdin=EXPORT.read_bytes())
    one_line(done, "usage", "a file expected, not standard input", 2)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "option",
    [
        ("--secret-file", "x"),
        ("--workers", "2"),
        ("--population", "x"),
        ("--registry-url", "https://registry.invalid/"),
        ("--registry-token-file", "x"),
        ("--attestations", "x"),
        ("--facilities", "x"),
        ("--threshold", "2"),
        ("--require-attestation",),
        ("--pdf",),
    ],
)
def test_options_that_belong_to_bulk(run, signer_files, tmp_path, option):
    plain = ("--key", signer_files.key, "--cert", signer_files.cert, "--country", "VN", "--authority", "TEST")
    done = run("issue", EXPORT, *plain, "--out", tmp_path / "run", *option)
    one_line(done, "usage", f"{option[0]} belongs with --bulk", 2)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("workers", ["0", "257", "-1", "two"])
def test_workers_out_of_bounds(issue, workers):
    done = issue(EXPORT, "--workers", workers)
    one_line(done, "usage", "not a whole number from 1 to 256", 2)


@pytest.mark.parametrize(
    ("at", "words", "status"),
    [("2024-01-01T00:00:01Z", "signer-expired", 1), ("2021-12-31T23:59:59Z", "signer-not-yet-valid", 1)],
)
def test_a_key_that_is_not_in_date(issue, tmp_path, at, words, status):
    done = issue(EXPORT, "--at", at)
    one_line(done, words, "", status)
    assert not (tmp_path / "run").exists()


# --- input that is none


def utf_16(folder):
    path = folder / "records.csv"
    path.write_text(f"{HEADINGS}\n{GOOD}\n", "utf-16")
    return (path,)


def windows_1258(folder):
    path = folder / "records.csv"
    path.write_bytes(f"{HEADINGS}\n".encode() + "Nguyễn Văn An,,,,,,,,".encode("cp1258", "replace") + b"\n")
    return (path,)


def no_lot(folder):
    rows = [row.rpartition(",")[0] for row in (GOOD, OTHER)]
    return (write(folder / "records.csv", *rows, headings=HEADINGS.rpartition(",")[0]),)


def table(**columns):
    given = dict(zip(HEADINGS.split(","), ([value] for value in GOOD.split(",")), strict=True))
    return pa.table({**given, **columns})


def mixed_types(folder):
    path = folder / "records.parquet"
    pq.write_table(table(SoLoThuoc=pa.array([["TEST-033"]])), path)
    return (path,)


def mixed_json(folder):
    one = dict(zip(HEADINGS.split(","), GOOD.split(","), strict=True))
    path = folder / "records.jsonl"
    path.write_text(json.dumps(one) + "\n" + json.dumps({**one, "SoLoThuoc": {"lot": 1}}) + "\n", "utf-8")
    return (path,)


def with_password(folder):
    path = folder / "records.xlsx"
    path.write_bytes(OLE_MARK + "EncryptedPackage".encode("utf-16-le") + bytes(4096))
    return (path,)


def cut_parquet(folder):
    path = folder / "records.parquet"
    pq.write_table(table(), path)
    path.write_bytes(path.read_bytes()[:-100])
    return (path,)


def other_mapping(folder):
    mapping = folder / "clinic.toml"
    fields = ("full_name", "birth_date", "sex", "identity_number", "dose_number", "doses_in_series")
    fields += ("vaccinated_on", "vaccine", "lot")
    headings = HEADINGS.replace("NgayTiemChung", "Ngày tiêm").split(",")
    lines = (f'"{heading}" = "{name}"\n' for heading, name in zip(headings, fields, strict=True))
    mapping.write_text("[columns]\n" + "".join(lines), "utf-8")
    return write(folder / "records.csv", GOOD), "--mapping", mapping


BAD_INPUT = {
    "utf-16": (utf_16, "file-unreadable"),
    "windows-1258": (windows_1258, "file-unreadable"),
    "missing column": (no_lot, "column-missing"),
    "mixed types": (mixed_types, "column-type"),
    "mixed types of JSON": (mixed_json, "column-type"),
    "password": (with_password, "file-unreadable"),
    "cut short": (cut_parquet, "file-unreadable"),
    "mapping": (other_mapping, "column-missing"),
    "empty": (lambda folder: (write(folder / "records.csv", headings=""),), "file-unreadable"),
    "not there": (lambda folder: (folder / "none.csv",), "file-unreadable"),
}
WORDS = {
    "utf-16": "UTF-8",
    "windows-1258": "UTF-8",
    "missing column": "no column SoLoThuoc; expected the columns of the national platform layout",
    "mixed types": "SoLoThuoc",
    "password": "password",
    "mapping": "no column Ngày tiêm; expected the columns of the clinic mapping",
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_one_line_and_nothing_is_signed(issue, check, tmp_path, name):
    make, code = BAD_INPUT[name]
    arguments = make(tmp_path)
    for done, out in ((issue(*arguments), "run"), (check(*arguments), "check")):
        one_line(done, code, WORDS.get(name, ""), 3)
        assert not (tmp_path / out).exists()
        assert "Giang" not in done.stderr


def test_a_fault_far_down_the_file_is_found_before_anything_is_signed(issue, tmp_path):
    records = tmp_path / "records.csv"
    records.write_bytes("\n".join((HEADINGS, *[GOOD] * 5_000)).encode() + b"\n\xff\n")
    one_line(issue(records), "file-unreadable", "UTF-8", 3)
    assert not (tmp_path / "run").exists()
    assert issue(write(records, GOOD)).status == 0


# --- records check


def test_a_check_says_what_a_run_would_say(check, issue, tmp_path):
    (checked,) = check(EXPORT, "--json").objects
    (issued,) = issue(EXPORT, "--json").objects
    assert {**checked, "folder": ""} == {**issued, "folder": ""}
    assert rows_of(tmp_path / "check/rejects.csv") == rows_of(tmp_path / "run/rejects.csv")
    assert not (tmp_path / "check/.run").exists()
    assert not list(tmp_path.glob("check/certificates/*"))


def test_a_check_shows_table_and_picture(check, tmp_path):
    done = check(EXPORT)
    assert (done.status, done.stderr) == (1, "")
    assert "identity-number-missing" in done.stdout
    assert "Thành phố Cần Thơ" in done.stdout
    assert "Certificates" not in done.stdout
    assert (tmp_path / "check/summary.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "check/summary.json").read_text("utf-8"))


def test_a_check_that_was_interrupted_is_begun_anew(check, tmp_path, monkeypatch):
    from vaxcert.adapters.bulk.run import BulkRun

    with monkeypatch.context() as patch:
        patch.setattr(BulkRun, "_issue", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert check(EXPORT).status == 130
    assert (tmp_path / "check/.run/settings.json").exists()
    assert check(EXPORT).status == 1
    assert not (tmp_path / "check/.run").exists()
    done = check(EXPORT)
    one_line(done, "run-mismatch", "holds an earlier run; expected a folder for this one alone", 2)


def test_a_check_leaves_an_interrupted_run_alone(check, issue, tmp_path, monkeypatch):
    from vaxcert.adapters.bulk.run import BulkRun

    with monkeypatch.context() as patch:
        patch.setattr(BulkRun, "_issue", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert issue(EXPORT).status == 130
    before = bulk.files(tmp_path / "run")
    one_line(check(EXPORT, out="run"), "run-mismatch", "holds an earlier run", 2)
    assert bulk.files(tmp_path / "run") == before
    assert issue(EXPORT).status == 1


# --- the population registry


def test_records_that_an_extract_does_not_confirm(issue, tmp_path):
    people = ("079181000065,PHAN THANH GIANG,1981-07-01,female", "079075000013,Trần Văn Thủ,1975-11-12,male")
    population = write(tmp_path / "people.csv", *people, headings="identity_number,full_name,birth_date,sex")
    records = write(
        tmp_path / "records.csv", GOOD, OTHER, OTHER.replace("TEST-033", "").replace("1,2", "2,2")
    )
    done = issue(records, "--population", population, "--json")
    (found,) = done.objects
    assert (found["accepted"], found["rejected"], found["unmatched"]) == (1, 1, 1)
    assert (done.status, done.stderr) == (1, "")
    (unmatched,) = rows_of(tmp_path / "run/unmatched.csv")
    assert (unmatched["codes"], unmatched["HoVaTen"]) == ("registry-name-mismatch", "Trần Văn Thử")
    mended = write_rows(tmp_path / "mended.csv", [{**unmatched, "HoVaTen": "Trần Văn Thủ"}])
    (again,) = issue(mended, "--population", population, "--json", out="second").objects
    assert (again["accepted"], again["unmatched"]) == (1, 0)


class Registry:
    """A registry that answers from an extract, and may be made to fail.

    Attributes:
        asked: The identity numbers of each request that was answered.
        fails: Whether a request is not answered, by the numbers it asks about.
    """

    def __init__(self, extract):
        self._extract = ExtractRegistry([extract])
        self.asked = []
        self.fails = lambda numbers: False

    def __call__(self, handler):
        numbers = [one["identity_number"] for one in json.loads(handler.body)["people"]]
        if self.fails(numbers):
            status(503, Retry_After="0")(handler)
            return
        self.asked.append(numbers)
        good(registry_answer(self._extract, handler.body))(handler)


def test_a_registry_that_is_away_is_asked_later_and_about_the_others_only(
    issue, nation, tmp_path, monkeypatch
):
    from vaxcert.adapters.bulk import run as run_module

    monkeypatch.setitem(defaults(), "rows_per_part", 250)
    monkeypatch.setattr(run_module, "_PARTS_ASKED_TOGETHER", 1)
    registry = Registry(nation.population)
    registry.fails = lambda numbers: len(registry.asked) >= 2
    with ListServer(registry) as server:
        done = issue(nation.records, "--registry-url", server.url)
        one_line(done, "run-interrupted", "the population registry answers about nobody; run it again", 3)
        assert nothing_signed(tmp_path / "run")
        assert len(registry.asked) == 2
        registry.fails = lambda numbers: False
        (found,) = issue(nation.records, "--registry-url", server.url, "--json").objects
    assert len(registry.asked) == 4
    assert found["accepted"] + found["rejected"] + found["unmatched"] == 1_000
    assert "registry-unavailable" not in found["codes"]
    (extract,) = issue(nation.records, "--population", nation.population, "--json", out="extract").objects
    assert {**found, "folder": ""} == {**extract, "folder": ""}


def test_persons_about_whom_the_registry_did_not_answer_can_be_fed_back(issue, nation, tmp_path):
    registry = Registry(nation.population)
    registry.fails = lambda numbers: len(numbers) < 500  # the rest of the question
    with ListServer(registry) as server:
        (found,) = issue(nation.records, "--registry-url", server.url, "--json").objects
        left = [
            one
            for one in rows_of(tmp_path / "run/unmatched.csv")
            if "registry-unavailable" in one["codes"].split()
        ]
        assert len(left) == found["codes"]["registry-unavailable"] > 100
        registry.fails = lambda numbers: False
        again = write_rows(tmp_path / "again.csv", left)
        (second,) = issue(again, "--registry-url", server.url, "--json", out="second").objects
    assert "registry-unavailable" not in second["codes"]
    assert second["accepted"] > 50
    (extract,) = issue(nation.records, "--population", nation.population, "--json", out="extract").objects
    assert found["accepted"] + second["accepted"] == extract["accepted"]


def test_another_registry_is_another_run(issue, nation, tmp_path):
    records = write(tmp_path / "records.csv", GOOD)
    with ListServer(Registry(nation.population)) as server:
        issue(records, "--registry-url", server.url)
        done = issue(records, "--population", nation.population)
    one_line(done, "run-mismatch", "holds a run of other settings (registry);", 2)


# --- attestations


PLACED = f"{HEADINGS},CoSoYTeMa,TinhMa"


@pytest.fixture
def attested(run, tmp_path):
    """A clinic has signed one of two doses; the ministry's list says that it may."""
    password = tmp_path / "password"
    password.write_text("correct horse\n")
    named = ("--country", "VN", "--organization", "TEST", "--common-name")
    protected = ("--password-file", password, "--at", "2022-01-02T00:00:00Z")
    clinic = ("--new-key", tmp_path / "clinic.key", "--out", tmp_path / "clinic.csr")
    run("keys", "csr", *clinic, *named, "TEST clinic", "--password-file", password)
    anchor = ("--out-key", tmp_path / "anchor.key", "--out-cert", tmp_path / "anchor.pem")
    run("keys", "new-ca", *anchor, *named, "TEST anchor", *protected)
    (tmp_path / "facilities.csv").write_text(
        "key,facility,province,not_before,not_after,withdrawn\nclinic.csr,79001,,,,no\n"
    )
    listed = ("--issuer", "TEST", "--number", "1", "--environment", "test", "--out", tmp_path / "list.vxf")
    signing = ("--key", tmp_path / "anchor.key", "--password-file", password, "--at", AT)
    assert run("records", "facilities", tmp_path / "facilities.csv", *listed, *signing).status == 0
    signed = write(tmp_path / "signed.csv", f"{GOOD},79001,79", headings=PLACED)
    keyed = ("--facility", "79001", "--key", tmp_path / "clinic.key", "--password-file", password)
    (tmp_path / "attestations").mkdir()
    done = run(
        *("records", "attest", signed, *keyed, "--at", AT, "--json"),
        *("--out", tmp_path / "attestations/1.vxa"),
    )
    trusted_by = ("--facilities", tmp_path / "list.vxf", "--anchor", tmp_path / "anchor.pem")
    return done.objects[-1]["identifier"], ("--attestations", tmp_path / "attestations", *trusted_by)


def test_certificates_name_their_attestation(issue, check, attested, tmp_path):
    identifier, options = attested
    records = write(tmp_path / "records.csv", f"{GOOD},79001,79", f"{OTHER},79001,79", headings=PLACED)
    noted = issue(records, *options)
    assert (noted.status, noted.stderr) == (0, "")
    assert [one["attestation"] for one in certificates(tmp_path / "run")] == [identifier, None]
    required = issue(records, *options, "--require-attestation", out="required")
    assert (required.status, required.stderr) == (1, "")
    assert [one["attestation"] for one in certificates(tmp_path / "required")] == [identifier]
    (refused,) = rows_of(tmp_path / "required/rejects.csv")
    assert (refused["row"], refused["codes"]) == ("2", "attestation-missing")
    assert rows_of(tmp_path / "required/rejects.csv")[0]["HoVaTen"] == "Trần Văn Thử"
    (checked,) = check(records, *options, "--require-attestation", "--json").objects
    assert (checked["accepted"], checked["rejected"]) == (1, 1)


def test_attestations_are_needed_again_when_a_run_is_taken_up(issue, attested, tmp_path):
    _, options = attested
    records = write(tmp_path / "records.csv", f"{GOOD},79001,79", headings=PLACED)
    assert issue(records, *options).status == 0
    one_line(issue(records), "run-mismatch", "other settings (attestations)", 2)
    done = issue(records, *options, "--require-attestation")
    one_line(done, "run-mismatch", "holds a run of other settings (attestations);", 2)
    assert issue(records, *options, "--json").objects[0]["was_complete"] is True


# --- interrupted


PART = 50


def start(issuing, records, out):
    """A run as a process with two workers, all of a session of their own."""
    command = [sys.executable, "-m", "tests.support.small_parts", PART, "issue", records]
    command += [*issuing, "--out", out, "--workers", "2"]
    return subprocess.Popen(  # noqa: S603
        [str(one) for one in command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "VAXCERT_LANG": "en", "COLUMNS": "80"},
        start_new_session=True,
    )


def wait_until(reached):
    ends = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < ends
        time.sleep(0.005)


@pytest.mark.slow
def test_interrupted_from_the_keyboard_and_taken_up(issuing, issue, nation, tmp_path, monkeypatch):
    out = tmp_path / "run"
    process = start(issuing, nation.records, out)
    wait_until(lambda: len(list(out.glob("certificates/*.parquet"))) > 2 or process.poll() is not None)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=SECONDS)
    assert (process.returncode, *said) == (
        *(130, "", "Interrupted. What is done is kept; the same command goes on from there.\n"),
    )
    assert not (out / "manifest.json").exists()
    done = len(list(out.glob("certificates/*.parquet")))
    assert 2 < done < 20
    monkeypatch.setitem(defaults(), "rows_per_part", PART)
    again = issue(nation.records, "--json")
    assert (again.status, again.stderr) == (1, "")
    assert again.objects[0]["accepted"] + again.objects[0]["rejected"] == 1_000
    issue(nation.records, "--json", out="undisturbed")
    assert bulk.files(out) == bulk.files(tmp_path / "undisturbed")


def test_waiting_for_the_signer_is_said_once_where_nobody_watches():
    said = io.StringIO()
    texts = load("en")
    session = Session(
        Output(io.StringIO(), said, texts, {}), texts, io.BufferedReader(io.BytesIO()), False, bulk.AT
    )
    with RunProgress(session, shown=False) as progress:
        progress.stage(Stage.ISSUING, 10)
        for waits in (False, True, True, False, True):
            progress.advance(0, waits_for_signer=waits)
    assert said.getvalue() == "Waiting for the signer\n" * 2


@pytest.mark.parametrize("shown", [False, True])
def test_a_bar_can_be_moved_on_before_a_stage_begins(shown):
    said = io.StringIO()
    texts = load("en")
    session = Session(
        Output(io.StringIO(), said, texts, {}), texts, io.BufferedReader(io.BytesIO()), False, bulk.AT
    )
    with RunProgress(session, shown=shown) as progress:
        progress.advance(0, waits_for_signer=True)
    assert said.getvalue() == "Waiting for the signer\n"


# --- privacy


def canary_records(folder):
    """Records that are accepted, refused, malformed and unknown to the registry, all of one person."""
    person = f"{CANARY} An,10/10/1983,Nam,{CANARY_NUMBER}"
    rows = [
        f"{person},1,2,18/11/2021,Comirnaty,TEST-1",
        f"{CANARY} 1,10/10/1983,Nam,{CANARY_NUMBER},2,2,18/12/2021,Comirnaty,TEST-1",
        f"{CANARY} An,{CANARY},{CANARY},{CANARY},{CANARY},{CANARY},{CANARY},{CANARY},",
        f"{CANARY},,,,,,,,,,,{CANARY}",
        f"{CANARY} Bình,10/10/1983,Nam,001083999124,1,2,18/11/2021,Comirnaty,TEST-1",
    ]
    people = f"{CANARY_NUMBER},{CANARY} An,1983-10-10,male"
    population = write(folder / "people.csv", people, headings="identity_number,full_name,birth_date,sex")
    return write(folder / "records.csv", *rows), population


def traces(data):
    return [one for one in (CANARY, CANARY_NUMBER, "001083999124") if one.encode() in data]


def test_a_person_is_in_the_results_and_nowhere_else(issue, check, tmp_path, monkeypatch):
    from vaxcert.adapters.bulk.run import BulkRun

    records, population = canary_records(tmp_path)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    with monkeypatch.context() as patch:
        patch.setattr(BulkRun, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        done = issue(records, "--population", population)
    assert done.status == 130
    assert traces((done.stdout + done.stderr).encode()) == []
    made = bulk.files(tmp_path / "run")
    assert {
        name.split("/")[1] for name, data in made.items() if name.startswith(".run/") and traces(data)
    } == {*("rejects", "unmatched")}
    assert {name.split("/")[1] for name in made if name.startswith(".run/")} > {"cleaned", "done", "matched"}
    for done in (issue(records, "--population", population), check(records, "--json")):
        assert traces((done.stdout + done.stderr).encode()) == []
    made = bulk.files(tmp_path / "run")
    assert {name for name, data in made.items() if traces(data)} == {"rejects.csv", "unmatched.csv"}
    assert not traces(" ".join(made).encode())
    assert list(scratch.iterdir()) == []


def test_faults_of_the_whole_file_name_nobody(issue, check, tmp_path):
    records = tmp_path / "records.csv"
    rows = f"{CANARY},{CANARY_NUMBER}"
    for spoilt in (
        f'{HEADINGS}\n"{CANARY}',
        f"{rows}\n1,2",
        f'[{{"{CANARY}": "{CANARY_NUMBER}"',
        CANARY,
        f'{{"HoVaTen": "{CANARY}"}}\n{{"HoVaTen": "{CANARY}", }}',
    ):
        records.write_text(spoilt, "utf-8")
        for done in (issue(records), check(records)):
            assert (done.status, done.stdout, done.stderr.count("\n")) == (3, "", 1)
            assert traces(done.stderr.encode()) == []
