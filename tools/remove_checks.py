"""Every check on the way of a verification, removed one at a time: which vectors notice?

    python -m tools.remove_checks

writes `docs/checks.md`. A check is a statement that refuses or reports (`raise`, `return` of an error, a finding), the
call of a function that does, a condition of a key that signed, or a reason for a short way to give up. Where a
condition has several parts, each is a check too. What only a caller's mistake can raise (`ValueError`, `TypeError`) is
none. A check is removed in a child process, where all vectors of the operation `verify` then run. Where two places
make the same check, both are removed together (`TOGETHER`). Linux only, for it forks.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import re
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final, TypeAlias

from test_vectors.builder import FOLDER

from tools.explained_checks import EXPLAINED, TOGETHER
from vaxcert.adapters.conformance.operations.verify import verifier_of

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = "docs/checks.md"

NO_DECISION: Final = frozenset({"write", "encode", "deflate", "dumps", "as_json"})
"""Functions of these modules that issue and do not verify."""

MODULES: Final[Mapping[str, frozenset[str]]] = {
    "vaxcert.codec.base45": NO_DECISION,
    "vaxcert.codec.cbor": NO_DECISION,
    "vaxcert.codec.container": NO_DECISION,
    "vaxcert.codec.cose": NO_DECISION,
    "vaxcert.codec.cwt": NO_DECISION,
    "vaxcert.codec.deflate": NO_DECISION,
    "vaxcert.crypto.keys": NO_DECISION,
    "vaxcert.payloads": NO_DECISION | {"read"},
    "vaxcert.payloads.eu_dcc": NO_DECISION,
    "vaxcert.payloads.fields": NO_DECISION,
    "vaxcert.rules.content": NO_DECISION,
    "vaxcert.rules.message": NO_DECISION,
    "vaxcert.trust.binding": NO_DECISION,
    "vaxcert.trust.trust_list": NO_DECISION,
    "vaxcert.verify": NO_DECISION,
}
"""The way of a verification, and what of each module is not on it."""

GIVES_UP: Final = frozenset(
    {
        "_usual_parts",
        "_byte_string",
        "_plain_vaccination",
        "are_plain",
        "iso_date",
        "_day_of_moment",
        "_partial_date",
        "_epoch",
        "is_signature",
        "is_p256_key_info",
        "is_foreign",
    }
)
"""Functions of which `return None` and `return False` say that something is not as it should be."""

ACCEPTS: Final = frozenset({"_signer_of", "_grant"})
"""Functions whose conditions let a key through."""

HEADERS: Final = frozenset({"algorithm", "kid"})
"""Functions that give a value where it is of the right type."""

_CHECKING: Final = re.compile(
    r"(self\.)?(_?check_|_?add_|_check$|_note$|absent$|known$)|\w+\.(absent|known)$"
)
_CODE: Final = re.compile(r"(?:Reason|FindingCode)\.([A-Z0-9_]+)")
_MISTAKE: Final = re.compile(r"raise (TypeError|ValueError)\(")
_LONGEST_TEXT: Final = 110
_MOST_SECONDS: Final = 60
_MOST_VECTORS: Final = 3

_HEADING: Final = """# Checks, and the vectors that miss them

Each check on the way of a verification is removed, one at a time, and all vectors of the operation `verify` run through
what is left. The table says which check, what it refuses or finds, and which vectors then fail. Written by
`make check-removal`; a test fails where a check is missing here, or where no vector misses it and nothing says why.
"""

Place: TypeAlias = tuple[tuple[str, int | None], ...]
"""How to get to a node from the module: field by field, with the place in a list."""


@dataclass(frozen=True)
class Edit:
    """One place to change.

    Attributes:
        module: Its name.
        function: Qualified name of the function.
        place: Where the node is.
        how: What stands there instead: `pass` for a statement, `raise` for one that ends an exception, `true` or
            `false` for a condition, `body` for a value that depends on one.
    """

    module: str
    function: str
    place: Place
    how: str


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        name: Module, function, and what is removed, in its own words.
        effect: The codes that it refuses or finds with, where it names them.
        edits: The places to change; several where a check is made in several places.
    """

    name: str
    effect: str
    edits: tuple[Edit, ...]


def checks() -> list[Check]:
    """Every check, in the order of the modules; those that belong together as one."""
    found: list[Check] = []
    for module, left_out in MODULES.items():
        tree = _tree(module)
        for function, place, node in _functions(tree, (), ()):
            if not left_out & set(function.split(".")):
                found += _checks_of(module, function, place, node)
    return _joined(_numbered(found))


