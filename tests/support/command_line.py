"""Runs `vaxcert` as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_LANGUAGE_VARIABLES = ("VAXCERT_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR")


def vaxcert(
    *arguments: str | Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """One command in English on 80 columns, its streams decoded."""
    inherited = {name: value for name, value in os.environ.items() if name not in _LANGUAGE_VARIABLES}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "vaxcert", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=60,
        cwd=cwd,
        env={**inherited, "COLUMNS": "80", **(environment or {})},
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
