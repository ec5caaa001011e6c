"""Mutants of a module: small changes to its code, each of which a test should notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

_OTHER: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}
"""What each operator and jump is changed into."""

_LEFT_OUT: Final = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)

Change: TypeAlias = Callable[[], None]
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes:
        number: Which of the module's, from 0.
        owner: Qualified name of the outermost function that is changed; or of the constant of the module.
        lines: Of the changed statement, from 1.
    """

    number: int
    owner: str
    lines: range


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module.

    Left out is what no test should depend on: docstrings, annotations, sentences, `__repr__`, and whatever is worked
    out once while the module is loaded, other than its constants. Names that only annotations know are no constants.
    """
    return [
        Mutant(number, owner, range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        for number, (owner, statement, _) in enumerate(_sites(ast.parse(source)))
    ]


def changed(source: str, mutant: Mutant) -> tuple[ast.Module, str]:
    """The module with a mutant's change, and its statement before and after."""
    tree = ast.parse(source)
    _, statement, change = list(_sites(tree))[mutant.number]
    before = ast.unparse(_head(statement))
    change()
    ast.fix_missing_locations(tree)
    after = "pass" if before == ast.unparse(_head(statement)) else ast.unparse(_head(statement))
    return tree, f"{before}  ->  {after}"


def _head(statement: ast.stmt) -> ast.AST:
    """A statement without the statements in it."""
    shown = copy.copy(statement)
    for part in ("body", "orelse", "handlers", "finalbody"):
        if getattr(shown, part, None) and not isinstance(shown, ast.Module):
            setattr(shown, part, [ast.Expr(ast.Constant(...))] if part == "body" else [])
    return shown


def _sites(tree: ast.Module) -> Iterator[tuple[str, ast.stmt, Change]]:
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef):
            yield from _of_function(statement, statement.name)
        elif isinstance(statement, ast.ClassDef):
            for one in statement.body:
                if isinstance(one, ast.FunctionDef) and one.name != "__repr__":
                    yield from _of_function(one, f"{statement.name}.{one.name}")
        elif isinstance(statement, ast.AnnAssign | ast.Assign):
            yield from _of_constant(statement)


def _of_constant(statement: ast.AnnAssign | ast.Assign) -> Iterator[tuple[str, ast.stmt, Change]]:
    target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
    if isinstance(target, ast.Name) and statement.value is not None and not _is_of_annotations(statement):
        for change in _of_expression(statement.value):
            yield target.id, statement, change


def _is_of_annotations(statement: ast.AnnAssign | ast.Assign) -> bool:
    """Whether it names a type, which nothing looks at when the code runs."""
    if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.annotation) == "TypeAlias":
        return True
    return isinstance(statement.value, ast.Call) and ast.unparse(statement.value.func) == "TypeVar"


def _of_function(function: _Function, name: str) -> Iterator[tuple[str, ast.stmt, Change]]:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    for statement in _statements(body):
        for change in _of_statement(statement):
            yield name, statement, change
    for block in _all_blocks(function):
        for place, one in enumerate(block):
            if _is_removable(one):
                yield name, one, _setter(block, place, ast.copy_location(ast.Pass(), one))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        for block in _blocks(statement):
            yield from _statements(block)


def _blocks(statement: ast.stmt | ast.ExceptHandler) -> Iterator[list[ast.stmt]]:
    for part in ("body", "orelse", "finalbody"):
        block = getattr(statement, part, None)
        if block and isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield from _blocks(handler)
    for case in getattr(statement, "cases", ()):
        yield case.body


def _all_blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for block in _blocks(statement):
        yield block
        for one in block:
            yield from _all_blocks(one)


def _is_removable(statement: ast.stmt) -> bool:
    """A refusal, or a call for what it does."""
    return isinstance(statement, ast.Raise) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    )


def _of_statement(statement: ast.stmt) -> Iterator[Change]:
    if isinstance(statement, _LEFT_OUT):
        return
    if isinstance(statement, ast.Return) and not _is_none(statement.value):
        yield lambda: setattr(statement, "value", ast.Constant(None))
    if isinstance(statement, ast.If | ast.While) and not isinstance(statement.test, ast.Compare | ast.BoolOp):
        yield lambda: _negate(statement)
    if isinstance(statement, ast.AugAssign) and type(statement.op) in _OTHER:
        yield lambda: setattr(statement, "op", _OTHER[type(statement.op)]())
    for expression in _expressions(statement):
        yield from _of_expression(expression)


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Those of a statement itself, without its annotation and the statements in it."""
    for name, value in ast.iter_fields(statement):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.withitem):
                yield part.context_expr
            elif isinstance(part, ast.expr) and name != "annotation":
                yield part


def _negate(statement: ast.If | ast.While) -> None:
    statement.test = ast.UnaryOp(ast.Not(), statement.test)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _of_expression(expression: ast.expr) -> Iterator[Change]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Compare):
            for place, operator in enumerate(node.ops):
                yield _setter(node.ops, place, _OTHER[type(operator)]())
        elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in _OTHER:
            yield _renamed(node, "op", _OTHER[type(node.op)]())
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield _dropped_not(node)
        elif isinstance(node, ast.Constant):
            changed = _other_constant(node.value)
            if changed is not None:
                yield _renamed(node, "value", changed)


def _dropped_not(node: ast.UnaryOp) -> Change:
    # twice "not" is the truth of what stands there, whatever its type
    return _renamed(node, "operand", ast.UnaryOp(ast.Not(), node.operand))


def _other_constant(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return b"\0" + value
    if isinstance(value, str) and " " not in value and "\n" not in value:
        return f"XX{value}"
    return None


def _setter(where: list[ast.AST] | list[ast.stmt], place: int, new: ast.AST) -> Change:
    return lambda: where.__setitem__(place, new)  # type: ignore[call-overload]


def _renamed(node: ast.AST, name: str, new: object) -> Change:
    return lambda: setattr(node, name, new)
