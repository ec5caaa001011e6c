"""What is odd about a certificate's headers and claims, beside what it attests (HCERT specification 3.3)."""

from __future__ import annotations

from datetime import datetime

from vaxcert.codec.cose import KEY_IDENTIFIER, Sign1
from vaxcert.codec.cwt import Claims
from vaxcert.crypto.signing_certificate import KEY_IDENTIFIER_BYTES
from vaxcert.findings import Finding, FindingCode
from vaxcert.model.certificate import HealthCertificate
from vaxcert.model.countries import country_code, issuer_country
from vaxcert.trust import binding
from vaxcert.trust.trust_list import TrustedKey


def add_message_findings(
    findings: list[Finding],
    message: Sign1,
    claims: Claims,
    certificate: HealthCertificate,
    key: TrustedKey,
    at: datetime,
) -> None:
    """Add what is odd about headers and claims, and about them against the key and the content.

    Args:
        findings: The list to add to.
        message: The message as received.
        claims: Its claims.
        certificate: What it attests.
        key: The trusted key that signed it.
        at: The time of verification, aware UTC.
    """
    if not message.kid_is_protected:
        findings.append(Finding(FindingCode.KID_UNPROTECTED, "kid"))
    if len(key.kid) != KEY_IDENTIFIER_BYTES:
        findings.append(Finding(FindingCode.KID_LENGTH, "kid"))
    if message.unprotected_header and (
        message.kid_is_protected or message.unprotected_header.keys() != {KEY_IDENTIFIER}
    ):
        findings.append(Finding(FindingCode.HEADER_UNPROTECTED, "unprotected"))
    if claims.issued_at is None:
        findings.append(Finding(FindingCode.ISSUED_AT_MISSING, "iat"))
    if key.not_after is not None:
        if claims.expires is not None and claims.expires > key.not_after:
            findings.append(Finding(FindingCode.EXPIRY_PAST_SIGNER, "exp"))
        if at > key.not_after:
            findings.append(Finding(FindingCode.SIGNER_EXPIRED_SINCE, "kid"))
    if claims.issuer is not None:
        _add_issuer_findings(findings, claims.issuer, certificate, key)


def _add_issuer_findings(
    findings: list[Finding], issuer: str, certificate: HealthCertificate, key: TrustedKey
) -> None:
    if country_code(issuer) is None:
        findings.append(Finding(FindingCode.ISSUER_NOT_COUNTRY, "iss"))
    if binding.is_foreign(issuer, key.country):
        findings.append(Finding(FindingCode.ISSUER_COUNTRY_MISMATCH, "iss"))
    for event in certificate.events:
        if event.country is not None and event.country != issuer and _is_elsewhere(event.country, issuer):
            findings.append(Finding(FindingCode.COUNTRY_MISMATCH, "co"))


def _is_elsewhere(country: str, issuer: str) -> bool:
    """Whether a country is another than the one the issuer names; `EL` and `GR` are one."""
    home = issuer_country(issuer)
    return home is not None and issuer_country(country) != home
