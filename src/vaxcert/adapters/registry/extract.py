"""A population registry that is a file: an extract of the population database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from vaxcert.adapters.records.fields import field_columns
from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.registry import COLUMNS, IDENTITY_NUMBER
from vaxcert.adapters.registry.answers import Answers, codes_of, none_found
from vaxcert.adapters.registry.columns import compare, levelled
from vaxcert.adapters.registry.extract_csv import open_csv
from vaxcert.adapters.registry.extract_layout import Extract, Wanted, unreadable
from vaxcert.adapters.registry.extract_parquet import open_parquet

_Places: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

_PARQUET: Final = b"PAR1"
_ENCRYPTED: Final = b"PARE"
_MOST_ENTRIES: Final = 1_048_576
"""Entries that are held before they are compared, some 100 MB. Usually they are all, for no more are wanted: while they
are compared, the extract is read on."""

_COMPARED_TOGETHER: Final = 131_072


class ExtractRegistry:
    """A `PopulationRegistry` over extracts in Parquet or CSV.

    Each call reads the extracts from their beginning to their end, but for row groups of Parquet files that cannot hold
    a wanted number. It keeps no more of them than what it compares, and writes nothing. So ask for as many people at
    once as memory allows.

    A number that is there more than once matches where any of its entries agrees in everything.

    Args:
        paths: The extracts.
        mapping: Their layout, or None to find out.

    Raises:
        AdapterError: As `open_extract`.
    """

    def __init__(self, paths: Path | Sequence[Path], mapping: Layout | None = None) -> None:
        paths = [paths] if isinstance(paths, Path) else paths
        self._extracts = tuple(open_extract(path, mapping) for path in paths)

    def __repr__(self) -> str:
        return f"<ExtractRegistry of {len(self._extracts)}>"

    def match(self, people: pa.RecordBatch) -> pa.ListArray:
        """As `PopulationRegistry`. Nobody is unavailable.

        Raises:
            AdapterError: `file-unreadable`.
        """
        asked = levelled(people.select(list(COLUMNS)))
        numbers = asked.column(IDENTITY_NUMBER).dictionary_encode()
        answers = none_found(len(people))
        if len(numbers.dictionary):
            question = _Question(asked, numbers)
            for entries in self._found(Wanted(numbers.dictionary)):
                question.compare_with(entries, answers)
        return codes_of(answers)

    def _found(self, wanted: Wanted) -> Iterator[pa.RecordBatch]:
        """All entries that are wanted, as `levelled` has them."""
        for extract in self._extracts:
            for entries in _together(_wanted_of(extract, wanted)):
                _check_text(extract, entries)
                fields = field_columns(entries, extract.fields_by_heading, extract.layout, columns=COLUMNS)
                yield levelled(fields)


def open_extract(path: Path, mapping: Layout | None = None) -> Extract:
    """Look at an extract: its kind, its columns and their types.

    Args:
        path: The file. Its ending does not matter.
        mapping: Its layout, or None to find out.

    Raises:
        AdapterError: `file-unreadable`; `column-missing`; `column-type`: identity numbers or dates that are no text, or
            the like.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_PARQUET))
    except OSError as error:
        raise unreadable(path, f"cannot be read: {error.strerror}") from None
    if start == _ENCRYPTED:
        raise unreadable(path, "is encrypted; expected a Parquet file that is not")
    return open_parquet(path, mapping) if start == _PARQUET else open_csv(path, mapping)


def _wanted_of(extract: Extract, wanted: Wanted) -> Iterable[pa.RecordBatch]:
    """The entries of an extract that are wanted; looked up by Arrow, which hashes the wanted numbers once."""
    fields = extract.fields_by_heading
    heading = next(one for one, field in fields.items() if field == IDENTITY_NUMBER)
    scanner: ds.Scanner = ds.Scanner.from_batches(
        extract.batches(wanted),
        schema=pa.schema([(one, pa.string()) for one in fields]),
        filter=pc.field(heading).isin(wanted.numbers),
        batch_readahead=1,
        use_threads=False,
    )
    batches: Iterable[pa.RecordBatch] = scanner.to_batches()
    return batches


def _check_text(extract: Extract, entries: pa.RecordBatch) -> None:
    """See to it that what is compared is text, which Arrow takes Parquet's word for."""
    try:
        entries.validate(full=True)
    except pa.ArrowInvalid:
        raise unreadable(extract.path, "holds what is not UTF-8 text") from None


def _together(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in larger batches."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        if len(batch):
            held.append(batch)
            count += len(batch)
        if count >= _MOST_ENTRIES:
            yield pa.concat_batches(held)
            held, count = [], 0
    if held:
        yield pa.concat_batches(held)


class _Question:
    """The people who are asked about, by their identity numbers.

    Args:
        people: From `levelled`.
        numbers: Their identity numbers, each named by its place among the different ones.
    """

    def __init__(self, people: pa.RecordBatch, numbers: pa.DictionaryArray) -> None:
        self._facts = people.drop_columns([IDENTITY_NUMBER])
        self._numbers = numbers.dictionary
        number_of = numbers.indices.fill_null(len(self._numbers)).to_numpy()
        self._rows: _Places = np.argsort(number_of, kind="stable")
        """The rows of people, those of one number together."""
        self._counts = np.bincount(number_of, minlength=len(self._numbers))
        self._starts = np.cumsum(self._counts) - self._counts

    def compare_with(self, entries: pa.RecordBatch, answers: Answers) -> None:
        """Note the answers of entries where they are better than what is known.

        Args:
            entries: From `levelled`; their numbers are among those of the people.
            answers: One a person.
        """
        numbers = pc.index_in(entries.column(IDENTITY_NUMBER), value_set=self._numbers).to_numpy()
        facts = entries.drop_columns([IDENTITY_NUMBER])
        for start in range(0, len(entries), _COMPARED_TOGETHER):
            end = start + _COMPARED_TOGETHER
            row, entry = self._pairs(numbers[start:end])
            found = compare(self._facts.take(pa.array(row)), facts.slice(start).take(pa.array(entry)))
            np.minimum.at(answers, row, found)

    def _pairs(self, numbers: _Places) -> tuple[_Places, _Places]:
        """Each row of people with each entry under its number.

        Args:
            numbers: Of the entries, each named by its place among the different ones.

        Returns:
            The rows, and the places of their entries.
        """
        counts = self._counts[numbers]
        entry = np.repeat(np.arange(len(numbers)), counts)
        within = np.arange(len(entry)) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._rows[self._starts[numbers][entry] + within], entry
