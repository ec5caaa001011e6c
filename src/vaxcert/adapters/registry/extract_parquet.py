"""Extracts as Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.registry import BIRTH_DATE, IDENTITY_NUMBER
from vaxcert.adapters.registry.extract_layout import Wanted, layout_of, problems, trimmed
from vaxcert.errors import AdapterError, Reason

_ROWS: Final = 65_536
_BUFFER_BYTES: Final = 1024 * 1024


def open_parquet(path: Path, mapping: Layout | None) -> ParquetExtract:
    """Look at the footer of an extract.

    Args:
        path: The file.
        mapping: Its layout, or None to find out.

    Raises:
        AdapterError: `file-unreadable`, `column-missing`; `column-type`: numbers or the like in the place of text.
    """
    with problems(path), pq.ParquetFile(path, pre_buffer=False) as file:
        schema = file.schema_arrow
    layout, matched = layout_of(path, schema.names, mapping)
    for heading, field in matched.items():
        _check_type(path, heading, field, schema.field(heading).type)
    return ParquetExtract(path, layout, matched)


@dataclass(frozen=True, slots=True)
class ParquetExtract:
    """A Parquet file, of which row groups without any wanted number are not read where its statistics tell.

    Attributes:
        path: Where it is.
        layout: See `Extract`.
        fields_by_heading: See `Extract`.
    """

    path: Path
    layout: Layout
    fields_by_heading: Mapping[str, str]

    def batches(self, wanted: Wanted) -> Iterator[pa.RecordBatch]:
        """See `Extract`."""
        with (
            problems(self.path),
            pq.ParquetFile(self.path, pre_buffer=False, buffer_size=_BUFFER_BYTES) as file,
        ):
            groups = [group for group in range(file.num_row_groups) if self._may_have(file, group, wanted)]
            columns = list(self.fields_by_heading)
            for batch in file.iter_batches(_ROWS, row_groups=groups, columns=columns, use_threads=False):
                yield trimmed(self._as_text(batch), self.fields_by_heading)

    def _as_text(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = [_text(batch.column(heading)) for heading in self.fields_by_heading]
        return pa.RecordBatch.from_arrays(columns, names=list(self.fields_by_heading))

    def _may_have(self, file: pq.ParquetFile, group: int, wanted: Wanted) -> bool:
        heading = next(one for one, field in self.fields_by_heading.items() if field == IDENTITY_NUMBER)
        column = file.metadata.row_group(group).column(file.schema_arrow.names.index(heading))
        statistics = column.statistics if column.path_in_schema == heading else None
        if statistics is None or not statistics.has_min_max:
            return True
        low, high = statistics.min, statistics.max
        if not isinstance(low, str) or (low, high) != (low.strip(), high.strip()):
            return True  # blanks, which do not count, are in the way of the order
        return wanted.any_between(low, high)


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _check_type(path: Path, heading: str, field: str, kind: pa.DataType) -> None:
    types, kind = pa.types, _value_type(kind)
    is_day = types.is_date(kind) or (types.is_timestamp(kind) and kind.tz is None)
    if _is_text(kind) or types.is_null(kind) or (field == BIRTH_DATE and is_day):
        return
    expected = "text, whose numbers keep their leading zeros" if field == IDENTITY_NUMBER else "text"
    raise AdapterError(
        Reason.COLUMN_TYPE,
        f"column {heading} of {path.name} is of type {str(kind)[:60]}; "
        f"expected {'text or dates' if field == BIRTH_DATE else expected}",
    )


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = column.cast(pa.date32(), safe=False)
    return column.cast(pa.string())
