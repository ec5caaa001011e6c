"""What holds for entries of several national forms: repetitions, contradictions, findings, bounds."""

import json
from collections import Counter
from datetime import timedelta

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
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
    new_key,
    public_keys,
    reading_of,
    swedish,
    swiss,
    swiss_entry,
)
from tests.support.signers import DSC_STARTS, signer

from vaxcert.errors import DecodeError, Reason, TrustListError, UnsupportedError
from vaxcert.limits import MAX_TRUST_FILE_BYTES, MAX_TRUST_LIST_ENTRIES
from vaxcert.trust.formats import format_named, read
from vaxcert.trust.formats.reading.entries import Gathering
from vaxcert.trust.list_findings import ListFinding, ListFindingCode
from vaxcert.trust.origin import Environment, ListOrigin

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


def test_what_is_stated_is_told():
    stated = austrian_content({"i": bytes(range(40)), "c": OTHER.certificate.der})
    reading = reading_of(stated)
    told = f"stated as {bytes(range(16)).hex()}"
    assert reading.findings == (ListFinding(ListFindingCode.KID_MISMATCH, OTHER.kid.hex(), told),)
    assert (reading.kids_confirmed, reading.entries) == (3, 4)


def test_when_a_certificate_ended_is_told():
    ended = signer(country="MM", starts=DSC_STARTS, valid_for=timedelta(days=30)).certificate
    reading = reading_of(swedish([FIRST], more=[{"x5c": [base64(ended.der)]}]))
    (finding,) = (one for one in reading.findings if one.code is ListFindingCode.KEY_EXPIRED)
    assert (finding.entry, finding.detail) == (
        ended.kid.hex(),
        f"on {DSC_STARTS + timedelta(days=30):%Y-%m-%d}",
    )


@pytest.mark.parametrize(("serial", "found"), [(1, []), (2, []), (0, [ListFindingCode.SERIAL_NOT_POSITIVE])])
def test_the_smallest_serial_number(serial, found):
    key = new_key("P-256", "small serial")
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "TEST")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(DSC_STARTS)
        .not_valid_after(DSC_STARTS + timedelta(days=30))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    version = b"\xa0\3\2\1\2"
    changed = made.replace(version + b"\2\1\1", version + b"\2\1" + bytes([serial]))
    assert (changed == made) is (serial == 1)
    assert codes(reading_of(jwks([FIRST], more=[{"x5c": [base64(changed)]}]))) == found


def gathering():
    return Gathering(ListOrigin(name="TEST"), Environment.TEST)


def test_keys_that_differ_in_their_identifier_alone_are_several_and_each_counts_once():
    gathered, key = gathering(), OTHER.certificate.public_key
    for kid in (b"1", b"2", b"1", b"2", b"3"):
        with gathered.entry("one"):
            gathered.bare_key(key, kid=kid)
    with gathered.entry("one"):
        gathered.bare_key(FIRST.certificate.public_key, kid=b"3")
    reading = gathered.reading()
    assert [one.kid for one in reading.keys] == [b"1", b"2", b"3", b"3"]
    assert [(one.code, one.entry) for one in reading.findings] == [
        (ListFindingCode.ENTRY_REPEATED, "31"),
        (ListFindingCode.ENTRY_REPEATED, "32"),
        (ListFindingCode.KID_SHARED, "33"),
    ]
    assert (reading.entries, reading.kids_confirmed, reading.environment) == (6, 0, Environment.TEST)


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (TrustListError(Reason.TRUST_LIST_UNREADABLE, "x"), TrustListError, Reason.TRUST_ENTRY_UNREADABLE),
        (TrustListError(Reason.WEAK_SIGNATURE, "x"), TrustListError, Reason.WEAK_SIGNATURE),
        (UnsupportedError(Reason.KEY_TYPE, "x"), UnsupportedError, Reason.KEY_TYPE),
        (DecodeError(Reason.CBOR_MALFORMED, "x"), TrustListError, Reason.CBOR_MALFORMED),
    ],
)
def test_what_becomes_of_the_error_of_an_entry(error, kind, reason):
    gathered = gathering()
    with gathered.entry("7"):
        raise error
    (problem,) = gathered.reading().problems
    assert (type(problem), problem.reason, str(problem)) == (kind, reason, "entry 7: x")


def test_number_of_entries():
    gathered = gathering()
    for _ in range(MAX_TRUST_LIST_ENTRIES):
        with gathered.entry(""):
            pass
    with pytest.raises(TrustListError) as caught, gathered.entry(""):
        pass
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
    assert str(caught.value) == f"more than {MAX_TRUST_LIST_ENTRIES} entries"
