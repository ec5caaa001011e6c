"""`vaxcert rules import`: check a signed list of rules, and keep it where desks ask it from now on."""

from __future__ import annotations

import argparse
from pathlib import Path

from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.store.imports import ImportOutcome
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.inputs import read_input
from vaxcert.cli.rules_show import about_rules
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import add_anchors, add_store, anchors_of, importing, store_folder
from vaxcert.limits import MAX_RULE_FILE_BYTES
from vaxcert.presentation.as_json import origin_json
from vaxcert.presentation.texts import Texts


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert rules`."""
    parser = add_command(actions, "import", texts, run, help_key="rules-import")
    parser.add_argument("file", type=Path, metavar="FILE", help=texts.get("help", "rules-import-file"))
    parser.add_argument("--name", metavar="NAME", help=texts.get("help", "rules-import-name"))
    add_anchors(parser, texts)
    add_store(parser, texts)
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at-import"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Import one list.

    Raises:
        RuleError: `rule-list-unreadable`, for rules that nobody signed.
        TrustListError: It must not be relied on, or not take the place of what is kept.
        StaleTrustListError: `stale-trust-list`.
        AdapterError: A file or the store failed.
        UsageError: No list can have that name.
    """
    at = options.at or session.now
    data = read_input(options.file, MAX_RULE_FILE_BYTES, session)
    anchors = anchors_of(options.anchor)
    store = TrustStore.create(store_folder(options)).rule_sources
    with importing(options.file):
        result = store.import_list(options.name, data, at=at, anchors=anchors, threshold=options.threshold)
    reading = result.reading
    for problem in reading.problems:
        session.output.error(problem)
    if options.json:
        counts = {"rules": len(reading.rules), "lost": len(reading.problems)}
        session.output.json({**origin_json(reading.origin), **counts, "outcome": result.outcome})
        return ExitCode.ACCEPTED
    texts = session.texts
    session.output.line(texts.get("trust", "list-of", name=reading.origin.name, format=reading.origin.format))
    session.output.paragraph(about_rules(reading, at, texts), mark="  ")
    key = "import-unchanged" if result.outcome is ImportOutcome.UNCHANGED else "import-stored"
    session.output.paragraph(texts.get("revoke", key))
    return ExitCode.ACCEPTED
