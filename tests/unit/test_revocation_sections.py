from __future__ import annotations

import hashlib
import math
import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.revocation.sections import (
    BLOCK_BYTES,
    BLOCK_ENTRIES,
    NEVER,
    Section,
    SectionBuilder,
    day_of,
    fingerprint_bits,
)


def built(entries, bits=None):
    builder = SectionBuilder(bits)
    for digest, expiry in entries:
        builder.add(digest, expiry)
    return builder.build()


def section(made):
    return Section(made.bits, made.index, made.blocks.__getitem__)


def digests(count, seed=1):
    chance = random.Random(seed)
    return [chance.randbytes(16) for _ in range(count)]


def leading(number):
    """A hash whose first 64 bits are a number."""
    return number.to_bytes(8, "big") + bytes(8)


@pytest.mark.parametrize("count", [0, 1, BLOCK_ENTRIES - 1, BLOCK_ENTRIES, BLOCK_ENTRIES + 1, 5000])
def test_all_that_is_put_in_is_found_with_its_expiry(count):
    entries = {digest: number % NEVER for number, digest in enumerate(digests(count))}
    made = built(entries.items())
    assert made.entries == count
    assert {len(block) for block in made.blocks} <= {BLOCK_BYTES}
    assert len(made.blocks) == math.ceil(count / BLOCK_ENTRIES)
    look = section(made)
    assert {digest: look.find(digest) for digest in entries} == entries
    assert not any(look.find(digest) is not None for digest in digests(1000, seed=2))


@given(st.dictionaries(st.binary(min_size=16, max_size=16), st.integers(0, NEVER), max_size=50))
def test_any_entries_are_found(entries):
    look = section(built(entries.items()))
    by_fingerprint = {}
    for digest, expiry in entries.items():
        number = int.from_bytes(digest[:8], "big") >> 64 - look.bits
        by_fingerprint[number] = max(expiry, by_fingerprint.get(number, 0))
    for digest in entries:
        assert look.find(digest) == by_fingerprint[int.from_bytes(digest[:8], "big") >> 64 - look.bits]


def test_order_does_not_matter():
    entries = [(digest, 7) for digest in digests(2000)]
    assert built(entries) == built(reversed(entries))


def test_of_two_with_one_fingerprint_the_later_expiry_counts():
    (digest,) = digests(1)
    for expiries in ((5, 9), (9, 5)):
        made = built([(digest, expiry) for expiry in expiries])
        assert made.entries == 1
        assert section(made).find(digest) == 9
    assert section(built([(digest, NEVER), (digest, 1)])).find(digest) == NEVER


@pytest.mark.parametrize(("distance", "blocks"), [(2**40 - 1, 1), (2**40, 2)])
def test_a_block_ends_where_a_distance_no_longer_fits(distance, blocks):
    entries = [(leading(10), 1), (leading(10 + distance), 2)]
    made = built(entries, bits=64)
    assert len(made.blocks) == blocks
    assert [section(made).find(digest) for digest, _ in entries] == [1, 2]
    assert section(made).find(leading(10 + 2**41)) is None
    assert section(made).find(leading(9)) is None


def test_a_hit_across_two_entries_is_none():
    # the remainders 00 00 00 00 00 | 00 01 00 00 00 | 02 ...: 01 00 00 00 02 is in the bytes but no entry
    entries = [0, 0x0001000000, 0x0200000000]
    look = section(built([(leading(one), 3) for one in entries], bits=64))
    assert look.find(leading(0x0100000002)) is None
    assert [look.find(leading(one)) for one in entries] == [3, 3, 3]


def test_a_hit_across_two_entries_hides_none_right_after_it():
    # ... 00 00 00 00 01 | 01 01 01 01 01: what is looked for begins an octet too early, too
    entries = [0, 1, 0x0101010101, 0x0301010101]  # the last one fills the block
    look = section(built([(leading(one), day) for day, one in enumerate(entries)], bits=64))
    assert [look.find(leading(one)) for one in entries] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1970, 1, 1, 23, 59, 59, 999999, tzinfo=UTC), 0),
        (datetime(1970, 1, 2, tzinfo=UTC), 1),
        (datetime(1970, 1, 2, 6, tzinfo=timezone(timedelta(hours=7))), 0),
        (datetime(1969, 12, 31, 23, tzinfo=UTC), -1),
    ],
)
def test_days_are_those_of_utc(moment, day):
    assert day_of(moment) == day


@pytest.mark.parametrize(
    ("entries", "bits"), [(0, 40), (1, 40), (4096, 40), (4097, 41), (10**7, 52), (2**36, 64), (2**40, 64)]
)
def test_bits_of_a_fingerprint(entries, bits):
    assert fingerprint_bits(entries) == bits


@pytest.mark.parametrize("entries", [1, 585, 10**5, 10**7, 2**36])
def test_the_stated_rate_is_under_one_in_ten_million_even_for_sixteen_hashes(entries):
    assert 16 * entries / 2 ** fingerprint_bits(entries) <= 1e-7


@pytest.mark.parametrize("bits", [12, 14, 16])
def test_false_positives_come_at_the_stated_rate(bits):
    """The rate is the share of fingerprints that are taken: at most n / 2**b, and in the mean 1 - (1 - 2**-b)**n."""
    entries, look_ups = 200, 40_000
    look = section(built([(digest, NEVER) for digest in digests(entries, seed=bits)], bits=bits))
    hits = sum(look.find(digest) is not None for digest in digests(look_ups, seed=100 + bits))
    expected = look_ups * entries / 2**bits
    assert abs(hits - expected) <= 5 * math.sqrt(expected) + expected * entries / 2**bits
    assert hits > 0


@pytest.mark.parametrize("at", [0, 2925, BLOCK_BYTES - 1])
def test_a_flipped_bit_is_noticed_where_it_matters(at):
    entries = sorted(digests(2 * BLOCK_ENTRIES))
    made = built([(digest, 1) for digest in entries])
    blocks = list(made.blocks)
    blocks[0] = blocks[0][:at] + bytes((blocks[0][at] ^ 1,)) + blocks[0][at + 1 :]
    look = Section(made.bits, made.index, blocks.__getitem__)
    for damaged in (
        entries[0],
        entries[0][:8] + bytes(8),
        leading(int.from_bytes(entries[3][:8], "big") + 2**20),
    ):
        with pytest.raises(TrustListError, match="block 0 is damaged") as caught:
            look.find(damaged)
        assert caught.value.reason is Reason.REVOCATION_LIST_UNREADABLE
    assert look.find(entries[-1]) == 1


def test_a_block_that_is_cut_short_is_damaged():
    made = built([(digest, 1) for digest in digests(10)])
    look = Section(made.bits, made.index, lambda number: made.blocks[number][:-1])
    with pytest.raises(TrustListError, match="damaged"):
        look.find(digests(10)[9])


def test_the_index_holds_first_fingerprints_and_block_digests():
    entries = sorted(digests(1000))
    made = built([(digest, 1) for digest in entries])
    firsts, hashes = made.index[:16], made.index[16:]
    shift = 64 - made.bits
    assert [int.from_bytes(firsts[n : n + 8], "big") for n in (0, 8)] == [
        int.from_bytes(entries[n][:8], "big") >> shift for n in (0, BLOCK_ENTRIES)
    ]
    assert hashes == b"".join(hashlib.sha256(block).digest() for block in made.blocks)
