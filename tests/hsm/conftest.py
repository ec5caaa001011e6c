"""One SoftHSM for all tests of this folder: a process reads where its tokens are when the module starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest

from tests.e2e.conftest import run, signer_files  # noqa: F401 - fixtures
from tests.support.signers import signer
from tests.support.softhsm import CONFIGURATION, MISSING, SoftHsm, SoftToken, softhsm_module
from vaxcert.crypto.algorithms import Algorithm


@pytest.fixture(scope="session")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    module = softhsm_module()
    if module is None:
        pytest.skip(MISSING)
    one = SoftHsm(module, tmp_path_factory.mktemp("hsm"))
    before = os.environ.get(CONFIGURATION)
    os.environ[CONFIGURATION] = str(one.configuration)
    yield one
    if before is None:
        del os.environ[CONFIGURATION]
    else:
        os.environ[CONFIGURATION] = before


@pytest.fixture(scope="session")
def token(hsm: SoftHsm) -> SoftToken:
    """A token that no test breaks, with the keys of the TEST signers of both algorithms."""
    made = hsm.token("TEST HSM")
    made.put(signer(Algorithm.ES256), "es256", "01")
    made.put(signer(Algorithm.PS256), "ps256", "02")
    return made


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def own_token(hsm: SoftHsm, _numbers: Iterator[int]) -> SoftToken:
    """A token for one test, with a P-256 key."""
    made = hsm.token(f"TEST own {next(_numbers)}")
    made.put(signer(Algorithm.ES256), "es256", "01")
    return made
