"""What a single thing that was found out leads to at the desk: the tables that a decision is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from vaxcert.errors import Reason
from vaxcert.findings import FindingCode
from vaxcert.rules.dose_history import HistoryCode
from vaxcert.rules.identity import IdentityGrade


class Verdict(StrEnum):
    """What the officer does, from the best to the worst."""

    ACCEPT = "accept"
    REFER = "refer"
    """Nothing is wrong for sure, and something is not decided: a second look, a newer list, another document."""
    REFUSE = "refuse"


_RANKS: Final = {verdict: rank for rank, verdict in enumerate(Verdict)}


def rank(verdict: Verdict) -> int:
    """The place of a verdict, from 0 for the best."""
    return _RANKS[verdict]


class DecisionCode(StrEnum):
    """Stable codes of what only a decision says. Public: never renamed, never reused.

    Attributes:
        verdict: What it leads to alone; `accept` is a remark.
    """

    verdict: Verdict

    def __new__(cls, code: str, verdict: Verdict) -> Self:
        """A code with its verdict, as the lines below give them."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.verdict = verdict
        return member

    # the desk itself
    CLOCK_BEFORE_CERTIFICATE = "clock-before-certificate", Verdict.REFER
    """A trusted key signed it after now. The clock is the first to be suspected, not the issuer."""
    RULES_STALE = "rules-stale", Verdict.REFER
    """A list of entry rules is past its end, and may lack those of today."""
    # the certificates
    NO_CERTIFICATE = "no-certificate", Verdict.REFER
    NOT_READ = "not-read", Verdict.REFER
    """A code could not be read: to be scanned again, or another one shown."""
    SET_ASIDE = "set-aside", Verdict.ACCEPT
    """One that cannot be read or is out of date, beside one that is accepted: it takes nothing away."""
    # medical, apart from the dates of the token
    RULE_FAILED = "rule-failed", Verdict.REFUSE
    RULE_OPEN = "rule-open", Verdict.REFER
    RULES_MISSING = "rules-missing", Verdict.REFER
    """The country has no rule for this kind of certificate."""
    RULES_NOT_ASKED = "rules-not-asked", Verdict.ACCEPT
    TEST_POSITIVE = "test-positive", Verdict.REFER
    """By the certificate itself, where no rules were asked that know better."""
    RECOVERY_NOT_CURRENT = "recovery-not-current", Verdict.REFER
    """Likewise."""
    # the traveller
    IDENTITY_MISMATCH = "identity-mismatch", Verdict.REFUSE
    IDENTITY_UNCLEAR = "identity-unclear", Verdict.REFER
    IDENTITY_LIKELY = "identity-likely", Verdict.ACCEPT
    IDENTITY_NOT_COMPARED = "identity-not-compared", Verdict.ACCEPT
    """No document was shown: the officer compares name and birth date herself."""


@dataclass(frozen=True, slots=True)
class DecisionReason:
    """One reason of a decision.

    Attributes:
        code: A stable code: of a refusal (`Reason`), a finding (`FindingCode`), a contradiction between certificates
            (`HistoryCode`), or a `DecisionCode`.
        verdict: What this reason alone would lead to; `accept` is a remark.
        detail: What it is about where the code does not say it all: the identifier of a rule, the codes of what
            differs. In English, never personal data; or "".
        certificate: The place of the certificate that it is about, from 0; None where it is about all.
    """

    code: str
    verdict: Verdict
    detail: str = ""
    certificate: int | None = None


ABOUT_THE_DESK: Final = frozenset(
    {
        Reason.STALE_TRUST_LIST,
        Reason.REVOCATION_UNKNOWN,
        FindingCode.LIST_STALE,
        FindingCode.LIST_UNSIGNED,
        FindingCode.CLOCK_BEFORE_LIST,
        DecisionCode.CLOCK_BEFORE_CERTIFICATE,
        DecisionCode.RULES_STALE,
    }
)
"""What puts in doubt whatever else is said: told first, once for all certificates."""

