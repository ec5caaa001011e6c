"""What all tests share: the public corpus, and skips that count as failures where nothing may be missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# the same examples in every run, however slow the machine is
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

CORPUS_MISSING = (
    "VAXCERT_CORPUS is not set; it names a folder with the public test data, among them a checkout of "
    "eu-digital-green-certificates/dgc-testdata (see CONTRIBUTING.md)"
)


LONGEST_ID = 40


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of public test data that nobody here wrote."""
    folder = os.environ.get("VAXCERT_CORPUS")
    if not folder:
        pytest.skip(CORPUS_MISSING)
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"VAXCERT_CORPUS names {folder!r}, which is not a folder")
    return path


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes and long texts hold keys that each process makes anew, which must not make other tests of them."""
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > LONGEST_ID) else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With VAXCERT_NO_SKIPS set, as in CI, a skipped test fails the run: a missing component proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("VAXCERT_NO_SKIPS") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
