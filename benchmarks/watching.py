"""A run watched from outside: seconds, CPU time and memory of all its processes, and a bare operation beside it."""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import mean
from time import process_time, sleep
from typing import Any, NamedTuple, Self

# an installed package has its bytecode; a checkout where none may be written would be compiled in every process
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_BARE_SECONDS = 0.02
_LOOK_EVERY = 0.1


class Watched(NamedTuple):
    """What a command took.

    Attributes:
        seconds: Wall clock, start of the process included.
        cpu: Seconds of all processes, user and system.
        memory: The most bytes that all processes held at one time, each with what it shares with others.
        said: What it wrote to standard output.
    """

    seconds: float
    cpu: float
    memory: int
    said: str


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def vaxcert(*arguments: str) -> list[str]:
    """A command of vaxcert."""
    return [sys.executable, "-m", "vaxcert", *arguments]


def watch(command: list[str]) -> Watched:
    """Run it to its end.

    Raises:
        SystemExit: It ended with another status than 0 and 1.
    """
    os.sync()  # what others have written is not written meanwhile
    takes, gives = os.pipe()
    command = [sys.executable, "-m", "benchmarks.reaper", str(gives), *command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    most = 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", env=ENVIRONMENT, pass_fds=[gives]
    ) as process:
        os.close(gives)
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.append(process.stdout.read() if process.stdout else ""))
        reader.start()
        while process.poll() is None:
            most = max(most, sum(map(_resident, _family(process.pid))))
            sleep(_LOOK_EVERY)
        reader.join()
    with open(takes, encoding="ascii") as pipe:
        seconds = pipe.read()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, 1):
        raise SystemExit(f"the run ended with {process.returncode}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Watched(float(seconds), cpu, most, said[0])


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return [pid]
    return [pid, *(one for child in below for one in _family(int(child)))]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return 0


class Probe:
    """A process that does a bare operation for 20 ms now and then while a run goes on, under the same conditions.

    What other tenants of the machine do to the run, they do to this operation as well.

    Args:
        make: Makes the operation, in the other process.
        arguments: What it is made with.
        every: Seconds from one time to the next.

    Attributes:
        pace: CPU seconds of one operation, after the run.
    """

    def __init__(
        self, make: Callable[..., Callable[[], object]], *arguments: Any, every: float = 1.0
    ) -> None:
        self._end = multiprocessing.Event()
        self._answer: SimpleQueue[float] = SimpleQueue()
        self._process = multiprocessing.Process(
            target=_now_and_then, args=(make, arguments, every - _BARE_SECONDS, self._end, self._answer)
        )
        self.pace = 0.0

    def __enter__(self) -> Self:
        """Begin."""
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, and get the answer."""
        self._end.set()
        self.pace = self._answer.get()
        self._process.join()


def _now_and_then(
    make: Callable[..., Callable[[], object]],
    arguments: tuple[Any, ...],
    pause: float,
    end: Event,
    answer: SimpleQueue[float],
) -> None:
    """Do it for a moment now and then until the end; the answer is the CPU seconds of one."""
    operate = make(*arguments)
    paces = []
    while True:
        operate()  # the processor comes to speed
        began, count = process_time(), 0
        while process_time() - began < _BARE_SECONDS:
            operate()
            count += 1
        paces.append((process_time() - began) / count)
        if end.wait(pause):
            break
    answer.put(mean(paces))
