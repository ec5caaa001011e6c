"""Sorted fingerprints in blocks of one memory page: the data of vaxcert's own revocation list.

The layout is that of `specs/revocation.md`, section 4. A fingerprint is the leading bits of a 128-bit hash. A block
holds 585 of them as distances from the first, and after them the day on which each ends. What a look-up reads is one
block, whose digest it compares with the signed one.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from vaxcert.trust.revocation.problems import unreadable

BLOCK_BYTES: Final = 4096
BLOCK_ENTRIES: Final = 585
REMAINDER_BYTES: Final = 5
DIGEST_BYTES: Final = 32
NEVER: Final = 0xFFFF
"""In the place of the day on which an entry ends: it does not."""

MIN_BITS: Final = 40
MAX_BITS: Final = 64
_FALSE_POSITIVE_BITS: Final = 28
_SECONDS_A_DAY: Final = 86_400
_MAX_REMAINDER: Final = (1 << 8 * REMAINDER_BYTES) - 1
_REMAINDERS_BYTES: Final = BLOCK_ENTRIES * REMAINDER_BYTES
_EXPIRIES: Final = struct.Struct(f">{BLOCK_ENTRIES}H")
_RECORD: Final = struct.Struct(">QH")
_FIRST_BYTES: Final = 8
INDEX_ENTRY_BYTES: Final = _FIRST_BYTES + DIGEST_BYTES
_BUCKETS: Final = 256

ReadBlock: TypeAlias = Callable[[int], bytes]
"""Gives the block of a number, counted from 0."""

_Entry: TypeAlias = tuple[int, int]
"""Fingerprint, and the day on which it ends."""


def day_of(moment: datetime) -> int:
    """The day in UTC, counted from 1970-01-01."""
    return int(moment.timestamp() // _SECONDS_A_DAY)


def fingerprint_bits(entries: int) -> int:
    """How many bits a fingerprint has among so many: at most one chance in 2**28 that a foreign one is listed.

    A foreign hash is found among n entries of b bits with a probability of at most n / 2**b.
    """
    return min(MAX_BITS, max(MIN_BITS, (entries - 1).bit_length() + _FALSE_POSITIVE_BITS))


@dataclass(frozen=True, slots=True, repr=False)
class BuiltSection:
    """A section ready to be written.

    Attributes:
        bits: Of a fingerprint.
        entries: How many there are.
        index: The first fingerprint of each block, 8 bytes each, and then the SHA-256 of each block.
        blocks: Of `BLOCK_BYTES` each.
    """

    bits: int
    entries: int
    index: bytes = field(repr=False)
    blocks: tuple[bytes, ...] = field(repr=False)


class SectionBuilder:
    """Collects entries in any order; about ten bytes each in memory, and as much again when the section is built.

    Args:
        bits: Of a fingerprint, where not as many as `fingerprint_bits` says. For tests of the false-positive rate.
    """

    def __init__(self, bits: int | None = None) -> None:
        self._buckets = [bytearray() for _ in range(_BUCKETS)]
        self._bits = bits

    def add(self, digest: bytes, expiry: int) -> None:
        """Add an entry; of two with the same fingerprint the later expiry counts.

        Args:
            digest: Its hash, of `HASH_BYTES`.
            expiry: The last day on which it counts, in days since 1970-01-01, or `NEVER`.
        """
        self._buckets[digest[0]] += digest[:8] + expiry.to_bytes(2, "big")

    def __len__(self) -> int:
        return sum(map(len, self._buckets)) // _RECORD.size

    def build(self) -> BuiltSection:
        """The section of all entries. The builder is empty afterwards."""
        bits = self._bits or fingerprint_bits(len(self))
        firsts: list[int] = []
        blocks: list[bytes] = []
        entries = 0
        for block in _in_blocks(self._sorted(bits)):
            firsts.append(block[0][0])
            blocks.append(_packed(block))
            entries += len(block)
        index = struct.pack(f">{len(firsts)}Q", *firsts)
        digests = b"".join(hashlib.sha256(block).digest() for block in blocks)
        return BuiltSection(bits, entries, index + digests, tuple(blocks))

    def _sorted(self, bits: int) -> Iterator[_Entry]:
        shift = MAX_BITS - bits
        for number in range(_BUCKETS):
            latest: dict[int, int] = {}
            for leading, expiry in _RECORD.iter_unpack(self._buckets[number]):
                fingerprint = leading >> shift
                latest[fingerprint] = max(expiry, latest.get(fingerprint, 0))
            self._buckets[number] = bytearray()
            yield from sorted(latest.items())


def _in_blocks(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    block: list[_Entry] = []
    for entry in entries:
        if block and (len(block) == BLOCK_ENTRIES or entry[0] - block[0][0] > _MAX_REMAINDER):
            yield block
            block = []
        block.append(entry)
    if block:
        yield block


def _packed(block: list[_Entry]) -> bytes:
    first = block[0][0]
    full = block + block[-1:] * (BLOCK_ENTRIES - len(block))
    remainders = b"".join([(fingerprint - first).to_bytes(REMAINDER_BYTES, "big") for fingerprint, _ in full])
    return remainders + _EXPIRIES.pack(*[expiry for _, expiry in full]) + b"\0"


class Section:
    """A section to look up in.

    Args:
        bits: Of a fingerprint.
        index: As in `BuiltSection`; whole, and vouched for.
        read_block: Where the blocks are. What it gives is checked against the index.
    """

    __slots__ = ("_blocks", "_digests", "_firsts", "_read_block", "_shift", "bits")

    def __init__(self, bits: int, index: bytes, read_block: ReadBlock) -> None:
        self._blocks: Final = len(index) // INDEX_ENTRY_BYTES
        self._firsts: Final = struct.unpack_from(f">{self._blocks}Q", index)
        self._digests: Final = index[self._blocks * _FIRST_BYTES :]
        self._read_block: Final = read_block
        self._shift: Final = MAX_BITS - bits
        self.bits: Final = bits

    def find(self, digest: bytes) -> int | None:
        """Look a hash up.

        Args:
            digest: Of `HASH_BYTES`.

        Returns:
            The last day on which its entry counts, or `NEVER`; None where it is not listed.

        Raises:
            TrustListError: `revocation-list-unreadable`, when the block is not the one that was signed.
        """
        fingerprint = int.from_bytes(digest[:8], "big") >> self._shift
        number = bisect_right(self._firsts, fingerprint) - 1
        if number < 0:
            return None
        remainder = fingerprint - self._firsts[number]
        if remainder > _MAX_REMAINDER:
            return None
        block = self._block(number)
        place = _place(block, remainder.to_bytes(REMAINDER_BYTES, "big"))
        if place < 0:
            return None
        at = _REMAINDERS_BYTES + 2 * place
        return block[at] << 8 | block[at + 1]

    def check(self) -> None:
        """Compare every block with the index.

        Raises:
            TrustListError: `revocation-list-unreadable`, when one is not the one that was signed.
        """
        for number in range(self._blocks):
            self._block(number)

    def _block(self, number: int) -> bytes:
        block = self._read_block(number)
        start = number * DIGEST_BYTES
        if hashlib.sha256(block).digest() != self._digests[start : start + DIGEST_BYTES]:
            raise unreadable(f"block {number} is damaged")
        return block


def _place(block: bytes, remainder: bytes) -> int:
    """Which of the block's entries has the remainder; -1 for none. A hit across two entries is passed over."""
    at = block.find(remainder, 0, _REMAINDERS_BYTES)
    while at % REMAINDER_BYTES and at >= 0:
        at = block.find(remainder, at + 1, _REMAINDERS_BYTES)
    return at // REMAINDER_BYTES