CLOCK_SUSPECT: Final = frozenset({Reason.NOT_YET_VALID, Reason.SIGNER_NOT_YET_VALID})
"""Refusals that a clock which is behind would bring about as well."""

OUT_OF_DATE: Final = frozenset(
    {Reason.EXPIRED, Reason.EXPIRY_MISSING, Reason.NOT_YET_VALID, Reason.SIGNER_EXPIRED}
)
"""Refusals of certificates that a trusted key did sign, for their dates alone."""

FINDINGS: Final[Mapping[FindingCode, Verdict]] = {
    # the lists and the clock; a policy that lets a stale list or silence about revocation pass has decided so
    FindingCode.CLOCK_BEFORE_LIST: Verdict.REFER,
    FindingCode.LIST_STALE: Verdict.ACCEPT,
    FindingCode.LIST_UNSIGNED: Verdict.ACCEPT,
    FindingCode.LIST_OVERDUE: Verdict.ACCEPT,
    FindingCode.REVOCATION_UNANSWERED: Verdict.ACCEPT,
    # the signed content contradicts itself, or leaves open whose it is: a second look
    FindingCode.NAME_MISSING: Verdict.REFER,
    FindingCode.BIRTH_DATE_IMPOSSIBLE: Verdict.REFER,
    FindingCode.DATE_UNREADABLE: Verdict.REFER,
    FindingCode.EVENT_IN_FUTURE: Verdict.REFER,
    FindingCode.EVENT_BEFORE_BIRTH: Verdict.REFER,
    FindingCode.DOSE_NUMBER_RANGE: Verdict.REFER,
    FindingCode.RECOVERY_DATES_ORDER: Verdict.REFER,
    # what genuine issuers get wrong, and an officer may want to know
    FindingCode.SIGNER_EXPIRED_SINCE: Verdict.ACCEPT,
    FindingCode.ISSUER_COUNTRY_MISMATCH: Verdict.ACCEPT,
    FindingCode.COUNTRY_MISMATCH: Verdict.ACCEPT,
    FindingCode.FIELD_MISSING: Verdict.ACCEPT,
    FindingCode.FIELD_TYPE: Verdict.ACCEPT,
    FindingCode.BIRTH_DATE_PARTIAL: Verdict.ACCEPT,
    FindingCode.TEXT_NOT_PRINTABLE: Verdict.ACCEPT,
    FindingCode.SEVERAL_EVENTS: Verdict.ACCEPT,
    FindingCode.CODE_UNKNOWN: Verdict.ACCEPT,
    FindingCode.PRODUCT_HOLDER_MISMATCH: Verdict.ACCEPT,
    FindingCode.PRODUCT_PROPHYLAXIS_MISMATCH: Verdict.ACCEPT,
    FindingCode.TEST_FIELDS_MISMATCH: Verdict.ACCEPT,
}
"""Findings that matter at the desk. Of the others, form and typing errors of issuers, only the details tell."""

HISTORY: Final[Mapping[str, Verdict]] = {
    HistoryCode.PERSON_DIFFERS: Verdict.REFUSE,
    HistoryCode.PERSON_UNCLEAR: Verdict.REFER,
    HistoryCode.DOSE_CHANGED: Verdict.REFER,
    HistoryCode.DOSE_DAYS_DIFFER: Verdict.REFER,
    HistoryCode.DOSE_PRODUCTS_DIFFER: Verdict.REFER,
    HistoryCode.DOSES_ON_ONE_DAY: Verdict.REFER,
    HistoryCode.DOSE_ORDER: Verdict.REFER,
    HistoryCode.DOSE_GAP: Verdict.ACCEPT,
}
"""Contradictions between certificates. Those of two people are never those of the one who shows them."""

IDENTITY: Final[Mapping[IdentityGrade, DecisionCode]] = {
    IdentityGrade.LIKELY: DecisionCode.IDENTITY_LIKELY,
    IdentityGrade.UNCLEAR: DecisionCode.IDENTITY_UNCLEAR,
    IdentityGrade.MISMATCH: DecisionCode.IDENTITY_MISMATCH,
}
"""What the grades of a comparison lead to; a match needs no word."""
