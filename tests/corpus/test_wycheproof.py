"""Every Wycheproof vector for ES256 (P1363 form) and PS256."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vaxcert.crypto.keys import EcdsaP256Key, verifying_key

pytestmark = pytest.mark.corpus


def groups(corpus, name):
    return json.loads((corpus / "wycheproof" / name).read_text())["testGroups"]


def key_of(group):
    return verifying_key(load_der_public_key(bytes.fromhex(group["publicKeyDer"])))


def verdicts(corpus, name):
    for group in groups(corpus, name):
        key = key_of(group)
        for test in group["tests"]:
            yield test, key.is_signature(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("ecdsa_secp256r1_sha256_p1363_test.json", 262),
        ("rsa_pss_2048_sha256_mgf1_32_test.json", 108),
        ("rsa_pss_3072_sha256_mgf1_32_test.json", 108),
        ("rsa_pss_4096_sha256_mgf1_32_test.json", 108),
    ],
)
def test_every_vector(corpus, name, count):
    seen = 0
    for test, accepted in verdicts(corpus, name):
        seen += 1
        assert accepted == (test["result"] in ("valid", "acceptable")), (test["tcId"], test["comment"])
    assert seen == count


def test_signatures_with_another_salt_length_are_refused(corpus):
    # what this file calls valid has no salt; one that it calls invalid is a right signature with a salt of 32 bytes
    accepted = [
        test["result"] for test, right in verdicts(corpus, "rsa_pss_2048_sha256_mgf1_0_test.json") if right
    ]
    assert accepted == ["invalid"]


def test_der_encoded_ecdsa_is_not_the_cose_form(corpus):
    checked = 0
    for group in groups(corpus, "ecdsa_secp256r1_sha256_test.json"):
        key = key_of(group)
        assert isinstance(key, EcdsaP256Key)
        for test in group["tests"]:
            assert not key.is_signature(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])), test["tcId"]
            checked += 1
    assert checked == 484
