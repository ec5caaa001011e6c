from __future__ import annotations

import csv
import json
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import AT, write_signer
from tests.support.command_line import vaxcert
from tests.support.signers import signer
from vaxcert.crypto.algorithms import Algorithm

HEADINGS = "HoVaTen,NgaySinh,GioiTinh,CMTCCCD,LanTiem,SoMuiTiem,NgayTiemChung,LoaiThuocTiem,SoLoThuoc"
GOOD = [
    "Nguyễn Bảo Duy,10/10/1983,Nam,001083000123,2,2,18/11/2021,Comirnaty,TEST-1",
    "Trần Thị Mai,02/03/1990,Nữ,079190000456,1,2,01/10/2021,AstraZeneca,TEST-2",
]
BAD = [
    "Lê Văn Ba,05/06/1975,Nam,1075000789,1,2,01/10/2021,AstraZeneca,TEST-3",
    ",05/06/1975,Nam,001075000789,1,2,01/10/2021,,TEST-4",
]
EXAMPLE = Path(__file__).parents[2] / "examples" / "national-platform.csv"


def records_file(folder, *rows):
    path = folder / "records.csv"
    path.write_text("\n".join((HEADINGS, *rows)) + "\n")
    return path


def issue(run, signer_files, records, out, *arguments, key=None, at=AT, **options):
    return run(
        "issue",
        records,
        "--key",
        key or signer_files.key,
        "--cert",
        signer_files.cert,
        "--country",
        "VN",
        "--authority",
        "Bộ Y tế",
        "--out",
        out,
        "--at",
        at,
        *arguments,
        **options,
    )


def lines_of(out):
    return [json.loads(line) for line in (out / "certificates.jsonl").read_text().splitlines()]


