"""A million verifications: as many answers, and no more memory than after the first ten thousand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.soak import VERIFICATIONS

import vaxcert as vc

ROOT = Path(__file__).parents[2]
MEBIBYTE = 1024 * 1024


@pytest.mark.slow
def test_memory_is_flat_over_a_million_verifications() -> None:
    # in a process of its own: nothing traces it, and nothing but the verifier takes memory
    command = [sys.executable, "-m", "tests.support.soak"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    said = json.loads(done.stdout)
    assert said["added"] < 2 * MEBIBYTE
    assert sum(said["outcomes"].values()) == VERIFICATIONS
    assert min(said["outcomes"][one] for one in vc.Outcome) > VERIFICATIONS // 20
