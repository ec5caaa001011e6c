"""`vaxcert verify`: how far certificates can be relied on."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from vaxcert.adapters.certificate_inputs import CertificateInput, Source, find_sources, read_source
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.card import write_card
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.traveller_options import add_travellers, asks_for_decisions
from vaxcert.cli.verifier_options import VerifierMaterial, add_verifier, load_material, note_material
from vaxcert.errors import VaxcertError
from vaxcert.presentation.as_json import report_json
from vaxcert.presentation.texts import Texts
from vaxcert.verify import Outcome, VerificationReport, Verifier, unreadable

_MANY: Final = 20


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "verify", texts, run)
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help=texts.get("help", "sources"))
    add_verifier(parser, texts)
    add_travellers(parser, texts)
    parser.add_argument("--details", action="store_true", help=texts.get("help", "details"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Verify every certificate of every source, in their order; where the options say so, decide about travellers.

    Returns:
        `REFUSED` if any was refused; `TRUST` if that was only because lists are too old or cannot tell; else
        `UNREADABLE` if any could not be read, else `ACCEPTED`.

    Raises:
        UsageError: Options that do not go together.
        TrustListError: There is no key to trust, or a list must not be relied on.
        AdapterError: A store, an anchor or a revocation list cannot be read; or a traveller's document, or a scanner.
        DecodeError: A traveller's document cannot be read.
    """
    if not options.sources and options.watch is None:
        raise UsageError("the following arguments are required: SOURCE")
    at = options.at or session.now
    material = load_material(options)
    note_material(material, at, session)
    if asks_for_decisions(options):
        return _verify_travellers(material, options, session)
    return _verify_certificates(material.verifier(), at, options, session)


def _verify_travellers(material: VerifierMaterial, options: argparse.Namespace, session: Session) -> ExitCode:
    from vaxcert.cli.verify_travellers import verify_travellers  # not needed for certificates alone
    from vaxcert.cli.watch import watch

    desk = material.desk()
    if options.watch is not None:
        return watch(desk, options, session)
    return verify_travellers(_inputs(find_sources(options.sources), session), desk, options, session)


def _verify_certificates(
    verifier: Verifier, at: datetime, options: argparse.Namespace, session: Session
) -> ExitCode:
    outcomes: Counter[Outcome] = Counter()
    undecided = 0
    for item in _inputs(find_sources(options.sources), session):
        report = _report(verifier, item, at)
        outcomes[report.outcome] += 1
        undecided += report.is_undecided
        if options.json:
            session.output.json(report_json(item.source, report))
        else:
            write_card(session.output, session.texts, item.source, report, at=at, details=options.details)
    if not options.json:
        _write_summary(outcomes, undecided, session)
    return _exit_code(outcomes, undecided)


def _inputs(sources: list[Source], session: Session) -> Iterator[CertificateInput]:
    many = len(sources) > _MANY and session.output.shows_progress(among_results=True)
    title = session.texts.get("progress", "verifying")
    for source in tracked(sources, title=title, total=len(sources), shown=many):
        yield from read_source(source, session.stdin)


def _report(verifier: Verifier, item: CertificateInput, at: datetime) -> VerificationReport:
    if isinstance(item.content, VaxcertError):
        return unreadable(item.content)
    return verifier.report(item.content, at=at)


def _write_summary(outcomes: Counter[Outcome], undecided: int, session: Session) -> None:
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
    if undecided:
        session.output.paragraph(session.texts.get("summary", "undecided", undecided=undecided))
    if outcomes[Outcome.ACCEPTED]:
        session.output.paragraph(session.texts.get("summary", "compare"))
        session.output.paragraph(session.texts.get("summary", "rules"))


def _exit_code(outcomes: Counter[Outcome], undecided: int) -> ExitCode:
    if outcomes[Outcome.REFUSED]:
        return ExitCode.TRUST if undecided == outcomes[Outcome.REFUSED] else ExitCode.REFUSED
    return ExitCode.UNREADABLE if outcomes[Outcome.UNREADABLE] else ExitCode.ACCEPTED
