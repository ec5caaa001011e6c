"""From each requirement of the specifications to its code, its vectors and its tests.

    python -m tools.traceability

writes `docs/traceability.md`. A requirement is a list item `- **XX-n** text` of `specs/*.md`; vectors name those that
they are about; `specs/traceability/<spec>.toml` names the code and the tests. `faults` says what is missing or wrong.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = "docs/traceability.md"

_REQUIREMENT: Final = re.compile(r"^- \*\*([A-Z]{2}-\d+)\*\*", re.MULTILINE)
_TITLE: Final = re.compile(r"^# (.+)$", re.MULTILINE)
_MOST_VECTORS: Final = 6
"""Vectors shown of one requirement; of more, their number is told."""

_HEADING: Final = """# Requirements, code, vectors and tests

Which code does what each requirement of the specifications says, which vectors show it to any implementation, and
which tests hold it here. Written by `python -m tools.traceability`; a test fails where anything is missing.

Vectors are put to whoever reads. Requirements on who writes, signs or sends are marked *(writers)*: their vectors hold
what such a writer writes, or what a reader says of one that does otherwise. They cannot show whether a writer keeps to
the requirement; the tests do.
"""


@dataclass(frozen=True)
class Specification:
    """One specification.

    Attributes:
        name: Its file's name without `.md`.
        title: Its heading.
        requirements: Identifiers, in its order; twice where one is there twice.
        code: By requirement, `module:qualified name`.
        tests: By requirement, `file::function`.
        writers: Requirements that are about who writes, which vectors cannot show.
    """

    name: str
    title: str
    requirements: tuple[str, ...]
    code: Mapping[str, tuple[str, ...]]
    tests: Mapping[str, tuple[str, ...]]
    writers: frozenset[str] = frozenset()


def specifications(root: Path = ROOT) -> list[Specification]:
    """Every specification that has requirements, by name."""
    found = (_specification(path) for path in sorted((root / "specs").glob("*.md")))
    return [specification for specification in found if specification.requirements]


def vectors_by_requirement(root: Path = ROOT) -> dict[str, list[str]]:
    """Identifiers of the vectors that name each requirement."""
    named: dict[str, list[str]] = defaultdict(list)
    for path in sorted((root / "test_vectors" / "vectors").glob("*/*.json")):
        vector = json.loads(path.read_bytes())
        for requirement in vector["requirements"]:
            named[requirement].append(vector["id"])
    return dict(named)


def faults(
    specs: Iterable[Specification], vectors: Mapping[str, Iterable[str]], root: Path = ROOT
) -> list[str]:
    """Everything that is missing or wrong, a line each."""
    specs = list(specs)
    times = Counter(requirement for spec in specs for requirement in spec.requirements)
    lines = [f"{requirement} is there {count} times" for requirement, count in times.items() if count > 1]
    lines += [
        f"{names[0]} and others name {requirement}, which no specification has"
        for requirement, names in ((name, list(ids)) for name, ids in sorted(vectors.items()))
        if requirement not in times
    ]
    for spec in specs:
        lines += _faults_of(spec, vectors, root)
    return lines


def page(specs: Iterable[Specification], vectors: Mapping[str, list[str]]) -> str:
    """The page of all of them, in Markdown."""
    return "\n".join((_HEADING, *(_table(spec, vectors) for spec in specs)))


def _specification(path: Path) -> Specification:
    text = path.read_text(encoding="utf-8")
    title = _TITLE.search(text)
    table = path.parent / "traceability" / f"{path.stem}.toml"
    traced = tomllib.loads(table.read_text(encoding="utf-8")) if table.exists() else {}
    return Specification(
        path.stem,
        title.group(1) if title else path.stem,
        tuple(_REQUIREMENT.findall(text)),
        {name: tuple(entry.get("code", ())) for name, entry in traced.items()},
        {name: tuple(entry.get("tests", ())) for name, entry in traced.items()},
        frozenset(name for name, entry in traced.items() if entry.get("about") == "writers"),
    )


def _faults_of(spec: Specification, vectors: Mapping[str, Iterable[str]], root: Path) -> Iterator[str]:
    for requirement in dict.fromkeys(spec.requirements):
        for kind, named in (("code", spec.code), ("vector", vectors), ("test", spec.tests)):
            if not named.get(requirement):
                yield f"{spec.name}: {requirement} has no {kind}"
    for requirement in sorted((spec.code.keys() | spec.tests.keys()) - set(spec.requirements)):
        yield f"{spec.name}.toml has {requirement}, which the specification does not have"
    is_test = partial(_is_test, root)
    for kind, named, is_there in (("code", spec.code, _is_code), ("a test", spec.tests, is_test)):
        for requirement, name in ((key, name) for key, names in named.items() for name in names):
            if not is_there(name):
                yield f"{spec.name}: {requirement} names {kind} that is not there: {name}"


@cache
def _is_code(name: str) -> bool:
    module, _, qualified = name.partition(":")
    try:
        found: object = importlib.import_module(module)
        for part in qualified.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return False
    return True


def _is_test(root: Path, name: str) -> bool:
    file, _, test = name.partition("::")
    return test in _tests_of(root / file)


@cache
def _tests_of(file: Path) -> frozenset[str]:
    """Names of the test functions of a file, those of a class as `Class::function`."""
    if not file.is_file():
        return frozenset()
    return frozenset(_test_names(ast.parse(file.read_bytes()).body))


def _test_names(body: Iterable[ast.stmt], prefix: str = "") -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from _test_names(statement.body, f"{prefix}{statement.name}::")
        elif isinstance(statement, ast.FunctionDef) and statement.name.startswith("test_"):
            yield prefix + statement.name


def _table(spec: Specification, vectors: Mapping[str, list[str]]) -> str:
    rows = [
        f"| {requirement} | {_code_cell(spec.code.get(requirement, ()))} | "
        f"{'*(writers)* ' if requirement in spec.writers else ''}{_vectors_cell(vectors.get(requirement, []))} | "
        f"{_cell(spec.tests.get(requirement, ()))} |"
        for requirement in dict.fromkeys(spec.requirements)
    ]
    heading = ("| requirement | code | vectors | tests |", "| --- | --- | --- | --- |")
    return "\n".join((f"## {spec.title}", "", f"`specs/{spec.name}.md`", "", *heading, *rows, ""))


def _code_cell(names: Iterable[str]) -> str:
    return _cell(name.replace(":", ".") for name in names)


def _vectors_cell(names: list[str]) -> str:
    more = len(names) - _MOST_VECTORS
    shown = _cell(names[:_MOST_VECTORS])
    return f"{shown}<br>and {more} more" if more > 0 else shown


def _cell(names: Iterable[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page(specifications(), vectors_by_requirement()), encoding="utf-8")
    print(f"wrote {PAGE}")
