"""Lists in JSON: what of a document is of another form is named, whatever format it is in."""

from datetime import UTC, datetime

import pytest
from tests.support.lists import base64, compact

from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES
from vaxcert.trust.formats import (
    ReadingTerms,
    austrian,
    dccg,
    dutch,
    french,
    german,
    jwks,
    norwegian_british,
    swedish,
    swiss,
    verify_ehc,
)
from vaxcert.trust.formats.reading import json_document

LEAVE = ReadingTerms(allow_unsigned=True)
PAYLOAD = base64(compact({"eu_keys": {}}))


def problem(call, *arguments):
    with pytest.raises(TrustListError) as caught:
        call(*arguments)
    assert caught.value.reason is Reason.TRUST_LIST_UNREADABLE
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({}, "an object"),
        ([], "an array"),
        ("", "text"),
        (True, "a truth value"),
        (5, "a number"),
        (0.5, "a number"),
        (None, "null"),
        (b"", "something else"),
    ],
)
def test_what_stands_in_a_place_is_told(value, shown):
    if value != {}:
        assert problem(json_document.an_object, value, "it") == f"it is {shown}, an object expected"
    if value != []:
        assert problem(json_document.an_array, value, "it") == f"it is {shown}, an array expected"
    if value != "":
        assert problem(json_document.octets, value, "it") == f"it is {shown}, text expected"


def test_what_is_expected_is_passed_on():
    assert json_document.an_object({"a": 1}, "it") == {"a": 1}
    assert json_document.an_array([1], "it") == [1]
    assert json_document.octets("AQI=", "it") == b"\1\2"
    assert problem(json_document.octets, "*", "it") == "it is not base64"


def test_an_object_that_names_a_member_twice_is_none():
    document = json_document.load(b'{"a": {"b": 1, "b": 2}}', "TEST")
    told = problem(json_document.an_object, document["a"], "a")
    assert told == "a is an object that names a member twice, an object expected"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (None, None),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1.9, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        (253402300799, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_moments(value, moment):
    assert json_document.moment(value, "it") == moment


@pytest.mark.parametrize("value", [-1, 253402300800, True, "0", float("nan"), float("inf"), [0]])
def test_moments_that_are_none(value):
    assert problem(json_document.moment, value, "it") == "it is not a time in seconds since 1970"


@pytest.mark.parametrize(
    ("members", "seconds"),
    [({}, (None, None)), ({"a": 5}, (5, None)), ({"b": 5}, (None, 5)), ({"a": 5, "b": 5}, (5, 5))],
)
def test_periods(members, seconds):
    expected = tuple(None if one is None else datetime.fromtimestamp(one, UTC) for one in seconds)
    assert json_document.period(members, ("a", "b")) == expected


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"a": 6, "b": 5}, "a list that ends before it was issued"),
        ({"a": "x"}, "a (issued) is not a time in seconds since 1970"),
        ({"b": "x"}, "b (usable until) is not a time in seconds since 1970"),
    ],
)
def test_periods_that_are_none(members, told):
    assert problem(json_document.period, members, ("a", "b")) == told


def test_size_of_a_document():
    assert json_document.load(b"[]".ljust(MAX_TRUST_FILE_BYTES), "TEST") == []
    told = problem(json_document.load, bytes(MAX_TRUST_FILE_BYTES + 1), "TEST")
    assert told == f"TEST list: {MAX_TRUST_FILE_BYTES + 1} bytes, at most {MAX_TRUST_FILE_BYTES} expected"
    assert problem(json_document.load, b"{", "TEST") == "TEST list: not JSON in UTF-8"


def website(**parts):
    return {"trustListContent": "", "trustList": parts}


@pytest.mark.parametrize(
    ("module", "document", "told"),
    [
        (austrian, {"trustListContent": "", "trustList": 5}, "trustList is a number, an object expected"),
        (austrian, website(), "trustListContent is null, text expected"),
        (austrian, website(trustListContent="*"), "trustListContent is not base64"),
        (
            austrian,
            website(trustListContent="", trustListSignature=5),
            "trustListSignature is a number, text expected",
        ),
        (dccg, {}, "the list is an object, an array expected"),
        (dutch, [], "the document is an array, an object expected"),
        (dutch, {}, "payload is null, text expected"),
        (dutch, {"payload": "*"}, "payload is not base64"),
        (dutch, {"payload": PAYLOAD}, "signature is null, text expected"),
        (dutch, {"payload": PAYLOAD, "signature": "*"}, "signature is not base64"),
        (dutch, {"payload": base64(b"[]"), "signature": ""}, "the payload is an array, an object expected"),
        (dutch, {"payload": base64(b"{}"), "signature": ""}, "eu_keys is null, an object expected"),
        (dutch, {"eu_keys": []}, "eu_keys is an array, an object expected"),
        (french, [], "the document is an array, an object expected"),
        (french, {}, "certificatesDCC is null, an object expected"),
        (jwks, [], "the key set is an array, an object expected"),
        (jwks, {}, "keys is null, an array expected"),
        (jwks, {"keys": [], "iat": "x"}, "iat (issued) is not a time in seconds since 1970"),
        (jwks, {"keys": [], "exp": "x"}, "exp (usable until) is not a time in seconds since 1970"),
        (swedish, [], "the list is an array, an object expected"),
        (swedish, {}, "dsc_trust_list is null, an object expected"),
        (verify_ehc, [], "the document is an array, an object expected"),
        (verify_ehc, {}, "trustList is null, an object expected"),
        (verify_ehc, {"trustList": {}, "timestamp": "x"}, "timestamp is not a date and time"),
    ],
)
def test_the_part_is_named(module, document, told):
    assert problem(module.read, compact(document), LEAVE) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"[]", "the list is an array, an object expected"),
        (b"{}", "certificates is null, an array expected"),
        (b"{", "german list: not JSON in UTF-8"),
        (b"", "german list: not JSON in UTF-8"),
        (b" \t\r\n\v\f", "german list: not JSON in UTF-8"),
    ],
)
def test_the_part_of_a_german_list_is_named(body, told):
    assert problem(german.read, b"c2lnbmF0dXJl\n" + body, LEAVE) == told


