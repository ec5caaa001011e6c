"""CertLogic against its own test suites, as their publisher has them."""

from __future__ import annotations

import json

import pytest

from vaxcert.rules import certlogic

pytestmark = pytest.mark.corpus


def documents(folder):
    files = sorted(folder.glob("*.json"))
    assert files
    return [(file.name, json.loads(file.read_bytes())) for file in files]


def assertions(corpus):
    """Every assertion that is not to be skipped, with its expression."""
    for name, suite in documents(corpus / "certlogic" / "testSuite"):
        for case in suite["cases"]:
            for assertion in case["assertions"]:
                directives = [part.get("directive") for part in (suite, case, assertion)]
                expression = assertion.get("certLogicExpression", case.get("certLogicExpression"))
                yield name, case["name"], directives, expression, assertion


def test_every_assertion(corpus):
    passed = skipped = 0
    for name, case, directives, expression, assertion in assertions(corpus):
        assert set(directives) <= {None, "skip"}
        if "skip" in directives:
            skipped += 1
            continue
        value = certlogic.evaluate(expression, assertion["data"])
        assert json.dumps(value) == json.dumps(assertion["expected"]), (name, case)
        passed += 1
    assert (passed, skipped) == (218, 14)


def test_every_expression_of_the_suite_is_valid_where_it_is_used(corpus):
    issues = [
        (name, issue)
        for name, _, _, expression, _ in assertions(corpus)
        for issue in certlogic.validate(expression)
    ]
    assert issues == []


def test_every_case_of_the_validation_suite(corpus):
    cases = 0
    for name, suite in documents(corpus / "certlogic" / "validation-testSuite"):
        for case in suite["cases"]:
            found = [
                {"expr": issue.expression, "message": issue.message}
                for issue in certlogic.validate(case["certLogicExpression"])
            ]
            assert json.dumps(found) == json.dumps(case["issues"]), name
            cases += 1
    assert cases == 23
