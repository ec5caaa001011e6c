"""`vaxcert revoke import`: check a revocation list, and keep it where `vaxcert verify` asks it from now on."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.store.imports import ImportOutcome
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.revocation_lists import revocation_json, write_revocation_lists
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import add_anchors, add_store, anchors_of, importing, store_folder
from vaxcert.errors import AdapterError, Reason
from vaxcert.presentation.texts import Texts


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert revoke`."""
    parser = add_command(actions, "import", texts, run, help_key="revoke-import")
    parser.add_argument("file", type=Path, metavar="FILE", help=texts.get("help", "revocation-file"))
    parser.add_argument("--name", metavar="NAME", help=texts.get("help", "revocation-name"))
    add_anchors(parser, texts)
    add_store(parser, texts)
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at-import"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Import one list or delta.

    Raises:
        TrustListError: It must not be relied on, or not take the place of what is kept.
        StaleTrustListError: `stale-trust-list`.
        AdapterError: A file or the store failed.
        UsageError: No list can have that name.
    """
    at = options.at or session.now
    anchors = anchors_of(options.anchor)
    with _source(options.file, session) as source:
        store = TrustStore.create(store_folder(options)).revocation_sources
        with importing(options.file):
            result = store.import_list(
                options.name, source, at=at, anchors=anchors, threshold=options.threshold
            )
    current = store.current(result.source.name)
    if options.json:
        session.output.json({**revocation_json(current, at=at), "outcome": result.outcome})
    else:
        write_revocation_lists([current], at, session)
        key = "import-unchanged" if result.outcome is ImportOutcome.UNCHANGED else "import-stored"
        session.output.paragraph(session.texts.get("revoke", key))
    return ExitCode.ACCEPTED


@contextmanager
def _source(path: Path, session: Session) -> Iterator[IO[bytes]]:
    if str(path) == STANDARD_INPUT:
        yield session.stdin
        return
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "no file can have such a name"
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read {path}: {problem}") from None
    with file:
        yield file
