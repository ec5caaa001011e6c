"""`vaxcert revoke build`: a signed list, or a delta to one, from a ledger."""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.files import write_atomically
from vaxcert.adapters.revocation_files import ledger_entries, open_own_list
from vaxcert.cli.anchor_signers import anchor_signer
from vaxcert.cli.arguments import Commands, Parser, add_command, days, list_number, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import anchors_of
from vaxcert.errors import AdapterError, Reason, TrustListError
from vaxcert.presentation.texts import Texts
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.revocation import ledger, revocation_list
from vaxcert.trust.revocation.hashes import HashType
from vaxcert.trust.revocation.header import Change, ListDescription
from vaxcert.trust.revocation.ledger import LedgerEntry, LedgerState
from vaxcert.trust.revocation.revocation_list import RevocationList
from vaxcert.trust.revocation.sections import BuiltSection, day_of
from vaxcert.trust.signed_document import DocumentSigner

UPDATE_DAYS: Final = 1
VALID_DAYS: Final = 30
_LINES_A_STEP: Final = 1000


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert revoke`."""
    parser = add_command(actions, "build", texts, run, help_key="revoke-build")
    parser.add_argument("ledger", type=Path, metavar="LEDGER", help=texts.get("help", "ledger"))
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help=texts.get("help", "out-revocations")
    )
    parser.add_argument("--issuer", metavar="TEXT", help=texts.get("help", "list-issuer"))
    parser.add_argument(
        "--number", required=True, type=list_number, metavar="N", help=texts.get("help", "list-number")
    )
    parser.add_argument(
        "--country",
        action="append",
        default=[],
        metavar="CC",
        dest="countries",
        help=texts.get("help", "covered-country"),
    )
    for name, default in (("update-days", UPDATE_DAYS), ("valid-days", VALID_DAYS)):
        parser.add_argument(
            f"--{name}",
            type=days,
            default=default,
            metavar="N",
            help=texts.get("help", f"list-{name}", default=default),
        )
    _add_keys(parser, texts)
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "list-at"))


def _add_keys(parser: Parser, texts: Texts) -> None:
    for name, required in (("key", True), ("base", False), ("anchor", False)):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            required=required,
            type=Path,
            metavar="FILE",
            help=texts.get("help", f"revoke-build-{name}"),
        )
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=texts.get("help", "password-file"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Build the list and write it.

    Raises:
        UsageError: The options do not go together.
        AdapterError: A file cannot be used, or another list is in the way.
        TrustListError: The ledger or the base cannot be read.
    """
    signers = [anchor_signer(path, options.password_file, session) for path in options.key]
    anchors = (*(anchor_of(one.public_key) for one in signers), *anchors_of(options.anchor))
    base = open_own_list(options.base, anchors) if options.base else None
    state = LedgerState(_tracked_entries(options.ledger, session))
    description = _description(options, options.at or session.now, state, base)
    _check_place(options.out, description, anchors)
    day = day_of(description.issued)
    sections = (
        ledger.full_sections(state, day=day) if base is None else ledger.delta_sections(state, base, day=day)
    )
    data = _written(description, sections, signers)
    write_atomically(options.out, data)
    counts = {f"{change} {kind}": built.entries for change, kind, built in sections}
    _report(options, session, data, counts, description, _chance([built for *_, built in sections]))
    return ExitCode.ACCEPTED


def _tracked_entries(path: Path, session: Session) -> Callable[[], Iterator[LedgerEntry]]:
    """The ledger, each time with a bar that counts thousands of lines."""
    entries = ledger_entries(path)
    title = session.texts.get("progress", "building-list")
    shown = session.output.shows_progress(among_results=False)

    def gone_through() -> Iterator[LedgerEntry]:
        lines = entries()
        thousands = iter(lambda: list(islice(lines, _LINES_A_STEP)), [])
        return chain.from_iterable(tracked(thousands, title=title, total=None, shown=shown))

    return gone_through


def _description(
    options: argparse.Namespace, at: datetime, state: LedgerState, base: RevocationList | None
) -> ListDescription:
    countries = frozenset(options.countries) or None
    issuer = options.issuer
    if base is not None:
        issuer = issuer or base.description.issuer
        countries = countries or base.description.countries
        if (issuer, countries) != (base.description.issuer, base.description.countries):
            raise UsageError("a delta has the issuer and the countries of its base")
        if options.number <= base.description.number:
            raise UsageError(f"--number has to be higher than {base.description.number}, that of the base")
    if not issuer:
        raise UsageError("--issuer is needed for a full list")
    if options.valid_days < options.update_days:
        raise UsageError("--valid-days has to be at least --update-days")
    issued = at.replace(microsecond=0)
    try:
        return ListDescription(
            issuer=issuer,
            number=options.number,
            issued=issued,
            next_update=issued + timedelta(days=options.update_days),
            usable_until=issued + timedelta(days=options.valid_days),
            countries=countries,
            withdrawn=state.withdrawn,
            base=None if base is None else ledger.base_of(base),
        )
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from None


def _written(
    description: ListDescription,
    sections: Sequence[tuple[Change, HashType, BuiltSection]],
    signers: Sequence[DocumentSigner],
) -> bytes:
    try:
        return b"".join(revocation_list.write(description, sections, signers))
    except ValueError as error:
        raise UsageError(str(error)) from None


def _check_place(path: Path, description: ListDescription, anchors: Sequence[Anchor]) -> None:
    """Only a later edition of the same list replaces what is there."""
    if not path.exists():
        return
    try:
        before = open_own_list([path], anchors).description
    except TrustListError:
        raise AdapterError(
            Reason.FILE_UNWRITABLE,
            f"{path} is there already, is no list of these keys, and is not overwritten",
        ) from None
    if before.issuer != description.issuer or before.number >= description.number:
        raise AdapterError(
            Reason.FILE_UNWRITABLE,
            f"{path} is list {before.number} of {before.issuer}; only a later edition replaces it",
        )


def _chance(sections: Sequence[BuiltSection]) -> float:
    """That a certificate which is not listed is found, by one look-up in each section."""
    return math.fsum(math.ldexp(section.entries, -section.bits) for section in sections)


def _report(
    options: argparse.Namespace,
    session: Session,
    data: bytes,
    counts: dict[str, int],
    description: ListDescription,
    chance: float,
) -> None:
    digest = hashlib.sha256(data).hexdigest()
    if options.json:
        report: dict[str, Any] = {
            "file": str(options.out),
            "issuer": description.issuer,
            "number": description.number,
            "base": description.base and description.base.number,
            "entries": counts,
            "withdrawn_keys": len(description.withdrawn),
            "bytes": len(data),
            "false_positive_rate": chance,
            "sha256": digest,
        }
        session.output.json(report)
        return
    texts, output = session.texts, session.output
    output.paragraph(texts.get("keys", "written", path=options.out))
    for key, value in (
        ("number", str(description.number)),
        ("entries", ", ".join(f"{name}: {count}" for name, count in counts.items()) or "0"),
        ("withdrawn-keys", str(len(description.withdrawn))),
        ("bytes", str(len(data))),
        ("false-positives", f"{chance:.1e}"),
        ("digest", digest),
    ):
        output.labelled(texts.get("revoke", key), value)
