"""`decide`: what the desk does with a traveller who shows certificates, and a document or none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from vaxcert.adapters.conformance.operations.described import failure, traveller_described
from vaxcert.adapters.conformance.operations.verify import verifier_of
from vaxcert.decision import Decision, Desk, Verdict
from vaxcert.errors import AdapterError, Reason, VaxcertError
from vaxcert.rules.acceptance import RuleSet
from vaxcert.rules.lists import forms
from vaxcert.rules.lists.reading import RuleTerms, combined


def decide(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Decide at `at` about a traveller with `certificates`, and `document` where there is one.

    `codes` are those of all reasons in their order. A document that cannot be read is the answer: it is shown again.
    """
    at = datetime.fromisoformat(context["at"])
    try:
        traveller = traveller_described(given["document"], at) if "document" in given else None
    except VaxcertError as error:
        return {**failure(error), "verdict": None, "codes": [], "doses": []}
    desk = Desk(
        verifier=verifier_of(context),
        rules=_rules(given["rules"]) if "rules" in given else None,
        country=given.get("country"),
    )
    decision = desk.examine([_source(one) for one in given["certificates"]], at=at, traveller=traveller)
    is_accepted = decision.verdict is Verdict.ACCEPT
    return {
        "outcome": "accepted" if is_accepted else "refused",
        "reason": None if is_accepted else str(decision.reasons[0].code),
        "verdict": decision.verdict,
        "codes": [str(reason.code) for reason in decision.reasons],
        "doses": _doses(decision),
    }


def _source(described: str | Mapping[str, Any]) -> str | VaxcertError:
    """The text of a code, or why there is none."""
    if isinstance(described, str):
        return described
    return AdapterError(Reason(described["failed"]), "a vector says so")


def _rules(described: Mapping[str, Any]) -> RuleSet:
    rules = combined([forms.read(json.dumps(described["records"]).encode(), RuleTerms(source="vectors"))])
    if "usable_until" not in described:
        return rules
    end = datetime.fromisoformat(described["usable_until"])
    return replace(rules, origins=tuple(replace(origin, usable_until=end) for origin in rules.origins))


def _doses(decision: Decision) -> list[dict[str, Any]]:
    doses = () if decision.history is None else decision.history.doses
    return [
        {
            "day": None if dose.vaccination.vaccinated_on is None else str(dose.vaccination.vaccinated_on),
            "number": dose.vaccination.dose_number,
            "certificates": list(dose.certificates),
        }
        for dose in doses
    ]
