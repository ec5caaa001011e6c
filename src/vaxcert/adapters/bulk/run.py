"""A run over a file of any size, which can be taken up again wherever it was interrupted.

Four stages, each of which leaves files that are whole or not there: every record is judged for itself; the doses of
each person are judged together; the population registry is asked; certificates are issued. What is there is not done
again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from vaxcert.adapters.bulk import history
from vaxcert.adapters.bulk.batch import IssuePlan
from vaxcert.adapters.bulk.claim import Manifest, Settings, claimed, complete, read_json, write_json
from vaxcert.adapters.bulk.job import Job, PartDone
from vaxcert.adapters.bulk.processes import WorkerPool
from vaxcert.adapters.bulk.tallies import read_tallies
from vaxcert.adapters.bulk.worker import ASKED_FIELDS, PartWorker
from vaxcert.adapters.files import (
    file_digest,
    write_atomically,
    write_pieces_atomically,
)
from vaxcert.adapters.records.rejects import reject_heading
from vaxcert.adapters.records.source import RecordBatch, RecordSource
from vaxcert.errors import AdapterError, Reason, VaxcertError

_ROWS_PER_SHARE: Final = 250_000
"""Doses that are sorted and judged together: about 50 MB."""

_PARTS_ASKED_TOGETHER: Final = 20
"""Parts of the input about which the registry is asked in one go: an extract of it is read through for each."""

_OF_THE_INPUT: Final = frozenset(
    {Reason.FILE_UNREADABLE, Reason.COLUMN_MISSING, Reason.COLUMN_TYPE, Reason.INPUT_TOO_LONG}
)
"""What is wrong with a file as a whole, while it is read for the first time."""

_PIECE_BYTES: Final = 1024 * 1024


class Stage(StrEnum):
    """What a run is doing."""

    CLEANING = "cleaning"
    HISTORY = "history"
    MATCHING = "matching"
    ISSUING = "issuing"
    INDEXING = "indexing"
    RENEWING = "renewing"


class Progress(Protocol):
    """Is told how a run gets on."""

    def stage(self, stage: Stage, total: int | None) -> None:
        """A stage begins; `total` records belong to it, or nobody knows how many."""

    def advance(self, records: int, *, waits_for_signer: bool) -> None:
        """So many more records are done."""


def waiting_told(progress: Progress) -> Callable[[bool], None]:
    """What tells of a signer that is waited for, when the work is done in the process that shows how it gets on."""
    return lambda waits: progress.advance(0, waits_for_signer=waits)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What became of a file of records.

    Attributes:
        accepted: Records that passed everything.
        rejected: Records that cleaning refused.
        unmatched: Records that the registry does not confirm.
        codes: How often each code was found.
        was_complete: Whether an earlier run had done it all.
    """

    accepted: int
    rejected: int
    unmatched: int
    codes: Mapping[str, int]
    was_complete: bool = False


