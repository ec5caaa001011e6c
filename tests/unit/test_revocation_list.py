from __future__ import annotations

import hashlib
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.revocation import (
    AT,
    DAY,
    IDENTIFIER,
    ISSUED,
    OTHER,
    anchor_key,
    anchors,
    description,
    document,
    identifiers,
    list_bytes,
    on,
    opened,
    query,
    read_bytes,
    reader,
    sections,
)

from vaxcert.errors import Reason, TrustListError, VaxcertError
from vaxcert.trust import signed_document
from vaxcert.trust.revocation import header, revocation_list
from vaxcert.trust.revocation.hashes import (
    HashType,
    country_uci_hash,
    identifier_hash,
    signature_hash,
    uci_hash,
)
from vaxcert.trust.revocation.header import Base, Change
from vaxcert.trust.revocation.query import RevocationLists, RevocationStatus
from vaxcert.trust.revocation.revocation_list import MAGIC, RevocationList
from vaxcert.trust.revocation.sections import BLOCK_BYTES, NEVER

REVOKED, NOT_REVOKED, UNKNOWN = (
    RevocationStatus.REVOKED,
    RevocationStatus.NOT_REVOKED,
    RevocationStatus.UNKNOWN,
)


def status(source, *texts, at=AT, **changes):
    return source.answer(query(*texts, **changes), at=at).status


def refusal(call):
    with pytest.raises(TrustListError) as caught:
        call()
    return caught.value.reason


# --- the three answers


@pytest.mark.parametrize(
    "spelling", [IDENTIFIER, IDENTIFIER.lower(), "URN:UVCI:01:VN:ABC123", " urn:uvci:01:vn:abc123#Q "]
)
def test_revoked_however_it_is_spelled(spelling):
    answer = opened().answer(query(spelling), at=AT)
    assert (answer.status, answer.as_of, answer.source) == (REVOKED, ISSUED, "TEST authority")


def test_not_revoked_as_of_the_lists_date():
    answer = opened().answer(query(OTHER), at=AT)
    assert (answer.status, answer.as_of, answer.detail) == (NOT_REVOKED, ISSUED, "")


def test_one_revoked_event_of_two_revokes():
    assert status(opened(), OTHER, IDENTIFIER) is REVOKED


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        (HashType.UCI, uci_hash(IDENTIFIER)),
        (HashType.COUNTRYCODEUCI, country_uci_hash("VN", IDENTIFIER)),
        (HashType.SIGNATURE, signature_hash(query().algorithm, query().signature)),
    ],
)
def test_each_eu_type_is_looked_up_as_signed(kind, digest):
    source = opened(sections((kind, digest, NEVER)))
    assert status(source, IDENTIFIER) is REVOKED
    if kind is HashType.SIGNATURE:
        assert status(source, IDENTIFIER, signature=bytes(32) + bytes(range(32, 64))) is NOT_REVOKED
        flipped = query().signature[:32] + bytes(32)  # another s: the certificate is the same
        assert status(source, IDENTIFIER, signature=flipped) is REVOKED
    else:
        assert status(source, IDENTIFIER.lower()) is NOT_REVOKED


def test_unknown_when_nothing_of_the_certificate_could_be_on_the_list():
    answer = opened().answer(query(), at=AT)
    assert (answer.status, answer.detail) == (UNKNOWN, "the certificate has nothing that the list could name")


def test_an_empty_list_says_not_revoked():
    assert status(opened([]), IDENTIFIER) is NOT_REVOKED
    assert status(opened([])) is NOT_REVOKED


def test_usable_until_in_pairs():
    end = description().usable_until
    assert status(opened(), OTHER, at=end) is NOT_REVOKED
    answer = opened().answer(query(OTHER), at=end + timedelta(seconds=1))
    assert (answer.status, answer.detail) == (UNKNOWN, "the list was usable until 2022-07-01T00:00:00Z")


