"""What a relying party accepts, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.findings import FindingCode
from vaxcert.trust.origin import Environment


class SignerDates(StrEnum):
    """When the signing certificate has to be in date."""

    AT_ISSUANCE = "at-issuance"
    """When it signed. A certificate outlives the key that signed it, as the specification intends."""

    NOW = "now"
    """When it signed, and still at the time of verification."""


class WhenUnsure(StrEnum):
    """What to do where the material to decide with is too old or cannot answer."""

    REFUSE = "refuse"
    REPORT = "report"
    """Go on, with a finding that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPolicy:
    """The conditions of one relying party. Vary one with `dataclasses.replace`.

    Attributes:
        algorithms: Allowed signature algorithms; HCERT requires both of verifiers. At least one.
        clock_skew: How far the issuer's and the verifier's clocks may differ, not negative. It widens every
            comparison of a date in the certificate with the verification time.
        signer_dates: When the signing certificate has to be in date.
        allow_small_rsa: Accept RSA keys under 2048 bits. One issuer in the field has 1024-bit keys.
        allow_foreign_issuer: Accept a certificate whose issuer (`iss`) is another country than the signing key's.
        environments: Whose keys count. Test keys never verify under a policy that does not name them.
        stale_lists: What to do when the list that names the key is past its end.
        unknown_revocation: What to do when a revocation list that covers the issuer cannot answer.
        refused_findings: Findings that this relying party does not accept.

    Raises:
        ValueError: Empty `algorithms` or `environments`, a negative `clock_skew`, or a choice that there is not.
    """

    algorithms: frozenset[Algorithm] = frozenset(Algorithm)
    clock_skew: timedelta = timedelta(minutes=5)
    signer_dates: SignerDates = SignerDates.AT_ISSUANCE
    allow_small_rsa: bool = False
    allow_foreign_issuer: bool = False
    environments: frozenset[Environment] = frozenset({Environment.PRODUCTION})
    stale_lists: WhenUnsure = WhenUnsure.REFUSE
    unknown_revocation: WhenUnsure = WhenUnsure.REFUSE
    refused_findings: frozenset[FindingCode] = frozenset()

    def __post_init__(self) -> None:
        if not self.algorithms:
            raise ValueError("a policy needs at least one algorithm")
        if not self.environments:
            raise ValueError("a policy needs at least one environment")
        if self.clock_skew < timedelta(0):
            raise ValueError(f"clock skew {self.clock_skew} is negative")
        # a choice that is given as text must count like the choice itself, or "refuse" would let through
        object.__setattr__(self, "signer_dates", SignerDates(self.signer_dates))
        object.__setattr__(self, "stale_lists", WhenUnsure(self.stale_lists))
        object.__setattr__(self, "unknown_revocation", WhenUnsure(self.unknown_revocation))

    @classmethod
    def default(cls) -> Self:
        """Accept what genuine issuers send; report their deviations as findings."""
        return cls()

    @classmethod
    def strict(cls) -> Self:
        """Refuse on any finding, with no clock skew, and only while the signing certificate is in date."""
        return cls(
            clock_skew=timedelta(0), signer_dates=SignerDates.NOW, refused_findings=frozenset(FindingCode)
        )