class BulkRun:
    """One run over one file.

    Args:
        source: The file.
        job: What is done with it.
        settings: Whatever would make another result. A folder takes runs with equal settings only.
        workers: How many processes.
    """

    def __init__(self, source: RecordSource, job: Job, settings: Settings, *, workers: int) -> None:
        self._source = source
        self._job = job
        self._folder = job.folder
        self._settings = settings
        self._workers = workers

    def go(self, progress: Progress) -> RunResult:
        """Do what is not done yet.

        Raises:
            AdapterError: `run-mismatch`, when the folder holds a run with other settings; `store-busy`, when another
                process is at it; `run-interrupted`; `file-unreadable`; `file-unwritable`. What is written stays, and
                the next run goes on from there; nothing stays when the file of records cannot be used.
            EncodeError: The signing certificate does not allow issuing.
        """
        with claimed(self._folder, self._settings) as manifest:
            if manifest is not None:
                return _result(manifest, was_complete=True)
            issues = isinstance(self._job.plan, IssuePlan)
            self._folder.make(certificates=issues, pictures=self._job.pictures is not None)
            try:
                parts = self._stages(progress)
            except VaxcertError as error:
                if error.reason in _OF_THE_INPUT and not self._folder.counted.exists():
                    self._folder.forget()  # another file is another run
                raise
            return self._finish(parts)

    def _stages(self, progress: Progress) -> list[PartDone]:
        with WorkerPool(partial(PartWorker, self._job), self._workers, told=waiting_told(progress)) as pool:
            records = self._clean(pool, progress)
            self._judge_histories(pool, progress, records)
            if self._job.registry is not None:
                self._match(pool, progress, records)
            return self._issue(pool, progress, records)

    def _clean(self, pool: WorkerPool, progress: Progress) -> int:
        """Judge each record for itself. Returns how many there are."""
        counted = self._folder.counted
        if counted.exists():
            records: int = read_json(counted)["records"]
            return records
        progress.stage(Stage.CLEANING, self._source.known_records)
        seen = _Seen()
        tasks = self._parts(
            lambda part: self._folder.cleaned(part).exists() and self._folder.entries(part).exists(),
            seen,
            progress,
        )
        for done in pool.spread("clean", tasks):
            progress.advance(done or 0, waits_for_signer=False)
        write_json(counted, {"records": seen.records})
        return seen.records

    def _parts(
        self,
        is_done: Callable[[int], bool],
        seen: _Seen,
        progress: Progress,
        *,
        columns: tuple[str, ...] | None = None,
    ) -> Iterator[tuple[int, RecordBatch]]:
        """Those parts of the input that are not done yet; the others are counted."""
        rows = self._job.rows_per_part
        skip = 0
        while is_done(skip):
            skip += 1
        skip = max(skip - 1, 0)  # the last of them may be short, and is counted as it is read
        seen.records = skip * rows
        progress.advance(seen.records, waits_for_signer=False)
        for part, batch in enumerate(self._source.batches(rows, skip=skip, columns=columns), skip):
            seen.records += len(batch.original)
            if is_done(part):
                progress.advance(len(batch.original), waits_for_signer=False)
            else:
                yield part, batch

    def _judge_histories(self, pool: WorkerPool, progress: Progress, records: int) -> None:
        if self._folder.history.exists():
            return
        progress.stage(Stage.HISTORY, records)
        paths = [self._folder.entries(part) for part in range(self._part_count(records))]
        shares = self._workers * max(1, -(-records // (_ROWS_PER_SHARE * self._workers)))
        found = []
        for done in pool.spread("judge_histories", ((paths, share, shares) for share in range(shares))):
            if done is not None:
                found.append(np.frombuffer(done, history.FAULTS))
            progress.advance(0 if done is None else records // shares, waits_for_signer=False)
        faults = np.sort(np.concatenate(found), order=history.FAULTS.names)
        write_atomically(self._folder.history, faults.tobytes(), private=True)
        for path in paths:
            path.unlink(missing_ok=True)

    def _part_count(self, records: int) -> int:
        return -(-records // self._job.rows_per_part)

    def _match(self, pool: WorkerPool, progress: Progress, records: int) -> None:
        progress.stage(Stage.MATCHING, records)
        parts = self._parts(
            lambda part: self._folder.matched(part).exists(), _Seen(), progress, columns=ASKED_FIELDS
        )
        tasks = ((together,) for together in _together(parts, _PARTS_ASKED_TOGETHER))
        for done in pool.spread("match", tasks):
            progress.advance(done or 0, waits_for_signer=False)

    def _issue(self, pool: WorkerPool, progress: Progress, records: int) -> list[PartDone]:
        progress.stage(Stage.ISSUING, records)
        tasks = self._parts(lambda part: self._folder.done(part).exists(), _Seen(), progress)
        for done in pool.spread("issue", tasks):
            progress.advance(done.records if done else 0, waits_for_signer=pool.waits_for_signer)
        return [self._done(part) for part in range(self._part_count(records))]

    def _done(self, part: int) -> PartDone:
        return PartDone.of_dict(read_json(self._folder.done(part)))

    def _finish(self, parts: list[PartDone]) -> RunResult:
        """Put together what the parts have left, and write the manifest last."""
        folder = self._folder
        heading = reject_heading(self._source.headings)
        for path, of_part in ((folder.rejects, folder.rejects_of), (folder.unmatched, folder.unmatched_of)):
            pieces = chain([heading], _pieces(of_part(one.part) for one in parts))
            write_pieces_atomically(path, pieces, private=True)
        summary = read_tallies(folder.tally(one.part) for one in parts)
        codes: Counter[str] = Counter()
        for one in parts:
            codes.update(one.codes)
        write_json(folder.summary, summary.as_dict())
        files = {f"certificates/{folder.part(one.part).name}": one.sha256 for one in parts if one.sha256}
        for path in (folder.rejects, folder.unmatched, folder.summary):
            files[path.name] = file_digest(path).hex()
        manifest = {
            "records": sum(one.records for one in parts),
            "accepted": sum(one.accepted for one in parts),
            "rejected": sum(one.rejected for one in parts),
            "unmatched": sum(one.unmatched for one in parts),
            "codes": dict(sorted(codes.items())),
            "files": files,
        }
        complete(folder, self._settings, manifest)
        return _result(manifest)


def _result(manifest: Manifest, *, was_complete: bool = False) -> RunResult:
    return RunResult(
        manifest["accepted"], manifest["rejected"], manifest["unmatched"], manifest["codes"], was_complete
    )


class _Seen:
    """Counts the records of the input."""

    def __init__(self) -> None:
        self.records = 0


def _together(
    parts: Iterator[tuple[int, RecordBatch]], count: int
) -> Iterator[list[tuple[int, RecordBatch]]]:
    while group := [one for _, one in zip(range(count), parts, strict=False)]:
        yield group


def _pieces(paths: Iterator[Path]) -> Iterator[bytes]:
    """What is in some files, one after the other."""
    try:
        for path in paths:
            with path.open("rb") as file:
                while piece := file.read(_PIECE_BYTES):
                    yield piece
    except OSError as error:
        raise AdapterError(
            Reason.FILE_UNREADABLE, f"cannot read a part of the run: {error.strerror}"
        ) from None
