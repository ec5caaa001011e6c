"""The Swedish list."""

import itertools
from base64 import b64encode, urlsafe_b64encode

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
    payload_of,
    reading_of,
    reasons,
    refusal,
    swedish,
)
from tests.support.signers import signer

from vaxcert.errors import Reason
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Proof

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")


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
