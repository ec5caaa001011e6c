"""What is wrong with the doses of one person taken together."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from operator import add, itemgetter
from typing import Final, NamedTuple, TypeAlias

from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.value_sets import current
from vaxcert.rules.records.codes import RecordCode

HISTORY_CODES: Final[tuple[RecordCode, ...]] = (
    RecordCode.DUPLICATE_DOSE,
    RecordCode.DOSES_OUT_OF_ORDER,
    RecordCode.INTERVAL_TOO_SHORT,
)
"""The codes that `history_problems` reports, in the order in which it does."""


class HistoryDose(NamedTuple):
    """What is needed of a dose to judge it among the others.

    Attributes:
        day: Of vaccination, as a proleptic Gregorian ordinal (`date.toordinal`).
        dose_number: From 1, or None where it is not known.
        product: The vaccine's `mp` code, or None where it is not known.
        facility: The place of vaccination. Not compared: the same dose recorded at two places is one dose.
    """

    day: int
    dose_number: int | None
    product: str | None
    facility: str | None

    def __repr__(self) -> str:
        return "<HistoryDose>"


_Codes: TypeAlias = tuple[RecordCode, ...]

_day: Final = itemgetter(0)


def history_problems(doses: Sequence[HistoryDose]) -> list[_Codes]:
    """Find what is wrong with the doses of one person.

    - `DUPLICATE_DOSE`: one that comes earlier in the file is of the same day.
    - `DOSES_OUT_OF_ORDER`: its number does not rise with the date, among those that are no duplicates. Of numbers that
      contradict each other, those are reported that are not in every longest rising sequence: of 1, 2, 1 the last, of
      2, 1 both, for either may be wrong.
    - `INTERVAL_TOO_SHORT`: it was given sooner after the dose before it than that one's vaccine allows.

    Args:
        doses: All of one person, in the order of the file.

    Returns:
        For each dose its codes, in the order of `HISTORY_CODES`; as many as there are doses.
    """
    if len(doses) < 2 or _are_in_order(sorted(doses, key=_day)):
        return [()] * len(doses)
    return _found(doses)


def _are_in_order(by_day: list[HistoryDose]) -> bool:
    """Whether nothing is wrong, which is so of nearly everybody."""
    before, number = by_day[0], -1
    for dose in by_day:
        if dose is not before and _is_too_soon(before, dose):
            return False
        if dose[1] is not None:
            if dose[1] <= number:
                return False
            number = dose[1]
        before = dose
    return True


def _found(doses: Sequence[HistoryDose]) -> list[_Codes]:
    codes: list[_Codes] = [()] * len(doses)
    kept: list[int] = []
    for position in sorted(range(len(doses)), key=lambda position: doses[position].day):
        if kept and doses[kept[-1]].day == doses[position].day:
            codes[position] = (RecordCode.DUPLICATE_DOSE,)
        else:
            kept.append(position)
    for position in _out_of_order([(doses[position].dose_number, position) for position in kept]):
        codes[position] += (RecordCode.DOSES_OUT_OF_ORDER,)
    for before, position in pairwise(kept):
        if _is_too_soon(doses[before], doses[position]):
            codes[position] += (RecordCode.INTERVAL_TOO_SHORT,)
    return codes


def _is_too_soon(before: HistoryDose, dose: HistoryDose) -> bool:
    return dose[0] - before[0] < _minimum_interval(before[2])


@lru_cache(maxsize=256)
def _minimum_interval(product: str | None) -> int:
    """Days until the next dose; where nothing is known of the vaccine, the next one must be of another day."""
    known = current().products.get(product) if product is not None else None
    return known.minimum_interval_days or 1 if known is not None else 1


def _out_of_order(numbered: Iterable[tuple[int | None, int]]) -> list[int]:
    """The positions whose numbers are not in every longest rising sequence; those without number are left out."""
    pairs = [(number, position) for number, position in numbered if number is not None]
    numbers = [number for number, _ in pairs]
    before = _longest_rising(numbers)
    after = _longest_rising([-number for number in reversed(numbers)])[::-1]
    longest = max(map(add, before, after), default=0)
    in_some = Counter(up for up, down in zip(before, after, strict=True) if up + down == longest)
    return [
        position
        for (_, position), up, down in zip(pairs, before, after, strict=True)
        if up + down < longest or in_some[up] > 1
    ]


def _longest_rising(numbers: Iterable[int]) -> list[int]:
    """For each number, the length of the longest rising sequence that ends with it."""
    lowest_ends: list[int] = []
    lengths = []
    for number in numbers:
        length = bisect_left(lowest_ends, number)
        lowest_ends[length : length + 1] = [number]
        lengths.append(length + 1)
    return lengths


class SeenDoses:
    """Remembers doses, to find the same dose recorded twice.

    Two records are of the same dose when identity number and day of vaccination agree, at whatever facility.
    Sixteen bytes a dose are kept instead of personal data.
    """

    def __init__(self) -> None:
        self._digests: set[bytes] = set()

    def repeats(self, record: DoseRecord) -> bool:
        """Whether this dose was seen before; from now on it has been.

        A record without identity number or day of vaccination repeats nothing.
        """
        if record.identity_number is None or record.vaccinated_on is None:
            return False
        key = f"{record.identity_number}\0{record.vaccinated_on.isoformat()}".encode()
        digest = blake2b(key, digest_size=16).digest()
        if digest in self._digests:
            return True
        self._digests.add(digest)
        return False
