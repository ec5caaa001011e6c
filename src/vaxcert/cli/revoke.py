"""`vaxcert revoke`: a ledger of what is revoked, lists built from it, and lists that are kept and asked."""

from __future__ import annotations

from vaxcert.cli import revoke_add, revoke_build, revoke_check, revoke_import, revoke_sign
from vaxcert.cli.arguments import Commands, add_help
from vaxcert.presentation.texts import Texts


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command and what it can do to the parser."""
    parser = commands.add_parser(
        "revoke", texts=texts, help=texts.get("help", "revoke"), add_help=False, allow_abbrev=False
    )
    add_help(parser, texts)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    revoke_add.add_parser(actions, texts)
    revoke_build.add_parser(actions, texts)
    revoke_sign.add_parser(actions, texts)
    revoke_import.add_parser(actions, texts)
    revoke_check.add_parser(actions, texts)
