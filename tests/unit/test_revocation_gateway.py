from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.openssl import Party, Workshop, run
from tests.support.revocation import AT, IDENTIFIER, OTHER, anchor_key, query

from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_REVOCATION_BATCH_BYTES
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.revocation.gateway import GatewayBatches, is_listing, read_batch, read_listing
from vaxcert.trust.revocation.hashes import HashType, country_uci_hash, signature_hash, uci_hash
from vaxcert.trust.revocation.query import RevocationStatus

EXPIRES = AT + timedelta(days=10)


def batch(*identifiers, **changes):
    entries = [{"hash": b64encode(uci_hash(one)).decode()} for one in identifiers]
    return json.dumps(
        {
            "country": "VN",
            "expires": EXPIRES.isoformat(),
            "kid": "UNKNOWN_KID",
            "hashType": "UCI",
            "entries": entries,
            **changes,
        }
    ).encode()


def refusal(call):
    with pytest.raises(TrustListError) as caught:
        call()
    return caught.value.reason


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    return Workshop(tmp_path_factory.mktemp("upload"))


@pytest.fixture(scope="module")
def upload(workshop):
    """A TEST upload certificate of Viet Nam."""
    return workshop.party("upload")


def pinned(party):
    return anchor_of(party.certificate.public_key, certificate=party.certificate)


def signed(workshop, party, data=None, **options):
    return workshop.cms(party, batch(IDENTIFIER) if data is None else data, "-nodetach", **options)


def test_a_bare_batch():
    read = read_batch(batch(IDENTIFIER))
    assert (read.country, read.expires, read.hash_type) == ("VN", EXPIRES, HashType.UCI)
    assert read.hashes == (uci_hash(IDENTIFIER),)


def test_a_signed_batch_in_der_and_in_base64(workshop, upload):
    data = signed(workshop, upload)
    for form in (data, b64encode(data), b64encode(data)[:64] + b"\r\n" + b64encode(data)[64:]):
        assert read_batch(form, [pinned(upload)]).hashes == (uci_hash(IDENTIFIER),)


def test_an_authority_vouches_for_those_it_certified(workshop):
    authority, stranger = (workshop.party(name, authority=True) for name in ("authority", "stranger"))
    data = signed(workshop, workshop.party("certified", issuer=authority))
    assert read_batch(data, [pinned(stranger), pinned(authority)]).hashes == (uci_hash(IDENTIFIER),)
    assert refusal(lambda: read_batch(data, [pinned(stranger)])) is Reason.REVOCATION_LIST_SIGNATURE


def test_a_signed_batch_needs_the_right_anchor(workshop, upload):
    data = signed(workshop, upload)
    other = anchor_of(anchor_key("other").public_key)
    assert refusal(lambda: read_batch(data)) is Reason.ANCHOR_MISSING
    assert refusal(lambda: read_batch(data, [other])) is Reason.REVOCATION_LIST_SIGNATURE
    at = data.index(b"UNKNOWN_KID")
    tampered = data[:at] + b"X" + data[at + 1 :]
    assert refusal(lambda: read_batch(tampered, [pinned(upload)])) is Reason.REVOCATION_LIST_SIGNATURE
    assert refusal(lambda: read_batch(data[:-9], [pinned(upload)])) is Reason.REVOCATION_LIST_UNREADABLE


def test_a_link_made_with_a_weak_algorithm_is_called_so(workshop):
    authority = workshop.party("authority", authority=True)
    data = signed(workshop, workshop.party("weak", issuer=authority, signed=("-sha1",)))
    assert refusal(lambda: read_batch(data, [pinned(authority)])) is Reason.WEAK_SIGNATURE


