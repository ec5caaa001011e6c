"""Luxembourg's rules in TOML, against the CertLogic that it had at the EU gateway."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.support.rules import (
    ANTIGEN,
    CLAIMS,
    DAY,
    DETECTED,
    NOT_DETECTED,
    NUCLEIC_ACID,
    certificate,
    certificates,
    person,
    recovery,
    swab,
    vaccination,
)

import vaxcert as vc
from vaxcert.model import value_sets
from vaxcert.rules.acceptance import RuleResult, RuleSet
from vaxcert.rules.lists.record import read_all
from vaxcert.rules.toml_rules import compile_rules

pytestmark = pytest.mark.corpus

POLICY = (Path(__file__).parents[2] / "examples/rules/lu.toml").read_text("utf-8")
MIDNIGHT = datetime(2022, 11, 30, tzinfo=UTC)
NOON = MIDNIGHT + timedelta(hours=12)
MILLISECOND = timedelta(milliseconds=1)
TIMES = (
    MIDNIGHT - MILLISECOND,
    MIDNIGHT,
    MIDNIGHT + MILLISECOND,
    NOON,
    datetime(2024, 2, 29, 10, 30, tzinfo=UTC),
)
DAY_LIMITS = (0, 11, 14, 180, 269, 270)
HOUR_LIMITS = (0, 24, 48)


def cases(seed: int = 20221021) -> Iterator[tuple[datetime, vc.HealthCertificate]]:
    """Certificates with the time to look at them: every limit from both sides, and what nobody would issue."""
    random = Random(seed)
    products = (*value_sets.current().products, "no such", None)
    events = {"v": _vaccination, "t": _test, "r": _recovery}
    for at in TIMES:
        for kind in random.choices("vtr", (7, 2, 2), k=1200):
            event = events[kind](random, at, products)
            more: dict[str, Any] = {}
            if random.random() < 0.05:
                more["further_events"] = (events[random.choice("vtr")](random, at, products),)
            yield at, certificate(event, subject=person(_birth_date(random, at)), **more)
    yield from ((NOON, one) for one in certificates(1000, seed=seed, at=NOON))


def _date(random: Random, at: datetime) -> date | None:
    days = random.choice((random.choice(DAY_LIMITS) + random.choice((-1, 0, 1)), random.randrange(-2, 400)))
    return random.choice((*[at.date() - days * DAY] * 40, None))


def _vaccination(random: Random, at: datetime, products: tuple[str | None, ...]) -> vc.Vaccination:
    usual = ("EU/1/20/1528", "EU/1/20/1525", "EU/1/21/1624", random.choice(products))
    number, series = random.choice(
        (*((1, 1), (2, 2), (1, 1), (2, 2)), (random.choice((0, 1, 2, 3, 4, None)), random.randrange(5)))
    )
    return vaccination(
        product=random.choice(usual),
        dose_number=number,
        doses_in_series=random.choice((*[series] * 40, None)),
        vaccinated_on=_date(random, at),
    )


def _test(random: Random, at: datetime, products: tuple[str | None, ...]) -> vc.Test:
    ago = timedelta(hours=random.choice((*HOUR_LIMITS, random.randrange(100))))
    moved = random.choice((-1, 0, 1)) * timedelta(seconds=1)
    return swab(
        test_type=random.choice((NUCLEIC_ACID, ANTIGEN, NUCLEIC_ACID, ANTIGEN, "LP6464-5", None)),
        result=random.choice((*[NOT_DETECTED] * 5, DETECTED, None)),
        sampled_at=random.choice((*[at - ago + moved] * 20, None)),
    )


def _recovery(random: Random, at: datetime, products: tuple[str | None, ...]) -> vc.Recovery:
    return recovery(first_positive=_date(random, at))


def _birth_date(random: Random, at: datetime) -> Any:
    birthday = date(at.year - 18, 3, 1) if (at.month, at.day) == (2, 29) else at.date().replace(at.year - 18)
    near = birthday + random.choice((-1, 0, 1)) * DAY
    partial = random.choice((vc.PartialDate(near.year, near.month), vc.PartialDate(near.year)))
    return random.choice((near, near, near, partial, date(1970, 5, 17), date(2015, 5, 17), None))


def verdict(rules: RuleSet, one: vc.HealthCertificate, at: datetime) -> RuleResult:
    """What all rules say together."""
    outcomes = rules.answer(one, CLAIMS, country="LU", at=at).outcomes
    return outcomes[0].result  # the worst comes first


@pytest.fixture(scope="module")
def original(corpus):
    records = json.loads((corpus / "rules" / "eu-rules.json").read_bytes())
    rules, problems = read_all([one for one in records if one["Country"] == "LU"])
    assert (len(rules), problems) == (11, ())
    return RuleSet(rules=rules)


@pytest.fixture(scope="module")
def answered(original):
    """Each case with what the originals say."""
    return [(at, one, verdict(original, one, at)) for at, one in cases()]


def test_the_verdict_is_that_of_the_original(answered):
    rules = RuleSet(rules=compile_rules(POLICY))
    counted = Counter()
    for at, one, expected in answered:
        assert verdict(rules, one, at) == expected
        counted[expected, *one.kinds] += 1
    assert len(answered) == 7000
    kinds = sorted(vc.Kind)
    assert all(
        counted[result, kind] >= 100 for result in (RuleResult.PASSED, RuleResult.FAILED) for kind in kinds
    )
    assert counted[RuleResult.OPEN, vc.Kind.VACCINATION] >= 20


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("one_entry = true", "one_entry = false"),
        ("complete_series = true", "complete_series = false"),
        ('    "Spikevax",\n', ""),
        ('    "Nuvaxovid",\n', '    "Nuvaxovid",\n    "VLA2001",\n'),
        ("booster_from_dose = 3", "booster_from_dose = 4"),
        ('single_dose_products = ["Jcovden"]', 'single_dose_products = ["Comirnaty"]'),
        ('except_products = ["COVID-19 Vaccine Valneva"]', ""),
        ("min_days = 14", "min_days = 13"),
        ("min_days = 14", "min_days = 15"),
        ('of = "first"', 'of = "complete"'),
        ("max_days = 269", "max_days = 268"),
        ("max_days = 269", "max_days = 270"),
        ("max_days = 269", "max_elapsed_days = 270"),
        ("from_age = 18", "from_age = 17"),
        ("from_age = 18", ""),
        ('types = ["pcr", "rapid"]', ""),
        ('results = ["negative"]', ""),
        ("max_hours = 48", "max_hours = 47"),
        ("max_hours = 24", "max_hours = 25"),
        ("min_days = 11", "min_days = 12"),
        ("min_days = 11", ""),
        ("max_elapsed_days = 180", "max_elapsed_days = 179"),
        ("max_elapsed_days = 180", "max_days = 179"),
        ("valid_to = 2030-05-31", "valid_to = 2030-05-31\ntime_zone_hours = 1"),
    ],
)
def test_any_other_policy_is_told_apart(answered, text, other):
    """Each word of the policy counts: the certificates above find the difference."""
    assert text in POLICY
    changed = POLICY.replace(text, other, 1).partition("[sentences")[0]
    rules = RuleSet(rules=compile_rules(changed))
    assert any(verdict(rules, one, at) != expected for at, one, expected in answered)
