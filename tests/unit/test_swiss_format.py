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
    compact,
    entries,
    holder,
    jws,
    list_signer,
    number,
    payload_of,
    reading_of,
    reasons,
    refusal,
    swiss,
    swiss_entry,
)
from tests.support.signers import signer

from vaxcert.errors import Reason, TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats import format_named
from vaxcert.trust.list_findings import ListFinding, ListFindingCode
from vaxcert.trust.origin import Environment, Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
SWISS = format_named("swiss")
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


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        (b' \n{"certs":[{"keyId":""}]}', True),
        (b'{"keyId":"","certs":[]}', True),
        (b'[{"certs":[{"keyId":""}]}]', False),
        (b'{"certs":[]}', False),
        (b'{"keyId":""}', False),
        (b'{"cert":[{"keyId":""}]}', False),
        (b'{"certs":[{"keyid":""}]}', False),
        (b"", False),
    ],
)
def test_recognised_by_its_members(text, is_it):
    assert SWISS.recognises(text) is is_it
    assert SWISS.recognises(jws(text, list_signer())) is is_it


def plain(certs, active, **changes):
    """Both documents without a signature."""
    updates, identifiers = compact({"certs": certs}), compact({"activeKeyIds": active})
    return reading_of(Published(updates, identifiers), **changes)


@pytest.mark.parametrize(
    ("entry", "reason", "problem"),
    [
        (7, UNREADABLE, "entry 2: not an object with each member once"),
        ({}, UNREADABLE, "entry 2: the key identifier is not text"),
        ({"keyId": "!"}, UNREADABLE, "entry 2: the key identifier is not base64"),
        ({"keyId": ""}, UNREADABLE, "entry 2: a key identifier that is not 1 to 64 bytes"),
        (swiss_entry(OTHER, use=None), UNREADABLE, "entry 2: no usage (use)"),
        (swiss_entry(OTHER, use=""), UNREADABLE, "entry 2: no usage (use)"),
        (swiss_entry(OTHER, use=["v"]), UNREADABLE, "entry 2: no usage (use)"),
        (swiss_entry(OTHER, use="SIG"), UNREADABLE, "entry 2: a usage that is none of t, v and r"),
        (
            swiss_entry(OTHER, alg="PS256"),
            KEY_TYPE,
            "entry 2: a key for another algorithm than ES256 and RS256",
        ),
    ],
)
def test_what_is_said_of_a_bad_entry(entry, reason, problem):
    reading = plain([swiss_entry(FIRST), entry], [base64(FIRST.kid), base64(OTHER.kid)])
    assert [key.kid for key in reading.keys] == [FIRST.kid]
    assert (reading.problems[0].reason, str(reading.problems[0])) == (reason, problem)
    # an entry whose identifier can be read is among the keys, whatever else is wrong with it
    is_there = isinstance(entry, dict) and entry.get("keyId") == base64(OTHER.kid)
    assert len(reading.problems) == (1 if is_there else 2)


def test_what_is_said_of_active_keys_that_are_missing():
    missing = sorted([OTHER.kid, b"\x01", b"\xff"])
    reading = plain([swiss_entry(FIRST)], [base64(kid) for kid in [*reversed(missing), FIRST.kid, b"\x01"]])
    assert [str(one) for one in reading.problems] == [
        f"entry {kid.hex()}: active, and not among the keys" for kid in missing
    ]
    assert (len(reading.keys), reading.entries) == (1, 4)


@pytest.mark.parametrize(
    ("one", "members"),
    [
        (FIRST, {"crv": None}),
        (FIRST, {"crv": "P-384", "kty": "RSA"}),
        (RSA, {"kty": "EC"}),
        (RSA, {"crv": "P-256"}),
    ],
)
def test_the_algorithm_alone_says_what_the_key_is(one, members):
    (key,) = plain([swiss_entry(one, **members)], [base64(one.kid)]).keys
    assert (key.kid, key.key.algorithm) == (one.kid, one.algorithm)


def test_a_key_that_is_not_active_is_not_looked_at():
    for entry in (swiss_entry(OTHER, use=None), swiss_entry(OTHER, alg=None)):
        reading = plain([swiss_entry(FIRST), entry], [base64(FIRST.kid)])
        assert list(reading.findings) == [ListFinding(ListFindingCode.KEY_INACTIVE, OTHER.kid.hex())]
        assert (len(reading.keys), reading.problems) == (1, ())


@pytest.mark.parametrize(
    ("documents", "problem"),
    [
        (
            ({"certs": []}, None),
            "a swiss list is two documents; the active key identifiers (activeKeyIds) are missing",
        ),
        (({"certs": {}}, {"activeKeyIds": []}), "certs is an object, an array expected"),
        (({}, {"activeKeyIds": []}), "certs is null, an array expected"),
        (([], {"activeKeyIds": []}), "the document is an array, an object expected"),
        (({"certs": []}, {}), "activeKeyIds: activeKeyIds is null, an array expected"),
        (({"certs": []}, {"activeKeyIds": [7]}), "activeKeyIds: the key identifier is not text"),
    ],
)
def test_what_is_said_of_documents_that_are_no_list(documents, problem):
    keys, identifiers = documents
    published = Published(compact(keys), None if identifiers is None else compact(identifiers))
    with pytest.raises(TrustListError) as caught:
        SWISS.read(published.data, published.terms())
    assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, problem)


def test_what_is_said_of_documents_for_two_environments():
    tester = holder("tester RSA", "2048")
    whole, other = swiss(), swiss(by=tester)
    anchors = (whole.anchor, replace(tester.anchor, environment=Environment.TEST))
    with pytest.raises(TrustListError) as caught:
        reading_of(replace(whole, signature=other.signature), anchors=anchors)
    assert str(caught.value) == "one document is signed by an anchor for tests, the other is not"


def test_unsigned_keys_beside_signed_identifiers_are_unsigned():
    whole = swiss()
    half = replace(whole, data=payload_of(whole.data))
    assert refusal(half) is Reason.TRUST_LIST_UNSIGNED
    reading = reading_of(half, anchors=(), allow_unsigned=True)
    assert (reading.origin.proof, len(reading.keys)) == (Proof.UNSIGNED, 3)
