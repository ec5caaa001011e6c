import math
from datetime import UTC, datetime

import cbor2
import pytest
from cbor2 import CBORTag

from vaxcert.codec import cwt
from vaxcert.errors import DecodeError, Reason
from vaxcert.findings import FindingCode

GOOD = {1: "VN", 4: 1738195200, 6: 1649950687, -260: {1: {}}}


def read(**changes):
    labels = {"iss": 1, "exp": 4, "nbf": 5, "iat": 6, "hcert": -260}
    claims = dict(GOOD)
    for name, value in changes.items():
        claims[labels[name]] = value
    claims, findings = cwt.read(cbor2.dumps(claims))
    return claims, {(finding.code, finding.field) for finding in findings}


def refusal(claims):
    with pytest.raises(DecodeError) as caught:
        cwt.read(cbor2.dumps(claims))
    return caught.value.reason


def test_ordinary_claims():
    claims, findings = read()
    assert claims.issuer == "VN"
    assert claims.expires == datetime(2025, 1, 30, tzinfo=UTC)
    assert claims.issued_at == datetime(2022, 4, 14, 15, 38, 7, tzinfo=UTC)
    assert claims.not_before is None
    assert claims.hcert == {1: {}}
    assert findings == set()


def test_written_claims_are_integers_in_the_order_of_real_ones():
    encoded = cwt.write(
        issuer="VN",
        expires=datetime(2025, 1, 30, 0, 0, 0, 999999, tzinfo=UTC),
        issued_at=datetime(2022, 4, 14, 15, 38, 7, tzinfo=UTC),
        hcert={1: {}},
    )
    assert encoded == cbor2.dumps(GOOD)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1738195200.5, FindingCode.DATE_CLAIM_FLOAT),
        (CBORTag(1, 1738195200), FindingCode.DATE_CLAIM_TAGGED),
        (CBORTag(0, "2025-01-30T00:00:00Z"), FindingCode.DATE_CLAIM_TAGGED),
        (CBORTag(0, "2025-01-30T07:00:00+07:00"), FindingCode.DATE_CLAIM_TAGGED),
    ],
)
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_odd_dates_are_read_and_found(claim, value, code):
    claims, findings = read(**{claim: value})
    moment = {"exp": claims.expires, "iat": claims.issued_at, "nbf": claims.not_before}[claim]
    assert moment.replace(microsecond=0) == datetime(2025, 1, 30, tzinfo=UTC)
    assert (code, claim) in findings


@pytest.mark.parametrize(
    "value",
    [
        -1,
        253402300800,
        1738195200000,
        1e300,
        True,
        "2025",
        b"",
        [],
        CBORTag(0, "soon"),
        CBORTag(0, 1),
        CBORTag(0, "2025-01-30T00:00:00"),
        CBORTag(1, "x"),
        -0.5,
        253402300800.0,
        CBORTag(1, -0.5),
        CBORTag(0, "1969-12-31T23:59:59.5Z"),
    ],
)
def test_dates_that_are_none(value):
    assert refusal({**GOOD, 4: value}) is Reason.CWT_DATE


def test_first_and_last_second():
    assert read(exp=0)[0].expires == datetime(1970, 1, 1, tzinfo=UTC)
    assert read(exp=253402300799)[0].expires == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    last = math.nextafter(253402300800.0, 0)
    assert read(exp=last)[0].expires == datetime(9999, 12, 31, 23, 59, 59, 999_969, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.9Z", "1970-01-01T07:00:00.5+07:00"]
)
def test_fraction_of_a_tagged_text_is_left_out(text):
    assert read(iat=CBORTag(0, text))[0].issued_at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("payload", [[], 1, "x", {}, {1: "VN"}, {-260: None}, {-260: []}, {"-260": {}}])
def test_structure(payload):
    assert refusal(payload) is Reason.CWT_STRUCTURE


def test_missing_dates_and_odd_issuers():
    claims, findings = cwt.read(cbor2.dumps({-260: {1: {}}, 1: 84}))
    assert (claims.issuer, claims.expires, claims.issued_at, claims.not_before) == (None,) * 4
    assert [(finding.code, finding.field) for finding in findings] == [
        (FindingCode.ISSUER_NOT_COUNTRY, "iss")
    ]


def test_unknown_claims_are_found():
    _, findings = cwt.read(cbor2.dumps({**GOOD, 2: "subject"}))
    assert [finding.code for finding in findings] == [FindingCode.CLAIM_UNKNOWN]


def test_repr_shows_no_health_claim():
    claims, _ = read(hcert={1: {"nam": "CANARYNAME"}})
    assert "CANARYNAME" not in repr(claims)
    assert "VN" in repr(claims)