@pytest.mark.parametrize(
    ("signer", "country", "taken"),
    [("VN", "VN", True), ("VN", "FR", False), ("GR", "EL", True), ("EL", "GR", True), ("GR", "CY", False)],
)
@pytest.mark.parametrize("is_certified", [False, True])
def test_a_batch_is_of_the_country_of_its_signer(workshop, signer, country, taken, is_certified):
    authority = workshop.party("authority", country=signer, authority=True) if is_certified else None
    party = workshop.party("upload", country=signer, issuer=authority)
    data = signed(workshop, party, batch(IDENTIFIER, country=country))
    anchors = [pinned(authority or party)]
    if taken:
        assert read_batch(data, anchors).country == country
    else:
        assert refusal(lambda: read_batch(data, anchors)) is Reason.REVOCATION_LIST_SIGNATURE


def test_who_signed_a_batch_of_another_country_is_told(workshop, upload):
    with pytest.raises(TrustListError) as caught:
        read_batch(signed(workshop, upload, batch(IDENTIFIER, country="FR")), [pinned(upload)])
    assert str(caught.value) == "revocation list: a batch of FR, signed by VN"
    stateless = Party(upload.key, upload.key.with_name("stateless.pem"))
    subject = ("-subj", "/O=TEST/CN=TEST upload", "-days", "30", "-out", stateless.file)
    run("req", "-x509", "-new", "-key", upload.key, *subject)
    with pytest.raises(TrustListError) as caught:
        read_batch(signed(workshop, stateless), [pinned(stateless)])
    assert caught.value.reason is Reason.REVOCATION_LIST_SIGNATURE
    assert str(caught.value) == "revocation list: a batch of VN, signed by nobody of a country"


def test_another_certificate_of_a_pinned_key_does_not_change_its_country(workshop, upload):
    again = Party(upload.key, workshop.party("again", country="FR").file.with_name("french.pem"))
    subject = ("-subj", "/C=FR/O=TEST/CN=TEST upload", "-days", "30", "-out", again.file)
    run("req", "-x509", "-new", "-key", upload.key, *subject)
    data = signed(workshop, again, batch(IDENTIFIER, country="FR"))
    assert refusal(lambda: read_batch(data, [pinned(upload)])) is Reason.REVOCATION_LIST_SIGNATURE
    assert read_batch(data, [pinned(again)]).country == "FR"


def test_a_batch_without_signature_is_refused_where_there_are_anchors(upload):
    assert refusal(lambda: read_batch(batch(IDENTIFIER), [pinned(upload)])) is Reason.TRUST_LIST_UNSIGNED


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"{}",
        b'{"a":' * 100_000,
        batch(IDENTIFIER, hashType="IDENTIFIER"),
        batch(IDENTIFIER, hashType=["UCI"]),
        batch(IDENTIFIER, expires="tomorrow"),
        batch(IDENTIFIER, expires=5),
        batch(IDENTIFIER, country=None),
        batch(IDENTIFIER, country="Viet Nam"),
        batch(IDENTIFIER, country="vn"),
        batch(IDENTIFIER, entries={}),
        batch(IDENTIFIER, entries=[{"hash": "AAAA"}]),
        batch(IDENTIFIER, entries=[{"hash": "?" * 24}]),
        batch(IDENTIFIER, entries=["x"]),
        batch(IDENTIFIER, entries=[{"hash": "AA=="}] * 10_001),
    ],
)
def test_malformed_batches_are_refused(data):
    assert refusal(lambda: read_batch(data)) is Reason.REVOCATION_LIST_UNREADABLE


@given(st.binary(max_size=60))
def test_any_bytes_are_a_batch_or_our_error(data):
    for tried in (data, b"{" + data):
        with pytest.raises(TrustListError):
            read_batch(tried)


def test_revoked_not_revoked_and_unknown():
    source = GatewayBatches([read_batch(batch(IDENTIFIER))], as_of=AT)
    revoked = source.answer(query(IDENTIFIER), at=AT)
    assert (revoked.status, revoked.as_of) == (RevocationStatus.REVOKED, AT)
    assert source.answer(query(OTHER), at=AT).status is RevocationStatus.NOT_REVOKED
    assert source.answer(query(), at=AT).status is RevocationStatus.UNKNOWN
    assert source.answer(query(IDENTIFIER), at=EXPIRES).status is RevocationStatus.REVOKED
    late = source.answer(query(IDENTIFIER), at=EXPIRES + timedelta(seconds=1))
    assert late.status is RevocationStatus.NOT_REVOKED