def rejects_of(out):
    with (out / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_good_records_become_certificates_that_are_accepted(run, signer_files, tmp_path):
    out = tmp_path / "out"
    done = issue(run, signer_files, records_file(tmp_path, *GOOD), out)
    assert (done.status, done.stderr) == (0, "")
    assert "2 records: 2 certificates issued, 0 records refused." in done.stdout
    assert [line["row"] for line in lines_of(out)] == [1, 2]
    checked = run("verify", "--json", "--trust", signer_files.cert, "--at", AT, out / "qr")
    assert [found["outcome"] for found in checked.objects] == ["accepted", "accepted"]
    assert [found["findings"] for found in checked.objects] == [[], []]
    first = checked.objects[0]["certificate"]
    assert (first["subject"]["family_name"], first["subject"]["given_name"]) == ("Nguyễn", "Bảo Duy")
    assert first["vaccination"]["certificate_id"] == lines_of(out)[0]["certificate_id"]
    assert first["expires"] == lines_of(out)[0]["expires"] == "2023-06-01T08:30:00Z"


def test_bad_rows_go_to_the_rejects_with_codes_and_do_not_stop_the_batch(run, signer_files, tmp_path):
    out = tmp_path / "out"
    done = issue(run, signer_files, records_file(tmp_path, BAD[0], GOOD[0], BAD[1], GOOD[1]), out)
    assert done.status == 1
    assert "4 records: 2 certificates issued, 2 records refused." in done.stdout
    assert [line["row"] for line in lines_of(out)] == [2, 4]
    assert [row["codes"] for row in rejects_of(out)] == [
        "identity-number-length",
        "name-missing vaccine-missing",
    ]
    assert [row["row"] for row in rejects_of(out)] == ["1", "3"]
    assert rejects_of(out)[0]["HoVaTen"] == "Lê Văn Ba"
    assert rejects_of(out)[0]["reasons"].startswith("The identity number is too short")


def test_reasons_and_summary_are_in_the_users_language(run, signer_files, tmp_path):
    out = tmp_path / "out"
    done = issue(run, signer_files, records_file(tmp_path, BAD[1]), out, "--lang", "vi")
    assert rejects_of(out)[0]["reasons"] == "Thiếu họ và tên. Thiếu loại vắc xin."
    assert "1 bản ghi: 0 chứng nhận đã cấp, 1 bản ghi bị từ chối." in done.stdout


def test_one_record_is_said_so(run, signer_files, tmp_path):
    done = issue(run, signer_files, records_file(tmp_path, BAD[1]), tmp_path / "out")
    assert "1 record: 0 certificates issued, 1 record refused." in done.stdout


def test_the_same_dose_twice_is_refused_the_second_time(run, signer_files, tmp_path):
    out = tmp_path / "out"
    issue(run, signer_files, records_file(tmp_path, GOOD[0], GOOD[1], GOOD[0]), out)
    assert [line["row"] for line in lines_of(out)] == [1, 2]
    assert [row["codes"] for row in rejects_of(out)] == ["duplicate-dose"]


def test_a_dose_refused_before_is_not_its_own_duplicate(run, signer_files, tmp_path):
    out = tmp_path / "out"
    broken = GOOD[0].replace("Comirnaty", "")
    issue(run, signer_files, records_file(tmp_path, broken, GOOD[0]), out)
    assert [row["codes"] for row in rejects_of(out)] == ["vaccine-missing"]
    assert [line["row"] for line in lines_of(out)] == [2]


def test_json_tells_each_row_on_a_line(run, signer_files, tmp_path):
    done = issue(run, signer_files, records_file(tmp_path, GOOD[0], BAD[0]), tmp_path / "out", "--json")
    issued, refused = done.objects
    assert issued == {"outcome": "issued", **lines_of(tmp_path / "out")[0]}
    assert refused == {"row": 2, "outcome": "refused", "codes": ["identity-number-length"]}
    assert done.status == 1


def test_records_on_standard_input(run, signer_files, tmp_path):
    data = records_file(tmp_path, *GOOD).read_bytes()
    done = issue(run, signer_files, "-", tmp_path / "out", stdin=data)
    assert done.status == 0
    assert len(lines_of(tmp_path / "out")) == 2


def test_what_is_written_is_private_and_its_names_tell_nothing(run, signer_files, tmp_path):
    out = tmp_path / "out"
    issue(run, signer_files, records_file(tmp_path, *GOOD, *BAD), out)
    written = {str(path.relative_to(out)): stat.S_IMODE(path.stat().st_mode) for path in out.rglob("*")}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert written == {
        "certificates.jsonl": 0o600,
        "rejects.csv": 0o600,
        "qr": 0o700,
        "qr/000001.png": 0o600,
        "qr/000002.png": 0o600,
    }


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<svg "), ("png", b"\x89PNG")])
def test_kind_of_picture(run, signer_files, tmp_path, kind, start):
    issue(run, signer_files, records_file(tmp_path, GOOD[0]), tmp_path / "out", "--qr", kind)
    assert lines_of(tmp_path / "out")[0]["file"] == f"qr/000001.{kind}"
    assert (tmp_path / "out" / "qr" / f"000001.{kind}").read_bytes().startswith(start)


def test_without_pictures(run, signer_files, tmp_path):
    issue(run, signer_files, records_file(tmp_path, GOOD[0]), tmp_path / "out", "--qr", "none")
    assert lines_of(tmp_path / "out")[0]["file"] is None
    assert not (tmp_path / "out" / "qr").exists()


def test_validity_in_days_ends_with_the_signing_certificate(run, signer_files, tmp_path):
    records = records_file(tmp_path, GOOD[0])
    short = issue(run, signer_files, records, tmp_path / "a", "--validity-days", "30", "--qr", "none")
    cut = issue(run, signer_files, records, tmp_path / "b", "--validity-days", "3650", "--qr", "none")
    assert "signing certificate ends" not in short.stdout
    assert "Valid until 2024-01-01 only, when the signing certificate ends." in cut.stdout
    assert lines_of(tmp_path / "a")[0]["expires"] == "2022-07-01T08:30:00Z"
    assert lines_of(tmp_path / "b")[0]["expires"] == "2024-01-01T00:00:00Z"


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("left_over", ["certificates.jsonl", "qr/000009.png"])
@pytest.mark.parametrize("kind", ["png", "none"])
def test_a_folder_with_an_earlier_run_is_refused_and_left_as_it_is(
    run, signer_files, tmp_path, left_over, kind
):
    out = tmp_path / "out"
    (out / "qr").mkdir(parents=True)
    (out / left_over).write_bytes(b"precious")
    (out / "rejects.csv").write_bytes(b"precious")
    before = contents(out)
    done = issue(run, signer_files, records_file(tmp_path, *GOOD, *BAD), out, "--qr", kind)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith(f"vaxcert: file-unwritable: {out} holds an earlier run")
    assert contents(out) == before


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, None])
def test_a_run_has_its_folder_alone_and_keeps_what_it_issued(run, signer_files, tmp_path, end):
    out = tmp_path / "out"
    records = records_file(tmp_path, *(GOOD[0].replace("000123", f"{n:06}") for n in range(600)))
    command = ["issue", records, "--key", signer_files.key, "--cert", signer_files.cert, "--country", "VN"]
    command += ["--authority", "TEST", "--out", out, "--at", AT, "--json"]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    # nobody reads on: the first run stands still in the middle
    first = json.loads(process.stdout.readline())
    assert first["outcome"] == "issued"
    second = issue(run, signer_files, records, out)
    assert second.status == 2
    assert second.stderr.startswith("vaxcert: file-unwritable: ")
    assert not (out / "rejects.csv").exists()
    if end is not None:
        process.send_signal(end)
    problems = process.communicate(timeout=60)[1]
    interrupted = (130, b"Interrupted. What was issued until then is kept.\n")
    assert (process.returncode, problems) == ((0, b"") if end is None else interrupted)
    lines = lines_of(out)
    assert {key: first[key] for key in lines[0]} == lines[0]
    assert len(lines) == 600 if end is None else 0 < len(lines) < 600
    assert {line["file"] for line in lines} <= {f"qr/{path.name}" for path in (out / "qr").iterdir()}
    assert (out / "rejects.csv").exists()


