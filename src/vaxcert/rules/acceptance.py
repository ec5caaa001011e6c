"""Rules of countries about what a certificate must say: choosing those that apply, and what they answer.

Source: DGC gateway, rules interface, and CertLogic 1.3.3. Specified in `specs/rules.md`, sections 2 and 3.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from vaxcert.codec.cwt import Claims
from vaxcert.errors import RuleError, VaxcertError
from vaxcert.model import value_sets
from vaxcert.model.certificate import ALL_KINDS, HealthCertificate, Kind
from vaxcert.model.countries import issuer_country
from vaxcert.model.moments import in_utc
from vaxcert.payloads import eu_dcc_json
from vaxcert.rules import certlogic
from vaxcert.trust.origin import ListOrigin

ENGINE: Final = "CERTLOGIC"
GENERAL: Final = "General"
DEFAULT_LANGUAGE: Final = "en"

_OLDEST_SCHEMA: Final = (1, 0, 0)
_TYPE_OF_KIND: Final = {kind: kind.capitalize() for kind in Kind}
SHIPPED_VALUE_SETS: Final = {
    "disease-agent-targeted": "diseases",
    "sct-vaccines-covid-19": "prophylaxis",
    "vaccines-covid-19-names": "products",
    "vaccines-covid-19-auth-holders": "holders",
    "covid-19-lab-test-type": "test_types",
    "covid-19-lab-result": "test_results",
    "country-2-codes": "countries",
}
"""The gateway's names of value sets, with ours."""

CERTIFICATE_TYPES: Final = (GENERAL, *_TYPE_OF_KIND.values())
"""What a rule may be about."""

Version: TypeAlias = tuple[int, int, int]


class RuleType(StrEnum):
    """Who makes a rule, and for whom."""

    ACCEPTANCE = "Acceptance"
    """The country of arrival, about certificates of all."""
    INVALIDATION = "Invalidation"
    """The issuing country, about its own."""
    BOOSTER = "BoosterNotification"
    """A country, to advise holders on their next dose. It decides nothing here."""


class RuleResult(StrEnum):
    """What a rule says of one certificate, from the best to the worst."""

    PASSED = "passed"
    OPEN = "open"
    """It cannot be evaluated here."""
    FAILED = "failed"


