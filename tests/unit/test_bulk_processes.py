from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from vaxcert.adapters.bulk.processes import WorkerPool
from vaxcert.errors import AdapterError, Reason


class Worker:
    """What a process of these tests does."""

    def __init__(self, waiting):
        self._waiting = waiting

    def double(self, number):
        return os.getpid(), 2 * number

    def blocked(self):
        return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())

    def fail(self):
        raise AdapterError(Reason.FILE_UNWRITABLE, "no room")

    def end(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def wait(self, begins):
        self._waiting(begins)


def results(pool, method, *tasks):
    return [one for one in pool.spread(method, tasks) if one is not None]


@pytest.fixture(scope="module")
def pool():
    with WorkerPool(Worker, 2) as one:
        yield one


def test_every_task_is_done_once_by_another_process(pool):
    found = results(pool, "double", *((number,) for number in range(40)))
    assert sorted(number for _, number in found) == list(range(0, 80, 2))
    assert os.getpid() not in {process for process, _ in found}


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be held back")
def test_an_interruption_from_the_keyboard_is_for_the_parent_alone(pool):
    """Also while a process still loads its modules: it is started with the signal blocked."""
    assert results(pool, "blocked", *[()] * 4) == [True] * 4
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_whether_a_process_waits_is_known_outside(pool):
    assert not pool.waits_for_signer
    results(pool, "wait", (True,))
    assert pool.waits_for_signer
    results(pool, "wait", (False,))
    assert not pool.waits_for_signer


def test_an_error_of_ours_comes_through_with_its_reason(pool):
    with pytest.raises(AdapterError, match="no room") as caught:
        results(pool, "fail", ())
    assert caught.value.reason is Reason.FILE_UNWRITABLE
    assert results(pool, "double", (1,))[0][1] == 2


def test_a_process_that_is_killed_interrupts_the_run():
    with pytest.raises(AdapterError, match="ended from outside") as caught, WorkerPool(Worker, 2) as pool:
        results(pool, "end", ())
    assert caught.value.reason is Reason.RUN_INTERRUPTED


def test_one_worker_is_this_process():
    with WorkerPool(Worker, 1) as pool:
        assert results(pool, "double", (1,), (2,)) == [(os.getpid(), 2), (os.getpid(), 4)]


def test_processes_can_be_started_before_there_is_a_task():
    with WorkerPool(Worker, 2) as pool:
        pool.start()
        assert {number for _, number in results(pool, "double", (1,), (2,))} == {2, 4}


FORKED = """
import os, sys, threading
from vaxcert.adapters.bulk.processes import WorkerPool

marker = sys.argv[1]


class Worker:
    def __init__(self, waiting):
        pass

    def look(self):
        return "changed" in globals()


if __name__ == "__main__":
    if marker == "threads":
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    changed = True
    with WorkerPool(Worker, 2, modules=(), may_fork=marker != "never") as pool:
        print({one for one in pool.spread("look", [()] * 4) if one is not None})
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted where /proc is")
@pytest.mark.parametrize(("marker", "forked"), [("alone", True), ("threads", False), ("never", False)])
def test_a_process_is_forked_where_it_has_one_thread_and_nowhere_else(tmp_path, marker, forked):
    script = tmp_path / "script.py"
    script.write_text(FORKED)
    command = [sys.executable, "-W", "error", str(script), marker]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)  # noqa: S603
    assert (done.stdout, done.stderr) == (f"{{{forked}}}\n", "")
