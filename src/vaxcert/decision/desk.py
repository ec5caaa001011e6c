"""The desk: everything that is known about one traveller, asked in order and decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from vaxcert.decision.deciding import Decision, decide
from vaxcert.errors import Reason, VaxcertError
from vaxcert.model.moments import in_utc
from vaxcert.rules.acceptance import RulesAnswer, RuleSet
from vaxcert.rules.dose_history import DoseHistory, combine
from vaxcert.rules.identity import IdentityComparison, Traveller, compare_identity
from vaxcert.rules.name_comparison import forget_words
from vaxcert.verify import Outcome, VerificationReport, Verifier, unreadable

Source: TypeAlias = str | bytes | VaxcertError
"""As for `Verifier.report`; or why there is none, as where a picture could not be read."""

Shown: TypeAlias = tuple[Sequence[Source], Traveller | None]
"""What a traveller shows: certificates, and a travel document or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A place where travellers are decided about. It keeps nothing of any of them.

    Attributes:
        verifier: With the trust list, the policy and the revocation lists.
        rules: Of the country of arrival, and of those that issue; None asks none.
        country: The country of arrival, ISO 3166-1 alpha-2; None asks no rules.
        region: A part of it that has rules of its own.
    """

    verifier: Verifier
    rules: RuleSet | None = None
    country: str | None = None
    region: str | None = None

    def examine(
        self,
        sources: Sequence[Source],
        *,
        at: datetime,
        traveller: Traveller | None = None,
    ) -> Decision:
        """Verify all certificates of one traveller and decide. Never raises, whatever the sources hold.

        Args:
            sources: As for `Verifier.report`; or why there is none, as where a picture could not be read.
            at: The time to decide for, aware.
            traveller: Of the document that was shown; None where none was.

        Raises:
            ValueError: `at` has no time zone. The only exception: it is not about the sources.
        """
        (decision,) = self.examine_all([(sources, traveller)], at=at)
        forget_words()
        return decision

    def examine_all(self, shown: Sequence[Shown], *, at: datetime) -> list[Decision]:
        """Do the same for many travellers, each for himself.

        Each step is done for all of them before the next one, which takes a tenth less time.

        Args:
            shown: Of each traveller the sources, and who the document says he is, as for `examine`.
            at: The time to decide for, aware.

        Raises:
            ValueError: `at` has no time zone.
        """
        at = in_utc(at)
        reports = [[self._report(source, at) for source in sources] for sources, _ in shown]
        identities = [
            None if traveller is None else [_compared(report, traveller) for report in found]
            for found, (_, traveller) in zip(reports, shown, strict=True)
        ]
        histories = [_history(found) for found in reports]
        rules = [self._answers(found, at) for found in reports]
        stale = self._has_stale_rules(at)
        return [
            decide(found, at=at, identities=identity, rules=answers, rules_are_stale=stale, history=history)
            for found, identity, answers, history in zip(reports, identities, rules, histories, strict=True)
        ]

    def _report(self, source: Source, at: datetime) -> VerificationReport:
        return unreadable(source) if isinstance(source, VaxcertError) else self.verifier.report(source, at=at)

    def _answers(
        self, reports: Sequence[VerificationReport], at: datetime
    ) -> list[RulesAnswer | None] | None:
        if self.rules is None or self.country is None:
            return None
        return [self._answer(self.rules, self.country, report, at) for report in reports]

    def _has_stale_rules(self, at: datetime) -> bool:
        ends = [] if self.rules is None else [origin.usable_until for origin in self.rules.origins]
        return any(end is not None and at > end for end in ends)

    def _answer(
        self, rules: RuleSet, country: str, report: VerificationReport, at: datetime
    ) -> RulesAnswer | None:
        """Rules are asked about what can be relied on only."""
        certificate, claims = report.certificate, report.claims
        if report.outcome is not Outcome.ACCEPTED or certificate is None or claims is None:
            return None
        return rules.answer(
            certificate,
            claims,
            country=country,
            region=self.region,
            at=at,
            kid=report.kid,
            signer_country=None if report.key is None else report.key.country,
        )


def _compared(report: VerificationReport, traveller: Traveller) -> IdentityComparison | None:
    certificate = report.certificate
    return None if certificate is None else compare_identity(certificate.subject, traveller)


def _history(reports: Sequence[VerificationReport]) -> DoseHistory | None:
    """The doses of all that a trusted key has signed and nobody has revoked, with their places among all reports."""
    authentic = [
        (place, report.certificate)
        for place, report in enumerate(reports)
        if report.certificate is not None and report.reason is not Reason.REVOKED
    ]
    if not authentic:
        return None
    history = combine([certificate for _, certificate in authentic])
    return history if len(authentic) == len(reports) else _placed(history, [place for place, _ in authentic])


def _placed(history: DoseHistory, places: Sequence[int]) -> DoseHistory:
    """The same history, of certificates that stand at these places among others."""
    doses = tuple(
        replace(dose, certificates=tuple(places[number] for number in dose.certificates))
        for dose in history.doses
    )
    return replace(history, doses=doses)
