"""Manifests of passengers who do not exist."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

HEADINGS = ("booking", "name", "birth date", "certificate")


def write_manifest(
    path: Path, rows: Iterable[Sequence[str]], headings: Sequence[str] = HEADINGS, *, encoding: str = "utf-8"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def read_result(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
