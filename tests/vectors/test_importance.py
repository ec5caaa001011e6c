"""What failing a vector means, by what has to come of it."""

from __future__ import annotations

from typing import Any

import pytest
from test_vectors.importance import importance_of

ACCEPTED = {"outcome": "accepted", "reason": None}
REFUSED = {"outcome": "refused"}
UNREADABLE = {"outcome": "unreadable"}


@pytest.mark.parametrize(
    ("operation", "expected", "level"),
    [
        ("verify", {**REFUSED, "reason": "bad-signature"}, "critical"),
        ("verify", {**REFUSED, "reason": "revoked"}, "critical"),
        ("verify", {**UNREADABLE, "reason": "cose-structure"}, "high"),
        ("verify", {**UNREADABLE, "reason": "cbor-too-deep"}, "medium"),
        ("verify", {**UNREADABLE, "reason": "input-empty"}, "low"),
        ("verify", {**ACCEPTED, "findings": []}, "high"),
        ("verify", {**ACCEPTED, "findings": ["kid-length"]}, "low"),
        ("verify", {**REFUSED, "reason": "expired", "findings": ["kid-length"]}, "critical"),
        ("read-trust-list", {**ACCEPTED, "keys": [{"withdrawn": False}], "problems": []}, "high"),
        ("read-trust-list", {**ACCEPTED, "keys": [{"withdrawn": True}], "problems": []}, "critical"),
        ("read-trust-list", {**ACCEPTED, "keys": [], "withdrawn": ["00"]}, "critical"),
        ("read-trust-list", {**ACCEPTED, "problems": ["key-type", "trust-entry-signature"]}, "critical"),
        ("read-trust-list", {**ACCEPTED, "problems": ["trust-entry-unreadable"]}, "high"),
        ("read-revocation-list", {**ACCEPTED, "answers": [{"status": "not-revoked"}]}, "high"),
        ("read-revocation-list", {**ACCEPTED, "answers": [{"status": "unknown"}]}, "critical"),
        ("read-attestation", {**ACCEPTED, "records": [{"status": "attested"}]}, "high"),
        ("read-attestation", {**ACCEPTED, "records": [{"status": "attestation-missing"}]}, "critical"),
        ("read-attestation", {**ACCEPTED, "attestations": [{"reason": "attester-unknown"}]}, "critical"),
        ("decide", {**REFUSED, "reason": "unknown-key", "verdict": "refuse"}, "critical"),
        ("decide", {**REFUSED, "reason": "unknown-key", "verdict": "refer"}, "high"),
        ("compare-identity", {**REFUSED, "reason": "other-diacritics"}, "critical"),
        ("compare-identity", ACCEPTED, "high"),
        ("transliterate", ACCEPTED, "medium"),
    ],
)
def test_level_follows_from_the_outcome(operation: str, expected: dict[str, Any], level: str) -> None:
    assert importance_of(operation, expected) == level
