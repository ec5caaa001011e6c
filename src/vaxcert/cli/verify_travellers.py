"""What `vaxcert verify` does where it decides about travellers, not only about certificates."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from vaxcert.adapters.certificate_inputs import CertificateInput
from vaxcert.cli.card import write_card
from vaxcert.cli.decision_card import write_decision
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.session import Session
from vaxcert.cli.shown_document import traveller_from
from vaxcert.decision import Decision, Desk, Verdict
from vaxcert.decision.reasons import ABOUT_THE_DESK
from vaxcert.presentation.as_json import report_json
from vaxcert.presentation.decision_json import decision_json
from vaxcert.rules.identity import Traveller
from vaxcert.verify import Outcome

_WORST_FIRST: Final = (ExitCode.REFUSED, ExitCode.TRUST, ExitCode.UNREADABLE, ExitCode.ACCEPTED)


def verify_travellers(
    inputs: Iterable[CertificateInput], desk: Desk, options: argparse.Namespace, session: Session
) -> ExitCode:
    """Decide about the travellers whose certificates these are, and write it.

    With a named traveller, or `--together`, all certificates are of one; else each is of a traveller of its own.

    Returns:
        `REFUSED` if any traveller was refused, or referred for more than these: `TRUST` if any was referred for lists
        and clock only, else `UNREADABLE` if any was because a code could not be read, else `ACCEPTED`.

    Raises:
        UsageError: Options that do not go together.
        DecodeError: The traveller's document or birth date cannot be read.
        AdapterError: `file-unreadable`, of the document.
    """
    traveller = traveller_from(options, session)
    at = options.at or session.now
    codes = [
        _examine(group, desk, traveller, at, options, session)
        for group in _groups(inputs, one_traveller=options.together or traveller is not None)
    ]
    return min(codes, key=_WORST_FIRST.index, default=ExitCode.ACCEPTED)


def show_decision(
    decision: Decision, sources: list[str], options: argparse.Namespace, session: Session
) -> None:
    """Write a decision with its certificates: cards, the decision first; or JSON, the decision last."""
    output, texts = session.output, session.texts
    placed = list(zip(sources, decision.reports, strict=True))
    if options.json:
        for source, report in placed:
            output.json(report_json(source, report))
        output.json({"decision": decision_json(decision, texts, sources=sources)})
        return
    write_decision(output, texts, decision, sources)
    for source, report in placed:
        write_card(output, texts, source, report, at=decision.at, details=options.details)
    output.rule("═")


def exit_code_of(decision: Decision) -> ExitCode:
    """The exit status for one traveller."""
    if decision.verdict is Verdict.ACCEPT:
        return ExitCode.ACCEPTED
    unread = {place for place, one in enumerate(decision.reports) if one.outcome is Outcome.UNREADABLE}
    codes = {
        ExitCode.TRUST
        if reason.code in ABOUT_THE_DESK
        else ExitCode.UNREADABLE
        if reason.certificate in unread
        else ExitCode.REFUSED
        for reason in decision.reasons
        if reason.verdict is not Verdict.ACCEPT
    }
    return min(codes, key=_WORST_FIRST.index)


def _groups(inputs: Iterable[CertificateInput], *, one_traveller: bool) -> Iterator[list[CertificateInput]]:
    if one_traveller:
        yield list(inputs)
    else:
        for item in inputs:
            yield [item]


def _examine(
    group: list[CertificateInput],
    desk: Desk,
    traveller: Traveller | None,
    at: datetime,
    options: argparse.Namespace,
    session: Session,
) -> ExitCode:
    decision = desk.examine([item.content for item in group], at=at, traveller=traveller)
    show_decision(decision, [item.source for item in group], options, session)
    return exit_code_of(decision)