def test_batches_are_too_old_after_ninety_days():
    far = (AT + timedelta(days=1000)).isoformat()
    source = GatewayBatches([read_batch(batch(IDENTIFIER, expires=far))], as_of=AT)
    last = AT + timedelta(days=90)
    statuses = [source.answer(query(OTHER), at=at).status for at in (last, last + timedelta(seconds=1))]
    assert statuses == [RevocationStatus.NOT_REVOKED, RevocationStatus.UNKNOWN]
    assert source.answer(query(IDENTIFIER), at=last + timedelta(days=1)).status is RevocationStatus.REVOKED
    undated = GatewayBatches([read_batch(batch(IDENTIFIER))])
    assert undated.answer(query(OTHER), at=AT).status is RevocationStatus.UNKNOWN


def test_only_countries_that_uploaded_are_covered():
    source = GatewayBatches([read_batch(batch(IDENTIFIER))])
    assert [source.covers(query(issuer=one)) for one in ("VN", "VNM", "DE", None)] == [
        True,
        True,
        False,
        True,
    ]


def test_when_a_batch_is_missing_what_is_not_found_is_unknown():
    source = GatewayBatches([read_batch(batch(IDENTIFIER))], incomplete="one could not be read")
    answer = source.answer(query(OTHER), at=AT)
    assert (answer.status, answer.detail) == (RevocationStatus.UNKNOWN, "one could not be read")
    assert source.answer(query(IDENTIFIER), at=AT).status is RevocationStatus.REVOKED
    assert source.covers(query(issuer="DE"))


def test_the_list_of_batches():
    rows = [
        {"batchId": "a", "country": "VN", "date": "2022-06-01T00:00:00+00:00", "deleted": False},
        {"batchId": "b", "country": "VN", "date": "2022-06-02T00:00:00", "deleted": True},
    ]
    data = json.dumps({"more": False, "batches": rows}).encode()
    assert is_listing(data)
    assert not is_listing(batch(IDENTIFIER))
    read = read_listing(data)
    assert (read.is_complete, read.current, read.deleted) == (True, {"a"}, {"b"})
    assert read.newest == datetime(2022, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize("document", [{}, {"more": 1, "batches": []}, {"more": True, "batches": [{}]}, []])
def test_malformed_listings_are_refused(document):
    assert refusal(lambda: read_listing(json.dumps(document).encode())) is Reason.REVOCATION_LIST_UNREADABLE


def problem(call, *arguments):
    with pytest.raises(TrustListError) as caught:
        call(*arguments)
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE
    return str(caught.value).removeprefix("revocation list: ")


FORM = "a batch has a country and at most 10000 entries"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"{", "not JSON"),
        (b"{}", FORM),
        (batch(country="VNM"), FORM),
        (batch(country=["VN"]), FORM),
        (batch(entries={}), FORM),
        (batch(entries=[{"hash": "AA=="}] * 10_001), FORM),
        (batch(entries=[{"hash": "AA=="}] * 10_000), "entry 0 of a batch is no hash of 16 bytes in base64"),
        (batch(hashType="IDENTIFIER"), "a batch of another hash type"),
        (batch(hashType="X"), "a batch of another hash type"),
        (batch(IDENTIFIER, entries=[5]), "entry 0 of a batch is no hash of 16 bytes in base64"),
        (batch(entries=[{"hash": 5}]), "entry 0 of a batch is no hash of 16 bytes in base64"),
        (
            batch(entries=[{"hash": b64encode(bytes(15)).decode()}]),
            "entry 0 of a batch is no hash of 16 bytes in base64",
        ),
        (batch(entries=[{"hash": "*"}]), "not base64"),
        (b"{".ljust(MAX_REVOCATION_BATCH_BYTES + 1), f"a batch of over {MAX_REVOCATION_BATCH_BYTES} bytes"),
        (b"{".ljust(MAX_REVOCATION_BATCH_BYTES), "not JSON"),
    ],
)
def test_what_is_wrong_with_a_batch_is_told(data, told):
    assert problem(read_batch, data) == told


