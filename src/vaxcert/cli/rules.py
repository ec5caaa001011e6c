"""`vaxcert rules`: the rules of countries about what a certificate must say."""

from __future__ import annotations

from typing import Final

from vaxcert.cli import rules_check, rules_compile, rules_import, rules_show, rules_sign
from vaxcert.cli.arguments import Commands, add_help
from vaxcert.presentation.texts import Texts

_ACTIONS: Final = (rules_show, rules_check, rules_compile, rules_sign, rules_import)


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command and what it can do to the parser."""
    parser = commands.add_parser(
        "rules", texts=texts, help=texts.get("help", "rules-command"), add_help=False, allow_abbrev=False
    )
    add_help(parser, texts)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for action in _ACTIONS:
        action.add_parser(actions, texts)
