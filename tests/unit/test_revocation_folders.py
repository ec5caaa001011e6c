"""The EU slices for devices and the German scheme: what is missing, damaged or wrongly signed is unknown."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from tests.support.bloom import bloom_bytes, bloom_filter
from tests.support.revocation import AT, IDENTIFIER, OTHER, anchor_key, anchors, query

from vaxcert.codec import cose
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import anchor_of
from vaxcert.trust.revocation.device_slices import DeviceSlices
from vaxcert.trust.revocation.german import GermanLists
from vaxcert.trust.revocation.hashes import country_uci_hash, signature_hash, uci_hash
from vaxcert.trust.revocation.query import RevocationStatus

REVOKED, NOT_REVOKED, UNKNOWN = (
    RevocationStatus.REVOKED,
    RevocationStatus.NOT_REVOKED,
    RevocationStatus.UNKNOWN,
)
KID = query().kid
KID64 = urlsafe_b64encode(KID).decode().rstrip("=")
LATER = (AT + timedelta(days=5)).isoformat()
EARLIER = (AT - timedelta(days=5)).isoformat()
UPDATED = datetime(2022, 5, 31, tzinfo=UTC)


SECOND = timedelta(seconds=1)


def status(source, *texts, at=AT, **changes):
    return source.answer(query(*texts, **changes), at=at).status


# --- EU slices


def a_slice(digest, kind="BLOOMFILTER"):
    if kind == "BLOOMFILTER":
        return bloom_bytes(bloom_filter([digest], capacity=10, probability=1e-9))
    return bytes((0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 5)) + digest[:5]


def device(mode, *, digest=None, kind="BLOOMFILTER", slice_expires=LATER, **changes):
    """The files of one key in whose list one hash is."""
    digest = digest or uci_hash(IDENTIFIER)
    digits = digest.hex()
    count = {"POINT": 0, "VECTOR": 1, "COORDINATE": 2}.get(mode, 0)
    partition = {
        "id": None if count == 0 else "p1",
        "x": digits[0] if count > 0 else None,
        "y": digits[1] if count > 1 else None,
        "lastUpdated": UPDATED.isoformat(),
        "chunks": {digits[count]: {slice_expires: {"type": kind, "version": "1.0", "hash": "abc"}}},
    }
    listed = {
        "kid": KID64,
        "mode": mode,
        "hashTypes": ["UCI"],
        "expires": LATER,
        "lastUpdated": UPDATED.isoformat(),
        **changes,
    }
    chunk = f"lists/{KID64}/partitions/{'null' if count == 0 else 'p1'}/chunks/{digits[count]}/slices/abc"
    return {
        "lists.json": json.dumps([listed]).encode(),
        f"lists/{KID64}/partitions.json": json.dumps([partition]).encode(),
        chunk: a_slice(digest, kind),
    }


@pytest.mark.parametrize("mode", ["POINT", "VECTOR", "COORDINATE"])
@pytest.mark.parametrize("kind", ["BLOOMFILTER", "VARHASHLIST"])
def test_partitions_of_every_mode_and_both_kinds_of_slices(mode, kind):
    source = DeviceSlices(device(mode, kind=kind).get)
    answer = source.answer(query(IDENTIFIER), at=AT)
    assert (answer.status, answer.as_of) == (REVOKED, UPDATED)
    assert status(source, OTHER) is NOT_REVOKED
    assert source.covers(query())


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        ("SIGNATURE", signature_hash(query().algorithm, query().signature)),
        ("COUNTRYCODEUCI", country_uci_hash("VN", IDENTIFIER)),
    ],
)
def test_the_hash_types_that_the_list_names_are_looked_up(kind, digest):
    source = DeviceSlices(device("VECTOR", digest=digest, hashTypes=[kind]).get)
    assert status(source, IDENTIFIER) is REVOKED
    assert status(DeviceSlices(device("VECTOR", digest=digest).get), IDENTIFIER) is NOT_REVOKED


def test_a_key_that_is_not_listed_has_nothing_revoked():
    source = DeviceSlices(device("POINT").get)
    assert status(source, IDENTIFIER, kid=bytes(8)) is NOT_REVOKED
    assert status(source, IDENTIFIER, kid=b"") is UNKNOWN


def test_slices_are_too_old_after_ninety_days():
    far = (AT + timedelta(days=1000)).isoformat()
    source = DeviceSlices(device("POINT", expires=far, slice_expires=far).get)
    last = UPDATED + timedelta(days=90)
    for kid in (KID, bytes(8)):
        assert status(source, OTHER, kid=kid, at=last) is NOT_REVOKED
        assert status(source, OTHER, kid=kid, at=last + SECOND) is UNKNOWN
    assert status(source, IDENTIFIER, at=last + SECOND) is REVOKED
    assert "of 2022-05-31, at most 90" in source.answer(query(OTHER), at=last + SECOND).detail


def test_slices_are_as_of_the_last_change_of_the_key_and_age_from_that_of_any():
    files = device("POINT")
    newer = UPDATED + timedelta(days=3)
    other = {**json.loads(files["lists.json"])[0], "kid": "other", "lastUpdated": newer.isoformat()}
    files["lists.json"] = json.dumps([*json.loads(files["lists.json"]), other]).encode()
    source = DeviceSlices(files.get, max_age=timedelta(days=2))
    answers = [source.answer(query(OTHER, kid=kid), at=newer + timedelta(days=2)) for kid in (KID, bytes(8))]
    assert [(one.status, one.as_of) for one in answers] == [(NOT_REVOKED, UPDATED), (NOT_REVOKED, newer)]
    assert status(source, OTHER, at=newer + timedelta(days=2) + SECOND) is UNKNOWN


def test_slices_for_no_key_are_as_of_when_they_were_fetched():
    files = {"lists.json": b"[]"}
    assert status(DeviceSlices(files.get), OTHER) is UNKNOWN
    source = DeviceSlices(files.get, fetched=AT)
    assert source.answer(query(OTHER), at=AT).as_of == AT
    assert status(source, OTHER, at=AT + timedelta(days=90)) is NOT_REVOKED
    assert status(source, OTHER, at=AT + timedelta(days=90) + SECOND) is UNKNOWN


def test_a_slice_that_has_expired_no_longer_counts():
    assert status(DeviceSlices(device("POINT", slice_expires=EARLIER).get), IDENTIFIER) is NOT_REVOKED


def test_a_list_that_has_expired_is_unknown():
    assert status(DeviceSlices(device("POINT", expires=EARLIER).get), OTHER) is UNKNOWN


@pytest.mark.parametrize("mode", ["POINT", "VECTOR", "COORDINATE"])
@pytest.mark.parametrize("name", ["partitions.json", "slices/abc"])
@pytest.mark.parametrize("damage", [None, b"", b"[", b"[1]", b'[{"id": "p1", "chunks": 3}]'])
def test_a_file_that_is_missing_or_damaged_is_unknown(mode, name, damage):
    files = device(mode)
    (path,) = (path for path in files if path.endswith(name))
    files[path] = damage
    assert status(DeviceSlices(files.get), IDENTIFIER) is UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [{"mode": "LINE"}, {"mode": None}, {"hashTypes": []}, {"hashTypes": ["X"]}, {"hashTypes": None}],
)
def test_a_list_that_is_not_understood_is_unknown(changes):
    files = device("POINT", **{key: value for key, value in changes.items() if key != "mode"})
    listed = json.loads(files["lists.json"])
    listed[0].update(changes)
    files["lists.json"] = json.dumps(listed).encode()
    assert status(DeviceSlices(files.get), IDENTIFIER) is UNKNOWN


@pytest.mark.parametrize("data", [None, b"", b"{}", b"[1]", b'[{"kid": "a"}]', b"[" * 100_000])
def test_lists_that_cannot_be_read_are_refused(data):
    with pytest.raises(TrustListError) as caught:
        DeviceSlices({"lists.json": data}.get)
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE


# --- the German scheme


def signed(value, signer=None):
    protected = cose.protected_header(int((signer or anchor_key()).algorithm), b"TEST kid")
    payload = cbor2.dumps(value)
    made = (signer or anchor_key()).sign(cose.sig_structure(protected, payload))
    return cose.write(protected, payload, made)


SECONDS = int(UPDATED.timestamp())


def german(digest=None, number=0x0B, *, deep=True):
    digest = digest or uci_hash(IDENTIFIER)
    folder = f"{KID.hex()}{number:02x}"
    second = {digest[1:2]: [SECONDS, 1]} if deep else {}
    place = f"{digest[0]:02x}/{digest[1]:02x}" if deep else f"{digest[0]:02x}"
    return {
        "kid.lst": signed({KID: {bytes((number,)): 1}}),
        f"{folder}/index.lst": signed({digest[:1]: [SECONDS, 1, second]}),
        f"{folder}/{place}/chunk.lst": signed([digest]),
    }


def lists(files, fetched=AT):
    return GermanLists(files.get, anchors(), fetched=fetched)


@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize(
    ("number", "digest"),
    [
        (0x0A, signature_hash(query().algorithm, query().signature)),
        (0x0B, uci_hash(IDENTIFIER)),
        (0x0C, country_uci_hash("VN", IDENTIFIER)),
    ],
)
def test_german_types_and_depths(number, digest, deep):
    source = lists(german(digest, number, deep=deep))
    answer = source.answer(query(IDENTIFIER), at=AT)
    assert (answer.status, answer.as_of) == (REVOKED, UPDATED)
    assert status(source, OTHER, signature=bytes(64)) is NOT_REVOKED
    assert status(source, IDENTIFIER, kid=bytes(8)) is NOT_REVOKED
    assert status(source, IDENTIFIER, kid=b"") is UNKNOWN


def test_a_german_key_without_dates_is_as_of_when_it_was_fetched():
    source = lists(german())
    assert source.answer(query(OTHER, kid=bytes(8)), at=AT).as_of == AT
    assert status(source, OTHER, kid=bytes(8), at=AT + timedelta(days=90)) is NOT_REVOKED
    assert status(source, OTHER, kid=bytes(8), at=AT + timedelta(days=90) + SECOND) is UNKNOWN
    answer = lists(german(), fetched=None).answer(query(OTHER, kid=bytes(8)), at=AT)
    assert (answer.status, answer.detail) == (UNKNOWN, "nobody says how old the list is")


def test_a_german_key_is_too_old_ninety_days_after_its_newest_entry():
    source = lists(german(), fetched=UPDATED - timedelta(days=400))
    last = UPDATED + timedelta(days=90)
    assert source.answer(query(OTHER), at=last).as_of == UPDATED
    assert [status(source, OTHER, at=at) for at in (last, last + SECOND)] == [NOT_REVOKED, UNKNOWN]
    assert status(source, IDENTIFIER, at=last + SECOND) is REVOKED


def test_a_german_key_that_has_not_changed_for_long_is_as_good_as_the_day_it_was_fetched():
    long_after = UPDATED + timedelta(days=400)
    source = lists(german(), fetched=long_after)
    answer = source.answer(query(OTHER), at=long_after + timedelta(days=90))
    assert (answer.status, answer.as_of) == (NOT_REVOKED, UPDATED)
    assert status(source, OTHER, at=long_after + timedelta(days=90) + SECOND) is UNKNOWN


def test_slices_that_have_not_changed_for_long_are_as_good_as_the_day_they_were_fetched():
    far = (AT + timedelta(days=1000)).isoformat()
    long_after = UPDATED + timedelta(days=400)
    source = DeviceSlices(device("POINT", expires=far, slice_expires=far).get, fetched=long_after)
    assert status(source, OTHER, at=long_after + timedelta(days=90)) is NOT_REVOKED
    assert status(source, OTHER, at=long_after + timedelta(days=90) + SECOND) is UNKNOWN


def test_a_german_chunk_of_another_place_answers_nothing():
    files = german(deep=True)
    (path,) = (path for path in files if path.endswith("chunk.lst"))
    other = bytes([uci_hash(IDENTIFIER)[0] ^ 1]) + bytes(15)
    files[path] = signed([other])
    assert status(lists(files), IDENTIFIER) is UNKNOWN


def test_a_certificate_that_cannot_be_looked_up_by_every_type_is_unknown():
    by_country = lists(german(country_uci_hash("VN", IDENTIFIER), 0x0C))
    assert status(by_country, IDENTIFIER) is REVOKED
    assert status(by_country, IDENTIFIER, issuer=None, country="VN") is REVOKED
    assert status(by_country, IDENTIFIER, issuer=None) is UNKNOWN
    by_signature = lists(german(signature_hash(query().algorithm, query().signature), 0x0A))
    assert status(by_signature, IDENTIFIER, signature=b"") is UNKNOWN


def test_a_key_is_found_in_either_base64_and_listed_once():
    kid = bytes.fromhex("fbefbefffefdfcfb")
    written = urlsafe_b64encode(kid).decode().rstrip("=")
    files = {path.replace(KID64, written): data for path, data in device("POINT", kid=written).items()}
    row = json.loads(files["lists.json"])[0]
    padded = {**files, "lists.json": json.dumps([{**row, "kid": _standard(kid)}]).encode()}
    for one in (files, padded):
        assert status(DeviceSlices(one.get), IDENTIFIER, kid=kid) is REVOKED
    twice = json.dumps([row, {**row, "kid": _standard(kid), "hashTypes": ["SIGNATURE"]}]).encode()
    with pytest.raises(TrustListError, match="twice"):
        DeviceSlices({**files, "lists.json": twice}.get)


def _standard(kid):
    return b64encode(kid).decode()


def test_a_key_identifier_of_one_byte():
    files = german()
    folder = f"{KID.hex()}0b"
    short = {path.replace(folder, "070b"): data for path, data in files.items()}
    source = lists({**short, "kid.lst": signed({b"\7": {b"\x0b": 1}})})
    assert [status(source, IDENTIFIER, kid=kid) for kid in (b"\7", KID)] == [REVOKED, NOT_REVOKED]
    sliced = {path.replace(KID64, "Bw"): data for path, data in device("POINT", kid="Bw").items()}
    assert [status(DeviceSlices(sliced.get), IDENTIFIER, kid=kid) for kid in (b"\7", KID)] == [
        REVOKED,
        NOT_REVOKED,
    ]


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_coarser_chunk_serves_where_finer_ones_are_not_kept(depth):
    files = german()
    (path,) = (path for path in files if path.endswith("chunk.lst"))
    chunk = files.pop(path)
    files["/".join([*path.split("/")[: depth + 1], "chunk.lst"])] = chunk
    assert status(lists(files), IDENTIFIER) is REVOKED


def test_a_neighbour_in_the_same_chunk_is_not_revoked():
    digest = uci_hash(IDENTIFIER)
    near = digest[:15] + bytes((digest[15] ^ 1,))
    files = german(near)
    assert status(lists(files), IDENTIFIER) is NOT_REVOKED


@pytest.mark.parametrize("name", ["index.lst", "chunk.lst"])
@pytest.mark.parametrize(
    "damage",
    [
        None,
        b"",
        b"\xff",
        signed({}, anchor_key("wrong")),
        signed(5),
        signed([b"short"]),
        signed({uci_hash(IDENTIFIER)[:1]: 5}),
        signed({uci_hash(IDENTIFIER)[:1]: [10**30, 1]}),
    ],
    ids=["missing", "empty", "no CBOR", "wrong key", "number", "short hash", "row", "date"],
)
def test_open_where_the_apps_are_open_means_unknown_here(name, damage):
    files = german()
    (path,) = (path for path in files if path.endswith(name))
    files[path] = damage
    assert status(lists(files), IDENTIFIER) is UNKNOWN


def test_a_flipped_bit_in_a_chunk_is_unknown():
    files = german()
    (path,) = (path for path in files if path.endswith("chunk.lst"))
    data = bytearray(files[path])
    data[30] ^= 1
    files[path] = bytes(data)
    answer = lists(files).answer(query(IDENTIFIER), at=AT)
    assert answer.status is UNKNOWN


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, Reason.REVOCATION_LIST_UNREADABLE),
        (signed({KID: {b"\x0b": 1}}, anchor_key("wrong")), Reason.REVOCATION_LIST_SIGNATURE),
        (signed([1]), Reason.REVOCATION_LIST_UNREADABLE),
        (signed({"text": {b"\x0b": 1}}), Reason.REVOCATION_LIST_UNREADABLE),
        (signed({KID: {b"\x0f": 1}}), Reason.REVOCATION_LIST_UNREADABLE),
        (signed({KID: 1}), Reason.REVOCATION_LIST_UNREADABLE),
    ],
)
def test_a_list_of_keys_that_cannot_be_relied_on_is_refused(data, reason):
    with pytest.raises(TrustListError) as caught:
        lists({"kid.lst": data})
    assert caught.value.reason is reason


def test_anchors_of_other_kinds():
    other = anchor_of(ec.generate_private_key(ec.SECP384R1()).public_key())
    assert status(GermanLists(german().get, [other, *anchors()]), IDENTIFIER) is REVOKED
    small = anchor_of(rsa.generate_private_key(65537, 1024).public_key())  # noqa: S505 - too small on purpose
    for pinned, reason in (([other], Reason.ANCHOR_MISSING), ([small], Reason.WEAK_SIGNATURE)):
        with pytest.raises(TrustListError) as caught:
            GermanLists(german().get, pinned)
        assert caught.value.reason is reason


def test_no_anchor_is_refused():
    with pytest.raises(TrustListError) as caught:
        GermanLists(german().get, ())
    assert caught.value.reason is Reason.ANCHOR_MISSING


@given(st.binary(max_size=60))
def test_any_payload_is_unknown_or_our_error(payload):
    protected = cose.protected_header(-7, b"TEST kid")
    data = cose.write(protected, payload, anchor_key().sign(cose.sig_structure(protected, payload)))
    with pytest.raises(TrustListError):
        lists({"kid.lst": data if payload != b"\xa0" else b""})
    files = german()
    for path in files:
        if path.endswith("index.lst"):
            files[path] = data
    assert status(lists(files), IDENTIFIER) in {UNKNOWN, NOT_REVOKED}


# --- why an answer is unknown


def detail(source, *texts, at=AT, **changes):
    answer = source.answer(query(*texts, **changes), at=at)
    assert answer.status is UNKNOWN
    return answer.detail.removeprefix("revocation list: ")


def sliced(changes=None, partition=None, **options):
    """Slices whose list or partition has other members."""
    files = device("VECTOR", **options)
    for name, other in (("lists.json", changes), (f"lists/{KID64}/partitions.json", partition)):
        rows = json.loads(files[name])
        rows[0].update(other or {})
        files[name] = json.dumps(rows).encode()
    return DeviceSlices(files.get)


DIGIT = uci_hash(IDENTIFIER).hex()[1]
BLOOM = {"type": "BLOOMFILTER", "hash": "abc"}


@pytest.mark.parametrize(
    ("changes", "partition", "told"),
    [
        ({"mode": "LINE"}, {}, "a list of another mode than POINT, VECTOR and COORDINATE"),
        ({"mode": 1}, {}, "a list of another mode than POINT, VECTOR and COORDINATE"),
        ({"hashTypes": []}, {}, "a list without hash types"),
        ({"hashTypes": {"UCI": 1}}, {}, "a list without hash types"),
        ({"hashTypes": ["UCI", "X"]}, {}, "a list of another hash type"),
        ({}, {"x": None}, "a partition without the coordinates that its mode has"),
        ({}, {"chunks": 5}, "a partition is not made of chunks of slices"),
        ({}, {"chunks": {DIGIT: 5}}, "a partition is not made of chunks of slices"),
        ({}, {"chunks": {DIGIT: {LATER: 5}}}, "a partition is not made of chunks of slices"),
        (
            {},
            {"chunks": {DIGIT: {LATER: {**BLOOM, "type": "OTHER"}}}},
            "a slice of another type than BLOOMFILTER and VARHASHLIST",
        ),
        ({"expires": EARLIER, "hashTypes": ["SIGNATURE"]}, {}, "the list of the key has expired"),
    ],
)
def test_what_is_wrong_with_slices_is_told(changes, partition, told):
    assert detail(sliced(changes, partition), IDENTIFIER) == told


def test_what_the_slices_cannot_look_up_is_told():
    by_key = "the list is ordered by keys, and that of the certificate is not given"
    nothing = "the certificate has nothing that the list could name"
    source = DeviceSlices(device("POINT").get)
    assert detail(source, IDENTIFIER, kid=b"") == by_key
    assert detail(source) == nothing
    assert detail(lists(german()), IDENTIFIER, kid=b"") == by_key
    assert detail(lists(german())) == nothing
    assert (source.name, lists(german()).name) == ("EU revocation slices", "German revocation list")


def test_hash_types_may_be_named_twice_and_coordinates_in_capitals():
    assert status(sliced({"hashTypes": ["UCI", "UCI"]}), IDENTIFIER) is REVOKED
    x = uci_hash(IDENTIFIER).hex()[0]
    assert status(sliced({}, {"x": x.upper()}), IDENTIFIER) is REVOKED


def test_a_slice_and_a_list_count_to_their_last_moment():
    ends = AT.isoformat()
    assert status(DeviceSlices(device("POINT", slice_expires=ends).get), IDENTIFIER) is REVOKED
    after = AT + SECOND
    assert status(DeviceSlices(device("POINT", slice_expires=ends).get), IDENTIFIER, at=after) is NOT_REVOKED
    source = DeviceSlices(device("POINT", expires=ends).get)
    assert [status(source, OTHER, at=at) for at in (AT, after)] == [NOT_REVOKED, UNKNOWN]


FIRST = uci_hash(IDENTIFIER)[:1]
ONE, TWO = (f"{octet:02x}" for octet in uci_hash(IDENTIFIER)[:2])
CHUNK = f"{KID.hex()}0b/{ONE}/{TWO}/chunk.lst"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("index.lst", 5, "a map expected"),
        ("index.lst", {FIRST: 5}, "an index row without a time"),
        ("index.lst", {FIRST: []}, "an index row without a time"),
        ("index.lst", {FIRST: ["x", 1]}, "an index row without a time"),
        ("index.lst", {FIRST: [True, 1]}, "an index row without a time"),
        ("index.lst", {FIRST: [10**30, 1]}, "an index row with an impossible time"),
        ("index.lst", {FIRST: [SECONDS]}, "an index row is not an array of time and count"),
        ("index.lst", {FIRST: [SECONDS, 1, 5]}, "a map expected"),
        (
            "index.lst",
            {FIRST: [SECONDS, 1, {uci_hash(IDENTIFIER)[1:2]: [1]}]},
            "an index row is not an array of time and count",
        ),
        ("chunk.lst", {}, "a chunk is not an array of hashes of 16 bytes"),
        ("chunk.lst", [bytes(15)], "a chunk is not an array of hashes of 16 bytes"),
        ("chunk.lst", [bytes(17)], "a chunk is not an array of hashes of 16 bytes"),
        ("chunk.lst", [5], "a chunk is not an array of hashes of 16 bytes"),
        ("chunk.lst", [bytes(16)], f"{CHUNK} is the chunk of another place"),
        ("chunk.lst", [uci_hash(IDENTIFIER)[:1] + bytes(15)], f"{CHUNK} is the chunk of another place"),
    ],
)
def test_what_is_wrong_with_a_german_file_is_told(name, value, told):
    files = german()
    (path,) = (path for path in files if path.endswith(name))
    files[path] = signed(value)
    assert detail(lists(files), IDENTIFIER) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([], "a map expected"),
        ({KID: []}, "a map expected"),
        ({5: {}}, "a key identifier is not bytes"),
        ({KID: {b"\x0d": 1}}, "a hash type other than 0a, 0b and 0c"),
        ({KID: {b"\x0b\x0b": 1}}, "a hash type other than 0a, 0b and 0c"),
        ({KID: {"b": 1}}, "a hash type other than 0a, 0b and 0c"),
    ],
)
def test_what_is_wrong_with_the_german_list_of_keys_is_told(value, told):
    with pytest.raises(TrustListError) as caught:
        lists({"kid.lst": signed(value)})
    assert str(caught.value) == f"revocation list: {told}"


@pytest.mark.parametrize(("depth", "shared"), [(0, 0), (1, 1), (2, 2)])
def test_hashes_of_a_chunk_begin_with_the_bytes_of_its_place_and_differ_then(depth, shared):
    digest = uci_hash(IDENTIFIER)
    files = german()
    (path,) = (path for path in files if path.endswith("chunk.lst"))
    del files[path]
    other = digest[:shared] + bytes([digest[shared] ^ 1]) + bytes(15 - shared)
    files["/".join([*path.split("/")[: depth + 1], "chunk.lst"])] = signed([other, digest])
    assert status(lists(files), IDENTIFIER) is REVOKED


def test_german_types_and_bytes_may_be_numbers():
    files = german()
    index = {uci_hash(IDENTIFIER)[0]: [SECONDS, 1, {uci_hash(IDENTIFIER)[1]: [SECONDS, 1]}]}
    files[f"{KID.hex()}0b/index.lst"] = signed(index)
    files["kid.lst"] = signed({KID: {0x0B: 1}})
    assert status(lists(files), IDENTIFIER) is REVOKED


def test_german_files_are_cose_messages_with_nothing_after_their_value():
    with pytest.raises(TrustListError) as caught:
        lists({"kid.lst": b"\xff"})
    assert str(caught.value) == "revocation list: kid.lst is not a COSE_Sign1 message"
    protected = cose.protected_header(-7, b"TEST kid")
    for payload, told in (
        (b"\xa0\xa0", "bytes follow the CBOR value of kid.lst"),
        (b"\xff", "kid.lst does not hold well-formed CBOR"),
    ):
        made = cose.write(protected, payload, anchor_key().sign(cose.sig_structure(protected, payload)))
        with pytest.raises(TrustListError) as caught:
            lists({"kid.lst": made})
        assert str(caught.value) == f"revocation list: {told}"


def test_a_weak_anchor_is_refused_beside_others():
    small = anchor_of(rsa.generate_private_key(65537, 1024).public_key())  # noqa: S505 - too small on purpose
    with pytest.raises(TrustListError) as caught:
        GermanLists(german().get, [*anchors(), small])
    assert caught.value.reason is Reason.WEAK_SIGNATURE
    assert str(caught.value) == "an anchor is an RSA key of 1024 bits, at least 2048 expected"


@pytest.mark.parametrize(("kid", "written"), [(b"\0\0\x17", "AAAX"), (b"\0\0\x17\0", "AAAXAA")])
def test_only_padding_is_left_out_of_a_key_identifier(kid, written):
    files = {path.replace(KID64, written): data for path, data in device("POINT", kid=written).items()}
    assert status(DeviceSlices(files.get), IDENTIFIER, kid=kid) is REVOKED


@pytest.mark.parametrize("more", [[], [{}], [{}, "more"]])
def test_german_rows_may_end_after_the_count(more):
    files = german(deep=False)
    files[f"{KID.hex()}0b/index.lst"] = signed({FIRST: [SECONDS, 1, *more]})
    assert status(lists(files), IDENTIFIER) is REVOKED


def test_the_finest_german_chunk_is_the_one_that_counts():
    files = german()
    coarser = f"{KID.hex()}0b/{ONE}/chunk.lst"
    files[coarser] = signed([])
    assert status(lists(files), IDENTIFIER) is REVOKED
    del files[CHUNK]
    assert status(lists(files), IDENTIFIER) is NOT_REVOKED
    del files[coarser]
    assert detail(lists(files), IDENTIFIER) == f"{CHUNK} is missing"


def test_a_german_file_that_names_a_key_twice_is_unreadable():
    protected = cose.protected_header(-7, b"TEST kid")
    for payload, is_one in ((b"\xa2\x41\1\xa0\x41\2\xa0", True), (b"\xa2\x41\1\xa0\x41\1\xa0", False)):
        made = cose.write(protected, payload, anchor_key().sign(cose.sig_structure(protected, payload)))
        if is_one:
            assert status(lists({"kid.lst": made}), OTHER) is NOT_REVOKED
        else:
            with pytest.raises(TrustListError) as caught:
                lists({"kid.lst": made})
            assert str(caught.value) == "revocation list: kid.lst does not hold well-formed CBOR"


def test_a_german_file_by_another_key_is_named():
    files = german()
    files[f"{KID.hex()}0b/index.lst"] = signed({}, anchor_key("wrong"))
    told = f"{KID.hex()}0b/index.lst is not signed by a pinned anchor"
    assert detail(lists(files), IDENTIFIER) == told
    assert lists(files).covers(query(issuer="LA")) is True
