"""How many records of which place have which codes: counted in columns, part by part, and put together at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vaxcert.adapters.bulk.columns import MALFORMED
from vaxcert.adapters.files import read_bounded, write_atomically
from vaxcert.errors import AdapterError, Reason
from vaxcert.rules.records.summary import CleaningSummary

_PLACE: Final = ("province_code", "province_name", "facility_code", "facility_name")
_CODES: Final = "codes"
_RECORDS: Final = "records"
_KEYS: Final = [*_PLACE, _CODES]
_SCHEMA: Final = pa.schema([*((name, pa.string()) for name in _KEYS), (_RECORDS, pa.int64())])
_TOGETHER: Final = 64
"""Parts that are read before their counts are added up."""

_MAX_BYTES: Final = 256 * 1024 * 1024


def write_tally(path: Path, batch: pa.RecordBatch, codes: Sequence[Sequence[str]]) -> None:
    """Count the records of a part. Of a row that could not be taken apart no place is known: any cell may stand there.

    Args:
        path: Where the counts go.
        batch: The records, as columns of text named by the fields of `DoseRecord`; `malformed` may be beside them.
        codes: Of each record.

    Raises:
        AdapterError: `file-unwritable`.
    """
    empty = pa.repeat("", len(batch))
    columns = [batch.column(name) if name in batch.schema.names else empty for name in _PLACE]
    if MALFORMED in batch.schema.names:
        malformed = batch.column(MALFORMED).fill_null(fill_value=False)
        columns = [pc.if_else(malformed, "", column) for column in columns]
    joined = pa.array([" ".join(one) for one in codes], pa.string())
    ones = pa.repeat(pa.scalar(1, pa.int64()), len(batch))
    tally = _added_up(pa.Table.from_arrays([*columns, joined, ones], schema=_SCHEMA))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, _SCHEMA, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(tally)
    write_atomically(path, sink.getvalue().to_pybytes(), private=True)


def read_tallies(paths: Iterable[Path]) -> CleaningSummary:
    """Put the counts of all parts together.

    Raises:
        AdapterError: `file-unreadable`.
    """
    tables: list[pa.Table] = []
    for path in paths:
        tables.append(_read(path))
        if len(tables) > _TOGETHER:
            tables = [_added_up(pa.concat_tables(tables))]
    summary = CleaningSummary()
    if not tables:
        return summary
    total = _added_up(pa.concat_tables(tables)).sort_by([(name, "ascending") for name in _KEYS])
    for *place, codes, records in zip(*(column.to_pylist() for column in total.columns), strict=True):
        summary.add(place[0], place[1], place[2], place[3], codes.split(), records=records)
    return summary


def _added_up(table: pa.Table) -> pa.Table:
    return (
        table.group_by(_KEYS).aggregate([(_RECORDS, "sum")]).rename_columns([*_KEYS, _RECORDS]).cast(_SCHEMA)
    )


def _read(path: Path) -> pa.Table:
    try:
        with pa.ipc.open_file(read_bounded(path, _MAX_BYTES)) as reader:
            return reader.read_all()
    except pa.ArrowInvalid:
        raise AdapterError(Reason.FILE_UNREADABLE, f"{path.name} of the run is damaged") from None
