"""Files of rules as the commands about them name them."""

from __future__ import annotations

import argparse
from pathlib import Path

from vaxcert.adapters.rule_files import read_rule_files
from vaxcert.cli.arguments import Parser
from vaxcert.cli.trust_options import add_anchors, anchors_of
from vaxcert.presentation.texts import Texts
from vaxcert.rules.lists.reading import RuleListReading, RuleTerms


def add_rule_files(parser: Parser, texts: Texts) -> None:
    """Add the files, and the options that say on what terms they are read."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=texts.get("help", "rule-files"))
    add_anchors(parser, texts)
    parser.add_argument("--allow-unsigned", action="store_true", help=texts.get("help", "allow-unsigned"))


def readings_of(options: argparse.Namespace) -> tuple[RuleListReading, ...]:
    """The lists in the files that are named.

    Raises:
        RuleError: A file cannot be read as rules.
        TrustListError: A list must not be relied on, or an anchor cannot be read.
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    terms = RuleTerms(
        anchors=anchors_of(options.anchor),
        threshold=options.threshold or 1,
        allow_unsigned=options.allow_unsigned,
    )
    return read_rule_files(options.files, terms)
