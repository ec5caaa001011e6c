"""From one form of record files to another, in the layout of field names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vaxcert.adapters.files import write_pieces_atomically
from vaxcert.adapters.records.arrow import import_arrow, import_compute
from vaxcert.adapters.records.fields import field_columns
from vaxcert.adapters.records.layout import RECORD_FIELDS
from vaxcert.adapters.records.source import RecordBatch, RecordSource
from vaxcert.adapters.records.writers import WAS_NUMERIC, RecordWriter

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_ONCE: Final = 20_000
"""Records that are converted together."""

_ROWS_NAMED: Final = 100


@dataclass(slots=True)
class Conversion:
    """One conversion, as far as it has got.

    Attributes:
        source: What is converted.
        records: How many records were written.
        left_out: How many were not: their rows could not be taken apart.
        rows: The numbers of the first of these.
    """

    source: RecordSource
    records: int = 0
    left_out: int = 0
    rows: list[int] = field(default_factory=list)

    def write(self, path: Path, writer: RecordWriter, batches: Iterator[RecordBatch]) -> None:
        """Write what the batches hold; a private file (mode 0600) that is there whole or not at all.

        Args:
            path: Where; an older file is replaced.
            writer: In which form.
            batches: All batches of the source.

        Raises:
            AdapterError: `file-unreadable`, `file-unwritable`, `extra-missing`.
        """
        known = {*self.source.fields_by_heading.values(), *self.source.layout.constants}
        names = [name for name in RECORD_FIELDS if name in known]
        columns = (self._fields(batch, names, numeric=writer.numeric) for batch in batches)
        pieces = writer.pieces(names, columns)
        write_pieces_atomically(path, pieces, private=True)

    def _fields(self, batch: RecordBatch, names: list[str], *, numeric: bool) -> pa.RecordBatch:
        fields = field_columns(batch.original, self.source.fields_by_heading, self.source.layout).select(
            names
        )
        if numeric:
            fields = fields.append_column(WAS_NUMERIC, _flags(batch))
        if batch.malformed is not None:
            compute = import_compute()
            first = self.records + self.left_out + 1
            places = compute.indices_nonzero(batch.malformed).to_pylist()
            self.rows += [first + place for place in places[: _ROWS_NAMED - len(self.rows)]]
            self.left_out += len(places)
            fields = fields.filter(compute.invert(batch.malformed))
        self.records += fields.num_rows
        return fields


def _flags(batch: RecordBatch) -> pa.BooleanArray:
    if batch.identity_was_numeric is not None:
        return batch.identity_was_numeric
    arrow = import_arrow()
    return arrow.repeat(arrow.scalar(False), batch.original.num_rows)
