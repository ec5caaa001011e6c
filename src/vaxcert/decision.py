"""What the desk does with a traveller: accept, refer to a second desk, or refuse, and why, in order.

A decision puts together how far each certificate got (`vaxcert.verify`), what the rules of the country say, whether
the certificate is this traveller's, whether the certificates agree with each other, and whether the lists and the
clock can be relied on at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vaxcert.rules.acceptance import RulesAnswer
from vaxcert.rules.dose_history import DoseHistory
from vaxcert.rules.identity import IdentityComparison
from vaxcert.verify import VerificationReport


class Verdict(StrEnum):
    """What the officer does, from the best to the worst."""

    ACCEPT = "accept"
    REFER = "refer"
    """Nothing is wrong for sure, and something is not decided: a second look, a newer list, another document."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class DecisionReason:
    """One reason of a decision.

    Attributes:
        code: A stable code: of a refusal (`Reason`), a finding (`FindingCode`), an identity or history difference, a
            `DecisionCode`, or `rule-failed` and `rule-open` with the rule's identifier in `detail`.
        verdict: What this reason alone would lead to.
        detail: What it is about where a code does not say it all, in English, never personal data; or "".
    """

    code: str
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Decision:
    """The answer for one traveller. Its repr shows no personal data.

    Attributes:
        verdict: The worst of the reasons; `accept` only with at least one accepted certificate.
        reasons: Worst first; what is wrong with lists and clock before all else. Those of verdict `accept` are
            remarks.
        reports: Of each certificate, in the order given.
        history: All doses of the certificates that were signed by a trusted key; None without any.
        identity: Whether they are the traveller's; None where no document was shown.
        rules: What the rules say; None where none were asked.
        at: The time it was decided for, aware.
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
    identity: IdentityComparison | None = None,
    rules: RulesAnswer | None = None,
) -> Decision:
    """Decide about one traveller."""
    raise NotImplementedError
