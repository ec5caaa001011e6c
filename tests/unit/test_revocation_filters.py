from __future__ import annotations

import hashlib
import random
from contextlib import suppress
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.bloom import bloom_bytes, bloom_filter

from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_REVOCATION_FILE_BYTES
from vaxcert.trust.revocation.filters import (
    BloomFilter,
    HashPrefixes,
    read_bloom_filter,
    read_hash_prefixes,
)

# the reference implementation's own test of its prefixes: prefixes 01 02, 03 04, ... of two bytes
PREFIXES = bytes((0, 1, 45, 47, 235, 255, 0, 0, 0, 7, 2, *range(1, 15)))


def bloom(elements=(b"a", b"b"), capacity=10, probability=1e-4):
    return bloom_filter(elements, capacity=capacity, probability=probability)


def test_size_and_hashes_as_the_reference_implementation_derives_them():
    made = bloom((), 10_000, 1e-5)
    assert (made.hashes, len(made.bits) * 8) == (17, 239_680)


def test_a_filter_is_read_as_it_was_written():
    read = read_bloom_filter(bloom_bytes(bloom()))
    assert (read.hashes, read.bits) == (bloom().hashes, bloom().bits)
    assert read.might_contain(b"a")
    assert not read.might_contain(b"z")


def test_false_positives_come_at_about_the_stated_rate():
    chance = random.Random(3)
    made = bloom([chance.randbytes(16) for _ in range(500)], 500, 0.01)
    hits = sum(made.might_contain(chance.randbytes(16)) for _ in range(10_000))
    assert 40 <= hits <= 180


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(19),
        bloom_bytes(bloom())[:-1],
        bloom_bytes(bloom()) + b"\0",
        b"\0\2" + bloom_bytes(bloom())[2:],
        bloom_bytes(bloom())[:3] + b"\1" + bytes(99),
        pack(">hbbfiii", 1, 0, 0, 0.1, 1, 1, 1) + bytes(4),
        pack(">hbbfiii", 1, 1, 0, 0.1, 1, 1, 0),
        pack(">hbbfiii", 1, 1, 0, 0.1, 1, 1, -1),
    ],
)
def test_what_is_no_bloom_filter_is_refused(data):
    with pytest.raises(TrustListError) as caught:
        read_bloom_filter(data)
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE


def test_prefixes():
    read = read_hash_prefixes(PREFIXES)
    assert read.length == 2
    assert read.might_contain(b"\x03\x04")
    assert read.might_contain(b"\x03\x04" + bytes(14))
    assert not read.might_contain(b"\x02\x03" + bytes(14))
    assert not read.might_contain(b"\xff" * 16)


def test_prefixes_sorted_as_signed_numbers_are_all_found():
    signed_order = [b"\x80\0", b"\xff\xff", b"\0\1", b"\x7f\xff"]
    read = read_hash_prefixes(PREFIXES[:10] + b"\2" + b"".join(signed_order))
    assert all(read.might_contain(one) for one in signed_order)
    assert isinstance(read, HashPrefixes)


@pytest.mark.parametrize(
    "data", [b"", PREFIXES[:10], PREFIXES[:-1], b"\0\2" + PREFIXES[2:], PREFIXES[:10] + b"\0"]
)
def test_what_is_no_list_of_prefixes_is_refused(data):
    with pytest.raises(TrustListError) as caught:
        read_hash_prefixes(data)
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE


@given(st.binary(max_size=80))
def test_any_bytes_are_a_filter_or_our_error(data):
    for read in (read_bloom_filter, read_hash_prefixes):
        with suppress(TrustListError):
            read(data).might_contain(bytes(16))


@pytest.mark.parametrize(
    ("length", "count", "readable"), [(16, 1, True), (17, 1, False), (5, 0, False), (5, 1, True)]
)
def test_prefixes_are_no_longer_than_hashes_and_there_are_some(length, count, readable):
    data = pack(">hfib", 1, 0.0, count, length) + bytes(length * count)
    if readable:
        assert read_hash_prefixes(data).might_contain(bytes(16))
    else:
        with pytest.raises(TrustListError):
            read_hash_prefixes(data)


