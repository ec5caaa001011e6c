"""The rules that 24 countries had at the EU gateway, and two that advise on boosters."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.rules import AT, CLAIMS, certificate, certificates, vaccination

from vaxcert.payloads import eu_dcc_json
from vaxcert.rules import certlogic
from vaxcert.rules.acceptance import RuleResult, RuleSet
from vaxcert.rules.lists.record import read_all, write_rule

pytestmark = pytest.mark.corpus

FILES = ("eu-rules.json", "eu-booster-rules.json")


@pytest.fixture(scope="module")
def records(corpus):
    return {name: json.loads((corpus / "rules" / name).read_bytes()) for name in FILES}


@pytest.fixture(scope="module")
def devices(corpus):
    """The test devices of the EU's list, which vaxcert has not."""
    document = json.loads((corpus / "value-sets" / "test-manf-example.json").read_bytes())
    return {document["valueSetId"]: tuple(document["valueSetValues"])}


@pytest.fixture(scope="module")
def rules(records, devices):
    loaded, problems = read_all([one for name in FILES for one in records[name]])
    assert problems == ()
    return RuleSet(rules=loaded, value_sets=devices)


def test_every_rule_is_read_and_written_as_it_was(records, rules):
    assert [len(records[name]) for name in FILES] == [271, 2]
    assert len(rules) == 273
    for record, rule in zip([one for name in FILES for one in records[name]], rules.rules, strict=True):
        written = write_rule(rule)
        assert {**record, **written} | {"Description": 0, "ValidFrom": 0} == {
            **record,
            "Description": 0,
            "ValidFrom": 0,
        }
        assert certlogic.validate(rule.logic) == ()


def test_every_rule_gives_true_or_false_for_certificates_of_its_kind(rules):
    """Whatever its dates, its engine version and its region say: the expression itself has to work."""
    given = Counter()
    for one in certificates(120, seed=271):
        kinds = {"General", *(kind.capitalize() for kind in one.kinds)}
        data = certlogic.Data({"payload": eu_dcc_json(one), "external": external(rules)})
        for rule in rules.rules:
            if rule.certificate_type in kinds:
                value = rule.program.run(data)
                assert type(value) is bool, rule.identifier
                given[rule.identifier, value] += 1
    asked = {identifier for identifier, _ in given}
    assert len(asked) == 273
    assert len({identifier for identifier, value in given if not value}) > 130


def external(rules):
    sets = {name: list(codes) for name, codes in rules.value_sets.items()}
    sets["disease-agent-targeted"] = ["840539006"]
    sets["covid-19-lab-test-type"] = ["LP6464-4", "LP217198-3"]
    sets["vaccines-covid-19-auth-holders"] = ["ORG-100030215"]
    sets["sct-vaccines-covid-19"] = ["1119349007"]
    return {"validationClock": "2022-05-01T12:00:00.000Z", "valueSets": sets, "countryCode": "VN"}


def test_countries_answer_about_certificates_of_every_kind(rules):
    countries = sorted({rule.country for rule in rules.rules})
    results, asked = Counter(), set()
    for one in certificates(60, seed=24):
        for at in (AT, AT + timedelta(days=400)):
            for country in countries:
                answer = rules.answer(one, CLAIMS, country=country, at=at)
                results.update(outcome.result for outcome in answer.outcomes)
                asked.update(outcome.rule.identifier for outcome in answer.outcomes)
                for outcome in answer.outcomes:
                    if outcome.result is RuleResult.OPEN:
                        assert outcome.rule.identifier == "GR-TG-0001"
                        assert outcome.detail == "it needs CERTLOGIC 2.0.1, 1.3.3 is here"
    assert len(countries) == 24
    assert len(asked) > 200
    assert min(results.values()) > 50


def test_a_country_voids_certificates_of_its_own(rules):
    """The rule that voids what two pharmacies issued, wherever the certificate is shown."""
    german = replace(CLAIMS, issuer="DE")
    for identifier, failed in (("01DE/A51018097/1", ["IR-DE-0001"]), ("01DE/B51018097/1", [])):
        voided = certificate(vaccination(certificate_id=f"URN:UVCI:{identifier}"))
        at = AT + timedelta(days=30)
        answer = rules.answer(voided, german, country="NL", at=at)
        found = [one.rule.identifier for one in answer.outcomes if one.result is RuleResult.FAILED]
        assert found == failed
        assert rules.answer(voided, CLAIMS, country="DE", at=at).outcomes == ()
