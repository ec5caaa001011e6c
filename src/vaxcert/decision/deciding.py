"""From what was found out about a traveller's certificates to one verdict with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import inf
from operator import itemgetter
from typing import Final

from vaxcert.decision.reasons import (
    ABOUT_THE_DESK,
    CLOCK_SUSPECT,
    FINDINGS,
    HISTORY,
    IDENTITY,
    OUT_OF_DATE,
    DecisionCode,
    DecisionReason,
    Verdict,
    rank,
)
from vaxcert.errors import NotYetValidError, Reason
from vaxcert.findings import FindingCode
from vaxcert.model.certificate import Event, Recovery, Test, Vaccination
from vaxcert.model.moments import in_utc
from vaxcert.rules import identity_grades
from vaxcert.rules.acceptance import RuleResult, RulesAnswer, RuleType
from vaxcert.rules.dose_history import DoseHistory
from vaxcert.rules.identity import IdentityComparison
from vaxcert.verify import Outcome, VerificationReport

_ACCEPT, _REFER, _REFUSE = Verdict  # quicker to get at than members are
_ACCEPTED, _, _UNREADABLE = Outcome
_DETECTED: Final = "260373001"
"""SNOMED CT: detected."""

_RULE_CODES: Final = {RuleResult.FAILED: DecisionCode.RULE_FAILED, RuleResult.OPEN: DecisionCode.RULE_OPEN}


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Decision:
    """The answer for one traveller. Its repr shows no personal data.

    Attributes:
        verdict: The worst of the reasons; `accept` only with at least one accepted certificate.
        reasons: What puts lists or clock in doubt before all else, then worst first. Those of verdict `accept` are
            remarks.
        reports: Of each certificate, in the order given.
        history: All doses of the certificates that were signed by a trusted key; None without any.
        identity: Whether they are the traveller's: the worst comparison of all certificates; None where no document
            was shown, or no certificate says whose it is.
        rules: What the rules say of the certificate that stands best with them, of those that stand alike the latest;
            None where none were asked.
        at: The time it was decided for, in UTC.
    """

    verdict: Verdict
    reasons: tuple[DecisionReason, ...]
    reports: tuple[VerificationReport, ...]
    history: DoseHistory | None
    identity: IdentityComparison | None
    rules: RulesAnswer | None
    at: datetime

    def __bool__(self) -> bool:
        raise TypeError("a decision has no truth value; look at its verdict")

    def __repr__(self) -> str:
        return f"<Decision {self.verdict}>"


def decide(
    reports: Sequence[VerificationReport],
    *,
    at: datetime,
    identities: Sequence[IdentityComparison | None] | None = None,
    rules: Sequence[RulesAnswer | None] | None = None,
    rules_are_stale: bool = False,
    history: DoseHistory | None = None,
) -> Decision:
    """Decide about one traveller.

    One accepted certificate suffices, if it passes the rules where rules were asked and nothing else is wrong. One
    that is unreadable or out of date takes nothing away from it; one of an unknown key is looked at a second time;
    any other that was refused (forged, revoked, of a test key, ...) refuses the traveller who shows it.

    Args:
        reports: Of each certificate that the traveller shows.
        at: The time they were verified for, aware.
        identities: For each report the comparison with the traveller's document, None where the certificate says
            nothing that could be relied on. None for all where no document was shown.
        rules: For each report what the rules of the country say; of certificates that are not accepted it does not
            count. None for all where no rules were asked.
        rules_are_stale: Whether a list that the rules come from is past its end.
        history: The doses of all certificates together.

    Raises:
        ValueError: `identities` or `rules` are not as many as the reports, or `at` has no time zone.
    """
    at = in_utc(at)
    for asked in (identities, rules):
        if asked is not None and len(asked) != len(reports):
            raise ValueError(f"{len(asked)} answers for {len(reports)} reports")
    compared = [(place, one) for place, one in enumerate(identities or ()) if one is not None]
    identity = max(compared, key=_difference, default=None)
    accepted = [placed for placed in enumerate(reports) if placed[1].outcome is _ACCEPTED]
    best = _best(accepted, rules or ())
    reasons = [*_of_reports(reports, one_is_accepted=bool(accepted))]
    if best is not None:
        reasons += _of_rules(*best)
        if rules_are_stale:
            reasons.append(_reason(DecisionCode.RULES_STALE))
    elif accepted:
        reasons += _without_rules(accepted, at)
    if identity is not None:
        reasons += _of_identity(*identity)
    elif any(report.certificate is not None for report in reports):
        reasons.append(_reason(DecisionCode.IDENTITY_NOT_COMPARED))
    if history is not None:
        reasons += [DecisionReason(code, HISTORY[code]) for code in history.contradictions]
    reasons = sorted(dict.fromkeys(reasons), key=_urgency)
    return Decision(
        verdict=max((reason.verdict for reason in reasons), key=rank, default=_ACCEPT),
        reasons=tuple(reasons),
        reports=tuple(reports),
        history=history,
        identity=None if identity is None else identity[1],
        rules=None if best is None else best[1],
        at=at,
    )


def _urgency(reason: DecisionReason) -> tuple[bool, int]:
    return reason.code not in ABOUT_THE_DESK, -rank(reason.verdict)


def _reason(code: DecisionCode, detail: str = "", certificate: int | None = None) -> DecisionReason:
    return DecisionReason(code, code.verdict, detail, certificate)


# The certificates


def _of_reports(reports: Sequence[VerificationReport], *, one_is_accepted: bool) -> Iterator[DecisionReason]:
    if not reports:
        yield _reason(DecisionCode.NO_CERTIFICATE)
    for place, report in enumerate(reports):
        accepted = report.outcome is _ACCEPTED
        if report.reason is not None:
            yield from _of_refusal(place, report, report.reason, one_is_accepted)
        for code in dict.fromkeys(finding.code for finding in report.findings):
            if code in ABOUT_THE_DESK:
                yield DecisionReason(code, FINDINGS[code])
            elif accepted and code in FINDINGS:
                yield DecisionReason(code, FINDINGS[code], certificate=place)


def _of_refusal(
    place: int, report: VerificationReport, reason: Reason, one_is_accepted: bool
) -> Iterator[DecisionReason]:
    unreadable = report.outcome is _UNREADABLE
    if report.is_undecided:
        yield DecisionReason(reason, _REFER)
    elif reason in CLOCK_SUSPECT and _is_signed_later(report):
        yield _reason(DecisionCode.CLOCK_BEFORE_CERTIFICATE)
    elif one_is_accepted and (unreadable or reason in OUT_OF_DATE):
        yield _reason(DecisionCode.SET_ASIDE, reason, place)
    elif unreadable:
        yield _reason(DecisionCode.NOT_READ, certificate=place)
        yield DecisionReason(reason, _REFER, certificate=place)
    else:
        yield DecisionReason(reason, _of_refused(report, reason, one_is_accepted), certificate=place)


def _of_refused(report: VerificationReport, reason: Reason, one_is_accepted: bool) -> Verdict:
    if one_is_accepted and reason is Reason.UNKNOWN_KEY:
        return _REFER
    if reason in CLOCK_SUSPECT and any(one.code is FindingCode.CLOCK_BEFORE_LIST for one in report.findings):
        return _REFER
    return _REFUSE


def _is_signed_later(report: VerificationReport) -> bool:
    """Whether it was signed after the time of verification, which only a wrong clock or an issuer's fault explains."""
    error, claims = report.error, report.claims
    return (
        isinstance(error, NotYetValidError)
        and claims is not None
        and claims.issued_at is not None
        and claims.issued_at > error.at
    )


