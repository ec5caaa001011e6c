"""Every core at work: processes that each do parts of one run."""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing.connection import wait as wait_for_process
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.util import Finalize
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

from vaxcert.errors import AdapterError, Reason

Begin: TypeAlias = Callable[[Callable[[bool], None]], object]

_AHEAD: Final = 2
"""Tasks for each process that are prepared before they are needed."""

BULK_MODULES: Final = ("vaxcert.adapters.lean", "vaxcert.adapters.bulk.worker")
"""What all processes of a bulk run use, in this order."""

RENEWAL_MODULES: Final = (*BULK_MODULES, "vaxcert.adapters.bulk.renewal_worker")
"""What those of a renewal use."""

_CAN_FORK_ELSEWHERE: Final = "forkserver" in multiprocessing.get_all_start_methods()
_ELSEWHERE: Final = "forkserver" if _CAN_FORK_ELSEWHERE else "spawn"
_OWN_THREADS: Final = "/proc/self/task"

_LAST: Final = -1000

_LOOK_EVERY: Final = 0.5
"""Seconds after which whoever waits for results is told that some are still awaited."""


class WorkerPool:
    """Processes that work on parts of one run. A context manager.

    They are not forked from this process, whose threads of Arrow and sessions of a device they would share, but where
    the system can from one that has loaded the libraries and done nothing with them, elsewhere started anew. They end
    when their parent does, however that ends.

    Args:
        begin: Makes the worker of a process; goes through pickle. It is given what is to be called with True when the
            signer has to be waited for, and with False when it is back.
        count: How many processes; with one, the work is done in this process.
        told: Where the work is done in this process, called as the worker calls what it is given: nothing else would
            be heard of it meanwhile.
        modules: What the processes use, in the order in which it is to be loaded.
        may_fork: Fork this process where it has one thread only, and has loaded it all: they are there at once. Nothing
            that it has opened may be used in them.
    """

    def __init__(
        self,
        begin: Begin,
        count: int,
        *,
        told: Callable[[bool], None] = lambda _: None,
        modules: Sequence[str] = BULK_MODULES,
        may_fork: bool = False,
    ) -> None:
        self._begin = begin
        self._told = told
        self._count = count
        self._here: object = None
        forks = may_fork and _is_alone()
        context = multiprocessing.get_context("fork" if forks else _ELSEWHERE)
        self._waiting: Synchronized[int] = context.Value("i", 0)
        self._pool: ProcessPoolExecutor | None = None
        if count > 1:
            if not forks:
                start_loading(modules)
            self._pool = ProcessPoolExecutor(
                count,
                mp_context=context,
                initializer=_start,
                initargs=(begin, self._waiting, dict(os.environ), set(BULK_MODULES) <= set(modules)),
            )

    def __enter__(self) -> Self:
        """Nothing is started before the first task, or `start`."""
        return self

    def start(self) -> None:
        """Begin to start the processes, without any task."""
        if self._pool is not None:
            with _interruptions_held():
                for _ in range(self._count):
                    self._pool.submit(_nothing)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes; after an exception at once."""
        if self._pool is None:
            return
        if error is not None:
            self.kill()
        self._pool.shutdown(cancel_futures=True)

    def kill(self) -> None:
        """End the processes at once, whatever they do."""
        if self._pool is not None:
            for process in list(self._pool._processes.values()):
                process.kill()
                process.join()

    @property
    def waits_for_signer(self) -> bool:
        """Whether a process waits for the device that holds the key."""
        return self._waiting.value > 0

    def spread(self, method: str, tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Do tasks, a few at a time. Where there are processes, the first are begun at once.

        Args:
            method: The method of the worker to call.
            tasks: Its arguments, taken as they are needed.

        Returns:
            Results as they come, in any order; None when none has come for a while. It raises `VaxcertError`, whatever
            the method raises, and `AdapterError` with `run-interrupted`, when a process was ended from outside.

        Raises:
            AdapterError: `run-interrupted`.
        """
        if self._pool is None:
            return self._one_by_one(method, tasks)
        waiting = iter(tasks)
        with _told_of_ended_processes():
            running = self._submitted(self._pool, method, islice(waiting, _AHEAD * self._count))
        return self._many(self._pool, method, waiting, running)

    def _one_by_one(self, method: str, tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        if self._here is None:
            self._here = self._begin(self._told)
        for task in tasks:
            yield getattr(self._here, method)(*task)

    def _many(
        self,
        pool: ProcessPoolExecutor,
        method: str,
        waiting: Iterator[tuple[Any, ...]],
        running: set[Future[Any]],
    ) -> Iterator[Any]:
        with _told_of_ended_processes():
            while running:
                done, running = wait(running, _LOOK_EVERY, FIRST_COMPLETED)
                if not done:
                    yield None
                for future in done:
                    yield future.result()
                running |= self._submitted(pool, method, islice(waiting, len(done)))

    def _submitted(
        self, pool: ProcessPoolExecutor, method: str, tasks: Iterable[tuple[Any, ...]]
    ) -> set[Future[Any]]:
        running = set()
        for task in tasks:
            with _interruptions_held():
                running.add(pool.submit(_call, method, task))
        return running


@contextmanager
def _told_of_ended_processes() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        raise AdapterError(
            Reason.RUN_INTERRUPTED,
            "a process of this run was ended from outside, maybe for lack of memory; run it again to go on",
        ) from None


def _is_alone() -> bool:
    """Whether this process has one thread only, so that nothing can be half done where it is forked."""
    try:
        return len(os.listdir(_OWN_THREADS)) == 1
    except OSError:
        return False


def start_loading(modules: Sequence[str] = BULK_MODULES) -> None:
    """Load what the processes of a pool will need, meanwhile. Without it that begins with the first task.

    Args:
        modules: As for the pool. The first call counts: there is one process that loads them.
    """
    if _CAN_FORK_ELSEWHERE:
        from multiprocessing import forkserver, resource_tracker

        multiprocessing.set_forkserver_preload(list(modules))
        resource_tracker.ensure_running()  # to start it lets interruptions through
        with _interruptions_held():
            forkserver.ensure_running()


@contextmanager
def _interruptions_held() -> Iterator[None]:
    """Hold an interruption from the keyboard back: a process started meanwhile never gets any, nor those it forks.

    It goes to all processes of a terminal, and one that is just loading its modules would complain at length.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []  # another thread of this process, where it is not blocked, may take it
    handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


_worker: object = None


def _start(begin: Begin, waiting: Synchronized[int], environment: dict[str, str], uses_arrow: bool) -> None:
    """What each process begins with."""
    global _worker
    os.environ.clear()  # it has that of the time when the process that forked it was started
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # last of all that is done at its end: what is taken apart after that, modules of tokens among them, may complain
    Finalize(None, os._exit, args=(0,), exitpriority=_LAST)
    importlib.import_module("vaxcert.adapters.lean")
    if uses_arrow:
        importlib.import_module("pyarrow").set_cpu_count(
            1
        )  # not needed yet where the others are started from
    gc.freeze()
    gc.disable()  # records come and go by the ten thousand and hold no cycles; between parts it is done once
    _worker = begin(_waiting_flag(waiting))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_process([parent.sentinel])
        os._exit(1)


def _waiting_flag(waiting: Synchronized[int]) -> Callable[[bool], None]:
    def change(begins: bool) -> None:
        with waiting.get_lock():
            waiting.value += 1 if begins else -1

    return change


def _nothing() -> None:
    """A task that starts a process."""


def _call(method: str, arguments: tuple[Any, ...]) -> Any:
    try:
        return getattr(_worker, method)(*arguments)
    finally:
        gc.collect()