def test_a_stale_list_still_says_revoked():
    assert status(opened(), IDENTIFIER, at=ISSUED + timedelta(days=3000)) is REVOKED


def test_an_entry_counts_to_the_end_of_its_last_day():
    source = opened(identifiers(IDENTIFIER, expiry=DAY))
    assert status(source, IDENTIFIER, at=ISSUED + timedelta(hours=23, minutes=59, seconds=59)) is REVOKED
    assert status(source, IDENTIFIER, at=ISSUED + timedelta(days=1)) is NOT_REVOKED


@pytest.mark.parametrize(
    ("countries", "issuer", "covered"),
    [
        (None, "VN", True),
        (None, None, True),
        (frozenset({"VN"}), "VN", True),
        (frozenset({"VN"}), "DE", False),
        (frozenset({"VN"}), None, True),
        (frozenset({"GR"}), "EL", True),
        (frozenset({"EL"}), "GR", True),
        (frozenset({"GR"}), "CY", False),
        (frozenset({"FR"}), "CNAM", True),
        (frozenset({"FR"}), "FRA", True),
        (frozenset({"FR"}), "fr", True),
        (frozenset({"CNAM"}), "CNAM", True),
        (frozenset({"DE"}), "CNAM", False),
        (frozenset({"CH"}), "CH BAG", True),
        (frozenset({"GB"}), "JE", True),
        (frozenset({"JE"}), "GB", False),
        (frozenset({"DE", "FR"}), "fr", True),
        (frozenset({"VN"}), "Bộ Y tế", True),
        (frozenset({"VN"}), "", True),
        (frozenset({"VN"}), "ZZ", False),
    ],
)
def test_covered_countries(countries, issuer, covered):
    source = opened(countries=countries)
    asked = query(OTHER, issuer=issuer)
    assert source.covers(asked) is covered
    assert RevocationLists([source]).answer(asked, at=AT).covered is covered


@pytest.mark.parametrize(
    ("country", "issuer", "covered"),
    [
        ("VN", "VN", True),
        ("VN", "vn ", True),
        ("VN", "", True),
        ("VN", "Bộ Y tế", True),
        ("VN", "LA", True),
        ("LA", "VN", True),
        ("LA", "Bộ Y tế", False),
        ("LA", None, False),
        ("LA", "LA", False),
        (None, "Bộ Y tế", True),
        (None, None, True),
        (None, "LA", False),
    ],
)
def test_the_country_of_the_signing_key_covers_whatever_the_issuer_is_called(country, issuer, covered):
    asked = query(OTHER, issuer=issuer, country=country)
    assert opened(countries=frozenset({"VN"})).covers(asked) is covered


def test_withdrawn_keys():
    keys = frozenset({bytes(8), bytes(32)})
    assert opened(withdrawn=keys).withdrawn == keys


# --- bytes


def test_the_same_list_has_the_same_bytes():
    texts = [f"URN:UVCI:01:VN:{number}" for number in range(700)]
    assert list_bytes(identifiers(*texts)) == list_bytes(identifiers(*reversed(texts)))


def test_header_index_and_blocks_stand_where_the_specification_says():
    data = list_bytes(identifiers(*map(str, range(600))))
    length = int.from_bytes(data[8:12], "big")
    assert data[:8] == MAGIC
    assert signed_document.is_signed_document(data[12:])
    content = signed_document.read(data[12 : 12 + length], header.CONTENT_TYPE).content
    described = cbor2.loads(content)
    (only,) = described["sections"]
    assert (only["type"], only["change"], only["entries"], only["blocks"]) == (
        "IDENTIFIER",
        "revoked",
        600,
        2,
    )
    index = data[12 + length : 12 + length + 80]
    assert only["index"] == hashlib.sha256(index).digest()
    assert len(data) % BLOCK_BYTES == 0
    assert index[16:48] == hashlib.sha256(data[-2 * BLOCK_BYTES : -BLOCK_BYTES]).digest()
    assert list(described) == sorted(described, key=cbor2.dumps)