def bloom_head(version=1, hashes=1, function=0, words=1):
    return pack(">hbbfiii", version, hashes, function, 0.5, 1, 1, words)


def test_an_empty_filter_has_nothing():
    assert BloomFilter(1, b"").might_contain(b"a") is False
    assert HashPrefixes(2, ()).might_contain(b"ab") is False


def test_the_smallest_bloom_filter():
    full = read_bloom_filter(bloom_head() + b"\xff" * 4)
    assert (full.hashes, full.bits, full.probability) == (1, b"\xff" * 4, 0.5)
    assert full.might_contain(b"a") is True
    assert read_bloom_filter(bloom_head() + bytes(4)).might_contain(b"a") is False


def test_the_bits_of_an_element_alone_decide():
    for number in range(64):
        element = bytes([number])
        digest = hashlib.sha256(element + b"\0").digest()
        bit = 1 << 31 - int.from_bytes(digest, "big", signed=True) % 32
        only, others = (bits.to_bytes(4, "big") for bits in (bit, 0xFFFFFFFF ^ bit))
        assert [BloomFilter(1, bits).might_contain(element) for bits in (only, others)] == [True, False]


OTHER = "a Bloom filter of another version or hash function than SHA-256"
WORDS = "a Bloom filter with other than the stated number of words"
PREFIX = "a list of hash prefixes of another version or cut short"
LARGEST = MAX_REVOCATION_FILE_BYTES


@pytest.mark.parametrize(
    ("read", "data", "problem"),
    [
        (read_bloom_filter, bytes(19), f"a filter of 19 bytes, 20 to {LARGEST} expected"),
        (read_bloom_filter, bloom_head(), WORDS),
        (read_bloom_filter, bloom_head(version=2) + bytes(4), OTHER),
        (read_bloom_filter, bloom_head(version=0) + bytes(4), OTHER),
        (read_bloom_filter, bloom_head(function=1) + bytes(4), OTHER),
        (read_bloom_filter, bloom_head(hashes=0) + bytes(4), WORDS),
        (read_bloom_filter, bloom_head(words=0), WORDS),
        (read_bloom_filter, bloom_head(words=2) + bytes(4), WORDS),
        (read_bloom_filter, bloom_head() + bytes(5), WORDS),
        (read_bloom_filter, bytes(LARGEST + 1), f"a filter of {LARGEST + 1} bytes, 20 to {LARGEST} expected"),
        (read_bloom_filter, bytes(LARGEST), OTHER),
        (read_hash_prefixes, bytes(10), f"a filter of 10 bytes, 11 to {LARGEST} expected"),
        (read_hash_prefixes, pack(">hfib", 1, 0, 1, 0) + b"x", PREFIX),
        (read_hash_prefixes, pack(">hfib", 1, 0, 1, -1) + b"x", PREFIX),
        (read_hash_prefixes, pack(">hfib", 1, 0, 1, 17) + bytes(17), PREFIX),
        (read_hash_prefixes, pack(">hfib", 1, 0, 0, 1), PREFIX),
        (read_hash_prefixes, pack(">hfib", 1, 0, 1, 2) + bytes(3), PREFIX),
        (read_hash_prefixes, pack(">hfib", 2, 0, 1, 1) + b"x", PREFIX),
    ],
)
def test_what_is_wrong_with_a_filter_is_told(read, data, problem):
    with pytest.raises(TrustListError) as caught:
        read(data)
    assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE
    assert str(caught.value) == f"revocation list: {problem}"


def test_prefixes_of_one_byte():
    read = read_hash_prefixes(pack(">hfib", 1, 0.25, 2, 1) + b"az")
    assert read == HashPrefixes(1, (b"a", b"z"), 0.25)
    assert [read.might_contain(one) for one in (b"ab", b"zz", b"bb", b"\xff")] == [True, True, False, False]