def test_more_than_the_leading_bytes_of_a_hash_may_be_given():
    whole = uci_hash(IDENTIFIER) + bytes(16)
    read = read_batch(batch(entries=[{"hash": b64encode(whole).decode()}]))
    assert read.hashes == (uci_hash(IDENTIFIER),)


ROW = {"batchId": "a", "country": "VN", "date": "2022-06-01T00:00:00Z", "deleted": False}
LISTING = "a list of batches has the members more and batches"
LISTED = "a batch is listed by batchId, date and deleted"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "not a JSON object"),
        ({"batches": []}, LISTING),
        ({"more": False}, LISTING),
        ({"more": False, "batches": {}}, LISTING),
        ({"more": False, "batches": [5]}, LISTED),
        ({"more": False, "batches": [{**ROW, "batchId": 5}]}, LISTED),
        ({"more": False, "batches": [{**ROW, "deleted": None}]}, LISTED),
    ],
)
def test_what_is_wrong_with_a_listing_is_told(document, told):
    assert problem(read_listing, json.dumps(document).encode()) == told


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b'{"batches":[]}', True),
        (b' \n{"batches":[]}', True),
        (b'["batches"]', False),
        (b'{"entries":[]}', False),
        (b'\0{"batches":[]}', False),
    ],
)
def test_what_a_listing_is_recognised_by(data, is_one):
    assert is_listing(data) is is_one


def test_which_types_of_hash_count():
    found = {}
    for kind, digest in (
        ("UCI", uci_hash(IDENTIFIER)),
        ("COUNTRYCODEUCI", country_uci_hash("VN", IDENTIFIER)),
        ("SIGNATURE", signature_hash(query().algorithm, query().signature)),
    ):
        entries = [{"hash": b64encode(digest).decode()}]
        source = GatewayBatches([read_batch(batch(entries=entries, hashType=kind))], as_of=AT)
        found[kind] = [
            source.answer(query(IDENTIFIER, **changes), at=AT).status
            for changes in ({}, {"issuer": None}, {"signature": b""})
        ]
    revoked, unknown = RevocationStatus.REVOKED, RevocationStatus.UNKNOWN
    assert found == {
        "UCI": [revoked, revoked, revoked],
        "COUNTRYCODEUCI": [revoked, unknown, revoked],
        "SIGNATURE": [revoked, revoked, unknown],
    }


def test_an_empty_listing_is_of_no_date():
    read = read_listing(b'{"more": true, "batches": []}')
    assert (read.is_complete, read.current, read.deleted, read.newest) == (False, set(), set(), None)


def test_of_two_entries_with_one_hash_the_later_end_counts():
    sooner, later = (read_batch(batch(IDENTIFIER, expires=at.isoformat())) for at in (AT, EXPIRES))
    for batches in ([sooner, later], [later, sooner]):
        source = GatewayBatches(batches, as_of=AT)
        assert source.answer(query(IDENTIFIER), at=EXPIRES).status is RevocationStatus.REVOKED


def test_why_the_batches_cannot_tell():
    source = GatewayBatches([read_batch(batch(IDENTIFIER))], as_of=AT)
    assert source.name == "EU gateway batches"
    assert source.answer(query(), at=AT).detail == "the certificate has nothing that the list could name"
    by_signature = GatewayBatches([read_batch(batch(IDENTIFIER, hashType="SIGNATURE"))], as_of=AT)
    answer = by_signature.answer(query(OTHER, signature=b""), at=AT)
    assert answer.status is RevocationStatus.UNKNOWN
    empty = GatewayBatches([], as_of=AT)
    assert empty.answer(query(), at=AT).status is RevocationStatus.NOT_REVOKED
