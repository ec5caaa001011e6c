"""Records of rules, as the EU gateway has them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.rules import record

from vaxcert.errors import Reason, RuleError
from vaxcert.limits import MAX_RULE_TEXT_CHARACTERS
from vaxcert.rules.acceptance import RuleType
from vaxcert.rules.lists.record import read_all, read_rule, write_rule


def refusal(value):
    with pytest.raises(RuleError) as caught:
        read_rule(value)
    assert "\n" not in str(caught.value)
    return caught.value.reason, str(caught.value)


def test_a_record_is_read():
    rule = read_rule(record("IR-VN-0012", Type="Invalidation", Region=" HN ", hash="ignored"))
    assert rule.identifier == "IR-VN-0012"
    assert rule.type is RuleType.INVALIDATION
    assert (rule.country, rule.region) == ("VN", "HN")
    assert (rule.version, rule.schema_version, rule.engine_version) == ((1, 0, 0), (1, 0, 0), (0, 7, 5))
    assert rule.descriptions == {"en": "A dose that counts.", "vi": "Mũi tiêm hợp lệ."}
    assert rule.valid_from == datetime(2022, 1, 1, tzinfo=UTC)
    assert rule.valid_to == datetime(2023, 1, 1, tzinfo=UTC)
    assert rule.affected_fields == ("v.0.dn",)
    assert rule.logic is True


@pytest.mark.parametrize("changes", [{}, {"Region": "HN"}, {"Logic": {"if": [True, [1, "a"], False]}}])
def test_a_record_is_written_as_it_was(changes):
    assert write_rule(read_rule(record(**changes))) == record(**changes)


def test_of_two_sentences_in_a_language_the_first_counts():
    sentences = [{"lang": "EN", "desc": "One."}, {"lang": "en", "desc": "Two."}]
    assert read_rule(record(Description=sentences)).descriptions == {"en": "One."}


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("Identifier", "VR-VN-1", "Identifier: text such as VR-DE-0001 expected"),
        ("Identifier", 1, "Identifier: text such as VR-DE-0001 expected"),
        (
            "Type",
            "acceptance",
            "VR-VN-0001: Type: one of Acceptance, Invalidation, BoosterNotification expected",
        ),
        ("Type", ["Acceptance"], "VR-VN-0001: Type: one of"),
        ("Country", "LA", "VR-VN-0001: Country: VN, as its identifier says expected"),
        ("Region", "x" * 41, "VR-VN-0001: Region: text of 1 to 40 characters, or nothing expected"),
        ("Region", 5, "VR-VN-0001: Region"),
        (
            "CertificateType",
            "Mask",
            "VR-VN-0001: CertificateType: one of General, Vaccination, Test, Recovery",
        ),
        ("Version", "1.0", "VR-VN-0001: Version: three numbers such as 1.0.0 expected"),
        ("Version", "1.0.0-beta", "VR-VN-0001: Version"),
        ("Version", "1.0." + "9" * 10, "VR-VN-0001: Version"),
        ("SchemaVersion", 1, "VR-VN-0001: SchemaVersion"),
        ("Engine", "", "VR-VN-0001: Engine: text of 1 to 40 characters expected"),
        ("EngineVersion", "", "VR-VN-0001: EngineVersion"),
        ("Description", [], "VR-VN-0001: Description: sentences, each with desc and lang expected"),
        ("Description", [{"lang": "en"}], "VR-VN-0001: Description"),
        ("Description", [{"lang": "english language", "desc": "x"}], "VR-VN-0001: Description"),
        ("Description", [{"lang": "en", "desc": "\x1b[31m"}], "VR-VN-0001: Description"),
        ("Description", ["x"], "VR-VN-0001: Description"),
        ("ValidFrom", "soon", "VR-VN-0001: ValidFrom: a date-time expected"),
        ("ValidTo", 5, "VR-VN-0001: ValidTo: a date-time expected"),
        ("AffectedFields", "v.0", "VR-VN-0001: AffectedFields: names of fields such as v.0.dt expected"),
        ("AffectedFields", [1], "VR-VN-0001: AffectedFields"),
    ],
)
def test_what_is_wrong_is_named(member, value, message):
    reason, said = refusal({**record(), member: value})
    assert reason is Reason.RULE_UNREADABLE
    assert said.startswith(message)


@pytest.mark.parametrize(
    "member", ["Type", "Country", "CertificateType", "Version", "Engine", "Description", "ValidTo", "Logic"]
)
def test_what_is_missing_is_named(member):
    reason, said = refusal(record(**{member: None}))
    assert reason is Reason.RULE_UNREADABLE
    assert said.startswith(f"VR-VN-0001: {member}: ")


def test_long_sentences():
    def of(length):
        return record(Description=[{"lang": "en", "desc": "x" * length}])

    assert read_rule(of(MAX_RULE_TEXT_CHARACTERS))
    assert refusal(of(MAX_RULE_TEXT_CHARACTERS + 1))[0] is Reason.RULE_UNREADABLE


def test_an_expression_that_is_too_large():
    assert refusal(record(Logic=[1] * 10_000))[0] is Reason.CERTLOGIC_BOUNDS


@pytest.mark.parametrize("value", [None, [], "rule", 1])
def test_only_an_object_is_a_record(value):
    assert refusal(value) == (Reason.RULE_UNREADABLE, "the record: an object expected")


def test_one_bad_record_never_ends_the_others():
    rules, problems = read_all(
        [record("VR-VN-0001"), None, record("VR-VN-0002", Type="x"), record("VR-VN-0003")]
    )
    assert [rule.identifier for rule in rules] == ["VR-VN-0001", "VR-VN-0003"]
    assert [str(problem).partition(": ")[0] for problem in problems] == ["rule 2", "rule 3"]
    assert {problem.reason for problem in problems} == {Reason.RULE_UNREADABLE}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=400)
@given(member=st.sampled_from(sorted(record())), value=JSON)
def test_any_member_gives_a_rule_or_our_error(member, value):
    rules, problems = read_all([{**record(), member: value}])
    assert len(rules) + len(problems) == 1
