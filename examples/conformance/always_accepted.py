"""Answers "accepted" to everything. The vectors of every family have to show it."""

from __future__ import annotations

import json
import sys

OPERATIONS = [
    "apply-rules",
    "check-certificate-id",
    "check-signing-certificate",
    "compare-identity",
    "decide",
    "judge-answer",
    "read-attestation",
    "read-mrz",
    "read-picture",
    "read-registry-answer",
    "read-revocation-list",
    "read-trust-list",
    "transliterate",
    "verify",
]
FEATURES = ["frames", "list-dates", "list-limits", "pdf", "policy", "ps256", "registered-kid", "revocation"]

for line in sys.stdin:
    request = json.loads(line)
    if "protocol" in request:
        answer = {"protocol": 2, "name": "always-accepted", "version": "1"}
        answer |= {"operations": OPERATIONS, "features": FEATURES}
    else:
        answer = {"id": request["id"], "outcome": "accepted"}
    print(json.dumps(answer), flush=True)
