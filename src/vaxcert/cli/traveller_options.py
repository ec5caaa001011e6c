"""Options of `vaxcert verify` that ask for decisions about travellers."""

from __future__ import annotations

import argparse

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.scanner import BAUD_RATES, DEFAULT_BAUD
from vaxcert.cli.arguments import Parser
from vaxcert.presentation.texts import Texts


def add_travellers(parser: Parser, texts: Texts) -> None:
    """Add the options that say who shows the certificates, and where they are scanned."""
    parser.add_argument("--passport-mrz", metavar="FILE|TEXT", help=texts.get("help", "passport-mrz"))
    parser.add_argument("--name", help=texts.get("help", "traveller-name"))
    parser.add_argument("--dob", metavar="DATE", help=texts.get("help", "traveller-dob"))
    parser.add_argument("--together", action="store_true", help=texts.get("help", "together"))
    parser.add_argument(
        "--watch", nargs="?", const=STANDARD_INPUT, metavar="DEVICE", help=texts.get("help", "watch")
    )
    rates = ", ".join(map(str, BAUD_RATES))
    parser.add_argument(
        "--baud",
        type=int,
        choices=BAUD_RATES,
        metavar="N",
        help=texts.get("help", "baud", rates=rates, default=DEFAULT_BAUD),
    )


def names_traveller(options: argparse.Namespace) -> bool:
    """Whether the options say who the traveller is."""
    return any(value is not None for value in (options.passport_mrz, options.name, options.dob))


def asks_for_decisions(options: argparse.Namespace) -> bool:
    """Whether the options ask for decisions about travellers."""
    return bool(options.together or options.country) or options.watch is not None or names_traveller(options)
