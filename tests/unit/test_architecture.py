"""Imports point inwards only, and the core reads nothing but its arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vaxcert

PACKAGE = Path(vaxcert.__file__).parent
SOURCES = {path.relative_to(PACKAGE).with_suffix("").as_posix(): path for path in PACKAGE.rglob("*.py")}
FACADE = "__init__"

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "limits", "findings"}),
    frozenset({"model", "codec"}),
    # the one part that knows both what a certificate says and its bytes; a new profile touches it alone
    frozenset({"payloads"}),
    frozenset({"crypto"}),
    frozenset({"trust"}),
    frozenset({"rules"}),
    frozenset({"issue", "verify", "inspection", "qr", "scanned_text"}),
    frozenset({"decision"}),
    frozenset({FACADE}),
    frozenset({"presentation"}),
    frozenset({"adapters"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
LAYER_OF = {part: number for number, parts in enumerate(LAYERS) for part in parts}
OUTSIDE = frozenset({"presentation", "adapters", "cli", "__main__"})

PURE_STANDARD_LIBRARY = frozenset(
    {
        "__future__",
        "array",
        "base64",
        "binascii",
        "bisect",
        "collections",
        "contextlib",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "hashlib",
        "io",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "string",
        "struct",
        "threading",
        "tomllib",  # of text in memory
        "types",
        "typing",
        "unicodedata",
        "zipfile",  # of bytes in memory
        "zlib",
    }
)
PURE_LIBRARIES = frozenset({"cbor2", "cryptography"})

IMPORTS_WITH_A_REASON = {
    ("model/value_sets", "importlib.resources"): "reads its own package data, once",
    ("model/countries", "importlib.resources"): "reads its own package data, once",
    ("trust/formats/gdhcn/network", "importlib.resources"): "reads its own package data, once",
    ("issue", "secrets"): "the opaque part of a certificate identifier is random",
    (
        "crypto/signing_certificate",
        "warnings",
    ): "keeps cryptography's warnings about genuine certificates quiet",
    ("qr", "importlib"): "QR drawing and reading are extras, loaded on first use",
    ("qr", "PIL"): "for the type checker only",
}

FORBIDDEN_CALLS = frozenset(
    {"open", "print", "input", "breakpoint", "exec", "eval", "__import__", "exit", "quit"}
)
FORBIDDEN_METHODS = frozenset(
    {"now", "utcnow", "today", "localtime", "time", "sleep", "getenv", "read_text", "read_bytes"}
    | {"write_text", "write_bytes", "open", "urlopen", "connect", "getLogger", "system"}
)
CALLS_WITH_A_REASON = {
    ("model/value_sets", "read_text"): "its own package data",
    ("model/countries", "read_text"): "its own package data",
    ("trust/formats/gdhcn/network", "read_text"): "its own package data",
}
AMBIENT_ATTRIBUTES = frozenset({"environ", "argv", "stdin", "stdout", "stderr"})


def part_of(module: str) -> str:
    return module.split("/")[0]


def imports(source: str) -> Iterator[str]:
    """Every name imported, inside functions too; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_parts(source: str) -> set[str]:
    """The parts of vaxcert that a module imports; its public names belong to the facade."""
    own = [name.split(".") for name in imports(source) if name.split(".")[0] == "vaxcert"]
    return {name[1] if len(name) > 1 and name[1] in LAYER_OF else FACADE for name in own}


def foreign(source: str) -> set[str]:
    """Modules imported of other packages, as they are written after `import` or `from`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
    return {name for name in found if name.split(".")[0] != "vaxcert"}


def ambient(source: str) -> set[str]:
    """What a module calls or reads that is not in its arguments."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in AMBIENT_ATTRIBUTES:
            found.add(node.attr)
        if isinstance(node, ast.Call):
            found.update(_ambient_call(node))
    return found


def _ambient_call(call: ast.Call) -> Iterator[str]:
    function = call.func
    if isinstance(function, ast.Name) and function.id in FORBIDDEN_CALLS:
        yield function.id
    if isinstance(function, ast.Attribute):
        given = len(call.args) + len(call.keywords)
        # without a zone these mean that of the machine
        local_time = (function.attr == "fromtimestamp" and given < 2) or (
            function.attr == "astimezone" and given < 1
        )
        if function.attr in FORBIDDEN_METHODS or local_time:
            yield function.attr


