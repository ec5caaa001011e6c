"""`vaxcert trust`: the lists of keys to rely on, and where they are kept."""

from __future__ import annotations

from typing import Final

from vaxcert.cli import (
    trust_anchors,
    trust_diff,
    trust_import,
    trust_remove,
    trust_show,
    trust_sign,
    trust_update,
)
from vaxcert.cli.arguments import Commands, add_help
from vaxcert.presentation.texts import Texts

_ACTIONS: Final = (
    trust_import,
    trust_show,
    trust_diff,
    trust_update,
    trust_remove,
    trust_anchors,
    trust_sign,
)


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command and what it can do to the parser."""
    parser = commands.add_parser(
        "trust", texts=texts, help=texts.get("help", "trust-lists"), add_help=False, allow_abbrev=False
    )
    add_help(parser, texts)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for action in _ACTIONS:
        action.add_parser(actions, texts)
