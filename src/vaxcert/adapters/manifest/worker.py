"""What each process of a run over a manifest does: it decides about the passengers of a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from vaxcert.adapters.manifest.answers import Answers
from vaxcert.adapters.manifest.columns import Columns
from vaxcert.adapters.manifest.passengers import Passenger, PassengerReader
from vaxcert.adapters.manifest.pictures import PictureFolder
from vaxcert.adapters.manifest.work import PartDone, WorkFolder
from vaxcert.adapters.records.writers import csv_bytes
from vaxcert.decision import Decision, Desk, Verdict
from vaxcert.presentation.texts import load

ROW_MALFORMED: Final = "row-malformed"
"""A record code; the rules of records are much to load for one of their words."""


UNREAD: Final = Passenger(traveller=None, sources=(), problem=ROW_MALFORMED)
"""A row that could not be taken apart, so that nothing in it is sure."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same for all passengers, and known once the manifest is opened.

    Attributes:
        columns: Of the manifest.
        at: The time to decide for, aware.
    """

    columns: Columns
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestJob:
    """What every process of a run is told at its start. Goes through pickle.

    Attributes:
        out: The file for the result.
        files: The folder whose files the manifest may name.
        language: Of the sentences.
        desk: Makes the desk that decides.
        status: The exit status that a decision would end a command with.
        unread: That of a row that cannot be read.
    """

    out: Path
    files: Path
    language: str
    desk: Callable[[], Desk]
    status: Callable[[Decision], int]
    unread: int


class ManifestWorker:
    """One process of a run.

    Args:
        job: What it is told.
        told: Of no use here: nothing is waited for.
    """

    def __init__(self, job: ManifestJob, told: Callable[[bool], None] = lambda _: None) -> None:
        self._job: Final = job
        self._desk: Final = job.desk()
        self._folder: Final = WorkFolder(job.out)
        self._files: Final = PictureFolder(job.files)
        self._answers: Final = Answers(load(job.language))

    def examine(
        self,
        terms: Terms,
        part: int,
        first_row: int,
        rows: Sequence[Sequence[str]],
        malformed: Collection[int],
    ) -> PartDone:
        """Decide about the passengers of a part, and keep it in the folder of the run.

        Args:
            terms: Of all passengers.
            part: Its number, from 0.
            first_row: The number of its first row.
            rows: The cells of each row.
            malformed: Places of rows that could not be taken apart.

        Raises:
            AdapterError: `file-unwritable`.
        """
        # step by step for all of them: the code of one step stays in the processor's cache
        reader = PassengerReader(terms.columns, self._files, terms.at)
        passengers = [
            UNREAD if place in malformed else reader.read(cells) for place, cells in enumerate(rows)
        ]
        decisions = self._desk.examine_all(
            [(passenger.sources, passenger.traveller) for passenger in passengers], at=terms.at
        )
        answers = [
            self._answers.cells(row, decision, passenger.problem)
            for row, (decision, passenger) in enumerate(zip(decisions, passengers, strict=True), first_row)
        ]
        verdicts = Counter(str(verdict) for _, verdict, _ in answers)
        codes = Counter(codes for _, _, codes in answers)
        done = PartDone(
            part=part,
            passengers=len(rows),
            verdicts=dict(verdicts),
            codes=_singly(codes),
            statuses=sorted(set(map(self._status, decisions, passengers))),
        )
        self._folder.write_part(done, csv_bytes([cells for cells, _, _ in answers]))
        return done

    def _status(self, decision: Decision, passenger: Passenger) -> int:
        unread = passenger.problem and decision.verdict is not Verdict.REFUSE
        return int(self._job.unread if unread else self._job.status(decision))


def _singly(combinations: Counter[tuple[str, ...]]) -> dict[str, int]:
    codes: Counter[str] = Counter()
    for combination, count in combinations.items():
        for code in combination:
            codes[code] += count
    return dict(codes)
