"""`vaxcert rules sign`: make a signed list of rules, or add another anchor's signature to one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.rule_files import load_rules
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.list_signing import (
    Labelled,
    ListKind,
    add_edition_options,
    add_target_options,
    edition_of,
    sign_list,
)
from vaxcert.cli.session import Session
from vaxcert.errors import VaxcertError
from vaxcert.limits import MAX_RULE_FILE_BYTES
from vaxcert.presentation.texts import Texts
from vaxcert.rules.acceptance import RuleSet
from vaxcert.rules.lists import signed
from vaxcert.rules.lists.reading import RuleTerms
from vaxcert.rules.lists.signed import RuleListContent
from vaxcert.rules.rule_lint import rule_issues
from vaxcert.trust.anchors import Anchor


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert rules`."""
    parser = add_command(actions, "sign", texts, run, help_key="rules-sign")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help=texts.get("help", "rules-signed"))
    add_target_options(parser, texts)
    add_edition_options(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show what is signed, and sign it.

    Returns:
        `REFUSED`, with nothing written, when a rule cannot be read; else `ACCEPTED`.

    Raises:
        UsageError: The options do not go together, or a value is out of range.
        AdapterError: A file cannot be used, or is in the way.
        RuleError: A file cannot be read as rules.
        UnsupportedError: `key-type`.
        TrustListError: What is there already cannot be read, or says things that are not known here.
    """
    return sign_list(_RULE_LIST, options, session)


def _content(options: argparse.Namespace, session: Session) -> RuleListContent | None:
    """None when a rule cannot be read: nobody should sign the others in the belief that it is all."""
    rules = load_rules(options.files)
    for problem in rules.problems:
        session.output.error(problem)
    _say_issues(rules, session)
    if rules.problems:
        return None
    return RuleListContent(
        **edition_of(options, session.now),
        rules=rules.rules,
        value_sets={name: tuple(codes) for name, codes in rules.value_sets.items()},
    )


def _say_issues(rules: RuleSet, session: Session) -> None:
    """What is wrong with rules is no reason not to sign them: whoever passes on those of other countries takes all."""
    for issue in rule_issues(rules.rules, rules.value_sets):
        sentence = session.texts.get("rule-issue", issue.code)
        session.output.problem(issue.code, f"{issue.identifier}: {issue.detail or sentence}", sentence)


def _decoded(data: bytes) -> RuleListContent:
    return signed.decode(data).content


def _figures(content: RuleListContent) -> dict[str, Any]:
    return {
        "rules": len(content.rules),
        "countries": sorted({rule.country for rule in content.rules}),
        "value_sets": sorted(content.value_sets),
    }


def _shown(content: RuleListContent) -> Sequence[Labelled]:
    figures = _figures(content)
    return (
        ("rules", "rules", str(figures["rules"])),
        ("rules", "countries", ", ".join(figures["countries"])),
        ("rules", "value-sets", ", ".join(figures["value_sets"])),
    )


def _problems(data: bytes, anchor: Anchor) -> Sequence[VaxcertError]:
    return signed.read(data, RuleTerms(anchors=(anchor,))).problems


_RULE_LIST: Final = ListKind(
    content_type=signed.CONTENT_TYPE,
    most_bytes=MAX_RULE_FILE_BYTES,
    encode=signed.encode,
    decode=_decoded,
    options=("files",),
    needs="at least one file of rules",
    content=_content,
    figures=_figures,
    shown=_shown,
    problems=_problems,
)
