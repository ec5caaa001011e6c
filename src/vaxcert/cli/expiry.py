"""How many keys of each country end when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from vaxcert.presentation.texts import Texts
from vaxcert.trust.trust_list import TrustedKey

EXPIRED: Final = "expired"
LATER: Final = "later"
UNDATED: Final = "undated"
_HALF_YEARS: Final = 4
_MONTHS: Final = 6


@dataclass(frozen=True, slots=True)
class ExpiryTable:
    """Keys that have not been withdrawn, each counted once.

    Attributes:
        periods: `expired`, the half-years from the current one on (`2026-H2`), `later`, `undated`.
        rows: Country, and how many of its keys end in each period; those with most keys first.
    """

    periods: tuple[str, ...]
    rows: tuple[tuple[str | None, tuple[int, ...]], ...]

    @classmethod
    def of(cls, keys: Iterable[TrustedKey], *, at: datetime) -> Self:
        """Count keys.

        Args:
            keys: A key that is on several lists counts once for each country.
            at: Now, aware UTC.
        """
        halves = _half_years(at)
        periods = (EXPIRED, *halves, LATER, UNDATED)
        ends = {(key.digest, key.country): key.not_after for key in keys if not key.withdrawn}
        counts: dict[str | None, Counter[str]] = {}
        for (_, country), end in ends.items():
            counts.setdefault(country, Counter())[_period(end, at, halves)] += 1
        ordered = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0] or ""))
        return cls(
            periods, tuple((country, tuple(count[one] for one in periods)) for country, count in ordered)
        )

    @property
    def totals(self) -> tuple[int, ...]:
        """How many keys end in each period."""
        sums = Counter[str]()
        for _, counts in self.rows:
            sums.update(dict(zip(self.periods, counts, strict=True)))
        return tuple(sums[period] for period in self.periods)

    def titles(self, texts: Texts) -> list[str]:
        """The periods in the user's language."""
        words = {name: texts.get("trust", f"period-{name}") for name in (EXPIRED, LATER, UNDATED)}
        return [words.get(period, period) for period in self.periods]


def _half_years(at: datetime) -> tuple[str, ...]:
    first = 2 * at.year + (at.month - 1) // _MONTHS
    return tuple(f"{half // 2}-H{half % 2 + 1}" for half in range(first, first + _HALF_YEARS))


def _period(end: datetime | None, at: datetime, halves: tuple[str, ...]) -> str:
    if end is None:
        return UNDATED
    if end < at:
        return EXPIRED
    half = f"{end.year}-H{(end.month - 1) // _MONTHS + 1}"
    return half if half in halves else LATER
