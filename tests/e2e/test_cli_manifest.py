"""`vaxcert manifest`: every passenger gets a row, whatever is in it."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

import vaxcert as vc
from tests.e2e.conftest import AT
from tests.support.command_line import vaxcert
from tests.support.manifests import HEADINGS, read_result, write_manifest
from tests.support.mrz import write_mrz
from tests.support.rules import record
from tests.support.signers import NOW, certificate, issuer, person, signer, vaccination
from vaxcert.adapters.manifest import run as manifest_run
from vaxcert.adapters.manifest.columns import ADDED
from vaxcert.adapters.manifest.source import ManifestFile
from vaxcert.adapters.manifest.work import STILL_THE_SAME_RUN, WorkFolder
from vaxcert.adapters.records.record_file import unreadable
from vaxcert.codec import container
from vaxcert.presentation.texts import load

NAME, BORN = "NGUYEN/BAO DUY MR", "1983-10-10"
CANARY = "CANARYNAME"
OTHER_KEY = signer(starts=datetime(2022, 1, 2, tzinfo=UTC))


@pytest.fixture
def decide(run, trust, tmp_path):
    """Run over rows, with one process. Returns what the command did, and the rows of the result."""

    def decided(*rows, headings=HEADINGS, options=()):
        path = write_manifest(tmp_path / "in.csv", rows, headings)
        out = tmp_path / "out.csv"
        done = run("manifest", path, "--out", out, "--trust", trust, "--at", AT, "--workers", "1", *options)
        return done, read_result(out) if out.exists() else []

    return decided


def dose(number, **changes):
    subject = changes.pop("subject", person())
    given = vaccination(dose_number=number, doses_in_series=2, **changes)
    return issuer().issue(replace(certificate(), subject=subject, vaccination=given), at=NOW).text


# What becomes of a row


def test_an_accepted_passenger(decide, text):
    done, (row,) = decide(("PNR1", NAME, BORN, text))
    assert (done.status, done.stderr) == (0, "")
    assert row == {
        "booking": "PNR1",
        "name": NAME,
        "birth date": BORN,
        "row": "1",
        "verdict": "accept",
        "level": "acceptable",
        "doses": "2",
        "identity": "match",
        "codes": "rules-not-asked",
        "reasons": load("en").get("decision", "rules-not-asked"),
    }


def flipped(text):
    """With another signature."""
    message = bytearray(container.message_bytes(text))
    message[-1] ^= 1
    return container.write(bytes(message))


@pytest.mark.parametrize(
    ("cells", "verdict", "code", "status"),
    [
        ((NAME, BORN, "TEXT"), "accept", "rules-not-asked", 0),
        (("TRAN/THI HOA MRS", BORN, "TEXT"), "refuse", "identity-mismatch", 1),
        ((NAME, "1983-10-11", "TEXT"), "refuse", "identity-mismatch", 1),
        ((NAME, BORN, "FLIPPED"), "refuse", "bad-signature", 1),
        ((NAME, BORN, "HC1:NOTHING"), "refer", "not-read", 3),
        ((NAME, BORN, "missing.png"), "refer", "file-unreadable", 3),
        ((NAME, BORN, "../elsewhere.png"), "refer", "path-outside", 3),
        ((NAME, BORN, "empty.txt"), "refer", "input-empty", 3),
        ((NAME, BORN, "no-picture.png"), "refer", "not-read", 3),
        ((NAME, BORN, ""), "refer", "no-certificate", 1),
        ((NAME, "10/11/1983", "TEXT"), "refer", "birth-date-ambiguous", 3),
        ((NAME, "10 October 1983", "TEXT"), "refer", "birth-date-unreadable", 3),
        ((NAME, BORN, "TEXT", "spare"), "refer", "row-malformed", 3),
        ((NAME, "99/99/1983", "FLIPPED"), "refuse", "bad-signature", 1),
        (("", "", "TEXT"), "refer", "identity-unclear", 1),
    ],
)
def test_every_row_has_its_reason(decide, text, tmp_path, cells, verdict, code, status):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "no-picture.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    texts = {"TEXT": text, "FLIPPED": flipped(text)}
    done, (row, good) = decide(
        ("PNR1", *(texts.get(cell, cell) for cell in cells)), ("PNR2", NAME, BORN, text)
    )
    assert (row["verdict"], done.status, done.stderr) == (verdict, status, "")
    assert code in row["codes"].split()
    assert (row["booking"], row["row"]) == ("PNR1", "1")
    assert (good["verdict"], good["row"]) == ("accept", "2")


def test_two_certificates_of_one_passenger_are_one_history(decide):
    first, second = dose(1, vaccinated_on=date(2021, 10, 1)), dose(2)
    _, rows = decide(("P", NAME, BORN, f"{first}|{second}"), ("P", NAME, BORN, first))
    assert [(row["verdict"], row["doses"]) for row in rows] == [("accept", "2"), ("accept", "1")]


def test_certificates_of_two_people_refuse(decide, text):
    other = dose(2, subject=person(family_name="Trần", given_name="Thị Hoa", birth_date=date(1950, 1, 1)))
    _, (row,) = decide(("P", NAME, BORN, f"{text}|{other}"))
    assert row["verdict"] == "refuse"
    assert "person-differs" in row["codes"]


def test_pictures_and_pdf_like_files_lie_beside_the_manifest(decide, text, tmp_path):
    (tmp_path / "qr").mkdir()
    (tmp_path / "qr" / "one.png").write_bytes(vc.qr.png(text))
    done, (row,) = decide(("P", NAME, BORN, "qr/one.png"))
    assert (done.status, row["verdict"]) == (0, "accept")


def test_pictures_of_another_folder(decide, text, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "one.png").write_bytes(vc.qr.png(text))
    _, (row,) = decide(("P", NAME, BORN, "one.png"), options=("--pictures", tmp_path / "elsewhere"))
    assert row["verdict"] == "accept"
    _, (row,) = decide(("P", NAME, BORN, "in.csv"), options=("--pictures", tmp_path / "elsewhere"))
    assert "file-unreadable" in row["codes"].split()


def test_a_travel_document_in_a_column(decide, text):
    zone = write_mrz("td3", "NGUYEN<<BAO<DUY", born=date(1983, 10, 10))
    other = write_mrz("td3", "TRAN<<THI<HOA", born=date(1983, 10, 10))
    rows = [("P", zone, text), ("P", other, text), ("P", zone[:-1], text)]
    _, found = decide(*rows, headings=("booking", "mrz", "certificate"))
    assert [row["verdict"] for row in found] == ["accept", "refuse", "refer"]
    assert "mrz-length" in found[2]["codes"]
    assert "mrz" not in found[0]


@pytest.mark.parametrize(
    ("name", "born", "code"),
    [("TRAN/THI HOA", BORN, "other-words"), (NAME, "1983-10-11", "birth-date-differs")],
)
def test_a_row_that_contradicts_its_travel_document_is_referred(decide, text, name, born, code):
    zone = write_mrz("td3", "NGUYEN<<BAO<DUY", born=date(1983, 10, 10))
    rows = [(name, born, zone, text), (NAME, BORN, zone, text), (name, born, zone, flipped(text))]
    done, found = decide(*rows[:2], headings=("name", "birth date", "mrz", "certificate"))
    assert [row["verdict"] for row in found] == ["refer", "accept"]
    assert (done.status, found[0]["codes"].split()[0]) == (3, code)
    assert load("en").get("identity", code) in found[0]["reasons"]
    assert f"[{code}]" in done.stdout
    _, found = decide(rows[2], headings=("name", "birth date", "mrz", "certificate"))
    assert found[0]["verdict"] == "refuse"


def test_passenger_columns_come_back_as_they_came_but_for_formulas(decide, text):
    odd = ['a "quoted", =1+1', " Nguyễn ", "two\nlines", "'-3", ""]
    formulas = ['=HYPERLINK("//x.example")', "+1", "-3", "@a", "\t=1"]
    headings = ("a", "b", "c", "d", "e", "name", "birth date", "@f", "certificate")
    _, rows = decide(*[(*some, NAME, BORN, "", text) for some in (odd, formulas)], headings=headings)
    assert [rows[0][name] for name in "abcde"] == odd
    assert [rows[1][name] for name in "abcde"] == [f"'{one}" for one in formulas]
    assert "'@f" in rows[0]


def test_a_result_can_be_a_manifest_again(decide, text):
    headings = ("name", "birth date", "verdict", "row", "certificate")
    _, (row,) = decide((NAME, BORN, "refuse", "77", text), headings=headings)
    assert list(row) == ["name", "birth date", *ADDED]
    assert (row["verdict"], row["row"]) == ("accept", "1")


@pytest.mark.parametrize(("stated", "verdict"), [("dd/mm", "accept"), ("mm/dd", "refer")])
def test_the_heading_says_what_comes_first(decide, stated, verdict):
    born = dose(2, subject=person(birth_date=date(1983, 11, 10)))
    headings = ("booking", "name", f"birth date ({stated}/yyyy)", "certificate")
    _, (row,) = decide(("P", NAME, "10/11/1983", born), headings=headings)
    assert row["verdict"] == verdict


def test_an_option_says_what_comes_first(decide):
    born = dose(2, subject=person(birth_date=date(1983, 11, 10)))
    _, (row,) = decide(("P", NAME, "11/10/1983", born), options=("--dates", "month-first"))
    assert row["verdict"] == "accept"


def test_columns_can_be_named(decide, text):
    options = ("--column", "name=Pax", "--column", "birth-date=Né le", "--column", "certificate=QR")
    _, (row,) = decide((NAME, BORN, text), headings=("Pax", "Né le", "QR"), options=options)
    assert row["verdict"] == "accept"


def test_sentences_are_in_the_language_asked_for(decide, text):
    done, (row,) = decide(("P", "TRAN/THI HOA", BORN, text), options=("--lang", "vi"))
    assert load("vi").get("decision", "identity-mismatch") in row["reasons"]
    assert "hành khách" in done.stdout


def test_a_workbook(run, trust, text, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for cells in (HEADINGS, ("P", NAME, date(1983, 10, 10), text)):
        book.active.append(cells)
    book.save(tmp_path / "in.xlsx")
    done = run("manifest", tmp_path / "in.xlsx", "--out", tmp_path / "o.csv", "--trust", trust, "--at", AT)
    assert (done.status, done.stderr) == (0, "")
    (row,) = read_result(tmp_path / "o.csv")
    assert (row["verdict"], row["birth date"]) == ("accept", BORN)


def test_the_rules_of_the_country_of_arrival_are_asked_in_their_own_words(decide, tmp_path):
    logic = {">=": [{"var": "payload.v.0.dn"}, 2]}
    words = [{"lang": "en", "desc": "=Two doses\nare needed."}, {"lang": "vi", "desc": "Cần hai mũi."}]
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([record("VR-DE-0001", Logic=logic, Description=words)]))
    options = ("--rules", rules, "--country", "DE", "--allow-unsigned")
    first, second = dose(1), dose(2)
    _, rows = decide(("P", NAME, BORN, second), ("P", NAME, BORN, first), options=options)
    assert [row["verdict"] for row in rows] == ["accept", "refuse"]
    assert "rule-failed" in rows[1]["codes"].split()
    assert "=Two doses are needed." in rows[1]["reasons"]
    _, rows = decide(("P", NAME, BORN, first), options=(*options, "--lang", "vi"))
    assert "Cần hai mũi." in rows[0]["reasons"]


# The run


def test_the_summary_counts_verdicts_and_codes(decide, text):
    rows = [("P", NAME, BORN, text)] * 3 + [("P", "TRAN/HOA", BORN, text), ("P", NAME, BORN, "none.png")]
    done, _ = decide(*rows, options=("--json",))
    (told,) = done.objects
    assert told["passengers"] == 5
    assert told["verdicts"] == {"accept": 3, "refer": 1, "refuse": 1}
    assert (told["codes"]["identity-mismatch"], told["codes"]["file-unreadable"]) == (1, 1)
    assert told["at"] == AT
    shown, _ = decide(*rows)
    assert "5 passengers: 3 to accept, 1 to refer to a second look, 1 to refuse." in shown.stdout
    assert "[identity-mismatch]" in shown.stdout


def test_many_parts_and_processes_give_the_same_in_the_same_order(run, trust, text, tmp_path):
    rows = [(f"P{number}", NAME if number % 3 else "TRAN/HOA", BORN, text) for number in range(1, 450)]
    path = write_manifest(tmp_path / "in.csv", rows)
    for workers in ("1", "2"):
        done = run(
            *("manifest", path, "--out", tmp_path / f"{workers}.csv", "--trust", trust, "--at", AT),
            *("--workers", workers, "--json"),
        )
        assert (done.status, done.objects[0]["verdicts"]["refuse"]) == (1, 149)
    found = read_result(tmp_path / "2.csv")
    assert [(row["booking"], row["row"]) for row in found] == [(f"P{n}", str(n)) for n in range(1, 450)]
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_nothing_is_left_but_a_result_for_its_owner(decide, text, tmp_path):
    decide(("P", NAME, BORN, text))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o600


def test_an_older_result_is_replaced(decide, text, tmp_path):
    (tmp_path / "out.csv").write_text("old")
    _, rows = decide(("P", NAME, BORN, text))
    assert len(rows) == 1


# Taking up again


@pytest.fixture
def interrupted(decide, monkeypatch, text, tmp_path):
    """A run of three parts that has ended before the third; and its rows."""
    rows = [(f"P{number}", NAME, BORN, text) for number in range(25)]
    write = WorkFolder.write_part

    def until_the_third(folder, done, answers):
        if done.part == 2:
            raise KeyboardInterrupt
        write(folder, done, answers)

    monkeypatch.setattr(manifest_run, "ROWS_PER_PART", 10)
    monkeypatch.setattr(WorkFolder, "write_part", until_the_third)
    done, _ = decide(*rows)
    monkeypatch.setattr(WorkFolder, "write_part", write)
    assert (done.status, done.stderr.count("\n")) == (130, 1)
    assert not (tmp_path / "out.csv").exists()
    return rows


def test_an_interrupted_run_goes_on_where_it_was(decide, interrupted):
    done, rows = decide(*interrupted, options=("--json",))
    assert (done.objects[0]["earlier"], len(rows)) == (20, 25)


def test_what_is_kept_of_it_holds_nobody(interrupted, tmp_path):
    work = WorkFolder(tmp_path / "out.csv").path
    assert stat.S_IMODE(work.stat().st_mode) == 0o700
    for file in work.iterdir():
        data = file.read_bytes()
        assert b"NGUYEN" not in data
        assert b"1983" not in data
        assert b"HC1:" not in data
        assert file.name == "lock" or stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("prepared", ["a link", "writable for all"])
def test_a_folder_that_others_may_have_prepared_is_refused(decide, text, tmp_path, prepared):
    work = WorkFolder(tmp_path / "out.csv").path
    (tmp_path / "victim").mkdir()
    kept = tmp_path / "victim" / "precious"
    kept.touch()
    if prepared == "a link":
        work.symlink_to(tmp_path / "victim")
    else:
        work.mkdir()
        work.chmod(0o777)
    done = decide(("PNR1", NAME, BORN, text))[0]
    assert (done.status, len(done.stderr.splitlines())) == (2, 1)
    assert "is not a folder of yours alone" in done.stderr
    assert kept.exists()


def test_what_a_killed_process_left_of_the_result_is_taken_away(interrupted, tmp_path):
    folder = WorkFolder(tmp_path / "out.csv")
    (folder.path / ".result.csv.0123.partial").write_text(NAME)
    with folder.claimed({}, now=NOW, at=None):
        assert not list(folder.path.glob("*.partial"))


def test_a_damaged_part_is_done_again(decide, interrupted, tmp_path):
    part = WorkFolder(tmp_path / "out.csv").path / "00000001.part"
    part.write_bytes(part.read_bytes()[:-3])
    done, rows = decide(*interrupted, options=("--json",))
    assert (done.objects[0]["earlier"], len(rows)) == (10, 25)


@pytest.mark.parametrize(
    "options",
    [("--policy", "strict"), ("--lang", "vi"), ("--dates", "day-first"), ("--column", "name=name")],
    ids=str,
)
def test_other_options_begin_anew(decide, interrupted, options):
    done, _ = decide(*interrupted, options=("--json", *options))
    assert done.objects[0]["earlier"] == 0


def test_another_manifest_begins_anew(decide, interrupted):
    done, rows = decide(*interrupted[1:], options=("--json",))
    assert (done.objects[0]["earlier"], len(rows)) == (0, 24)


def test_another_time_begins_anew(decide, interrupted):
    done, _ = decide(*interrupted, options=("--json", "--at", "2022-06-02T00:00:00Z"))
    assert done.objects[0]["earlier"] == 0


@pytest.mark.parametrize(("later", "kept"), [(False, True), (True, False)])
def test_a_run_that_names_no_time_keeps_that_of_its_day(tmp_path, later, kept):
    folder = WorkFolder(tmp_path / "out.csv")
    with folder.claimed({"one": 1}, now=NOW, at=None) as begun:
        assert begun.at == NOW
    now = NOW + STILL_THE_SAME_RUN if later else NOW + STILL_THE_SAME_RUN / 2
    with folder.claimed({"one": 1}, now=now, at=None) as begun:
        assert begun.at == (NOW if kept else now)


def test_two_runs_to_one_result_are_not_at_the_same_time(decide, text, tmp_path):
    with WorkFolder(tmp_path / "out.csv").claimed({}, now=NOW, at=None):
        done, rows = decide(("P", NAME, BORN, text))
    assert (done.status, rows) == (4, [])
    one_line(done, "store-busy")


# Bad input


def one_line(done, code, words=""):
    assert (done.stdout, done.stderr.count("\n")) == ("", 1), done.stderr
    assert done.stderr.startswith(f"vaxcert: {code}: ")
    assert words in done.stderr


@pytest.mark.parametrize(
    ("data", "status", "code", "words"),
    [
        (b"name,birth date,certificate\nNguy\xeen,1990-01-01,HC1:A\n", 3, "file-unreadable", "not UTF-8"),
        ("name,birth date,certificate\nA,1990-01-01,HC1:A\n".encode("utf-16"), 3, "file-unreadable", ""),
        (b"", 3, "file-unreadable", ""),
        (b"name,birth date,certificate\n", 3, "file-unreadable", "no row"),
        (b"name,birth date\nA,1990-01-01\n", 3, "column-missing", "certificate"),
        (b"name,certificate\nA,HC1:A\n", 3, "column-missing", "birth date"),
        (b'name,birth date,certificate\n"A,1990-01-01,HC1:A\n', 3, "file-unreadable", "quotation"),
        (b"name,Name,birth date,certificate\nA,B,1990,HC1:A\n", 3, "file-unreadable", "same heading"),
        (b"PAR1" + bytes(100), 3, "file-unreadable", ""),
        (b"PK\x03\x04" + bytes(100), 3, "file-unreadable", ""),
    ],
)
def test_a_file_that_is_no_manifest_is_one_line(run, trust, tmp_path, data, status, code, words):
    (tmp_path / "in.csv").write_bytes(data)
    done = run("manifest", tmp_path / "in.csv", "--out", tmp_path / "out.csv", "--trust", trust)
    assert done.status == status
    one_line(done, code, words)
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1258"])
def test_an_encoding_can_be_named(run, trust, text, tmp_path, encoding):
    codec = {"windows-1258": "cp1258"}.get(encoding, encoding)
    path = write_manifest(tmp_path / "in.csv", [("Đà", NAME, BORN, text)], encoding=codec)
    out = tmp_path / "out.csv"
    done = run("manifest", path, "--out", out, "--trust", trust, "--at", AT, "--encoding", encoding)
    assert (done.status, done.stderr) == (0, "")
    assert read_result(out)[0]["booking"] == "Đà"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--column", "seat=Seat"), "FIELD=HEADING"),
        (("--column", "name"), "FIELD=HEADING"),
        (("--workers", "0"), "whole number"),
        (("--dates", "iso"), "invalid choice"),
    ],
)
def test_wrong_options_are_one_line(decide, options, words):
    done, _ = decide(("P", NAME, BORN, "HC1:A"), options=options)
    assert done.status == 2
    one_line(done, "usage", words)


def test_the_manifest_is_not_written_over(run, trust, text, tmp_path):
    path = write_manifest(tmp_path / "in.csv", [("P", NAME, BORN, text)])
    before = path.read_bytes()
    done = run("manifest", path, "--out", path, "--trust", trust)
    assert (done.status, path.read_bytes()) == (2, before)
    one_line(done, "usage", "--out")


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        (("--pictures", "no-such-folder"), 3, "file-unreadable"),
        (("--column", "name=Pax"), 3, "column-missing"),
        (("--out", "no-such-folder/out.csv"), 2, "file-unwritable"),
        (("--trust", "no-such-list"), 4, "trust-list-unreadable"),
    ],
)
def test_what_is_not_there_is_one_line(decide, options, status, code):
    done, _ = decide(("P", NAME, BORN, "HC1:A"), options=options)
    assert done.status == status
    one_line(done, code)


def test_no_keys_to_trust(run, tmp_path, text):
    path = write_manifest(tmp_path / "in.csv", [("P", NAME, BORN, text)])
    done = run("manifest", path, "--out", tmp_path / "out.csv")
    assert done.status == 4
    one_line(done, "trust-list-empty")


@pytest.mark.parametrize("change", ["grow", "shrink", "touch"])
def test_a_manifest_that_changes_meanwhile_gives_no_result(decide, text, tmp_path, monkeypatch, change):
    write = WorkFolder.write_part
    path = tmp_path / "in.csv"

    def and_change(folder, done, answers):
        if change == "grow":
            with path.open("a") as file:
                file.write("P,A,1990-01-01,HC1:A\n")
        else:
            os.utime(path, (1, 1))
            os.truncate(path, path.stat().st_size // 2 if change == "shrink" else path.stat().st_size)
        write(folder, done, answers)

    monkeypatch.setattr(manifest_run, "ROWS_PER_PART", 20)
    monkeypatch.setattr(WorkFolder, "write_part", and_change)
    done, rows = decide(*[("P", NAME, BORN, text)] * 100)
    assert (done.status, rows) == (3, [])
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("vaxcert: file-unreadable: ")


# Privacy


def test_no_name_goes_anywhere_but_into_the_result(trust, text, tmp_path):
    secret = dose(2, subject=person(family_name=CANARY))
    rows = [
        (CANARY, CANARY, BORN, secret),
        (CANARY, CANARY, f"{CANARY}-1990", secret[:-5]),
        (CANARY, CANARY, BORN, f"{CANARY}.png"),
        (CANARY, CANARY, BORN, f"../{CANARY}.png"),
        (CANARY, CANARY, BORN, secret, CANARY),
    ]
    path = write_manifest(tmp_path / "in.csv", rows)
    out = tmp_path / "out.csv"
    for options in ((), ("--json",), ("--lang", "vi")):
        done = vaxcert(
            "manifest", path, "--out", out, "--trust", trust, "--at", AT, "--workers", "2", *options
        )
        assert (done.returncode, done.stderr) == (1, "")
        assert CANARY not in done.stdout
    assert [row["booking"] for row in read_result(out)] == [CANARY] * 5


# Killed


def start(path, out, trust):
    command = [sys.executable, "-m", "vaxcert", "manifest", str(path), "--out", str(out)]
    return subprocess.Popen(  # noqa: S603
        [*command, "--trust", str(trust), "--at", AT, "--workers", "2", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        encoding="utf-8",
    )


def parts_done(out):
    return len(list(WorkFolder(out).path.glob("*.part")))


def killed_once(process, out, rng):
    """Kill a run a little after it has got somewhere, its parent alone or all of it; False when it ended before."""
    wanted = parts_done(out) + rng.randrange(4)
    until = time.monotonic() + 60
    with process:
        while process.poll() is None and parts_done(out) < wanted and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(rng.random() * 0.05)
        if process.poll() is not None:
            return False
        if rng.random() < 0.5:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return True


@pytest.fixture(scope="module")
def large(text, tmp_path_factory):
    """A manifest of many parts, some of whose rows are not accepted."""
    certificates = (text, flipped(text), "missing.png", "")
    rows = [
        (f"P{number}", NAME if number % 7 else "TRAN/HOA", BORN, certificates[number % 11 % 4])
        for number in range(6_000)
    ]
    return write_manifest(tmp_path_factory.mktemp("large") / "in.csv", rows)


@pytest.fixture(scope="module")
def undisturbed(large, trust):
    out = large.with_name("undisturbed.csv")
    process = start(large, out, trust)
    told, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (1, "")
    assert json.loads(told)["passengers"] == 6_000
    return out.read_bytes()


def test_nothing_stays_of_a_manifest_whose_end_cannot_be_read(large, trust, tmp_path):
    """Processes decide about its first passengers already when that comes to light."""
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_bytes(large.read_bytes() + b'P6000,"' + b"A,1990-01-01,HC1:A\n")
    process = start(path, out, trust)
    told, errors = process.communicate(timeout=120)
    assert (process.returncode, told) == (3, "")
    (line,) = errors.splitlines()
    assert "file-unreadable" in line
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


def test_what_is_done_stays_when_the_manifest_cannot_be_read_for_once(
    run, large, trust, tmp_path, monkeypatch
):
    out = tmp_path / "out.csv"
    process = start(large, out, trust)
    while not parts_done(out):
        assert process.poll() is None, "it ended too soon to be killed"
        time.sleep(0.001)
    process.kill()
    process.communicate(timeout=120)
    done = parts_done(out)

    def away(file):
        raise unreadable("the drive is away")

    monkeypatch.setattr(ManifestFile, "count", away)
    refused = run("manifest", large, "--out", out, "--trust", trust, "--at", AT, "--workers", "1")
    assert refused.status == 3
    one_line(refused, "file-unreadable", "the drive is away")
    assert parts_done(out) >= done > 0


@pytest.mark.parametrize(("seed", "kills"), [(1, 3), pytest.param(2, 30, marks=pytest.mark.slow)])
def test_killed_again_and_again_it_ends_as_if_undisturbed(large, trust, undisturbed, tmp_path, seed, kills):
    rng = random.Random(seed)
    killed = 0
    for number in range(10 * kills):
        out = tmp_path / f"out-{number}.csv"
        while killed < kills and killed_once(start(large, out, trust), out, rng):
            killed += 1
            assert not out.exists() or out.read_bytes() == undisturbed
        process = start(large, out, trust)
        _, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (1, "")
        assert out.read_bytes() == undisturbed
        assert sorted(one.name for one in tmp_path.iterdir()) == [out.name]
        out.unlink()
        if killed >= kills:
            return
    pytest.fail("the runs end too soon to be killed")
