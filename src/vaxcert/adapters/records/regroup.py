"""Arrow batches of any size, put together and cut into batches of one size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from vaxcert.adapters.records.arrow import import_arrow

if TYPE_CHECKING:
    import pyarrow as pa


def regrouped(pieces: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """The same rows in the same order.

    Args:
        pieces: Batches with the same columns.
        rows: Rows in a batch of the result; only the last one is shorter.
    """
    held: list[Any] = []
    count = 0
    for piece in pieces:
        while count + len(piece) >= rows:
            cut = rows - count
            yield _joined([*held, piece.slice(0, cut)])
            piece, held, count = piece.slice(cut), [], 0
        if len(piece):
            held.append(piece)
            count += len(piece)
    if held:
        yield _joined(held)


def _joined(pieces: list[Any]) -> Any:
    if len(pieces) == 1:
        return pieces[0]
    return import_arrow().Table.from_batches(pieces).combine_chunks().to_batches()[0]
