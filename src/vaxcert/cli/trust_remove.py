"""`vaxcert trust remove`: forget a source, with its lists and its anchors."""

from __future__ import annotations

import argparse

from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import add_kind, add_store, open_store, sources_of
from vaxcert.presentation.texts import Texts


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert trust`."""
    parser = add_command(actions, "remove", texts, run, help_key="trust-remove")
    parser.add_argument("name", metavar="NAME", help=texts.get("help", "source-name"))
    add_kind(parser, texts)
    add_store(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Remove it. Keys that it withdraws count again, if another source has them.

    Raises:
        AdapterError: `store-unreadable` where there is no such source, `store-busy`, `file-unwritable`.
    """
    sources = sources_of(open_store(options), options)
    try:
        sources.remove(options.name)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if options.json:
        session.output.json({"source": options.name, "removed": True})
    else:
        session.output.paragraph(session.texts.get("trust", "source-removed", name=options.name))
    return ExitCode.ACCEPTED
