"""The desk: everything that is known about one traveller, asked in order and decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vaxcert.codec.cwt import Claims
from vaxcert.decision.deciding import Decision, decide
from vaxcert.errors import Reason, VaxcertError
from vaxcert.model.certificate import HealthCertificate
from vaxcert.rules.acceptance import RulesAnswer
from vaxcert.rules.dose_history import combine
from vaxcert.rules.identity import IdentityComparison, Traveller, compare_identity
from vaxcert.verify import Outcome, VerificationReport, Verifier, unreadable


class Rules(Protocol):
    """Rules that can be asked about a certificate."""

    def answer(
        self,
        certificate: HealthCertificate,
        claims: Claims,
        *,
        country: str,
        at: datetime,
        region: str | None = None,
    ) -> RulesAnswer:
        """What the rules that apply say of it."""


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
    rules: Rules | None = None
    country: str | None = None
    region: str | None = None

    def examine(
        self,
        sources: Sequence[str | bytes | VaxcertError],
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
        reports = [
            unreadable(source) if isinstance(source, VaxcertError) else self.verifier.report(source, at=at)
            for source in sources
        ]
        authentic = [
            report.certificate
            for report in reports
            if report.certificate is not None and report.reason is not Reason.REVOKED
        ]
        return decide(
            reports,
            at=at,
            identities=None if traveller is None else [_compared(report, traveller) for report in reports],
            rules=self._answers(reports, at),
            history=combine(authentic) if authentic else None,
        )

    def _answers(
        self, reports: Sequence[VerificationReport], at: datetime
    ) -> list[RulesAnswer | None] | None:
        """Rules are asked about what can be relied on only."""
        if self.rules is None or self.country is None:
            return None
        return [
            self.rules.answer(
                report.certificate, report.claims, country=self.country, region=self.region, at=at
            )
            if report.outcome is Outcome.ACCEPTED and report.certificate and report.claims
            else None
            for report in reports
        ]


def _compared(report: VerificationReport, traveller: Traveller) -> IdentityComparison | None:
    certificate = report.certificate
    return None if certificate is None else compare_identity(certificate.subject, traveller)
