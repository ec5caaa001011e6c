from __future__ import annotations

import os
import signal
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
