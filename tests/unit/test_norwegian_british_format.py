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

from vaxcert.errors import Reason, TrustListError
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


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        (b' \n[ {"kid" :"","publicKey":""}]', True),
        (b'[{"publicKey":"","kid":""}]', True),
        (b'[{"kid":""}]', False),
        (b'{"kid":"","publicKey":""}', False),
        (b'[{"name":"","kid":"","publicKey":""}]', False),
        (b"", False),
    ],
)
def test_recognised_by_what_it_begins_with(text, is_it):
    assert format_named("norwegian").recognises(text) is is_it
    assert format_named("british").recognises(text) is False


@pytest.mark.parametrize("name", ["norwegian", "british"])
def test_what_is_said_of_what_cannot_be_read(name):
    terms = Published(b"").terms()
    for text, problem in (
        (b"{}", "the list is an object, an array expected"),
        (b"{", f"{name} list: not JSON in UTF-8"),
    ):
        with pytest.raises(TrustListError) as caught:
            format_named(name).read(text, terms)
        assert (caught.value.reason, str(caught.value)) == (Reason.TRUST_LIST_UNREADABLE, problem)
    key = base64(info(OTHER))
    entries_of = [
        (7, "not an object with each member once"),
        ({"kid": "AAAA"}, "publicKey is not text"),
        ({"kid": "AAAA", "publicKey": "*"}, "publicKey is not base64"),
        ({"publicKey": key}, "the key identifier is not text"),
        ({"kid": "", "publicKey": key}, "a key identifier that is not 1 to 64 bytes"),
    ]
    reading = format_named(name).read(compact([entry for entry, _ in entries_of]), terms)
    assert [(problem.reason, str(problem)) for problem in reading.problems] == [
        (UNREADABLE, f"entry {position}: {problem}") for position, (_, problem) in enumerate(entries_of, 1)
    ]
