"""`vaxcert verify`: how far certificates can be relied on."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from vaxcert.adapters.certificate_inputs import CertificateInput, Source, find_sources, read_source
from vaxcert.adapters.places import default_store
from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.cli.arguments import Commands, add_command, moment, one_of
from vaxcert.cli.card import write_card
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import add_environment, add_terms, anchors_of, format_of, terms_of
from vaxcert.errors import Reason, StaleTrustListError, TrustListError, VaxcertError
from vaxcert.findings import FindingCode
from vaxcert.presentation.as_json import report_json
from vaxcert.presentation.texts import Texts
from vaxcert.rules.policy import SignerDates, VerificationPolicy, WhenUnsure
from vaxcert.trust.formats import ReadingTerms
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.revocation.query import RevocationLists
from vaxcert.trust.trust_list import TrustList
from vaxcert.verify import Outcome, VerificationReport, Verifier, unreadable

_POLICIES: Final = {"default": VerificationPolicy.default, "strict": VerificationPolicy.strict}
_MANY: Final = 20


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "verify", texts, run)
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help=texts.get("help", "sources"))
    parser.add_argument(
        "--trust", action="append", default=[], type=Path, metavar="PATH", help=texts.get("help", "trust")
    )
    add_terms(parser, texts)
    add_environment(parser, texts, "verify-environment")
    parser.add_argument(
        "--revocation",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help=texts.get("help", "revocation"),
    )
    parser.add_argument(
        "--revocation-anchor",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=texts.get("help", "revocation-anchor"),
    )
    for name in ("stale", "unknown-revocation"):
        parser.add_argument(
            f"--{name}", choices=[str(choice) for choice in WhenUnsure], help=texts.get("help", name)
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
        `REFUSED` if any was refused; `TRUST` if that was only because lists are too old or cannot tell; else
        `UNREADABLE` if any could not be read, else `ACCEPTED`.

    Raises:
        TrustListError: There is no key to trust, or a list must not be relied on.
        AdapterError: A store, an anchor or a revocation list cannot be read.
    """
    at = options.at or session.now
    terms = terms_of(options)
    places = _trust_places(options)
    trust_list = _trust_list(places, options, terms, session)
    policy = _policy(options)
    revocation = _revocation(places, options, terms)
    _warn(trust_list, revocation, policy.clock_skew, at, session)
    verifier = Verifier(trust_list, policy=policy, revocation=revocation)
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


def _trust_places(options: argparse.Namespace) -> list[Path]:
    """The paths that are named, else the user's store."""
    if options.trust:
        return list(options.trust)
    store = default_store()
    if not TrustStore.is_store(store):
        raise TrustListError(
            Reason.TRUST_LIST_EMPTY, "no trusted keys given; expected --trust PATH, or a store"
        )
    return [store]


def _trust_list(
    places: list[Path], options: argparse.Namespace, terms: ReadingTerms, session: Session
) -> TrustList:
    trust_list, problems = load_trust_list(places, terms, as_format=format_of(options))
    for problem in problems:
        session.output.error(problem)
    return trust_list


def _warn(
    trust_list: TrustList,
    revocation: RevocationLists | None,
    skew: timedelta,
    at: datetime,
    session: Session,
) -> None:
    """Say first, once for each list, that it is too old, or newer than the clock."""
    output, texts = session.output, session.texts
    for origin in trust_list.origins:
        end = origin.usable_until
        if end is not None and at - end > skew:
            output.error(StaleTrustListError(origin.name, end, at))
        else:
            _note_due(origin, at, session)
        _note_clock(origin, skew, at, session)
    for origin in _revocation_origins(revocation):
        end = origin.usable_until
        if end is not None and at > end:
            sentence = texts.get("revoke", "stale", name=origin.name, end=texts.moment(end))
            output.note(f"vaxcert: {Reason.REVOCATION_UNKNOWN}: {sentence}")
        else:
            _note_due(origin, at, session)
        _note_clock(origin, skew, at, session)


def _note_due(origin: ListOrigin, at: datetime, session: Session) -> None:
    due, texts = origin.next_update, session.texts
    if due is not None and due < at:
        sentence = texts.get("trust", "overdue", name=origin.name, due=texts.moment(due))
        session.output.note(f"vaxcert: {FindingCode.LIST_OVERDUE}: {sentence}")


def _note_clock(origin: ListOrigin, skew: timedelta, at: datetime, session: Session) -> None:
    issued, texts = origin.issued, session.texts
    if issued is not None and issued - at > skew:
        sentence = texts.get("trust", "clock-behind", name=origin.name, issued=texts.moment(issued))
        session.output.note(f"vaxcert: {FindingCode.CLOCK_BEFORE_LIST}: {sentence}")


def _revocation_origins(lists: RevocationLists | None) -> Iterator[ListOrigin]:
    """What the lists of vaxcert say of themselves; those of other kinds have dates for each key, if any."""
    if lists is None:
        return
    from vaxcert.cli.revocation_lists import revocation_origin  # not needed without such lists
    from vaxcert.trust.revocation.revocation_list import RevocationList

    for source in lists.sources:
        if isinstance(source, RevocationList):
            yield revocation_origin(source)


def _revocation(
    places: list[Path], options: argparse.Namespace, terms: ReadingTerms
) -> RevocationLists | None:
    """The lists that are named, and those of the stores."""
    stored = [TrustStore.open(place).revocation() for place in places if TrustStore.is_store(place)]
    sources = [source for lists in stored if lists is not None for source in lists.sources]
    if options.revocation:
        from vaxcert.adapters.revocation_files import open_revocations  # not needed without such lists

        anchors = anchors_of(options.revocation_anchor) or terms.anchors
        sources += open_revocations(options.revocation, anchors, threshold=terms.threshold)
    return RevocationLists(sources) if sources else None


def _policy(options: argparse.Namespace) -> VerificationPolicy:
    policy = _POLICIES[options.policy]()
    if options.signer_dates is not None:
        policy = replace(policy, signer_dates=SignerDates(options.signer_dates))
    if options.environment == Environment.TEST:
        policy = replace(policy, environments=frozenset(Environment))
    if options.stale is not None:
        policy = replace(policy, stale_lists=WhenUnsure(options.stale))
    if options.unknown_revocation is not None:
        policy = replace(policy, unknown_revocation=WhenUnsure(options.unknown_revocation))
    return replace(policy, refused_findings=policy.refused_findings.union(options.refuse))


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
