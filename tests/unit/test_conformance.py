"""The parts of a conformance run that need no process: lines, judging, vectors, the page."""

import json
import re
from pathlib import Path

import pytest

from vaxcert.adapters.conformance import serving
from vaxcert.adapters.conformance.judging import PASSED, Mark, Verdict, judge, members_compared, skipped
from vaxcert.adapters.conformance.operations import OPERATIONS
from vaxcert.adapters.conformance.protocol import (
    MAX_ANSWER_BYTES,
    MAX_REQUEST_BYTES,
    Hello,
    Problem,
    ProtocolError,
    line_of,
    message_of,
    read_hello,
)
from vaxcert.adapters.conformance.running import ConformanceRun, Result
from vaxcert.adapters.conformance.serving import FEATURES, answers
from vaxcert.adapters.conformance.vectors import family_of, published_folder, read_vectors
from vaxcert.cli.conformance_page import page
from vaxcert.errors import AdapterError, Reason
from vaxcert.presentation.texts import load

ALL = frozenset({"reasons", "findings"})
HELLO = Hello("somebody's", "1", frozenset({"verify"}), frozenset({"ps256"}))
EXPECTED = {"outcome": "refused", "level": "authentic", "reason": "expired", "findings": ["a", "b"]}


@pytest.fixture(scope="module")
def vectors():
    return read_vectors(published_folder())


def test_longest_line_and_one_byte_more():
    assert message_of(b"{}".ljust(MAX_ANSWER_BYTES) + b"\n") == {}
    with pytest.raises(ProtocolError) as raised:
        message_of(b"{}".ljust(MAX_ANSWER_BYTES + 1) + b"\n")
    assert raised.value.problem is Problem.TOO_LONG


@pytest.mark.parametrize(
    "line",
    [b"", b"ready", b"[]", b"1", b"{}{}", b'{"a":1,"a":1}', b'{"a":NaN}', b'{"a":"\xff"}', b"[" * 100_000],
)
def test_garbage_is_no_message(line):
    with pytest.raises(ProtocolError) as raised:
        message_of(line + b"\n")
    assert raised.value.problem is Problem.NOT_JSON


def test_a_line_without_its_line_feed_is_no_message():
    assert message_of(b"{}\n") == {}
    with pytest.raises(ProtocolError) as raised:
        message_of(b"{}")
    assert raised.value.problem is Problem.NOT_JSON
    assert "line feed" in raised.value.detail


def test_a_line_is_one_line():
    assert line_of({"text": "Đỗ\n"}) == '{"text":"Đỗ\\n"}\n'.encode()


@pytest.mark.parametrize("name", ["n", "n" * 100, "Đỗ <b>"])
def test_hello(name):
    said = {"protocol": 2, "name": name, "version": "1", "operations": ["verify"], "features": []}
    assert read_hello(line_of(said)) == Hello(name, "1", frozenset({"verify"}), frozenset())


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": 1},
        {"protocol": 3},
        {"protocol": True},
        {"name": ""},
        {"name": "n" * 101},
        {"name": "\x1b[31m"},
        {"name": "two\nlines"},
        {"name": "turned\u202e"},
        {"version": "1" * 101},
        {"version": "\x9b"},
        {"version": 1},
        {"features": [1]},
        {"operations": None},
    ],
)
def test_wrong_hello(change):
    said = {"protocol": 2, "name": "n", "version": "1", "operations": ["verify"], "features": [], **change}
    with pytest.raises(ProtocolError) as raised:
        read_hello(line_of(said))
    assert raised.value.problem is Problem.NOT_STARTED


def test_what_is_not_declared_is_skipped():
    assert skipped("decide", [], HELLO) == Verdict(Mark.SKIP, Problem.OPERATION, "decide")
    assert skipped("verify", ["policy", "findings"], HELLO) == Verdict(Mark.SKIP, Problem.FEATURE, "policy")
    assert skipped("verify", ["ps256", "findings"], HELLO) is None


@pytest.mark.parametrize(
    ("changed", "features", "problem"),
    [
        ({}, ALL, None),
        ({"outcome": "accepted"}, ALL, Problem.WRONGLY_ACCEPTED),
        ({"outcome": "unreadable"}, ALL, Problem.OTHER_OUTCOME),
        ({"outcome": ["refused"]}, ALL, Problem.OTHER_OUTCOME),
        ({"reason": "x", "level": "none", "findings": []}, ALL, Problem.OTHER_REASON),
        ({"level": "none", "findings": []}, ALL, Problem.OTHER_LEVEL),
        ({"findings": ["b", "a", "a"]}, ALL, None),
        ({"findings": ["a"]}, ALL, Problem.OTHER_FINDINGS),
        ({"findings": None}, ALL, Problem.OTHER_FINDINGS),
        ({"findings": ["a"]}, frozenset({"reasons"}), None),
        ({"reason": "x", "level": "none"}, frozenset({"findings"}), None),
        ({"error": "internal"}, ALL, Problem.ERROR),
        ({"error": "unsupported"}, ALL, Problem.ERROR),
    ],
)
def test_the_first_difference_counts(changed, features, problem):
    verdict = judge(EXPECTED, EXPECTED | changed, features)
    assert (verdict.mark, verdict.problem) == (Mark.FAIL if problem else Mark.PASS, problem)