def results_of(found: Iterable[Check]) -> dict[str, list[str]]:
    """Identifiers of the vectors that answer otherwise without each check; a process of its own for each."""
    _prepare()
    running: deque[tuple[Check, int, int]] = deque()
    results: dict[str, list[str]] = {}
    for check in found:
        if len(running) == os.cpu_count():
            _collect(*running.popleft(), results)
        running.append((check, *_started(check)))
    while running:
        _collect(*running.popleft(), results)
    return results


def missed(results: Mapping[str, Sequence[str]]) -> list[str]:
    """Checks that no vector misses and that nothing explains, and explanations of what vectors do miss."""
    unexplained = [name for name, vectors in results.items() if not vectors and name not in EXPLAINED]
    needless = [name for name in EXPLAINED if results.get(name) or name not in results]
    return [f"no vector: {name}" for name in unexplained] + [f"needless: {name}" for name in needless]


def page(found: Iterable[Check], results: Mapping[str, Sequence[str]]) -> str:
    """The page of all checks, in Markdown."""
    found = list(found)
    noticed = [check for check in found if results[check.name]]
    lines = [_HEADING, f"{len(found)} checks; {len(noticed)} of them are missed by vectors.", ""]
    modules = dict.fromkeys(_module(check) for check in noticed)
    for module in modules:
        lines += [
            f"## {module}",
            "",
            "| check | refuses or finds | vectors that fail without it |",
            "| --- | --- | --- |",
        ]
        lines += [
            f"| {_cell(_short(check))} | {check.effect} | {_vectors(results[check.name])} |"
            for check in noticed
            if _module(check) == module
        ]
        lines.append("")
    lines += ["## Checks that no vector misses", "", "| check | why |", "| --- | --- |"]
    lines += [
        f"| {_cell(check.name)} | {EXPLAINED.get(check.name, '')} |"
        for check in found
        if not results[check.name]
    ]
    return "\n".join(lines) + "\n"


def listed(text: str) -> set[str]:
    """The names of the checks on a page."""
    names: set[str] = set()
    module = ""
    for line in text.splitlines():
        if line.startswith("## "):
            module = line[3:]
        elif line.startswith("| `") and module:
            name = line[3 : line.index("` |")].replace("\\|", "|")
            names.add(f"{module}.{name}" if module.startswith("vaxcert") else name)
    return names


def _tree(module: str) -> ast.Module:
    return ast.parse(_source(module))


@cache
def _source(module: str) -> str:
    return inspect.getsource(importlib.import_module(module))


def _functions(
    node: ast.AST, names: tuple[str, ...], place: Place
) -> Iterator[tuple[str, Place, ast.FunctionDef]]:
    """Functions and methods, those within others left with these."""
    for index, child in enumerate(getattr(node, "body", ())):
        here = (*place, ("body", index))
        if isinstance(child, ast.ClassDef):
            yield from _functions(child, (*names, child.name), here)
        elif isinstance(child, ast.FunctionDef):
            yield ".".join((*names, child.name)), here, child


def _checks_of(module: str, function: str, place: Place, node: ast.FunctionDef) -> Iterator[Check]:
    short = function.split(".")[-1]
    for where, each, guard in _nodes(node, place, ""):
        for how, effect, text, at in _removals(short, each, guard, where):
            name = f"{module}.{function}: {_shortened(text)}"
            yield Check(name, effect, (Edit(module, function, at, how),))


def _nodes(node: ast.AST, place: Place, guard: str) -> Iterator[tuple[Place, ast.AST, str]]:
    """Everything in a function, with the condition it stands under."""
    for field, value in ast.iter_fields(node):
        under = guard
        if isinstance(node, ast.If):
            test = ast.unparse(node.test)
            under = test if field == "body" else f"not ({test})" if field == "orelse" else guard
        elif isinstance(node, ast.ExceptHandler) and field == "body":
            under = f"except {ast.unparse(node.type)}" if node.type else "except"
        for index, child in _children(value):
            here = (*place, (field, index))
            yield here, child, under
            yield from _nodes(child, here, under)


def _children(value: object) -> Iterator[tuple[int | None, ast.AST]]:
    if isinstance(value, ast.AST):
        yield None, value
    elif isinstance(value, list):
        yield from ((index, child) for index, child in enumerate(value) if isinstance(child, ast.AST))


_Removal: TypeAlias = tuple[str, str, str, Place]
"""How, codes, words, and where."""


