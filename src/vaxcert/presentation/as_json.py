"""Reports and certificates as JSON objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from cbor2 import CBORTag

from vaxcert.codec.cwt import Claims
from vaxcert.findings import Finding
from vaxcert.model.certificate import Event, HealthCertificate, PartialDate, Recovery, Test, Vaccination
from vaxcert.trust.origin import ListOrigin
from vaxcert.trust.revocation.query import RevocationAnswer
from vaxcert.trust.trust_list import TrustedKey
from vaxcert.verify import VerificationReport


def report_json(source: str, report: VerificationReport) -> dict[str, Any]:
    """What `verify --json` prints for one certificate. Its keys are part of the contract."""
    return {
        "source": source,
        "outcome": report.outcome,
        "level": report.level,
        "reason": report.reason,
        "kid": None if report.kid is None else report.kid.hex(),
        "algorithm": None if report.algorithm is None else report.algorithm.name,
        "issuer": None if report.claims is None else report.claims.issuer,
        "findings": findings_json(report.findings),
        "certificate": certificate_json(report.certificate, report.claims),
        "trust": trust_json(report.key),
        "revocation": revocation_json(report.revocation),
    }


def trust_json(key: TrustedKey | None) -> dict[str, Any] | None:
    """The list that names the key that signed; None below the authentic level."""
    if key is None:
        return None
    return {**origin_json(key.origin), "environment": key.environment}


def origin_json(origin: ListOrigin) -> dict[str, Any]:
    """A list's own description."""
    return {
        "list": origin.name,
        "format": origin.format,
        "proof": origin.proof,
        "number": origin.number,
        "issued": _plain(origin.issued),
        "usable_until": _plain(origin.usable_until),
    }


def revocation_json(answer: RevocationAnswer | None) -> dict[str, Any] | None:
    """What the revocation lists say; None where none was asked."""
    if answer is None:
        return None
    return {"status": answer.status, "as_of": _plain(answer.as_of), "source": answer.source or None}


def findings_json(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    """Each code once, in the order found."""
    severities = {finding.code: finding.severity for finding in findings}
    return [{"code": code, "severity": severity} for code, severity in severities.items()]


def certificate_json(certificate: HealthCertificate | None, claims: Claims | None) -> dict[str, Any] | None:
    """A certificate in the words of the model, with the dates of its token."""
    if certificate is None or claims is None:
        return None
    return {
        "version": certificate.version,
        "issued_at": _plain(claims.issued_at),
        "not_before": _plain(claims.not_before),
        "expires": _plain(claims.expires),
        "subject": _attributes(certificate.subject),
        "vaccination": _attributes(certificate.vaccination),
        "test": _attributes(certificate.test),
        "recovery": _attributes(certificate.recovery),
        "further_events": [_further(event) for event in certificate.further_events],
    }


def raw_json(value: Any) -> Any:
    """Decoded CBOR as JSON values: bytes in hexadecimal, tags and keys that are not text spelled out."""
    if isinstance(value, Mapping):
        return {_raw_key(key): raw_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [raw_json(item) for item in value]
    if isinstance(value, CBORTag):
        return {"tag": value.tag, "value": raw_json(value.value)}
    if isinstance(value, bytes):
        return value.hex()
    return value


def _raw_key(key: int | str) -> str:
    """Integers stand bare; a text that looks like one keeps its quotes."""
    if isinstance(key, int):
        return str(key)
    return f'"{key}"' if key.lstrip("-").isdigit() else key


def moment_json(moment: datetime) -> str:
    """A time in UTC, ISO 8601."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _further(event: Event) -> dict[str, Any]:
    kinds: dict[type[Event], str] = {Vaccination: "vaccination", Test: "test", Recovery: "recovery"}
    return {"kind": kinds[type(event)], **(_attributes(event) or {})}


def _attributes(part: Any) -> dict[str, Any] | None:
    if part is None:
        return None
    return {field.name: _plain(getattr(part, field.name)) for field in fields(part)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_json(value)
    return str(value) if isinstance(value, date | PartialDate) else value
