"""What the officer is shown of a decision, in each language."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from test_vectors.samples import AT, DROP, dcc, dose, name, token
from tests.support.decisions import ACCEPTED, EXPIRED, UNREADABLE, answer, report, rule
from tests.support.messages import text, verifier

from vaxcert.decision import DecisionCode, DecisionReason, Desk, Verdict, decide
from vaxcert.errors import Reason
from vaxcert.findings import FindingCode
from vaxcert.presentation.decision_json import decision_json, reason_sentence
from vaxcert.presentation.texts import Texts, languages, load
from vaxcert.rules.acceptance import RuleOutcome, RuleResult, RulesAnswer
from vaxcert.rules.dose_history import HistoryCode
from vaxcert.rules.typed_traveller import typed_traveller

KEYS = {
    "verdict",
    "headline",
    "advice",
    "reasons",
    "traveller",
    "doses",
    "identity",
    "rules",
    "certificates",
    "at",
}
FIRST_DOSE = text(token(dcc(v=[dose(dn=1, dt="2025-11-20", ci="URN:UVCI:01:VN:FIRST")])))


def shown(decision, language="en", **options):
    value = decision_json(decision, load(language), **options)
    assert value == json.loads(json.dumps(value))
    assert value.keys() == KEYS
    return value


def examined(*sources, at=AT, traveller=None):
    return Desk(verifier=verifier()).examine(sources, at=at, traveller=traveller)


@pytest.mark.parametrize(
    ("language", "headline", "birth_date", "vaccine"),
    [
        ("en", "ACCEPT", "1990-05-17", "Comirnaty (EU/1/20/1528)"),
        ("vi", "CHẤP NHẬN", "17/05/1990", "Pfizer (Comirnaty) (EU/1/20/1528)"),
    ],
)
def test_all_that_an_officer_compares(language, headline, birth_date, vaccine):
    value = shown(examined(text(), FIRST_DOSE), language, sources=["a.png", "b.png"])
    assert (value["verdict"], value["headline"], value["at"]) == ("accept", headline, "2026-02-01T12:00:00Z")
    assert value["traveller"] == {
        "name": "Nguyễn Văn Thử",
        "standard_name": "NGUYEN<<VAN<THU",
        "birth_date": "1990-05-17",
        "birth_date_shown": birth_date,
        "birth_date_partial": False,
        "accepted": True,
    }
    first, second = value["doses"]
    assert (first["number"], first["date"], first["certificates"]) == (1, "2025-11-20", [1])
    assert (second["number"], second["series"], second["vaccine"]) == (2, 2, vaccine)
    assert [one["source"] for one in value["certificates"]] == ["a.png", "b.png"]
    assert value["certificates"][0]["lines"][0]["values"] == ["Nguyễn Văn Thử", "NGUYEN<<VAN<THU"]


def test_certificates_without_a_name_are_counted():
    assert [one["source"] for one in shown(examined(text(), "HC1:*"))["certificates"]] == ["1", "2"]


def test_what_was_compared_has_its_sentences():
    value = shown(examined(text(), traveller=typed_traveller("Nguyen Van Thu", "1990")))
    assert value["identity"]["grade"] == "unclear"
    assert {one["code"] for one in value["identity"]["codes"]} == {"birth-date-one-partial"}
    assert all(one["sentence"].endswith(".") for one in value["identity"]["codes"])


def test_the_traveller_is_of_an_accepted_certificate_before_others():
    other = text(token(dcc(nam=name(fn="Trần", fnt="TRAN")), exp=AT - timedelta(days=1)))
    assert shown(examined(other, text()))["traveller"]["name"] == "Nguyễn Văn Thử"
    refused = shown(examined(other))["traveller"]
    assert (refused["name"], refused["accepted"]) == ("Trần Văn Thử", False)


def test_nobody_is_shown_of_what_nobody_signed():
    value = shown(decide([UNREADABLE], at=AT))
    assert (value["traveller"], value["doses"], value["identity"], value["rules"]) == (None, [], None, [])
    assert value["certificates"][0]["lines"] == []
    assert value["certificates"][0]["sentence"] == "The text is cut short or has been changed."


def test_a_birth_date_may_be_partial_or_missing():
    partial = shown(examined(text(token(dcc(dob="1990")))))["traveller"]
    assert (partial["birth_date"], partial["birth_date_partial"]) == ("1990", True)
    missing = shown(examined(text(token(dcc(dob=DROP)))))["traveller"]
    assert (missing["birth_date"], missing["birth_date_shown"]) == (None, "")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "An entry rule is not met: At least two doses."),
        ("vi", "Không đạt một quy định nhập cảnh: Ít nhất hai mũi."),
    ],
)
def test_rules_speak_in_their_own_words(language, sentence):
    own = rule(descriptions={"en": "At least two doses.", "vi": "Ít nhất hai mũi."})
    asked = RulesAnswer("VN", (RuleOutcome(own, RuleResult.FAILED),))
    value = shown(decide([ACCEPTED], at=AT, rules=[asked]), language)
    assert value["reasons"][0]["sentence"] == sentence
    assert value["rules"] == [
        {"identifier": "GR-VN-0001", "result": "failed", "sentence": own.descriptions[language]}
    ]


@pytest.mark.parametrize(
    ("descriptions", "sentence"),
    [({"de": "Zwei."}, "An entry rule is not met: Zwei."), ({}, "An entry rule is not met:")],
)
def test_rules_in_other_languages_or_without_words(descriptions, sentence):
    asked = RulesAnswer("VN", (RuleOutcome(rule(descriptions=descriptions), RuleResult.FAILED),))
    assert shown(decide([ACCEPTED], at=AT, rules=[asked]))["reasons"][0]["sentence"] == sentence


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("codes", [Reason, FindingCode, HistoryCode, DecisionCode])
def test_whatever_may_be_a_reason_has_a_sentence(language, codes):
    decision, texts = decide([EXPIRED], at=AT, rules=[answer()]), load(language)
    for code in codes:
        assert reason_sentence(DecisionReason(code, Verdict.REFER), decision, texts)


def test_a_further_language_needs_its_words_only():
    """As `texts/xx.toml` would be, with the keys of the others."""
    english = load("en")
    tables = {
        table: {key: f"xx {sentence}" for key, sentence in english.sentences(table).items()}
        for table in ("headline", "advice", "decision", "reason", "finding", "identity", "dose-history")
    }
    kept = {table: english.sentences(table) for table in ("field", "card", "format", "identity-grade")}
    value = decision_json(examined(text(), "HC1:*"), Texts("xx", {**kept, **tables}))
    assert value["headline"] == "xx ACCEPT"
    assert {reason["sentence"][:3] for reason in value["reasons"]} == {"xx "}


def test_findings_are_told_once_with_their_sentence():
    twice = report(text(token(dcc(v=[dose(mp="EU/1/20/9999", ma="ORG-9")]))))
    certificate = shown(decide([twice], at=AT))["certificates"][0]
    unknown = [one for one in certificate["findings"] if one["code"] == "code-unknown"]
    assert unknown == [
        {
            "code": "code-unknown",
            "severity": "warning",
            "sentence": "A code is not in the value sets.",
        }
    ]


def test_a_reason_says_which_certificate_it_is_about():
    reasons = shown(decide([ACCEPTED, replace(EXPIRED)], at=AT))["reasons"]
    assert [(one["code"], one["detail"], one["certificate"]) for one in reasons] == [
        ("set-aside", "expired", 1),
        ("rules-not-asked", "", None),
        ("identity-not-compared", "", None),
    ]
