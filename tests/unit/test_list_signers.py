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

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import anchor_of

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
