"""From the text of a policy to rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from vaxcert.errors import Reason, RuleError
from vaxcert.limits import MAX_TOML_LINE_DOTS, MAX_TOML_RULES_CHARACTERS
from vaxcert.model.countries import country_code
from vaxcert.rules import certlogic
from vaxcert.rules.acceptance import ENGINE, GENERAL, Rule, RuleType
from vaxcert.rules.lists.record import read_version
from vaxcert.rules.toml_rules import conditions as cd
from vaxcert.rules.toml_rules import logic as cl
from vaxcert.rules.toml_rules.codes import CodeReader
from vaxcert.rules.toml_rules.conditions import Condition, Setting
from vaxcert.rules.toml_rules.tables import Table, wrong

_KEYS: Final = (
    *("country", "region", "version", "valid_from", "valid_to", "time_zone_hours", "new_codes"),
    *("certificate", "vaccination", "test", "recovery", "own", "sentences"),
)
_SCHEMA_VERSION: Final = (1, 0, 0)
_MAX_PROBLEM_CHARACTERS: Final = 200
_MAX_REGION_CHARACTERS: Final = 40


def compile_rules(text: str) -> tuple[Rule, ...]:
    """Make acceptance rules of a country's policy. Described in `docs/toml-rules.md`.

    Args:
        text: TOML 1.0.

    Returns:
        One rule for each condition, in the order general, vaccination, test, recovery. A kind of certificate that the
        policy has no section for has one rule, which fails.

    Raises:
        RuleError: `rule-unreadable`, which names the key and what was expected; `certlogic-bounds`.
    """
    root = Table(_tables(text), "", _KEYS)
    country = _country(root)
    zone_hours = root.optional_number("time_zone_hours", -12, 14) or 0
    valid_from, valid_to = _validity(root, zone_hours)
    region, version = _region(root), _version(root)
    exempt = cd.exempt_under_age(root)
    return tuple(
        Rule(
            identifier=f"{cd.SECTIONS[one.section]}-{country}-{one.number:04}",
            type=RuleType.ACCEPTANCE,
            country=country,
            region=region,
            certificate_type=GENERAL if one.section == "certificate" else one.section.capitalize(),
            version=version,
            schema_version=_SCHEMA_VERSION,
            engine=ENGINE,
            engine_version=certlogic.VERSION,
            descriptions=dict(one.sentences),
            valid_from=valid_from,
            valid_to=valid_to,
            affected_fields=cl.paths(one.logic),
            logic=one.logic,
        )
        for one in _exempted(_conditions(root, zone_hours), exempt)
    )


def _tables(text: str) -> dict[str, Any]:
    if len(text) > MAX_TOML_RULES_CHARACTERS:
        raise RuleError(
            Reason.RULE_UNREADABLE,
            f"a policy of {len(text)} characters, at most {MAX_TOML_RULES_CHARACTERS} expected",
        )
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MAX_TOML_LINE_DOTS:
            raise RuleError(
                Reason.RULE_UNREADABLE, f"line {number}: too many dots, at most {MAX_TOML_LINE_DOTS} expected"
            )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(Reason.RULE_UNREADABLE, f"not TOML: {str(error)[:_MAX_PROBLEM_CHARACTERS]}") from None
    except (ValueError, RecursionError):
        raise RuleError(Reason.RULE_UNREADABLE, "not TOML: a value beyond all bounds") from None


def _conditions(root: Table, zone_hours: int) -> list[Condition]:
    """All conditions, with the sentences that the policy has for them."""
    new = root.texts("new_codes", "a list of codes") if "new_codes" in root else ()
    setting = Setting(CodeReader(new), zone_hours)
    found = [
        *cd.certificate_conditions(root, setting),
        *cd.kind_conditions("vaccination", root, setting, cd.vaccination_conditions),
        *cd.kind_conditions("test", root, setting, cd.test_conditions),
        *cd.kind_conditions("recovery", root, setting, cd.recovery_conditions),
    ]
    return [*_with_sentences(root, found), *cd.own_conditions(root)]


def _with_sentences(root: Table, conditions: list[Condition]) -> Iterator[Condition]:
    given = root.table("sentences", tuple(cd.SECTIONS))
    for section in cd.SECTIONS:
        own = [one for one in conditions if one.section == section]
        table = given.table(section, tuple(one.name for one in own if one.name))
        for one in own:
            sentences = table.sentences(one.name) if one.name else {}
            yield replace(one, sentences={**one.sentences, **sentences})


def _exempted(conditions: Iterable[Condition], age: int | None) -> Iterator[Condition]:
    """Conditions that the youngest need not fulfil. Whose age nobody knows is no reason to fail, and none to pass."""
    for one in conditions:
        yield one if age is None else replace(one, logic=cl.either(one.logic, cl.is_younger_than(age)))


def _country(root: Table) -> str:
    expected = "a code of two capital letters such as VN"
    country = root.text("country", expected)
    if country_code(country) is None:
        raise wrong("country", country, expected)
    return country


def _region(root: Table) -> str | None:
    if "region" not in root:
        return None
    expected = f"text of 1 to {_MAX_REGION_CHARACTERS} letters and digits"
    region = root.text("region", expected)
    if (
        not 0 < len(region) <= _MAX_REGION_CHARACTERS
        or not region.replace("-", "").isalnum()
        or not region.isascii()
    ):
        raise wrong("region", region, expected)
    return region


def _version(root: Table) -> tuple[int, int, int]:
    expected = "three numbers such as 1.0.0, in quotation marks,"
    text = root.text("version", expected)
    try:
        return read_version(text)
    except ValueError:
        raise wrong("version", text, expected) from None


def _validity(root: Table, zone_hours: int) -> tuple[datetime, datetime]:
    valid_from = root.day("valid_from", zone_hours, is_end=False)
    valid_to = root.day("valid_to", zone_hours, is_end=True)
    if valid_to < valid_from:
        raise RuleError(Reason.RULE_UNREADABLE, "valid_to: a time before valid_from, a later one expected")
    return valid_from, valid_to
