"""The record of one rule, as the EU gateway has it (DGC gateway, rule schema), and back.

A record that deviates in what decides is refused whole: half a rule is another rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from vaxcert.codec.text import iso_moment
from vaxcert.errors import Reason, RuleError
from vaxcert.limits import MAX_RULE_TEXT_CHARACTERS
from vaxcert.model.countries import country_code
from vaxcert.rules.acceptance import CERTIFICATE_TYPES, Rule, RuleType, Version

_IDENTIFIER: Final = re.compile("[A-Z]{2,3}-([A-Z]{2})-[0-9]{4}")
_VERSION: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})")
_LANGUAGE: Final = re.compile("[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_NAME: Final = re.compile("[ -~]{1,40}")

_Read = TypeVar("_Read")


def read_rule(record: Any) -> Rule:
    """Read one record. Members that are not known are passed over.

    Raises:
        RuleError: `rule-unreadable`, which names the member and what was expected; `certlogic-bounds`.
    """
    if type(record) is not dict:
        raise _unreadable("", "the record", "an object")
    identifier = record.get("Identifier")
    match = _IDENTIFIER.fullmatch(identifier) if type(identifier) is str else None
    if match is None or type(identifier) is not str:
        raise _unreadable("", "Identifier", "text such as VR-DE-0001")
    members = _Members(record, identifier)
    if "Logic" not in record:
        raise members.wrong("Logic", "a CertLogic expression")
    return Rule(
        identifier=identifier,
        type=members.read("Type", RuleType, f"one of {', '.join(RuleType)}"),
        country=members.read("Country", _own_country(match[1]), f"{match[1]}, as its identifier says"),
        region=members.read("Region", _region, "text of 1 to 40 characters, or nothing"),
        certificate_type=members.read(
            "CertificateType", _certificate_type, f"one of {', '.join(CERTIFICATE_TYPES)}"
        ),
        version=members.read("Version", read_version, "three numbers such as 1.0.0"),
        schema_version=members.read("SchemaVersion", read_version, "three numbers such as 1.3.0"),
        engine=members.read("Engine", _name, "text of 1 to 40 characters"),
        engine_version=members.read("EngineVersion", read_version, "three numbers such as 1.0.0"),
        descriptions=members.read("Description", _descriptions, "sentences, each with desc and lang"),
        valid_from=members.read("ValidFrom", iso_moment, "a date-time"),
        valid_to=members.read("ValidTo", iso_moment, "a date-time"),
        affected_fields=members.read("AffectedFields", _names, "names of fields such as v.0.dt"),
        logic=record["Logic"],
    )


def write_rule(rule: Rule) -> dict[str, Any]:
    """The record of a rule."""
    return {
        "Identifier": rule.identifier,
        "Type": str(rule.type),
        "Country": rule.country,
        **({} if rule.region is None else {"Region": rule.region}),
        "Version": _dotted(rule.version),
        "SchemaVersion": _dotted(rule.schema_version),
        "Engine": rule.engine,
        "EngineVersion": _dotted(rule.engine_version),
        "CertificateType": rule.certificate_type,
        "Description": [{"lang": lang, "desc": text} for lang, text in rule.descriptions.items()],
        "ValidFrom": _moment(rule.valid_from),
        "ValidTo": _moment(rule.valid_to),
        "AffectedFields": list(rule.affected_fields),
        "Logic": rule.logic,
    }


def read_version(text: Any) -> Version:
    """Three numbers with dots.

    Raises:
        ValueError: The text is of another form.
    """
    match = _VERSION.fullmatch(text) if type(text) is str else None
    if match is None:
        raise ValueError("three numbers expected")
    return int(match[1]), int(match[2]), int(match[3])


def is_language(text: Any) -> bool:
    """Whether it has the form of a language code, in small letters."""
    return type(text) is str and _LANGUAGE.fullmatch(text) is not None


class _Members:
    """The members of one record, read with an error that names them."""

    def __init__(self, record: Mapping[str, Any], identifier: str) -> None:
        self._record = record
        self._identifier = identifier

    def read(self, name: str, read: Callable[[Any], _Read], expected: str) -> _Read:
        try:
            return read(self._record.get(name))
        except ValueError:
            raise self.wrong(name, expected) from None

    def wrong(self, name: str, expected: str) -> RuleError:
        return _unreadable(f"{self._identifier}: ", name, expected)


def _own_country(of_identifier: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value != of_identifier or country_code(value) is None:
            raise ValueError
        return of_identifier

    return read


def _region(value: Any) -> str | None:
    if value is None or (type(value) is str and not value.strip()):
        return None
    return _name(value).strip()


def _certificate_type(value: Any) -> str:
    if type(value) is not str or value not in CERTIFICATE_TYPES:
        raise ValueError
    return value


def _name(value: Any) -> str:
    if type(value) is not str or not _NAME.fullmatch(value):
        raise ValueError
    return value


def _names(value: Any) -> tuple[str, ...]:
    if type(value) is not list or len(value) > 100:
        raise ValueError
    return tuple(map(_name, value))


def _descriptions(value: Any) -> dict[str, str]:
    """By language; of two sentences in one language the first counts."""
    if type(value) is not list or not value:
        raise ValueError
    found: dict[str, str] = {}
    for one in value:
        language, text = _sentence(one)
        found.setdefault(language, text)
    return found


def _sentence(value: Any) -> tuple[str, str]:
    language = value.get("lang") if type(value) is dict else None
    text = value.get("desc") if type(value) is dict else None
    if type(language) is not str or not is_language(language.lower()):
        raise ValueError
    return language.lower(), check_text(text)


def check_text(text: Any) -> str:
    """A sentence of a rule, as people will see it.

    Raises:
        ValueError: It is no text, is empty, too long, or holds control characters other than line ends.
    """
    if type(text) is not str or not 0 < len(text) <= MAX_RULE_TEXT_CHARACTERS:
        raise ValueError
    if not text.replace("\n", " ").replace("\r", " ").replace("\t", " ").isprintable():
        raise ValueError
    return text


def _moment(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def _unreadable(where: str, name: str, expected: str) -> RuleError:
    return RuleError(Reason.RULE_UNREADABLE, f"{where}{name}: {expected} expected")


def read_all(
    records: Iterable[Any], read: Callable[[Any], Rule] = read_rule
) -> tuple[tuple[Rule, ...], tuple[RuleError, ...]]:
    """Read many records: one that cannot be read never ends the others.

    Returns:
        The rules, and one error for each record that is none.
    """
    rules: list[Rule] = []
    problems: list[RuleError] = []
    for position, record in enumerate(records, 1):
        try:
            rules.append(read(record))
        except RuleError as error:
            problems.append(RuleError(error.reason, f"rule {position}: {error}"))
    return tuple(rules), tuple(problems)
