"""The doses of one person, judged together, in a file of any size.

The doses of a person may lie anywhere in the file. What is compared of them goes into small files of fixed-width
entries, sorted by person: no identity number or name, but the beginning of a keyed digest, the day, the dose number
and the product. A share of the persons at a time is then gathered from all of these files, so that memory does not
grow with the number of records, and nothing is sorted as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from vaxcert.adapters.bulk.batch import DAY, DOSE_NUMBER, PERSON, PRODUCT
from vaxcert.adapters.bulk.columns import ROW
from vaxcert.adapters.files import write_atomically
from vaxcert.errors import AdapterError, Reason
from vaxcert.model import value_sets
from vaxcert.rules.records import HISTORY_CODES, HistoryDose, history_problems

ENTRY: Final = np.dtype([(PERSON, "<u8"), (ROW, "<i8"), (DAY, "<i4"), (DOSE_NUMBER, "i1"), (PRODUCT, "u1")])
"""One dose of one person."""

FAULTS: Final = np.dtype([(ROW, "<i8"), ("bits", "u1")])
"""A row with faults: bit n is `HISTORY_CODES[n]`."""

Array: TypeAlias = "np.ndarray[Any, Any]"
_Dose: TypeAlias = tuple[int, int, int, int, int]

_UNKNOWN: Final = 255
_PERSONS: Final = 1 << 64


def entries_of(cleaned: pa.RecordBatch) -> Array:
    """What is compared of a batch's doses, in the order of persons and rows.

    Args:
        cleaned: A batch of `CLEANED`; refused records are left out.

    Returns:
        An array of `ENTRY`.
    """
    kept = cleaned.filter(cleaned.column(PERSON).is_valid())
    entries = np.empty(len(kept), ENTRY)
    for name in (PERSON, ROW, DAY, DOSE_NUMBER):
        entries[name] = kept.column(name).to_numpy(zero_copy_only=False)
    numbers = {code: number for number, code in enumerate(_products())}
    encoded = kept.column(PRODUCT).dictionary_encode()
    known = np.array([numbers.get(code, _UNKNOWN) for code in encoded.dictionary.to_pylist()], "u1")
    entries[PRODUCT] = known[encoded.indices.to_numpy(zero_copy_only=False)] if len(known) else _UNKNOWN
    return _sorted(entries)


def judge(doses: Array) -> Array:
    """Judge the doses of each person together.

    Args:
        doses: An array of `ENTRY` in any order, with all doses of each person in it.

    Returns:
        An array of `FAULTS`, in the order of the rows.
    """
    doses = _sorted(doses)
    found = [(row, bits) for group in _of_several(doses) for row, bits in _judged(group)]
    return np.sort(np.array(found, FAULTS), order=ROW)


def write_entries(path: Path, cleaned: pa.RecordBatch) -> None:
    """Write what is compared of a batch's doses, `entries_of` it.

    Raises:
        AdapterError: `file-unwritable`.
    """
    write_atomically(path, entries_of(cleaned).tobytes(), private=True)


def judge_share(paths: Sequence[Path], share: int, shares: int) -> Array:
    """Judge a share of the persons.

    Args:
        paths: The files of entries, all of them.
        share: Which, from 0.
        shares: Of how many.

    Returns:
        An array of `FAULTS`, in the order of the rows.

    Raises:
        AdapterError: `file-unreadable`.
    """
    low, high = _PERSONS * share // shares, _PERSONS * (share + 1) // shares
    return judge(np.concatenate([_between(path, low, high) for path in paths] or [np.empty(0, ENTRY)]))


def read_faults(path: Path) -> Array:
    """The faults of a run, in the order of the rows; they are read as they are needed.

    Raises:
        AdapterError: `file-unreadable`.
    """
    return _entries(path, FAULTS)


def between(found: Array, first: int, last: int) -> list[tuple[int, int]]:
    """Rows and bits of the faults from one row to before another."""
    rows = found[ROW]
    part = found[int(np.searchsorted(rows, first)) : int(np.searchsorted(rows, last))]
    listed: list[tuple[int, int]] = part.tolist()
    return listed


def codes_of(bits: int) -> list[str]:
    """The codes that the bits stand for."""
    return [code.value for number, code in enumerate(HISTORY_CODES) if bits >> number & 1]


def _between(path: Path, low: int, high: int) -> Array:
    """The entries of a file from one person to before another."""
    entries = _entries(path, ENTRY)
    persons = entries[PERSON]
    first = int(np.searchsorted(persons, np.uint64(low)))
    last = len(entries) if high == _PERSONS else int(np.searchsorted(persons, np.uint64(high)))
    return np.array(entries[first:last])


def _entries(path: Path, kind: np.dtype[Any]) -> Array:
    """A file of fixed-width entries, in place."""
    try:
        return np.memmap(path, kind, "r") if path.stat().st_size else np.empty(0, kind)
    except (OSError, ValueError):
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read {path.name} of the run") from None


def _sorted(doses: Array) -> Array:
    """In the order of persons, and of rows for each; column by column, which takes a tenth of comparing entries."""
    in_order: Array = doses[np.lexsort((doses[ROW], doses[PERSON]))]
    return in_order


def _of_several(doses: Array) -> Iterator[list[_Dose]]:
    """The doses of each person who has more than one."""
    if not len(doses):
        return
    persons = doses[PERSON]
    starts = np.flatnonzero(np.concatenate(([True], persons[1:] != persons[:-1])))
    ends = np.append(starts[1:], len(doses))
    several = ends - starts > 1
    entries: list[_Dose] = doses.tolist()
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        yield entries[start:end]


def _judged(group: list[_Dose]) -> Iterator[tuple[int, int]]:
    products = _products()
    doses = [
        HistoryDose(day, number, products[product] if product < len(products) else None, None)
        for _, _, day, number, product in group
    ]
    for (_, row, *_), codes in zip(group, history_problems(doses), strict=True):
        if codes:
            yield row, sum(1 << HISTORY_CODES.index(code) for code in codes)


@cache
def _products() -> tuple[str, ...]:
    return tuple(sorted(value_sets.current().products))
