"""The Swiss list of two documents."""

from dataclasses import replace

import pytest
from tests.support.lists import (
    KEY_TYPE,
    NO_ENTRIES,
    UNREADABLE,
    Published,
    base64,
    check_problem,
    codes,
    entries,
    holder,
    number,
    payload_of,
    reading_of,
    reasons,
    refusal,
    swiss,
    swiss_entry,
)
from tests.support.signers import signer

from vaxcert.errors import Reason
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Environment, Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
BAD_SWISS = [
    *NO_ENTRIES,
    (swiss_entry(OTHER, keyId=None), UNREADABLE),
    (swiss_entry(OTHER, use=None), UNREADABLE),
    (swiss_entry(OTHER, use="x"), UNREADABLE),
    (swiss_entry(OTHER, use=["v"]), UNREADABLE),
    (swiss_entry(OTHER, use=""), UNREADABLE),
    (swiss_entry(OTHER, alg="ES384"), KEY_TYPE),
    (swiss_entry(OTHER, alg=None), KEY_TYPE),
    (swiss_entry(OTHER, y=number(1)), UNREADABLE),
    (swiss_entry(OTHER, alg="RS256"), UNREADABLE),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_SWISS)
def test_one_bad_entry_is_a_problem_and_the_rest_load(bad, reason):
    active = [base64(one.kid) for one in (*entries(), OTHER)]
    check_problem(reading_of(swiss(more=[bad], active=active)), reason)


def test_list_is_what_both_documents_name():
    kids = [base64(one.kid) for one in (FIRST, RSA)]
    reading = reading_of(swiss(active=kids))
    assert {key.kid for key in reading.keys} == {FIRST.kid, RSA.kid}
    assert codes(reading) == [ListFindingCode.KEY_INACTIVE]
    assert reading.findings[0].entry == SECOND.kid.hex()
    assert (reading.entries, reading.problems) == (3, ())


def test_active_key_that_is_not_there_is_a_problem():
    reading = reading_of(swiss(active=[base64(one.kid) for one in (*entries(), OTHER)]))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [UNREADABLE], 4)
    assert OTHER.kid.hex() in str(reading.problems[0])


def test_list_needs_both_documents():
    assert refusal(swiss(), signature=None) is Reason.TRUST_LIST_UNREADABLE
    assert refusal(swiss(), signature=swiss().data) is Reason.TRUST_LIST_UNREADABLE
    assert refusal(swiss(active=[5])) is Reason.TRUST_LIST_UNREADABLE
    assert refusal(swiss(active=[["a"]])) is Reason.TRUST_LIST_UNREADABLE
    other = swiss(by=holder("another RSA", "2048"))
    assert refusal(swiss(), signature=other.signature) is Reason.TRUST_LIST_SIGNATURE
    assert refusal(replace(swiss(), data=other.data)) is Reason.TRUST_LIST_SIGNATURE


def test_documents_are_for_the_same_environment():
    tester = holder("tester RSA", "2048")
    for_tests = replace(tester.anchor, environment=Environment.TEST)
    whole, other = swiss(), swiss(by=tester)
    anchors = (whole.anchor, for_tests)
    for mixed in (replace(whole, signature=other.signature), replace(whole, data=other.data)):
        assert refusal(mixed, anchors=anchors) is Reason.TRUST_LIST_ENVIRONMENT
        assert (
            refusal(mixed, anchors=anchors, environment=Environment.PRODUCTION)
            is Reason.TRUST_LIST_ENVIRONMENT
        )
    assert reading_of(other, anchors=anchors).environment is Environment.TEST


def test_archives_are_plain_and_unsigned():
    whole = swiss()
    plain = Published(payload_of(whole.data), payload_of(whole.signature))
    assert refusal(plain, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED
    assert reading_of(plain).origin.proof is Proof.UNSIGNED
    half = replace(whole, signature=plain.signature)
    assert refusal(half) is refusal(half, allow_unsigned=True) is Reason.TRUST_LIST_UNSIGNED
    assert reading_of(half, anchors=(), allow_unsigned=True).origin.proof is Proof.UNSIGNED


@pytest.mark.parametrize(
    ("use", "kinds"),
    [("sig", ALL_KINDS), ("tvr", ALL_KINDS), ("t", {Kind.TEST}), ("rv", {Kind.RECOVERY, Kind.VACCINATION})],
)
def test_usages(use, kinds):
    entry = swiss_entry(OTHER, use=use)
    whole = swiss([FIRST], more=[entry], active=[base64(OTHER.kid)])
    assert reading_of(whole).keys[0].kinds == kinds
