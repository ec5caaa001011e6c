"""The Austrian list, read and written."""

import hashlib
from datetime import UTC, datetime

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.lists import (
    ISSUED,
    KEY_TYPE,
    UNREADABLE,
    USABLE_UNTIL,
    Published,
    austrian_list,
    austrian_signer,
    base64,
    compact,
    entries,
    info,
    new_key,
    reading_of,
    reasons,
    refusal,
)
from tests.support.signers import signer

from vaxcert.codec import cose
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import PSS_SHA256, SHA256
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust import formats
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.formats import austrian
from vaxcert.trust.origin import Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
ED25519 = ed25519.Ed25519PrivateKey.generate().public_key()
ED25519_INFO = ED25519.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
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


@pytest.mark.parametrize(("bad", "reason"), AUSTRIAN_BAD)
def test_one_bad_entry_is_a_problem_and_the_rest_load(bad, reason):
    reading = reading_of(austrian_content(bad))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [reason], 4)


def test_list_round_trips_and_repeats():
    certificates = [one.certificate for one in entries()]
    dates = {"issued": ISSUED, "usable_until": USABLE_UNTIL}
    written = austrian.write(certificates, austrian_signer(), **dates)
    again = austrian.write([*reversed(certificates), certificates[0]], austrian_signer(), **dates)
    assert written == again
    content = cbor2.loads(written[0])
    assert [entry["i"] for entry in content["c"]] == sorted(one.kid for one in entries())
    reading = reading_of(austrian_list())
    assert {key.digest for key in reading.keys} == {one.digest for one in certificates}


def test_signature_has_the_published_form():
    _, signature = austrian.write([], austrian_signer(), issued=ISSUED, usable_until=USABLE_UNTIL)
    message = cbor2.loads(signature)
    assert message.tag == 18
    protected, unprotected, payload, _ = message.value
    assert cbor2.loads(protected) == {1: -7, 4: austrian_signer().kid, 42: 2}
    assert unprotected == {}
    claims = cbor2.loads(payload)
    assert claims.keys() == {2, 4, 5}
    assert (claims[5], claims[4]) == (ISSUED.timestamp(), USABLE_UNTIL.timestamp())


def test_list_may_be_signed_with_rsa():
    assert len(reading_of(austrian_list(by=signer(Algorithm.PS256, country="AT"))).keys) == 3


def test_list_is_not_written_with_wrong_dates():
    with pytest.raises(ValueError, match="no time zone"):
        austrian.write([], austrian_signer(), issued=ISSUED.replace(tzinfo=None), usable_until=USABLE_UNTIL)
    with pytest.raises(ValueError, match="before it was issued"):
        austrian.write([], austrian_signer(), issued=USABLE_UNTIL, usable_until=ISSUED)
    austrian.write([], austrian_signer(), issued=ISSUED, usable_until=ISSUED)


def test_signature_of_another_edition_does_not_fit():
    assert refusal(austrian_list(), signature=austrian_list([FIRST]).signature) is Reason.TRUST_LIST_SIGNATURE


def test_list_without_its_signature_needs_leave():
    for changes in ({"anchors": ()}, {}, {"allow_unsigned": True}):
        assert refusal(austrian_list(), signature=None, **changes) is Reason.TRUST_LIST_UNSIGNED
    reading = reading_of(austrian_list(), signature=None, anchors=(), allow_unsigned=True)
    assert (reading.origin.proof, reading.origin.usable_until) == (Proof.UNSIGNED, None)


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
def test_signature_that_says_something_else_is_refused(changes, reason):
    assert len(reading_of(austrian_list(), signature=austrian_signature()).keys) == 3
    assert len(reading_of(austrian_list(), signature=austrian_signature(protected={4: b"other"})).keys) == 3
    assert refusal(austrian_list(), signature=austrian_signature(**changes)) is reason


def problem(published, **changes):
    with pytest.raises(TrustListError) as caught:
        formats.read(published.data, published.terms(**changes))
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"protected": {42: 1}}, "the signature is of another version, 2 expected"),
        ({"protected": {1: -37}}, "the signature is by none of the 1 anchors"),
        ({"payload": {2: bytes(32)}}, "the signature is over another content"),
        ({"payload": {4: None}}, "the signature does not say from when to when the list is usable"),
        ({"payload": {5: None}}, "the signature does not say from when to when the list is usable"),
        ({"payload": {4: 0}}, "a list that ends before it was issued"),
        ({"payload": {4: "never"}}, "4 (usable until) is not a time in seconds since 1970"),
        ({"payload": {5: "ever"}}, "5 (issued) is not a time in seconds since 1970"),
    ],
)
def test_what_is_wrong_with_a_signature_is_told(changes, told):
    assert problem(austrian_list(), signature=austrian_signature(**changes)) == told


