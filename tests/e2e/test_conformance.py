"""Conformance runs with real children, most of which behave badly."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from vaxcert.adapters.conformance.judging import Mark
from vaxcert.adapters.conformance.protocol import MAX_ANSWER_BYTES, Problem
from vaxcert.adapters.conformance.running import START_FACTOR, Runner
from vaxcert.adapters.conformance.vectors import Vectors
from vaxcert.cli import main
from vaxcert.errors import AdapterError

ROOT = Path(__file__).parents[2]
SERVE = [sys.executable, "-m", "vaxcert", "conformance", "serve"]
DRIVERS = ROOT / "examples/conformance"
PATIENCE = 20.0
IMPATIENCE = 1.5

CHILD = """
import json, os, subprocess, sys, time

def write(message):
    print(json.dumps(message), flush=True)

def answer(asked, **changed):
    write({"id": asked, "outcome": "accepted", **changed})

for line in sys.stdin:
    request = json.loads(line)
    if "protocol" in request:
        write({"protocol": 2, "name": "child", "version": "1", "operations": ["ask"], "features": []})
        continue
    asked, vector = request["id"], request["input"]["vector"]
    BODY
AFTER
"""

VECTORS = Vectors(
    Path(),
    "1",
    tuple(
        {
            "id": f"a::{number}",
            "operation": "ask",
            "description": "",
            "importance": "low",
            "features": [],
            "requirements": ["XX-1"],
            "input": {"vector": f"a::{number}"},
            "context": {},
            "expected": {"outcome": "accepted", "reason": None},
        }
        for number in (1, 2, 3)
    ),
)


def child(body, after=""):
    """The command of a child that does `body` with each request, and `after` when there are no more."""
    code = CHILD.replace("BODY", textwrap.indent(body, "    ").strip()).replace("AFTER", after)
    return [sys.executable, "-c", code]


def run(body, after="", *, seconds=PATIENCE):
    return Runner(child(body, after), VECTORS, seconds).run(VECTORS.vectors)


def marks(made):
    return [(result.verdict.mark, result.verdict.problem) for result in made.results]


PASS = (Mark.PASS, None)


def second_fails(problem):
    return [PASS, (Mark.FAIL, problem), PASS]


def test_a_child_that_answers():
    made = run("answer(asked)")
    assert marks(made) == [PASS] * 3
    assert made.is_passed
    assert (made.hello.name, made.ending) == ("child", None)


@pytest.mark.parametrize(
    ("does", "problem", "says"),
    [
        ("sys.exit(3)", Problem.ENDED, "exit status 3"),
        ("os.abort()", Problem.ENDED, "signal 6"),
        ("raise ValueError('of the child')", Problem.ENDED, "ValueError: of the child"),
        ("print('ready', flush=True)", Problem.NOT_JSON, "ready"),
        ("print('ready', flush=True); answer(asked)", Problem.NOT_JSON, "ready"),
        ("sys.stdout.buffer.write(b'\\xff\\n'); sys.stdout.flush()", Problem.NOT_JSON, "JSON"),
        ("answer('a::9')", Problem.WRONG_ID, "a::9"),
        ("answer(None)", Problem.WRONG_ID, "null"),
        ("answer(vector)", Problem.WRONG_ID, "a::2"),
        ("answer('x' * 100_000)", Problem.WRONG_ID, "xxx..."),
        (f"answer(asked, more='x' * {MAX_ANSWER_BYTES})", Problem.TOO_LONG, "1048576"),
        ("answer(asked, outcome='refused')", Problem.WRONGLY_REFUSED, "refused"),
        ("write({'id': asked, 'error': 'internal', 'message': 'no'})", Problem.ERROR, "internal no"),
    ],
)
def test_what_goes_wrong_with_one_vector_is_no_matter_for_the_next(does, problem, says):
    made = run(f"if vector == 'a::2':\n    {does}\nelse:\n    answer(asked)")
    assert marks(made) == second_fails(problem)
    assert says in made.results[1].verdict.detail
    assert not made.is_passed


@pytest.mark.slow
@pytest.mark.parametrize(
    "does",
    [
        "time.sleep(3600)",
        "sys.stdout.write('{'); sys.stdout.flush(); time.sleep(3600)",
        "subprocess.run(['sleep', '3600'])",  # the one that hangs is the child's own child
        "subprocess.Popen(['sleep', '3600']); os.close(2); time.sleep(3600)",
    ],
)
def test_who_hangs_is_killed_and_started_anew(does):
    made = run(f"if vector == 'a::2':\n    {does}\nelse:\n    answer(asked)", seconds=IMPATIENCE)
    assert marks(made) == second_fails(Problem.TIME_OUT)


def test_who_writes_without_end_is_killed():
    does = "while True: sys.stdout.write('x' * 65536)"
    made = run(f"if vector == 'a::2':\n    {does}\nelse:\n    answer(asked)")
    assert marks(made) == second_fails(Problem.TOO_LONG)


def test_who_answers_without_end_has_answered_twice():
    does = "while True: answer(asked)"
    made = run(f"if vector == 'a::2':\n    {does}\nelse:\n    answer(asked)", seconds=IMPATIENCE)
    assert marks(made)[1] == (Mark.FAIL, Problem.ANSWERED_TWICE)
    assert marks(made)[2] == (Mark.FAIL, Problem.TIME_OUT)


def test_the_children_of_a_killed_child_are_ended(tmp_path):
    sign = tmp_path / "pid"
    does = f"own = subprocess.Popen(['sleep', '3600']); open({str(sign)!r}, 'w').write(str(own.pid)); time.sleep(3600)"
    run(f"if vector == 'a::2':\n    {does}\nelse:\n    answer(asked)", seconds=IMPATIENCE)
    assert is_ended(int(sign.read_text()))


def test_the_children_of_a_child_that_ended_are_ended(tmp_path):
    sign = tmp_path / "pid"
    start = "own = subprocess.Popen(['sleep', '3600'], stdout=subprocess.DEVNULL)"
    made = run("answer(asked)", after=f"{start}; open({str(sign)!r}, 'w').write(str(own.pid))")
    assert made.is_passed
    assert is_ended(int(sign.read_text()))


@pytest.mark.slow
def test_a_process_in_a_session_of_its_own_is_cut_off_and_not_waited_for(tmp_path):
    """It holds every pipe of the child; nothing of it is left in the runner."""
    sign = tmp_path / "pids"
    start = "own = subprocess.Popen(['sleep', '3600'], start_new_session=True)"
    does = f"{start}; open({str(sign)!r}, 'a').write(f'{{own.pid}} '); sys.exit(3)"
    before, threads = open_files(), threading.active_count()
    made = run(f"if vector == 'a::2':\n    {does}\nelse:\n    answer(asked)", seconds=IMPATIENCE)
    left = list(map(int, sign.read_text().split()))
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert marks(made) == second_fails(Problem.ENDED)
    assert len(left) == 1
    assert (open_files(), threading.active_count()) == (before, threads)


def open_files():
    return len(os.listdir("/proc/self/fd"))


def is_ended(pid):
    """Whether a process is gone, or only waits for whoever adopted it to notice."""
    state = Path(f"/proc/{pid}/stat")
    for _ in range(100):
        if not state.exists() or state.read_text().split(")")[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("which", [1, 2, 3])
def test_a_second_answer_fails_the_vector_whenever_it_comes(which):
    body = f"answer(asked)\nif vector == 'a::{which}':\n    answer(asked)"
    expected = [PASS] * 3
    expected[which - 1] = (Mark.FAIL, Problem.ANSWERED_TWICE)
    assert marks(run(body)) == expected


def test_a_second_answer_at_the_end():
    made = run("first = asked if vector == 'a::1' else first; answer(asked)", after="answer(first)")
    assert marks(made) == [(Mark.FAIL, Problem.ANSWERED_TWICE), PASS, PASS]
    assert made.ending is None


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ("time.sleep(3600)", "did not end"),
        ("print('bye')", "bye"),
        ("answer('a::9')", "nobody asked"),
        ("sys.exit(7)", "status 7"),
        ("os.kill(os.getpid(), 11)", "status -11"),
    ],
)
def test_a_wrong_ending_is_no_pass(after, says):
    made = run("answer(asked)", after, seconds=IMPATIENCE)
    assert marks(made) == [PASS] * 3
    assert says in made.ending
    assert not made.is_passed


def test_much_on_standard_error_stops_nobody():
    made = run("sys.stderr.write('x' * 1_000_000); answer(asked)")
    assert marks(made) == [PASS] * 3


def test_what_is_declared_and_not_supported_fails():
    made = run("write({'id': asked, 'error': 'unsupported'}) if vector == 'a::2' else answer(asked)")
    assert marks(made) == second_fails(Problem.ERROR)
    assert not made.is_passed


def test_skips_alone_are_no_pass():
    command = child("answer(asked)")
    made = Runner([*command[:2], command[2].replace('["ask"]', "[]")], VECTORS, PATIENCE).run(VECTORS.vectors)
    assert marks(made) == [(Mark.SKIP, Problem.OPERATION)] * 3
    assert not made.is_passed


def test_no_request_tells_its_vector_or_another_request(tmp_path):
    seen = tmp_path / "ids"
    for _ in range(2):
        assert run(f"open({str(seen)!r}, 'a').write(asked + '\\n'); answer(asked)").is_passed
    ids = seen.read_text().split()
    assert len(set(ids)) == 6
    assert [one for one in ids if len(one) < 16 or "a" + "::" in one] == []


@pytest.mark.parametrize("ahead", ["'a::2'", "asked[:-1] + chr(ord(asked[-1]) + 1)"])
def test_who_answers_before_it_is_asked_fails(ahead):
    made = run(f"answer(asked)\nif vector == 'a::1':\n    answer({ahead})")
    assert marks(made) == second_fails(Problem.WRONG_ID)


def test_who_answers_before_anything_is_asked_fails():
    command = child("pass")
    ahead = "; ".join(f"answer('a::{number}')" for number in (1, 2, 3))
    command[-1] = command[-1].replace('"features": []})', f'"features": []}}); {ahead}')
    made = Runner(command, VECTORS, PATIENCE).run(VECTORS.vectors)
    assert marks(made) == [(Mark.FAIL, Problem.WRONG_ID)] * 3


def test_a_last_line_without_its_line_feed_is_none():
    does = (
        "sys.stdout.write(json.dumps({'id': asked, 'outcome': 'accepted'})); sys.stdout.flush(); sys.exit()"
    )
    made = run(f"if vector == 'a::2':\n    {does}\nelse:\n    answer(asked)")
    assert marks(made) == second_fails(Problem.NOT_JSON)


def test_who_declares_less_when_started_anew_has_not_started(tmp_path):
    sign = tmp_path / "started"
    leave = f"open({str(sign)!r}, 'w').close(); sys.exit(3)"
    command = child(f"if vector == 'a::2':\n    {leave}\nanswer(asked)")
    command[-1] = command[-1].replace('["ask"]', f'["ask"][os.path.exists({str(sign)!r}):]')
    made = Runner(command, VECTORS, PATIENCE).run(VECTORS.vectors)
    assert marks(made) == [PASS, (Mark.FAIL, Problem.ENDED), (Mark.FAIL, Problem.NOT_STARTED)]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "print('hello')",
        "import sys; sys.exit('no')",
        "import time; time.sleep(3600)",
        "print('{\"protocol\": 2}')",
        "print('{\"protocol\": 1}')",
    ],
)
def test_who_does_not_start_fails_in_everything(code):
    made = Runner([sys.executable, "-c", code], VECTORS, IMPATIENCE / START_FACTOR).run(VECTORS.vectors)
    assert marks(made) == [(Mark.FAIL, Problem.NOT_STARTED)] * 3
    assert made.hello is None


def test_who_starts_only_once_fails_in_all_that_is_left(tmp_path):
    sign = tmp_path / "started"
    once = f"sys.exit(1) if os.path.exists({str(sign)!r}) else open({str(sign)!r}, 'w').close()"
    command = child("sys.exit(3) if vector == 'a::2' else answer(asked)")
    command[-1] = f"import os, sys\n{once}\n{command[-1]}"
    made = Runner(command, VECTORS, PATIENCE).run(VECTORS.vectors)
    assert marks(made) == [PASS, (Mark.FAIL, Problem.ENDED), (Mark.FAIL, Problem.NOT_STARTED)]


def test_a_child_that_reads_nothing_is_no_deadlock():
    big = [{**vector, "input": {"text": "x" * 1_000_000}} for vector in VECTORS.vectors]
    code = 'import time\nprint(\'{"protocol": 2, "name": "n", "version": "1", '
    code += '"operations": ["ask"], "features": []}\', flush=True)\ntime.sleep(3600)'
    made = Runner([sys.executable, "-c", code], VECTORS, 0.5).run(big)
    assert {problem for _, problem in marks(made)} == {Problem.TIME_OUT}


def test_what_is_no_program_cannot_be_started(tmp_path):
    with pytest.raises(AdapterError):
        Runner([str(tmp_path / "nothing")], VECTORS).run(VECTORS.vectors)


# --- the command


def command(*arguments):
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "vaxcert", "conformance", "run", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=500,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def test_one_family_of_ones_own(tmp_path):
    report = tmp_path / "report.html"
    done = command("--family", "zlib", "--report", str(report), "--", *SERVE)
    assert (done.returncode, done.stderr) == (0, "")
    assert "zlib" in done.stdout
    assert "Compared: outcome, reason and level, all else that vectors expect, findings." in done.stdout
    assert done.stdout.endswith("Passed.\n")
    assert "<svg" in report.read_text("utf-8")


def test_json_has_a_line_for_each_vector_and_one_for_all():
    done = command("--family", "zlib", "--json", "--", sys.executable, str(DRIVERS / "always_accepted.py"))
    assert done.returncode == 1
    *lines, last = map(json.loads, done.stdout.splitlines())
    assert len(lines) == sum(last["families"]["zlib"].values())
    assert {line["mark"] for line in lines} == {"pass", "fail"}
    assert last["implementation"] == {"name": "always-accepted", "version": "1"}
    assert (last["passed"], last["ending"]) == (False, None)
    assert last["compared"] == ["outcome", "others"]
    assert last["counts"] == last["families"]["zlib"]
    assert all(line["compared"] == ["outcome"] for line in lines)
    documented = (ROOT / "docs/conformance.md").read_text("utf-8")
    assert [name for name in (*lines[0], *last) if f"| `{name}` |" not in documented] == []


def test_the_terminal_stops_after_some_failures_and_says_so(tmp_path):
    report = tmp_path / "report.html"
    driver = child("write({'id': asked, 'error': 'none'})")
    driver[-1] = driver[-1].replace('["ask"]', '["verify"]').replace('["vector"]', "")
    done = command("--family", "zlib", "--family", "mrz", "--report", str(report), "--", *driver)
    failed = set(re.findall(r"<h3>(zlib::\S+) ", report.read_text("utf-8")))
    shown = set(re.findall(r"^(zlib::\S+)  error$", done.stdout, re.MULTILINE))
    assert len(shown) == 20
    assert shown < failed
    assert f"{len(failed) - 20} other vectors failed; --report and --json" in done.stdout
    skips = len(list((ROOT / "test_vectors/vectors/mrz").glob("*.json")))
    assert f"operation-not-declared (read-mrz): {skips}" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--family", "no-such", "--", *SERVE),
        ("--", "no-such-program-at-all"),
        ("--timeout", "0", "--", *SERVE),
        ("--timeout", "nan", "--", *SERVE),
        (),
    ],
)
def test_wrong_usage(arguments):
    done = command(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("vaxcert: usage:")


def test_a_folder_without_vectors(tmp_path, capsys):
    assert main.run(["conformance", "run", "--vectors", str(tmp_path), "--", *SERVE]) == 3
    assert "file-unreadable" in capsys.readouterr().err


def test_vectors_of_another_folder(tmp_path):
    for name in ("manifest.json", "trust_lists", "vectors/zlib"):
        source, target = ROOT / "test_vectors" / name, tmp_path / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    done = command("--vectors", str(tmp_path), "--json", "--", *SERVE)
    assert done.returncode == 0
    assert list(json.loads(done.stdout.splitlines()[-1])["families"]) == ["zlib"]


@pytest.mark.slow
def test_every_vector_passes():
    done = command("--timeout", "60", "--json", "--", *SERVE)
    failed = [one for one in map(json.loads, done.stdout.splitlines()) if one.get("mark") in ("fail", "skip")]
    assert failed == []
    assert done.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("driver", ["always_accepted.py", "always_refused.py"])
def test_who_does_not_look_fails_in_every_family(driver):
    done = command("--json", "--", sys.executable, str(DRIVERS / driver))
    assert done.returncode == 1
    families = json.loads(done.stdout.splitlines()[-1])["families"]
    assert [name for name, counts in families.items() if counts["fail"] == 0] == []
    assert all(counts["skip"] == 0 for counts in families.values())