def _removals(function: str, node: ast.AST, guard: str, place: Place) -> Iterator[_Removal]:
    """How the check that a node makes can be removed."""
    if isinstance(node, ast.stmt) and _is_refusal(function, node):
        gives_none = isinstance(node, ast.Return) and ast.unparse(node) == "return None"
        how = "raise" if gives_none and guard.startswith("except") else "pass"
        yield how, _effect(node), guard or ast.unparse(node), place
    if isinstance(node, ast.If):
        yield from _of_conditions(function, node, place)
    if function == "_grant" and isinstance(node, ast.comprehension):
        for index, condition in enumerate(node.ifs):
            yield from _operands(condition, (*place, ("ifs", index)), "covers", ast.And)
    if function in HEADERS and isinstance(node, ast.IfExp):
        yield "body", "", ast.unparse(node.test), place
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "is_gone":
        yield from _operands(node.value, (*place, ("value", None)), "withdrawn", ast.Or)


def _of_conditions(function: str, node: ast.If, place: Place) -> Iterator[_Removal]:
    if any(_is_refusal(function, child) for child in node.body):
        effect = _effect(node.body[0])
        yield from _operands(node.test, (*place, ("test", None)), effect, ast.Or)
        if isinstance(node.test, ast.UnaryOp):
            yield from _operands(
                node.test.operand, (*place, ("test", None), ("operand", None)), effect, ast.And
            )
    elif function in ACCEPTS and not any(isinstance(child, ast.Raise) for child in node.body):
        yield "true", "", ast.unparse(node.test), (*place, ("test", None))


def _operands(
    condition: ast.expr, place: Place, effect: str, joined_by: type[ast.boolop]
) -> Iterator[_Removal]:
    if isinstance(condition, ast.BoolOp) and isinstance(condition.op, joined_by):
        for index, operand in enumerate(condition.values):
            how = "false" if joined_by is ast.Or else "true"
            yield how, effect, f"{ast.unparse(operand)} (of several)", (*place, ("values", index))


