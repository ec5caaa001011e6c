"""Test with the oldest supported dependencies, and with every supported Python there is: `python -m tools.versions`.

The vectors, and the unit tests that need no host, run in an environment made for each: this Python with the lower
bounds of `pyproject.toml`, and every other CPython from 3.11 on, `python3.N` on the path, with the newest of all.
Exits 1 when one fails.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
_PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
_EXTRAS: Final = ("cli", "national", "desk")
_OLDEST_PYTHON: Final = 11
_NEWEST_PYTHON: Final = 30
_TESTS: Final = ("tests/vectors", "tests/unit")
_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9._-]+)(\[[^\]]*\])?>=([0-9.]+)")


def main() -> int:
    """Test them all.

    Returns:
        The exit code.
    """
    failed = [name for name, python, bounds in _environments() if not _stands(name, python, bounds)]
    if failed:
        print(f"failed with {', '.join(failed)}")
    return 1 if failed else 0


def _environments() -> Iterator[tuple[str, str, list[str]]]:
    """A name for people, a Python, and what is pinned."""
    yield "the oldest dependencies", sys.executable, oldest(_PROJECT)
    for minor in range(_OLDEST_PYTHON, _NEWEST_PYTHON):
        python = shutil.which(f"python3.{minor}")
        if python is not None and minor != sys.version_info.minor and _starts(python):
            yield f"Python 3.{minor}", python, []


def oldest(project: dict[str, Any]) -> list[str]:
    """The lower bounds of the core and of what hosts need, as pins.

    Args:
        project: The table `project` of `pyproject.toml`.
    """
    wanted = [*project["dependencies"]]
    for extra in _EXTRAS:
        wanted += _of_extra(project["optional-dependencies"], extra)
    found = [_REQUIREMENT.match(one) for one in wanted]
    return sorted({f"{one[1]}=={one[3]}" for one in found if one})


def _of_extra(extras: dict[str, list[str]], name: str) -> Iterator[str]:
    for one in extras[name]:
        within = re.fullmatch(r"vaxcert\[(.*)\]", one)
        if within is None:
            yield one
        else:
            for inner in within[1].split(","):
                yield from _of_extra(extras, inner)


def _starts(python: str) -> bool:
    return (
        subprocess.run([python, "-c", "import ensurepip"], check=False, capture_output=True).returncode == 0
    )


def _stands(name: str, python: str, pins: list[str]) -> bool:
    with TemporaryDirectory() as folder:
        binary = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "venv", folder], check=True)
        wanted = [f"{ROOT}[{','.join((*_EXTRAS, 'dev'))}]", *pins]
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([binary, "-m", "pip", "install", *quiet, "--editable", *wanted], check=True)
        print(f"{name}: {', '.join(pins) or 'the newest of all'}", flush=True)
        tests = [
            binary,
            "-m",
            "pytest",
            "-q",
            "-n",
            "auto",
            "-m",
            "not slow",
            "-p",
            "no:cacheprovider",
            *_TESTS,
        ]
        stands = subprocess.run(tests, cwd=ROOT, check=False).returncode == 0
    print(f"{name}: {'passed' if stands else 'FAILED'}", flush=True)
    return stands


if __name__ == "__main__":
    sys.exit(main())
