"""`apply-rules`: what rules of countries say of a certificate, in whatever form the rules come."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from vaxcert.adapters.conformance.operations.described import certificate_of, failure
from vaxcert.codec.cwt import Claims
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.decision.reasons import DecisionCode
from vaxcert.errors import Reason, VaxcertError
from vaxcert.rules.acceptance import RuleOutcome, RuleResult, RulesAnswer, RuleType
from vaxcert.rules.lists import forms
from vaxcert.rules.lists.reading import RuleListReading, RuleTerms, combined
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.signed_editions import check_succession
from vaxcert.trust.succession import check_companions
from vaxcert.trust.trust_list import ListReading

_CERTLOGIC: Final = (Reason.CERTLOGIC_INVALID, Reason.CERTLOGIC_BOUNDS)


def apply_rules(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Read the lists of rules, and ask them at `at` about `certificate` on its arrival in `country`.

    Records that cannot be read are `problems`. Where no rule is left beside them, nothing can be answered.
    """
    try:
        readings = [_reading(one) for one in given["lists"]]
    except VaxcertError as error:
        return {**failure(error), "results": [], "problems": []}
    rules = combined(readings)
    problems = [str(problem.reason) for problem in rules.problems]
    if problems and not len(rules):
        return {**failure(rules.problems[0]), "results": [], "problems": problems}
    token = given.get("token", {})
    answer = rules.answer(
        certificate_of(given["certificate"]),
        _claims(token),
        country=given["country"],
        region=given.get("region"),
        at=datetime.fromisoformat(context["at"]),
        kid=bytes.fromhex(token["kid"]) if "kid" in token else None,
        signer_country=given.get("signer_country"),
    )
    reason = _reason(answer)
    return {
        "outcome": "accepted" if reason is None else "refused",
        "reason": reason,
        "results": [_result(one, given.get("language", "en")) for one in answer.outcomes],
        "problems": problems,
    }


def _reading(described: Mapping[str, Any]) -> RuleListReading:
    """A list as it travels, judged by its anchors, the edition before it and the trust list that names it."""
    terms = RuleTerms(
        source="vectors",
        anchors=tuple(map(_anchor, described.get("anchors", ()))),
        threshold=described.get("threshold", 1),
        environment=Environment(described["environment"]) if "environment" in described else None,
        allow_unsigned=described.get("allow_unsigned", False),
    )
    reading = forms.read(_bytes(described), terms)
    if "previous" in described:
        previous = forms.read(b64decode(described["previous"], validate=True), terms)
        if previous.environment is not None and previous.digest is not None:
            check_succession(previous.origin, previous.environment, previous.digest, reading)
    if "companion" in described and reading.digest is not None:
        named = (("rules", bytes.fromhex(described["companion"])),)
        check_companions(
            ListReading(origin=ListOrigin(name="vectors"), keys=(), entries=0, companions=named),
            {"rules": reading.digest},
        )
    return reading


def _bytes(described: Mapping[str, Any]) -> bytes:
    if "records" in described:
        return json.dumps(described["records"]).encode()
    if "text" in described:
        return str(described["text"]).encode()
    return b64decode(described["bytes"], validate=True)


def _anchor(certificate: str) -> Any:
    read = read_signing_certificate(b64decode(certificate, validate=True))
    return anchor_of(read.public_key, certificate=read)


def _claims(token: Mapping[str, Any]) -> Claims:
    exp, iat = (
        datetime.fromisoformat(token[name]) if token.get(name) is not None else None
        for name in ("exp", "iat")
    )
    return Claims(token.get("iss"), exp, iat, None, {})


def _reason(answer: RulesAnswer) -> str | None:
    """The worst that the rules say; of a rule that is open by an error of CertLogic, that error."""
    results = {outcome.result for outcome in answer.outcomes}
    if RuleResult.FAILED in results:
        return str(DecisionCode.RULE_FAILED)
    if RuleResult.OPEN in results:
        return next(_errors(answer.outcomes), str(DecisionCode.RULE_OPEN))
    if all(outcome.rule.type is not RuleType.ACCEPTANCE for outcome in answer.outcomes):
        return str(DecisionCode.RULES_MISSING)
    return None


def _errors(outcomes: Iterable[RuleOutcome]) -> Iterator[str]:
    return (error for outcome in outcomes if (error := _error(outcome)) is not None)


def _error(outcome: RuleOutcome) -> str | None:
    code = outcome.detail.partition(":")[0]
    return code if code in _CERTLOGIC else None


def _result(outcome: RuleOutcome, language: str) -> dict[str, Any]:
    return {
        "rule": outcome.rule.identifier,
        "version": ".".join(map(str, outcome.rule.version)),
        "result": outcome.result,
        "error": _error(outcome),
        "text": outcome.rule.description(language),
    }