def test_refused_for_accepted():
    assert judge({"outcome": "accepted"}, {"outcome": "refused"}, ALL).problem is Problem.WRONGLY_REFUSED


def test_no_answer_makes_a_detail_long():
    for answer in ({"error": "x" * 1000, "message": "y" * 1000}, {"outcome": "z" * 1000}):
        assert len(judge(EXPECTED, answer, ALL).detail) < 300


def test_what_is_compared():
    expected = {"reason": None, "more": 1, "findings": [], "outcome": "accepted", "level": "none", "also": 2}
    assert members_compared(expected, ALL) == ["outcome", "reason", "level", "also", "more", "findings"]
    assert members_compared(expected, frozenset()) == ["outcome", "also", "more"]


@pytest.mark.parametrize(
    ("given", "is_equal"), [(1, True), (1.0, True), (True, False), ("1", False), (None, False), ([1], False)]
)
def test_values_are_equal_as_json_is(given, is_equal):
    expected = {"outcome": "accepted", "of": [{"a": 1, "b": None}]}
    answer = {"outcome": "accepted", "of": [{"b": None, "a": given}]}
    assert (judge(expected, answer, ALL) == PASSED) is is_equal


def test_requests_hold_all_that_is_needed(vectors):
    """No request names a list, and none is over the limit."""
    for vector in vectors.vectors:
        given, context = vectors.input_and_context(vector)
        assert not isinstance(context.get("trust_list"), str)
        assert not isinstance(context.get("revocation"), str)
        request = {"id": vector["id"], "operation": vector["operation"], "input": given, "context": context}
        assert len(line_of(request)) <= MAX_REQUEST_BYTES + 1


def test_everything_that_vectors_ask_for_is_declared(vectors):
    asked = {feature for vector in vectors.vectors for feature in vector["features"]}
    assert asked | {"reasons"} == set(FEATURES)
    assert {vector["operation"] for vector in vectors.vectors} == set(OPERATIONS)


@pytest.mark.parametrize("driver", ["always_accepted.py", "always_refused.py"])
def test_drivers_that_do_not_look_declare_everything(driver):
    """Else what they fail in would be skipped."""
    text = (Path(__file__).parents[2] / "examples/conformance" / driver).read_text("utf-8")
    declared = set(re.findall('"([a-z0-9-]+)"', text.partition("OPERATIONS")[2].partition("for line")[0]))
    assert declared == {*OPERATIONS, *FEATURES} - ALL


@pytest.mark.parametrize("outcome", ["accepted", "refused"])
def test_every_family_shows_up_who_does_not_look(vectors, outcome):
    failed, families = set(), set()
    for vector in vectors.vectors:
        families.add(family_of(vector))
        if judge(vector["expected"], {"outcome": outcome}, frozenset()).problem in (
            Problem.WRONGLY_ACCEPTED,
            Problem.WRONGLY_REFUSED,
        ):
            failed.add(family_of(vector))
    assert families - failed == set()


def test_a_folder_without_vectors_is_refused(tmp_path):
    with pytest.raises(AdapterError) as raised:
        read_vectors(tmp_path)
    assert raised.value.reason is Reason.FILE_UNREADABLE
    (tmp_path / "manifest.json").write_text('{"version": "1"}')
    with pytest.raises(AdapterError):
        read_vectors(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"id": "a::b"}'])
def test_what_is_no_vector_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_text('{"version": "1"}')
    (tmp_path / "vectors" / "a").mkdir(parents=True)
    (tmp_path / "vectors" / "a" / "b.json").write_text(content)
    with pytest.raises(AdapterError) as raised:
        read_vectors(tmp_path)
    assert raised.value.reason is Reason.FILE_UNREADABLE


def test_serving_answers_every_line():
    lines = [b"words", b"[" * 100_000, b"[]", b'{"protocol": 2}', b'{"id": "a", "operation": "sing"}']
    lines += [
        b'{"id": "b", "operation": ["verify"]}',
        b'{"id": "c", "operation": "verify", "input": 1, "context": {}}',
    ]
    made = list(answers(lines))
    assert [one.get("error") for one in made] == [
        "request",
        "request",
        "request",
        None,
        "unsupported",
        "unsupported",
        "internal",
    ]
    assert [one.get("id") for one in made[4:]] == ["a", "b", "c"]
    assert read_hello(line_of(made[3])).features == set(FEATURES)