_FROM_THE_WORST: Final = tuple(reversed(RuleResult))


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
        program: The expression made ready; None for another engine.

    Raises:
        RuleError: `certlogic-bounds`, for an expression that is too large.
    """

    identifier: str
    type: RuleType
    country: str
    region: str | None
    certificate_type: str
    version: Version
    schema_version: Version
    engine: str
    engine_version: Version
    descriptions: Mapping[str, str]
    valid_from: datetime
    valid_to: datetime
    affected_fields: tuple[str, ...]
    logic: Any
    program: certlogic.Program | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        program = certlogic.Program(self.logic) if self.engine == ENGINE else None
        object.__setattr__(self, "program", program)

    def description(self, language: str) -> str:
        """The rule's own words, in a language, else in English, else in any."""
        for wanted in (language, DEFAULT_LANGUAGE, *self.descriptions):
            if wanted in self.descriptions:
                return self.descriptions[wanted]
        return ""

    def is_in_force(self, at: datetime) -> bool:
        """Whether it counts at a time."""
        return self.valid_from <= at <= self.valid_to

    def is_for(self, region: str | None) -> bool:
        """Whether it counts in a part of its country; without one, whether it counts in all of it."""
        own = (self.region or "").casefold()
        return own in ("", self.country.casefold(), (region or "").casefold())


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules of some countries.

    Attributes:
        rules: In any order, several versions of one at will.
        value_sets: Codes by the gateway's name of their set, beyond those that vaxcert has or in their place.
        origins: The lists they came from.
        problems: One error for each rule that could not be read.
    """

    rules: tuple[Rule, ...] = field(repr=False)
    value_sets: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    origins: tuple[ListOrigin, ...] = ()
    problems: tuple[VaxcertError, ...] = ()
    _of_country: Mapping[tuple[RuleType, str], tuple[Rule, ...]] = field(
        init=False, repr=False, compare=False
    )
    _codes: Mapping[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[tuple[RuleType, str], tuple[Rule, ...]] = {}
        for rule in self.rules:
            maker = (rule.type, _home(rule.country))
            found[maker] = (*found.get(maker, ()), rule)
        object.__setattr__(self, "_of_country", found)
        object.__setattr__(self, "_codes", dict(_codes(self.value_sets)))

    def __len__(self) -> int:
        return len(self.rules)

    def in_force(
        self,
        country: str,
        *,
        at: datetime,
        region: str | None = None,
        rule_type: RuleType = RuleType.ACCEPTANCE,
        kinds: Iterable[Kind] = ALL_KINDS,
    ) -> tuple[Rule, ...]:
        """The rules of a country that count, of each the highest version in force, in the order of identifiers.

        Args:
            country: Who made them, ISO 3166-1 alpha-2 or another name of `issuer_country`.
            at: When, aware.
            region: A part of the country that has rules of its own; what counts in all of the country counts there too.
            rule_type: For whom they are.
            kinds: What the certificates attest that they are for.
        """
        wanted = {GENERAL, *(_TYPE_OF_KIND[kind] for kind in kinds)}
        newest: dict[str, Rule] = {}
        for rule in self._of_country.get((rule_type, _home(country)), ()):
            if rule.certificate_type in wanted and rule.is_in_force(at) and rule.is_for(region):
                known = newest.get(rule.identifier)
                if known is None or known.version < rule.version:
                    newest[rule.identifier] = rule
        return tuple(rule for _, rule in sorted(newest.items()))

    def answer(
        self,
        certificate: HealthCertificate,
        claims: Claims,
        *,
        country: str,
        at: datetime,
        region: str | None = None,
        kid: bytes | None = None,
        signer_country: str | None = None,
    ) -> RulesAnswer:
        """What the rules say of a certificate: those of the country of arrival, and those by which its issuer voids it.

        Args:
            certificate: What it attests. That it is authentic and in date is not asked here.
            claims: Its issuer and dates.
            country: The country of arrival, ISO 3166-1 alpha-2.
            at: The time to answer for, aware.
            region: A part of that country that has rules of its own.
            kid: The key identifier of its signature.
            signer_country: The country of the key that signed it: the issuer of a token that names none.

        Raises:
            ValueError: `at` has no time zone.
        """
        at = in_utc(at)
        kinds = certificate.kinds
        rules = self.in_force(country, at=at, region=region, kinds=kinds)
        issuer = claims.issuer if claims.issuer is not None else signer_country
        if issuer is not None:
            rules += self.in_force(issuer, at=at, rule_type=RuleType.INVALIDATION, kinds=kinds)
        schema = _schema_version(certificate)
        external = {
            "validationClock": _written(at),
            "valueSets": self._codes,
            "countryCode": country.upper(),
            "exp": _written(claims.expires),
            "iat": _written(claims.issued_at),
            "issuerCountryCode": claims.issuer,
            "kid": None if kid is None else b64encode(kid).decode("ascii"),
            "region": region,
        }
        data = certlogic.Data({"payload": eu_dcc_json(certificate), "external": external})
        outcomes = [_outcome(rule, schema, data) for rule in rules]
        outcomes.sort(key=lambda outcome: _FROM_THE_WORST.index(outcome.result))
        return RulesAnswer(country.upper(), tuple(outcomes))


def _home(country: str) -> str:
    """A country by the one name that all of its names lead to: `GR` of `EL`, `FR` of `CNAM`."""
    country = country.upper()
    return issuer_country(country) or country


def _outcome(rule: Rule, schema: Version, data: certlogic.Data) -> RuleOutcome:
    obstacle = _obstacle(rule, schema)
    if obstacle or rule.program is None:
        return RuleOutcome(rule, RuleResult.OPEN, obstacle)
    try:
        value = rule.program.run(data)
    except RuleError as error:
        return RuleOutcome(rule, RuleResult.OPEN, f"{error.reason}: {error}")
    if type(value) is not bool:
        return RuleOutcome(rule, RuleResult.OPEN, "it gives neither true nor false")
    return RuleOutcome(rule, RuleResult.PASSED if value else RuleResult.FAILED)


def _obstacle(rule: Rule, schema: Version) -> str:
    """Why a rule cannot be evaluated for a payload of a schema version; "" where it can."""
    if rule.engine != ENGINE:
        return f"its engine is {ascii(rule.engine)[:40]}, {ENGINE} expected"
    if rule.engine_version > certlogic.VERSION:
        return f"it needs {ENGINE} {_dotted(rule.engine_version)}, {_dotted(certlogic.VERSION)} is here"
    if rule.schema_version[0] != schema[0] or rule.schema_version > schema:
        return f"it is for schema {_dotted(rule.schema_version)}, the certificate has {_dotted(schema)}"
    return ""


def _schema_version(certificate: HealthCertificate) -> Version:
    """Of the payload. One that does not say so, or strangely, counts as the oldest."""
    parts = (certificate.version or "").split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return _OLDEST_SCHEMA
    major, minor, patch = map(int, parts)
    return major, minor, patch


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def _written(moment: datetime | None) -> str | None:
    """A time as rules read it: a date-time in UTC."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _codes(given: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
    """Value sets as rules look codes up in them: ours, and those that are given, in their place."""
    ours = value_sets.current()
    for name, attribute in SHIPPED_VALUE_SETS.items():
        yield name, list(getattr(ours, attribute))
    for name, codes in given.items():
        yield name, list(codes)
