"""Chains from the signer of a list to an anchor: the same for every list in JWS and CMS."""

import json
from dataclasses import replace

import pytest
from tests.support.lists import (
    Published,
    dutch,
    holder,
    jws,
    payload_of,
    reading_of,
    refusal,
    swedish,
)
from tests.support.openssl import Workshop

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.formats import ReadingTerms
from vaxcert.trust.formats.reading.signers import (
    Vouched,
    anchor_of_cms,
    anchor_of_signer,
    content_of_jws,
    environment_of,
    requires_signature,
    unverified_content,
)
from vaxcert.trust.origin import Environment, Proof

ROOT = holder("root", is_authority=True)
BETWEEN = holder("between", issuer=ROOT, is_authority=True)
LEAF = holder("leaf", issuer=BETWEEN)
NO_AUTHORITY = holder("no authority", issuer=ROOT)
LEAF_OF_NONE = holder("leaf of none", issuer=NO_AUTHORITY)
NAMESAKE = holder("root", "2048", is_authority=True)
STRANGER = holder("another stranger", is_authority=True)


def signed_by(by, *chain, anchors):
    published = Published(jws(json.loads(payload_of(swedish().data)), by, chain=chain or None))
    return reading_of(published, anchors=tuple(one.anchor for one in anchors), allow_unsigned=False)


def test_a_chain_may_lead_to_an_anchor():
    for chain, anchors in [
        ((LEAF, BETWEEN), [ROOT]),
        ((LEAF, BETWEEN, ROOT), [ROOT]),
        ((LEAF, ROOT, BETWEEN), [STRANGER, ROOT]),
        ((LEAF,), [BETWEEN]),
        ((LEAF,), [LEAF]),
        ((), [LEAF]),
        ((LEAF, BETWEEN, STRANGER), [ROOT]),
    ]:
        assert len(signed_by(LEAF, *chain, anchors=anchors).keys) == 3
    bare = anchor_of(LEAF.certificate.public_key)
    published = Published(jws(json.loads(payload_of(swedish().data)), LEAF, chain=[LEAF]), anchor=bare)
    assert len(reading_of(published).keys) == 3
    issuer = anchor_of(BETWEEN.certificate.public_key)
    assert refusal(replace(published, anchor=issuer)) is Reason.TRUST_LIST_SIGNATURE  # has no name to match


@pytest.mark.parametrize(
    ("by", "chain", "anchors"),
    [
        (LEAF, (LEAF,), [ROOT]),  # the link between is missing
        (LEAF, (LEAF, BETWEEN), [STRANGER]),
        (LEAF, (LEAF, BETWEEN), [NAMESAKE]),  # the same name, another key
        (LEAF, (LEAF, STRANGER), [ROOT]),
        (LEAF_OF_NONE, (LEAF_OF_NONE, NO_AUTHORITY), [ROOT]),  # a mere signer issued the leaf
        (STRANGER, (LEAF, BETWEEN), [ROOT]),  # another's certificates
        (STRANGER, (STRANGER, ROOT), [ROOT]),  # the anchor's certificate stands there, and proves nothing
    ],
)
def test_a_chain_that_leads_to_no_anchor_is_refused(by, chain, anchors):
    with pytest.raises(TrustListError) as caught:
        signed_by(by, *chain, anchors=anchors)
    assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_small_anchor_proves_nothing():
    small = holder("small", "1024", is_authority=True)
    payload = json.loads(payload_of(swedish().data))
    published = Published(jws(payload, small, algorithm="PS256", chain=[]), anchor=small.anchor)
    assert refusal(published) is Reason.WEAK_SIGNATURE
    under = holder("under small", issuer=small)
    assert refusal(Published(jws(payload, under), anchor=small.anchor)) is Reason.WEAK_SIGNATURE


def test_certificate_of_the_signer_may_be_the_anchors_alone(tmp_path):
    workshop = Workshop(tmp_path)
    party = workshop.party("list signer")
    signature = workshop.cms(party, b"TEST list", "-nocerts")
    anchor = anchor_of(party.certificate.public_key, certificate=party.certificate)
    bare = anchor_of(party.certificate.public_key)
    assert anchor_of_cms(signature, b"TEST list", [bare, anchor]) == anchor
    for content, anchors in ((b"TEST list", [bare]), (b"TEST list!", [anchor]), (b"TEST list", [])):
        with pytest.raises(TrustListError) as caught:
            anchor_of_cms(signature, content, anchors)
        assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize(
    ("terms", "is_required"),
    [
        (ReadingTerms(allow_unsigned=True), False),
        (ReadingTerms(allow_unsigned=True, threshold=0), False),
        (ReadingTerms(allow_unsigned=True, anchors=(ROOT.anchor,)), True),
        (ReadingTerms(anchors=(ROOT.anchor,), threshold=1), True),
    ],
)
def test_when_the_signature_is_judged(terms, is_required):
    assert requires_signature(terms, "TEST") is is_required


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (ReadingTerms(), Reason.ANCHOR_MISSING),
        (ReadingTerms(allow_unsigned=True, threshold=2), Reason.ANCHOR_MISSING),
        (ReadingTerms(anchors=(ROOT.anchor, LEAF.anchor), threshold=2), Reason.TRUST_LIST_THRESHOLD),
    ],
)
def test_when_there_is_nothing_to_judge_it_by(terms, reason):
    with pytest.raises(TrustListError) as caught:
        requires_signature(terms, "TEST")
    assert caught.value.reason is reason


