"""Issue, carry and verify vaccination certificates offline.

The core does no I/O: no network, no clock, no files, no environment. Time is always an argument.
"""

from vaxcert import qr
from vaxcert.codec.cwt import Claims
from vaxcert.errors import Reason, VaxcertError, VerificationError
from vaxcert.findings import Finding, FindingCode, Severity
from vaxcert.inspection import Inspection, inspect
from vaxcert.issue import IssuedCertificate, Issuer
from vaxcert.model.certificate import (
    HealthCertificate,
    Kind,
    PartialDate,
    Person,
    Recovery,
    Test,
    Vaccination,
)
from vaxcert.rules.policy import SignerDates, VerificationPolicy
from vaxcert.trust.trust_list import TrustedKey, TrustList
from vaxcert.verify import Level, Outcome, VerificationReport, VerifiedCertificate, Verifier

__version__ = "0.1.0"

__all__ = [
    "Claims",
    "Finding",
    "FindingCode",
    "HealthCertificate",
    "Inspection",
    "IssuedCertificate",
    "Issuer",
    "Kind",
    "Level",
    "Outcome",
    "PartialDate",
    "Person",
    "Reason",
    "Recovery",
    "Severity",
    "SignerDates",
    "Test",
    "TrustList",
    "TrustedKey",
    "Vaccination",
    "VaxcertError",
    "VerificationError",
    "VerificationPolicy",
    "VerificationReport",
    "VerifiedCertificate",
    "Verifier",
    "inspect",
    "qr",
]
