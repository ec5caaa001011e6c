"""`vaxcert renew`: certificates of earlier runs that expire soon, or were corrected, issued anew."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaxcert.adapters.bulk.processes import RENEWAL_MODULES
from vaxcert.adapters.files import content_digest, file_digest
from vaxcert.cli.arguments import Commands, add_command, days
from vaxcert.cli.bulk_run import need_bulk
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.issue_plan import add_issue_options, add_secret_option, pictures_of, plan_of, plan_settings
from vaxcert.cli.mapping_options import add_mapping_option, mapping_of
from vaxcert.cli.run_options import add_run_options, workers_of
from vaxcert.cli.run_progress import RunProgress
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import anchors_of
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts, grouped

if TYPE_CHECKING:
    from vaxcert.adapters.bulk.renewal import RenewalResult
    from vaxcert.adapters.bulk.renewal_worker import RenewalJob


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "renew", texts, run)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=texts.get("help", "renew-runs"))
    parser.add_argument("--within-days", type=days, metavar="N", help=texts.get("help", "within-days"))
    parser.add_argument("--corrections", type=Path, metavar="FILE", help=texts.get("help", "corrections"))
    add_mapping_option(parser, texts)
    add_issue_options(parser, texts)
    add_secret_option(parser, texts)
    add_run_options(parser, texts)
    for name, kind in (("trust", "PATH"), ("revocation", "PATH"), ("revocation-anchor", "FILE")):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            type=Path,
            metavar=kind,
            help=texts.get("help", f"renew-{name}"),
        )
    parser.add_argument("--ledger", type=Path, metavar="LEDGER", help=texts.get("help", "renew-ledger"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Renew.

    Returns:
        `REFUSED` if a certificate that was due, or a correction, was refused, else `ACCEPTED`.

    Raises:
        AdapterError: The key, an earlier run, the corrections or the folder cannot be used.
        TrustListError: There is nothing to judge the old certificates by.
        EncodeError: The signing certificate does not allow issuing.
        UsageError: There is nothing to do, or options do not go together.
    """
    need_bulk(workers=workers_of(options), modules=RENEWAL_MODULES)
    from vaxcert.adapters.bulk.places import RunFolder
    from vaxcert.adapters.bulk.renewal import Renewal

    _check_options(options)
    job = _job(options, session)
    renewal = Renewal(
        [RunFolder(path) for path in options.runs],
        job,
        _settings(options, job, session),
        session.texts.sentences("reason", "finding", "record"),
        ledger=options.ledger,
        workers=workers_of(options),
    )
    try:
        with RunProgress(session, shown=session.output.shows_progress(among_results=False)) as progress:
            result = renewal.go(progress)
    except KeyboardInterrupt:
        session.output.note(session.texts.get("bulk", "interrupted"))
        return ExitCode.INTERRUPTED
    _report(result, options, session)
    return ExitCode.REFUSED if result.refused or result.rejected else ExitCode.ACCEPTED


def _check_options(options: argparse.Namespace) -> None:
    if options.within_days is None and options.corrections is None:
        raise UsageError("nothing to do; give --within-days, --corrections or both")
    if options.mapping is not None and options.corrections is None:
        raise UsageError("--mapping belongs with --corrections")
    if options.revocation_anchor and not options.revocation:
        raise UsageError("--revocation-anchor belongs with --revocation")


def _job(options: argparse.Namespace, session: Session) -> RenewalJob:
    from vaxcert.adapters.bulk.corrections import CorrectionsFile
    from vaxcert.adapters.bulk.places import RunFolder
    from vaxcert.adapters.bulk.renewal_worker import EarlierTrust, RenewalJob

    folder = RunFolder(options.out)
    plan = plan_of(options, session, folder)
    corrections = None
    if options.corrections is not None:
        corrections = CorrectionsFile(options.corrections, mapping_of(options))
    trust = EarlierTrust(
        keys=tuple(options.trust or [options.cert]),
        revocation=tuple(options.revocation),
        anchors=tuple(anchors_of(options.revocation_anchor)),
    )
    due = None if options.within_days is None else plan.at + timedelta(days=options.within_days)
    return RenewalJob(
        folder=folder, plan=plan, trust=trust, due=due, corrections=corrections, pictures=pictures_of(options)
    )


def _settings(options: argparse.Namespace, job: RenewalJob, session: Session) -> dict[str, Any]:
    from vaxcert.adapters.bulk.earlier import run_digest
    from vaxcert.adapters.bulk.places import RunFolder

    corrections = options.corrections
    return {
        **plan_settings(options, job.plan, session),
        "runs": [run_digest(RunFolder(path)) for path in options.runs],
        "due": None if job.due is None else moment_json(job.due),
        "corrections": None if corrections is None else file_digest(corrections).hex(),
        "mapping": repr(job.corrections and job.corrections.mapping),
        **{name: _digests(getattr(options, name)) for name in ("trust", "revocation", "revocation_anchor")},
        "ledger": options.ledger is not None,
    }


def _digests(paths: list[Path]) -> list[str]:
    return [content_digest(path).hex() for path in paths]


def _report(result: RenewalResult, options: argparse.Namespace, session: Session) -> None:
    counts = {
        "seen": result.seen,
        "renewed": result.renewed,
        "corrected": result.corrected,
        "refused": result.refused,
        "rejected": result.rejected,
        "replaced": result.replaced,
    }
    if options.json:
        session.output.json(
            {
                "folder": str(options.out),
                **counts,
                "codes": dict(result.codes),
                "was_complete": result.was_complete,
            }
        )
        return
    output, texts = session.output, session.texts
    sentences = texts.sentences("reason", "finding", "record")
    for code, number in sorted(result.codes.items(), key=lambda one: (-one[1], one[0])):
        output.labelled(f"{grouped(number):>9} ✘", f"{sentences.get(code, code)} [{code}]", label_width=12)
    if result.was_complete:
        output.paragraph(texts.get("bulk", "was-complete"))
    shown = {name: grouped(number) for name, number in counts.items()}
    output.paragraph(texts.get("bulk", "renewed", **shown))
    if options.ledger is not None:
        output.paragraph(texts.get("bulk", "ledger", ledger=options.ledger, **shown))
    output.paragraph(texts.get("bulk", "renewed-files", folder=options.out))
