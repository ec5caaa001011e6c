"""Rules of countries, their records, and certificates of all kinds to ask them about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import vaxcert as vc
from tests.support.store_lists import anchor_signer
from vaxcert.codec.cwt import Claims
from vaxcert.model import value_sets
from vaxcert.model.certificate import PartialDate
from vaxcert.rules.acceptance import Rule
from vaxcert.rules.lists import signed
from vaxcert.rules.lists.record import read_rule
from vaxcert.trust import signed_document
from vaxcert.trust.origin import Environment

AT = datetime(2022, 5, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CLAIMS = Claims("VN", AT + 365 * DAY, AT - DAY, None, {})
ANTIGEN, NUCLEIC_ACID = "LP217198-3", "LP6464-4"
NOT_DETECTED, DETECTED = "260415000", "260373001"


def record(identifier: str = "VR-VN-0001", **changes: Any) -> dict[str, Any]:
    """A rule record of the gateway that passes every vaccination; `changes` are its members, None takes one out."""
    members = {
        "Identifier": identifier,
        "Type": "Acceptance",
        "Country": identifier.split("-")[1],
        "Version": "1.0.0",
        "SchemaVersion": "1.0.0",
        "Engine": "CERTLOGIC",
        "EngineVersion": "0.7.5",
        "CertificateType": "Vaccination",
        "Description": [
            {"lang": "en", "desc": "A dose that counts."},
            {"lang": "vi", "desc": "Mũi tiêm hợp lệ."},
        ],
        "ValidFrom": "2022-01-01T00:00:00Z",
        "ValidTo": "2023-01-01T00:00:00Z",
        "AffectedFields": ["v.0.dn"],
        "Logic": True,
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def rule(identifier: str = "VR-VN-0001", **changes: Any) -> Rule:
    """The rule of such a record."""
    return read_rule(record(identifier, **changes))


def signed_rules(
    rules: Sequence[Rule], *, number: int = 1, by: tuple[str, ...] = ("TEST anchor",), **changes: Any
) -> bytes:
    """A signed list of rules, as of `AT`."""
    fields: dict[str, Any] = {
        "issuer": "TEST",
        "number": number,
        "issued": AT,
        "next_update": AT + 7 * DAY,
        "usable_until": AT + 30 * DAY,
        "environment": Environment.PRODUCTION,
        "rules": tuple(rules),
        **changes,
    }
    content = signed.encode(signed.RuleListContent(**fields))
    signers = [anchor_signer(name) for name in by]
    return signed_document.write(signed_document.sign(content, signed.CONTENT_TYPE, signers))


def person(birth_date: Any = date(1990, 2, 28)) -> vc.Person:
    """A made-up person."""
    return vc.Person(
        family_name="Nguyễn",
        given_name="Văn Thử",
        standard_family_name="NGUYEN",
        standard_given_name="VAN<THU",
        birth_date=birth_date,
    )


def vaccination(**changes: Any) -> vc.Vaccination:
    """The second of two doses, ninety days before `AT`."""
    fields = {
        "disease": "840539006",
        "prophylaxis": "1119349007",
        "product": "EU/1/20/1528",
        "marketing_holder": "ORG-100030215",
        "dose_number": 2,
        "doses_in_series": 2,
        "vaccinated_on": AT.date() - 90 * DAY,
        "country": "VN",
        "authority": "Bộ Y tế",
        "certificate_id": "URN:UVCI:01:VN:TEST0000000001#5",
        **changes,
    }
    return vc.Vaccination(**fields)


def swab(**changes: Any) -> vc.Test:
    """A negative nucleic acid test, ten hours before `AT`."""
    fields = {
        "disease": "840539006",
        "test_type": NUCLEIC_ACID,
        "name": "TEST PCR",
        "sampled_at": AT - timedelta(hours=10),
        "result": NOT_DETECTED,
        "centre": "TEST",
        "country": "VN",
        "authority": "Bộ Y tế",
        "certificate_id": "URN:UVCI:01:VN:TEST0000000002#3",
        **changes,
    }
    return vc.Test(**fields)


def recovery(**changes: Any) -> vc.Recovery:
    """A recovery, whose positive test was sixty days before `AT`."""
    fields = {
        "disease": "840539006",
        "first_positive": AT.date() - 60 * DAY,
        "valid_from": AT.date() - 49 * DAY,
        "valid_until": AT.date() + 120 * DAY,
        "country": "VN",
        "authority": "Bộ Y tế",
        "certificate_id": "URN:UVCI:01:VN:TEST0000000003#1",
        **changes,
    }
    return vc.Recovery(**fields)


def certificate(event: Any = None, *, subject: vc.Person | None = None, **more: Any) -> vc.HealthCertificate:
    """A certificate of one event, by default of `vaccination()`."""
    event = vaccination() if event is None else event
    name = {vc.Vaccination: "vaccination", vc.Test: "test", vc.Recovery: "recovery"}[type(event)]
    fields: dict[str, Any] = {"subject": subject or person(), "version": "1.3.0", name: event, **more}
    return vc.HealthCertificate(**fields)


def certificates(count: int, seed: int, *, at: datetime = AT) -> Iterator[vc.HealthCertificate]:
    """Certificates of every kind, with every product, odd doses, all ages, and days on both sides of the usual bounds.

    Args:
        count: How many.
        seed: The same certificates for the same one.
        at: When they are to be looked at.
    """
    random = Random(seed)
    sets = value_sets.current()
    for _ in range(count):
        event = random.choice((_dose, _dose, _sample, _illness))(random, sets, at)
        yield certificate(
            event, subject=person(_birth(random, at)), version=random.choice(("1.3.0", "1.0.0"))
        )


_BOUNDS = (0, 1, 7, 11, 14, 15, 21, 22, 30, 90, 180, 210, 270, 365)


def _days_ago(random: Random, at: datetime) -> date:
    """Mostly on, just before or just after a bound that rules have."""
    days = random.choice((random.choice(_BOUNDS) + random.choice((-1, 0, 1)), random.randrange(-3, 500)))
    return at.date() - days * DAY


def _dose(random: Random, sets: value_sets.ValueSets, at: datetime) -> vc.Vaccination:
    product = random.choice((*sets.products, "EU/1/20/1528", "EU/1/20/1525", "no such"))
    known = sets.products.get(product)
    return vaccination(
        product=product,
        marketing_holder=known.holder if known else "ORG-100030215",
        prophylaxis=known.specific_prophylaxis if known else "J07BX03",
        dose_number=random.choice((1, 1, 2, 2, 2, 3, 4)),
        doses_in_series=random.choice((1, 1, 2, 2, 2, 3)),
        vaccinated_on=_days_ago(random, at),
        country=random.choice(("VN", "FR", "HR", "CZ")),
    )


def _sample(random: Random, sets: value_sets.ValueSets, at: datetime) -> vc.Test:
    hours = random.choice((24, 48, 72, random.randrange(0, 100)))
    off = timedelta(seconds=random.choice((-1, 0, 1, 3600)))
    kind = random.choice((NUCLEIC_ACID, ANTIGEN, "LP6464-5"))
    return swab(
        test_type=kind,
        device=random.choice(("1833", "1232", "no such")) if kind == ANTIGEN else None,
        sampled_at=at - timedelta(hours=hours) + off,
        result=random.choice((NOT_DETECTED, NOT_DETECTED, NOT_DETECTED, DETECTED)),
        country=random.choice(("VN", "FR", "HR", "CZ")),
    )


def _illness(random: Random, sets: value_sets.ValueSets, at: datetime) -> vc.Recovery:
    first = _days_ago(random, at)
    return recovery(
        first_positive=first,
        valid_from=first + random.choice((10, 11, 12, 15)) * DAY,
        valid_until=first + random.choice((150, 179, 180, 181, 200)) * DAY,
    )


def _birth(random: Random, at: datetime) -> date | PartialDate:
    years = random.choice((5, 12, 16, 18, 18, 60, random.randrange(1, 95)))
    day = date(at.year - years, at.month, at.day) + random.choice((-1, 0, 1)) * DAY
    return random.choice((day, day, day, PartialDate(day.year, day.month), PartialDate(day.year)))
