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

from vaxcert.errors import Reason
from vaxcert.model.certificate import Kind
from vaxcert.trust.origin import Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
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
