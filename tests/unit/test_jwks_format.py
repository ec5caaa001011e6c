"""JSON Web Key Sets, plain and signed."""

from datetime import UTC, datetime

import pytest
from tests.support.lists import (
    ISSUED,
    KEY_TYPE,
    NO_ENTRIES,
    UNREADABLE,
    USABLE_UNTIL,
    Published,
    base64,
    check_problem,
    codes,
    entries,
    holder,
    jwk,
    jwks,
    list_signer,
    new_key,
    number,
    reading_of,
    refusal,
    swedish,
)
from tests.support.signers import signer

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.formats import format_named
from vaxcert.trust.list_findings import ListFinding, ListFindingCode
from vaxcert.trust.origin import Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
SMALL_RSA = new_key("1024").public_key()
BAD_JWKS = [
    *NO_ENTRIES,
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


def _numbers(key):
    return {"n": number(key.public_numbers().n), "e": number(key.public_numbers().e)}


@pytest.mark.parametrize("make", [jwks, swedish])
@pytest.mark.parametrize(("bad", "reason"), BAD_JWKS)
def test_one_bad_entry_is_a_problem_and_the_rest_load(make, bad, reason):
    check_problem(reading_of(make(more=[bad])), reason)


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


@pytest.mark.parametrize("name", ["x", "y", "n", "e"])
def test_any_parameter_beside_a_certificate_is_compared(name):
    beside = {"kty": "EC", "x5c": [base64(OTHER.certificate.der)], name: "AAAA"}
    reading = reading_of(jwks([FIRST], more=[beside]))
    assert (codes(reading), len(reading.keys)) == ([ListFindingCode.MEMBER_MISMATCH], 2)


def test_the_label_beside_a_certificate_is_not_looked_at():
    beside = jwk(OTHER, x5c=[base64(OTHER.certificate.der)], alg="ES384")
    reading = reading_of(jwks([FIRST], more=[beside]))
    assert (codes(reading), len(reading.keys)) == ([], 2)


def test_a_key_for_another_use_is_named_by_its_identifier_where_it_has_one():
    for kid, entry in ((base64(OTHER.kid), OTHER.kid.hex()), (None, "")):
        reading = reading_of(jwks([FIRST], more=[jwk(OTHER, kid=kid, use="enc")]))
        assert reading.findings == (ListFinding(ListFindingCode.OTHER_USAGE, entry, "use is not sig"),)


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


def test_dates_at_their_bounds():
    made = jwks(iat=0, exp=253402300799)
    assert reading_of(made).origin.usable_until == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entry", "reason", "problem"),
    [
        (7, UNREADABLE, "not an object with each member once"),
        (jwk(OTHER, kid=7), UNREADABLE, "the key identifier is not text"),
        (
            jwk(OTHER, kid=None),
            UNREADABLE,
            "a key with neither an identifier (kid) nor a certificate (x5c)",
        ),
        (jwk(OTHER, x5c="AAAA"), UNREADABLE, "x5c is not an array of certificates"),
        (jwk(OTHER, x5c=[]), UNREADABLE, "x5c is not an array of certificates"),
        (jwk(OTHER, x5c=[7]), UNREADABLE, "x5c is not text"),
        (jwk(OTHER, x5c=["*"]), UNREADABLE, "x5c is not base64"),
        (jwk(OTHER, kty="OKP"), KEY_TYPE, "a JWK of another type, EC or RSA expected"),
        (jwk(OTHER, alg="PS256"), KEY_TYPE, "a JWK of type EC for another algorithm than HCERT has"),
        (jwk(RSA, alg="ES256"), KEY_TYPE, "a JWK of type RSA for another algorithm than HCERT has"),
        (jwk(OTHER, crv="P-521"), KEY_TYPE, "a JWK on another curve, P-256 expected"),
    ],
)
def test_what_is_said_of_a_bad_entry(entry, reason, problem):
    (found,) = reading_of(jwks([FIRST], more=[entry])).problems
    assert (found.reason, str(found)) == (reason, f"entry 2: {problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"[]", "the key set is an array, an object expected"),
        (b"{}", "keys is null, an array expected"),
        (b"{", "jwks list: not JSON in UTF-8"),
    ],
)
def test_what_is_said_of_a_document_that_is_no_set(text, problem):
    with pytest.raises(TrustListError) as caught:
        format_named("jwks").read(text, Published(text).terms())
    assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, problem)


@pytest.mark.parametrize(
    ("one", "label"), [(OTHER, None), (OTHER, "ES256"), (RSA, None), (RSA, "PS256"), (RSA, "RS256")]
)
def test_labels_that_fit(one, label):
    (key,) = reading_of(jwks(more=[jwk(one, alg=label, kid="AAAA")])).keys[3:]
    assert (key.kid, key.key.algorithm) == (bytes(3), one.algorithm)


@pytest.mark.parametrize("kid", [base64(OTHER.kid), None], ids=["named", "unnamed"])
def test_keys_for_another_use_are_named_by_their_identifier(kid):
    reading = reading_of(jwks([FIRST], more=[jwk(OTHER, kid=kid, use="enc")]))
    entry = "" if kid is None else OTHER.kid.hex()
    assert list(reading.findings) == [ListFinding(ListFindingCode.OTHER_USAGE, entry, "use is not sig")]


@pytest.mark.parametrize(
    ("members", "is_another"),
    [
        ({}, False),
        ({"kty": "EC", "crv": "P-384"}, False),
        ({"x": "AAAA"}, True),
        ({"y": "AAAA"}, True),
        ({"n": "AAAA"}, True),
        ({"e": "AQAB"}, True),
        (jwk(OTHER), False),
        (jwk(OTHER, alg="ES512"), False),
        (jwk(SECOND), True),
        (jwk(RSA), True),
    ],
)
def test_parts_of_a_key_beside_its_certificate(members, is_another):
    entry = {**members, "kid": base64(OTHER.kid), "x5c": [base64(OTHER.certificate.der)]}
    reading = reading_of(jwks([FIRST], more=[entry]))
    assert (reading.keys[-1].digest, reading.problems) == (OTHER.certificate.digest, ())
    found = ListFinding(
        ListFindingCode.MEMBER_MISMATCH, OTHER.kid.hex(), "the JWK holds another key than x5c"
    )
    assert list(reading.findings) == [found] * is_another


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b'{"keys":[{"kty":"EC"}]}', True),
        (b' \n{"keys": [{"kty":"EC"}]}', True),
        (b'[{"keys":[{"kty":"EC"}]}]', False),
        (b'{"keys":[]}', False),
        (b'{"kty":"EC"}', False),
        (b'{"dsc_trust_list":{"VN":{"keys":[{"kty":"EC"}]}}}', False),
        (b"", False),
    ],
)
def test_what_it_is_recognised_by(data, is_one):
    assert format_named("jwks").recognises(data) is is_one
