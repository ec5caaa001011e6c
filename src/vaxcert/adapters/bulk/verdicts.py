"""The codes of a part's records on disk: only rows that have any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import pyarrow as pa

from vaxcert.adapters.bulk.batch import CODES
from vaxcert.adapters.bulk.columns import ROW
from vaxcert.adapters.files import read_bounded, write_atomically
from vaxcert.errors import AdapterError, Reason

Verdicts: TypeAlias = Mapping[int, Sequence[str]]
"""Row to codes."""

_SCHEMA: Final = pa.schema([(ROW, pa.int64()), (CODES, pa.list_(pa.string()))])
_MAX_BYTES: Final = 256 * 1024 * 1024


def write_verdicts(path: Path, verdicts: Verdicts) -> None:
    """Write the codes of a part.

    Raises:
        AdapterError: `file-unwritable`.
    """
    table = pa.Table.from_pydict({ROW: list(verdicts), CODES: list(verdicts.values())}, schema=_SCHEMA)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, _SCHEMA) as writer:
        writer.write_table(table)
    write_atomically(path, sink.getvalue().to_pybytes(), private=True)


def read_verdicts(path: Path) -> Verdicts:
    """Read the codes of a part.

    Raises:
        AdapterError: `file-unreadable`.
    """
    data = read_bounded(path, _MAX_BYTES)
    try:
        with pa.ipc.open_file(data) as reader:
            table = reader.read_all()
    except pa.ArrowInvalid:
        raise AdapterError(Reason.FILE_UNREADABLE, f"{path.name} of the run is damaged") from None
    return dict(zip(table.column(ROW).to_pylist(), table.column(CODES).to_pylist(), strict=True))
