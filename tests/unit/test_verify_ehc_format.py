"""What the tool verify-ehc saves."""

from datetime import UTC, datetime

import pytest
from tests.support.lists import (
    KEY_TYPE,
    UNREADABLE,
    Published,
    compact,
    entries,
    reading_of,
    reasons,
    verify_ehc,
    verify_ehc_entry,
)
from tests.support.signers import signer

from vaxcert.errors import Reason, TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats import format_named

OTHER = signer(country="KH")
VERIFY_EHC = format_named("verify-ehc")


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
def test_one_bad_entry_is_a_problem_and_the_rest_load(kid, entry, reason):
    reading = reading_of(verify_ehc(more={kid: entry}))
    assert (len(reading.keys), reasons(reading), reading.entries) == (3, [reason], 4)


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        (b' \n{"timestamp":"","trustList":{"":{"publicKey":{}}}}', True),
        (b'{"publicKey":1,"trustList":1,"timestamp":1}', True),
        (b'[{"timestamp":"","trustList":{"":{"publicKey":{}}}}]', False),
        (b'{"timestamp":"","trustLists":{"":{"publicKey":{}}}}', False),
        (b'{"time":"","trustList":{"":{"publicKey":{}}}}', False),
        (b'{"timestamp":"","trustList":{"":{"key":{}}}}', False),
        (b"", False),
    ],
)
def test_recognised_by_its_members(text, is_it):
    assert VERIFY_EHC.recognises(text) is is_it


def document(**members):
    """A saved list of the first of the usual entries."""
    first = entries()[0]
    whole = {"trustList": {first.kid.hex(): verify_ehc_entry(first)}, **members}
    return Published(compact(whole))


@pytest.mark.parametrize(
    ("published", "problem"),
    [
        (Published(b"[]"), "the document is an array, an object expected"),
        (document(trustList=None), "trustList is null, an object expected"),
        (document(trustList=[]), "trustList is an array, an object expected"),
        (document(timestamp="soon"), "timestamp is not a date and time"),
        (document(timestamp=5), "timestamp is not a date and time"),
        (document(timestamp=""), "timestamp is not a date and time"),
    ],
)
def test_what_is_said_of_a_document_that_is_no_list(published, problem):
    with pytest.raises(TrustListError) as caught:
        VERIFY_EHC.read(published.data, published.terms())
    assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, problem)


@pytest.mark.parametrize(
    ("members", "issued"),
    [
        ({}, None),
        ({"timestamp": None}, None),
        ({"timestamp": "2022-06-01T08:00:00+02:00"}, datetime(2022, 6, 1, 6, tzinfo=UTC)),
    ],
)
def test_it_is_as_old_as_it_says(members, issued):
    published = document(**members)
    reading = VERIFY_EHC.read(published.data, published.terms())
    assert (reading.origin.issued, len(reading.keys)) == (issued, 1)


@pytest.mark.parametrize(
    ("kid", "entry", "problem"),
    [
        ("xyz", {}, "entry xyz: a key identifier that is not hexadecimal"),
        ("é", {}, "entry é: a key identifier that is not hexadecimal"),
        ("0123456789abcdefg", {}, "entry 0123456789abcdef: a key identifier that is not hexadecimal"),
        ("01 23", {}, "entry 01 23: a key identifier that is not hexadecimal"),
        ("ab\n", {}, "entry ab?: a key identifier that is not hexadecimal"),
        ("ab", 7, "entry ab: not an object with a public key"),
        ("ab", {"publicKey": None}, "entry ab: not an object with a public key"),
        ("ab" * 65, verify_ehc_entry(OTHER), f"entry {'ab' * 8}: a key identifier that is not 1 to 64 bytes"),
        ("ab", verify_ehc_entry(OTHER, usage=None), "entry ab: usage is not an array"),
        ("ab", verify_ehc_entry(OTHER, usage="test"), "entry ab: usage is not an array"),
        (
            "ab",
            verify_ehc_entry(OTHER, usage=[["test"], 5, "sign"]),
            "entry ab: a usage that is none of test, vaccination and recovery",
        ),
        (
            "ab",
            verify_ehc_entry(OTHER, notValidBefore=5),
            "entry ab: notValidBefore is not a date and time",
        ),
        (
            "ab",
            verify_ehc_entry(OTHER, notValidAfter="soon"),
            "entry ab: notValidAfter is not a date and time",
        ),
    ],
)
def test_what_is_said_of_a_bad_entry(kid, entry, problem):
    (found,) = reading_of(verify_ehc(more={kid: entry})).problems
    assert (found.reason, str(found)) == (UNREADABLE, problem)


def key_of(kid="ab", **members):
    """The key of one more entry."""
    reading = reading_of(verify_ehc(more={kid: verify_ehc_entry(OTHER, **members)}))
    assert reading.problems == ()
    return reading.keys[-1]


@pytest.mark.parametrize("kid", ["ab", "AB", "aB" * 64, "00", "0123456789", "abcdefABCDEF"])
def test_key_identifiers_are_hexadecimal(kid):
    assert key_of(kid).kid == bytes.fromhex(kid)


@pytest.mark.parametrize(
    ("members", "country"),
    [
        ({"subject": {"C": "LA"}, "issuer": {"C": "VN"}}, "LA"),
        ({"subject": {"C": "LA"}, "issuer": {}}, "LA"),
        ({"subject": {"C": "lao"}, "issuer": {"C": "VN"}}, "VN"),
        ({"subject": {"O": "LA"}, "issuer": {"C": "VN"}}, "VN"),
        ({"subject": {}, "issuer": {}}, None),
    ],
)
def test_the_subjects_country_comes_before_the_issuers(members, country):
    assert key_of(**members).country == country


@pytest.mark.parametrize(
    ("usage", "kinds"),
    [
        (["test"], {Kind.TEST}),
        (["vaccination"], {Kind.VACCINATION}),
        (["recovery"], {Kind.RECOVERY}),
        (["sign", ["x"], 5, "recovery", "test"], {Kind.RECOVERY, Kind.TEST}),
        ([], ALL_KINDS),
    ],
)
def test_usages(usage, kinds):
    assert key_of(usage=usage).kinds == kinds


def test_usages_that_are_left_out_are_all():
    entry = verify_ehc_entry(OTHER)
    del entry["usage"]
    assert reading_of(verify_ehc(more={"ab": entry})).keys[-1].kinds == ALL_KINDS


@pytest.mark.parametrize("label", ["RS256", "ES512", 5, None])
def test_the_label_of_the_algorithm_is_not_looked_at(label):
    whole = verify_ehc_entry(OTHER)["publicKey"]
    assert key_of(publicKey={**whole, "alg": label}).kid == b"\xab"


@pytest.mark.parametrize("name", ["notValidBefore", "notValidAfter"])
def test_each_date_is_read_from_its_own_member(name):
    dates = {"notValidBefore": None, "notValidAfter": None, name: "2022-01-01T00:00:00Z"}
    key = key_of(**dates)
    moment = datetime(2022, 1, 1, tzinfo=UTC)
    expected = (moment, None) if name == "notValidBefore" else (None, moment)
    assert (key.not_before, key.not_after) == expected
