"""`vaxcert rules show`: which rules are in a file, and what they say."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.output import Colour
from vaxcert.cli.rules_inputs import add_rule_files, readings_of
from vaxcert.cli.session import Session
from vaxcert.cli.table import table_lines
from vaxcert.cli.trust_words import age, day, proof, state_of
from vaxcert.model.certificate import Kind
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.rules.acceptance import GENERAL, Rule
from vaxcert.rules.lists.reading import RuleListReading
from vaxcert.trust.origin import Proof

_COLUMNS: Final = ("rule", "version", "kind", "from", "until", "state")


class RuleState(StrEnum):
    """How a rule stands at a time."""

    IN_FORCE = "in-force"
    NOT_YET = "not-yet"
    ENDED = "ended"


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert rules`."""
    parser = add_command(actions, "show", texts, run, help_key="rules-show")
    add_rule_files(parser, texts)
    parser.add_argument("--country", metavar="CC", help=texts.get("help", "rules-show-country"))
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at-show"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show the rules of each file.

    Raises:
        RuleError: A file cannot be read as rules.
        TrustListError: A list must not be relied on.
        AdapterError: A file cannot be read.
    """
    at = options.at or session.now
    readings = readings_of(options)
    for reading in readings:
        rules = _wanted(reading, options.country)
        if options.json:
            for rule in rules:
                session.output.json(_rule_json(rule, reading, at))
        else:
            _write(reading, rules, at, session)
        for problem in reading.problems:
            session.output.error(problem)
    return ExitCode.ACCEPTED


def _wanted(reading: RuleListReading, country: str | None) -> list[Rule]:
    chosen = [rule for rule in reading.rules if country is None or rule.country == country.upper()]
    return sorted(chosen, key=lambda rule: (rule.country, rule.identifier, rule.version))


def _write(reading: RuleListReading, rules: Sequence[Rule], at: datetime, session: Session) -> None:
    """Two lines a rule: the table, and under each row its own words."""
    output, texts = session.output, session.texts
    output.rule("═")
    output.line(texts.get("trust", "list-of", name=reading.origin.name, format=reading.origin.format))
    colour = Colour.YELLOW if reading.origin.proof is Proof.UNSIGNED else None
    output.paragraph(about_rules(reading, at, texts), mark="  ", colour=colour)
    if not rules:
        return
    heading = [texts.get("rules", f"heading-{name}") for name in _COLUMNS]
    lines = table_lines(heading, [_cells(rule, at, texts) for rule in rules])
    output.line(lines[0])
    output.rule()
    for rule, line in zip(rules, lines[1:], strict=True):
        output.line(line)
        output.paragraph(rule.description(texts.language), mark="    ")


def about_rules(reading: RuleListReading, at: datetime, texts: Texts) -> str:
    """What a list is, in a line: how many rules, who vouches, which edition, how old."""
    origin = reading.origin
    count = texts.get("rules", "count", rules=len(reading.rules), sets=len(reading.value_sets))
    parts = [count, proof(texts, origin)]
    if origin.number is not None:
        parts.append(texts.get("trust", "note-number", number=origin.number))
    if origin.issued is not None:
        parts.append(age(texts, origin.issued, at))
    if origin.usable_until is not None:
        parts.append(texts.get("trust", f"state-{state_of(origin, at)}"))
    return ", ".join(parts)


def _cells(rule: Rule, at: datetime, texts: Texts) -> tuple[str, ...]:
    return (
        rule.identifier if rule.region is None else f"{rule.identifier} {rule.region}",
        ".".join(map(str, rule.version)),
        kind_words(rule, texts),
        day(texts, rule.valid_from),
        day(texts, rule.valid_to),
        texts.get("rules", f"state-{_state(rule, at)}"),
    )


def kind_words(rule: Rule, texts: Texts) -> str:
    """What certificates a rule is about."""
    if rule.certificate_type == GENERAL:
        return texts.get("rules", "general")
    return texts.get("kind", Kind(rule.certificate_type.lower()))


def _state(rule: Rule, at: datetime) -> RuleState:
    if at < rule.valid_from:
        return RuleState.NOT_YET
    return RuleState.IN_FORCE if rule.is_in_force(at) else RuleState.ENDED


def _rule_json(rule: Rule, reading: RuleListReading, at: datetime) -> dict[str, Any]:
    return {
        "list": reading.origin.name,
        "proof": reading.origin.proof,
        "identifier": rule.identifier,
        "type": rule.type,
        "country": rule.country,
        "region": rule.region,
        "certificate_type": rule.certificate_type,
        "version": ".".join(map(str, rule.version)),
        "engine": rule.engine,
        "engine_version": ".".join(map(str, rule.engine_version)),
        "schema_version": ".".join(map(str, rule.schema_version)),
        "valid_from": moment_json(rule.valid_from),
        "valid_to": moment_json(rule.valid_to),
        "state": _state(rule, at),
        "descriptions": dict(rule.descriptions),
    }