@pytest.mark.parametrize(
    ("keys", "identifiers", "told"),
    [
        ([], {"activeKeyIds": []}, "the document is an array, an object expected"),
        ({}, {"activeKeyIds": []}, "certs is null, an array expected"),
        ({"certs": []}, {}, "activeKeyIds: activeKeyIds is null, an array expected"),
        ({"certs": []}, {"activeKeyIds": [5]}, "activeKeyIds: the key identifier is not text"),
        ({"certs": []}, {"activeKeyIds": [""]}, "activeKeyIds: a key identifier that is not 1 to 64 bytes"),
    ],
)
def test_the_part_of_a_swiss_list_is_named(keys, identifiers, told):
    terms = ReadingTerms(allow_unsigned=True, signature=compact(identifiers))
    assert problem(swiss.read, compact(keys), terms) == told


def problems_of(module, document, **terms):
    reading = module.read(compact(document), ReadingTerms(allow_unsigned=True, **terms))
    assert reading.keys == ()
    assert {one.reason for one in reading.problems} <= {Reason.TRUST_ENTRY_UNREADABLE, Reason.KEY_TYPE}
    return [str(one) for one in reading.problems]


KID = base64(b"TESTkid1")
ACTIVE = compact({"activeKeyIds": [KID]})


@pytest.mark.parametrize(
    ("module", "document", "told"),
    [
        (dutch, {"eu_keys": {KID: {}}}, f"{KID}: not an array of keys"),
        (dutch, {"eu_keys": {KID: [5]}}, f"{KID} 1: not an object with an array of usages"),
        (dutch, {"eu_keys": {KID: [{"keyUsage": "t"}]}}, f"{KID} 1: not an object with an array of usages"),
        (dutch, {"eu_keys": {KID: [{}]}}, f"{KID} 1: subjectPk is not text"),
        (dutch, {"eu_keys": {"*": [{}]}}, "* 1: the key identifier is not base64"),
        (french, {"certificatesDCC": {KID: 5}}, f"{KID}: the entry is not text"),
        (french, {"certificatesDCC": {KID: "*"}}, f"{KID}: the entry is not base64"),
        (french, {"certificatesDCC": {KID: base64(b"\xff")}}, f"{KID}: not base64 of base64"),
        (french, {"certificatesDCC": {KID: base64(b"*")}}, f"{KID}: the entry within is not base64"),
        (jwks, {"keys": [5]}, "1: not an object with each member once"),
        (jwks, {"keys": [{}]}, "1: a key with neither an identifier (kid) nor a certificate (x5c)"),
        (jwks, {"keys": [{"x5c": []}]}, "1: x5c is not an array of certificates"),
        (jwks, {"keys": [{"x5c": [5]}]}, "1: x5c is not text"),
        (jwks, {"keys": [{"kid": KID}]}, "1: a JWK of another type, EC or RSA expected"),
        (
            jwks,
            {"keys": [{"kid": KID, "kty": "RSA", "alg": "ES256"}]},
            "1: a JWK of type RSA for another algorithm than HCERT has",
        ),
        (
            jwks,
            {"keys": [{"kid": KID, "kty": "EC", "crv": "P-384"}]},
            "1: a JWK on another curve, P-256 expected",
        ),
        (
            verify_ehc,
            {"trustList": {"xy": {}}},
            "xy: a key identifier that is not hexadecimal",
        ),
        (verify_ehc, {"trustList": {"0a": {}}}, "0a: not an object with a public key"),
        (verify_ehc, {"trustList": {"0a": {"publicKey": []}}}, "0a: not an object with a public key"),
    ],
)
def test_the_entry_is_named(module, document, told):
    assert problems_of(module, document) == [f"entry {told}"]


LONG = base64(b"TESTkid of more than sixteen bytes")


@pytest.mark.parametrize(
    ("module", "document", "told"),
    [
        (dutch, {"eu_keys": {LONG: {}}}, f"{LONG[:16]}: not an array of keys"),
        (french, {"certificatesDCC": {LONG: 5}}, f"{LONG[:16]}: the entry is not text"),
        (verify_ehc, {"trustList": {"0a" * 12: 5}}, f"{'0a' * 8}: not an object with a public key"),
    ],
)
def test_no_more_of_a_key_identifier_is_shown_than_needed(module, document, told):
    assert problems_of(module, document) == [f"entry {told}"]


@pytest.mark.parametrize("read", [norwegian_british.read_norwegian, norwegian_british.read_british])
@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([5], "entry 1: not an object with each member once"),
        ([{}], "entry 1: publicKey is not text"),
        ([{"publicKey": "*"}], "entry 1: publicKey is not base64"),
    ],
)
def test_the_entry_of_a_list_of_bare_keys_is_named(read, document, told):
    assert [str(one) for one in read(compact(document), LEAVE).problems] == [told]
    assert problem(read, b"{}", LEAVE) == "the list is an object, an array expected"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (5, "1: not an object with each member once"),
        ({}, "1: the key identifier is not text"),
        ({"keyId": KID}, "1: a key for another algorithm than ES256 and RS256"),
        ({"keyId": KID, "alg": "ES256", "use": ""}, "1: x is not base64"),
    ],
)
def test_the_entry_of_a_swiss_list_is_named(entry, told):
    assert problems_of(swiss, {"certs": [entry]}, signature=ACTIVE)[0] == f"entry {told}"
