"""Entries of the national forms: what is odd is a finding, what cannot be read a problem, and the rest load."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.lists import (
    ISSUED,
    USABLE_UNTIL,
    Published,
    austrian_list,
    austrian_signer,
    base64,
    cms,
    compact,
    dutch,
    entries,
    french,
    holder,
    info,
    jwk,
    jwks,
    jws,
    list_signer,
    new_key,
    number,
    public_keys,
    swedish,
    swiss,
    swiss_entry,
    verify_ehc,
    verify_ehc_entry,
)
from tests.support.signers import DSC_STARTS, signer

from vaxcert.codec import cose
from vaxcert.crypto import jws as jws_reader
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import PSS_SHA256, SHA256
from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.limits import MAX_TRUST_FILE_BYTES, MAX_TRUST_LIST_ENTRIES
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.formats import austrian, bare_keys, format_named, read
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Environment, Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
ED25519 = ed25519.Ed25519PrivateKey.generate().public_key()
ED25519_INFO = ED25519.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
P384_INFO = new_key("P-384").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
SMALL_RSA = new_key("1024").public_key()


def reading_of(published, **changes):
    return read(published.data, published.terms(**changes))


def refusal(published, **changes):
    with pytest.raises(TrustListError) as caught:
        reading_of(published, **changes)
    return caught.value.reason


def reasons(reading):
    return [problem.reason for problem in reading.problems]


def codes(reading):
    return [finding.code for finding in reading.findings]


UNREADABLE, KEY_TYPE = Reason.TRUST_ENTRY_UNREADABLE, Reason.KEY_TYPE


# --- entries that cannot be read, among good ones

ANY_ENTRY = [(None, UNREADABLE), (7, UNREADABLE), ([], UNREADABLE), ("text", UNREADABLE), ({}, UNREADABLE)]

BAD_JWKS = [
    *ANY_ENTRY,
    (jwk(OTHER, kid=None), UNREADABLE),
    (jwk(OTHER, kid=5), UNREADABLE),
    (jwk(OTHER, kid=""), UNREADABLE),
    (jwk(OTHER, kid="*"), UNREADABLE),
    (jwk(OTHER, kid=base64(bytes(65))), UNREADABLE),
    (jwk(OTHER, x="AAAA"), UNREADABLE),
    (jwk(OTHER, x=None), UNREADABLE),
    (jwk(OTHER, y=base64(bytes(34))), UNREADABLE),
    (jwk(RSA, n=None), UNREADABLE),
    (jwk(RSA, e=""), UNREADABLE),
    (jwk(RSA, e=base64(b"\2")), UNREADABLE),
    (jwk(RSA, n=base64(b"\1" * 1026)), UNREADABLE),
    (jwk(OTHER, kty=None), KEY_TYPE),
    (jwk(OTHER, kty=["EC"]), KEY_TYPE),
    (jwk(OTHER, kty="OKP"), KEY_TYPE),
    (jwk(OTHER, crv="P-384"), KEY_TYPE),
    (jwk(OTHER, alg="ES384"), KEY_TYPE),
    (jwk(OTHER, alg="RS256"), KEY_TYPE),
    (jwk(OTHER, alg={}), KEY_TYPE),
    (jwk(RSA, alg="RSA-OAEP"), KEY_TYPE),
    (jwk(OTHER, x5c="text"), UNREADABLE),
    (jwk(OTHER, x5c=[]), UNREADABLE),
    (jwk(OTHER, x5c=[None]), UNREADABLE),
    (jwk(OTHER, x5c=["AAAA"]), Reason.CERTIFICATE_UNREADABLE),
    (jwk(OTHER, x5c=[base64(holder("P-384", "P-384").certificate.der)]), KEY_TYPE),
]
BAD_SWISS = [
    *ANY_ENTRY,
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
BAD_DUTCH = [
    *ANY_ENTRY,
    ({"subjectPk": base64(b"none"), "keyUsage": []}, UNREADABLE),
    ({"subjectPk": base64(info(OTHER)), "keyUsage": "tvr"}, UNREADABLE),
    ({"subjectPk": base64(info(OTHER)), "keyUsage": ["x", 5]}, UNREADABLE),
    ({"subjectPk": base64(ED25519_INFO), "keyUsage": []}, KEY_TYPE),
    ({"subjectPk": base64(P384_INFO), "keyUsage": []}, KEY_TYPE),
]
BAD_PUBLIC_KEYS = [
    *ANY_ENTRY,
    ({"kid": base64(OTHER.kid)}, UNREADABLE),
    ({"kid": 1, "publicKey": base64(info(OTHER))}, UNREADABLE),
    ({"kid": base64(OTHER.kid), "publicKey": base64(bytes(5000))}, UNREADABLE),
    ({"kid": base64(OTHER.kid), "publicKey": base64(OTHER.certificate.der)}, UNREADABLE),
    ({"kid": base64(OTHER.kid), "publicKey": base64(ED25519_INFO)}, KEY_TYPE),
]
BAD = [
    *(
        (name, make, bad, reason)
        for name, make in (("jwks", jwks), ("swedish", swedish))
        for bad, reason in BAD_JWKS
    ),
    *(("swiss", swiss, bad, reason) for bad, reason in BAD_SWISS),
    *(("dutch", dutch, bad, reason) for bad, reason in BAD_DUTCH),
    *(("norwegian", public_keys, bad, reason) for bad, reason in BAD_PUBLIC_KEYS),
]


@pytest.mark.parametrize(("name", "make", "bad", "reason"), BAD)
def test_one_bad_entry_is_a_problem_and_the_rest_load(name, make, bad, reason):
    active = {"active": [base64(one.kid) for one in (*entries(), OTHER)]} if name == "swiss" else {}
    reading = reading_of(make(more=[bad], **active))
    assert {key.kid for key in reading.keys} == {one.kid for one in entries()}
    assert reasons(reading)[0] is reason
    assert str(reading.problems[0]).startswith("entry ")
    assert isinstance(reading.problems[0], UnsupportedError if reason is KEY_TYPE else TrustListError)
    assert len(reading.keys) + len(reading.problems) == reading.entries


@pytest.mark.parametrize(
    ("kid", "value", "reason"),
    [
        ("", base64(base64(info(OTHER)).encode()), UNREADABLE),
        ("*", base64(base64(info(OTHER)).encode()), UNREADABLE),
        (base64(OTHER.kid), None, UNREADABLE),
        (base64(OTHER.kid), base64(info(OTHER)), UNREADABLE),
        (base64(OTHER.kid), base64(b"****"), UNREADABLE),
        (base64(OTHER.kid), base64(base64(b"neither").encode()), Reason.CERTIFICATE_UNREADABLE),
        (base64(OTHER.kid), base64(base64(ED25519_INFO).encode()), KEY_TYPE),
    ],
)
def test_one_bad_french_entry_is_a_problem_and_the_rest_load(kid, value, reason):
    reading = reading_of(french(more={kid: value}))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [reason], 4)


AUSTRIAN_BAD = [
    (None, UNREADABLE),
    ({}, UNREADABLE),
    ({"i": b"", "c": OTHER.certificate.der}, UNREADABLE),
    ({"i": "text", "c": OTHER.certificate.der}, UNREADABLE),
    ({"i": OTHER.kid, "c": "text"}, UNREADABLE),
    ({"i": OTHER.kid, "c": b"none"}, Reason.CERTIFICATE_UNREADABLE),
    ({"i": OTHER.kid}, UNREADABLE),
    ({"i": OTHER.kid, "k": b"none"}, UNREADABLE),
    ({"i": OTHER.kid, "k": ED25519_INFO}, KEY_TYPE),
    ({"i": OTHER.kid, "k": info(OTHER), "nb": "now"}, UNREADABLE),
    ({"i": OTHER.kid, "k": info(OTHER), "nb": 2, "na": 1}, UNREADABLE),
]


def austrian_content(*more):
    good = [{"i": one.kid, "c": one.certificate.der} for one in entries()]
    return Published(cbor2.dumps({"c": [*good, *more]}))


@pytest.mark.parametrize(("bad", "reason"), AUSTRIAN_BAD)
def test_one_bad_austrian_entry_is_a_problem_and_the_rest_load(bad, reason):
    reading = reading_of(austrian_content(bad))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [reason], 4)


@pytest.mark.parametrize("value", [5, None, [], {"keys": 5}, {}])
def test_one_bad_swedish_country_is_a_problem(value):
    countries = {"VN": {"keys": [jwk(FIRST, x5c=[base64(FIRST.certificate.der)])]}, "LA": value}
    reading = reading_of(swedish(dsc_trust_list=countries))
    assert (len(reading.keys), reasons(reading), reading.entries) == (1, [UNREADABLE], 2)


def test_one_bad_dutch_key_identifier_is_a_problem():
    good = {"subjectPk": base64(info(FIRST))}
    payload = {"eu_keys": {base64(FIRST.kid): [good], "*": [good], base64(SECOND.kid): 5}}
    plain = Published(compact(payload))
    reading = reading_of(plain)
    assert (len(reading.keys), reasons(reading), reading.entries) == (1, [UNREADABLE] * 2, 3)
    assert reading.origin.proof is Proof.UNSIGNED
    assert refusal(plain, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED


# --- the same entry twice, one identifier for two keys, an object that names a member twice


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


def test_an_entry_that_names_a_member_twice_is_a_problem():
    good = compact({"kid": base64(FIRST.kid), "publicKey": base64(info(FIRST))})
    reading = reading_of(Published(b'[{"kid":"AAAA","kid":"AAAA","publicKey":""},' + good + b"]"))
    assert (len(reading.keys), reasons(reading)) == (1, [UNREADABLE])


# --- what contradicts a certificate


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


def test_the_certificate_counts_and_not_the_jwk_beside_it():
    document = [base64(OTHER.certificate.der)]
    mixed = {**jwk(SECOND, x5c=document), "kid": base64(OTHER.kid)}
    broken = jwk(OTHER, x5c=document, x="AA")
    for member in (mixed, broken):
        reading = reading_of(jwks([FIRST], more=[member]))
        assert codes(reading) == [ListFindingCode.MEMBER_MISMATCH]
        message = b"anything"
        assert reading.keys[1].key.is_signature(OTHER.sign(message), message)
    assert codes(reading_of(jwks([FIRST], more=[jwk(OTHER, x5c=document)]))) == []
    bare = {"kid": base64(OTHER.kid), "kty": "EC", "x5c": document}
    assert codes(reading_of(jwks([FIRST], more=[bare]))) == []


def test_a_certificate_under_another_country_keeps_its_own():
    reading = reading_of(swedish(more=[jwk(OTHER, x5c=[base64(OTHER.certificate.der)])]))
    assert codes(reading) == [ListFindingCode.MEMBER_MISMATCH]
    assert {key.country for key in reading.keys} == {"VN", "LA", "TH", "KH"}


def test_a_certificate_without_country_takes_that_of_the_list():
    stateless = holder("no country")
    entry = {"kid": base64(stateless.certificate.kid), "x5c": [base64(stateless.certificate.der)]}
    reading = reading_of(swedish([FIRST], more=[entry]))
    assert [key.country for key in reading.keys] == ["VN", "VN"]
    assert codes(reading) == []


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
    negative = der.replace(serial, bytes([serial[0] | 0x80]) + serial[1:])
    reading = reading_of(jwks([FIRST], more=[{"x5c": [base64(negative)]}]))
    assert (codes(reading), reading.problems) == ([ListFindingCode.SERIAL_NOT_POSITIVE], ())


# --- JWK sets


def test_labels_of_rsa_keys_do_not_change_what_they_verify():
    for label in (None, "RS256", "PS256"):
        reading = reading_of(jwks([FIRST], more=[jwk(RSA, alg=label, use="sig")]))
        assert reading.keys[1].key.algorithm is Algorithm.PS256


@pytest.mark.parametrize("use", ["enc", "", 5, None, ["sig"]])
def test_keys_for_another_use_are_left_out(use):
    member = {**jwk(OTHER), "use": use}
    reading = reading_of(jwks([FIRST], more=[member]))
    assert (codes(reading), len(reading.keys), reading.problems) == ([ListFindingCode.OTHER_USAGE], 1, ())
    assert reading.entries == 2


def test_identifiers_in_base64url_and_base64_are_the_same():
    kid = b"\xfb\xff\xfe1234\xff"
    texts = [base64(kid), base64(kid).rstrip("="), "-__-MTIzNP8=", "-__-MTIzNP8"]
    for text in texts:
        assert reading_of(jwks([FIRST], more=[jwk(OTHER, kid=text)])).keys[1].kid == kid


def test_small_keys_load_for_the_policy_to_judge():
    reading = reading_of(jwks([FIRST], more=[{"kid": "AAAA", "kty": "RSA", **_numbers(SMALL_RSA)}]))
    assert reading.keys[1].key.is_small


def _numbers(key):
    return {"n": number(key.public_numbers().n), "e": number(key.public_numbers().e)}


def test_a_signed_set_is_dated_by_its_claims():
    made = jwks(by=list_signer(), iat=ISSUED.timestamp(), exp=int(USABLE_UNTIL.timestamp()))
    origin = reading_of(made).origin
    assert (origin.issued, origin.usable_until, origin.proof) == (ISSUED, USABLE_UNTIL, Proof.SIGNED)


@pytest.mark.parametrize(
    "dates",
    [
        {"iat": "now"},
        {"iat": True},
        {"exp": -1},
        {"exp": 253402300800},
        {"exp": 1e999},
        {"iat": float("nan")},
        {"iat": [1]},
        {"iat": 2, "exp": 1},
    ],
)
def test_dates_that_are_none_make_a_list_unreadable(dates):
    assert refusal(jwks(**dates)) is Reason.TRUST_LIST_UNREADABLE
    assert refusal(swedish(**dates)) is Reason.TRUST_LIST_UNREADABLE


def test_dates_at_their_bounds():
    made = jwks(iat=0, exp=253402300799)
    assert reading_of(made).origin.usable_until == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


# --- Swedish


def test_swedish_payload_alone_is_unsigned():
    payload = jws_payload(swedish().data)
    published = Published(payload)
    assert refusal(published, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED
    reading = reading_of(published)
    assert (reading.origin.proof, reading.origin.usable_until) == (Proof.UNSIGNED, USABLE_UNTIL)


def jws_payload(data):
    return jws_reader.read(data).payload


def test_swedish_usages_limit_keys_without_certificate():
    kid = base64(OTHER.kid)
    arcs = ("1.3.6.1.4.1.1847.2021.1", "1.3.6.1.4.1.0.1847.2021.1")
    for usages, kinds in [
        ({kid: [f"{arcs[0]}.1"]}, {Kind.TEST}),
        ({kid: [f"{arcs[1]}.2", f"{arcs[0]}.3", "1.3.6.1.5.5.7.3.2"]}, {Kind.VACCINATION, Kind.RECOVERY}),
        ({kid: []}, ALL_KINDS),
        ({}, ALL_KINDS),
        (None, ALL_KINDS),
    ]:
        countries = {"KH": {"eku": usages, "keys": [jwk(OTHER)]}}
        (key,) = reading_of(swedish(dsc_trust_list=countries)).keys
        assert (key.kinds, key.country, key.kid) == (kinds, "KH", OTHER.kid)
    for usages in (5, {kid: 5}):
        reading = reading_of(swedish(dsc_trust_list={"KH": {"eku": usages, "keys": [jwk(OTHER)]}}))
        assert (reading.keys, reasons(reading)) == ((), [UNREADABLE])


ROOT = holder("root", is_authority=True)
BETWEEN = holder("between", issuer=ROOT, is_authority=True)
LEAF = holder("leaf", issuer=BETWEEN)
NO_AUTHORITY = holder("no authority", issuer=ROOT)
LEAF_OF_NONE = holder("leaf of none", issuer=NO_AUTHORITY)
NAMESAKE = holder("root", "2048", is_authority=True)
STRANGER = holder("another stranger", is_authority=True)


def signed_by(by, *chain, anchors):
    published = Published(jws(json.loads(jws_payload(swedish().data)), by, chain=chain or None))
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
    published = Published(jws(json.loads(jws_payload(swedish().data)), LEAF, chain=[LEAF]), anchor=bare)
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
    payload = json.loads(jws_payload(swedish().data))
    published = Published(jws(payload, small, algorithm="PS256", chain=[]), anchor=small.anchor)
    assert refusal(published) is Reason.WEAK_SIGNATURE
    under = holder("under small", issuer=small)
    assert refusal(Published(jws(payload, under), anchor=small.anchor)) is Reason.WEAK_SIGNATURE


# --- Swiss


def test_swiss_list_is_what_both_documents_name():
    kids = [base64(one.kid) for one in (FIRST, RSA)]
    reading = reading_of(swiss(active=kids))
    assert {key.kid for key in reading.keys} == {FIRST.kid, RSA.kid}
    assert codes(reading) == [ListFindingCode.KEY_INACTIVE]
    assert reading.findings[0].entry == SECOND.kid.hex()
    assert (reading.entries, reading.problems) == (3, ())


def test_swiss_active_key_that_is_not_there_is_a_problem():
    reading = reading_of(swiss(active=[base64(one.kid) for one in (*entries(), OTHER)]))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [UNREADABLE], 4)
    assert OTHER.kid.hex() in str(reading.problems[0])


def test_swiss_list_needs_both_documents():
    assert refusal(swiss(), signature=None) is Reason.TRUST_LIST_UNREADABLE
    assert refusal(swiss(), signature=swiss().data) is Reason.TRUST_LIST_UNREADABLE
    assert refusal(swiss(active=[5])) is Reason.TRUST_LIST_UNREADABLE
    assert refusal(swiss(active=[["a"]])) is Reason.TRUST_LIST_UNREADABLE
    other = swiss(by=holder("another RSA", "2048"))
    assert refusal(swiss(), signature=other.signature) is Reason.TRUST_LIST_SIGNATURE
    assert refusal(replace(swiss(), data=other.data)) is Reason.TRUST_LIST_SIGNATURE


def test_swiss_documents_are_for_the_same_environment():
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


def test_swiss_archives_are_plain_and_unsigned():
    whole = swiss()
    plain = Published(jws_payload(whole.data), jws_payload(whole.signature))
    assert refusal(plain, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED
    assert reading_of(plain).origin.proof is Proof.UNSIGNED
    half = replace(whole, signature=plain.signature)
    assert refusal(half) is Reason.TRUST_LIST_UNSIGNED
    assert reading_of(half, allow_unsigned=True).origin.proof is Proof.UNSIGNED


@pytest.mark.parametrize(
    ("use", "kinds"),
    [("sig", ALL_KINDS), ("tvr", ALL_KINDS), ("t", {Kind.TEST}), ("rv", {Kind.RECOVERY, Kind.VACCINATION})],
)
def test_swiss_usages(use, kinds):
    entry = swiss_entry(OTHER, use=use)
    whole = swiss([FIRST], more=[entry], active=[base64(OTHER.kid)])
    assert reading_of(whole).keys[0].kinds == kinds


# --- Austrian


def test_austrian_list_round_trips_and_repeats():
    certificates = [one.certificate for one in entries()]
    dates = {"issued": ISSUED, "usable_until": USABLE_UNTIL}
    written = austrian.write(certificates, austrian_signer(), **dates)
    again = austrian.write([*reversed(certificates), certificates[0]], austrian_signer(), **dates)
    assert written == again
    content = cbor2.loads(written[0])
    assert [entry["i"] for entry in content["c"]] == sorted(one.kid for one in entries())
    reading = reading_of(austrian_list())
    assert {key.digest for key in reading.keys} == {one.digest for one in certificates}


def test_austrian_signature_has_the_published_form():
    _, signature = austrian.write([], austrian_signer(), issued=ISSUED, usable_until=USABLE_UNTIL)
    message = cbor2.loads(signature)
    assert message.tag == 18
    protected, unprotected, payload, _ = message.value
    assert cbor2.loads(protected) == {1: -7, 4: austrian_signer().kid, 42: 2}
    assert unprotected == {}
    claims = cbor2.loads(payload)
    assert claims.keys() == {2, 4, 5}
    assert (claims[5], claims[4]) == (ISSUED.timestamp(), USABLE_UNTIL.timestamp())


def test_austrian_list_may_be_signed_with_rsa():
    assert len(reading_of(austrian_list(by=signer(Algorithm.PS256, country="AT"))).keys) == 3


def test_austrian_list_is_not_written_with_wrong_dates():
    with pytest.raises(ValueError, match="no time zone"):
        austrian.write([], austrian_signer(), issued=ISSUED.replace(tzinfo=None), usable_until=USABLE_UNTIL)
    with pytest.raises(ValueError, match="before it was issued"):
        austrian.write([], austrian_signer(), issued=USABLE_UNTIL, usable_until=ISSUED)
    austrian.write([], austrian_signer(), issued=ISSUED, usable_until=ISSUED)


def test_austrian_signature_of_another_edition_does_not_fit():
    assert refusal(austrian_list(), signature=austrian_list([FIRST]).signature) is Reason.TRUST_LIST_SIGNATURE


def test_austrian_list_without_its_signature_needs_leave():
    for anchors in ((), (austrian_list().anchor,)):
        assert refusal(austrian_list(), signature=None, anchors=anchors) is Reason.TRUST_LIST_UNSIGNED
        reading = reading_of(austrian_list(), signature=None, anchors=anchors, allow_unsigned=True)
        assert (reading.origin.proof, reading.origin.usable_until) == (Proof.UNSIGNED, None)


def austrian_signature(protected=None, payload=None):
    """Over the usual content, rightly signed, with other headers or claims."""
    one, content = austrian_signer(), austrian_list().data
    header = {1: -7, 4: one.kid, 42: 2, **(protected or {})}
    claims = {5: 1, 4: 2, 2: hashlib.sha256(content).digest(), **(payload or {})}
    parts = [
        cbor2.dumps({label: value for label, value in part.items() if value is not None})
        for part in (header, claims)
    ]
    return cose.write(*parts, one.sign(cose.sig_structure(*parts)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"protected": {42: 1}}, Reason.TRUST_LIST_UNREADABLE),
        ({"protected": {42: None}}, Reason.TRUST_LIST_UNREADABLE),
        ({"protected": {1: -37}}, Reason.TRUST_LIST_SIGNATURE),
        ({"protected": {1: None}}, Reason.TRUST_LIST_SIGNATURE),
        ({"protected": {2: [42]}}, Reason.TRUST_LIST_SIGNATURE),
        ({"payload": {2: None}}, Reason.TRUST_LIST_SIGNATURE),
        ({"payload": {2: bytes(32)}}, Reason.TRUST_LIST_SIGNATURE),
        ({"payload": {4: None}}, Reason.TRUST_LIST_UNREADABLE),
        ({"payload": {5: None}}, Reason.TRUST_LIST_UNREADABLE),
        ({"payload": {4: 0}}, Reason.TRUST_LIST_UNREADABLE),
        ({"payload": {4: "never"}}, Reason.TRUST_LIST_UNREADABLE),
        ({"payload": {4: 2**64 - 1}}, Reason.TRUST_LIST_UNREADABLE),
    ],
)
def test_austrian_signature_that_says_something_else_is_refused(changes, reason):
    assert len(reading_of(austrian_list(), signature=austrian_signature()).keys) == 3
    assert len(reading_of(austrian_list(), signature=austrian_signature(protected={4: b"other"})).keys) == 3
    assert refusal(austrian_list(), signature=austrian_signature(**changes)) is reason


def test_austrian_content_may_be_of_indefinite_length():
    parts = b"".join(
        b"\xbf\x61i" + cbor2.dumps(one.kid) + b"\x61c" + cbor2.dumps(one.certificate.der) + b"\xff"
        for one in entries()
    )
    reading = reading_of(Published(b"\xbf\x61c\x9f" + parts + b"\xff\xff"))
    assert (len(reading.keys), reading.kids_confirmed) == (3, 3)


def test_austrian_keys_without_certificate():
    name, dates = {"C": "KH", "O": "TEST"}, {"nb": 1640995200, "na": 1704067200}
    reading = reading_of(
        austrian_content(
            {"i": OTHER.kid, "k": info(OTHER), "su": name, "is": {"C": "XX"}, **dates},
            {"i": b"2", "k": info(OTHER), "is": name},
            {"i": b"3", "k": info(OTHER), "is": {"C": "Kampuchea"}, "su": 5},
        )
    )
    one, two, three = reading.keys[3:]
    assert (one.country, one.kid, two.country, three.country) == ("KH", OTHER.kid, "KH", None)
    assert one.not_before == datetime(2022, 1, 1, tzinfo=UTC)
    assert one.not_after == datetime(2024, 1, 1, tzinfo=UTC)


def test_austrian_website_without_signature_needs_leave():
    content = base64(austrian_list().data)
    published = Published(compact({"trustList": {"trustListContent": content}}))
    assert refusal(published, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED
    assert reading_of(published).origin.proof is Proof.UNSIGNED
    for parts in (
        None,
        {},
        {"trustListContent": "*"},
        {"trustListContent": content, "trustListSignature": 5},
    ):
        broken = compact({"trustListContent": "", "trustList": parts})
        assert refusal(Published(broken)) is Reason.TRUST_LIST_UNREADABLE


def test_austrian_anchors_of_other_types_sign_nothing():
    p384 = anchor_of(new_key("P-384").public_key())
    assert refusal(austrian_list(), anchors=(p384,)) is Reason.TRUST_LIST_SIGNATURE
    assert len(reading_of(austrian_list(), anchors=(p384, austrian_list().anchor)).keys) == 3


def test_austrian_small_anchor_proves_nothing():
    key = new_key("1024", "small Austrian")
    parts = [cbor2.dumps({1: -37, 42: 2}), cbor2.dumps({2: bytes(32), 4: 2, 5: 1})]
    made = key.sign(cose.sig_structure(*parts), PSS_SHA256, SHA256)
    changes = {"signature": cose.write(*parts, made), "anchors": (anchor_of(key.public_key()),)}
    assert refusal(austrian_list(), **changes) is Reason.WEAK_SIGNATURE


@pytest.mark.parametrize("payload", [b"", b"\xff", b"\x80", b"\xa2\x01\x01\x01\x01"])
def test_austrian_claims_that_are_no_map_are_unreadable(payload):
    protected, one = cbor2.dumps({1: -7, 42: 2}), austrian_signer()
    signature = cose.write(protected, payload, one.sign(cose.sig_structure(protected, payload)))
    assert refusal(austrian_list(), signature=signature) is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize("name", ["austrian", "french"])
def test_lists_over_the_bound_are_not_looked_at(name):
    terms = Published(b"").terms()
    for size, is_refused_for_it in ((MAX_TRUST_FILE_BYTES, False), (MAX_TRUST_FILE_BYTES + 1, True)):
        with pytest.raises(TrustListError) as caught:
            read(bytes(size), terms, as_format=format_named(name))
        assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
        assert ("at most" in str(caught.value)) is is_refused_for_it


def test_lists_of_too_many_entries_are_unreadable():
    start, one = b'[{"kid":"AAAA","publicKey":""}', b",1"
    at_the_bound = Published(start + one * (MAX_TRUST_LIST_ENTRIES - 1) + b"]")
    assert reading_of(at_the_bound).entries == MAX_TRUST_LIST_ENTRIES
    over = Published(start + one * MAX_TRUST_LIST_ENTRIES + b"]")
    assert refusal(over) is Reason.TRUST_LIST_UNREADABLE


# --- Dutch


def test_dutch_list_of_several_keys_to_an_identifier():
    entry = {"subjectPk": base64(info(OTHER)), "keyUsage": ["t", "r"], "san": "NLD", "ian": "NLD"}
    reading = reading_of(dutch(more=[entry]))
    key = next(key for key in reading.keys if key.country == "NL")
    assert (key.kid, key.kinds) == (FIRST.kid, {Kind.TEST, Kind.RECOVERY})
    elsewhere = reading_of(dutch(more=[{**entry, "san": "ABW"}]))
    assert {key.country for key in elsewhere.keys} == {None}


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


def test_dutch_signature_over_another_payload_is_refused():
    document = json.loads(dutch().data)
    payload = compact({"eu_keys": {}})
    changed = Published(compact({**document, "payload": base64(payload)}), anchor=dutch().anchor)
    assert refusal(changed) is Reason.TRUST_LIST_SIGNATURE
    resigned = {"payload": base64(payload), "signature": base64(cms(payload, list_signer()))}
    assert reading_of(replace(changed, data=compact(resigned))).entries == 0
    for name, value in (("payload", None), ("payload", "*"), ("signature", 5), ("signature", "é")):
        broken = replace(changed, data=compact({**document, name: value}))
        assert refusal(broken) is Reason.TRUST_LIST_UNREADABLE


# --- verify-ehc


def test_saved_lists_keep_countries_usages_and_dates():
    reading = reading_of(verify_ehc())
    by_kid = {key.kid: key for key in reading.keys}
    for one in entries():
        key = by_kid[one.kid]
        assert (key.country, key.kinds) == (one.certificate.country, one.certificate.kinds)
        assert (key.not_before, key.not_after) == (one.certificate.not_before, one.certificate.not_after)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"subject": {}}, ("KH", ALL_KINDS)),
        ({"subject": None, "issuer": 5}, (None, ALL_KINDS)),
        ({"subject": {"C": "Cambodia"}, "issuer": {}}, (None, ALL_KINDS)),
        ({"usage": ["test"]}, ("KH", {Kind.TEST})),
        ({"usage": []}, ("KH", ALL_KINDS)),
        ({"algorithm": None, "notValidBefore": None}, ("KH", ALL_KINDS)),
    ],
)
def test_what_a_saved_entry_leaves_out_does_not_limit_it(members, expected):
    (key,) = reading_of(
        verify_ehc([OTHER], more={OTHER.kid.hex().upper(): verify_ehc_entry(OTHER, **members)})
    ).keys
    assert (key.country, key.kinds) == expected


def test_saved_dates_without_zone_are_utc():
    dates = {"notValidBefore": "2022-01-01T00:00:00", "notValidAfter": "2022-01-01T07:00:00+07:00"}
    (key,) = reading_of(
        verify_ehc([OTHER], more={OTHER.kid.hex().upper(): verify_ehc_entry(OTHER, **dates)})
    ).keys
    assert key.not_before == key.not_after == datetime(2022, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kid", "entry", "reason"),
    [
        ("xyz", verify_ehc_entry(OTHER), UNREADABLE),
        ("abc", verify_ehc_entry(OTHER), UNREADABLE),
        ("", verify_ehc_entry(OTHER), UNREADABLE),
        ("ab" * 65, verify_ehc_entry(OTHER), UNREADABLE),
        ("ab", None, UNREADABLE),
        ("ab", {}, UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, publicKey=5), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, publicKey={"kty": "OKP"}), KEY_TYPE),
        ("ab", verify_ehc_entry(OTHER, usage="test"), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, usage=["sign", 5]), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, notValidAfter="soon"), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, notValidBefore=5), UNREADABLE),
        ("ab", verify_ehc_entry(OTHER, notValidBefore="0001-01-01T00:00:00+23:59"), UNREADABLE),
    ],
)
def test_one_bad_saved_entry_is_a_problem_and_the_rest_load(kid, entry, reason):
    reading = reading_of(verify_ehc(more={kid: entry}))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [reason], 4)


# --- base64 and letters


@pytest.mark.parametrize("text", ["A", "AAAAA", "A=AA", "AA AA", "AAAA\n", "é", "\ud800", 5, None, b"AAAA"])
def test_what_is_not_base64(text):
    with pytest.raises(TrustListError) as caught:
        bare_keys.octets(text, "it")
    assert caught.value.reason is UNREADABLE


def test_letters():
    assert bare_keys.kinds_of_letters("") == bare_keys.kinds_of_letters(["t", "v", "r"]) == ALL_KINDS
    assert bare_keys.kinds_of_letters(["v", "x", 5]) == {Kind.VACCINATION}