@pytest.mark.parametrize(
    ("missing", "operation", "feature"),
    [("numpy", "read-registry-answer", None), ("zxingcpp", "read-picture", None), ("pypdfium2", None, "pdf")],
)
def test_serving_declares_what_the_extras_that_are_there_can_do(monkeypatch, missing, operation, feature):
    monkeypatch.setattr(serving, "find_spec", lambda name: None if name == missing else name)
    serving._is_there.cache_clear()
    hello, asked = answers([b'{"protocol": 2}', json.dumps({"id": "a", "operation": operation}).encode()])
    serving._is_there.cache_clear()
    assert set(OPERATIONS) - set(hello["operations"]) == {operation} - {None}
    assert set(FEATURES) - set(hello["features"]) == {feature} - {None}
    assert asked["error"] == "unsupported"


def test_serving_answers_with_the_version_it_speaks():
    (made,) = answers([b'{"protocol": 1}'])
    assert made["protocol"] == 2


def _result(identifier, mark, problem=None, importance="low"):
    vector = {
        "id": identifier,
        "importance": importance,
        "requirements": ["XX-1"],
        "description": "<b> & co",
        "expected": EXPECTED,
    }
    return Result(vector, Verdict(mark, problem, "it's <i>"), {"outcome": "<script>"})


def _run(*results, hello=HELLO, ending=None):
    return ConformanceRun("1", hello, results, ending)


def test_a_run_is_passed_when_something_passed_and_nothing_failed():
    passed, skip = _result("a::1", Mark.PASS), _result("a::2", Mark.SKIP, Problem.FEATURE)
    assert _run(passed, skip).is_passed
    assert not _run(skip).is_passed
    assert not _run(passed, _result("a::3", Mark.FAIL, Problem.ERROR)).is_passed
    assert not _run(passed, ending="it did not end").is_passed


def test_the_most_important_failure_comes_first():
    low = _result("a::1", Mark.FAIL, Problem.ERROR)
    high = _result("b::1", Mark.FAIL, Problem.ERROR, importance="critical")
    skip = _result("a::2", Mark.SKIP, Problem.FEATURE)
    run = _run(skip, low, high)
    assert run.marked(Mark.FAIL) == [high, low]
    assert run.marked(Mark.SKIP) == [skip]
    assert run.families()["a"] == {Mark.PASS: 0, Mark.FAIL: 1, Mark.SKIP: 1}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_page_holds_everything_and_needs_nothing(language):
    run = _run(
        _result("a::1", Mark.FAIL, Problem.ERROR), _result("a::2", Mark.SKIP, Problem.FEATURE), ending="late"
    )
    html = page(run, load(language))
    assert html.count("<svg") == 1
    assert "a::1" in html
    assert "a::2" in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"<script|<link|<img|src=|href=|url\(", html)
    assert "late" in html


def test_the_page_names_every_failure_and_skip_and_counts_them():
    failed = [_result(f"a::{number}", Mark.FAIL, Problem.ERROR) for number in range(300)]
    skipped_ones = [_result(f"b::{number}", Mark.SKIP, Problem.FEATURE) for number in range(40)]
    html = page(_run(*failed, *skipped_ones), load("en"))
    assert [one for one in (*failed, *skipped_ones) if f"{one.vector['id']}" not in html] == []
    assert re.search(r"<td>All</td>" + "".join(f'<td class="number">{n}</td>' for n in (0, 300, 40)), html)


def test_nothing_that_an_implementation_says_disturbs_the_page():
    said = Verdict(Mark.FAIL, Problem.ERROR, "\x1b[31m \u202e<b>")
    vector = _result("a::1", Mark.FAIL).vector
    hello = Hello("<b>child</b>", "1", frozenset(), frozenset())
    run = _run(Result(vector, said, {"message": "\u202e<script>\x9b"}), hello=hello, ending="\x1b\u202e")
    html = page(run, load("en"))
    assert [c for c in html if not c.isprintable() and c != "\n"] == []
    assert "<script" not in html
    assert "<b>" not in html
    assert r"\u202e&lt;script&gt;\u009b" in html


@pytest.mark.parametrize(
    ("features", "parts"),
    [
        (ALL, "outcome, reason and level, all else that vectors expect, findings"),
        (frozenset({"findings"}), "outcome, all else that vectors expect, findings"),
        (frozenset(), "outcome, all else that vectors expect"),
    ],
)
def test_the_page_says_what_was_compared(features, parts):
    hello = Hello("n", "1", frozenset(), features)
    assert f"Compared: {parts}." in page(_run(_result("a::1", Mark.PASS), hello=hello), load("en"))


def test_the_page_of_what_did_not_start():
    run = _run(_result("a::1", Mark.FAIL, Problem.NOT_STARTED), hello=None)
    assert "not-started" in page(run, load("en"))