# What it attests: the rules, apart from the dates of the token


def _best(
    accepted: Sequence[tuple[int, VerificationReport]], rules: Sequence[RulesAnswer | None]
) -> tuple[int, RulesAnswer] | None:
    """The certificate that stands best with the rules; of those that stand alike the latest, which tells most."""
    asked = [
        (_worst(answer), -_latest(report), _unpassed(answer), place, answer)
        for place, report in accepted
        if place < len(rules) and (answer := rules[place]) is not None
    ]
    return min(asked, key=itemgetter(0, 1, 2, 3))[3:] if asked else None


def _unpassed(answer: RulesAnswer) -> int:
    return sum(outcome.result is not RuleResult.PASSED for outcome in answer.outcomes)


def _worst(answer: RulesAnswer) -> int:
    """0 where all rules are passed, 1 where something is open, 2 where a rule is failed."""
    if any(outcome.result is RuleResult.FAILED for outcome in answer.outcomes):
        return 2
    return int(_unpassed(answer) > 0 or _is_without_rule(answer))


def _latest(report: VerificationReport) -> float:
    """When the last event of a certificate was, in seconds; a day counts from when it begins in UTC."""
    events = () if report.certificate is None else report.certificate.events
    return max((at.timestamp() for event in events if (at := _moment_of(event)) is not None), default=-inf)


def _moment_of(event: Event) -> datetime | None:
    if isinstance(event, Test):
        return event.sampled_at
    day = event.vaccinated_on if isinstance(event, Vaccination) else event.first_positive
    return None if day is None else datetime.combine(day, time(), UTC)


def _is_without_rule(answer: RulesAnswer) -> bool:
    """Whether the country of arrival has no rule; those by which an issuer voids its own do not stand in for it."""
    return all(outcome.rule.type is not RuleType.ACCEPTANCE for outcome in answer.outcomes)


def _of_rules(place: int, answer: RulesAnswer) -> Iterator[DecisionReason]:
    if _is_without_rule(answer):
        yield _reason(DecisionCode.RULES_MISSING, certificate=place)
    for outcome in answer.outcomes:
        if outcome.result is not RuleResult.PASSED:
            yield _reason(_RULE_CODES[outcome.result], outcome.rule.identifier, place)


def _without_rules(
    placed: Iterable[tuple[int, VerificationReport]], at: datetime
) -> Iterator[DecisionReason]:
    """Where no rules are asked, only what the certificates say of themselves counts."""
    yield _reason(DecisionCode.RULES_NOT_ASKED)
    for place, report in placed:
        for event in () if report.certificate is None else report.certificate.events:
            if isinstance(event, Test) and event.result == _DETECTED:
                yield _reason(DecisionCode.TEST_POSITIVE, certificate=place)
            if isinstance(event, Recovery) and not _is_current(event, at.date()):
                yield _reason(DecisionCode.RECOVERY_NOT_CURRENT, certificate=place)


def _is_current(recovery: Recovery, day: date) -> bool:
    return (recovery.valid_from or day) <= day <= (recovery.valid_until or day)


# Whose it is


def _difference(placed: tuple[int, IdentityComparison]) -> int:
    return identity_grades.rank(placed[1].grade)


def _of_identity(place: int, comparison: IdentityComparison) -> Iterator[DecisionReason]:
    code = IDENTITY.get(comparison.grade)
    if code is not None:
        yield _reason(code, ", ".join(comparison.codes), place)
