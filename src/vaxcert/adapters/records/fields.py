"""From the columns of a file to the fields of dose records, as text: constants, values and dates of its layout."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from vaxcert.adapters.records.arrow import import_arrow, import_compute
from vaxcert.adapters.records.layout import Layout

if TYPE_CHECKING:
    import pyarrow as pa


def field_columns(
    original: pa.RecordBatch,
    fields_by_heading: Mapping[str, str],
    layout: Layout,
    *,
    columns: Collection[str] | None = None,
) -> pa.RecordBatch:
    """What a batch of a file says of each field, in the words that `vaxcert.adapters.records.values` reads.

    Args:
        original: `original` of a `RecordBatch`.
        fields_by_heading: Of its source.
        layout: Of its source.
        columns: The fields that are wanted; None for all.

    Returns:
        One column of text for each field that the file or its layout knows, named by the field, in the order of the
        file; then the constants. What a spreadsheet shows for an error is no text.
    """
    arrow = import_arrow()
    found: dict[str, Any] = {}
    for heading in original.schema.names:
        name = fields_by_heading.get(heading)
        if name is not None and (columns is None or name in columns):
            found[name] = _read(arrow, original.column(heading), layout, name)
    for name, text in layout.constants.items():
        if columns is None or name in columns:
            found[name] = arrow.repeat(arrow.scalar(text, arrow.string()), original.num_rows)
    return arrow.RecordBatch.from_arrays(list(found.values()), names=list(found))


def _read(arrow: Any, column: Any, layout: Layout, name: str) -> Any:
    if not layout.changes(name) and not _may_hold_errors(column):
        return column
    encoded = column.dictionary_encode()
    texts = map(partial(layout.text, name), encoded.dictionary.to_pylist())
    return arrow.array(texts, arrow.string()).take(encoded.indices)


def _may_hold_errors(column: Any) -> bool:
    """Whether a text may be what a spreadsheet shows for an error, which holds a number sign."""
    compute = import_compute()
    return bool(compute.any(compute.match_substring(column, "#")).as_py())
