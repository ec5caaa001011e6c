"""A million verifications: as many answers, and no more memory than after the first ten thousand."""

from __future__ import annotations

import gc
from collections import Counter
from datetime import datetime

import pytest
from tests.property.test_hundred_thousand import memory
from tests.vectors.test_published_vectors import CERTIFICATES, document

import vaxcert as vc
from vaxcert.adapters.conformance.operations.verify import trust_list_of

VERIFICATIONS = 1_000_000
WARMING_UP = 10_000
MEBIBYTE = 1024 * 1024


@pytest.mark.slow
def test_memory_is_flat_over_a_million_verifications() -> None:
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
            gc.collect()
            after_warming_up = memory()
    gc.collect()
    assert memory() - after_warming_up < 2 * MEBIBYTE
    assert outcomes.total() == VERIFICATIONS
    assert min(outcomes[one] for one in vc.Outcome) > VERIFICATIONS // 20
