"""The option that says which columns a file of records has."""

from __future__ import annotations

import argparse
from pathlib import Path

from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.mapping import load_mapping
from vaxcert.cli.arguments import Parser
from vaxcert.presentation.texts import Texts


def add_mapping_option(parser: Parser, texts: Texts) -> None:
    """Add `--mapping`."""
    parser.add_argument("--mapping", type=Path, metavar="FILE", help=texts.get("help", "mapping"))


def mapping_of(options: argparse.Namespace) -> Layout | None:
    """The layout that is named; None where the file shows it.

    Raises:
        AdapterError: `file-unreadable`, `mapping-unusable`.
        LimitExceededError: `input-too-long`.
    """
    return load_mapping(options.mapping) if options.mapping is not None else None
