"""What it means to fail a vector, from what has to come of it. `README.md` beside this file says what the levels are.

A script names a level of its own only where the outcome does not show it: a stream that brings a reader down, a bound
that is a choice, an oddity that genuine issuers write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

Importance: TypeAlias = Literal["critical", "high", "medium", "low"]

_CRITICAL: Final = """
algorithm-unprotected algorithm-not-allowed algorithm-key-mismatch bad-signature unknown-key
key-not-authorised domain-not-authorised issuer-not-authorised test-key key-revoked key-too-small
cose-critical-header expired expiry-missing not-yet-valid signer-expired signer-not-yet-valid
stale-trust-list revoked revocation-unknown unknown
anchor-missing weak-signature trust-list-signature trust-list-unsigned trust-list-threshold
trust-list-environment trust-list-rollback trust-list-mixed trust-entry-signature revocation-list-signature
attester-unknown attester-withdrawn attester-not-authorised attester-not-in-date
attestation-signature attestation-missing attestation-not-authorised
not-signed-by-authority issuer-not-authority is-authority signature-hash
picture-too-large wrongly-accepted withdrawn
"""
"""Whoever takes it all the same takes a forgery, or what has ended, was withdrawn or is another's; or falls over."""

_MEDIUM: Final = """
input-too-long cbor-too-deep payload-profile certlogic-bounds mrz-length mrz-characters
picture-unreadable picture-no-code picture-other-code
operation-not-declared feature-not-declared unsupported
serial-not-positive serial-too-long country-missing country-repeated country-form common-name-missing
extensions-unreadable authority-key-identifier-missing subject-key-identifier-missing
purpose-missing validity-too-long validity-too-short ends-soon
"""
"""Bounds, forms that issuers should keep, and what is refused in any case and has only another name."""

_LOW: Final = "input-empty certificate-id-form certificate-id-check"

_CODES: Final[Mapping[Importance, frozenset[str]]] = {
    "critical": frozenset(_CRITICAL.split()),
    "medium": frozenset(_MEDIUM.split()),
    "low": frozenset(_LOW.split()),
}
"""All other codes are high: decided wrongly in another way."""

_ACCEPTED: Final[Mapping[str, Importance]] = {"transliterate": "medium", "check-certificate-id": "medium"}
"""What is good is to be accepted: high, but for operations that decide nothing by themselves."""
_ORDER: Final[tuple[Importance, ...]] = ("critical", "high", "medium", "low")


def importance_of(operation: str, expected: Mapping[str, Any]) -> Importance:
    """The level of a vector that does not name its own."""
    if operation == "decide":
        return "critical" if expected["verdict"] == "refuse" else "high"
    if operation == "compare-identity" and expected["outcome"] == "refused":
        return "critical"
    levels = {_level(code) for code in _told(expected)}
    if levels:
        return min(levels, key=_ORDER.index)
    if expected["outcome"] == "accepted" and expected.get("findings"):
        return "low"
    return _ACCEPTED.get(operation, "high")


def _level(code: str) -> Importance:
    return next((level for level, codes in _CODES.items() if code in codes), "high")


def _told(expected: Mapping[str, Any]) -> Iterator[str]:
    """Why something must not be relied on: all of it, one entry of a list, one record, one certificate asked about."""
    if expected["reason"]:
        yield expected["reason"]
    yield from expected.get("problems", ())
    if expected.get("withdrawn"):
        yield "withdrawn"
    for part in ("keys", "attestations", "answers", "records"):
        for one in expected.get(part, ()):
            yield from _told_of(one)


def _told_of(one: Mapping[str, Any]) -> Iterator[str]:
    if one.get("withdrawn"):
        yield "withdrawn"
    for code in (one.get("reason"), one.get("status")):
        if code not in (None, "attested", "not-revoked", "matched"):
            yield code
