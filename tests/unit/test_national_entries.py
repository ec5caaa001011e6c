"""What holds for entries of several national forms: repetitions, contradictions, findings, bounds."""

import json
from collections import Counter
from datetime import timedelta

import cbor2
import pytest
from tests.support.lists import (
    Published,
    base64,
    codes,
    dutch,
    entries,
    french,
    holder,
    info,
    jwk,
    jwks,
    public_keys,
    reading_of,
    swedish,
    swiss,
    swiss_entry,
)
from tests.support.signers import DSC_STARTS, signer

from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust.formats import format_named, read
from vaxcert.trust.list_findings import ListFindingCode

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")


def austrian_content(*more):
    good = [{"i": one.kid, "c": one.certificate.der} for one in entries()]
    return Published(cbor2.dumps({"c": [*good, *more]}))


@pytest.mark.parametrize(
    "published",
    [
        jwks([FIRST, SECOND, FIRST]),
        swedish([FIRST, SECOND, FIRST]),
        swiss([FIRST, SECOND, FIRST]),
        dutch([FIRST, SECOND, FIRST]),
        public_keys([FIRST, SECOND, FIRST]),
        austrian_content({"i": FIRST.kid, "c": FIRST.certificate.der}),
    ],
    ids=["jwks", "swedish", "swiss", "dutch", "norwegian", "austrian"],
)
def test_an_entry_that_is_there_twice_counts_once(published):
    reading = reading_of(published)
    assert codes(reading) == [ListFindingCode.ENTRY_REPEATED]
    assert reading.findings[0].entry == FIRST.kid.hex()
    assert len(reading.keys) == reading.entries - 1


@pytest.mark.parametrize(
    "published",
    [
        jwks(more=[jwk(OTHER, kid=base64(FIRST.kid))]),
        swiss(more=[swiss_entry(OTHER, keyId=base64(FIRST.kid))]),
        dutch(more=[{"subjectPk": base64(info(OTHER)), "keyUsage": ["t"]}]),
        public_keys(more=[{"kid": base64(FIRST.kid), "publicKey": base64(info(OTHER))}]),
    ],
    ids=["jwks", "swiss", "dutch", "norwegian"],
)
def test_two_keys_may_have_one_identifier_and_both_load(published):
    reading = reading_of(published)
    assert codes(reading) == [ListFindingCode.KID_SHARED]
    assert Counter(key.kid for key in reading.keys)[FIRST.kid] == 2


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b'{"keys":[{"kty":"EC"}],"keys":[]}', "jwks"),
        (b'{"certificatesDCC":{},"certificatesDCC":{}}', "french"),
        (b'{"certificatesDCC":{"AAAA":"","AAAA":""}}', "french"),
        (b'{"eu_keys":{"AAAA":[],"AAAA":[]}}', "dutch"),
        (b'{"dsc_trust_list":{"VN":{},"VN":{}}}', "swedish"),
    ],
)
def test_a_list_that_names_a_member_twice_is_unreadable(start, name):
    with pytest.raises(TrustListError) as caught:
        read(start, Published(start).terms(), as_format=format_named(name))
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
    assert "twice" in str(caught.value)


def test_stated_identifiers_are_checked_against_the_certificate():
    for published in (
        jwks(more=[jwk(OTHER, kid=base64(FIRST.kid), x5c=[base64(OTHER.certificate.der)])]),
        swedish(more=[jwk(OTHER, kid=base64(FIRST.kid), x5c=[base64(OTHER.certificate.der)])]),
        austrian_content({"i": FIRST.kid, "c": OTHER.certificate.der}),
        french(more={base64(b"12345678"): base64(base64(OTHER.certificate.der).encode())}),
    ):
        reading = reading_of(published)
        assert ListFindingCode.KID_MISMATCH in codes(reading)
        assert OTHER.kid in {key.kid for key in reading.keys}


def test_authorities_and_ended_certificates_are_named():
    authority = holder("authority", is_authority=True)
    ended = signer(country="MM", starts=DSC_STARTS, valid_for=timedelta(days=30))
    more = [{"x5c": [base64(one.der)]} for one in (authority.certificate, ended.certificate)]
    reading = reading_of(swedish([FIRST], more=more))
    assert codes(reading)[0] is ListFindingCode.IS_AUTHORITY
    assert ListFindingCode.KEY_EXPIRED in codes(reading)
    assert reading.problems == ()
    assert codes(reading_of(jwks([FIRST], more=more[1:]))) == []  # says nothing of when it was made


def test_serial_numbers_that_are_not_positive_are_named():
    der, serial = OTHER.certificate.der, OTHER.certificate.fields.serial
    negative = der.replace(serial, b"\x80" + serial[1:])
    reading = reading_of(jwks([FIRST], more=[{"x5c": [base64(negative)]}]))
    assert (codes(reading), reading.problems) == ([ListFindingCode.SERIAL_NOT_POSITIVE], ())


@pytest.mark.parametrize("name", ["austrian", "french"])
def test_lists_over_the_bound_are_not_looked_at(name):
    terms = Published(b"").terms()
    for size, is_refused_for_it in ((MAX_TRUST_FILE_BYTES, False), (MAX_TRUST_FILE_BYTES + 1, True)):
        with pytest.raises(TrustListError) as caught:
            read(bytes(size), terms, as_format=format_named(name))
        assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
        assert ("at most" in str(caught.value)) is is_refused_for_it


@pytest.mark.parametrize(
    ("member", "others"),
    [
        ("eu_keys", {}),
        ("dsc_trust_list", {}),
        ("trustList", {"timestamp": None, "publicKey": None}),
    ],
    ids=["dutch", "swedish", "verify-ehc"],
)
@pytest.mark.parametrize(("label", "shown"), [("a\nb", "a?b"), ("\x1b[1m", "?[1m"), ("\ud800é", "?é")])
def test_a_problem_is_one_line_whatever_its_entry_is_called(member, others, label, shown):
    (problem,) = reading_of(Published(json.dumps({**others, member: {label: 7}}).encode())).problems
    assert str(problem).startswith(f"entry {shown}: ")
