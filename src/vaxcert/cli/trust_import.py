"""`vaxcert trust import`: check a published list, and keep it."""

from __future__ import annotations

import argparse
from base64 import encodebytes
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.files import find_files, read_bounded
from vaxcert.adapters.trust_files import SUFFIXES
from vaxcert.adapters.trust_store import ImportNote, ImportOptions, ImportOutcome, ImportResult, TrustStore
from vaxcert.cli.arguments import Commands, add_command, days, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.cli.texts import Texts
from vaxcert.cli.trust_lists import ShownList, list_json, with_end, write_list
from vaxcert.cli.trust_options import (
    add_environment,
    add_store,
    add_terms,
    anchors_of,
    signature_of,
    store_folder,
)
from vaxcert.errors import AdapterError, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust.origin import Environment

_PEM: Final = b"-----BEGIN"


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert trust`."""
    parser = add_command(actions, "import", texts, run, help_key="trust-import")
    parser.add_argument("file", type=Path, metavar="FILE", help=texts.get("help", "list-file"))
    add_terms(parser, texts)
    add_environment(parser, texts)
    parser.add_argument("--name", metavar="NAME", help=texts.get("help", "source-name"))
    add_store(parser, texts)
    parser.add_argument(
        "--test-participants",
        action="store_true",
        default=None,
        help=texts.get("help", "test-participants"),
    )
    parser.add_argument("--max-age-days", type=days, metavar="N", help=texts.get("help", "max-age-days"))
    parser.add_argument("--accept-shrink", action="store_true", help=texts.get("help", "accept-shrink"))
    parser.add_argument(
        "--companion",
        action="append",
        default=[],
        type=_companion,
        metavar="NAME=FILE",
        help=texts.get("help", "companion"),
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at-import"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Import one list.

    Raises:
        TrustListError: The list must not be relied on, or not take the place of the one that is kept.
        StaleTrustListError: `stale-trust-list`.
        AdapterError: A file or the store failed.
        UsageError: No source can have that name.
    """
    at = options.at or session.now
    data = _data(options.file, session)
    wishes = _options(options)
    store = TrustStore.create(store_folder(options))
    try:
        result = store.import_list(options.name, data, at=at, options=wishes)
    except TrustListError as error:
        raise TrustListError(error.reason, f"{options.file}: {error}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    name, terms = result.source.name, result.source.terms
    shown = ShownList(
        with_end(result.reading, result.source.usable_until), store.anchors(name), terms.threshold
    )
    _report(result, shown, at, session, as_json=options.json)
    return ExitCode.ACCEPTED


def _companion(text: str) -> tuple[str, Path]:
    name, separator, path = text.partition("=")
    if not (name and separator and path):
        raise argparse.ArgumentTypeError("not a name and a file like revocation=revoked.vcr")
    return name, Path(path)


def _data(path: Path, session: Session) -> bytes:
    """The list as published; the store refuses one that is too long."""
    if str(path) == STANDARD_INPUT:
        return session.stdin.read(MAX_TRUST_FILE_BYTES + 1)
    return _bundle(path) if path.is_dir() else read_bounded(path, MAX_TRUST_FILE_BYTES)


def _bundle(folder: Path) -> bytes:
    """The certificates of a folder as one PEM bundle.

    Raises:
        AdapterError: `file-unreadable`.
    """
    found: list[bytes] = []
    for file in find_files(folder, SUFFIXES):
        if isinstance(file, AdapterError):
            raise file
        data = read_bounded(file, MAX_TRUST_FILE_BYTES)
        found.append(data if _PEM in data else _as_pem(data))
    return b"\n".join(found)


def _as_pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % encodebytes(der)


def _options(options: argparse.Namespace) -> ImportOptions:
    companions: Mapping[str, Path] = dict(options.companion)
    return ImportOptions(
        anchors=anchors_of(options.anchor),
        signature=signature_of(options),
        as_format=options.format,
        threshold=options.threshold,
        environment=None if options.environment is None else Environment(options.environment),
        allow_unsigned=options.allow_unsigned,
        test_participants=options.test_participants,
        max_age=None if options.max_age_days is None else timedelta(days=options.max_age_days),
        accept_shrink=options.accept_shrink,
        companions={name: read_bounded(path, MAX_TRUST_FILE_BYTES) for name, path in companions.items()},
    )


def _report(result: ImportResult, shown: ShownList, at: datetime, session: Session, *, as_json: bool) -> None:
    output, texts, difference = session.output, session.texts, result.difference
    if as_json:
        output.json(
            {
                **list_json(shown, at=at),
                "outcome": result.outcome,
                "added": len(difference.added),
                "removed": len(difference.removed),
                "changed": len(difference.changed),
                "notes": list(result.notes),
            }
        )
    else:
        write_list(output, texts, shown, at=at)
        output.labelled(texts.get("trust", "outcome"), _outcome(result, texts))
    for problem in result.reading.problems:
        output.error(problem)
    write_notes(session, result.source.name, result.notes)


def write_notes(session: Session, name: str, notes: tuple[ImportNote, ...]) -> None:
    """Write what the operator should know, to standard error."""
    for note in notes:
        sentence = session.texts.get("import-note", note)
        session.output.note(f"vaxcert: {note}: {name}: {sentence}")


def _outcome(result: ImportResult, texts: Texts) -> str:
    if result.outcome is ImportOutcome.UNCHANGED:
        return texts.get("trust", "unchanged")
    difference = result.difference
    return texts.get(
        "trust",
        "stored-first" if result.source.previous is None else "stored",
        added=len(difference.added),
        removed=len(difference.removed),
        changed=len(difference.changed),
    )
