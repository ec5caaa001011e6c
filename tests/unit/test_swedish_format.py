"""The Swedish list."""

import itertools
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from tests.support.lists import (
    UNREADABLE,
    USABLE_UNTIL,
    Published,
    base64,
    codes,
    entries,
    holder,
    jwk,
    jws,
    list_signer,
    payload_of,
    reading_of,
    reasons,
    refusal,
    swedish,
)
from tests.support.signers import signer

from vaxcert.errors import Reason, TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats import format_named
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
SWEDISH = format_named("swedish")


@pytest.mark.parametrize("value", [5, None, [], {"keys": 5}, {}])
def test_one_bad_country_is_a_problem(value):
    countries = {"VN": {"keys": [jwk(FIRST, x5c=[base64(FIRST.certificate.der)])]}, "LA": value}
    reading = reading_of(swedish(dsc_trust_list=countries))
    assert (len(reading.keys), reasons(reading), reading.entries) == (1, [UNREADABLE], 2)


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


def test_payload_alone_is_unsigned():
    payload = payload_of(swedish().data)
    published = Published(payload)
    assert refusal(published, allow_unsigned=False) is Reason.TRUST_LIST_UNSIGNED
    assert refusal(published, anchors=(holder("anchor").anchor,)) is Reason.TRUST_LIST_UNSIGNED
    reading = reading_of(published)
    assert (reading.origin.proof, reading.origin.usable_until) == (Proof.UNSIGNED, USABLE_UNTIL)


def test_usages_limit_keys_without_certificate():
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
    test = [f"{arcs[0]}.1"]
    for usages in (
        5,
        [],
        {kid: 5},
        {kid: [5]},
        {kid: ["test"]},
        {kid: [f" {arcs[0]}.1"]},
        {kid: None},
        {kid: test, kid.rstrip("="): []},
        {"!": test},
        {"": test},
    ):
        reading = reading_of(swedish(dsc_trust_list={"KH": {"eku": usages, "keys": [jwk(OTHER)]}}))
        assert (reading.keys, reasons(reading)) == ((), [UNREADABLE])


def test_usages_are_found_however_base64_writes_the_key_identifier():
    kid = b"\xfb\xff\xfe01234"
    standard, url = b64encode(kid).decode(), urlsafe_b64encode(kid).decode()
    spellings = {standard, url, standard.rstrip("="), url.rstrip("=")}
    assert len(spellings) == 4
    for of_key, of_limit in itertools.product(spellings, repeat=2):
        country = {"eku": {of_limit: ["1.3.6.1.4.1.1847.2021.1.1"]}, "keys": [{**jwk(OTHER), "kid": of_key}]}
        (key,) = reading_of(swedish(dsc_trust_list={"KH": country})).keys
        assert (key.kid, key.kinds) == (kid, {Kind.TEST})


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
    assert refusal(swedish(**dates)) is Reason.TRUST_LIST_UNREADABLE


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        (b' \n{"dsc_trust_list":{}}', True),
        (b'{"iat":1,"dsc_trust_list":{}}', True),
        (b'[{"dsc_trust_list":{}}]', False),
        (b'"dsc_trust_list"', False),
        (b'{"dsc_trust_lists":{}}', False),
        (b'{"keys":[]}', False),
        (b"", False),
    ],
)
def test_recognised_by_its_member(text, is_it):
    assert SWEDISH.recognises(text) is is_it
    assert SWEDISH.recognises(jws(text, list_signer())) is is_it


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"dsc_trust_list": []}, "dsc_trust_list is an array, an object expected"),
        ({"dsc_trust_list": None}, "dsc_trust_list is null, an object expected"),
        ({"iat": "now"}, "iat (issued) is not a time in seconds since 1970"),
        ({"exp": "now"}, "exp (usable until) is not a time in seconds since 1970"),
        ({"iat": 2, "exp": 1}, "a list that ends before it was issued"),
    ],
)
def test_what_is_said_of_a_document_that_is_no_list(members, problem):
    with pytest.raises(TrustListError) as caught:
        reading_of(swedish(**members))
    assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, problem)


