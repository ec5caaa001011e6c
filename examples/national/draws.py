"""Random numbers and permutations that are computed, not drawn: of any index at any time, alone or by the million.

Nothing is remembered, so that a file of any length is made in constant memory, and a row can look at another
one far away, the later of two for instance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import isqrt

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def _key(seed: int, topic: str) -> np.uint64:
    digest = blake2b(f"{seed} {topic}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "big"))


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64: every bit of the result hangs on every bit of the value."""
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND
    return values ^ (values >> np.uint64(31))


@dataclass(frozen=True, slots=True)
class Draws:
    """Random numbers by index and topic: the same ones for the same seed, whoever asks and when.

    Attributes:
        seed: Another one, another nation.
    """

    seed: int

    def bits(self, index: Indices, topic: str) -> NDArray[np.uint64]:
        """Thirty-two random bits for each index."""
        key = _key(self.seed, topic)
        return _mixed(index.astype(np.uint64) * _GOLDEN + key) >> np.uint64(32)

    def below(self, index: Indices, topic: str, bound: int | Indices) -> Indices:
        """A number from 0 to below `bound` for each index."""
        wide = np.asarray(bound, dtype=np.uint64)
        return ((self.bits(index, topic) * wide) >> np.uint64(32)).astype(np.int64)

    def between(self, index: Indices, topic: str, first: int, last: int) -> Indices:
        """A number from `first` to `last` for each index."""
        return first + self.below(index, topic, last - first + 1)

    def chosen(self, index: Indices, topic: str, weights: Sequence[float]) -> Indices:
        """A position among `weights` for each index, the heavier the more often."""
        ends = np.cumsum(np.asarray(weights, dtype=np.float64))
        points = self.bits(index, topic) * (ends[-1] / 2**32)
        return np.searchsorted(ends[:-1], points, side="right").astype(np.int64)

    def happens(self, index: Indices, topic: str, share: float) -> Flags:
        """Whether something happens, in that share of all cases."""
        return self.bits(index, topic) < np.uint64(round(share * 2**32))


@dataclass(frozen=True, slots=True)
class Shuffle:
    """A random order of the numbers below `size`, forwards and backwards.

    A Feistel network over a rectangle little larger than `size`; what falls outside is sent through again.

    Attributes:
        size: How many numbers.
        seed: Another one, another order.
        topic: What is put in order.
    """

    size: int
    seed: int
    topic: str

    def forth(self, index: Indices) -> Indices:
        """Where each number goes."""
        return self._walked(index, self._round_forth)

    def back(self, index: Indices) -> Indices:
        """Which number came to each place."""
        return self._walked(index, self._round_back)

    def _walked(self, index: Indices, once: Callable[[Indices], Indices]) -> Indices:
        moved = once(index)
        while (outside := moved >= self.size).any():
            moved[outside] = once(moved[outside])
        return moved

    def _sides(self) -> tuple[int, int]:
        width = isqrt(max(self.size - 1, 0)) + 1
        return width, -(-self.size // width)

    def _noise(self, index: Indices, step: int) -> Indices:
        return Draws(self.seed).bits(index, f"{self.topic} {step}").astype(np.int64)

    def _round_forth(self, index: Indices) -> Indices:
        width, height = self._sides()
        left, right = index % width, index // width
        for step in range(4):
            left = (left + self._noise(right, 2 * step)) % width
            right = (right + self._noise(left, 2 * step + 1)) % height
        return left + width * right

    def _round_back(self, index: Indices) -> Indices:
        width, height = self._sides()
        left, right = index % width, index // width
        for step in reversed(range(4)):
            right = (right - self._noise(left, 2 * step + 1)) % height
            left = (left - self._noise(right, 2 * step)) % width
        return left + width * right
