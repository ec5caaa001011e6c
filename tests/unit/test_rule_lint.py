"""What is wrong with rules before they are published."""

from __future__ import annotations

import pytest
from tests.support.rules import rule

from vaxcert.rules.rule_lint import RuleIssue, RuleIssueCode, rule_issues

DEVICES = {"in": [1, {"var": "external.valueSets.devices"}]}


def told(*rules, value_sets=()):
    return [(one.identifier, one.code, one.detail) for one in rule_issues(rules, value_sets)]


def test_a_rule_that_is_right():
    assert told(rule(), rule("GR-VN-0001", CertificateType="General")) == []
    assert (
        told(rule("IR-VN-0001", Type="Invalidation"), rule("BNR-VN-0001", Type="BoosterNotification")) == []
    )


@pytest.mark.parametrize(
    ("changes", "code", "detail"),
    [
        ({"Logic": {"or": []}}, RuleIssueCode.LOGIC_INVALID, 'unrecognised operator: "or"'),
        ({"Engine": "OTHER", "Logic": {"or": []}}, RuleIssueCode.ENGINE_UNKNOWN, ""),
        ({"EngineVersion": "1.3.4"}, RuleIssueCode.ENGINE_NEWER, "1.3.4"),
        ({"ValidTo": "2021-12-31T23:59:59Z"}, RuleIssueCode.NEVER_IN_FORCE, ""),
        ({"Description": [{"lang": "vi", "desc": "Mũi tiêm."}]}, RuleIssueCode.ENGLISH_MISSING, ""),
        ({"CertificateType": "Test"}, RuleIssueCode.KIND_MISMATCH, ""),
        ({"Type": "Invalidation"}, RuleIssueCode.KIND_MISMATCH, ""),
        ({"Logic": [True, {"!": [DEVICES]}]}, RuleIssueCode.VALUE_SET_MISSING, "devices"),
    ],
)
def test_what_is_wrong_is_told(changes, code, detail):
    assert told(rule(**changes)) == [("VR-VN-0001", code, detail)]


def test_a_moment_is_time_enough():
    assert told(rule(ValidTo="2022-01-01T00:00:00Z")) == []


def test_value_sets_that_are_there():
    shipped = {"in": [1, {"var": "external.valueSets.vaccines-covid-19-names.0"}]}
    assert told(rule(Logic=shipped)) == []
    assert told(rule(Logic=DEVICES), value_sets=("devices",)) == []


def test_every_issue_is_told():
    both = rule(Logic={"and": [{"x": []}, {"y": []}]}, ValidTo="2021-12-31T23:59:59Z")
    assert [code for _, code, _ in told(both)] == ["logic-invalid", "logic-invalid", "never-in-force"]


def test_one_edition_twice():
    assert told(rule(), rule(Version="1.0.1"), rule(Region="HN"), rule("VR-VN-0002")) == []
    twice = rule_issues([rule(), rule(Logic=False)])
    assert twice == (RuleIssue(RuleIssueCode.RULE_TWICE, "VR-VN-0001"),)
    assert told(rule(Region="HN"), rule(Region="hn")) == [("VR-VN-0001", "rule-twice", "")]
