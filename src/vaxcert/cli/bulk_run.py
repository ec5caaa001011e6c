"""What `vaxcert issue --bulk` and `vaxcert records check` have in common: a run over a file, its bar and its report."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from vaxcert.adapters.files import file_digest, write_atomically
from vaxcert.cli.arguments import Parser, whole_number
from vaxcert.cli.cleaning_picture import draw
from vaxcert.cli.cleaning_table import write_cleaning
from vaxcert.cli.drawing import png
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason
from vaxcert.presentation.texts import Texts, grouped
from vaxcert.rules.records.summary import CleaningSummary

if TYPE_CHECKING:
    from vaxcert.adapters.bulk.job import Job
    from vaxcert.adapters.bulk.places import RunFolder
    from vaxcert.adapters.bulk.run import BulkRun, RunResult, Stage

MAX_WORKERS: Final = 256


def add_run_options(parser: Parser, texts: Texts) -> None:
    """Add what every run over a file takes."""
    parser.add_argument(
        "--workers", type=whole_number(1, MAX_WORKERS), metavar="N", help=texts.get("help", "workers")
    )


def workers_of(options: argparse.Namespace) -> int:
    """How many processes to use: as many as this one may use cores, unless a number is given."""
    given: int | None = options.workers
    if given is not None:
        return given
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def need_bulk(*, workers: int) -> None:
    """Make sure that the libraries for bulk work are there, and begin to load them where they are needed.

    Args:
        workers: How many processes there will be.

    Raises:
        AdapterError: `extra-missing`.
    """
    from vaxcert.adapters.bulk.processes import start_loading

    if workers > 1:
        start_loading()
    try:
        import numpy  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError:
        raise AdapterError(
            Reason.EXTRA_MISSING, "work in bulk needs pyarrow and numpy: pip install 'vaxcert[bulk]'"
        ) from None


def records_setting(path: Path, job: Job) -> dict[str, Any]:
    """The file of records, and how it is read, as settings of a run."""
    layout = {"headings": dict(job.fields_by_heading), "layout": repr(job.layout)}
    return {
        "records": file_digest(path).hex(),
        "columns": hashlib.sha256(json.dumps(layout, sort_keys=True).encode()).hexdigest(),
        "part-size": job.rows_per_part,
    }


def go(run: BulkRun, folder: RunFolder, options: argparse.Namespace, session: Session) -> ExitCode:
    """Do a run, show how it gets on, and say what became of it.

    Returns:
        `REFUSED` if any record was refused or is unmatched, else `ACCEPTED`.

    Raises:
        AdapterError: As `BulkRun.go`.
        EncodeError: As there.
    """
    try:
        with RunProgress(session, shown=session.output.shows_progress(among_results=False)) as progress:
            result = run.go(progress)
    except KeyboardInterrupt:
        session.output.note(session.texts.get("bulk", "interrupted"))
        return ExitCode.INTERRUPTED
    _report(result, folder, options, session)
    return ExitCode.REFUSED if result.rejected or result.unmatched else ExitCode.ACCEPTED


def _report(result: RunResult, folder: RunFolder, options: argparse.Namespace, session: Session) -> None:
    from vaxcert.adapters.bulk.claim import read_json

    total = result.accepted + result.rejected + result.unmatched
    if options.json:
        session.output.json(
            {
                "folder": str(folder.path),
                "records": total,
                "accepted": result.accepted,
                "rejected": result.rejected,
                "unmatched": result.unmatched,
                "codes": dict(result.codes),
                "was_complete": result.was_complete,
            }
        )
        return
    output, texts = session.output, session.texts
    sentences = texts.sentences("reason", "finding", "record")
    summary = CleaningSummary.of_dict(read_json(folder.summary))
    write_cleaning(summary, output, texts, sentences)
    write_atomically(folder.picture, png(draw(summary, texts, sentences)), private=True)
    if result.was_complete:
        output.paragraph(texts.get("bulk", "was-complete"))
    counts = {
        "total": total,
        "accepted": result.accepted,
        "rejected": result.rejected,
        "unmatched": result.unmatched,
    }
    output.paragraph(texts.get("bulk", "result", **{name: grouped(one) for name, one in counts.items()}))
    key = "files" if folder.certificates.exists() else "checked-files"
    output.paragraph(texts.get("bulk", key, folder=folder.path))


class RunProgress(AbstractContextManager["RunProgress"]):
    """A bar on standard error with rate and time left, one for each stage.

    Args:
        session: For its words.
        shown: Whether to show any; nor is one shown where Rich is not installed.
    """

    def __init__(self, session: Session, *, shown: bool) -> None:
        self._texts = session.texts
        self._output = session.output
        self._waits = False
        self._bars: Any = None
        self._task: Any = None
        self._title = ""
        if shown:
            with suppress(ImportError):
                self._bars = _bars()

    def __enter__(self) -> Self:
        """Show the bars."""
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away."""
        if self._bars is not None:
            self._bars.stop()

    def stage(self, stage: Stage, total: int | None) -> None:
        """Begin the bar of a stage."""
        if self._bars is not None:
            self._title = self._texts.get("progress", f"bulk-{stage}")
            self._task = self._bars.add_task(self._title, total=total)

    def advance(self, records: int, *, waits_for_signer: bool) -> None:
        """Move the bar on, and say so when the device that holds the key is waited for."""
        waiting = self._texts.get("progress", "bulk-waiting")
        if self._bars is not None:
            title = waiting if waits_for_signer else self._title
            self._bars.update(self._task, advance=records, description=title)
        elif waits_for_signer and not self._waits:
            self._output.note(waiting)  # once, where nobody watches
        self._waits = waits_for_signer


def _bars() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class RateColumn(ProgressColumn):
        """Records a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:,.0f}/s")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