def test_signature_over_something_else_than_claims():
    one = austrian_signer()
    protected = cbor2.dumps({1: -7, 42: 2})
    for payload, told in ((b"\x80", "what was signed is not a map"), (b"\xff", "what was signed: not well-")):
        made = cose.write(protected, payload, one.sign(cose.sig_structure(protected, payload)))
        assert problem(austrian_list(), signature=made).startswith(told)
    assert problem(austrian_list(), signature=b"\xff").startswith("the signature: not well-formed CBOR")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], "austrian list: not a map with an array of entries (c)"),
        ({}, "austrian list: not a map with an array of entries (c)"),
        ({"c": {}}, "austrian list: not a map with an array of entries (c)"),
    ],
)
def test_what_is_wrong_with_the_content_is_told(content, told):
    with pytest.raises(TrustListError) as caught:
        austrian.read(cbor2.dumps(content), formats.ReadingTerms(allow_unsigned=True))
    assert str(caught.value) == told


def test_size_of_the_content():
    terms = formats.ReadingTerms(allow_unsigned=True)
    for size, told in (
        (MAX_TRUST_FILE_BYTES, "austrian list: "),
        (MAX_TRUST_FILE_BYTES + 1, f"{MAX_TRUST_FILE_BYTES + 1} bytes, at most"),
    ):
        with pytest.raises(TrustListError) as caught:
            austrian.read(bytes(size), terms)
        assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (None, "not a map"),
        ({"i": b""}, "a key identifier that is not 1 to 64 bytes"),
        ({"i": OTHER.kid, "c": "text"}, "a certificate that is not bytes"),
        ({"i": OTHER.kid, "nb": "now"}, "nb (issued) is not a time in seconds since 1970"),
        ({"i": OTHER.kid, "na": "now"}, "na (usable until) is not a time in seconds since 1970"),
        ({"i": OTHER.kid}, "a public key that is not DER, or larger than any signer's"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told(bad, told):
    assert [str(one) for one in reading_of(austrian_content(bad)).problems] == [f"entry 4: {told}"]


def test_content_may_be_of_indefinite_length():
    parts = b"".join(
        b"\xbf\x61i" + cbor2.dumps(one.kid) + b"\x61c" + cbor2.dumps(one.certificate.der) + b"\xff"
        for one in entries()
    )
    reading = reading_of(Published(b"\xbf\x61c\x9f" + parts + b"\xff\xff"))
    assert (len(reading.keys), reading.kids_confirmed) == (3, 3)


def test_keys_without_certificate():
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


def test_website_without_signature_needs_leave():
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


def test_anchors_of_other_types_sign_nothing():
    p384 = anchor_of(new_key("P-384").public_key())
    assert refusal(austrian_list(), anchors=(p384,)) is Reason.TRUST_LIST_SIGNATURE
    assert len(reading_of(austrian_list(), anchors=(p384, austrian_list().anchor)).keys) == 3


def test_small_anchor_proves_nothing():
    key = new_key("1024", "small Austrian")
    parts = [cbor2.dumps({1: -37, 42: 2}), cbor2.dumps({2: bytes(32), 4: 2, 5: 1})]
    made = key.sign(cose.sig_structure(*parts), PSS_SHA256, SHA256)
    changes = {"signature": cose.write(*parts, made), "anchors": (anchor_of(key.public_key()),)}
    assert refusal(austrian_list(), **changes) is Reason.WEAK_SIGNATURE


@pytest.mark.parametrize("payload", [b"", b"\xff", b"\x80", b"\xa2\x01\x01\x01\x01"])
def test_claims_that_are_no_map_are_unreadable(payload):
    protected, one = cbor2.dumps({1: -7, 42: 2}), austrian_signer()
    signature = cose.write(protected, payload, one.sign(cose.sig_structure(protected, payload)))
    assert refusal(austrian_list(), signature=signature) is Reason.TRUST_LIST_UNREADABLE


WEBSITE = b'{"trustList":{"trustListContent":""}}'


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"\xa1\x61c\x80", True),
        (b"\xbf\x61c\x9f", True),
        (b"\0\xa1\x61c\x80", False),
        (b"\xa2\x61c\x80", False),
        (b"\xa1\x61d\x80", False),
        (b"\xa1\x61c\xa0", False),
        (WEBSITE, True),
        (b" \n" + WEBSITE, True),
        (b"[" + WEBSITE + b"]", False),
        (b'{"trustList":{}}', False),
        (b"", False),
    ],
)
def test_what_it_is_recognised_by(data, is_one):
    assert austrian.recognises(data) is is_one


def test_dates_that_a_list_is_not_written_with_are_told():
    with pytest.raises(ValueError, match=r"^a time has no time zone$"):
        austrian.write([], austrian_signer(), issued=ISSUED, usable_until=USABLE_UNTIL.replace(tzinfo=None))
    with pytest.raises(ValueError, match=r"^a list that ends 2022-06-01, before it was issued 2022-06-03$"):
        austrian.write([], austrian_signer(), issued=USABLE_UNTIL, usable_until=ISSUED)
