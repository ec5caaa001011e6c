"""What `vaxcert issue --bulk` and `vaxcert records check` have in common: a run over a file, its bar and its report."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaxcert.adapters.bulk.processes import BULK_MODULES, start_loading
from vaxcert.adapters.files import file_digest, write_atomically
from vaxcert.cli.cleaning_picture import draw
from vaxcert.cli.cleaning_table import write_cleaning
from vaxcert.cli.drawing import png
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.run_progress import RunProgress
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason
from vaxcert.presentation.texts import grouped
from vaxcert.rules.records.summary import CleaningSummary

if TYPE_CHECKING:
    from vaxcert.adapters.bulk.job import Job
    from vaxcert.adapters.bulk.places import RunFolder
    from vaxcert.adapters.bulk.run import BulkRun, RunResult


def need_bulk(*, workers: int, modules: Sequence[str] = BULK_MODULES) -> None:
    """Make sure that the libraries for bulk work are there, and begin to load them where they are needed.

    Args:
        workers: How many processes there will be.
        modules: What they use.

    Raises:
        AdapterError: `extra-missing`.
    """
    if workers > 1:
        start_loading(modules)
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
