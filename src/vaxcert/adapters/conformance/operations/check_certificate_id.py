"""`check-certificate-id`: the form and the check character of a certificate identifier (UVCI)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vaxcert.model.identifiers import certificate_id_findings, read_certificate_id


def check_certificate_id(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Check `text`, and say what it is compared by and which country it names. Time does not matter."""
    read = read_certificate_id(given["text"])
    codes = [str(finding.code) for finding in certificate_id_findings(given["text"])]
    return {
        "outcome": "refused" if codes else "accepted",
        "reason": codes[0] if codes else None,
        "findings": sorted(codes),
        "canonical": read.canonical,
        "country": read.country,
    }
