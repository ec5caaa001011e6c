"""CertLogic beyond its own test suite: dates, bounds, and what engines disagree about."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime

import pytest

from vaxcert.errors import Reason, RuleError
from vaxcert.limits import (
    MAX_CERTLOGIC_DEPTH,
    MAX_CERTLOGIC_OPERATIONS,
    MAX_CERTLOGIC_PARTS,
    MAX_CERTLOGIC_REDUCE_ITEMS,
    MAX_CERTLOGIC_TEXT_CHARACTERS,
)
from vaxcert.rules.certlogic import VERSION, Data, Issue, Program, evaluate, validate

IT = {"var": ""}


def refusal(expression, data=None):
    with pytest.raises(RuleError) as caught:
        evaluate(expression, data)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def moment(text, amount=0, unit="day"):
    return evaluate({"plusTime": [IT, amount, unit]}, text)


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_the_version_is_that_of_the_specification():
    assert VERSION == (1, 3, 3)


# --- dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-06-01", at(2021, 6, 1)),
        ("2021-06", at(2021, 6, 30)),
        ("2020-02", at(2020, 2, 29)),
        ("2021-02", at(2021, 2, 28)),
        ("2021", at(2021, 12, 31)),
        ("9999-12", at(9999, 12, 31)),
        ("2021-06-01T12:30:15", at(2021, 6, 1, 12, 30, 15)),
        ("2021-06-01T12:30:15Z", at(2021, 6, 1, 12, 30, 15)),
        ("2021-06-01T12:30:15+2", at(2021, 6, 1, 10, 30, 15)),
        ("2021-06-01T12:30:15+02", at(2021, 6, 1, 10, 30, 15)),
        ("2021-06-01T12:30:15-330", at(2021, 6, 1, 16, 0, 15)),
        ("2021-06-01T12:30:15+0530", at(2021, 6, 1, 7, 0, 15)),
        ("2021-06-01T12:30:15+5:30", at(2021, 6, 1, 7, 0, 15)),
        ("2021-06-01T00:30:15+05:30", at(2021, 5, 31, 19, 0, 15)),
        ("2021-06-01T12:30:15.5", at(2021, 6, 1, 12, 30, 15, 500_000)),
        ("2021-06-01T12:30:15.0019999Z", at(2021, 6, 1, 12, 30, 15, 1_000)),
        ("2021-06-01T12:30:15.12+1", at(2021, 6, 1, 11, 30, 15, 120_000)),
    ],
)
def test_dates_and_date_times(text, expected):
    assert moment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "21-06-01",
        "2021-6-1",
        "2021-02-29",
        "2021-00",
        "2021-13",
        "0000",
        "2021-06-01 ",
        "2021-06-01\n",
        "2021-06-01T12:30",
        "2021-06-01T24:00:00",
        "2021-06-01T12:60:00",
        "2021-06-01T12:30:60",
        "2021-06-01T12:30:15.",
        "2021-06-01T12:30:15z",
        "2021-06-01T12:30:15+24",
        "2021-06-01T12:30:15+01:60",
        "2021-06-01T12:30:15+01:",
        "２０２１-06-01",
        "2021-06T12:30:15Z",
    ],
)
def test_what_is_no_date(text):
    assert refusal({"plusTime": [IT, 0, "day"]}, text) is Reason.CERTLOGIC_INVALID


@pytest.mark.parametrize("value", [None, 20210601, True, ["2021-06-01"], {}])
def test_only_text_is_a_date(value):
    assert refusal({"plusTime": [IT, 0, "day"]}, value) is Reason.CERTLOGIC_INVALID


@pytest.mark.parametrize(
    ("text", "amount", "unit", "expected"),
    [
        ("2020-02-29", 1, "year", at(2021, 3, 1)),
        ("2020-02-29", 4, "year", at(2024, 2, 29)),
        ("2021-01-31", 1, "month", at(2021, 3, 3)),
        ("2020-01-31", 1, "month", at(2020, 3, 2)),
        ("2021-01-28", 1, "month", at(2021, 2, 28)),
        ("2021-12-15", 1, "month", at(2022, 1, 15)),
        ("2021-01-15", -1, "month", at(2020, 12, 15)),
        ("2021-03-31", -1, "month", at(2021, 3, 3)),
        ("2021-12-31", 1, "day", at(2022, 1, 1)),
        ("2021-06-01T12:00:00Z", -13, "hour", at(2021, 5, 31, 23)),
        ("2021-06-01", 1.0, "day", at(2021, 6, 2)),
    ],
)
def test_adding_time(text, amount, unit, expected):
    assert moment(text, amount, unit) == expected


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("9999-12-31", 1, "day"),
        ("9999-12-01", 1, "month"),
        ("0001-01-01", -1, "hour"),
        ("0001-01-01", -1, "year"),
        ("2021-06-01", 10**30, "day"),
        ("2021-06-01", -(10**30), "hour"),
        ("2021-06-01", 10**30, "month"),
        ("9999-12-31T23:00:00-02:00", 0, "day"),
        ("0001-01-01T00:00:00+01:00", 0, "day"),
    ],
)
def test_dates_beyond_the_calendar(text, amount, unit):
    assert refusal({"plusTime": [IT, amount, unit]}, text) is Reason.CERTLOGIC_BOUNDS


def test_a_birth_date_is_the_last_day_that_it_may_be():
    assert evaluate({"dccDateOfBirth": [IT]}, "1990-02") == at(1990, 2, 28)
    assert refusal({"dccDateOfBirth": [IT]}, "1990-02-01T00:00:00Z") is Reason.CERTLOGIC_INVALID


def test_dates_are_compared_as_moments():
    expression = {
        "not-after": [{"plusTime": [IT, 0, "day"]}, {"plusTime": ["2021-06-01T02:00:00+02:00", 0, "day"]}]
    }
    assert evaluate(expression, "2021-06-01") is True
    assert evaluate(expression, "2021-06-01T00:00:00.001") is False


# --- values


@pytest.mark.parametrize("value", [1, "a", True, [0], {"a": None}, -1, 2.0])
def test_truthy(value):
    assert evaluate({"!": [IT]}, value) is False


@pytest.mark.parametrize("value", [0, "", False, None, [], {}, 0.0])
def test_falsy(value):
    assert evaluate({"!": [IT]}, value) is True


@pytest.mark.parametrize(
    "expression",
    [{"!": [IT]}, {"if": [IT, 1, 2]}, {"and": [IT, 1]}],
)
def test_neither(expression):
    assert refusal(expression, 0.5) is Reason.CERTLOGIC_INVALID


def test_a_date_time_is_neither():
    assert refusal({"!": [{"plusTime": ["2021-06-01", 0, "day"]}]}) is Reason.CERTLOGIC_INVALID


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (None, None, True),
        (None, 0, False),
        ("1", 1, False),
    ],
)
def test_equality_converts_nothing(one, other, same):
    data = [one, other]
    assert evaluate({"===": [{"var": "0"}, {"var": "1"}]}, data) is same
    assert evaluate({"in": [{"var": "0"}, {"var": ""}]}, data) is True
    assert evaluate({"in": [{"var": "0"}, [{"var": "1"}]]}, data) is same


@pytest.mark.parametrize("value", [[], {}, [1], {"a": 1}])
def test_engines_disagree_about_equal_arrays_and_objects(value):
    assert refusal({"===": [IT, IT]}, value) is Reason.CERTLOGIC_INVALID
    assert refusal({"===": [1, IT]}, value) is Reason.CERTLOGIC_INVALID
    assert refusal({"in": [IT, [1]]}, value) is Reason.CERTLOGIC_INVALID
    assert evaluate({"in": [1, [IT, 1]]}, value) is True


@pytest.mark.parametrize("path", ["a.9", "a.-1", "a.x", "a.0.b.c", "b.0", "a.²", "a." + "9" * 5000])
def test_a_path_to_nothing_gives_null(path):
    data = {"a": [{"b": 1}], "b": "text"}
    if len(path) > MAX_CERTLOGIC_TEXT_CHARACTERS:
        assert refusal({"var": path}, data) is Reason.CERTLOGIC_BOUNDS
    else:
        assert evaluate({"var": path}, data) is None


@pytest.mark.parametrize(
    "expression",
    [
        None,
        0.5,
        {},
        {"a": [], "b": []},
        {"===": 1},
        {"===": [1]},
        {"===": [1, 1, 1]},
        {"==": [1, 1]},
        {"or": [True, False]},
        {"if": [True, 1]},
        {"!": [1, 2]},
        {"!": []},
        {"and": [1]},
        {"<": [1]},
        {"<": [1, 2, 3, 4]},
        {"<": [1, "2"]},
        {"<": [1, True]},
        {"after": [1, 2]},
        {"after": ["2021-06-01", "2021-06-02"]},
        {"+": [1, "2"]},
        {"in": [1, "123"]},
        {"in": [1, None]},
        {"var": 1},
        {"var": ["a"]},
        {"plusTime": ["2021-06-01", "1", "day"]},
        {"plusTime": ["2021-06-01", {"+": [1, 1]}, "day"]},
        {"plusTime": ["2021-06-01", 1, "week"]},
        {"plusTime": ["2021-06-01", 1, ["day"]]},
        {"plusTime": ["2021-06-01", 1]},
        {"reduce": ["a", 1, 2]},
        {"reduce": [[], 1]},
        {"extractFromUVCI": [1, 0]},
        {"extractFromUVCI": ["a", "0"]},
        {"dccDateOfBirth": "1990"},
        {1: [2]},
        {("a",): [2]},
        (1, 2),
        b"bytes",
    ],
)
def test_what_is_no_expression(expression):
    assert refusal(expression) is Reason.CERTLOGIC_INVALID


def test_a_branch_that_is_not_taken_may_be_wrong():
    assert evaluate({"if": [True, 1, {"no such": []}]}, {}) == 1
    assert evaluate({"and": [False, {"plusTime": [None, 1, "week"]}]}, {}) is False


def test_the_lambda_of_reduce_sees_its_own_data_only():
    expression = {
        "reduce": [{"var": "x"}, {"+": [{"var": "accumulator"}, {"var": "current"}]}, {"var": "start"}]
    }
    assert evaluate(expression, {"x": [1, 2], "start": 10}) == 13
    assert evaluate({"reduce": [{"var": "x"}, {"var": "start"}, 0]}, {"x": [1], "start": 10}) is None


def test_nothing_of_the_data_is_in_an_error():
    for expression in ({"plusTime": [IT, 0, "day"]}, {"in": [1, IT]}, {"after": [IT, IT]}, {"+": [IT, 1]}):
        with pytest.raises(RuleError) as caught:
            evaluate(expression, "CANARY")
        assert "CANARY" not in str(caught.value)


def test_data_and_expression_stay_as_they_are():
    data, expression = (
        {"x": [1, 2]},
        {"reduce": [{"var": "x"}, [{"var": "accumulator"}, {"var": "current"}], []]},
    )
    before = json.dumps([data, expression])
    assert evaluate(expression, data) == [[[], 1], 2]
    assert json.dumps([data, expression]) == before


def test_a_program_runs_again_on_other_data():
    program = Program({"plusTime": [IT, 1, "day"]})
    assert program.run(Data("2021-06-01")) == at(2021, 6, 2)
    assert program.run(Data("2001-01-01")) == at(2001, 1, 2)
    again = pickle.loads(pickle.dumps(program))  # noqa: S301 - our own
    assert again.run(Data("2021-06-01")) == at(2021, 6, 2)


def test_what_the_lambda_reads_is_not_taken_for_a_part_of_the_data():
    data = Data({"current": 10, "x": [1, 2]})
    expression = {
        "reduce": [{"var": "x"}, {"+": [{"var": "accumulator"}, {"var": "current"}]}, {"var": "current"}]
    }
    assert Program(expression).run(data) == 13
    assert Program({"var": "current"}).run(data) == 10


# --- bounds


def nested(depth):
    expression = True
    for _ in range(depth - 1):
        expression = {"!": [expression]}
    return expression


def test_depth():
    assert evaluate(nested(MAX_CERTLOGIC_DEPTH), {}) is False
    assert refusal(nested(MAX_CERTLOGIC_DEPTH + 1)) is Reason.CERTLOGIC_BOUNDS
    assert validate(nested(MAX_CERTLOGIC_DEPTH)) == ()
    (issue,) = validate(nested(MAX_CERTLOGIC_DEPTH + 1))
    assert issue == Issue(True, "nested more than 64 deep, which the engine does not take")
    assert refusal(nested(100_000)) is Reason.CERTLOGIC_BOUNDS


def test_parts():
    assert len(evaluate([1] * (MAX_CERTLOGIC_PARTS - 1), {})) == MAX_CERTLOGIC_PARTS - 1
    assert refusal([1] * MAX_CERTLOGIC_PARTS) is Reason.CERTLOGIC_BOUNDS
    assert validate([1] * (MAX_CERTLOGIC_PARTS - 1)) == ()
    (issue,) = validate([1] * (MAX_CERTLOGIC_PARTS + 5))
    assert issue.message == "more than 10000 parts, which the engine does not take"


def test_what_reduce_goes_through():
    total = {"reduce": [IT, {"+": [{"var": "accumulator"}, 1]}, 0]}
    assert evaluate(total, [None] * MAX_CERTLOGIC_REDUCE_ITEMS) == MAX_CERTLOGIC_REDUCE_ITEMS
    assert refusal(total, [None] * (MAX_CERTLOGIC_REDUCE_ITEMS + 1)) is Reason.CERTLOGIC_BOUNDS


def test_loops_in_loops_end():
    once = {"reduce": [[{"var": "current"}] * 100, 1, 0]}
    twice = {"reduce": [[1] * 100, once, 0]}
    assert evaluate(twice, {}) == 1
    thrice = {"reduce": [[1] * 100, {"reduce": [[1] * 100, once, 0]}, 0]}
    assert refusal(thrice) is Reason.CERTLOGIC_BOUNDS


def test_looking_through_arrays_is_counted():
    looks = {"and": [{"!": [{"in": [1, IT]}]}] * 9 + [True]}
    few = [0] * (MAX_CERTLOGIC_OPERATIONS // 10)
    assert evaluate(looks, few) is True
    assert refusal(looks, few + few) is Reason.CERTLOGIC_BOUNDS


def test_arrays_cannot_be_doubled_for_ever():
    double = {"reduce": [IT, [{"var": "accumulator"}, {"var": "accumulator"}], [1]]}
    assert evaluate(double, [1]) == [[1], [1]]
    assert refusal(double, [1] * 60) is Reason.CERTLOGIC_BOUNDS


def test_sums():
    assert evaluate({"+": [2**53 - 2, 1]}, {}) == 2**53 - 1
    assert refusal({"+": [2**53 - 1, 1]}) is Reason.CERTLOGIC_BOUNDS
    assert refusal({"+": [-(2**53) + 1, -1]}) is Reason.CERTLOGIC_BOUNDS


@pytest.mark.parametrize("expression", [{"extractFromUVCI": [IT, 0]}, {"plusTime": [IT, 0, "day"]}])
def test_texts(expression):
    reason = refusal(expression, "9" * (MAX_CERTLOGIC_TEXT_CHARACTERS + 1))
    assert reason is Reason.CERTLOGIC_BOUNDS


def test_identifiers_up_to_the_bound():
    text = ":" * MAX_CERTLOGIC_TEXT_CHARACTERS
    assert evaluate({"extractFromUVCI": [IT, MAX_CERTLOGIC_TEXT_CHARACTERS]}, text) == ""
    assert evaluate({"extractFromUVCI": [IT, MAX_CERTLOGIC_TEXT_CHARACTERS + 1]}, text) is None


# --- validation beyond its suite


@pytest.mark.parametrize(
    ("expression", "messages"),
    [
        ({"if": [1, 2]}, ['an "if"-operation must have exactly 3 values/operands, but it has 2']),
        (
            {"if": [1, 2, 3, {"x": []}]},
            ['an "if"-operation must have exactly 3 values/operands, but it has 4'],
        ),
        ({"and": [1]}, ['an "and" operation must have at least 2 operands, but it has 1']),
        ({"<": [1]}, ['an operation with operator "<" must have 2 or 3 operands, but it has 1']),
        ({"in": [1]}, ['an operation with operator "in" must have 2 operands, but it has 1']),
        (
            {"!": [1, None]},
            ["a !-operation (logical not/negation) must have exactly 1 operand, but it has 2"],
        ),
        (
            {"plusTime": [None, "1", "week"]},
            [
                "invalid CertLogic expression",
                '"amount" argument (#2) of "plusTime" must be an integer, but it is: 1',
                '"unit" argument (#3) of "plusTime" must be a string equal to one of year, month, day, hour, '
                "but it is: week",
            ],
        ),
        (
            {"extractFromUVCI": ["a", None]},
            ['"index" argument (#2) of "extractFromUVCI" must be an integer, but it is: null'],
        ),
        ({"reduce": [1, 2, 0.5]}, ["0.5 is a non-integer number"]),
        ([{"x": []}, {"y": []}], ['unrecognised operator: "x"', 'unrecognised operator: "y"']),
        (
            {"dccDateOfBirth": []},
            ['a "dccDateOfBirth"-operation must have exactly 1 value/operand, but it has 0'],
        ),
    ],
)
def test_issues(expression, messages):
    assert [issue.message for issue in validate(expression)] == messages
