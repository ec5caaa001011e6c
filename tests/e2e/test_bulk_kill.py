"""A run that is killed, or has no room left on the disk, and is taken up again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from examples.national.generate import generate

from tests.support import bulk

ROOT = Path(__file__).parents[2]
RECORDS, ROWS_PER_PART = 6_000, 120
KILLS = 50


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return generate(RECORDS, 11, tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    bulk.write_signer(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(nation, keys, tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    bulk.run(nation.records, out, bulk.plan(bulk.read_signer(keys)), rows_per_part=ROWS_PER_PART)
    return bulk.files(out)


def start(nation, keys, out, *, workers=2, **options):
    command = [sys.executable, "-m", "tests.support.bulk"]
    command += [str(nation.records), str(keys), str(out), str(workers), str(ROWS_PER_PART)]
    return subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True, encoding="utf-8", **options
    )


def left_alone(process):
    _, errors = process.communicate(timeout=300)
    return process.returncode, errors


def parts_done(out):
    return sum(len(files) for _, _, files in os.walk(out / ".run"))  # also while it is taken away


@pytest.mark.slow
def test_killed_at_fifty_instants_it_ends_as_if_undisturbed(nation, keys, undisturbed, tmp_path):
    """The parent alone, whose processes have to end by themselves, or all of them at once, as when power fails.

    A machine may end a run before it has been killed often enough: then another run begins.
    """
    rng = random.Random(20221201)
    kills, progress = 0, set()
    while kills < KILLS:
        out = tmp_path / f"run-{kills}"
        while kills < KILLS and killed_once(start(nation, keys, out), out, rng):
            kills += 1
            progress.add(parts_done(out))
        assert left_alone(start(nation, keys, out)) == (0, "")
        assert bulk.files(out) == undisturbed
    assert len(progress) > KILLS // 3  # the kills are spread over the run


def killed_once(process, out, rng):
    """Kill a run a little after it has got somewhere; False when it ended before that."""
    wanted = parts_done(out) + rng.randrange(3)
    until = time.monotonic() + 60
    with process:
        while process.poll() is None and parts_done(out) < wanted and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(rng.random() * 0.2)
        if process.poll() is not None:
            return False
        if rng.random() < 0.5:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return True


@pytest.mark.slow
def test_processes_end_with_their_parent(nation, keys, tmp_path):
    process = start(nation, keys, tmp_path / "run")
    until = time.monotonic() + 60
    while parts_done(tmp_path / "run") < 2 and time.monotonic() < until:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    until = time.monotonic() + 20
    while _session_lives(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _session_lives(process.pid)


def _session_lives(session):
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 6 MB."""
    mount = shutil.which("mount")
    place = tmp_path / "disk"
    place.mkdir()
    if (
        mount is None
        or subprocess.run(  # noqa: S603
            [mount, "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("a small file system to fill needs the right to mount one (root on Linux)")
    yield place
    subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607


@pytest.mark.slow
def test_a_full_disk_is_one_line_and_the_run_goes_on_when_there_is_room(
    nation, keys, undisturbed, small_disk
):
    ballast = small_disk / "ballast"
    out = small_disk / "run"
    with ballast.open("wb") as file:
        file.write(bytes(4_000_000))
    status, errors = left_alone(start(nation, keys, out))
    assert status == 2
    (line,) = errors.splitlines()
    assert line.startswith("file-unwritable: cannot write ")
    assert line.endswith("No space left on device")
    assert not list(out.glob("**/*.partial"))
    done = parts_done(out)
    assert done > 2
    ballast.unlink()
    subprocess.run(  # noqa: S603
        ["mount", "-o", "remount,size=64m", str(small_disk)],  # noqa: S607
        check=True,
    )
    assert left_alone(start(nation, keys, out)) == (0, "")
    assert bulk.files(out) == undisturbed
