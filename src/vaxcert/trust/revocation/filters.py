"""The two compact sets of the EU revocation service: Bloom filters, and lists of hash prefixes.

Layouts as the reference implementations write them (dgc-bloomfilter, and the partial variable hash filter of
the verifier app); their documentation differs in places and is not followed. Both say yes to a foreign
hash with a small probability, which the filter states; neither says no to one of its own.
"""

from __future__ import annotations

import hashlib
import struct
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from vaxcert.limits import MAX_REVOCATION_FILE_BYTES
from vaxcert.trust.revocation.hashes import HASH_BYTES
from vaxcert.trust.revocation.problems import unreadable

_VERSION: Final = 1
_SHA256: Final = 0
_WORD_BITS: Final = 32
_BLOOM_HEAD: Final = struct.Struct(">hbbfiii")
_PREFIXES_HEAD: Final = struct.Struct(">hfib")


@dataclass(frozen=True, slots=True)
class BloomFilter:
    """A Bloom filter over SHA-256.

    Attributes:
        hashes: How many bits each element sets.
        bits: The bits, eight a byte, the first the highest; a multiple of 32.
        probability: That a foreign element is found, as the filter states; 0 where it does not.
    """

    hashes: int
    bits: bytes = field(repr=False)
    probability: float = 0.0

    def might_contain(self, element: bytes) -> bool:
        """Whether the element is in it, or one of the few foreign ones that look so."""
        size = len(self.bits) * 8
        return size > 0 and all(
            self.bits[index >> 3] & 0x80 >> (index & 7) for index in _indexes(element, self.hashes, size)
        )


@dataclass(frozen=True, slots=True)
class HashPrefixes:
    """A sorted list of the leading bytes of hashes.

    Attributes:
        length: Of each prefix, in bytes.
        prefixes: In ascending order.
        probability: That a foreign hash is found, as the filter states.
    """

    length: int
    prefixes: tuple[bytes, ...] = field(repr=False)
    probability: float = 0.0

    def might_contain(self, element: bytes) -> bool:
        """Whether a hash with these leading bytes is in it."""
        prefix = element[: self.length]
        place = bisect_left(self.prefixes, prefix)
        return place < len(self.prefixes) and self.prefixes[place] == prefix


def read_bloom_filter(data: bytes) -> BloomFilter:
    """Read a Bloom filter slice.

    Raises:
        TrustListError: `revocation-list-unreadable`.
    """
    version, hashes, function, probability, _, _, words = _head(_BLOOM_HEAD, data)
    bits = data[_BLOOM_HEAD.size :]
    if version != _VERSION or function != _SHA256:
        raise unreadable("a Bloom filter of another version or hash function than SHA-256")
    if hashes < 1 or words < 1 or len(bits) != words * _WORD_BITS // 8:
        raise unreadable("a Bloom filter with other than the stated number of words")
    return BloomFilter(hashes, bits, probability)


def read_hash_prefixes(data: bytes) -> HashPrefixes:
    """Read a slice of hash prefixes ("VarHash").

    Raises:
        TrustListError: `revocation-list-unreadable`.
    """
    version, probability, _, length = _head(_PREFIXES_HEAD, data)
    rest = data[_PREFIXES_HEAD.size :]
    if version != _VERSION or not 1 <= length <= HASH_BYTES or not rest or len(rest) % length:
        raise unreadable("a list of hash prefixes of another version or cut short")
    prefixes = (rest[start : start + length] for start in range(0, len(rest), length))
    # written in the order of signed numbers, which is not that of bytes
    return HashPrefixes(length, tuple(sorted(prefixes)), probability)


def _head(layout: struct.Struct, data: bytes) -> tuple[int, ...]:
    if not layout.size <= len(data) <= MAX_REVOCATION_FILE_BYTES:
        raise unreadable(
            f"a filter of {len(data)} bytes, {layout.size} to {MAX_REVOCATION_FILE_BYTES} expected"
        )
    return layout.unpack_from(data)


def _indexes(element: bytes, hashes: int, size: int) -> Iterable[int]:
    for number in range(hashes):
        digest = hashlib.sha256(element + bytes((number,))).digest()
        yield int.from_bytes(digest, "big", signed=True) % size
