"""What is wrong with rules that can be read: looked for before they are published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from vaxcert.rules import certlogic
from vaxcert.rules.acceptance import DEFAULT_LANGUAGE, ENGINE, GENERAL, SHIPPED_VALUE_SETS, Rule, RuleType

_VALUE_SETS: Final = "external.valueSets."
_KIND_OF_PREFIX: Final = {"GR": GENERAL, "VR": "Vaccination", "TR": "Test", "RR": "Recovery"}
_INVALIDATION_PREFIX: Final = "IR"


class RuleIssueCode(StrEnum):
    """Stable codes of what can be wrong with a rule. Public: never renamed, never reused."""

    LOGIC_INVALID = "logic-invalid"
    ENGINE_UNKNOWN = "engine-unknown"
    ENGINE_NEWER = "engine-newer"
    NEVER_IN_FORCE = "never-in-force"
    ENGLISH_MISSING = "english-missing"
    KIND_MISMATCH = "kind-mismatch"
    VALUE_SET_MISSING = "value-set-missing"
    RULE_TWICE = "rule-twice"


@dataclass(frozen=True, slots=True)
class RuleIssue:
    """One thing that is wrong.

    Attributes:
        code: What.
        identifier: Of the rule.
        detail: More of it, in English; "" where the code says all.
    """

    code: RuleIssueCode
    identifier: str
    detail: str = ""


def rule_issues(rules: Iterable[Rule], value_sets: Collection[str] = ()) -> tuple[RuleIssue, ...]:
    """Look at rules that are to be published together.

    Args:
        rules: As read.
        value_sets: Names of the value sets that come with them.
    """
    found: list[RuleIssue] = []
    seen: set[tuple[object, ...]] = set()
    for rule in rules:
        found += _issues(rule, value_sets)
        edition = (rule.identifier, rule.version, (rule.region or "").casefold())
        if edition in seen:
            found.append(RuleIssue(RuleIssueCode.RULE_TWICE, rule.identifier))
        seen.add(edition)
    return tuple(found)


def _issues(rule: Rule, value_sets: Collection[str]) -> Iterator[RuleIssue]:
    name = rule.identifier
    if rule.engine != ENGINE:
        yield RuleIssue(RuleIssueCode.ENGINE_UNKNOWN, name)
    else:
        yield from _issues_of_logic(rule, value_sets)
    if rule.valid_from > rule.valid_to:
        yield RuleIssue(RuleIssueCode.NEVER_IN_FORCE, name)
    if DEFAULT_LANGUAGE not in rule.descriptions:
        yield RuleIssue(RuleIssueCode.ENGLISH_MISSING, name)
    if not _fits_its_name(rule):
        yield RuleIssue(RuleIssueCode.KIND_MISMATCH, name)


def _issues_of_logic(rule: Rule, value_sets: Collection[str]) -> Iterator[RuleIssue]:
    name = rule.identifier
    if rule.engine_version > certlogic.VERSION:
        yield RuleIssue(RuleIssueCode.ENGINE_NEWER, name, ".".join(map(str, rule.engine_version)))
    for issue in certlogic.validate(rule.logic):
        yield RuleIssue(RuleIssueCode.LOGIC_INVALID, name, issue.message)
    for value_set in sorted(_value_sets(rule.logic) - {*SHIPPED_VALUE_SETS, *value_sets}):
        yield RuleIssue(RuleIssueCode.VALUE_SET_MISSING, name, ascii(value_set)[1:-1])


def _fits_its_name(rule: Rule) -> bool:
    """Whether its identifier begins as those of its type and kind do."""
    prefix = rule.identifier.partition("-")[0]
    if rule.type is RuleType.INVALIDATION or prefix == _INVALIDATION_PREFIX:
        return rule.type is RuleType.INVALIDATION and prefix == _INVALIDATION_PREFIX
    return _KIND_OF_PREFIX.get(prefix, rule.certificate_type) == rule.certificate_type


def _value_sets(logic: Any) -> set[str]:
    """The value sets that an expression looks into. It is no deeper and no larger than its program could be."""
    found, rest = set(), [logic]
    while rest:
        part = rest.pop()
        if type(part) is list:
            rest.extend(part)
        elif type(part) is dict:
            path = part.get("var")
            if type(path) is str and path.startswith(_VALUE_SETS):
                found.add(path.removeprefix(_VALUE_SETS).partition(".")[0])
            rest.extend(part.values())
    return found
