"""`check-signing-certificate`: how far a certificate of an authority or a signer keeps to a profile."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from vaxcert.crypto.profile_check import check, guessed_profile
from vaxcert.crypto.profiles import PROFILES, ProfileName, ProfileSeverity
from vaxcert.crypto.signing_certificate import SigningCertificate, read_signing_certificate
from vaxcert.errors import VaxcertError

_NOTHING_READ: Final[Mapping[str, Any]] = {"kid": None, "country": None, "kinds": []}


def check_signing_certificate(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Read `certificate`, and compare it with `profile`, with `authority` and for `at` where these are there.

    Refused is what has a finding that is an error; the first of them is the reason.
    """
    try:
        certificate = _read(given["certificate"])
        issuer = _read(given["authority"]) if "authority" in given else None
    except VaxcertError as error:
        return {"outcome": "unreadable", "reason": str(error.reason), "findings": [], **_NOTHING_READ}
    profile = (
        PROFILES[ProfileName(context["profile"])] if "profile" in context else guessed_profile(certificate)
    )
    at = datetime.fromisoformat(context["at"]) if "at" in context else None
    findings = check(certificate, profile, issuer=issuer, at=at)
    errors = [str(finding.code) for finding in findings if finding.severity is ProfileSeverity.ERROR]
    return {
        "outcome": "refused" if errors else "accepted",
        "reason": errors[0] if errors else None,
        "findings": sorted({str(finding.code) for finding in findings}),
        "kid": certificate.kid.hex(),
        "country": certificate.country,
        "kinds": sorted(certificate.kinds),
    }


def _read(encoded: str) -> SigningCertificate:
    return read_signing_certificate(b64decode(encoded, validate=True))