def test_records_from_a_path_that_cannot_be_rewound(signer_files, tmp_path):
    data = records_file(tmp_path, *GOOD).read_bytes()
    out = tmp_path / "out"
    arguments = ("--key", signer_files.key, "--cert", signer_files.cert, "--country", "VN")
    done = vaxcert(
        "issue", "/dev/stdin", *arguments, "--authority", "TEST", "--out", out, "--at", AT, stdin=data
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(lines_of(out)) == 2


def test_deterministic_issuing_repeats_itself_and_ordinary_issuing_does_not(run, signer_files, tmp_path):
    records = records_file(tmp_path, *GOOD)
    for name in ("a", "b"):
        issue(run, signer_files, records, tmp_path / name, "--deterministic", "--qr", "none")
    for name in ("c", "d"):
        issue(run, signer_files, records, tmp_path / name, "--qr", "none")
    a, b, c, d = (lines_of(tmp_path / name) for name in "abcd")
    assert a == b
    assert len({line["certificate_id"] for line in (*a, *c, *d)}) == 6


def test_encrypted_key_with_its_password(run, signer_files, tmp_path):
    done = issue(
        run,
        signer_files,
        records_file(tmp_path, GOOD[0]),
        tmp_path / "out",
        "--password-file",
        signer_files.password,
        key=signer_files.encrypted_key,
    )
    assert done.status == 0


def test_ps256_certificates_fit_q_and_m(run, tmp_path):
    files = write_signer(signer(Algorithm.PS256), tmp_path / "rsa")
    records = records_file(tmp_path, GOOD[0])
    for level in ("Q", "M"):
        out = tmp_path / level
        assert issue(run, files, records, out, "--level", level).status == 0
        (found,) = run("verify", "--json", "--trust", files.cert, "--at", AT, out / "qr").objects
        assert (found["outcome"], found["algorithm"]) == ("accepted", "PS256")


@pytest.mark.slow
def test_the_example_of_the_national_platform_from_end_to_end(signer_files, tmp_path):
    out = tmp_path / "out"
    done = vaxcert(
        "issue",
        EXAMPLE,
        "--key",
        signer_files.key,
        "--cert",
        signer_files.cert,
        "--country",
        "VN",
        "--authority",
        "Bộ Y tế",
        "--out",
        out,
        "--at",
        "2022-09-01T00:00:00Z",
    )
    assert (done.returncode, done.stderr) == (1, "")
    issued, refused = lines_of(out), rejects_of(out)
    total = len(EXAMPLE.read_text().splitlines()) - 1
    assert len(issued) + len(refused) == total >= 200
    assert len(refused) > 10
    assert (
        f"{total} records: {len(issued)} certificates issued, {len(refused)} records refused." in done.stdout
    )
    checked = vaxcert(
        "verify", "--json", "--trust", signer_files.cert, "--at", "2022-09-02T00:00:00Z", out / "qr"
    )
    assert checked.returncode == 0
    outcomes = [json.loads(line)["outcome"] for line in checked.stdout.splitlines()]
    assert outcomes == ["accepted"] * len(issued)


LOST_IN_A_FINALISER = """
import os, signal, time
from vaxcert.cli import main

class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0)

main._interrupt_when_terminated()
try:
    Finalised()
    time.sleep(5)
    print("lost")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interruption_during_a_finaliser_is_not_lost():
    command = [sys.executable, "-c", LOST_IN_A_FINALISER]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