CORE = sorted(name for name in SOURCES if part_of(name) not in OUTSIDE)


def test_every_module_has_a_layer() -> None:
    assert {part_of(name) for name in SOURCES} == LAYER_OF.keys()
    assert len(CORE) > 25


@pytest.mark.parametrize("module", sorted(SOURCES))
def test_imports_point_inwards(module: str) -> None:
    part = part_of(module)
    inwards = {other for other in LAYER_OF if LAYER_OF[other] < LAYER_OF[part]}
    assert own_parts(SOURCES[module].read_text("utf-8")) <= inwards | {part}


@pytest.mark.parametrize("module", CORE)
def test_core_imports_nothing_that_reaches_outside(module: str) -> None:
    needs_a_reason = {
        name
        for name in foreign(SOURCES[module].read_text("utf-8"))
        if name.split(".")[0] not in PURE_STANDARD_LIBRARY | PURE_LIBRARIES
    }
    assert needs_a_reason == {name for place, name in IMPORTS_WITH_A_REASON if place == module}


@pytest.mark.parametrize("module", CORE)
def test_core_reads_no_clock_file_network_or_environment(module: str) -> None:
    found = ambient(SOURCES[module].read_text("utf-8"))
    assert found == {name for place, name in CALLS_WITH_A_REASON if place == module}


def test_the_facade_takes_nothing_from_outside_the_core() -> None:
    assert OUTSIDE.isdisjoint(own_parts(SOURCES[FACADE].read_text("utf-8")))


def test_payload_profiles_are_known_to_payloads_and_the_issuer_only() -> None:
    for module, path in SOURCES.items():
        if part_of(module) != "payloads" and "vaxcert.payloads.eu_dcc" in set(
            imports(path.read_text("utf-8"))
        ):
            assert module == "issue"


@pytest.mark.parametrize("module", CORE)
def test_the_core_speaks_of_no_option_of_the_command_line(module: str) -> None:
    assert re.findall(r"(?<![\w-])--[a-z][a-z-]+", SOURCES[module].read_text("utf-8")) == []


def test_single_list_formats_are_known_to_trust_only() -> None:
    shared = {"trust/formats/__init__", "trust/formats/reading/__init__", "trust/formats/reading/terms"}
    single = {
        name.removesuffix("/__init__").replace("/", ".")
        for name in SOURCES.keys() - shared
        if name.startswith("trust/formats/")
    }
    assert len(single) > 5
    users = {
        part_of(module)
        for module, path in SOURCES.items()
        for name in imports(path.read_text("utf-8"))
        if any(f"{name}.".startswith(f"vaxcert.{one}.") for one in single)
    }
    assert users <= {"trust"}  # the registry of formats; whoever loads lists asks it


# --- the checks find what they are for


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime as d\nd.datetime.now(d.UTC)",
        "from datetime import date\ndef f():\n    return date.today()",
        "import datetime\ndatetime.datetime.fromtimestamp(1)",
        "x.astimezone()",
        "open('x')",
        "print(1)",
        "Path('x').read_bytes()",
        "import os\nos.environ['X']",
        "import os\nos.getenv('X')",
        "import sys\nsys.stdout.write('x')",
        "socket.create_connection().connect(1)",
        "lambda: input()",
    ],
)
def test_ambient_reads_are_seen(source: str) -> None:
    assert ambient(source)


@pytest.mark.parametrize(
    "source",
    [
        "datetime.fromtimestamp(1, UTC)",
        "datetime.fromtimestamp(1, tz=UTC)",
        "at.astimezone(UTC)",
        "re.compile('x')",
    ],
)
def test_pure_calls_are_not(source: str) -> None:
    assert not ambient(source)


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("import vaxcert", {FACADE}),
        ("from vaxcert import qr", {"qr"}),
        ("from vaxcert import Verifier, qr", {FACADE, "qr"}),
        ("from vaxcert.model.names import x", {"model"}),
        ("def f():\n    from vaxcert.cli import main", {"cli"}),
        ("import vaxcert.adapters.files", {"adapters"}),
        ("import json", set()),
    ],
)
def test_own_imports_are_seen(source: str, parts: set[str]) -> None:
    assert own_parts(source) == parts


def test_foreign_imports_are_seen() -> None:
    assert foreign("import os.path\nfrom urllib.request import urlopen\nimport vaxcert") == {
        "os.path",
        "urllib.request",
    }
