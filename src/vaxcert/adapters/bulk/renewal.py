"""Renewal: what expires soon, and what was corrected, is issued anew under the same identity.

A certificate keeps its identifier, its person and its dose; it gets new dates, and a new signature. It is verified
before: whoever can write into the folder of an earlier run must not get signed what was never signed. What is replaced
before its end can go to a revocation ledger, by the hash of its signature, for the identifier lives on.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from vaxcert.adapters.bulk import key_index
from vaxcert.adapters.bulk.batch import BatchIssuer
from vaxcert.adapters.bulk.claim import Manifest, Settings, claimed, complete, read_json
from vaxcert.adapters.bulk.corrections import Codes, Corrections, CorrectionsFile, rejected
from vaxcert.adapters.bulk.earlier import EarlierPart, earlier_parts
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.adapters.bulk.processes import RENEWAL_MODULES, WorkerPool
from vaxcert.adapters.bulk.renewal_worker import RenewalJob, RenewalWorker, RenewedPart
from vaxcert.adapters.bulk.run import Progress, Stage, waiting_told
from vaxcert.adapters.files import file_digest, write_pieces_atomically
from vaxcert.adapters.records.rejects import reject_heading
from vaxcert.adapters.revocation_files import append_to_ledger, ledger_entries
from vaxcert.errors import VaxcertError
from vaxcert.trust.revocation.hashes import HashType
from vaxcert.trust.revocation.header import Change
from vaxcert.trust.revocation.ledger import LedgerEntry, LedgerState, expiry_day
from vaxcert.trust.revocation.sections import NEVER

_REPLACED: Final = "replaced"
"""The reason in the ledger."""

_COUNTED: Final = ("seen", "renewed", "corrected", "refused", "rejected", "replaced", "codes")


@dataclass(frozen=True, slots=True)
class RenewalResult:
    """What became of the certificates of earlier runs.

    Attributes:
        seen: Certificates that were looked at.
        renewed: Issued anew as they were.
        corrected: Issued anew with other content.
        refused: Due, and not issued anew.
        rejected: Corrections that cleaning refused, whose certificate was refused, or that have none.
        replaced: Certificates that are replaced before their end.
        codes: Why certificates and corrections were refused, and how often.
        was_complete: Whether an earlier run had done it all.
    """

    seen: int
    renewed: int
    corrected: int
    refused: int
    rejected: int
    replaced: int
    codes: Mapping[str, int]
    was_complete: bool = False


class Renewal:
    """One renewal of the certificates of earlier runs.

    Args:
        earlier: The folders of earlier runs and renewals, oldest first: of several certificates of one dose, that of
            the latest run counts.
        job: What is done.
        settings: Whatever would make another result.
        sentences: Code to sentence, in the language of whoever mends the rejects.
        ledger: The revocation ledger to which goes what is replaced before its end; or None. What it revokes is not
            issued anew.
        workers: How many processes.
    """

    def __init__(
        self,
        earlier: Sequence[RunFolder],
        job: RenewalJob,
        settings: Settings,
        sentences: Mapping[str, str],
        *,
        ledger: Path | None,
        workers: int,
    ) -> None:
        self._earlier = [earlier_parts(run, job.plan) for run in earlier]
        self._job = job
        self._folder = job.folder
        self._settings = settings
        self._sentences = sentences
        self._ledger = ledger
        self._workers = workers

    def go(self, progress: Progress) -> RenewalResult:
        """Do what is not done yet.

        Raises:
            AdapterError: As `BulkRun.go`; and when an earlier run cannot be read.
            TrustListError: There is nothing to judge the old certificates by; or the ledger is damaged.
            LimitExceededError: As `CorrectionsFile.read`.
            EncodeError: The signing certificate does not allow issuing.
        """
        with claimed(self._folder, self._settings) as manifest:
            if manifest is None:
                try:
                    manifest = self._renew(progress)
                except VaxcertError:
                    if not any(self._folder.done(0).parent.glob("*")):
                        self._folder.forget()
                    raise
                was_complete = False
            else:
                was_complete = True
            return RenewalResult(**{name: manifest[name] for name in _COUNTED}, was_complete=was_complete)

    def _renew(self, progress: Progress) -> Manifest:
        job = self._job
        BatchIssuer(job.plan, job.plan.signer.open()).check()
        job.trust.verifier()  # what is wrong with it is said before anything is issued
        corrections = Corrections({}, {}) if job.corrections is None else job.corrections.read(job.plan)
        self._folder.make(pictures=job.pictures is not None)
        self._index_ledger()
        begin, told = partial(RenewalWorker, job), waiting_told(progress)
        with WorkerPool(begin, self._workers, told=told, modules=RENEWAL_MODULES) as pool:
            indexes = self._index(pool, progress)
            parts = self._go_through(pool, progress, indexes)
        return self._finish(parts, corrections)

    def _index_ledger(self) -> None:
        """What the ledger revokes now: this renewal adds to it."""
        index = self._folder.revoked
        if self._ledger is None or index.exists():
            return
        append_to_ledger(self._ledger, ())  # that it can be written shows before anything is signed
        revoked = LedgerState(ledger_entries(self._ledger)).revoked()
        key_index.write_index(index, [key_index.of_bytes(one.digest for one in revoked)])

    def _index(self, pool: WorkerPool, progress: Progress) -> list[Path]:
        """The keys of all runs but the first: nothing can be replaced by that one."""
        indexes = [self._folder.keys(number) for number in range(len(self._earlier))]
        wanted = [
            (parts, index)
            for parts, index in zip(self._earlier[1:], indexes[1:], strict=True)
            if not index.exists()
        ]
        if wanted:
            progress.stage(Stage.INDEXING, None)
            for done in pool.spread("index", wanted):
                progress.advance(done or 0, waits_for_signer=False)
        return indexes

    def _go_through(self, pool: WorkerPool, progress: Progress, indexes: list[Path]) -> list[RenewedPart]:
        progress.stage(Stage.RENEWING, None)
        tasks = list(self._tasks(indexes))
        todo = (task for task in tasks if not self._folder.done(task[0]).exists())
        for done in pool.spread("renew", todo):
            progress.advance(done.seen if done else 0, waits_for_signer=pool.waits_for_signer)
        return [RenewedPart.of_dict(read_json(self._folder.done(part))) for part, _, _ in tasks]

    def _tasks(self, indexes: list[Path]) -> Iterator[tuple[int, EarlierPart, list[Path]]]:
        number = 0
        for run, parts in enumerate(self._earlier, 1):
            for part in parts:
                yield number, part, indexes[run:]
                number += 1

    def _finish(self, parts: list[RenewedPart], corrections: Corrections) -> Manifest:
        folder = self._folder
        codes: Counter[str] = Counter()
        for one in parts:
            codes.update(one.codes)
        refused = {int(row): some for one in parts for row, some in one.rejected.items()}
        rejects = rejected(corrections, {row for one in parts for row in one.corrected}, refused)
        codes.update(code for some in rejects.values() for code in some)
        if self._job.corrections is not None:
            self._write_rejects(self._job.corrections, rejects)
        if self._ledger is not None:
            append_to_ledger(self._ledger, _entries(parts))
        write_pieces_atomically(folder.refused, self._refused(parts), private=True)
        manifest = {
            "seen": sum(one.seen for one in parts),
            "renewed": sum(one.renewed for one in parts),
            "corrected": sum(len(one.corrected) for one in parts),
            "refused": sum(len(one.refused) for one in parts),
            "rejected": len(rejects),
            "replaced": sum(len(one.replaced) for one in parts),
            "codes": dict(sorted(codes.items())),
            "files": {
                **{f"certificates/{folder.part(one.part).name}": one.sha256 for one in parts},
                folder.refused.name: file_digest(folder.refused).hex(),
            },
        }
        complete(folder, self._settings, manifest)
        return manifest

    def _refused(self, parts: Sequence[RenewedPart]) -> Iterator[bytes]:
        """Which certificates were due and are not issued anew, and why."""
        yield _csv_line("file", "row", "record_key", "codes", "reasons")
        for one, earlier in zip(parts, chain.from_iterable(self._earlier), strict=True):
            for row, record_key, codes in one.refused:
                reasons = " ".join(self._sentences.get(code, code) for code in codes)
                yield _csv_line(str(earlier.path), row, record_key, " ".join(codes), reasons)

    def _write_rejects(self, corrections: CorrectionsFile, rejects: Codes) -> None:
        heading = reject_heading(corrections.source().headings)
        lines = corrections.lines(rejects, self._sentences)
        write_pieces_atomically(self._folder.rejects, chain([heading], lines), private=True)


def _entries(parts: Sequence[RenewedPart]) -> Iterator[LedgerEntry]:
    for one in parts:
        for digest, last_day in one.replaced:
            expiry = NEVER
            with suppress(ValueError):
                expiry = expiry_day(date.fromisoformat(last_day))
            yield LedgerEntry(Change.REVOKED, HashType.SIGNATURE, bytes.fromhex(digest), expiry, _REPLACED)


def _csv_line(*cells: object) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
