"""Imports over an existing store, killed; run as a process of its own, because it forks.

    python -m tests.support.store_killer FOLDER RUNS trust|revocation

kills imports of trust lists, or of deltas to a revocation list, and writes one line of JSON: how often the old and the
new edition was there afterwards, and every thing that was wrong. Two kinds of runs: killed at some instant, spread
over what an import takes; and killed right before its n-th call of the operating system that changes a folder, for
every n.
"""

from __future__ import annotations

import io
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

from tests.support import revocation
from tests.support.signers import NOW
from tests.support.store_lists import NEW_COUNT, OLD_COUNT, anchor, signed_list
from vaxcert.adapters.store import ImportOptions, TrustStore
from vaxcert.errors import VaxcertError
from vaxcert.trust.revocation.query import RevocationStatus

OLD, NEW, NEWER = signed_list(1, OLD_COUNT), signed_list(2, NEW_COUNT), signed_list(3, NEW_COUNT + 1)
LIST = revocation.list_bytes()
DELTA = revocation.list_bytes(
    revocation.identifiers(revocation.OTHER),
    number=2,
    base=revocation.on(revocation.document()),
)
NEWER_LIST = revocation.list_bytes(revocation.identifiers(revocation.IDENTIFIER, revocation.OTHER), number=3)
CALLS = ("open", "replace", "rename", "unlink", "mkdir", "fsync")
EDITIONS = {(1, OLD_COUNT): "old", (2, NEW_COUNT): "new"}
FIRST = ImportOptions(anchors=(anchor(),))
SEED = 20221122


class Subject:
    """What is imported: three editions of one list, and what a store holds afterwards."""

    suffix = ".list"
    kept = 2
    first = 1
    editions: tuple[bytes, ...] = (OLD, NEW, NEWER)

    def take(self, folder: Path, data: bytes) -> None:
        TrustStore.open(folder).import_list("eu", data, at=NOW, options=FIRST)

    def edition(self, folder: Path, wrong: list[str]) -> str:
        """Which edition the store has; what is wrong with it is noted."""
        store = TrustStore.open(folder)
        if not store.names():
            return "none"
        loaded = store.load()
        wrong += map(str, loaded.problems)
        edition = loaded.readings[0].origin.number, len(loaded.trust_list())
        if edition not in EDITIONS:
            wrong.append(f"number and keys {edition}")
        return EDITIONS.get(edition, "other")


class Revocation(Subject):
    """A full list, a delta to it, and a newer full list. What the old list revokes is revoked in all of them."""

    suffix = ".vxr"
    kept = 1
    first = 2
    editions = (LIST, DELTA, NEWER_LIST)

    def take(self, folder: Path, data: bytes) -> None:
        anchors = revocation.anchors()
        store = TrustStore.open(folder).revocation_sources
        store.import_list("moh", io.BytesIO(data), at=revocation.AT, anchors=anchors)

    def edition(self, folder: Path, wrong: list[str]) -> str:
        lists = TrustStore.open(folder).revocation()
        if lists is None:
            return "none"
        revoked = [
            lists.answer(revocation.query(one), at=revocation.AT).status is RevocationStatus.REVOKED
            for one in (revocation.IDENTIFIER, revocation.OTHER)
        ]
        if not revoked[0]:
            wrong.append("what was revoked is not any more")
        return "new" if revoked[1] else "old"


def main(folder: Path, runs: int, kind: str) -> dict[str, Any]:
    wrong: list[str] = []
    subject = Revocation() if kind == "revocation" else Subject()
    empty = TrustStore.create(folder / "empty").folder
    pristine = TrustStore.create(folder / "pristine").folder
    subject.take(pristine, subject.editions[0])
    run = _Run(pristine, folder / "work", wrong, subject)
    return {
        "instants": _killed_at_instants(run, runs),
        "calls": list(_killed_at_calls(run)),
        # a delta needs the list it goes on from, so the first import is another one
        "first": list(_killed_at_calls(_Run(empty, folder / "work", wrong, subject, new=subject.first))),
        "wrong": wrong,
    }


class _Run:
    """Runs imports over copies of a store, each in a process of its own, and looks at what they leave."""

    def __init__(
        self, pristine: Path, work: Path, wrong: list[str], subject: Subject, *, new: int = 1
    ) -> None:
        self._pristine = pristine
        self._work = work
        self._wrong = wrong
        self._subject = subject
        self._new = subject.editions[new]

    def __call__(self, parent: Callable[[int], Any], *, die_at: int = 0) -> str:
        if self._work.exists():
            shutil.rmtree(self._work)
        shutil.copytree(self._pristine, self._work)
        process = os.fork()
        if not process:
            _import(self._subject, self._work, self._new, die_at)
        parent(process)
        return _state(self._subject, self._work, self._wrong)


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


def _import(subject: Subject, folder: Path, data: bytes, die_at: int) -> None:
    """In the child: import the new edition, and end without a word."""
    try:
        if die_at:
            _die_at_call(die_at)
        subject.take(folder, data)
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


def _state(subject: Subject, folder: Path, wrong: list[str]) -> str:
    """Which edition the store has now; what is wrong with it is noted."""
    try:
        state = subject.edition(folder, wrong)
        subject.take(folder, subject.editions[2])
        kept = sum(path.suffix == subject.suffix for path in folder.rglob("*"))
        if kept != (1 if state == "none" else subject.kept) or list(folder.rglob("*.partial")):
            wrong.append(f"left behind: {sorted(map(str, folder.rglob('*')))}")
    except VaxcertError as error:
        wrong.append(f"{error.reason}: {error}")
        return "unreadable"
    return state


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
