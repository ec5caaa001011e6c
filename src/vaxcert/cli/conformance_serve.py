"""`vaxcert conformance serve`: this library as an implementation under test."""

from __future__ import annotations

import argparse

from vaxcert.adapters.conformance.serving import answers
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.session import Session
from vaxcert.presentation.texts import Texts


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert conformance`."""
    add_command(actions, "serve", texts, run, help_key="conformance-serve")


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Answer each line of standard input, until it ends."""
    for answer in answers(session.stdin):
        session.output.json(answer)
    return ExitCode.ACCEPTED
