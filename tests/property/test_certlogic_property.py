"""Any JSON value as expression and as data gives a value or one of our errors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vaxcert.errors import Reason, RuleError
from vaxcert.rules.certlogic import evaluate, validate
from vaxcert.rules.certlogic.date_times import UNITS

TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "a", "a.0", "0", "current", "accumulator", "day", "2021-06-01", "2021", "URN:UVCI:01:VN:A/B#C"]
    ),
    st.dates().map(str),
    st.datetimes().map(lambda one: one.isoformat() + "Z"),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
OPERATORS = st.sampled_from(
    [
        *("if", "===", "and", ">", "<", ">=", "<=", "in", "+", "!"),
        *("after", "before", "not-after", "not-before", "plusTime", "dccDateOfBirth"),
        *("reduce", "extractFromUVCI", "all"),
    ]
)


def operations(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Operations, most of which have the form they should have."""
    dates = st.tuples(inner, st.integers(-400, 400), st.sampled_from(sorted(UNITS))).map(list)
    return st.one_of(
        st.dictionaries(OPERATORS, st.lists(inner, max_size=4), min_size=1, max_size=1),
        st.fixed_dictionaries({"plusTime": dates}),
        st.fixed_dictionaries({"var": TEXTS}),
        st.lists(inner, max_size=4),
    )


OURS = {Reason.CERTLOGIC_INVALID, Reason.CERTLOGIC_BOUNDS}

EXPRESSIONS = st.recursive(SCALARS, operations, max_leaves=20)


def outcome(expression: Any, data: Any) -> str:
    try:
        value = evaluate(expression, data)
    except RuleError as error:
        return "error" if error.reason in OURS else f"another error: {error.reason}"
    is_value = value is None or type(value) in (bool, int, float, str, list, dict, datetime)
    return "value" if is_value else f"no value: {type(value)}"


def test_expressions_give_a_value_or_our_error() -> None:
    outcomes = {"value": 0, "error": 0}

    @settings(max_examples=800)
    @given(expression=EXPRESSIONS, data=JSON)
    def check(expression: Any, data: Any) -> None:
        first = outcome(expression, data)
        assert outcome(expression, data) == first
        outcomes[first] += 1

    check()
    assert min(outcomes.values()) > 100


@settings(max_examples=300)
@given(expression=JSON, data=JSON)
def test_any_json_gives_a_value_or_our_error(expression: Any, data: Any) -> None:
    assert outcome(expression, data) in ("value", "error")


@settings(max_examples=300)
@given(expression=EXPRESSIONS | JSON)
def test_validation_never_raises(expression: Any) -> None:
    for issue in validate(expression):
        assert issue.message
