"""The Dutch list."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.support.lists import (
    KEY_TYPE,
    NO_ENTRIES,
    UNREADABLE,
    Published,
    base64,
    check_problem,
    cms,
    compact,
    dutch,
    entries,
    info,
    list_signer,
    new_key,
    reading_of,
    reasons,
    refusal,
)
from tests.support.signers import signer

from vaxcert.errors import Reason, TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats import format_named
from vaxcert.trust.origin import Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
DUTCH = format_named("dutch")
ED25519 = ed25519.Ed25519PrivateKey.generate().public_key()
ED25519_INFO = ED25519.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
P384_INFO = new_key("P-384").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
BAD_DUTCH = [
    *NO_ENTRIES,
    ({"subjectPk": base64(b"none"), "keyUsage": []}, UNREADABLE),
    ({"subjectPk": base64(info(OTHER)), "keyUsage": "tvr"}, UNREADABLE),
    ({"subjectPk": base64(info(OTHER)), "keyUsage": ["x", 5]}, UNREADABLE),
    ({"subjectPk": base64(ED25519_INFO), "keyUsage": []}, KEY_TYPE),
    ({"subjectPk": base64(P384_INFO), "keyUsage": []}, KEY_TYPE),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_DUTCH)
def test_one_bad_entry_is_a_problem_and_the_rest_load(bad, reason):
    check_problem(reading_of(dutch(more=[bad])), reason)


def test_one_bad_key_identifier_is_a_problem():
    good = {"subjectPk": base64(info(FIRST))}
    payload = {"eu_keys": {base64(FIRST.kid): [good], "*": [good], base64(SECOND.kid): 5}}
    plain = Published(compact(payload))
    reading = reading_of(plain)
    assert (len(reading.keys), reasons(reading), reading.entries) == (1, [UNREADABLE] * 2, 3)
    assert reading.origin.proof is Proof.UNSIGNED
    assert refusal(plain, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED


def test_list_of_several_keys_to_an_identifier():
    entry = {"subjectPk": base64(info(OTHER)), "keyUsage": ["t", "r"], "san": "NLD", "ian": "NLD"}
    reading = reading_of(dutch(more=[entry]))
    key = next(key for key in reading.keys if key.country == "NL")
    assert (key.kid, key.kinds) == (FIRST.kid, {Kind.TEST, Kind.RECOVERY})
    elsewhere = reading_of(dutch(more=[{**entry, "san": "ABW"}]))
    assert {key.country for key in elsewhere.keys} == {None}


def test_signature_over_another_payload_is_refused():
    document = json.loads(dutch().data)
    payload = compact({"eu_keys": {}})
    changed = Published(compact({**document, "payload": base64(payload)}), anchor=dutch().anchor)
    assert refusal(changed) is Reason.TRUST_LIST_SIGNATURE
    resigned = {"payload": base64(payload), "signature": base64(cms(payload, list_signer()))}
    assert reading_of(replace(changed, data=compact(resigned))).entries == 0
    for name, value in (("payload", None), ("payload", "*"), ("signature", 5), ("signature", "é")):
        broken = replace(changed, data=compact({**document, name: value}))
        assert refusal(broken) is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        (b' \n{"eu_keys":{}}', True),
        (b'{"payload":"","signature":""}', True),
        (b'{"signature":"","payload":""}', True),
        (b'[{"eu_keys":{}}]', False),
        (b'[{"payload":"","signature":""}]', False),
        (b'{"payload":""}', False),
        (b'{"signature":""}', False),
        (b'{"eu":{},"nl_keys":{}}', False),
        (b"", False),
    ],
)
def test_recognised_by_its_members(text, is_it):
    assert DUTCH.recognises(text) is is_it


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "the document is an array, an object expected"),
        ({"eu_keys": []}, "eu_keys is an array, an object expected"),
        ({}, "payload is null, text expected"),
        ({"payload": "*", "signature": ""}, "payload is not base64"),
        ({"payload": ""}, "signature is null, text expected"),
        ({"payload": "", "signature": "*"}, "signature is not base64"),
        ({"payload": base64(b"[]"), "signature": ""}, "the payload is an array, an object expected"),
        ({"payload": base64(b"{}"), "signature": ""}, "eu_keys is null, an object expected"),
        ({"payload": base64(b"{"), "signature": ""}, "dutch list: not JSON in UTF-8"),
    ],
)
def test_what_is_said_of_a_document_that_is_no_list(document, problem):
    published = Published(compact(document))
    with pytest.raises(TrustListError) as caught:
        DUTCH.read(published.data, published.terms())
    assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, problem)


def plain(kids):
    """The payload alone."""
    return reading_of(Published(compact({"eu_keys": kids})))


GOOD = {"subjectPk": base64(info(OTHER))}
LONG = base64(b"0123456789abc")


@pytest.mark.parametrize(
    ("kid", "keys", "problems"),
    [
        (LONG, 7, [f"entry {LONG[:16]}: not an array of keys"]),
        (LONG, {}, [f"entry {LONG[:16]}: not an array of keys"]),
        (LONG, [7], [f"entry {LONG[:16]} 1: not an object with an array of usages"]),
        (
            LONG,
            [{**GOOD, "keyUsage": "t"}, GOOD, {**GOOD, "keyUsage": None}],
            [f"entry {LONG[:16]} {n}: not an object with an array of usages" for n in (1, 3)],
        ),
        (LONG, [{}], [f"entry {LONG[:16]} 1: subjectPk is not text"]),
        (LONG, [{"subjectPk": "*"}], [f"entry {LONG[:16]} 1: subjectPk is not base64"]),
        (
            LONG,
            [{"subjectPk": "AAAA"}],
            [f"entry {LONG[:16]} 1: not a public key in DER (SubjectPublicKeyInfo)"],
        ),
        (
            LONG,
            [{**GOOD, "keyUsage": ["x"]}],
            [f"entry {LONG[:16]} 1: a usage that is none of t, v and r"],
        ),
        ("*", [GOOD, GOOD], [f"entry * {n}: the key identifier is not base64" for n in (1, 2)]),
        ("", [GOOD], ["entry  1: a key identifier that is not 1 to 64 bytes"]),
        ("*", [], []),
    ],
)
def test_what_is_said_of_a_bad_entry(kid, keys, problems):
    reading = plain({base64(FIRST.kid): [{"subjectPk": base64(info(FIRST))}], kid: keys})
    assert [str(problem) for problem in reading.problems] == problems
    assert {problem.reason for problem in reading.problems} <= {UNREADABLE}
    assert reading.keys[0].kid == FIRST.kid


@pytest.mark.parametrize(
    ("members", "country", "kinds"),
    [
        ({}, None, ALL_KINDS),
        ({"keyUsage": []}, None, ALL_KINDS),
        ({"keyUsage": ["v"]}, None, {Kind.VACCINATION}),
        ({"keyUsage": ["r", "x", "t"]}, None, {Kind.RECOVERY, Kind.TEST}),
        ({"san": "NLD"}, "NL", ALL_KINDS),
        ({"san": "NL"}, None, ALL_KINDS),
        ({"ian": "NLD"}, None, ALL_KINDS),
        ({"san": ["NLD"]}, None, ALL_KINDS),
    ],
)
def test_what_an_entry_says_of_its_key(members, country, kinds):
    (key,) = plain({LONG: [{**GOOD, **members}]}).keys
    assert (key.kid, key.country, key.kinds) == (b"0123456789abc", country, kinds)


def test_a_payload_alone_is_read_where_that_is_allowed_only():
    published = Published(compact({"eu_keys": {LONG: [GOOD]}, "payload": "", "signature": ""}))
    reading = reading_of(published)
    assert (len(reading.keys), reading.origin.proof) == (1, Proof.UNSIGNED)
    assert refusal(published, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED
    assert refusal(published, anchors=(list_signer().anchor,)) is Reason.TRUST_LIST_UNSIGNED


def test_the_signed_payload_counts_and_not_what_stands_beside_it():
    whole = json.loads(dutch().data)
    beside = Published(compact({**whole, "nl_keys": {}, "keys": []}), anchor=dutch().anchor)
    reading = reading_of(beside)
    assert ({key.kid for key in reading.keys}, reading.problems) == ({one.kid for one in entries()}, ())
