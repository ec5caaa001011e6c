"""A run over a manifest of any size, which can be taken up again wherever it was interrupted.

The manifest is read twice at the same time: once for the passengers who are decided about, part by part in any order,
and once for the columns that go on to the result, in the order of the manifest, as soon as a part is done. The result
appears whole, or not at all.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from vaxcert.adapters.bulk.processes import WorkerPool
from vaxcert.adapters.files import sync_folder, write_pieces_atomically
from vaxcert.adapters.manifest.answers import defused
from vaxcert.adapters.manifest.columns import ADDED, Columns
from vaxcert.adapters.manifest.source import ManifestFile
from vaxcert.adapters.manifest.work import PartDone, Settings, WorkFolder
from vaxcert.adapters.manifest.worker import Terms
from vaxcert.adapters.records.writers import csv_bytes
from vaxcert.errors import AdapterError, Reason

ROWS_PER_PART: Final = 200
"""Passengers who are decided about together: and lost with an interruption: 30 ms of texts, or seconds of pictures."""

STAGE: Final = "examining"

_Task: TypeAlias = tuple[Terms, int, int, list[Sequence[str]], list[int]]
"""What `ManifestWorker.examine` is called with."""


class Progress(Protocol):
    """Is told how a run gets on."""

    def stage(self, stage: str, total: int | None) -> None:
        """A stage begins; `total` passengers belong to it."""

    def advance(self, records: int, *, waits_for_signer: bool) -> None:
        """So many more passengers are done."""


@dataclass(frozen=True, slots=True)
class ManifestResult:
    """What became of a manifest.

    Attributes:
        passengers: How many there are.
        earlier: How many of them an earlier run had decided about, which this one took up again.
        verdicts: How many of them got each verdict.
        codes: How many of them have each code.
        statuses: The exit statuses that single passengers would end a command with.
        at: The time it was decided for.
    """

    passengers: int
    earlier: int
    verdicts: Mapping[str, int]
    codes: Mapping[str, int]
    statuses: frozenset[int]
    at: datetime


class ManifestRun:
    """A run.

    Args:
        source: The manifest.
        columns: Of the manifest.
        out: The file for the result.
        settings: Whatever would make another result, but for the time.
    """

    def __init__(self, source: ManifestFile, columns: Columns, out: Path, settings: Settings) -> None:
        self._source: Final = source
        self._columns: Final = columns
        self._out: Final = out
        self._settings: Final = {**settings, "part-size": ROWS_PER_PART}
        self._folder: Final = WorkFolder(out)

    def go(
        self, pool: WorkerPool, progress: Progress, *, now: datetime, at: datetime | None
    ) -> ManifestResult:
        """Do it, from wherever an earlier run with the same settings was interrupted.

        Args:
            pool: Of `ManifestWorker` with the same file for the result.
            progress: Is told how it gets on.
            now: The time on the clock, aware.
            at: The time to decide for; None takes that of an earlier run that is taken up, else `now`.

        Raises:
            AdapterError: `store-busy`, `file-unwritable`; `file-unreadable`, when the manifest changes meanwhile;
                `run-interrupted`.
        """
        with self._folder.claimed(self._settings, now=now, at=at) as begun:
            done = dict(begun.done)
            earlier = sum(part.passengers for part in done.values())
            tasks = self._tasks(Terms(self._columns, begun.at), frozenset(done))
            results, passengers = self._begun(pool, tasks, anew=not done)
            progress.stage(STAGE, passengers)
            progress.advance(earlier, waits_for_signer=False)
            pieces = self._pieces(results, done, progress)
            write_pieces_atomically(self._folder.whole, pieces, private=True)
            self._source.check_unchanged()
            self._put_in_place()
            self._folder.remove()
        return _result(done.values(), earlier, begun.at)

    def _begun(
        self, pool: WorkerPool, tasks: Iterator[_Task], *, anew: bool
    ) -> tuple[Iterator[PartDone | None], int]:
        """Results to come, and how many passengers there are, counted while the processes are at work already.

        Nothing stays of a manifest that cannot be read to its end, and everything of one that once could.
        """
        try:
            return pool.spread("examine", tasks), self._source.count()
        except AdapterError:
            if anew:
                pool.kill()
                self._folder.remove()
            raise

    def _pieces(
        self, results: Iterator[PartDone | None], done: dict[int, PartDone], progress: Progress
    ) -> Iterator[bytes]:
        """The result, piece by piece, each as soon as its part is done."""
        headings = self._source.headings
        passenger = self._columns.passenger
        yield codecs.BOM_UTF8 + csv_bytes([[*(defused(headings[place]) for place in passenger), *ADDED]])
        for part, chunk in self._source.parts(ROWS_PER_PART):
            while part not in done:
                one = next(results)
                if one is not None:
                    done[one.part] = one
                    progress.advance(one.passengers, waits_for_signer=False)
            answers = csv.reader(io.StringIO(self._folder.answers(part).decode(), newline=""))
            yield csv_bytes(
                [*(defused(cells[place]) for place in passenger), *answer]
                for cells, answer in zip(chunk.rows, answers, strict=True)
            )

    def _tasks(self, terms: Terms, done: frozenset[int]) -> Iterator[_Task]:
        for part, chunk in self._source.parts(ROWS_PER_PART):
            if part not in done:
                yield terms, part, part * ROWS_PER_PART + 1, chunk.rows, chunk.malformed

    def _put_in_place(self) -> None:
        try:
            self._folder.whole.replace(self._out)
            sync_folder(self._out.parent)
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNWRITABLE, f"cannot write {self._out}: {error.strerror}"
            ) from None


def _result(parts: Iterable[PartDone], earlier: int, at: datetime) -> ManifestResult:
    verdicts: Counter[str] = Counter()
    found: Counter[str] = Counter()
    statuses: set[int] = set()
    passengers = 0
    for part in parts:
        passengers += part.passengers
        verdicts.update(part.verdicts)
        found.update(part.codes)
        statuses.update(part.statuses)
    return ManifestResult(passengers, earlier, verdicts, found, frozenset(statuses), at)