def test_every_flipped_bit_is_refused_or_unknown_or_changes_nothing():
    """The padding is all that no digest covers, and nothing reads it."""
    data = list_bytes(identifiers(*map(str, range(50)), IDENTIFIER))
    chance = random.Random(5)
    seen = set()
    places = [*range(12), *chance.sample(range(len(data)), 400)]
    for at in places:
        damaged = data[:at] + bytes((data[at] ^ 1 << chance.randrange(8),)) + data[at + 1 :]
        try:
            source = RevocationList([read_bytes(damaged, anchors())])
        except TrustListError as error:
            seen.add(error.reason)
            continue
        assert status(source, IDENTIFIER) in {REVOKED, UNKNOWN}
        assert status(source, OTHER) in {NOT_REVOKED, UNKNOWN}
        if at >= len(data) - BLOCK_BYTES:
            assert status(source, IDENTIFIER) is UNKNOWN
            assert "damaged" in source.answer(query(IDENTIFIER), at=AT).detail
    assert {Reason.REVOCATION_LIST_UNREADABLE, Reason.REVOCATION_LIST_SIGNATURE} <= seen


@pytest.mark.parametrize("length", [0, 7, 11, 12, 100, 4095, 4096, 8191])
def test_a_list_cut_short_is_unreadable(length):
    data = list_bytes()
    assert len(data) == 8192
    reason = refusal(lambda: read_bytes(data[:length], anchors()))
    assert reason is Reason.REVOCATION_LIST_UNREADABLE


@pytest.mark.parametrize("data", [b"", MAGIC, MAGIC + bytes(3), b"X" + MAGIC[1:] + bytes(4), bytes(5000)])
def test_what_does_not_begin_as_a_list(data):
    with pytest.raises(TrustListError) as caught:
        read_bytes(data, anchors())
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE
    assert str(caught.value) == "revocation list: it does not begin as one"


def test_entries_of_every_block_and_section_are_found():
    expiries = {hashlib.sha256(bytes(divmod(n, 256))).digest()[:16]: DAY + n for n in range(1200)}
    parts = sections(
        *((HashType.UCI, digest, day) for digest, day in expiries.items()),
        *((HashType.SIGNATURE, digest, day + 1) for digest, day in expiries.items()),
    )
    source = opened(parts)
    assert [section.blocks for section in document(parts).header.sections] == [3, 3]
    assert {digest: source.expiry(HashType.UCI, digest) for digest in expiries} == expiries
    for digest, day in expiries.items():
        assert source.expiry(HashType.SIGNATURE, digest) == day + 1
    assert source.expiry(HashType.IDENTIFIER, next(iter(expiries))) is None


def test_a_list_with_bytes_after_it_is_unreadable():
    reason = refusal(lambda: read_bytes(list_bytes() + b"\0", anchors()))
    assert reason is Reason.REVOCATION_LIST_UNREADABLE


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_our_error(data):
    for tried in (data, MAGIC + data, MAGIC + len(data).to_bytes(4, "big") + data):
        with pytest.raises(VaxcertError):
            read_bytes(tried, anchors())


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9) | st.binary(max_size=33),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(sorted(header._FIELDS)),
)
def test_any_signed_content_is_a_header_or_our_error(value, name):
    fields = cbor2.loads(header.encode(header.Header(description=description(), sections=())))
    for content in (cbor2.dumps(value), cbor2.dumps({**fields, name: value})):
        with suppress(TrustListError):
            assert header.encode(header.decode(content)) == content


def test_a_header_that_is_no_cbor_is_unreadable():
    with pytest.raises(TrustListError) as caught:
        header.decode(b"\xff")
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE


def _section(**changes):
    fields = {"change": "revoked", "type": "UCI", "bits": 40, "entries": 1, "blocks": 1, "index": bytes(32)}
    return _ordered({**fields, **changes})