def test_a_list_may_end_when_it_was_issued():
    origin = reading_of(swedish(iat=5, exp=5)).origin
    assert origin.issued == origin.usable_until == datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)


def problems_of(countries):
    return [str(problem) for problem in reading_of(swedish(dsc_trust_list=countries)).problems]


@pytest.mark.parametrize(
    ("country", "problem"),
    [
        (7, "entry ABCDEFGH: not an object with an array of keys"),
        ({}, "entry ABCDEFGH: not an object with an array of keys"),
        ({"keys": {}}, "entry ABCDEFGH: not an object with an array of keys"),
        ({"keys": [7]}, "entry ABCDEFGH 1: not an object with each member once"),
        (
            {"keys": [{"kty": "EC"}]},
            "entry ABCDEFGH 1: a key with neither an identifier (kid) nor a certificate (x5c)",
        ),
        ({"keys": [{"kid": 7}]}, "entry ABCDEFGH 1: the key identifier is not text"),
        (
            {"keys": [jwk(OTHER)], "eku": 7},
            "entry ABCDEFGH 1: eku is not an object with each member once",
        ),
        (
            {"keys": [jwk(OTHER)], "eku": {"!": []}},
            "entry ABCDEFGH 1: eku: the key identifier is not base64",
        ),
        (
            {"keys": [jwk(OTHER)], "eku": {base64(OTHER.kid): [], base64(OTHER.kid).rstrip("="): []}},
            "entry ABCDEFGH 1: eku limits one key identifier twice",
        ),
        (
            {"keys": [jwk(OTHER)], "eku": {base64(OTHER.kid): 7}},
            "entry ABCDEFGH 1: extended key usages that are not an array of object identifiers in dotted form",
        ),
    ],
)
def test_what_is_said_of_a_bad_country_or_key(country, problem):
    good = {"keys": [jwk(FIRST)]}
    assert problems_of({"VN": good, "ABCDEFGHI": country}) == [problem]


def test_keys_are_counted_from_one_in_each_country():
    assert [
        text.partition(":")[0] for text in problems_of({"VN": {"keys": [7, 7]}, "LA": {"keys": [7]}})
    ] == [
        "entry VN 1",
        "entry VN 2",
        "entry LA 1",
    ]


@pytest.mark.parametrize("usages", [7, {"!": []}, {base64(OTHER.kid): 7}, {base64(OTHER.kid): ["1.2"]}])
def test_usages_say_nothing_of_keys_with_a_certificate(usages):
    entry = jwk(OTHER, x5c=[base64(OTHER.certificate.der)])
    reading = reading_of(swedish(dsc_trust_list={"KH": {"eku": usages, "keys": [entry]}}))
    assert ([key.digest for key in reading.keys], reading.problems) == ([OTHER.certificate.digest], ())


def test_usages_of_one_key_limit_no_other():
    usages = {base64(FIRST.kid): ["1.3.6.1.4.1.1847.2021.1.1"]}
    reading = reading_of(swedish(dsc_trust_list={"VN": {"eku": usages, "keys": [jwk(SECOND), jwk(FIRST)]}}))
    assert [(key.kid, key.kinds) for key in reading.keys] == [
        (SECOND.kid, ALL_KINDS),
        (FIRST.kid, {Kind.TEST}),
    ]


def test_a_key_without_certificate_is_taken_whatever_its_use():
    reading = reading_of(swedish(dsc_trust_list={"TH": {"keys": [jwk(RSA, use="enc")]}}))
    assert ([key.kid for key in reading.keys], codes(reading)) == ([RSA.kid], [])


@pytest.mark.parametrize("name", ["th", "THA", "", "Thailand"])
def test_what_is_no_country_code_is_no_country(name):
    (key,) = reading_of(swedish(dsc_trust_list={name: {"keys": [jwk(FIRST)]}})).keys
    assert key.country is None
