"""A process that is killed while it imports a list leaves the old edition or the new one, whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RUNS = {"trust": 240, "revocation": 50}
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=RUNS)
def killed(request, tmp_path_factory):
    if not hasattr(os, "fork"):
        pytest.skip("this operating system has no fork")
    folder = tmp_path_factory.mktemp("killed")
    runs = RUNS[request.param]
    command = [sys.executable, "-m", "tests.support.store_killer", str(folder), str(runs), request.param]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False, cwd=ROOT)  # noqa: S603
    assert done.returncode == 0, done.stderr.decode()
    return {**json.loads(done.stdout), "runs": runs}


def test_nothing_is_ever_wrong_afterwards(killed):
    assert killed["wrong"] == []


def test_killed_at_any_instant_the_old_or_the_new_list_is_whole(killed):
    assert killed["instants"].keys() == {"old", "new"}  # both, so the instants do cover the switch
    assert sum(killed["instants"].values()) == killed["runs"]


def test_killed_before_any_call_of_the_system_there_is_one_switch(killed):
    states = killed["calls"]
    switch = states.index("new")
    assert states == ["old"] * switch + ["new"] * (len(states) - switch)
    assert switch > 3
    assert len(states) - switch > 1  # cleaning up comes after the switch


def test_killed_during_the_first_import_there_is_no_list_or_all_of_it(killed):
    states = killed["first"]
    switch = states.index("new")
    assert states == ["none"] * switch + ["new"] * (len(states) - switch)
    assert switch > 3
