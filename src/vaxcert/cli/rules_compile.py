"""`vaxcert rules compile`: own rules in TOML, or rules of any other form, as the JSON that the EU gateway takes."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from vaxcert.adapters.files import write_atomically
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.rules_inputs import add_rule_files, readings_of
from vaxcert.cli.session import Session
from vaxcert.presentation.texts import Texts
from vaxcert.rules.lists.reading import combined
from vaxcert.rules.lists.record import write_rule


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert rules`."""
    parser = add_command(actions, "compile", texts, run, help_key="rules-compile")
    add_rule_files(parser, texts)
    parser.add_argument("--out", type=Path, metavar="FILE", help=texts.get("help", "rules-out"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Write the records of all rules: one array, or with `--json` one a line.

    Returns:
        `REFUSED`, with nothing written, when a rule cannot be read; else `ACCEPTED`.

    Raises:
        RuleError: A file cannot be read as rules.
        TrustListError: A list must not be relied on.
        AdapterError: A file cannot be read, or the result not be written.
    """
    rules = combined(readings_of(options))
    for problem in rules.problems:
        session.output.error(problem)
    if rules.problems:
        return ExitCode.REFUSED
    records = [write_rule(rule) for rule in rules.rules]
    if options.out is not None:
        text = json.dumps(records, ensure_ascii=False, indent=2) + "\n"
        write_atomically(options.out, text.encode())
        if not options.json:
            session.output.paragraph(session.texts.get("keys", "written", path=options.out))
    elif options.json:
        for record in records:
            session.output.json(record)
    else:
        session.output.line(json.dumps(records, ensure_ascii=True, indent=2))
    return ExitCode.ACCEPTED