def _ordered(fields):
    return dict(sorted(fields.items(), key=lambda one: cbor2.dumps(one[0])))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "version"),
        ({"version": 0}, "another version"),
        ({"issuer": ""}, "issuer"),
        ({"issuer": "x" * 201}, "issuer"),
        ({"issuer": "two\nlines"}, "issuer"),
        ({"number": -1}, "number"),
        ({"number": 0}, "a number from 1"),
        ({"number": 2**53}, "number"),
        ({"number": True}, "number"),
        ({"issued": 1.5}, "issued"),
        ({"usable-until": 253402300800}, "usable-until"),
        ({"issued": 1, "next-update": 0}, "in this order"),
        ({"next-update": 253402300799}, "in this order"),
        ({"countries": []}, "at least one country"),
        ({"countries": [""]}, "at least one country"),
        ({"countries": [1]}, "countries"),
        ({"countries": ["VN", "DE"]}, "encoding"),
        ({"withdrawn": [bytes(9)]}, "withdrawn"),
        ({"base": {"number": 1}}, "digest, number"),
        ({"base": {"number": 1, "digest": bytes(31)}}, "digest is not 32 bytes"),
        ({"sections": {}}, "sections"),
        ({"sections": [_section(), _section()]}, "two sections"),
        ({"sections": [_section(bits=0)]}, "blocks can hold"),
        ({"sections": [_section(bits=65)]}, "bits"),
        ({"sections": [_section(entries=586)]}, "blocks can hold"),
        ({"sections": [_section(entries=0)]}, "blocks can hold"),
        ({"sections": [_section(type="OTHER")]}, "none of"),
        ({"sections": [_section(change="restored")]}, "full list restores"),
        ({"further": 1}, "a map of"),
    ],
)
def test_headers_that_are_refused(changes, message):
    fields = cbor2.loads(header.encode(header.Header(description=description(), sections=())))
    with pytest.raises(TrustListError, match=message) as caught:
        header.decode(cbor2.dumps(_ordered({**fields, **changes})))
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE
    accepted = dict(
        sorted({**fields, "sections": [_section(entries=585)]}.items(), key=lambda one: cbor2.dumps(one[0]))
    )
    assert header.decode(cbor2.dumps(accepted)).sections[0].entries == 585


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ({"issuer": "x" * 200}, {"issuer": "x" * 201}, "an issuer of 1 to 200"),
        ({"issuer": "x"}, {"issuer": ""}, "an issuer of 1 to 200"),
        ({"issuer": "Bộ Y tế"}, {"issuer": "Bộ\0"}, "an issuer of 1 to 200"),
        ({"number": 1}, {"number": 0}, "a number from 1"),
        ({"number": 2**53 - 1}, {"number": 2**53}, "a number from 1"),
        ({"countries": frozenset({"x" * 200})}, {"countries": frozenset({"x" * 201})}, "country"),
        ({"countries": frozenset({"VN"})}, {"countries": frozenset({"VN", ""})}, "country"),
        ({"countries": None}, {"countries": frozenset()}, "country"),
        ({"withdrawn": frozenset({bytes(8)})}, {"withdrawn": frozenset({bytes(7)})}, "withdrawn"),
        ({"next_update": ISSUED}, {"next_update": ISSUED - timedelta(seconds=1)}, "in this order"),
        ({"issued": ISSUED}, {"issued": ISSUED.replace(tzinfo=None)}, "with a zone"),
        ({"issued": ISSUED}, {"issued": ISSUED.replace(microsecond=1)}, "whole seconds"),
        ({"issued": datetime(1970, 1, 1, tzinfo=UTC)}, {"issued": datetime(1969, 1, 1, tzinfo=UTC)}, "1970"),
    ],
)
def test_what_a_list_may_say_of_itself(good, bad, message):
    made = description(**good)
    assert document([], **good).header.description == made  # what can be written can be opened
    with pytest.raises(ValueError, match=message):
        description(**bad)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"bits": 1},
        {"bits": 64},
        {"entries": 585},
        {"entries": 586, "blocks": 2},
        {"entries": 2, "blocks": 2},
    ],
)
def test_sections_at_their_bounds(changes):
    fields = cbor2.loads(header.encode(header.Header(description=description(), sections=())))
    (found,) = header.decode(cbor2.dumps(_ordered({**fields, "sections": [_section(**changes)]}))).sections
    expected = {"bits": 40, "entries": 1, "blocks": 1, **changes}
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("length", "problem"),
    [
        (1024 * 1024, "signed document: it does not begin as one"),
        (1024 * 1024 + 1, "a header of 1048577 bytes, at most 1048576 expected"),
    ],
)
def test_length_of_a_header_is_bounded_before_it_is_read(length, problem):
    data = MAGIC + length.to_bytes(4, "big") + bytes(100)
    with pytest.raises(TrustListError) as caught:
        read_bytes(data, anchors())
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE
    assert str(caught.value).endswith(problem)


