"""Record files read one record at a time, for those who issue as they read.

A file is read twice: once to its end, so that whatever spoils the whole file is found before the first
certificate is signed, and once for its records. What spoils one row only becomes a problem of that record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final

from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.records.layout import Layout, to_record
from vaxcert.adapters.records.source import RecordBatch, RecordSource
from vaxcert.adapters.records.table import RowChunk, TableSource
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord

_ROWS_AT_ONCE: Final = 256
_MALFORMED: Final = DoseRecord(unreadable=frozenset({WHOLE_ROW}))


@dataclass(frozen=True, slots=True, repr=False)
class RecordRow:
    """One record and the text that it was read from; its repr holds no personal data.

    Attributes:
        number: Position among the records of the file, from 1; heading and empty lines do not count.
        original: Heading to text, as in the file.
        record: What was read.
    """

    number: int
    original: dict[str, str]
    record: DoseRecord

    def __repr__(self) -> str:
        return f"<RecordRow {self.number}>"


def read_records(source: Path | BinaryIO, *, mapping: Layout | None = None) -> Iterator[RecordRow]:
    """Read a file of dose records, in constant memory.

    Args:
        source: A file, or an open binary stream, as for `open_records`.
        mapping: Its layout, or None to take the one of those that come with vaxcert that fits.

    Yields:
        The records in the order of the file. `original` of each holds every heading of the file.

    Raises:
        AdapterError: As `open_records`, before the first record.
    """
    records = open_records(source, mapping=mapping)
    records.check()
    numbers = count(1)
    for chunk in _chunks(records):
        malformed, numeric = set(chunk.malformed), set(chunk.numeric)
        for place, texts in enumerate(chunk.rows):
            original = dict(zip(records.headings, texts, strict=True))
            record = _MALFORMED
            if place not in malformed:
                record = to_record(
                    original, records.fields_by_heading, records.layout, numeric=place in numeric
                )
            yield RecordRow(next(numbers), original, record)


def _chunks(records: RecordSource) -> Iterator[RowChunk]:
    if isinstance(records, TableSource):
        yield from records.table.chunks(_ROWS_AT_ONCE)
    else:
        yield from map(_chunk, records.batches(_ROWS_AT_ONCE))


def _chunk(batch: RecordBatch) -> RowChunk:
    columns = [column.to_pylist() for column in batch.original.columns]
    return RowChunk(
        rows=list(zip(*columns, strict=True)),
        malformed=_places(batch.malformed),
        numeric=_places(batch.identity_was_numeric),
    )


def _places(flags: Any) -> list[int]:
    """Where the flags are set."""
    return [] if flags is None else [place for place, flag in enumerate(flags.to_pylist()) if flag]
