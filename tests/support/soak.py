"""A million verifications in a process of their own: prints how they ended, and how much memory they added."""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections import Counter
from datetime import datetime

import vaxcert as vc
from tests.vectors.test_published_vectors import CERTIFICATES, document
from vaxcert.adapters.conformance.operations.verify import trust_list_of

VERIFICATIONS = 1_000_000
WARMING_UP = 10_000


def main() -> None:
    """Verify the vectors again and again."""
    verifier = vc.Verifier(trust_list_of(document("trust_lists", "default")))
    shown = [
        (vector["stages"]["text"], datetime.fromisoformat(vector["context"]["at"])) for vector in CERTIFICATES
    ]
    outcomes: Counter[str] = Counter()
    after_warming_up = 0
    for number in range(VERIFICATIONS):
        text, at = shown[number % len(shown)]
        outcomes[verifier.report(text, at=at).outcome] += 1
        if number == WARMING_UP:
            after_warming_up = _most_memory()
    json.dump({"outcomes": outcomes, "added": _most_memory() - after_warming_up}, sys.stdout)


def _most_memory() -> int:
    """The most bytes that this process ever held."""
    gc.collect()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


if __name__ == "__main__":
    main()
