"""Imports over an existing store, killed; run as a process of its own, because it forks.

    python -m tests.support.store_killer FOLDER RUNS

writes one line of JSON: how often the old and the new edition was there afterwards, and every thing that was wrong.
Two kinds of runs: killed at some instant, spread over what an import takes; and killed right before its n-th call of
the operating system that changes a folder, for every n.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.support.signers import NOW
from tests.support.store_lists import NEW_COUNT, OLD_COUNT, anchor, signed_list
from vaxcert.adapters.trust_store import ImportOptions, TrustStore
from vaxcert.errors import VaxcertError

OLD, NEW, NEWER = signed_list(1, OLD_COUNT), signed_list(2, NEW_COUNT), signed_list(3, NEW_COUNT + 1)
CALLS = ("open", "replace", "rename", "unlink", "mkdir", "fsync")
EDITIONS = {(1, OLD_COUNT): "old", (2, NEW_COUNT): "new"}
FIRST = ImportOptions(anchors=(anchor(),))
SEED = 20221122


def main(folder: Path, runs: int) -> dict[str, Any]:
    wrong: list[str] = []
    empty = TrustStore.create(folder / "empty").folder
    pristine = TrustStore.create(folder / "pristine").folder
    TrustStore.open(pristine).import_list("eu", OLD, at=NOW, options=FIRST)
    return {
        "instants": _killed_at_instants(_Run(pristine, folder / "work", wrong), runs),
        "calls": list(_killed_at_calls(_Run(pristine, folder / "work", wrong))),
        "first": list(_killed_at_calls(_Run(empty, folder / "work", wrong))),
        "wrong": wrong,
    }


class _Run:
    """Runs imports over copies of a store, each in a process of its own, and looks at what they leave."""

    def __init__(self, pristine: Path, work: Path, wrong: list[str]) -> None:
        self._pristine = pristine
        self._work = work
        self._wrong = wrong

    def __call__(self, parent: Callable[[int], Any], *, die_at: int = 0) -> str:
        if self._work.exists():
            shutil.rmtree(self._work)
        shutil.copytree(self._pristine, self._work)
        process = os.fork()
        if not process:
            _import(self._work, die_at)
        parent(process)
        return _state(self._work, self._wrong)


def _killed_at_instants(run: _Run, runs: int) -> Counter[str]:
    lasting = sorted(_duration(run) for _ in range(9))[4]
    delays = [1.5 * lasting * number / runs for number in range(runs)]
    random.Random(SEED).shuffle(delays)
    return Counter(run(lambda process, delay=delay: _kill_after(process, delay)) for delay in delays)


def _killed_at_calls(run: _Run) -> Iterator[str]:
    ends: list[int] = []
    for number in range(1, 1000):
        yield run(lambda process: ends.append(os.waitpid(process, 0)[1]), die_at=number)
        if os.WIFEXITED(ends[-1]):
            return


def _duration(run: _Run) -> float:
    spent: list[float] = []

    def wait(process: int) -> None:
        start = time.perf_counter()
        os.waitpid(process, 0)
        spent.append(time.perf_counter() - start)

    run(wait)
    return spent[0]


def _import(folder: Path, die_at: int) -> None:
    """In the child: import the new edition, and end without a word."""
    try:
        store = TrustStore.open(folder)
        if die_at:
            _die_at_call(die_at)
        store.import_list("eu", NEW, at=NOW, options=FIRST)
    finally:
        os._exit(0)


def _die_at_call(number: int) -> None:
    calls = 0

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return counting

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))


def _kill_after(process: int, delay: float) -> None:
    time.sleep(delay)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def _state(folder: Path, wrong: list[str]) -> str:
    """Which edition the store has now; what is wrong with it is noted."""
    try:
        store = TrustStore.open(folder)
        state = _edition(store, wrong)
        store.import_list("eu", NEWER, at=NOW, options=FIRST)
        kept = sum(path.suffix == ".list" for path in folder.rglob("*"))
        if kept != (1 if state == "none" else 2) or list(folder.rglob("*.partial")):
            wrong.append(f"left behind: {sorted(map(str, folder.rglob('*')))}")
    except VaxcertError as error:
        wrong.append(f"{error.reason}: {error}")
        return "unreadable"
    return state


def _edition(store: TrustStore, wrong: list[str]) -> str:
    if not store.names():
        return "none"
    loaded = store.load()
    wrong += map(str, loaded.problems)
    edition = loaded.readings[0].origin.number, len(loaded.trust_list())
    if edition not in EDITIONS:
        wrong.append(f"number and keys {edition}")
    return EDITIONS.get(edition, "other")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
