"""Public keys by key identifier: the Norwegian list and the British one."""

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
    compact,
    entries,
    info,
    public_keys,
    reading_of,
    reasons,
    refusal,
)
from tests.support.signers import signer

from vaxcert.errors import Reason
from vaxcert.limits import MAX_TRUST_LIST_ENTRIES
from vaxcert.trust.formats import format_named, read

FIRST, SECOND, RSA = entries()
OTHER = signer(country="KH")
ED25519 = ed25519.Ed25519PrivateKey.generate().public_key()
ED25519_INFO = ED25519.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
BAD_PUBLIC_KEYS = [
    *NO_ENTRIES,
    ({"kid": base64(OTHER.kid)}, UNREADABLE),
    ({"kid": 1, "publicKey": base64(info(OTHER))}, UNREADABLE),
    ({"kid": base64(OTHER.kid), "publicKey": base64(bytes(5000))}, UNREADABLE),
    ({"kid": base64(OTHER.kid), "publicKey": base64(OTHER.certificate.der)}, UNREADABLE),
    ({"kid": base64(OTHER.kid), "publicKey": base64(ED25519_INFO)}, KEY_TYPE),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_PUBLIC_KEYS)
def test_one_bad_entry_is_a_problem_and_the_rest_load(bad, reason):
    check_problem(reading_of(public_keys(more=[bad])), reason)


def test_an_entry_that_names_a_member_twice_is_a_problem():
    good = compact({"kid": base64(FIRST.kid), "publicKey": base64(info(FIRST))})
    reading = reading_of(Published(b'[{"kid":"AAAA","kid":"AAAA","publicKey":""},' + good + b"]"))
    assert (len(reading.keys), reasons(reading)) == (1, [UNREADABLE])


def test_lists_of_too_many_entries_are_unreadable():
    start, one = b'[{"kid":"AAAA","publicKey":""}', b",1"
    at_the_bound = Published(start + one * (MAX_TRUST_LIST_ENTRIES - 1) + b"]")
    assert reading_of(at_the_bound).entries == MAX_TRUST_LIST_ENTRIES
    over = Published(start + one * MAX_TRUST_LIST_ENTRIES + b"]")
    assert refusal(over) is Reason.TRUST_LIST_UNREADABLE


def test_a_british_list_is_one_that_is_called_so():
    published = public_keys()
    reading = read(published.data, published.terms(), as_format=format_named("british"))
    assert {key.country for key in reading.keys} == {"GB"}
    assert reading.origin.format == "british"
    assert read(published.data, published.terms()).origin.format == "norwegian"