def _is_refusal(function: str, node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return not _MISTAKE.match(ast.unparse(node))
    if isinstance(node, ast.Return):
        return _is_refusing_return(function, node.value)
    if isinstance(node, ast.AugAssign):
        return "findings" in ast.unparse(node.target)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = ast.unparse(node.value.func)
        return "Finding(" in ast.unparse(node) or _CHECKING.match(called.removeprefix("self.")) is not None
    return False


def _is_refusing_return(function: str, value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).endswith("Error")
    gives_up = isinstance(value, ast.Constant) and (value.value is None or value.value is False)
    return gives_up and function in GIVES_UP


def _effect(node: ast.AST) -> str:
    text = ast.unparse(node)
    codes = [match.lower().replace("_", "-") for match in _CODE.findall(text)]
    if not codes:
        codes = [code for name in re.findall(r"\w+Error", text) for code in _OF_ERRORS.get(name, ())]
    return ", ".join(f"`{code}`" for code in dict.fromkeys(codes))


_OF_ERRORS: Final = {
    "UnknownKeyError": ("key-identifier-missing", "unknown-key"),
    "BadSignatureError": ("bad-signature",),
    "KeyRevokedError": ("key-revoked",),
    "KeyNotAuthorisedError": ("key-not-authorised",),
    "StaleTrustListError": ("stale-trust-list",),
    "NotYetValidError": ("not-yet-valid",),
    "ExpiredError": ("expiry-missing", "expired"),
    "PolicyError": ("policy",),
}


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"


def _numbered(found: list[Check]) -> list[Check]:
    """Names told apart: by their codes, and where these are the same by a number."""
    times = Counter(check.name for check in found)
    named = [
        Check(f"{check.name} -> {check.effect.replace('`', '')}", check.effect, check.edits)
        if times[check.name] > 1 and check.effect
        else check
        for check in found
    ]
    seen: Counter[str] = Counter()
    again: list[Check] = []
    for check in named:
        seen[check.name] += 1
        number = seen[check.name]
        again.append(check if number == 1 else Check(f"{check.name} ({number})", check.effect, check.edits))
    return again


def _joined(found: list[Check]) -> list[Check]:
    """The checks, with those that are made in several places as one more, in the place of the first."""
    by_name = {check.name: check for check in found}
    joined = list(found)
    for name, parts in TOGETHER.items():
        edits = tuple(edit for part in parts for edit in by_name[part].edits)
        effect = by_name[parts[0]].effect
        joined.insert(joined.index(by_name[parts[0]]), Check(name, effect, edits))
    return [check for check in joined if not any(check.name in parts for parts in TOGETHER.values())]


def _prepare() -> None:
    """Read what every child process needs, once."""
    for vector in vectors():
        _list("trust_lists", vector["context"]["trust_list"])
        if "revocation" in vector["context"]:
            _list("revocation_lists", vector["context"]["revocation"])


def _started(check: Check) -> tuple[int, int]:
    """A child process without the check, and where to read its answer."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        os.close(receiving)
        _answer_and_leave(check, sending)
    os.close(sending)
    return child, receiving


def _collect(check: Check, child: int, receiving: int, results: dict[str, list[str]]) -> None:
    with os.fdopen(receiving, "rb") as answers:
        answer = answers.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise RuntimeError(f"{check.name}: the process ended with {status}")
    results[check.name] = json.loads(answer)


def _answer_and_leave(check: Check, sending: int) -> None:  # pragma: no cover - another process
    status = 1
    try:
        signal.alarm(_MOST_SECONDS)
        _remove(check.edits)
        with os.fdopen(sending, "wb") as answers:
            answers.write(json.dumps(_failures()).encode())
        status = 0
    finally:
        os._exit(status)


def _remove(edits: Iterable[Edit]) -> None:
    """Put changed code into the functions as they are, wherever they have been imported to."""
    by_module: dict[str, list[Edit]] = {}
    for edit in edits:
        by_module.setdefault(edit.module, []).append(edit)
    for module, changes in by_module.items():
        tree = _tree(module)
        for edit in sorted(changes, key=lambda edit: edit.place, reverse=True):
            _change(tree, edit)
        code = compile(ast.fix_missing_locations(tree), f"<{module} without a check>", "exec")
        for function in {edit.function for edit in changes}:
            _function(module, function).__code__ = _code(code, function)


_INSTEAD: Final[Mapping[str, Callable[[], ast.AST]]] = {
    "pass": ast.Pass,
    "raise": ast.Raise,
    "true": lambda: ast.Constant(value=True),
    "false": lambda: ast.Constant(value=False),
}


def _change(tree: ast.Module, edit: Edit) -> None:
    *way, (field, index) = edit.place
    parent: Any = tree
    for name, place in way:
        parent = getattr(parent, name) if place is None else getattr(parent, name)[place]
    old = getattr(parent, field) if index is None else getattr(parent, field)[index]
    new = _INSTEAD[edit.how]() if edit.how in _INSTEAD else old.body
    if index is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[index] = new


def _function(module: str, qualified: str) -> FunctionType:
    found: Any = importlib.import_module(module)
    for name in qualified.split("."):
        found = vars(found)[name]
    found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    function: FunctionType = getattr(found, "__wrapped__", found)
    return function


def _code(code: CodeType, qualified: str) -> CodeType:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == qualified:
                return constant
            if qualified.startswith(constant.co_qualname + "."):
                return _code(constant, qualified)
    raise LookupError(qualified)


@cache
def vectors() -> tuple[dict[str, Any], ...]:
    """The vectors of the operation `verify`, with their lists in their places."""
    read = (json.loads(path.read_bytes()) for path in sorted((FOLDER / "vectors").glob("*/*.json")))
    return tuple(vector for vector in read if vector["operation"] == "verify")


@cache
def _list(kind: str, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / kind / f"{name}.json").read_bytes())
    return content


def _failures() -> list[str]:
    """The vectors that are not answered as they expect."""
    verifiers: dict[str, Any] = {}
    failed = []
    for vector in vectors():
        try:
            right = _answer(vector, verifiers) == vector["expected"]
        except Exception:  # without its check, code may fail in any way
            right = False
        if not right:
            failed.append(vector["id"])
    return failed


def _answer(vector: Mapping[str, Any], verifiers: dict[str, Any]) -> dict[str, Any]:
    context = vector["context"]
    shared = json.dumps([context["trust_list"], context["policy"], context.get("revocation")])
    if shared not in verifiers:
        given = {**context, "trust_list": _list("trust_lists", context["trust_list"])}
        if "revocation" in context:
            given["revocation"] = _list("revocation_lists", context["revocation"])
        verifiers[shared] = verifier_of(given)
    report = verifiers[shared].report(vector["stages"]["text"], at=datetime.fromisoformat(context["at"]))
    return {
        "outcome": report.outcome,
        "level": report.level,
        "reason": report.reason,
        "findings": sorted({finding.code for finding in report.findings}),
    }


def _module(check: Check) -> str:
    return check.edits[0].module


def _short(check: Check) -> str:
    return check.name.removeprefix(f"{_module(check)}.")


def _cell(text: str) -> str:
    return f"`{text.replace('|', chr(92) + '|')}`"


def _vectors(identifiers: Sequence[str]) -> str:
    shown = "<br>".join(f"`{identifier}`" for identifier in identifiers[:_MOST_VECTORS])
    more = len(identifiers) - _MOST_VECTORS
    return f"{shown}<br>and {more} more" if more > 0 else shown


def main() -> int:
    """Write the page, and say what no vector misses."""
    found = checks()
    results = results_of(found)
    (ROOT / PAGE).write_text(page(found, results), encoding="utf-8")
    problems = missed(results)
    print(
        "\n".join([*problems, f"{len(found)} checks, {sum(map(bool, results.values()))} missed by vectors"])
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
