"""Options that say which country's rules certificates are asked by, and the rules that they come to."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vaxcert.adapters.store import TrustStore
from vaxcert.cli.arguments import Parser
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.trust_options import anchors_of
from vaxcert.model.countries import country_code
from vaxcert.presentation.texts import Texts
from vaxcert.trust.formats import ReadingTerms
from vaxcert.trust.origin import Environment

if TYPE_CHECKING:
    from vaxcert.rules.acceptance import RuleSet


def add_rules(parser: Parser, texts: Texts) -> None:
    """Add the options."""
    parser.add_argument("--country", type=_country, metavar="CC", help=texts.get("help", "rules-country"))
    parser.add_argument("--region", metavar="NAME", help=texts.get("help", "rules-region"))
    for name, metavar in (("rules", "FILE"), ("rules-anchor", "FILE")):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            type=Path,
            metavar=metavar,
            help=texts.get("help", name),
        )


def rules_of(options: argparse.Namespace, terms: ReadingTerms, places: Sequence[Path] = ()) -> RuleSet | None:
    """The rules that are named, else those of the stores among the trust lists; None where no country is named.

    Args:
        options: With those of `add_rules`.
        places: Where the trust lists are.
        terms: On which the trust lists are read; its anchors judge rules as well where those have none of their own.

    Raises:
        UsageError: There is a country without rules, or rules without a country.
        RuleError: `rule-list-unreadable`.
        TrustListError: Rules must not be relied on, or an anchor cannot be read.
        AdapterError: `file-unreadable`, or `store-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    paths = options.rules or ([path for path in places if _keeps_rules(path)] if options.country else [])
    if bool(paths) != bool(options.country):
        raise UsageError("--country and --rules go together: rules are those of a country of arrival")
    for name in ("region", "rules_anchor"):
        if getattr(options, name) and not paths:
            raise UsageError(f"--{name.replace('_', '-')} belongs with --rules")
    if not paths:
        return None
    from vaxcert.adapters.rule_files import load_rules  # not needed without rules
    from vaxcert.rules.lists.reading import RuleTerms

    environment = Environment(options.environment) if options.environment else None
    return load_rules(
        paths,
        RuleTerms(
            anchors=anchors_of(options.rules_anchor) or terms.anchors,
            threshold=terms.threshold,
            environment=environment,
            allow_unsigned=terms.allow_unsigned,
        ),
    )


def _keeps_rules(path: Path) -> bool:
    return TrustStore.is_store(path) and bool(TrustStore.open(path).rule_sources.names())


def _country(text: str) -> str:
    code = country_code(text.upper())
    if code is None:
        raise argparse.ArgumentTypeError("not a country of two letters")
    return code
