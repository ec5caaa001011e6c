"""Interleaved timing: small rounds of all contestants in turn, so that a noisy machine disturbs all alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TypeVar

Item = TypeVar("Item")
Timer = Callable[[int, int], float]
"""Does the work for items `start` to before `stop` and gives the seconds it took."""


@dataclass(frozen=True)
class Race:
    """What came of it: seconds an item, one value a round and contestant."""

    seconds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        """Seconds an item, the median of the rounds."""
        return median(self.seconds[name])

    def ratio(self, name: str, against: str) -> float:
        """How many times longer `name` takes than `against`: the median of the ratios within each round."""
        pairs = zip(self.seconds[name], self.seconds[against], strict=True)
        return median(one / other for one, other in pairs)


def timer(work: Callable[[Item], object], items: Sequence[Item]) -> Timer:
    """Time our own work over prepared items."""

    def run(start: int, stop: int) -> float:
        chosen = items[start:stop]
        began = perf_counter()
        for item in chosen:
            work(item)
        return perf_counter() - began

    return run


def race(contestants: Mapping[str, Timer], *, items: int, a_round: int) -> Race:
    """Run every contestant over items 0 to `items`, `a_round` at a time, each item once.

    Each timed round follows an untimed one over items `items` to `items + a_round`, since a processor that has waited
    for another contestant takes a while to come to speed. No timed item was seen before.
    """
    gc.collect()
    gc.freeze()  # the collector should meet what the work makes, not our sample
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    order = list(contestants)
    for start in range(0, items, a_round):
        stop = min(start + a_round, items)
        for name in order:
            contestants[name](items, items + a_round)
            seconds[name].append(contestants[name](start, stop) / (stop - start))
        order.append(order.pop(0))
    return Race(seconds)
