"""`vaxcert rules check`: what is wrong with rules, before they are published."""

from __future__ import annotations

import argparse

from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.output import Colour
from vaxcert.cli.rules_inputs import add_rule_files, readings_of
from vaxcert.cli.session import Session
from vaxcert.presentation.texts import Texts
from vaxcert.rules.lists.reading import combined
from vaxcert.rules.rule_lint import RuleIssue, rule_issues


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert rules`."""
    parser = add_command(actions, "check", texts, run, help_key="rules-check")
    add_rule_files(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Say what is wrong with the rules of all files together.

    Returns:
        `REFUSED` when anything is, else `ACCEPTED`.

    Raises:
        RuleError: A file cannot be read as rules; of TOML also where one value is not as expected.
        TrustListError: A list must not be relied on.
        AdapterError: A file cannot be read.
    """
    rules = combined(readings_of(options))
    issues = rule_issues(rules.rules, rules.value_sets)
    for problem in rules.problems:
        session.output.error(problem)
    for issue in issues:
        _write(issue, options, session)
    if not options.json:
        count = session.texts.get("rules", "checked", rules=len(rules), issues=len(issues))
        session.output.paragraph(count, colour=Colour.RED if issues or rules.problems else Colour.GREEN)
    return ExitCode.REFUSED if issues or rules.problems else ExitCode.ACCEPTED


def _write(issue: RuleIssue, options: argparse.Namespace, session: Session) -> None:
    sentence = session.texts.get("rule-issue", issue.code)
    if options.json:
        told = {"identifier": issue.identifier, "code": issue.code, "sentence": sentence}
        session.output.json({**told, "detail": issue.detail})
        return
    values = (f"{sentence} [{issue.code}]", *((issue.detail,) if issue.detail else ()))
    session.output.labelled(issue.identifier, *values)
