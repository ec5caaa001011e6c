"""The table of measured results, and that the page shows the vectors there are."""

import json
import re

import pytest
from tools.conformance_table import BEGIN, COMMANDS, END, PAGE, ROOT, measured, replaced

from vaxcert.adapters.conformance.judging import Mark, Verdict
from vaxcert.adapters.conformance.protocol import Hello, Problem
from vaxcert.adapters.conformance.running import ConformanceRun, Result


def result(identifier, mark, problem=None, *, reason="expired", importance="low", message="no"):
    expected = {"outcome": "refused" if reason else "accepted", "reason": reason}
    vector = {
        "id": identifier,
        "importance": importance,
        "description": f"About {identifier} | <b>.",
        "expected": expected,
    }
    return Result(vector, Verdict(mark, problem), {"message": message})


def run(*results):
    hello = Hello("somebody's", "1", frozenset({"verify"}), frozenset())
    return ConformanceRun("7", hello, results, None)


def test_failures_that_are_alike_stand_together_under_the_most_important():
    made = run(
        result("a::1", Mark.FAIL, Problem.WRONGLY_ACCEPTED),
        result("a::2", Mark.FAIL, Problem.WRONGLY_ACCEPTED, importance="critical"),
        result("b::1", Mark.FAIL, Problem.WRONGLY_REFUSED, reason=None, message="not today"),
        result("b::2", Mark.SKIP, Problem.FEATURE),
        result("b::3", Mark.PASS),
    )
    part = measured([made], {"somebody's"})
    assert "| a | 0 / 2 / 0 |" in part
    assert "| b | 1 / 1 / 1 |" in part
    assert "| **all** | **1** / **3** / **1** |" in part
    assert "| Accepted, and must not be | 2 |" in part
    assert "| Not accepted, and has to be | 1 |" in part
    assert "| Not accepted, as it must not be, but refused and unreadable are confused | 0 |" in part
    assert "| `expired` | 2 | `a::2` | About a::2 \\| &lt;b>. |" in part
    assert "| `accepted` | 1 | `b::1` | About b::1 \\| &lt;b>. It says: not today |" in part
    assert "somebody's fails" not in measured([made], set())


def test_only_what_is_between_the_marks_is_replaced():
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert replaced(page, "new\n") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    assert replaced(replaced(page, "new\n"), "new\n") == replaced(page, "new\n")


def test_the_page_was_measured_with_the_vectors_there_are():
    """`make conformance` writes it anew."""
    text = (ROOT / PAGE).read_text("utf-8")
    manifest = json.loads((ROOT / "test_vectors/manifest.json").read_text("utf-8"))
    assert f"Vectors {manifest['version']}, {manifest['count']} of them" in text


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "vaxcert"])
def test_each_implementation_has_its_column(name):
    assert re.search(rf"^\| family \|.*\| {re.escape(name)} ", (ROOT / PAGE).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", ["pycose", "@auth0/cose"])
def test_drivers_look_at_the_expiry_where_their_library_does_not(name):
    """What a driver forgets is no fault of the library."""
    failures = (
        (ROOT / PAGE).read_text("utf-8").partition(f"### What {name} fails in\n")[2].partition("### ")[0]
    )
    assert "`expired`" not in failures
    assert "`expiry-missing`" not in failures
    assert "`cwt-date`" in failures


def test_vectors_that_the_page_names_are_there():
    text = (ROOT / PAGE).read_text("utf-8")
    for family, name in re.findall(r"`([a-z0-9-]+)::([a-z0-9.-]+)`", text):
        assert (ROOT / "test_vectors/vectors" / family / f"{name}.json").is_file(), name