def test_dutch_signer_may_lead_to_an_anchor():
    for published, anchors in [
        (dutch(by=LEAF), [LEAF]),
        (dutch(by=LEAF), [BETWEEN]),
        (dutch(by=LEAF, others=[BETWEEN]), [ROOT]),
    ]:
        assert len(reading_of(published, anchors=tuple(one.anchor for one in anchors)).keys) == 3
    for published, anchors in [
        (dutch(by=LEAF), [ROOT]),
        (dutch(by=LEAF, others=[BETWEEN]), [STRANGER]),
        (dutch(by=LEAF_OF_NONE, others=[NO_AUTHORITY]), [ROOT]),
    ]:
        refused = refusal(published, anchors=tuple(one.anchor for one in anchors))
        assert refused is Reason.TRUST_LIST_SIGNATURE


@pytest.mark.parametrize(("before", "is_reached"), [(31, True), (32, False)])
def test_how_many_certificates_of_a_message_are_looked_at(before, is_reached):
    others = [*[STRANGER.certificate] * before, BETWEEN.certificate]
    if is_reached:
        assert anchor_of_signer(LEAF.certificate, others, [ROOT.anchor]) == ROOT.anchor
    else:
        with pytest.raises(TrustListError) as caught:
            anchor_of_signer(LEAF.certificate, others, [ROOT.anchor])
        assert caught.value.reason is Reason.TRUST_LIST_SIGNATURE
        signer = LEAF.certificate.kid.hex()
        assert str(caught.value) == f"signed by {signer}, which no anchor vouches for"


def test_content_of_a_message_and_who_vouches_for_it():
    data, payload = swedish().data, payload_of(swedish().data)
    leave, anchored = ReadingTerms(allow_unsigned=True), swedish().terms()
    assert content_of_jws(data, leave, "TEST") == Vouched(payload, None)
    assert content_of_jws(data, anchored, "TEST") == Vouched(payload, swedish().anchor)
    assert content_of_jws(b"{}", leave, "TEST") == Vouched(b"{}", None)
    assert [Vouched(b"").proof, Vouched(b"", ROOT.anchor).proof] == [Proof.UNSIGNED, Proof.SIGNED]
    assert [unverified_content(one) for one in (data, b"{}")] == [payload, b"{}"]


PRODUCTION, TEST = Environment.PRODUCTION, Environment.TEST


@pytest.mark.parametrize(
    ("expected", "said", "environment"),
    [
        (None, None, PRODUCTION),
        (None, TEST, TEST),
        (None, PRODUCTION, PRODUCTION),
        (TEST, None, TEST),
        (TEST, TEST, TEST),
        (PRODUCTION, None, PRODUCTION),
        (PRODUCTION, PRODUCTION, PRODUCTION),
        (TEST, PRODUCTION, None),
        (PRODUCTION, TEST, None),
    ],
)
def test_what_the_keys_of_a_list_are_for(expected, said, environment):
    terms, anchor = ReadingTerms(environment=expected), replace(ROOT.anchor, environment=said)
    if environment is not None:
        assert environment_of(terms, anchor) is environment
        return
    with pytest.raises(TrustListError) as caught:
        environment_of(terms, anchor)
    assert caught.value.reason is Reason.TRUST_LIST_ENVIRONMENT
    assert str(caught.value) == f"signed by an anchor for {said}, a list for {expected} expected"


def test_without_an_anchor_the_reader_says_what_the_keys_are_for():
    assert [environment_of(ReadingTerms(environment=one), None) for one in (None, TEST)] == [PRODUCTION, TEST]


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (ReadingTerms(allow_unsigned=True), None),
        (ReadingTerms(allow_unsigned=True, threshold=2), "anchors are given"),
        (ReadingTerms(allow_unsigned=True, anchors=(ROOT.anchor,)), "anchors are given"),
        (ReadingTerms(), "this TEST list has no signature"),
    ],
)
def test_when_a_list_without_signature_is_read(terms, told):
    if told is None:
        assert terms.check_unsigned_allowed("TEST") is None
        return
    with pytest.raises(TrustListError, match=told) as caught:
        terms.check_unsigned_allowed("TEST")
    assert caught.value.reason is Reason.TRUST_LIST_UNSIGNED


def test_the_anchors_that_are_needed_are_given_back():
    assert ReadingTerms(anchors=(ROOT.anchor,)).need_anchors("TEST") == (ROOT.anchor,)
    with pytest.raises(TrustListError) as caught:
        ReadingTerms().need_anchors("TEST")
    assert caught.value.reason is Reason.ANCHOR_MISSING
    assert str(caught.value) == "this TEST list is signed; the key to judge it by is expected"
