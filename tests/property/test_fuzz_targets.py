"""What fuzzing begins with, through every target: none is brought down, and each has something to begin with."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from fuzz.seeds import write_seeds
from fuzz.targets import TARGETS

import vaxcert as vc


@pytest.mark.parametrize("name", TARGETS)
def test_target_stands_on_its_seeds(name: str, tmp_path: Path) -> None:
    assert write_seeds(name, tmp_path) > 10
    for seed in tmp_path.iterdir():
        with suppress(vc.VaxcertError):
            TARGETS[name](seed.read_bytes())


def test_target_tells_a_wrong_accept(monkeypatch: pytest.MonkeyPatch) -> None:
    from fuzz import material, targets

    message, _, _ = material.sample()
    targets.verification(message)
    monkeypatch.setattr(targets, "trusted", lambda: ())
    with pytest.raises(AssertionError, match="accepted without a signature"):
        targets.verification(message)
