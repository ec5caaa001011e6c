"""Expressions made ready to be evaluated many times: each operation becomes a function of the data.

What an expression does wrong it does when it is evaluated, as in the reference implementation: an operation that is
unknown hurts nobody in a branch that is not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any, Final, TypeAlias

from vaxcert.errors import RuleError
from vaxcert.limits import (
    MAX_CERTLOGIC_DEPTH,
    MAX_CERTLOGIC_OPERATIONS,
    MAX_CERTLOGIC_PARTS,
    MAX_CERTLOGIC_REDUCE_ITEMS,
    MAX_CERTLOGIC_TEXT_CHARACTERS,
)
from vaxcert.rules.certlogic import date_times
from vaxcert.rules.certlogic.failures import beyond, invalid
from vaxcert.rules.certlogic.values import (
    MAX_WHOLE_NUMBER,
    Step,
    are_same,
    identifier_part,
    is_member,
    name_of,
    part_at,
    size_of,
    steps_of,
    truth,
    whole_number,
)


class Data:
    """Data that expressions are asked about, and what has been read of them: rules ask for the same again and again.

    Args:
        value: JSON, as `json.loads` returns it. It must not change any more.
    """

    __slots__ = ("_moments", "_parts", "value")

    def __init__(self, value: Any) -> None:
        self.value: Final = value
        self._parts: dict[str, Any] = {}
        self._moments: dict[str, datetime] = {}

    def part(self, path: str, steps: tuple[Step, ...]) -> Any:
        """The part at a path, whose steps these are; None where there is none."""
        if path not in self._parts:
            self._parts[path] = part_at(self.value, steps)
        return self._parts[path]

    def moment(self, text: Any) -> datetime:
        """The moment that text stands for.

        Raises:
            RuleError: As `date_times.read`.
        """
        moment = self._moments.get(text) if type(text) is str else None
        if moment is None:
            moment = self._moments[text] = date_times.read(text)
        return moment


class _Run:
    """One evaluation: the data, and what it may still do."""

    __slots__ = ("_left", "data")

    def __init__(self, data: Data, parts: int) -> None:
        self.data = data
        self._left = MAX_CERTLOGIC_OPERATIONS - parts

    def spend(self, operations: int) -> None:
        """Count what is going to be done."""
        self._left -= operations
        if self._left < 0:
            raise beyond(f"more than {MAX_CERTLOGIC_OPERATIONS} operations")

    def spend_on(self, value: Any) -> None:
        """Count what a value holds."""
        self.spend(size_of(value, self._left))


_Function: TypeAlias = Callable[[Any, _Run], Any]


class Program:
    """An expression that can be evaluated.

    Args:
        expression: JSON, as `json.loads` returns it.

    Raises:
        RuleError: `certlogic-bounds`, when it is nested too deep or has too many parts.
    """

    __slots__ = ("_expression", "_function", "_parts")

    def __init__(self, expression: Any) -> None:
        self._expression = expression
        compiler = _Compiler()
        self._function = compiler.compiled(expression, 1)
        self._parts = compiler.parts

    def __reduce__(self) -> tuple[type[Program], tuple[Any]]:
        """Programs go from process to process as the expressions they are made of."""
        return Program, (self._expression,)

    def run(self, data: Data) -> Any:
        """What the expression gives for data.

        Returns:
            A JSON value, or an aware `datetime` in UTC.

        Raises:
            RuleError: `certlogic-invalid` or `certlogic-bounds`.
        """
        return self._function(data.value, _Run(data, self._parts))


class _Compiler:
    """Makes functions of expressions, and counts their parts."""

    def __init__(self) -> None:
        self.parts = 0
        self._lambdas = 0  # that what is compiled is inside of

    def compiled(self, expression: Any, depth: int) -> _Function:
        self.parts += 1
        if self.parts > MAX_CERTLOGIC_PARTS:
            raise beyond(f"an expression of more than {MAX_CERTLOGIC_PARTS} parts")
        if depth > MAX_CERTLOGIC_DEPTH:
            raise beyond(f"an expression nested more than {MAX_CERTLOGIC_DEPTH} deep")
        kind = type(expression)
        if kind in (str, bool, int, float):
            return _literal(expression)
        if kind is list:
            return _array(expression, [self.compiled(one, depth + 1) for one in expression])
        if kind is dict and len(expression) == 1:
            ((operator, operands),) = expression.items()
            return self._operation(operator, operands, depth + 1)
        return _failing(
            invalid("an expression is a text, a whole number, a truth value, an array or an operation")
        )

    def _operation(self, operator: Any, operands: Any, depth: int) -> _Function:
        if operator == "var":
            return _var(operands, is_own_data=not self._lambdas)
        if type(operands) is not list:
            return _failing(invalid("the operands of an operation are no array"))
        form = _FORMS.get(operator) if type(operator) is str else None
        if form is None:
            return _failing(invalid(f"the operator {ascii(operator)[:40]} is unknown"))
        counts, make = form
        if len(operands) not in counts:
            return _failing(invalid(f"{operator} with {len(operands)} operands"))
        try:
            return make(self, operator, operands, depth)
        except _OperandError as error:
            return _failing(error.failure)

    def compiled_lambda(self, expression: Any, depth: int) -> _Function:
        """The function of an expression that reads data of its own."""
        self._lambdas += 1
        function = self.compiled(expression, depth)
        self._lambdas -= 1
        return function

    def functions(self, operands: list[Any], depth: int) -> list[_Function]:
        """The functions of operands that are expressions."""
        return [self.compiled(one, depth) for one in operands]


class _OperandError(Exception):
    """An operand that can be seen to be wrong before there is data. Never leaves this module."""

    def __init__(self, failure: RuleError) -> None:
        super().__init__()
        self.failure = failure


def _failing(failure: RuleError) -> _Function:
    reason, message = failure.reason, str(failure)

    def run(data: Any, run: _Run) -> Any:
        raise RuleError(reason, message)

    return run


def _literal(value: Any) -> _Function:
    if type(value) is float:
        number = whole_number(value)
        if number is None:
            return _failing(invalid("a number that is not whole"))
        value = number
    return lambda data, run: value


def _array(expressions: list[Any], items: list[_Function]) -> _Function:
    if all(type(one) in (str, bool, int) for one in expressions):
        made = list(expressions)
        return lambda data, run: made

    def run(data: Any, run: _Run) -> Any:
        made = [item(data, run) for item in items]
        run.spend_on(made)
        return made

    return run


def _var(path: Any, *, is_own_data: bool) -> _Function:
    if type(path) is not str:
        return _failing(invalid("var names no path"))
    if len(path) > MAX_CERTLOGIC_TEXT_CHARACTERS:
        return _failing(beyond(f"a path of more than {MAX_CERTLOGIC_TEXT_CHARACTERS} characters"))
    steps = steps_of(path)
    if is_own_data:
        return lambda data, run: run.data.part(path, steps)
    return lambda data, run: part_at(data, steps)


def _if(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    guard, then, otherwise = compiler.functions(operands, depth)

    def run(data: Any, run: _Run) -> Any:
        return then(data, run) if truth(guard(data, run)) else otherwise(data, run)

    return run


def _and(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    *first, last = compiler.functions(operands, depth)

    def run(data: Any, run: _Run) -> Any:
        for one in first:
            value = one(data, run)
            if not truth(value):
                return value
        return last(data, run)

    return run


def _not(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    (operand,) = compiler.functions(operands, depth)
    return lambda data, run: not truth(operand(data, run))


def _equal(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    one, other = compiler.functions(operands, depth)
    return lambda data, run: are_same(one(data, run), other(data, run))


def _in(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    one, many = compiler.functions(operands, depth)

    def run(data: Any, run: _Run) -> Any:
        value, values = one(data, run), many(data, run)
        if type(values) is not list:
            raise invalid(f"in looks into a {name_of(values)}, an array expected")
        run.spend(len(values))
        return is_member(value, values)

    return run


def _plus(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    one, other = compiler.functions(operands, depth)

    def run(data: Any, run: _Run) -> Any:
        total = _number(one(data, run)) + _number(other(data, run))
        if abs(total) > MAX_WHOLE_NUMBER:
            raise beyond(f"a sum beyond {MAX_WHOLE_NUMBER}")
        return total

    return run


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">": gt,
    "<": lt,
    ">=": ge,
    "<=": le,
    "after": gt,
    "before": lt,
    "not-before": ge,
    "not-after": le,
}


def _compare_numbers(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    return _compare(_COMPARISONS[operator], _number, compiler.functions(operands, depth))


def _compare_moments(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    return _compare(_COMPARISONS[operator], _moment, compiler.functions(operands, depth))


def _compare(
    holds: Callable[[Any, Any], bool], read: Callable[[Any], Any], operands: list[_Function]
) -> _Function:
    def run(data: Any, run: _Run) -> Any:
        values = [read(one(data, run)) for one in operands]
        return holds(values[0], values[1]) and (len(values) == 2 or holds(values[1], values[2]))

    return run


def _plus_time(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    amount, unit = whole_number(operands[1]), operands[2]
    if amount is None:
        raise _OperandError(invalid("plusTime adds an amount that is no whole number"))
    if type(unit) is not str or unit not in date_times.UNITS:
        raise _OperandError(invalid(f"plusTime adds a unit that is none of {', '.join(date_times.UNITS)}"))
    operand = compiler.compiled(operands[0], depth)
    if amount == 0:
        return lambda data, run: run.data.moment(operand(data, run))
    return lambda data, run: date_times.plus(run.data.moment(operand(data, run)), amount, unit)


def _birth_date(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    (operand,) = compiler.functions(operands, depth)
    return lambda data, run: date_times.birth_date(operand(data, run))


def _reduce(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    array, initial = compiler.functions([operands[0], operands[2]], depth)
    before = compiler.parts
    step = compiler.compiled_lambda(operands[1], depth)
    parts_of_step = compiler.parts - before

    def run(data: Any, run: _Run) -> Any:
        values = array(data, run)
        if values is None:
            return initial(data, run)
        if type(values) is not list:
            raise invalid(f"reduce goes through a {name_of(values)}, an array expected")
        if len(values) > MAX_CERTLOGIC_REDUCE_ITEMS:
            raise beyond(f"reduce over more than {MAX_CERTLOGIC_REDUCE_ITEMS} values")
        run.spend(len(values) * parts_of_step)
        total = initial(data, run)
        for value in values:
            total = step({"accumulator": total, "current": value}, run)
        return total

    return run


def _extract(compiler: _Compiler, operator: str, operands: list[Any], depth: int) -> _Function:
    index = whole_number(operands[1])
    if index is None:
        raise _OperandError(invalid("extractFromUVCI needs a whole number as index"))
    operand = compiler.compiled(operands[0], depth)
    return lambda data, run: identifier_part(operand(data, run), index)


def _number(value: Any) -> int:
    number = whole_number(value)
    if number is None:
        raise invalid(f"a {name_of(value)} where a whole number is needed")
    return number


def _moment(value: Any) -> datetime:
    if type(value) is not datetime:
        raise invalid(f"a {name_of(value)} where a date-time made by plusTime is needed")
    return value


_Maker: TypeAlias = Callable[[_Compiler, str, list[Any], int], _Function]

_FORMS: Final[Mapping[str, tuple[range, _Maker]]] = {
    "if": (range(3, 4), _if),
    "===": (range(2, 3), _equal),
    "and": (range(2, MAX_CERTLOGIC_PARTS), _and),
    "in": (range(2, 3), _in),
    "+": (range(2, 3), _plus),
    "!": (range(1, 2), _not),
    "plusTime": (range(3, 4), _plus_time),
    "dccDateOfBirth": (range(1, 2), _birth_date),
    "reduce": (range(3, 4), _reduce),
    "extractFromUVCI": (range(2, 3), _extract),
    **dict.fromkeys((">", "<", ">=", "<="), (range(2, 4), _compare_numbers)),
    **dict.fromkeys(("after", "before", "not-after", "not-before"), (range(2, 4), _compare_moments)),
}
"""Each operator with how many operands it takes, and who makes its function."""
