"""Record files as one JSON array or as JSON lines, one object a record."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from vaxcert.adapters.records.json_stream import JsonNumber, read_json_values
from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.mapping import match_layout
from vaxcert.adapters.records.record_file import RecordFile, unreadable
from vaxcert.adapters.records.table import RowChunk, TableSource, check_width
from vaxcert.errors import AdapterError, Reason

_WHOLE: Final = re.compile(r"(-?[0-9]+)\.0+")


def open_json(file: RecordFile, mapping: Layout | None) -> TableSource:
    """Open a file of JSON objects. It is read to its end: any object may have a heading of its own.

    Args:
        file: The file, in UTF-8.
        mapping: Its layout, or None to find out.

    Raises:
        AdapterError: `file-unreadable`, `column-missing`; `column-type`: a field has a list or an object.
    """
    table = _JsonTable(file, mapping)
    return TableSource(table, known_records=table.records)


class _JsonTable:
    """A file of JSON objects; see `vaxcert.adapters.records.table.RowTable`."""

    def __init__(self, file: RecordFile, mapping: Layout | None) -> None:
        self._file = file
        found = _Keys()
        with self._values() as values:
            for number, value in values:
                found.note(number, value)
        self.records: Final = found.records
        self._keys = tuple(found.known)
        self.headings: Final = tuple(map(_writable, self._keys))
        self.layout, self.fields_by_heading = match_layout(self.headings, mapping)
        fields = [self.fields_by_heading.get(heading) for heading in self.headings]
        self._identity = dict(zip(fields, self._keys, strict=True)).get("identity_number")
        for key, number in found.nested.items():
            self._refuse_nested(_writable(key), number)

    def chunks(self, rows: int) -> Iterator[RowChunk]:
        """All objects; a value that is none is kept, malformed, under the first heading."""
        chunk = RowChunk()
        with self._values() as values:
            for _, value in values:
                self._add(chunk, value)
                if len(chunk.rows) == rows:
                    yield chunk
                    chunk = RowChunk()
        if chunk.rows:
            yield chunk

    def _add(self, chunk: RowChunk, value: object) -> None:
        if isinstance(value, dict):
            cells = list(value.values() if tuple(value) == self._keys else map(value.get, self._keys))
            if {*map(type, cells)} != _TEXT_ONLY:
                cells = list(map(_cell, cells))
            numeric = type(value.get(self._identity)) is JsonNumber
        else:
            cells, numeric = [_cell(value), *[""] * (len(self._keys) - 1)], False
        if not _is_writable("".join(cells)):
            cells = [_writable(cell) for cell in cells]
        chunk.add(cells, malformed=not isinstance(value, dict), numeric=numeric)

    def _refuse_nested(self, heading: str, number: int) -> None:
        if heading in self.fields_by_heading:
            raise AdapterError(
                Reason.COLUMN_TYPE,
                f"column {heading} holds a list or an object in record {number}; expected text or numbers",
            )

    @contextmanager
    def _values(self) -> Iterator[Iterator[tuple[int, object]]]:
        with self._file.reading() as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
            try:
                yield enumerate(read_json_values(text), 1)
            except UnicodeDecodeError:
                raise unreadable("the file is not UTF-8 text; expected CSV or JSON saved as UTF-8") from None
            finally:
                text.detach()


@dataclass(slots=True)
class _Keys:
    """The keys of the objects of a file.

    Attributes:
        records: How many values there are.
        known: All of them, in the order in which they come.
        nested: Those that have a list or an object, and the number of the record where the first one is.
    """

    records: int = 0
    known: dict[str, None] = field(default_factory=dict)
    nested: dict[str, int] = field(default_factory=dict)

    def note(self, number: int, value: object) -> None:
        """Look at a value of the file.

        Raises:
            AdapterError: `file-unreadable`: it is no object and no object came before, or there are too many keys.
        """
        self.records = number
        if not isinstance(value, dict):
            if not self.known:
                raise unreadable(f"JSON value {number} is not an object; expected one object for each record")
            return
        if not value.keys() <= self.known.keys():
            self.known |= dict.fromkeys(value)
            check_width(self.known)
        if not _NESTED.isdisjoint(map(type, value.values())):
            for key, one in value.items():
                if type(one) in _NESTED:
                    self.nested.setdefault(key, number)


_TEXT_ONLY: Final = {str}
_NESTED: Final = frozenset({dict, list})


def _cell(value: object) -> str:
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, str):  # a number
        whole = _WHOLE.fullmatch(value)
        return whole[1] if whole else str(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise unreadable("a JSON value is nested too deep; expected text and numbers") from None


def _is_writable(text: str) -> bool:
    """Whether every file of records can hold it: escapes can spell NUL and half a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _writable(text: str) -> str:
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")
