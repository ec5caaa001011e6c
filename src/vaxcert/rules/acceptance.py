"""Rules of countries about what a certificate must say: choosing those that apply, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class RuleType(StrEnum):
    """Who makes a rule, and for whom."""

    ACCEPTANCE = "Acceptance"
    """The country of arrival, about certificates of all."""
    INVALIDATION = "Invalidation"
    """The issuing country, about its own."""


class RuleResult(StrEnum):
    """What a rule says of one certificate, from the best to the worst."""

    PASSED = "passed"
    OPEN = "open"
    """It cannot be evaluated here."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, as the gateway's schema has it.

    Attributes:
        identifier: Such as `VR-DE-0001`.
        type: Who makes it.
        country: ISO 3166-1 alpha-2.
        region: A part of the country; None for all of it.
        certificate_type: `General`, `Vaccination`, `Test` or `Recovery`.
        version: Three numbers.
        schema_version: Of the payload it reads, three numbers.
        engine: `CERTLOGIC`, or another that is not known here.
        engine_version: Three numbers.
        descriptions: Language code and sentence.
        valid_from: Aware.
        valid_to: Aware.
        affected_fields: Such as `v.0.dt`.
        logic: A CertLogic expression.
    """

    identifier: str
    type: RuleType
    country: str
    region: str | None
    certificate_type: str
    version: tuple[int, int, int]
    schema_version: tuple[int, int, int]
    engine: str
    engine_version: tuple[int, int, int]
    descriptions: Mapping[str, str]
    valid_from: datetime
    valid_to: datetime
    affected_fields: tuple[str, ...]
    logic: Any


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule says.

    Attributes:
        rule: The rule.
        result: Its answer.
        detail: Why it is open, in English, never personal data; "" otherwise.
    """

    rule: Rule
    result: RuleResult
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RulesAnswer:
    """What all rules that apply say.

    Attributes:
        country: The country of arrival.
        outcomes: Of each rule, the worst first. Empty where the country has no rule for it, which passes nothing.
    """

    country: str
    outcomes: tuple[RuleOutcome, ...]
