"""`vaxcert trust import`: check a published list, and keep it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import file_digest, read_bounded
from vaxcert.adapters.key_files import certificate_pem
from vaxcert.adapters.revocation_files import LIST_SUFFIX
from vaxcert.adapters.store import ImportNote, ImportOptions, ImportOutcome, ImportResult, TrustStore
from vaxcert.cli.arguments import Commands, add_command, moment, named_file
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.inputs import certificate_files, read_input
from vaxcert.cli.session import Session
from vaxcert.cli.trust_inputs import Found
from vaxcert.cli.trust_options import (
    add_environment,
    add_store,
    add_terms,
    anchors_of,
    importing,
    signature_of,
    store_folder,
)
from vaxcert.cli.trust_words import ShownList, list_json, write_list
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.presentation.texts import Texts
from vaxcert.trust.origin import Environment
from vaxcert.trust.revocation import revocation_list

_PEM: Final = b"-----BEGIN"
_REVOCATION_LIST: Final = "this is a revocation list; `vaxcert revoke import` takes it"
_RULES: Final = "this is a list of rules; `vaxcert rules import` takes it"


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert trust`."""
    parser = add_command(actions, "import", texts, run, help_key="trust-import")
    parser.add_argument("file", type=_file, metavar="FILE", help=texts.get("help", "list-file"))
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
    parser.add_argument("--accept-shrink", action="store_true", help=texts.get("help", "accept-shrink"))
    parser.add_argument(
        "--companion",
        action="append",
        default=[],
        type=named_file,
        metavar="NAME=FILE",
        help=texts.get("help", "companion"),
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at-import"))


def _file(text: str) -> Path:
    """A file that may be a trust list; what new users take for one is told apart."""
    if text.lower().startswith(("https://", "http://")):
        raise argparse.ArgumentTypeError(
            "import takes files; put the address into sources.toml and run `vaxcert trust update`"
        )
    if text.endswith(LIST_SUFFIX):
        raise argparse.ArgumentTypeError(_REVOCATION_LIST)
    return Path(text)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Import one list.

    Raises:
        TrustListError: The list must not be relied on, or not take the place of the one that is kept.
        StaleTrustListError: `stale-trust-list`.
        AdapterError: A file or the store failed.
        UsageError: No source can have that name; the file is a revocation list, or a list of rules.
    """
    from vaxcert.rules.lists import signed  # takes longer to load than to ask

    at = options.at or session.now
    data = _data(options.file, session)
    for kind, recognises in ((_REVOCATION_LIST, revocation_list.recognises), (_RULES, signed.recognises)):
        if recognises(data):
            raise UsageError(f"{options.file}: {kind}")
    wishes = _options(options)
    store = TrustStore.create(store_folder(options))
    with importing(options.file):
        result = store.import_list(options.name, data, at=at, options=wishes)
    name, terms = result.source.name, result.source.terms
    (shown,) = Found((ShownList(result.reading, store.anchors(name), terms.threshold),)).marked().lists
    _report(result, shown, at, session, as_json=options.json)
    return ExitCode.ACCEPTED


def _data(path: Path, session: Session) -> bytes:
    """The list as published; the certificates of a folder are one PEM bundle.

    Raises:
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    if not path.is_dir():
        return read_input(path, MAX_TRUST_FILE_BYTES, session)
    found = (read_bounded(file, MAX_TRUST_FILE_BYTES) for file in certificate_files(path))
    return b"\n".join(data if _PEM in data else certificate_pem(data) for data in found)


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
        companions={name: file_digest(path) for name, path in companions.items()},
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
