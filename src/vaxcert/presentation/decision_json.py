"""A decision about a traveller as one JSON object, with its sentences in the reader's language.

It holds the traveller's name and birth date, for the officer to compare: it is shown, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from vaxcert.decision import Decision, DecisionCode, DecisionReason
from vaxcert.model.certificate import PartialDate, Person
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.fields import certificate_lines, names
from vaxcert.presentation.texts import Texts
from vaxcert.rules.dose_history import Dose
from vaxcert.rules.identity import IdentityComparison
from vaxcert.verify import Outcome, VerificationReport

_REASON_TABLES: Final = ("dose-history", "finding", "reason", "decision")


def decision_json(decision: Decision, texts: Texts, *, sources: Sequence[str] = ()) -> dict[str, Any]:
    """A decision with all that the officer is shown.

    Args:
        decision: The decision.
        texts: The words of the reader's language.
        sources: What each certificate is called, in the order of `decision.reports`; counted where left out.
    """
    named = sources or [str(number) for number in range(1, len(decision.reports) + 1)]
    return {
        "verdict": decision.verdict,
        "headline": texts.get("headline", decision.verdict),
        "advice": texts.get("advice", decision.verdict),
        "reasons": [_reason(reason, decision, texts) for reason in decision.reasons],
        "traveller": _traveller(decision.reports, texts),
        "doses": [_dose(dose, texts) for dose in decision.history.doses] if decision.history else [],
        "identity": None if decision.identity is None else _identity(decision.identity, texts),
        "rules": _rules(decision, texts),
        "certificates": [
            _certificate(source, report, texts)
            for source, report in zip(named, decision.reports, strict=True)
        ],
        "at": moment_json(decision.at),
    }


def reason_sentence(reason: DecisionReason, decision: Decision, texts: Texts) -> str:
    """What a reason says: of a rule its own words, in the reader's language where it has them."""
    if reason.code in (DecisionCode.RULE_FAILED, DecisionCode.RULE_OPEN) and decision.rules is not None:
        for outcome in decision.rules.outcomes:
            if outcome.rule.identifier == reason.detail:
                words = outcome.rule.description(texts.language)
                return f"{texts.get('decision', reason.code)} {words}".rstrip()
    return texts.sentences(*_REASON_TABLES)[reason.code]


def _reason(reason: DecisionReason, decision: Decision, texts: Texts) -> dict[str, Any]:
    return {
        "code": reason.code,
        "verdict": reason.verdict,
        "sentence": reason_sentence(reason, decision, texts),
        "detail": reason.detail,
        "certificate": reason.certificate,
    }


def _traveller(reports: Sequence[VerificationReport], texts: Texts) -> dict[str, Any] | None:
    """Whom the certificates name: an accepted one before others that a trusted key signed."""
    best = min(
        (report for report in reports if report.certificate is not None),
        key=lambda report: report.outcome is not Outcome.ACCEPTED,
        default=None,
    )
    if best is None or best.certificate is None:
        return None
    return {**_person(best.certificate.subject, texts), "accepted": best.outcome is Outcome.ACCEPTED}


def _person(person: Person, texts: Texts) -> dict[str, Any]:
    written, standard = names(person)
    return {
        "name": written,
        "standard_name": standard,
        "birth_date": None if person.birth_date is None else str(person.birth_date),
        "birth_date_shown": texts.day(person.birth_date),
        "birth_date_partial": isinstance(person.birth_date, PartialDate),
    }


def _dose(dose: Dose, texts: Texts) -> dict[str, Any]:
    given = dose.vaccination
    return {
        "number": given.dose_number,
        "series": given.doses_in_series,
        "vaccine": texts.code_name(given.product, "products")
        or texts.code_name(given.prophylaxis, "prophylaxis"),
        "disease": texts.code_name(given.disease, "diseases"),
        "date": None if given.vaccinated_on is None else str(given.vaccinated_on),
        "date_shown": texts.day(given.vaccinated_on),
        "country": texts.code_name(given.country, "countries"),
        "certificates": list(dose.certificates),
    }


def _identity(identity: IdentityComparison, texts: Texts) -> dict[str, Any]:
    return {
        "grade": identity.grade,
        "sentence": texts.get("identity-grade", identity.grade),
        "codes": [{"code": code, "sentence": texts.get("identity", code)} for code in identity.codes],
    }


def _rules(decision: Decision, texts: Texts) -> list[dict[str, Any]]:
    return [
        {
            "identifier": outcome.rule.identifier,
            "result": outcome.result,
            "sentence": outcome.rule.description(texts.language),
        }
        for outcome in (decision.rules.outcomes if decision.rules else ())
    ]


def _certificate(source: str, report: VerificationReport, texts: Texts) -> dict[str, Any]:
    lines = () if report.certificate is None else certificate_lines(report.certificate, texts)
    severities = {finding.code: finding.severity for finding in report.findings}
    return {
        "source": source,
        "outcome": report.outcome,
        "level": report.level,
        "reason": report.reason,
        "sentence": "" if report.reason is None else texts.get("reason", report.reason),
        "findings": [
            {"code": code, "severity": severity, "sentence": texts.get("finding", code)}
            for code, severity in severities.items()
        ],
        "lines": [{"label": line.label, "values": list(line.values)} for line in lines],
    }
