from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import vaxcert as vc
from tests.e2e.conftest import AT
from tests.support import pdf
from tests.support.command_line import vaxcert
from tests.support.signers import NOW, certificate, issuer, person, vaccination
from vaxcert.codec import container


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Two doses of one person, and one of another."""
    doses = [vaccination(dose_number=number, vaccinated_on=date(2021, number, 5)) for number in (1, 2)]
    certificates = [vc.HealthCertificate(subject=person(), vaccination=dose) for dose in doses]
    certificates.append(replace(certificates[0], subject=person(family_name="Đặng")))
    return [issuer().issue(one, at=NOW).text for one in certificates]


@pytest.fixture(scope="module")
def issued(texts, tmp_path_factory) -> Path:
    """What `vaxcert issue` leaves."""
    folder = tmp_path_factory.mktemp("issued")
    lines = [json.dumps({"row": row, "text": text, "file": None}) for row, text in enumerate(texts, 1)]
    (folder / "certificates.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "qr").mkdir()
    (folder / "qr/000001.png").write_bytes(b"not looked at")
    return folder


@pytest.fixture(scope="module")
def bulk(texts, tmp_path_factory) -> Path:
    """What `vaxcert issue --bulk` leaves."""
    folder = tmp_path_factory.mktemp("bulk")
    (folder / "certificates").mkdir()
    for number, text in enumerate(texts):
        row = {
            "row": [number + 1],
            "person_key": ["b" * 32 if number == 2 else "a" * 32],
            "text": [text],
            "nationality": ["Lào" if number == 2 else None],
        }
        pq.write_table(pa.table(row), folder / f"certificates/part-{number:06}.parquet")
    parts = sorted(folder.glob("certificates/*"))
    files = {f"certificates/{one.name}": hashlib.sha256(one.read_bytes()).hexdigest() for one in parts}
    (folder / "manifest.json").write_text(json.dumps({"files": files}), "utf-8")
    return folder


def page_count(path: Path) -> int:
    with pikepdf.open(path) as document:
        return len(document.pages)


def test_list_of_an_issue_run_is_printed_and_read_back(run, issued, trust, texts, tmp_path):
    out = tmp_path / "all.pdf"
    done = run("passport", issued, "--trust", trust, "--at", AT, "--out", out)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith("2 persons with 3 certificates in 1 file:")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert page_count(out) == 2
    verified = run("verify", out, "--trust", trust, "--at", AT, "--json")
    assert [one["outcome"] for one in verified.objects] == ["accepted"] * 3
    assert pdf.words(out).count("không ghi not stated") == 2  # nationality


def test_bulk_run_is_printed_with_nationality_into_a_folder(run, bulk, trust, tmp_path):
    out = tmp_path / "out"
    done = run("passport", bulk, "--trust", trust, "--at", AT, "--out", out, "--per-file", "1", "--json")
    assert (done.status, done.stderr) == (0, "")
    files = [out / f"passports-00000{number}.pdf" for number in (1, 2)]
    assert done.objects == [
        {"file": str(files[0]), "people": 1, "certificates": 2},
        {"file": str(files[1]), "people": 1, "certificates": 1},
    ]
    assert "Việt Nam Viet Nam" in pdf.words(files[0])
    assert "Lào Lao People" in pdf.words(files[1])


def test_pictures_texts_and_standard_input_are_printed_together(run, trust, texts, tmp_path):
    (tmp_path / "one.png").write_bytes(vc.qr.png(texts[0]))
    out = tmp_path / "all.pdf"
    done = run(
        "passport", tmp_path / "one.png", texts[2], "-", "--trust", trust, "--at", AT, "--out", out,
        "--layout", "sheet", "--qr-mm", "35", "--nationality", "VNM", stdin=texts[1].encode(),
    )  # fmt: skip
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith("2 persons with 3 certificates")
    assert page_count(out) == 1
    assert pdf.words(out).count("Việt Nam Viet Nam") == 3


def test_test_keys_are_marked_as_specimens(run, issued, trust, tmp_path):
    out = tmp_path / "all.pdf"
    run("passport", issued, "--trust", trust, "--at", AT, "--out", out)
    assert pdf.words(out).count("SPECIMEN – NOT VALID") == 2


def test_unverified_certificates_are_printed_only_on_request(run, issued, trust, tmp_path):
    out = tmp_path / "all.pdf"
    refused = run("passport", issued, "--at", AT, "--out", out)
    assert (refused.status, refused.stdout) == (4, "")
    assert "trust-list-empty" in refused.stderr
    assert "--unverified" in refused.stderr
    assert not out.exists()
    both = run("passport", issued, "--trust", trust, "--unverified", "--out", out)
    assert both.status == 2
    done = run("passport", issued, "--unverified", "--out", out)
    assert done.status == 0
    assert pdf.words(out).count("SIGNATURE NOT VERIFIED") == 2


def test_what_is_refused_is_said_and_the_rest_is_printed(run, issued, trust, tmp_path):
    message = bytearray(container.message_bytes(issuer().issue(certificate(), at=NOW).text))
    message[-1] ^= 1
    forged = container.write(bytes(message))
    out = tmp_path / "all.pdf"
    arguments = ("passport", issued, forged, "HC1:JUNK", "--trust", trust, "--at", AT, "--out", out)
    done = run(*arguments)
    assert done.status == 1
    assert "2 persons with 3 certificates in 1 file" in done.stdout
    assert "2 certificates left out." in done.stdout
    assert [line.split(":")[2].strip() for line in done.stderr.splitlines()] == ["argument 2", "argument 3"]
    assert "HC1" not in done.stderr
    objects = run(*arguments[:-2], "--json", "--out", tmp_path / "again.pdf").objects
    assert [one["outcome"] for one in objects if "outcome" in one] == ["refused", "unreadable"]


def test_nothing_to_print_leaves_no_file(run, issued, trust, tmp_path):
    out = tmp_path / "all.pdf"
    done = run("passport", issued, "--trust", trust, "--at", "2024-01-01T00:00:00Z", "--out", out)
    assert done.status == 1
    assert "No certificate that can be printed." in done.stdout
    assert done.stderr.count("vaxcert: expired: ") == 3
    assert not out.exists()
    unreadable = run("passport", "HC1:JUNK", "--trust", trust, "--out", out)
    assert unreadable.status == 3


def test_of_many_refusals_twenty_are_shown(run, trust, texts, tmp_path):
    (tmp_path / "all.txt").write_text("\n".join(texts[:1] * 30))
    done = run(
        "passport", tmp_path / "all.txt", "--trust", trust, "--at", "2024-01-01T00:00:00Z",
        "--out", tmp_path / "x.pdf",
    )  # fmt: skip
    assert done.stderr.count("\n") == 20
    assert "30 ✘" in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--qr-mm", "34"), "35 to 60 expected"),
        (("--qr-mm", "61"), "35 to 60 expected"),
        (("--qr-mm", "51", "--layout", "sheet"), "35 to 50 expected"),
        (("--qr-mm", "nan"), "not a size in millimetres"),
        (("--per-file", "0"), "from 1 to 250"),
        (("--per-file", "251"), "from 1 to 250"),
        (("--layout", "poster"), "invalid choice"),
    ],
)
def test_wrong_options_end_with_one_line(run, issued, trust, tmp_path, options, said):
    done = run("passport", issued, "--trust", trust, "--at", AT, "--out", tmp_path / "x.pdf", *options)
    assert (done.status, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr


def test_too_many_for_one_file_are_sent_to_a_folder(run, issued, trust, tmp_path, monkeypatch):
    monkeypatch.setattr("vaxcert.cli.passport.MAX_PEOPLE", 1)
    done = run("passport", issued, "--trust", trust, "--at", AT, "--out", tmp_path / "x.pdf")
    assert (done.status, done.stdout) == (2, "")
    assert "more than 1 persons for one file; let --out name a folder" in done.stderr
    assert not (tmp_path / "x.pdf").exists()


def test_lines_of_json_without_a_certificate_are_unreadable(run, trust, tmp_path):
    (tmp_path / "certificates.jsonl").write_text('{"text": 7}\n{"row": 1}\n{broken\n')
    done = run("passport", tmp_path, "--trust", trust, "--json", "--out", tmp_path / "x.pdf")
    assert done.status == 3
    assert {one["reason"] for one in done.objects} == {"input-type"}
    assert len(done.objects) == 3


def test_missing_extra_is_named(run, issued, trust, tmp_path, monkeypatch):
    from vaxcert.adapters.passport import typesetting

    monkeypatch.setitem(sys.modules, "typst", None)
    typesetting._compiler.cache_clear()
    try:
        done = run("passport", issued, "--trust", trust, "--at", AT, "--out", tmp_path / "x.pdf")
    finally:
        monkeypatch.undo()
        typesetting._compiler.cache_clear()
    assert done.status == 2
    assert "vaxcert: extra-missing: typst is not installed: install vaxcert[print]" in done.stderr


def test_words_are_vietnamese(run, issued, trust, tmp_path):
    done = run("passport", issued, "--lang", "vi", "--trust", trust, "--at", AT, "--out", tmp_path / "x.pdf")
    assert done.stdout.startswith("2 người với 3 chứng nhận trong 1 tệp")


def test_no_file_but_the_output_is_written(bulk, trust, tmp_path):
    """A process with several workers, a folder for temporary files and a home that stay empty."""
    places = {name: str(tmp_path / name) for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    for place in places.values():
        os.mkdir(place)
    out = tmp_path / "out"
    done = vaxcert(
        "passport", bulk, "--trust", trust, "--at", AT, "--out", out, "--per-file", "1",
        environment={**places, "VAXCERT_TRUST": str(tmp_path / "none")}, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert written == ["out/passports-000001.pdf", "out/passports-000002.pdf"]


def test_a_run_that_was_changed_is_not_printed(run, bulk, trust, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(bulk, changed)
    first, second = sorted(changed.glob("certificates/*"))[:2]
    swapped = first.read_bytes(), second.read_bytes()
    first.write_bytes(swapped[1])
    second.write_bytes(swapped[0])
    done = run("passport", changed, "--trust", trust, "--at", AT, "--out", tmp_path / "out")
    assert (done.status, done.stdout) == (3, "")
    assert "is not as its run wrote it" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    (changed / "manifest.json").unlink()
    done = run("passport", changed, "--trust", trust, "--at", AT, "--out", tmp_path / "out")
    assert "holds no run that is complete" in done.stderr
    assert not (tmp_path / "out").exists()
