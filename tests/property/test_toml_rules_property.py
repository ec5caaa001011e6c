"""Any text gives rules, or our error."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from tests.support.rules import CLAIMS, certificate, recovery, swab

from vaxcert.errors import Reason, RuleError
from vaxcert.rules import certlogic
from vaxcert.rules.acceptance import RuleSet
from vaxcert.rules.lists.record import read_rule, write_rule
from vaxcert.rules.toml_rules import compile_rules

POLICIES = [path.read_text("utf-8") for path in (Path(__file__).parents[2] / "examples/rules").glob("*.toml")]
LINES = sorted({line for policy in POLICIES for line in policy.splitlines()})
VALUES = st.sampled_from(
    [
        *(
            '"any"',
            '"pcr"',
            '"listed"',
            '"Comirnaty"',
            '["Comirnaty"]',
            "[]",
            "[[]]",
            "{}",
            '"\\u0000"',
            '""',
        ),
        *(
            "true",
            "0",
            "18",
            "-1",
            "1e400",
            "nan",
            "9999-12-31",
            "0001-01-01",
            "07:00:00",
            '{en = "x"}',
            "[1]",
        ),
    ]
)
CERTIFICATES = (certificate(), certificate(swab()), certificate(recovery()))


@st.composite
def policies(draw):
    """A policy with some lines taken out, doubled, moved, or given other values."""
    lines = draw(st.sampled_from(POLICIES)).splitlines()
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(("out", "in", "value", "key")))
        if change == "out":
            del lines[place]
        elif change == "in":
            lines.insert(place, draw(st.sampled_from(LINES)))
        elif change == "value":
            lines[place] = re.sub("=.*", lambda found: f"= {draw(VALUES)}", lines[place])
        else:
            lines[place] = re.sub("^[a-z_]+", lambda found: draw(st.text(max_size=5)), lines[place])
    return "\n".join(lines)


def compiled(text):
    """The rules of a text, and the error where it is none."""
    try:
        return compile_rules(text), None
    except RuleError as error:
        return (), error


@given(st.one_of(policies(), policies(), st.text()))
def test_any_text_gives_rules_or_our_error(text):
    rules, error = compiled(text)
    if error is not None:
        assert error.reason in (Reason.RULE_UNREADABLE, Reason.CERTLOGIC_BOUNDS)
        assert str(error).isprintable()
        return
    assert len(rules) >= 3
    for rule in rules:
        assert read_rule(write_rule(rule)) == rule
        assert certlogic.validate(rule.logic) == ()
    answers = RuleSet(rules=rules)
    at = datetime(2023, 1, 1, 12, tzinfo=UTC)
    for one in CERTIFICATES:
        answers.answer(one, CLAIMS, country=rules[0].country, at=at)
