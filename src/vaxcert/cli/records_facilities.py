"""`vaxcert records facilities`: make the signed list of who may attest dose records, or add a signature to one."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vaxcert.adapters.facility_tables import read_facility_table
from vaxcert.adapters.files import read_bounded, write_atomically
from vaxcert.cli.anchor_signers import anchor_signer
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.list_editions import (
    add_edition_options,
    add_target_options,
    check_nothing_new,
    edition_of,
    kept_signatures,
    missing_options,
    report_signed,
    show_draft,
    with_signature,
)
from vaxcert.cli.session import Session
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.presentation.texts import Texts
from vaxcert.trust import facility_list, signed_document
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.facility_list import FacilityListContent
from vaxcert.trust.signed_document import SignedDocument


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert records`."""
    parser = add_command(actions, "facilities", texts, run, help_key="records-facilities")
    parser.add_argument(
        "table", nargs="?", type=Path, metavar="TABLE", help=texts.get("help", "facility-table")
    )
    add_target_options(parser, texts)
    add_edition_options(parser, texts)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A list that is about to be signed."""

    path: Path
    document: SignedDocument
    content: FacilityListContent

    @property
    def numbers(self) -> dict[str, int]:
        """How much is on it."""
        entries = self.content.entries
        return {
            "keys": len({one.key for one in entries}),
            "facilities": len({code for one in entries for code in one.facilities}),
            "provinces": len({code for one in entries for code in one.provinces}),
            "withdrawn": len({one.key for one in entries if one.withdrawn}),
        }


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show what is signed, and sign it.

    Returns:
        `REFUSED`, with nothing written, when not every entry would be relied on; else `ACCEPTED`.

    Raises:
        UsageError: The options do not go together, or a value is out of range.
        AdapterError: A file cannot be used, or is in the way.
        UnsupportedError: `key-type`.
        TrustListError: What is there already cannot be read, or says things that are not known here.
    """
    draft = _there_already(options) if options.add is not None else _new(options, session.now)
    numbers = draft.numbers
    if not options.json:
        shown = tuple(("attestation", f"list-{name}", str(number)) for name, number in numbers.items())
        show_draft(draft.path, draft.content, draft.document, shown, session)
    if facility_list.encode(draft.content) != draft.document.content:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"{draft.path} says more than can be shown here")
    signer = anchor_signer(options.key, options.password_file, session)
    signed = with_signature(draft.document, signer)
    data = signed_document.write(signed)
    problems = facility_list.read(data, (anchor_of(signer.public_key),)).problems
    for problem in problems:
        session.output.error(problem)
    if problems:
        return ExitCode.REFUSED
    write_atomically(draft.path, data)
    added = signed.signatures != draft.document.signatures
    report_signed(draft.path, draft.content, signed, signer, {**numbers}, options, session, added=added)
    return ExitCode.ACCEPTED


def _there_already(options: argparse.Namespace) -> _Draft:
    """A list that somebody else has signed."""
    check_nothing_new(options, "table")
    document = signed_document.read(
        read_bounded(options.add, MAX_TRUST_FILE_BYTES), facility_list.CONTENT_TYPE
    )
    return _Draft(options.add, document, _edition(document.content))


def _new(options: argparse.Namespace, now: datetime) -> _Draft:
    """A list as the options describe it, with the signatures that it has already when it is there."""
    missing = missing_options(options)
    if missing or options.table is None:
        raise UsageError(f"a new list needs {', '.join(missing or ['a table'])}")
    entries = read_facility_table(options.table)
    if not entries:
        raise UsageError(f"{options.table} has no row; at least one key expected")
    try:
        content = FacilityListContent(**edition_of(options, now), entries=entries)
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from None
    data = facility_list.encode(content)
    kept = kept_signatures(options.out, facility_list.CONTENT_TYPE, _edition, content, data)
    return _Draft(options.out, SignedDocument(facility_list.CONTENT_TYPE, data, kept), content)


def _edition(content: bytes) -> FacilityListContent:
    return facility_list.decode(content).content
