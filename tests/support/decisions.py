"""Reports of every kind, and answers of rules, for a decision to be made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from test_vectors.samples import AT, EXPIRES

from tests.support.messages import key, message, ps256, text, verifier
from vaxcert.codec import container
from vaxcert.rules.acceptance import Rule, RuleOutcome, RulesAnswer, RuleType
from vaxcert.trust.origin import ListOrigin

DAY = timedelta(days=1)


def report(source=None, *, at=AT, by=verifier):
    """The report of a text, else of the sample vaccination, by the verifier that `by` makes."""
    return by().report(text() if source is None else source, at=at)


def listed(**origin):
    """The trusted key, on a list that says this of itself."""
    return replace(key(), origin=ListOrigin(name="national", format="own", **origin))


def rule(identifier="GR-VN-0001", **changes):
    """A rule of Viet Nam for all certificates; `changes` are its fields."""
    fields = {
        "identifier": identifier,
        "type": RuleType.ACCEPTANCE,
        "country": "VN",
        "region": None,
        "certificate_type": "General",
        "version": (1, 0, 0),
        "schema_version": (1, 0, 0),
        "engine": "CERTLOGIC",
        "engine_version": (1, 0, 0),
        "descriptions": {"en": "At least two doses."},
        "valid_from": AT - DAY,
        "valid_to": AT + DAY,
        "affected_fields": ("v.0.dn",),
        "logic": True,
        **changes,
    }
    return Rule(**fields)


def answer(*results):
    """The answer of as many rules as results."""
    outcomes = [RuleOutcome(rule(f"GR-VN-000{n}"), result) for n, result in enumerate(results, 1)]
    return RulesAnswer("VN", tuple(outcomes))


ACCEPTED = report()
EXPIRED = report(at=EXPIRES + DAY)
FORGED = report(container.write(message()[:-1] + bytes([message()[-1] ^ 1])))
UNKNOWN = report(text(by=ps256()))
UNREADABLE = report("HC1:*")
STALE = report(by=lambda: verifier(listed(usable_until=AT - DAY)))
