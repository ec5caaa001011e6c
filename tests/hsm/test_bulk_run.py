"""A bulk run whose token is pulled: it waits, says so, and leaves nothing out."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

import vaxcert as vc
from tests.e2e.conftest import AT
from tests.support.signers import NOW, signer, trusted
from vaxcert.adapters.key_files import certificate_pem
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.presentation.texts import load

HEADINGS = "HoVaTen,NgaySinh,GioiTinh,CMTCCCD,LanTiem,SoMuiTiem,NgayTiemChung,LoaiThuocTiem,SoLoThuoc"
RECORDS = 100
SECONDS = 60


def test_a_run_waits_for_its_token(own_token, tmp_path):
    records, cert, secret, out = (tmp_path / name for name in ("records.csv", "cert.pem", "secret", "out"))
    rows = (f"Trần Thị Mai,02/03/1990,Nữ,079190{n:06},1,2,01/10/2021,AstraZeneca,T" for n in range(RECORDS))
    records.write_text("\n".join((HEADINGS, *rows)) + "\n")
    cert.write_bytes(certificate_pem(signer(Algorithm.ES256).certificate.der))
    vaxcert("keys", "new-secret", secret).communicate(timeout=SECONDS)
    ours, theirs = pty.openpty()
    run = vaxcert(
        *("issue", records, "--bulk", "--out", out, "--secret-file", secret, "--workers", "2", "--at", AT),
        *("--country", "VN", "--authority", "TEST", "--cert", cert, "--hsm", own_token.module),
        *("--hsm-token", own_token.label, "--hsm-key", "es256", "--pin-file", own_token.pin_file),
        stderr=theirs,
    )
    os.close(theirs)
    wait_until(out.exists)  # the token has been found to be right, and the worker is about to start
    own_token.pull()
    shown = read_until(ours, load("en").get("progress", "bulk-waiting"))
    assert run.poll() is None
    own_token.plug_in()
    shown += read_until(ours, None)
    stdout, _ = run.communicate(timeout=SECONDS)
    os.close(ours)
    assert run.returncode == 0, shown[-200:]
    assert f"{RECORDS} accepted" in stdout
    texts = pq.read_table(out / "certificates").column("text").to_pylist()
    verifier = vc.Verifier(trusted(signer(Algorithm.ES256)))
    assert (
        len({verifier.verify(text, at=NOW).certificate.events[0].certificate_id for text in texts}) == RECORDS
    )


@pytest.mark.slow
def test_processes_that_held_a_token_end_without_a_word(own_token, tmp_path):
    records, cert, secret, out = (tmp_path / name for name in ("records.csv", "cert.pem", "secret", "out"))
    rows = (f"Trần Thị Mai,02/03/1990,Nữ,079190{n:06},1,2,01/10/2021,AstraZeneca,T" for n in range(RECORDS))
    records.write_text("\n".join((HEADINGS, *rows)) + "\n")
    cert.write_bytes(certificate_pem(signer(Algorithm.ES256).certificate.der))
    vaxcert("keys", "new-secret", secret).communicate(timeout=SECONDS)
    run = vaxcert(
        *("issue", records, "--bulk", "--out", out, "--secret-file", secret, "--workers", "2", "--at", AT),
        *("--country", "VN", "--authority", "TEST", "--cert", cert, "--hsm", own_token.module),
        *("--hsm-token", own_token.label, "--hsm-key", "es256", "--pin-file", own_token.pin_file, "--json"),
    )
    _, stderr = run.communicate(timeout=SECONDS)
    assert (run.returncode, stderr) == (0, "")


def vaxcert(*arguments, stderr=subprocess.PIPE):
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "vaxcert", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env=os.environ | {"VAXCERT_LANG": "en", "COLUMNS": "120", "TERM": "xterm"},
    )


def read_until(terminal, words):
    """What is shown until the words are, or until nobody writes any more."""
    shown, ends = "", time.monotonic() + SECONDS
    while words is None or words not in shown:
        assert time.monotonic() < ends, shown[-200:]
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                shown += os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # the other side is closed
                break
    return shown


def wait_until(reached):
    ends = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < ends
        time.sleep(0.005)
