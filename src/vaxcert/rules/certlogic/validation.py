"""Whether an expression has the form the specification asks for, with every issue in the reference's words.

Source: CertLogic validation test suite.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from vaxcert.limits import MAX_CERTLOGIC_DEPTH, MAX_CERTLOGIC_PARTS
from vaxcert.rules.certlogic.date_times import UNITS
from vaxcert.rules.certlogic.values import whole_number

_PATH: Final = re.compile(r"[^.]+(?:\.[^.]+)*")
_MAX_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that is wrong with an expression.

    Attributes:
        expression: The part it is wrong with.
        message: What is.
    """

    expression: Any
    message: str


def validate(expression: Any) -> tuple[Issue, ...]:
    """Check the form of an expression. Never raises.

    Args:
        expression: JSON, as `json.loads` returns it.
    """
    return tuple(_Validator().issues(expression, 1))


class _Validator:
    """Goes through one expression, as far as the bounds of the engine reach."""

    def __init__(self) -> None:
        self._parts = 0

    def issues(self, expression: Any, depth: int) -> Iterator[Issue]:
        self._parts += 1
        if self._parts > MAX_CERTLOGIC_PARTS:
            if self._parts == MAX_CERTLOGIC_PARTS + 1:
                yield Issue(
                    expression, f"more than {MAX_CERTLOGIC_PARTS} parts, which the engine does not take"
                )
            return
        if depth > MAX_CERTLOGIC_DEPTH:
            yield Issue(
                expression, f"nested more than {MAX_CERTLOGIC_DEPTH} deep, which the engine does not take"
            )
        elif type(expression) is list:
            yield from self.all_issues(expression, depth + 1)
        elif type(expression) is dict:
            yield from self._object(expression, depth + 1)
        elif type(expression) is float and not expression.is_integer():
            yield Issue(expression, f"{expression} is a non-integer number")
        elif type(expression) not in (str, bool, int, float):
            yield Issue(expression, "invalid CertLogic expression")

    def all_issues(self, expressions: list[Any], depth: int) -> Iterator[Issue]:
        for one in expressions:
            yield from self.issues(one, depth)

    def _object(self, expression: dict[Any, Any], depth: int) -> Iterator[Issue]:
        if len(expression) != 1:
            yield Issue(
                expression, f"expression object must have exactly one key, but it has {len(expression)}"
            )
            return
        ((operator, operands),) = expression.items()
        if operator == "var":
            yield from _var_issues(expression, operands)
        elif type(operands) is not list:
            yield Issue(expression, 'operation not of the form { "<operator>": [ <values...> ] }')
        elif operator not in _FORMS:
            yield Issue(expression, f'unrecognised operator: "{str(operator)[:_MAX_SHOWN]}"')
        else:
            yield from self._operation(expression, operator, operands, depth)

    def _operation(self, expression: Any, operator: str, operands: list[Any], depth: int) -> Iterator[Issue]:
        form = _FORMS[operator]
        count = len(operands)
        if count not in form.counts:
            yield Issue(expression, f"{form.expectation.format(operator)}, but it has {count}")
            if operator == "!":
                return
        for place, operand in enumerate(operands[: form.counts.stop - 1]):
            problem = form.literals.get(place)
            if problem is None:
                yield from self.issues(operand, depth)
            elif said := problem(operator, operand):
                yield Issue(expression, said)


def _var_issues(expression: Any, path: Any) -> Iterator[Issue]:
    if type(path) is not str:
        yield Issue(expression, 'not of the form { "var": "<path>" }')
    elif path and not _PATH.fullmatch(path):
        yield Issue(expression, f"data access path doesn't have a valid format: {path[:_MAX_SHOWN]}")


def _amount(operator: str, operand: Any) -> str:
    if whole_number(operand) is not None:
        return ""
    return f'"amount" argument (#2) of "{operator}" must be an integer, but it is: {_shown(operand)}'


def _unit(operator: str, operand: Any) -> str:
    if type(operand) is str and operand in UNITS:
        return ""
    units = ", ".join(UNITS)
    return (
        f'"unit" argument (#3) of "{operator}" must be a string equal to one of {units}, '
        f"but it is: {_shown(operand)}"
    )


def _index(operator: str, operand: Any) -> str:
    if whole_number(operand) is not None:
        return ""
    return f'"index" argument (#2) of "{operator}" must be an integer, but it is: {_shown(operand)}'


def _shown(value: Any) -> str:
    try:
        text = value if type(value) is str else json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        text = "something else"
    return text[:_MAX_SHOWN]


_Problem: TypeAlias = Callable[[str, Any], str]


@dataclass(frozen=True, slots=True)
class _Form:
    """How many operands an operator takes, how that is said, and which of them are no expressions."""

    counts: range
    expectation: str
    literals: Mapping[int, _Problem]


_NONE: Final[Mapping[int, _Problem]] = {}
_TWO: Final = _Form(range(2, 3), 'an operation with operator "{}" must have 2 operands', _NONE)
_TWO_OR_THREE: Final = _Form(range(2, 4), 'an operation with operator "{}" must have 2 or 3 operands', _NONE)
_FORMS: Final[Mapping[str, _Form]] = {
    "if": _Form(range(3, 4), 'an "{}"-operation must have exactly 3 values/operands', _NONE),
    "and": _Form(range(2, MAX_CERTLOGIC_PARTS), 'an "{}" operation must have at least 2 operands', _NONE),
    "!": _Form(range(1, 2), "a {}-operation (logical not/negation) must have exactly 1 operand", _NONE),
    "plusTime": _Form(
        range(3, 4), 'a "{}"-operation must have exactly 3 values/operands', {1: _amount, 2: _unit}
    ),
    "dccDateOfBirth": _Form(range(1, 2), 'a "{}"-operation must have exactly 1 value/operand', _NONE),
    "reduce": _Form(range(3, 4), 'a "{}"-operation must have exactly 3 values/operands', _NONE),
    "extractFromUVCI": _Form(
        range(2, 3), 'an "{}"-operation must have exactly 2 values/operands', {1: _index}
    ),
    **dict.fromkeys(("===", "in", "+"), _TWO),
    **dict.fromkeys((">", "<", ">=", "<=", "after", "before", "not-after", "not-before"), _TWO_OR_THREE),
}
