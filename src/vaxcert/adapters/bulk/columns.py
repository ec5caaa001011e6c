"""Between Arrow columns of text and dose records: what a text stands for is found out once for each different text."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import repeat
from typing import Any, Final

import pyarrow as pa

from vaxcert.adapters.records.values import PARSERS, clean
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord

ROW: Final = "row"
MALFORMED: Final = "malformed"
WAS_NUMERIC: Final = "identity_number_was_numeric"
FOUND: Final = "found"
ATTESTATION: Final = "attestation"

TEXT_FIELDS: Final = tuple(
    field.name for field in fields(DoseRecord) if field.name not in ("unreadable", WAS_NUMERIC)
)
"""The fields of a dose record that come as columns of text."""

_SLOTS: Final = tuple(
    (field.name, field.default, DoseRecord.__dict__[field.name].__set__) for field in fields(DoseRecord)
)
_UNREADABLE: Final = object()
_MALFORMED_RECORD: Final = DoseRecord(unreadable=frozenset({WHOLE_ROW}))
_MAX_KNOWN: Final = 100_000


class TextValues:
    """Reads the texts of one field, and remembers what the last ones stood for.

    Args:
        parse: What a text without blanks stands for; raises ValueError where it stands for nothing.
    """

    __slots__ = ("_known", "_parse")

    def __init__(self, parse: Callable[[str], object]) -> None:
        self._parse = parse
        self._known: dict[str | None, object] = {}

    def read(self, column: pa.Array) -> tuple[list[Any], list[int]]:
        """The value of each text, None for an empty one; and where there are texts that stand for nothing."""
        encoded = column.dictionary_encode()
        texts: list[str | None] = encoded.dictionary.to_pylist()
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        different = [self._value(text) for text in texts]
        different.append(None)  # what the index -1, a null, stands for
        values = list(map(different.__getitem__, encoded.indices.fill_null(-1).to_pylist()))
        if _UNREADABLE not in different:
            return values, []
        return values, [at for at, value in enumerate(values) if value is _UNREADABLE]

    def _value(self, text: str | None) -> object:
        try:
            return self._known[text]
        except KeyError:
            value = self._known[text] = self._parsed(text)
            return value

    def _parsed(self, text: str | None) -> object:
        cleaned = clean(text or "")
        try:
            return self._parse(cleaned) if cleaned else None
        except ValueError:
            return _UNREADABLE


class RecordColumns:
    """Turns batches of text columns into dose records, as `vaxcert.adapters.records.layout.to_record` does one by one.

    Not to be shared between threads: it remembers what it has read.
    """

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: Final = {name: TextValues(PARSERS.get(name, str)) for name in TEXT_FIELDS}

    def records(self, batch: pa.RecordBatch) -> list[DoseRecord]:
        """One record for each row.

        Args:
            batch: Columns of text named by the fields of `DoseRecord`, any of them left out; `malformed` and
                `identity_number_was_numeric` may be beside them. Other columns are not looked at.
        """
        columns: dict[str, list[Any]] = {}
        unreadable: set[int] = set()
        for name in batch.schema.names:
            if name in self._values:
                columns[name], bad = self._values[name].read(batch.column(name))
                unreadable.update(bad)
        columns[WAS_NUMERIC] = list(flags(batch, WAS_NUMERIC))
        records = _filled(columns, len(batch))
        for at in unreadable:
            records[at] = _unreadable_record({name: column[at] for name, column in columns.items()})
        for at, malformed in enumerate(flags(batch, MALFORMED)):
            if malformed:
                records[at] = _MALFORMED_RECORD
        return records


def flags(batch: pa.RecordBatch, name: str) -> Iterator[bool]:
    """The column of that name, or as many times False."""
    if name in batch.schema.names:
        return iter(batch.column(name).fill_null(False).to_pylist())
    return repeat(False, len(batch))


def _filled(columns: Mapping[str, Sequence[Any]], rows: int) -> list[DoseRecord]:
    """Records of some columns, all other fields as they are by default.

    Field by field for all of them: a frozen dataclass that makes them one by one takes three times as long.
    """
    records = list(map(object.__new__, repeat(DoseRecord, rows)))
    for name, default, put in _SLOTS:
        deque(map(put, records, columns.get(name, repeat(default))), maxlen=0)
    return records


def _unreadable_record(given: dict[str, Any]) -> DoseRecord:
    """A record of which some text cannot be read."""
    unreadable = frozenset(name for name, value in given.items() if value is _UNREADABLE)
    return DoseRecord(**given | dict.fromkeys(unreadable), unreadable=unreadable)
