"""The pages of the test vectors: one for each family, with what each vector is about and what is expected of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FOLDER: Final = "test_vectors/vectors"
REQUIREMENT: Final = re.compile(r"^- \*\*([A-Z]{2}-[0-9]+)\*\*", re.MULTILINE)
"""Where a specification says what it asks for, with the identifier."""

_WITHOUT_SEARCH: Final = "---\nsearch:\n  exclude: true\n---\n"  # their words would drown those of the pages


def vector_pages(root: Path) -> dict[str, str]:
    """A page for each family, by file name, and an index of them."""
    families = {
        folder.name: [(path, json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*.json"))]
        for folder in sorted((root / FOLDER).iterdir())
        if folder.is_dir()
    }
    version = json.loads((root / "test_vectors/manifest.json").read_text("utf-8"))["version"]
    places = {requirement: f"../{place}" for requirement, place in requirement_places(root).items()}
    pages = {f"{name}.md": _page(name, vectors, places) for name, vectors in families.items()}
    return {"index.md": _index(version, families), **pages}


def requirement_places(root: Path) -> dict[str, str]:
    """Where in the site each requirement stands."""
    return {
        requirement: f"specs/{path.name}#{requirement.lower()}"
        for path in (root / "specs").glob("*.md")
        for requirement in REQUIREMENT.findall(path.read_text("utf-8"))
    }


def vector_places(root: Path) -> dict[str, str]:
    """Where in the site each vector is shown."""
    files = (root / FOLDER).glob("*/*.json")
    return {
        f"{path.parent.name}::{path.stem}": f"vectors/{path.parent.name}.md#{path.stem}" for path in files
    }


def _index(version: str, families: dict[str, list[tuple[Path, dict[str, Any]]]]) -> str:
    rows = []
    for name, vectors in families.items():
        outcomes = [vector["expected"]["outcome"] for _, vector in vectors]
        counts = " | ".join(str(outcomes.count(one)) for one in ("accepted", "refused", "unreadable"))
        rows.append(f"| [`{name}`]({name}.md) | {vectors[0][1]['operation']} | {counts} |")
    total = sum(map(len, families.values()))
    return "\n".join(
        [
            "# Every vector",
            "",
            f"Version {version}: {total} vectors in {len(families)} families.",
            "What they are and how they are used is in [test vectors](../test-vectors.md).",
            "",
            "| family | operation | accepted | refused | unreadable |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _page(name: str, vectors: list[tuple[Path, dict[str, Any]]], places: Mapping[str, str]) -> str:
    return "\n".join(
        [
            _WITHOUT_SEARCH,
            f"# {name}",
            "",
            f"{len(vectors)} vectors of the operation `{vectors[0][1]['operation']}`.",
            "The name of each leads to its file.",
            "",
            "| vector | what is special | requirements | importance | expected |",
            "| --- | --- | --- | --- | --- |",
            *(_row(path, vector, places) for path, vector in vectors),
            "",
        ]
    )


def _row(path: Path, vector: dict[str, Any], places: Mapping[str, str]) -> str:
    expected = vector["expected"]
    codes = [
        expected.get("reason"),
        *(code for code in expected.get("findings", ()) if isinstance(code, str)),
    ]
    said = " ".join([expected["outcome"], *(f"`{code}`" for code in codes if code)])
    link = f"[{path.stem}](../files/{FOLDER}/{path.parent.name}/{path.name}){{ #{path.stem} }}"
    cells = (
        link,
        _cell(vector["description"]),
        ", ".join(vector["requirements"]),
        vector["importance"],
        said,
    )
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    for mark in "\\`*_[]{}":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped
