"""Bloom filters of the EU revocation service, made as its reference implementation makes them.

Written from the formulas of `specs/revocation.md` (RV-36), apart from the reader that is tested with them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from struct import pack

from vaxcert.trust.revocation.filters import BloomFilter


def bloom_filter(elements: Iterable[bytes], *, capacity: int, probability: float) -> BloomFilter:
    """A filter whose size follows from how many elements it is to hold, and how often it may be wrong."""
    least = math.ceil(capacity * math.log(probability) / math.log(1 / 2 ** math.log(2)))
    whole, rest = divmod(least // 8 + 1, 4)
    size = 32 * (whole + rest)  # each byte of a rest gets a whole word
    hashes = max(1, math.floor(size / capacity * math.log(2) + 0.5))
    bits = 0
    for element in elements:
        for number in range(hashes):
            digest = hashlib.sha256(element + bytes((number,))).digest()
            bits |= 1 << size - 1 - int.from_bytes(digest, "big", signed=True) % size
    return BloomFilter(hashes, bits.to_bytes(size // 8, "big"), probability)


def bloom_bytes(bloom: BloomFilter, *, capacity: int = 10, elements: int = 1) -> bytes:
    """A filter as a slice holds it."""
    words = len(bloom.bits) // 4
    return pack(">hbbfiii", 1, bloom.hashes, 0, bloom.probability, capacity, elements, words) + bloom.bits
