"""One verifier shared by many threads gives each the answer that it gives alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from random import Random

import pytest
from tests.vectors.test_published_vectors import CERTIFICATES, as_expected, document

import vaxcert as vc
from vaxcert.adapters.conformance.operations.verify import trust_list_of

THREADS = 16
ROUNDS = 4


@pytest.fixture
def many_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow
@pytest.mark.usefixtures("many_switches")
def test_threads_share_a_verifier() -> None:
    usual = [
        vector
        for vector in CERTIFICATES
        if vector["context"]["policy"] == "default"
        and vector["context"]["trust_list"] == "default"
        and "revocation" not in vector["context"]
    ]
    assert len(usual) > 200
    # made anew: no key of it has verified anything yet, so that all threads meet what is worked out late
    verifier = vc.Verifier(trust_list_of(document("trust_lists", "default")))

    def verdicts(seed: int) -> list[str]:
        shuffled = usual * ROUNDS
        Random(seed).shuffle(shuffled)
        return [
            vector["id"]
            for vector in shuffled
            if as_expected(
                verifier.report(vector["stages"]["text"], at=datetime.fromisoformat(vector["context"]["at"]))
            )
            != vector["expected"]
        ]

    with ThreadPoolExecutor(THREADS) as threads:
        wrong = [one for found in threads.map(verdicts, range(THREADS)) for one in found]
    assert wrong == []
