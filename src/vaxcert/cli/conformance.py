"""`vaxcert conformance`: putting implementations through the published vectors."""

from __future__ import annotations

from typing import Final

from vaxcert.cli import conformance_run, conformance_serve
from vaxcert.cli.arguments import Commands, add_help
from vaxcert.presentation.texts import Texts

_ACTIONS: Final = (conformance_run, conformance_serve)


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command and what it can do to the parser."""
    parser = commands.add_parser(
        "conformance", texts=texts, help=texts.get("help", "conformance"), add_help=False, allow_abbrev=False
    )
    add_help(parser, texts)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for action in _ACTIONS:
        action.add_parser(actions, texts)
