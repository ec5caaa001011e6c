"""The conditions of a policy, section by section, each of which becomes one rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from vaxcert.errors import Reason, RuleError
from vaxcert.model import value_sets
from vaxcert.rules import certlogic
from vaxcert.rules.lists import json_text
from vaxcert.rules.toml_rules import logic as cl
from vaxcert.rules.toml_rules.codes import CodeReader, Codes, named
from vaxcert.rules.toml_rules.logic import Logic, Span
from vaxcert.rules.toml_rules.sentences import Sentences, sentence
from vaxcert.rules.toml_rules.tables import Table

MAX_TABLES: Final = 99
"""Limits of one kind, and expressions of its own, that a policy may have: identifiers have two digits for them."""

SECTIONS: Final = {"certificate": "GR", "vaccination": "VR", "test": "TR", "recovery": "RR"}
"""With what the identifiers of their rules begin."""

_MAX_AGE: Final = 120
_MAX_DAYS: Final = 36_500
_MAX_HOURS: Final = 24 * _MAX_DAYS
_MAX_FIELDS: Final = 100
_FIELD: Final = re.compile("[!-~]{1,40}")
_FIRST_LIMIT: Final = 101
_FIRST_OWN: Final = 901
_ENTRIES: Final = {"vaccination": "v", "test": "t", "recovery": "r"}
_TEST_TYPES: Final = {"pcr": "LP6464-4", "rapid": "LP217198-3"}
_RESULTS: Final = {"negative": "260415000", "positive": "260373001"}
_DOSES: Final = ("any", "incomplete", "complete", "first", "booster")
_CERTIFICATE_KEYS: Final = ("one_event", "diseases", "exempt_under_age")
_AGE_KEYS: Final = ("from_age", "under_age", "sentences")
_DAY_KEYS: Final = ("min_days", "max_days", "max_elapsed_days", *_AGE_KEYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition.

    Attributes:
        section: Which kind of certificates it is about, by the section of the policy.
        number: Of its rule, among those of the section.
        logic: What has to be true.
        sentences: What it says of itself.
        name: Its key, by which the policy may give it sentences; "" for those that hold their own.
    """

    section: str
    number: int
    logic: Logic
    sentences: Sentences
    name: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What every section is read with.

    Attributes:
        codes: Reads codes.
        zone_hours: What the clock is ahead of UTC by which days begin.
    """

    codes: CodeReader = field(default_factory=CodeReader)
    zone_hours: int = 0


def certificate_conditions(root: Table, setting: Setting) -> Iterator[Condition]:
    """What certificates of every kind must be."""
    table = root.table("certificate", _CERTIFICATE_KEYS)
    if table.flag("one_event"):
        yield _condition("certificate", 1, "one_event", _one_event())
    if "diseases" in table:
        diseases = setting.codes.diseases(table, "diseases")
        yield _condition("certificate", 2, "diseases", _of_diseases(diseases), names=diseases.names)


def exempt_under_age(root: Table) -> int | None:
    """Below which age no rule has to be fulfilled, if below any."""
    table = root.table("certificate", _CERTIFICATE_KEYS)
    return table.optional_number("exempt_under_age", 1, _MAX_AGE)


def vaccination_conditions(root: Table, setting: Setting) -> Iterator[Condition]:
    """What vaccinations must be."""
    table = root.table(
        "vaccination",
        (
            *("one_entry", "vaccine_types", "products", "holders", "complete_series"),
            *("booster_from_dose", "single_dose_products", "days"),
        ),
    )
    if table.flag("one_entry"):
        yield _one_entry("vaccination")
    for number, (name, path, value_set, read) in enumerate(
        (
            ("vaccine_types", "v.0.vp", "sct-vaccines-covid-19", setting.codes.vaccine_types),
            ("products", "v.0.mp", "vaccines-covid-19-names", setting.codes.products),
            ("holders", "v.0.ma", "vaccines-covid-19-auth-holders", setting.codes.holders),
        ),
        2,
    ):
        if name in table:
            codes = read(table, name)
            accepted = cl.is_one_of(cl.payload(path), codes.codes, value_set)
            yield _condition("vaccination", number, name, accepted, names=codes.names)
    if table.flag("complete_series"):
        yield _condition("vaccination", 5, "complete_series", _is_complete())
    doses = _doses(table, setting.codes)
    known = ("of", "products", "except_products", *_DAY_KEYS)
    for number, limit in _tables(table, "days", known, _FIRST_LIMIT):
        yield _dose_limit(limit, number, doses, setting)


def test_conditions(root: Table, setting: Setting) -> Iterator[Condition]:
    """What tests must be."""
    table = root.table("test", ("one_entry", "types", "results", "devices", "hours"))
    sets = value_sets.current()
    if table.flag("one_entry"):
        yield _one_entry("test")
    if "types" in table:
        types = named(sets.test_types[_TEST_TYPES[word]] for word in table.words("types", tuple(_TEST_TYPES)))
        accepted = cl.is_one_of(cl.payload("t.0.tt"), types.codes)
        yield _condition("test", 2, "types", accepted, names=types.names)
    if "results" in table:
        results = named(sets.test_results[_RESULTS[word]] for word in table.words("results", tuple(_RESULTS)))
        accepted = cl.is_one_of(cl.payload("t.0.tr"), results.codes)
        yield _condition("test", 3, "results", accepted, names=results.names)
    if "devices" in table:
        devices = setting.codes.devices(table, "devices")
        known = cl.is_one_of(cl.payload("t.0.ma"), devices.codes, "covid-19-lab-test-manufacturer-and-name")
        yield _condition("test", 4, "devices", cl.only_if(_is_test("rapid"), known), names=devices.names)
    for number, limit in _tables(table, "hours", ("of", "min_hours", "max_hours", *_AGE_KEYS), _FIRST_LIMIT):
        yield _test_limit(limit, number)


def recovery_conditions(root: Table, setting: Setting) -> Iterator[Condition]:
    """What recoveries must be."""
    table = root.table("recovery", ("one_entry", "within_validity", "days"))
    if table.flag("one_entry"):
        yield _one_entry("recovery")
    if table.flag("within_validity"):
        within = cl.is_within_days(cl.payload("r.0.df"), cl.payload("r.0.du"), setting.zone_hours)
        yield _condition("recovery", 2, "within_validity", within)
    for number, limit in _tables(table, "days", _DAY_KEYS, _FIRST_LIMIT):
        span, said = _days(limit, setting.zone_hours)
        ages, for_ages = _ages(limit)
        yield _limit(
            "recovery",
            number,
            ages(span.holds_for(cl.payload("r.0.fr"))),
            limit.sentences("sentences"),
            sentence("recovery.days", span=said, ages=for_ages),
        )


def kind_conditions(
    section: str, root: Table, setting: Setting, read: Callable[[Table, Setting], Iterator[Condition]]
) -> tuple[Condition, ...]:
    """The conditions on one kind of certificates: what its section says; without a section, that none is accepted.

    Args:
        section: `vaccination`, `test` or `recovery`.
        root: The whole policy.
        setting: What every section is read with.
        read: Reads that section.
    """
    if section not in root:
        return (_condition(section, 0, "refused", False),)
    return tuple(read(root, setting)) or (_condition(section, 0, "accepted", True),)


def own_conditions(root: Table) -> Iterator[Condition]:
    """Conditions that the policy has in CertLogic."""
    for number, table in _tables(root, "own", ("about", "logic", "sentences"), _FIRST_OWN):
        sentences = table.sentences("sentences")
        if not sentences:
            raise RuleError(
                Reason.RULE_UNREADABLE, f"{table.key('sentences')}: missing, a sentence such as en expected"
            )
        yield Condition(
            section=table.word("about", tuple(SECTIONS)),
            number=number,
            logic=_own_logic(table),
            sentences=sentences,
        )


def _own_logic(table: Table) -> Logic:
    expected = "a CertLogic expression as JSON text"
    try:
        logic = json_text.load(table.text("logic", expected))
    except RuleError as error:
        if error.reason is Reason.RULE_UNREADABLE:
            raise
        raise RuleError(
            Reason.RULE_UNREADABLE, f"{table.key('logic')}: no JSON, {expected} expected"
        ) from None
    issues = certlogic.validate(logic)
    if issues:
        message = " ".join(issues[0].message.split())
        raise RuleError(Reason.RULE_UNREADABLE, f"{table.key('logic')}: {ascii(message)[1:-1]}")
    fields = cl.paths(logic)
    if len(fields) > _MAX_FIELDS or not all(map(_FIELD.fullmatch, fields)):
        raise _misfit(table, "logic", f"at most {_MAX_FIELDS} fields of the certificate, such as v.0.dt,")
    return logic


def _condition(section: str, number: int, name: str, logic: Logic, **parts: Sentences) -> Condition:
    entry = _ENTRIES.get(section)
    if entry is not None and name != "one_entry":
        logic = cl.only_if(cl.payload(f"{entry}.0"), logic)
    said = sentence(f"{section}.{name}", **parts)
    return Condition(section=section, number=number, logic=logic, sentences=said, name=name)


def _limit(section: str, number: int, logic: Logic, own: Sentences, default: Sentences) -> Condition:
    guarded = cl.only_if(cl.payload(f"{_ENTRIES[section]}.0"), logic)
    return Condition(section=section, number=number, logic=guarded, sentences={**default, **own})


def _one_entry(section: str) -> Condition:
    return _condition(section, 1, "one_entry", {"!": [cl.payload(f"{_ENTRIES[section]}.1")]})


def _one_event() -> Logic:
    entries = [cl.payload(entry) for entry in _ENTRIES.values()]
    counted = {"+": [{"var": "accumulator"}, {"if": [{"var": "current.0"}, 1, 0]}]}
    return {"===": [{"reduce": [entries, counted, 0]}, 1]}


def _of_diseases(diseases: Codes) -> Logic:
    return cl.every(
        [
            cl.only_if(
                cl.payload(f"{entry}.0"),
                cl.is_one_of(cl.payload(f"{entry}.0.tg"), diseases.codes, "disease-agent-targeted"),
            )
            for entry in _ENTRIES.values()
        ]
    )


def _is_complete() -> Logic:
    return {">=": [cl.payload("v.0.dn"), cl.payload("v.0.sd")]}


def _doses(table: Table, codes: CodeReader) -> Mapping[str, Logic]:
    """What each word for doses means: `any` is true whatever the dose."""
    number, series = cl.payload("v.0.dn"), cl.payload("v.0.sd")
    booster: Logic = {">": [number, series]}
    if "booster_from_dose" in table:
        booster = cl.either(booster, {">=": [number, table.number("booster_from_dose", 2, 99)]})
    if "single_dose_products" in table:
        single = codes.products(table, "single_dose_products").codes
        further = {">": [number, 1]}
        of_single = cl.is_one_of(cl.payload("v.0.mp"), single, "vaccines-covid-19-names")
        booster = cl.either(booster, {"and": [further, of_single]})
    complete = {"and": [_is_complete(), {"!": [booster]}]}
    return {
        "any": True,
        "incomplete": {"<": [number, series]},
        "complete": complete,
        "first": {"<=": [number, 1]},
        "booster": booster,
    }


def _dose_limit(table: Table, number: int, doses: Mapping[str, Logic], setting: Setting) -> Condition:
    of = table.word("of", _DOSES)
    span, said = _days(table, setting.zone_hours)
    ages, for_ages = _ages(table)
    logic = ages(span.holds_for(cl.payload("v.0.dt")))
    for_products = sentence("none")
    for key, word in (("products", "only"), ("except_products", "except")):
        if key in table:
            codes = setting.codes.products(table, key)
            is_named = cl.is_one_of(cl.payload("v.0.mp"), codes.codes, "vaccines-covid-19-names")
            logic = cl.only_if(is_named, logic) if key == "products" else cl.either(is_named, logic)
            for_products = sentence(word, names=codes.names)
    if of != "any":
        logic = cl.only_if(doses[of], logic)
    default = sentence(
        "vaccination.days", dose=sentence(f"dose.{of}"), products=for_products, span=said, ages=for_ages
    )
    return _limit("vaccination", number, logic, table.sentences("sentences"), default)


def _test_limit(table: Table, number: int) -> Condition:
    of = table.word("of", ("any", *_TEST_TYPES))
    least = table.optional_number("min_hours", 0, _MAX_HOURS)
    most = table.optional_number("max_hours", 0, _MAX_HOURS)
    span = Span(least=least, most=most, unit="hour")
    said = _span(table, "hour", least, most)
    ages, for_ages = _ages(table)
    logic = ages(span.holds_for(cl.payload("t.0.sc")))
    if of != "any":
        logic = cl.only_if(_is_test(of), logic)
    default = sentence("test.hours", sample=sentence(f"sample.{of}"), span=said, ages=for_ages)
    return _limit("test", number, logic, table.sentences("sentences"), default)


def _is_test(word: str) -> Logic:
    return {"===": [cl.payload("t.0.tt"), _TEST_TYPES[word]]}


def _days(table: Table, zone_hours: int) -> tuple[Span, Sentences]:
    least = table.optional_number("min_days", 0, _MAX_DAYS)
    most = table.optional_number("max_days", 0, _MAX_DAYS)
    elapsed = table.optional_number("max_elapsed_days", 0, _MAX_DAYS)
    if most is not None and elapsed is not None:
        raise _misfit(table, "max_elapsed_days", "max_days is there too, one of them")
    span = Span(least=least, most=most, most_elapsed=elapsed, zone_hours=zone_hours)
    if elapsed is not None:
        return span, _span(table, "day", least, elapsed, "_elapsed")
    return span, _span(table, "day", least, most)


def _span(table: Table, unit: str, least: int | None, most: int | None, word: str = "") -> Sentences:
    """How long ago, for people; `word` is for a last day of which nothing counts."""
    given = {name: bound for name, bound in (("least", least), ("most", most)) if bound is not None}
    if not given:
        raise _misfit(table, f"max_{unit}s", f"missing, it or min_{unit}s")
    if len(given) == 2 and given["least"] > given["most"]:
        raise _misfit(table, f"min_{unit}s", f"{least}, at most {most}, the other limit,")
    if most is None:
        return sentence(f"{unit}.least", **given) if least else sentence("past")
    return sentence(f"{unit}.{'both' if least else 'most'}{word}", **given)


def _ages(table: Table) -> tuple[Callable[[Logic], Logic], Sentences]:
    """Makes a condition count for some ages only, and says for which."""
    youngest = table.optional_number("from_age", 1, _MAX_AGE)
    limit = table.optional_number("under_age", 1, _MAX_AGE)
    if youngest is not None and limit is not None and youngest >= limit:
        raise _misfit(table, "from_age", f"{youngest}, less than under_age")

    def counted(logic: Logic) -> Logic:
        if limit is not None:
            logic = cl.only_if(cl.is_younger_than(limit), logic)
        return logic if youngest is None else cl.either(cl.is_younger_than(youngest), logic)

    return counted, _said_ages(youngest, limit)


def _said_ages(youngest: int | None, limit: int | None) -> Sentences:
    if youngest is not None and limit is not None:
        return sentence("ages.both", youngest=youngest, limit=limit)
    if youngest is not None:
        return sentence("ages.from", youngest=youngest)
    return sentence("none") if limit is None else sentence("ages.under", limit=limit)


def _tables(table: Table, name: str, known: tuple[str, ...], first: int) -> Iterator[tuple[int, Table]]:
    found = table.tables(name, known)
    if len(found) > MAX_TABLES:
        raise _misfit(table, name, f"{len(found)} tables, at most {MAX_TABLES}")
    yield from enumerate(found, first)


def _misfit(table: Table, name: str, problem: str) -> RuleError:
    return RuleError(Reason.RULE_UNREADABLE, f"{table.key(name)}: {problem} expected")
