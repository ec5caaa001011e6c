"""`vaxcert verify`: how far certificates can be relied on."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from vaxcert.adapters.certificate_inputs import CertificateInput, Source, find_sources, read_source
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.cli.arguments import Commands, add_command, moment, one_of
from vaxcert.cli.as_json import report_json
from vaxcert.cli.card import write_card
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.texts import Texts
from vaxcert.errors import Reason, TrustListError, VaxcertError
from vaxcert.findings import FindingCode
from vaxcert.rules.policy import SignerDates, VerificationPolicy
from vaxcert.trust.trust_list import TrustList
from vaxcert.verify import Level, Outcome, VerificationReport, Verifier

_POLICIES: Final = {"default": VerificationPolicy.default, "strict": VerificationPolicy.strict}
_MANY: Final = 20


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "verify", texts, run)
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help=texts.get("help", "sources"))
    parser.add_argument(
        "--trust", action="append", default=[], type=Path, metavar="PATH", help=texts.get("help", "trust")
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at"))
    parser.add_argument(
        "--policy", choices=tuple(_POLICIES), default="default", help=texts.get("help", "policy")
    )
    parser.add_argument(
        "--refuse",
        action="append",
        default=[],
        type=one_of(FindingCode, "the code of a finding"),
        metavar="CODE",
        help=texts.get("help", "refuse"),
    )
    parser.add_argument(
        "--signer-dates",
        choices=[str(choice) for choice in SignerDates],
        help=texts.get("help", "signer-dates"),
    )
    parser.add_argument("--details", action="store_true", help=texts.get("help", "details"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Verify every certificate of every source, in their order.

    Returns:
        `REFUSED` if any was refused, else `UNREADABLE` if any could not be read, else `ACCEPTED`.

    Raises:
        TrustListError: `trust-list-empty`.
    """
    verifier = Verifier(_trust_list(options.trust, session), policy=_policy(options))
    at = options.at or session.now
    outcomes: Counter[Outcome] = Counter()
    for item in _inputs(find_sources(options.sources), session):
        report = _report(verifier, item, at)
        outcomes[report.outcome] += 1
        if options.json:
            session.output.json(report_json(item.source, report))
        else:
            write_card(session.output, session.texts, item.source, report, at=at, details=options.details)
    if not options.json:
        _write_summary(outcomes, session)
    return _exit_code(outcomes)


def _trust_list(paths: list[Path], session: Session) -> TrustList:
    if not paths:
        raise TrustListError(Reason.TRUST_LIST_EMPTY, "no trusted keys given; expected --trust PATH")
    trust_list, problems = load_trust_list(paths)
    for problem in problems:
        session.output.error(problem)
    return trust_list


def _policy(options: argparse.Namespace) -> VerificationPolicy:
    policy = _POLICIES[options.policy]()
    if options.signer_dates is not None:
        policy = replace(policy, signer_dates=SignerDates(options.signer_dates))
    return replace(policy, refused_findings=policy.refused_findings.union(options.refuse))


def _inputs(sources: list[Source], session: Session) -> Iterator[CertificateInput]:
    many = len(sources) > _MANY and session.output.shows_progress(among_results=True)
    title = session.texts.get("progress", "verifying")
    for source in tracked(sources, title=title, total=len(sources), shown=many):
        yield from read_source(source, session.stdin)


def _report(verifier: Verifier, item: CertificateInput, at: datetime) -> VerificationReport:
    if not isinstance(item.content, VaxcertError):
        return verifier.report(item.content, at=at)
    return VerificationReport(
        outcome=Outcome.UNREADABLE,
        level=Level.NONE,
        error=item.content,
        findings=(),
        kid=None,
        algorithm=None,
        key=None,
        claims=None,
        certificate=None,
    )


def _write_summary(outcomes: Counter[Outcome], session: Session) -> None:
    total = outcomes.total()
    session.output.rule("═")
    session.output.paragraph(
        session.texts.get(
            "summary",
            "certificate" if total == 1 else "certificates",
            total=total,
            accepted=outcomes[Outcome.ACCEPTED],
            refused=outcomes[Outcome.REFUSED],
            unreadable=outcomes[Outcome.UNREADABLE],
        )
    )
    if outcomes[Outcome.ACCEPTED]:
        session.output.paragraph(session.texts.get("summary", "compare"))
        session.output.paragraph(session.texts.get("summary", "rules"))


def _exit_code(outcomes: Counter[Outcome]) -> ExitCode:
    if outcomes[Outcome.REFUSED]:
        return ExitCode.REFUSED
    return ExitCode.UNREADABLE if outcomes[Outcome.UNREADABLE] else ExitCode.ACCEPTED
