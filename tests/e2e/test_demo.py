from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import vaxcert

pytestmark = pytest.mark.slow  # that of the README is run with the others

ROOT = Path(__file__).parents[2]
LIBRARY = str(Path(vaxcert.__file__).parents[1])


def run_demo(script, *arguments, cwd):
    environment = {**os.environ, "PYTHONPATH": LIBRARY, "COLUMNS": "100", "LC_ALL": "vi_VN.UTF-8"}
    return subprocess.run(  # noqa: S603
        [sys.executable, script, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo, run elsewhere, in a terminal of another language, into a folder whose name has a space."""
    folder = tmp_path_factory.mktemp("demo")
    return run_demo(ROOT / "examples/demo.py", "my output", cwd=folder), folder / "my output"


@pytest.fixture
def copied_examples(tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "examples"


def test_it_ends_well_and_stays_readable(demo):
    done, _ = demo
    assert (done.returncode, done.stderr) == (0, "")
    assert "Everything went as expected" in done.stdout
    assert len(done.stdout.splitlines()) < 220


@pytest.mark.parametrize(
    "line",
    [
        "262 records: 223 certificates issued, 39 records refused.",
        "  row 98: The name is missing. [name-missing]",
        "30 bản ghi: 26 chứng nhận đã cấp, 4 bản ghi bị từ chối.",
        "249 pictures read, 249 accepted: 223 PS256, 26 ES256.",
        "✔ ACCEPTED",
        "✔ CHẤP NHẬN",
        "  The signature is wrong: the certificate was forged or changed. [bad-signature]",
        "  The key that signed it is not on the list of trusted keys. [unknown-key]",
        "  The certificate is past its technical expiry. [expired]",
        "  accept.png        ACCEPT  the second dose",
        "  refer.png         REFER   a test that found the virus",
        "  refuse-twin.png   REFUSE  a twin's",
    ],
)
def test_it_shows(demo, line):
    assert line in demo[0].stdout.splitlines()


def test_it_shows_the_eleven_fields_of_decision_5772(demo):
    card = demo[0].stdout.partition("✔ ACCEPTED")[2].partition("═")[0]
    labels = (
        "Full name",
        "Date of birth",
        "Nationality",
        "Disease",
        "Doses received",
        "Date of vaccination",
        "Dose number",
        "Vaccine ",
        "Vaccine product",
        "Manufacturer",
        "Certificate code",
    )
    places = [card.find(f"\n  {label}") for label in labels]
    assert -1 not in places
    assert places == sorted(places)


def test_it_ends_with_a_command_that_opens_the_desk_as_it_stands(demo):
    command = demo[0].stdout.splitlines()[-1].strip()
    assert " desk --trust " in command
    process = subprocess.Popen(  # noqa: S603
        ["sh", "-c", f"exec {command.replace(' --open', '')}"],  # noqa: S607
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": LIBRARY,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    with process:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.terminate()


def test_it_leaves_the_files_it_names(demo):
    _, out = demo
    assert len(list((out / "ps256/qr").glob("*.png"))) == 223
    assert len(list((out / "es256/qr").glob("*.png"))) == 26
    assert {path.name for path in (out / "trust").iterdir()} == {"ps256.pem", "es256.pem"}
    reports = [json.loads(line) for line in (out / "verified.jsonl").read_text("utf-8").splitlines()]
    assert len(reports) == 249
    assert {path.suffix for path in (out / "desk").iterdir()} == {".png", ".txt"}


def test_it_runs_a_second_time_with_new_keys(demo):
    _, out = demo
    first = (out / "keys/ps256.key.pem").read_bytes()
    (out / "left-over").touch()
    assert run_demo(ROOT / "examples/demo.py", out, cwd=out.parent).returncode == 0
    assert (out / "keys/ps256.key.pem").read_bytes() != first
    assert not (out / "left-over").exists()


def test_it_leaves_a_folder_alone_that_is_not_its_own(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run_demo(ROOT / "examples/demo.py", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "name another folder" in done.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_it_fails_when_another_row_is_refused_than_expected(copied_examples, tmp_path):
    faults = copied_examples / "national-platform.faults.csv"
    faults.write_text(faults.read_text().replace("98,name-missing", "98,name-digits"))
    done = run_demo(copied_examples / "demo.py", cwd="/")
    assert done.returncode == 1
    assert "NOT AS EXPECTED: other rows" in done.stderr
    assert (tmp_path / "demo-output/ps256/rejects.csv").is_file(), (
        "beside the examples, when no folder is named"
    )


def test_it_fails_when_a_command_does_not_end_as_expected(copied_examples):
    (copied_examples / "national-platform.csv").write_text("no,columns\n1,2\n")
    done = run_demo(copied_examples / "demo.py", cwd="/")
    assert done.returncode == 1
    assert "NOT AS EXPECTED: status 3, not 1" in done.stderr
    assert "column-missing" in done.stderr
