"""`vaxcert revoke add`: put changes into a ledger."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from vaxcert.adapters.revocation_files import append_to_ledger, read_batch
from vaxcert.cli.arguments import Commands, Parser, add_command, key_digits, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.named_certificates import Named, certificates, identifiers, told_apart
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import anchors_of
from vaxcert.errors import VaxcertError
from vaxcert.presentation.texts import Texts
from vaxcert.trust.revocation import ledger
from vaxcert.trust.revocation.hashes import HASH_BYTES, HashType, query_hashes
from vaxcert.trust.revocation.header import Change
from vaxcert.trust.revocation.ledger import LedgerEntry
from vaxcert.trust.revocation.sections import NEVER


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert revoke`."""
    parser = add_command(actions, "add", texts, run, help_key="revoke-add")
    parser.add_argument("ledger", type=Path, metavar="LEDGER", help=texts.get("help", "ledger"))
    parser.add_argument("identifiers", nargs="*", metavar="ID", help=texts.get("help", "revoke-ids"))
    _add_sources(parser, texts)
    parser.add_argument(
        "--type", choices=[str(kind) for kind in HashType], help=texts.get("help", "hash-type")
    )
    parser.add_argument("--country", metavar="CC", help=texts.get("help", "id-country"))
    parser.add_argument("--expires", type=_day, metavar="DATE", help=texts.get("help", "revoke-expires"))
    parser.add_argument(
        "--reason", type=_reason, default="", metavar="CODE", help=texts.get("help", "revoke-reason")
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "revoke-add-at"))
    parser.add_argument("--restore", action="store_true", help=texts.get("help", "revoke-restore"))


def _add_sources(parser: Parser, texts: Texts) -> None:
    for name, kind, shown in (
        ("from-file", Path, "FILE"),
        ("certificate", str, "SOURCE"),
        ("hash", _typed_hash, "TYPE:HEX"),
        ("kid", key_digits, "HEX"),
        ("from-batch", Path, "FILE"),
        ("anchor", Path, "FILE"),
    ):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            type=kind,
            metavar=shown,
            help=texts.get("help", f"revoke-{name}"),
        )


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Add all that is named, or nothing.

    Raises:
        UsageError: Nothing is named, the last day is over, or a certificate or identifier has nothing of the wanted
            type.
        VaxcertError: A file, a certificate or the ledger cannot be read or written.
    """
    _check_expiry(options.expires, (options.at or session.now).date())
    wanted = list(_entries(options, session))
    if not wanted:
        raise UsageError("nothing to add; name identifiers, certificates, hashes, keys or batches")
    added, known = append_to_ledger(options.ledger, wanted)
    if options.json:
        session.output.json({"ledger": str(options.ledger), "added": added, "known": known})
    else:
        session.output.paragraph(session.texts.get("revoke", "added", added=added, known=known))
    return ExitCode.ACCEPTED


def _check_expiry(expires: date | None, today: date) -> None:
    """Refuse an entry that would count for nothing."""
    if expires is not None and expires < today:
        raise UsageError(f"--expires {expires} is over, a day from {today} on expected")


def _entries(options: argparse.Namespace, session: Session) -> Iterator[LedgerEntry]:
    change = Change.RESTORED if options.restore else Change.REVOKED
    expiry = NEVER if options.expires is None else ledger.expiry_day(options.expires)
    others, sources = told_apart(options.identifiers)
    for named in identifiers(others, options.from_file, session, country=options.country):
        yield from _of_named(named, options, change, session)
    for named in certificates([*sources, *options.certificate], session):
        yield from _of_named(named, options, change, session)
    for kind, digest in options.hash:
        yield LedgerEntry(change, kind, digest, expiry, options.reason)
    for digest in options.kid:
        yield LedgerEntry(change, None, digest, NEVER, options.reason)
    anchors = anchors_of(options.anchor)
    for path in options.from_batch:
        batch = read_batch(path, anchors)
        ends = expiry if options.expires else _expiry(batch.expires.date())
        yield from (
            LedgerEntry(change, batch.hash_type, digest, ends, options.reason) for digest in batch.hashes
        )


def _of_named(
    named: Named, options: argparse.Namespace, change: Change, session: Session
) -> Iterator[LedgerEntry]:
    query = named.query
    if isinstance(query, VaxcertError):
        session.output.note(session.texts.get("revoke", "unreadable", source=named.source))
        raise query
    kind = HashType(options.type) if options.type else _usual_type(bool(query.identifiers))
    found = query_hashes(query, kind)
    if not found:
        raise UsageError(
            f"{named.source} has no hash of type {kind}; for identifiers COUNTRYCODEUCI needs --country"
        )
    expiry = _expiry(options.expires or named.expires)
    yield from (LedgerEntry(change, kind, digest, expiry, options.reason) for digest in found)


def _usual_type(has_identifier: bool) -> HashType:
    return HashType.IDENTIFIER if has_identifier else HashType.SIGNATURE


def _expiry(day: date | None) -> int:
    """The last day of an entry; one that no list can write is never."""
    if day is None:
        return NEVER
    try:
        return ledger.expiry_day(day)
    except ValueError:
        return NEVER


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
        ledger.expiry_day(day)
    except ValueError:
        raise argparse.ArgumentTypeError("not a day like 2027-01-31, from 1970-01-01 to 2149-06-05") from None
    return day


def _reason(text: str) -> str:
    try:
        return ledger.check_reason(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _typed_hash(text: str) -> tuple[HashType, bytes]:
    kind, _, digits = text.partition(":")
    try:
        found = HashType(kind), bytes.fromhex(digits)
    except ValueError:
        found = HashType.UCI, b""
    if len(found[1]) != HASH_BYTES:
        raise argparse.ArgumentTypeError(
            f"not a type ({', '.join(HashType)}), a colon and {2 * HASH_BYTES} hexadecimal digits"
        )
    return found