def test_an_entry_that_never_ends_outlasts_every_day_that_can_be_written():
    assert status(opened(), IDENTIFIER, at=datetime(2500, 1, 1, tzinfo=UTC)) is REVOKED
    last = NEVER - 1
    source = opened(identifiers(IDENTIFIER, expiry=last), usable_until=datetime(9999, 1, 1, tzinfo=UTC))
    end = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=last)
    assert [status(source, IDENTIFIER, at=end + timedelta(days=n)) for n in (0, 1)] == [REVOKED, NOT_REVOKED]


def test_a_header_too_long_to_be_opened_is_not_written():
    digests = [number.to_bytes(32, "big") for number in range(31_000)]
    assert document([], withdrawn=frozenset(digests[:30_000])).header.description.number == 1
    with pytest.raises(ValueError, match="a header of 105"):
        list_bytes([], withdrawn=frozenset(digests))


def header_length(data):
    return int.from_bytes(data[8:12], "big")


def withdrawn_keys(count):
    return frozenset(number.to_bytes(32, "big") for number in range(count))


def test_the_longest_header_is_written_and_opened(monkeypatch):
    data = list_bytes()
    length = header_length(data)
    monkeypatch.setattr(revocation_list, "MAX_REVOCATION_HEADER_BYTES", length)
    assert list_bytes() == data
    assert read_bytes(data, anchors()).header.description == description()
    monkeypatch.setattr(revocation_list, "MAX_REVOCATION_HEADER_BYTES", length - 1)
    told = f"a header of {length} bytes, at most {length - 1} expected"
    with pytest.raises(ValueError, match=told):
        list_bytes()
    with pytest.raises(TrustListError, match=told):
        read_bytes(data, anchors())


# --- signatures


def signed_again(data, signer):
    signed, _ = revocation_list.read_unjudged(reader(data), len(data))
    added = signed_document.add_signature(signed, signer)
    return b"".join(revocation_list.with_signatures(reader(data), added))


