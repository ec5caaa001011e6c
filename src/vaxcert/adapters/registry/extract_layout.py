"""What an extract of a population database is to its readers: columns, and the entries that may be wanted.

An extract has a line for each person, or one for each number of a person who has several. Its columns are those of dose
records that say who somebody is, under the headings of a mapping file, of a layout that comes with vaxcert, or of
`POPULATION_DATABASE`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa

from vaxcert.adapters.records.layout import Layout, folded
from vaxcert.adapters.records.mapping import SHIPPED, shipped
from vaxcert.adapters.registry import COLUMNS, IDENTITY_NUMBER, REQUIRED
from vaxcert.adapters.registry.columns import identity_numbers
from vaxcert.errors import AdapterError, Reason

POPULATION_DATABASE: Final = Layout(
    name="population database",
    columns={
        "Số định danh cá nhân": "identity_number",
        "Họ, chữ đệm và tên khai sinh": "full_name",
        "Ngày, tháng, năm sinh": "birth_date",
        "Giới tính": "sex",
    },
)
"""What the law calls the entries of Viet Nam's population database (59/2014/QH13, article 9)."""


_SAMPLES: Final = 64


class Wanted:
    """The identity numbers that are looked for.

    Args:
        numbers: Each once, without nulls.
    """

    def __init__(self, numbers: pa.StringArray) -> None:
        self.numbers: Final = numbers
        self._some: list[str] = numbers[:: len(numbers) // _SAMPLES + 1].to_pylist()

    @cached_property
    def _sorted(self) -> pa.StringArray:
        return self.numbers.sort()

    def any_between(self, low: str, high: str) -> bool:
        """Whether any of them is from `low` to `high`, in the order of their bytes.

        A few tell already, unless the extract is sorted: only then they are put in order.
        """
        if any(low <= one <= high for one in self._some):
            return True
        first = bisect_left(range(len(self._sorted)), low, key=lambda at: self._sorted[at].as_py())
        return first < len(self._sorted) and self._sorted[first].as_py() <= high


class Extract(Protocol):
    """An extract that has been looked at. Goes through pickle."""

    @property
    def path(self) -> Path:
        """Where it is."""

    @property
    def layout(self) -> Layout:
        """How it is written."""

    @property
    def fields_by_heading(self) -> Mapping[str, str]:
        """Which of its headings stand for which of `COLUMNS`."""

    def batches(self, wanted: Wanted) -> Iterator[pa.RecordBatch]:
        """The entries that may be wanted, and others.

        Yields:
            The columns of `fields_by_heading` under their headings, all of them text; the identity number trimmed.

        Raises:
            AdapterError: `file-unreadable`.
        """


def layout_of(path: Path, headings: Iterable[str], mapping: Layout | None) -> tuple[Layout, dict[str, str]]:
    """Find the layout of an extract.

    Args:
        path: For errors.
        headings: Of all its columns.
        mapping: The layout that it is said to have, whose columns it must have then; None tries those that are known.

    Returns:
        The layout, and which headings stand for which of `COLUMNS`.

    Raises:
        AdapterError: `column-missing`; `file-unreadable` where two columns have the same heading.
    """
    headings = list(headings)
    known = (mapping,) if mapping else (*map(shipped, SHIPPED), POPULATION_DATABASE)
    layout = max(known, key=lambda one: len(_fields_by_heading(one, headings)))
    matched = _fields_by_heading(layout, headings)
    expected = [
        field for field in COLUMNS if field in REQUIRED or (mapping and field in layout.columns.values())
    ]
    names = {field: heading for heading, field in layout.columns.items()}
    missing = [names.get(field, field) for field in expected if field not in matched.values()]
    if missing:
        raise AdapterError(
            Reason.COLUMN_MISSING,
            f"{path.name} has no column {', '.join(missing)}; expected the columns of the {layout.name} layout",
        )
    if len(set(map(folded, headings))) < len(headings):
        raise unreadable(path, "has two columns with the same heading")
    return layout, matched


def _fields_by_heading(layout: Layout, headings: list[str]) -> dict[str, str]:
    matched = layout.fields_by_heading(headings)
    return {heading: field for heading, field in matched.items() if field in COLUMNS}


def unreadable(path: Path, problem: str) -> AdapterError:
    """The error of an extract that cannot be read."""
    return AdapterError(Reason.FILE_UNREADABLE, f"{path.name} {problem}")


@contextmanager
def problems(path: Path) -> Iterator[None]:
    """Errors of the library, which quote what is in the file, become ours."""
    try:
        yield
    except pa.ArrowNotImplementedError:
        raise unreadable(path, "uses a part of its format that is not supported") from None
    except (pa.ArrowException, OSError, UnicodeError):
        raise unreadable(path, "is damaged or cut short") from None


def trimmed(batch: pa.RecordBatch, fields_by_heading: Mapping[str, str]) -> pa.RecordBatch:
    """The columns that count, the identity numbers without blanks around them."""
    columns = [
        identity_numbers(batch.column(heading)) if field == IDENTITY_NUMBER else batch.column(heading)
        for heading, field in fields_by_heading.items()
    ]
    return pa.RecordBatch.from_arrays(columns, names=list(fields_by_heading))
