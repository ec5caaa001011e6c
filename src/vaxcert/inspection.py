"""Looking into a certificate without verifying it: for integrators and help desks, never for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from vaxcert import payloads
from vaxcert.codec import container, cose, cwt
from vaxcert.findings import Finding
from vaxcert.model.certificate import HealthCertificate
from vaxcert.rules.content import content_findings


@dataclass(frozen=True, slots=True, repr=False)
class Inspection:
    """The layers of a certificate that nobody has verified. It may be a forgery, and has no truth value.

    Attributes:
        message_bytes: The COSE message as bytes, after base45 and inflation.
        message: The COSE message.
        claims: The CWT claims.
        certificate: What it claims to attest.
        findings: What is odd about its form and content. What needs the signing certificate is not looked at.
    """

    message_bytes: bytes
    message: cose.Sign1
    claims: cwt.Claims
    certificate: HealthCertificate
    findings: tuple[Finding, ...]

    def __bool__(self) -> NoReturn:
        raise TypeError("an inspection is not a verification and has no truth value; call Verifier.verify()")

    def __repr__(self) -> str:
        return "<Inspection UNVERIFIED>"


def inspect(source: str | bytes) -> Inspection:
    """Decode every layer of a certificate, without looking at its signature.

    Args:
        source: As for `Verifier.verify`.

    Raises:
        DecodeError: Some layer is not well-formed.
        UnsupportedError: It is of another version or kind.
    """
    message_bytes = container.message_bytes(source)
    message = cose.read(message_bytes)
    claims, findings = cwt.read(message.payload)
    certificate, payload_findings = payloads.read(claims.hcert)
    findings += payload_findings
    if claims.issued_at is not None:
        findings += content_findings(certificate, signed_at=claims.issued_at)
    return Inspection(message_bytes, message, claims, certificate, tuple(findings))