@pytest.mark.parametrize("entries", [0, 1, 2000])
def test_signed_one_after_the_other_is_as_signed_together(entries, monkeypatch):
    monkeypatch.setattr(revocation_list, "_PIECE_BYTES", 3 * BLOCK_BYTES)  # of four blocks
    a, b = anchor_key("a"), anchor_key("b")
    parts = sections(
        *(
            (HashType.UCI, hashlib.sha256(bytes([n % 256, n // 256 % 256, n >> 16])).digest()[:16], NEVER)
            for n in range(entries)
        )
    )
    first = list_bytes(parts, signers=(a,))
    both = signed_again(first, b)
    assert both == list_bytes(parts, signers=(a, b))
    assert read_bytes(both, anchors(a, b), threshold=2).digest == read_bytes(first, anchors(a)).digest
    assert signed_again(both, b) == both


def test_signed_again_where_the_index_ends_in_another_page_than_it_begins():
    a, b = anchor_key("a"), anchor_key("b")
    for count in range(200):
        first = list_bytes(signers=(a,), withdrawn=withdrawn_keys(count))
        if 0 < -(12 + header_length(first)) % BLOCK_BYTES < 40:
            break
    assert signed_again(first, b) == list_bytes(signers=(a, b), withdrawn=withdrawn_keys(count))
    assert read_bytes(first, anchors(a)).header.description.withdrawn == withdrawn_keys(count)


def test_nobody_signs_a_list_that_is_damaged():
    data = bytearray(list_bytes())
    data[-1000] ^= 1
    _, document_of = revocation_list.read_unjudged(reader(data), len(data))
    with pytest.raises(TrustListError, match="block 0 is damaged"):
        document_of.check()
    assert refusal(lambda: signed_again(list_bytes()[:-1], anchor_key("b"))) is (
        Reason.REVOCATION_LIST_UNREADABLE
    )


def test_a_list_that_is_cut_short_while_it_is_signed_is_not_copied():
    data = list_bytes()
    signed, _ = revocation_list.read_unjudged(reader(data), len(data))
    with pytest.raises(TrustListError, match="cut short") as caught:
        b"".join(revocation_list.with_signatures(reader(data[:-1]), signed))
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE


def test_two_of_three_anchors():
    a, b, c = (anchor_key(name) for name in "abc")
    pinned = anchors(a, b, c)
    both = list_bytes(signers=(a, c))
    assert read_bytes(both, pinned, threshold=2).header.description.number == 1
    one = list_bytes(signers=(a,))
    reason = refusal(lambda: read_bytes(one, pinned, threshold=2))
    assert reason is Reason.TRUST_LIST_THRESHOLD


def test_another_signature_leaves_the_digest():
    a, b = anchor_key("a"), anchor_key("b")
    alone = read_bytes(list_bytes(signers=(a,)), anchors(a))
    together = read_bytes(list_bytes(signers=(a, b)), anchors(a))
    assert alone.digest == together.digest


def test_the_wrong_key_is_refused():
    reason = refusal(lambda: read_bytes(list_bytes(), anchors(anchor_key("z"))))
    assert reason is Reason.REVOCATION_LIST_SIGNATURE


def test_no_anchor_is_refused():
    assert refusal(lambda: read_bytes(list_bytes(), ())) is Reason.ANCHOR_MISSING


def test_a_trust_list_signature_is_none_for_a_revocation_list():
    content = header.encode(header.Header(description=description(), sections=()))
    kind = "application/vnd.vaxcert.trust-list+cbor"
    signed = signed_document.write(signed_document.sign(content, kind, [anchor_key()]))
    data = MAGIC + len(signed).to_bytes(4, "big") + signed
    padded = data + bytes(-len(data) % BLOCK_BYTES)
    assert refusal(lambda: read_bytes(padded, anchors())) is Reason.REVOCATION_LIST_UNREADABLE


# --- deltas


def delta(older, parts, number=2, **changes):
    fields = {"number": number, "base": on(older), "issued": ISSUED + timedelta(days=number), **changes}
    fields.setdefault("next_update", fields["issued"])
    fields.setdefault("usable_until", fields["issued"] + timedelta(days=30))
    return document(parts, **fields)


def test_a_delta_adds_and_restores():
    base = document(identifiers(IDENTIFIER, "KEPT"))
    newer = delta(base, [*identifiers(OTHER), *identifiers(IDENTIFIER, change=Change.RESTORED)])
    source = RevocationList([newer, base])
    assert [status(source, one) for one in (IDENTIFIER, "KEPT", OTHER)] == [NOT_REVOKED, REVOKED, REVOKED]
    assert source.answer(query("NEVER HEARD OF"), at=AT).as_of == ISSUED + timedelta(days=2)


def test_a_delta_may_be_of_the_same_moment():
    base = document(identifiers(IDENTIFIER))
    source = RevocationList([base, delta(base, identifiers(OTHER), issued=ISSUED)])
    assert (source.entries, source.deltas, source.description.number) == (2, 1, 2)


def test_the_newest_word_counts():
    base = document(identifiers(IDENTIFIER))
    second = delta(base, identifiers(IDENTIFIER, change=Change.RESTORED))
    third = delta(second, identifiers(IDENTIFIER, expiry=DAY), number=5)
    source = RevocationList([base, third, second])
    assert status(source, IDENTIFIER) is REVOKED
    assert status(source, IDENTIFIER, at=AT + timedelta(days=1)) is NOT_REVOKED
    assert source.description.number == 5


def test_a_delta_brings_its_own_withdrawn_keys_and_dates():
    base = document(withdrawn=frozenset({bytes(8)}))
    newer = delta(base, [], withdrawn=frozenset({bytes(32)}))
    source = RevocationList([base, newer])
    assert source.withdrawn == {bytes(32)}
    assert status(source, OTHER, at=ISSUED + timedelta(days=31)) is NOT_REVOKED


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda base: [delta(base, [])], Reason.REVOCATION_LIST_UNREADABLE),
        (lambda base: [base, document([], number=9)], Reason.REVOCATION_LIST_UNREADABLE),
        (lambda base: [base, delta(document([]), [])], Reason.REVOCATION_LIST_UNREADABLE),
        (
            lambda base: [base, delta(delta(base, []), identifiers("X"), number=3)],
            Reason.REVOCATION_LIST_UNREADABLE,
        ),
        (
            lambda base: [base, delta(base, [], base=Base(7, base.digest))],
            Reason.REVOCATION_LIST_UNREADABLE,
        ),
        (lambda base: [base, delta(base, [], number=1)], Reason.TRUST_LIST_ROLLBACK),
        (lambda base: [base, delta(base, [], issued=ISSUED - timedelta(1))], Reason.TRUST_LIST_ROLLBACK),
        (lambda base: [base, delta(base, []), delta(base, [], number=3)], Reason.REVOCATION_LIST_UNREADABLE),
        (lambda base: [base, delta(base, [], issuer="Another")], Reason.REVOCATION_LIST_UNREADABLE),
        (
            lambda base: [base, delta(base, [], countries=frozenset({"VN"}))],
            Reason.REVOCATION_LIST_UNREADABLE,
        ),
    ],
    ids=[
        "without its base",
        "two full lists",
        "of another base",
        "gap",
        "wrong number of the base",
        "not newer by number",
        "older by date",
        "fork",
        "other issuer",
        "other countries",
    ],
)
def test_a_delta_that_does_not_fit_is_refused(make, reason):
    assert refusal(lambda: RevocationList(make(document()))) is reason


def test_a_full_list_restores_nothing():
    parts = identifiers(IDENTIFIER, change=Change.RESTORED)
    assert refusal(lambda: document(parts)) is Reason.REVOCATION_LIST_UNREADABLE


def test_no_document_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="at least one"):
        RevocationList([])


# --- several lists


def test_revoked_on_one_list_is_revoked_and_unknown_on_one_is_unknown():
    fresh, stale = opened([]), opened(identifiers("X"), usable_until=ISSUED + timedelta(days=1))
    later = ISSUED + timedelta(days=2)
    assert status(RevocationLists([fresh, stale]), OTHER, at=later) is UNKNOWN
    assert status(RevocationLists([fresh, stale]), "X", at=later) is REVOKED
    assert status(RevocationLists([fresh]), OTHER, at=later) is NOT_REVOKED
    assert status(RevocationLists([]), OTHER) is UNKNOWN


def test_nothing_personal_in_representations():
    source = opened()
    answer = source.answer(query(IDENTIFIER), at=AT)
    for shown in (repr(source), repr(answer), repr(document()), repr(query(IDENTIFIER))):
        assert "ABC123" not in shown
    assert identifier_hash(IDENTIFIER).hex() not in repr(document())
