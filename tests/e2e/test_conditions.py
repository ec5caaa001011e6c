"""What comes of a vector is the same under any condition: optimised, another language, another zone, no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.test_published_vectors import VECTORS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

TURKISH = "tr_TR.UTF-8"
"""Its small letter of I is another one than elsewhere."""

ENVIRONMENTS = {
    "optimised": (["-O"], {}),
    "without docstrings": (["-OO"], {}),
    "no locale, no UTF-8 mode": ([], {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "fourteen hours ahead": ([], {"TZ": "Pacific/Kiritimati"}),
    "half an hour behind": ([], {"TZ": "America/St_Johns"}),
    "another order of sets": ([], {"PYTHONHASHSEED": "4711"}),
    "strictest about bytes": (["-bb", "-X", "dev"], {}),
}


def answered(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603
        [*command, "-m", "tests.support.answers"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_answers_are_the_same(name: str) -> None:
    flags, environment = ENVIRONMENTS[name]
    result = answered([sys.executable, *flags], environment)
    assert (result["answered"], result["wrong"]) == (len(VECTORS), [])
    assert (result["optimised"] > 0) == ("-O" in flags or "-OO" in flags)


def test_answers_are_the_same_in_turkish(tmp_path: Path) -> None:
    localedef = shutil.which("localedef")
    if localedef is None or not Path("/usr/share/i18n/locales/tr_TR").exists():
        pytest.skip("needs the sources of locales (Debian's package locales)")
    made = [localedef, "-i", "tr_TR", "-f", "UTF-8", str(tmp_path / TURKISH)]
    subprocess.run(made, check=True, capture_output=True)  # noqa: S603
    environment = {"LOCPATH": str(tmp_path), "LC_ALL": TURKISH}
    code = "import locale; locale.setlocale(locale.LC_ALL, ''); from tests.support import answers; answers.main()"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["wrong"] == []


def test_answers_are_the_same_without_a_network() -> None:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], check=False).returncode:  # noqa: S603
        pytest.skip("needs unshare of util-linux, and the right to use it")
    result = answered([unshare, "-rn", sys.executable], {})
    assert (result["answered"], result["wrong"]) == (len(VECTORS), [])
