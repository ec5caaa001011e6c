"""Files of rules, of every form, and several at once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.support.rules import AT, CLAIMS, certificate, record, rule, signed_rules
from tests.support.store_lists import anchor

from vaxcert.adapters.rule_files import load_rules, read_rule_files
from vaxcert.errors import AdapterError, LimitExceededError, Reason, RuleError, TrustListError
from vaxcert.limits import MAX_RULE_FILE_BYTES
from vaxcert.rules.lists.reading import RuleTerms
from vaxcert.trust.origin import Proof

TERMS = RuleTerms(anchors=(anchor(),), allow_unsigned=True)


@pytest.fixture
def files(tmp_path):
    """A signed list, the gateway's JSON and a value set."""
    (tmp_path / "a.vxrules").write_bytes(signed_rules([rule()]))
    (tmp_path / "b.json").write_text(json.dumps([record("VR-VN-0002"), record("VR-VN-0003", Type="x")]))
    devices = {"valueSetId": "devices", "valueSetValues": {"1833": {}}}
    (tmp_path / "c.json").write_text(json.dumps(devices))
    (tmp_path / "notes.txt").write_text("no rules")
    return tmp_path


def refusal(error, call):
    with pytest.raises(error) as caught:
        call()
    return caught.value.reason, str(caught.value)


def test_files_of_several_forms_are_one_set(files):
    rules = load_rules([files / "a.vxrules", files / "b.json", files / "c.json"], TERMS)
    assert [one.identifier for one in rules.rules] == ["VR-VN-0001", "VR-VN-0002"]
    assert rules.value_sets == {"devices": ("1833",)}
    assert [(one.name, one.proof) for one in rules.origins] == [
        ("a.vxrules", Proof.SIGNED),
        ("b.json", Proof.UNSIGNED),
        ("c.json", Proof.UNSIGNED),
    ]
    assert [one.reason for one in rules.problems] == [Reason.RULE_UNREADABLE]
    assert len(rules.answer(certificate(), CLAIMS, country="VN", at=AT).outcomes) == 2


def test_a_folder_is_searched_for_files_of_rules(files):
    assert [one.origin.name for one in read_rule_files([files], TERMS)] == ["a.vxrules", "b.json", "c.json"]


def test_errors_name_the_file(files):
    reason, said = refusal(TrustListError, lambda: load_rules([files / "a.vxrules"]))
    assert reason is Reason.ANCHOR_MISSING
    assert said.startswith(f"{files / 'a.vxrules'}: ")
    signed_only = replace(TERMS, allow_unsigned=False)
    reason, said = refusal(TrustListError, lambda: load_rules([files / "b.json"], signed_only))
    assert reason is Reason.TRUST_LIST_UNSIGNED
    assert said.startswith(f"{files / 'b.json'}: ")


def test_files_that_cannot_be_read(tmp_path):
    assert refusal(AdapterError, lambda: load_rules([tmp_path / "none"]))[0] is Reason.FILE_UNREADABLE
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (MAX_RULE_FILE_BYTES + 1))
    assert refusal(LimitExceededError, lambda: load_rules([large]))[0] is Reason.INPUT_TOO_LONG
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'[{"a": 1]')
    reason, said = refusal(RuleError, lambda: load_rules([broken]))
    assert reason is Reason.RULE_LIST_UNREADABLE
    assert said.startswith(f"{broken}: ")


def test_no_files_are_no_rules():
    assert len(load_rules([])) == 0
