"""Writing records in the forms that they are read in: one column of text for each field, named by the field."""

from __future__ import annotations

import codecs
import csv
import importlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from vaxcert.adapters.records.arrow import import_arrow
from vaxcert.adapters.records.sink import PieceSink
from vaxcert.adapters.records.xlsx_writer import xlsx_pieces

if TYPE_CHECKING:
    import pyarrow as pa

Pieces: TypeAlias = "Callable[[Sequence[str], Iterable[pa.RecordBatch]], Iterator[bytes]]"
"""From the names of the columns and batches of them to the bytes of a file, piece by piece."""

WAS_NUMERIC: Final = "identity_number_was_numeric"
"""A column of truth values behind those of text."""


@dataclass(frozen=True, slots=True)
class RecordWriter:
    """One form in which records are written.

    Attributes:
        name: What people call it.
        suffixes: Endings of the names of such files, lower case with the dot.
        pieces: Makes such a file of text columns without nulls.
        numeric: Whether it can say that an identity number was a number, and wants the column `WAS_NUMERIC` for it.
    """

    name: str
    suffixes: tuple[str, ...]
    pieces: Pieces
    numeric: bool = False


def csv_pieces(names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """CSV (RFC 4180) as UTF-8, with the byte order mark without which spreadsheets garble Vietnamese."""
    yield codecs.BOM_UTF8 + csv_bytes([names])
    for batch in batches:
        yield csv_bytes(rows_of(batch))


def json_pieces(names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """JSON lines: every object has every name."""
    for batch in batches:
        lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows_of(batch))
        yield "".join(f"{line}\n" for line in lines).encode()


def parquet_pieces(names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Parquet: each batch is a row group."""
    arrow, parquet = import_arrow(), importlib.import_module("pyarrow.parquet")
    sink = PieceSink()
    schema = arrow.schema([arrow.field(name, arrow.string()) for name in names])
    with parquet.ParquetWriter(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(arrow.RecordBatch.from_arrays(batch.columns, schema=schema))
            yield sink.take()
    yield sink.take()


def csv_bytes(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as CSV. NUL, which no CSV file may hold, becomes the replacement character."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().replace("\0", "\ufffd").encode()


def rows_of(batch: pa.RecordBatch) -> Iterator[tuple[str, ...]]:
    """The texts of a batch row by row."""
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


WRITERS: Final[tuple[RecordWriter, ...]] = (
    RecordWriter("csv", (".csv",), csv_pieces),
    RecordWriter("json", (".jsonl", ".ndjson"), json_pieces),
    RecordWriter("parquet", (".parquet",), parquet_pieces),
    RecordWriter("xlsx", (".xlsx",), xlsx_pieces),
)
"""Every form that is written."""
