"""What is always in view: how old the lists are, what is wrong with them, the clock, the rules, the shift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from vaxcert.adapters.desk.material import CurrentMaterial, DeskMaterial
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.list_alarms import key_alarms, revocation_alarms, trust_list_alarms
from vaxcert.presentation.texts import Texts
from vaxcert.trust.origin import ListOrigin


def status_json(current: CurrentMaterial, at: datetime, texts: Texts, *, fixed_clock: bool) -> dict[str, Any]:
    """The state of the desk.

    Args:
        current: What it decides by.
        at: Now, or the time it is told to decide for; aware.
        texts: The words of the reader's language.
        fixed_clock: Whether it was told.
    """
    material = current.now
    origins = _origins(material)
    country = material.desk.country
    return {
        "clock": moment_json(at),
        "fixed_clock": fixed_clock,
        "keys": len(material.trust_list),
        "lists": [_list(origin, at, texts) for origin in (*origins, *material.revocation_origins)],
        "list_age_days": _age_days(origins, at),
        "country": None
        if country is None
        else {"code": country, "name": texts.code_name(country, "countries")},
        "rules": _rules_in_force(material, at),
        "alarms": list(_alarms(current, material, at, texts, fixed_clock=fixed_clock)),
    }


def _rules_in_force(material: DeskMaterial, at: datetime) -> int | None:
    rules, country = material.rules, material.desk.country
    if rules is None or country is None:
        return None
    return len(rules.in_force(country, at=at, region=material.desk.region))


def _origins(material: DeskMaterial) -> tuple[ListOrigin, ...]:
    """Of all lists that may come to their end."""
    return (*material.trust_list.origins, *(material.rules.origins if material.rules else ()))


def _list(origin: ListOrigin, at: datetime, texts: Texts) -> dict[str, Any]:
    issued = origin.issued
    return {
        "name": origin.name,
        "proof": origin.proof,
        "age_days": None if issued is None else max(0, (at - issued) // timedelta(days=1)),
        "issued_shown": texts.moment(issued),
        "next_update_shown": texts.moment(origin.next_update),
        "usable_until_shown": texts.moment(origin.usable_until),
    }


def _age_days(origins: tuple[ListOrigin, ...], at: datetime) -> int | None:
    """Of the oldest list that says when it was made."""
    ages = [(at - origin.issued) // timedelta(days=1) for origin in origins if origin.issued is not None]
    return max(0, *ages) if ages else None


def _alarms(
    current: CurrentMaterial, material: DeskMaterial, at: datetime, texts: Texts, *, fixed_clock: bool
) -> Iterator[dict[str, Any]]:
    skew = material.policy.clock_skew
    origins = _origins(material)
    if fixed_clock:
        yield _alarm("fixed-clock", texts.get("desk", "fixed-clock", at=texts.moment(at)), is_loud=True)
    if current.problem is not None:
        reason = current.problem.reason
        sentence = texts.get("desk", "lists-not-reloaded", reason=texts.get("reason", reason))
        yield _alarm(reason, sentence, is_loud=True)
    for alarm in (
        *key_alarms(material.trust_list, material.policy.environments, texts),
        *trust_list_alarms(origins, at, skew, texts),
        *revocation_alarms(material.revocation_origins, at, skew, texts),
    ):
        yield _alarm(alarm.code, alarm.sentence, is_loud=alarm.is_loud)
    if material.problems:
        sentence = texts.get("desk", "entries-unreadable", entries=material.problems)
        yield _alarm("trust-entry-unreadable", sentence, is_loud=False)


def _alarm(code: str, sentence: str, *, is_loud: bool) -> dict[str, Any]:
    return {"code": code, "sentence": sentence[0].upper() + sentence[1:], "is_loud": is_loud}
