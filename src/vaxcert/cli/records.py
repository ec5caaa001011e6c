"""`vaxcert records`: files of dose records before certificates are made of them."""

from __future__ import annotations

from typing import Final

from vaxcert.cli import (
    records_attest,
    records_attestations,
    records_check,
    records_convert,
    records_facilities,
)
from vaxcert.cli.arguments import Commands, add_help
from vaxcert.presentation.texts import Texts

_ACTIONS: Final = (records_check, records_convert, records_attest, records_attestations, records_facilities)


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command and what it can do to the parser."""
    parser = commands.add_parser(
        "records", texts=texts, help=texts.get("help", "records-group"), add_help=False, allow_abbrev=False
    )
    add_help(parser, texts)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    for action in _ACTIONS:
        action.add_parser(actions, texts)
