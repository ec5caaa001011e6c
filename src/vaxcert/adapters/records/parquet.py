"""Record files as Parquet: columns of any ordinary type, given as the text that people write."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, TypeAlias

from vaxcert.adapters.records.arrow import import_arrow, import_compute
from vaxcert.adapters.records.layout import DATE_FIELDS, Layout
from vaxcert.adapters.records.mapping import match_layout
from vaxcert.adapters.records.record_file import RecordFile, unreadable
from vaxcert.adapters.records.regroup import regrouped
from vaxcert.adapters.records.source import RecordBatch
from vaxcert.adapters.records.table import named_headings
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_RECORD_CHARACTERS

_ENCRYPTED: Final = b"PARE"
_BUFFER_BYTES: Final = 1024 * 1024
_LOCAL_ZONE: Final = "Asia/Ho_Chi_Minh"
_EXACT_WHOLE_NUMBERS: Final = float(2**53)

ToText: TypeAlias = Callable[[Any], Any]
"""From an Arrow array to one of text, nulls staying nulls."""


def open_parquet(file: RecordFile, mapping: Layout | None) -> ParquetSource:
    """Open a Parquet file. Its footer is read, and no page.

    Args:
        file: The file.
        mapping: Its layout, or None to find out.

    Raises:
        AdapterError: `file-unreadable`, `column-missing`; `column-type`: a field has a column of lists, structures,
            bytes or the like; `extra-missing`.
    """
    if file.start.startswith(_ENCRYPTED):
        raise unreadable("the Parquet file is encrypted; expected one that is not")
    return ParquetSource(file, mapping)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that has text.

    Attributes:
        name: As the file calls it.
        heading: As `headings` calls it.
        to_text: From what is in it to text.
        is_text: Whether it is text in the file already.
    """

    name: str
    heading: str
    to_text: ToText
    is_text: bool


class ParquetSource:
    """A `RecordSource` over a Parquet file. Columns without text, like lists and bytes, are left out.

    Args:
        file: The file.
        mapping: Its layout, or None to find out.

    Raises:
        AdapterError: As `open_parquet`.
    """

    def __init__(self, file: RecordFile, mapping: Layout | None) -> None:
        self._arrow = import_arrow()
        self._compute = import_compute()
        self._file: Final = file
        with self._opened() as parquet, _problems(self._arrow):
            schema = parquet.schema_arrow
            groups = range(parquet.metadata.num_row_groups)
            self._group_rows: list[int] = [parquet.metadata.row_group(group).num_rows for group in groups]
        if len(set(schema.names)) < len(schema.names):
            raise unreadable("two columns have the same heading")
        headings = named_headings(schema.names)
        self.layout, matched = match_layout(headings, mapping)
        self._columns = list(self._readable(schema, headings, matched))
        self.headings: Final = tuple(column.heading for column in self._columns)
        self.fields_by_heading: Final = {h: matched[h] for h in self.headings if h in matched}
        self._numeric = self._numeric_heading(schema, headings)

    @property
    def known_records(self) -> int | None:
        """As `RecordSource`: the footer says so."""
        return sum(self._group_rows)

    def check(self) -> None:
        """As `RecordSource`. What the footer says is known already; a page is only found to be damaged when it is read.

        Raises:
            AdapterError: `file-unreadable`.
        """
        self._file.check_unchanged()

    def batches(
        self, rows: int, *, skip: int = 0, columns: Collection[str] | None = None
    ) -> Iterator[RecordBatch]:
        """As `RecordSource`. Row groups before the first batch are not read."""
        wanted = [
            column
            for column in self._columns
            if columns is None or self.fields_by_heading.get(column.heading) in columns
        ]
        with self._opened() as parquet, _problems(self._arrow):
            pieces = self._pieces(parquet, rows, skip * rows, wanted)
            for batch in regrouped(pieces, rows):
                numeric = None
                if self._numeric in batch.schema.names:
                    numeric = self._compute.not_equal(batch.column(self._numeric), "")
                yield RecordBatch(batch, identity_was_numeric=numeric)

    def _pieces(self, parquet: Any, rows: int, start: int, wanted: list[_Column]) -> Iterator[Any]:
        """The file from a row on, in pieces of no certain size."""
        first = 0
        while first < len(self._group_rows) and start >= self._group_rows[first]:
            start -= self._group_rows[first]
            first += 1
        pieces = parquet.iter_batches(
            batch_size=rows,
            row_groups=range(first, len(self._group_rows)),
            columns=[column.name for column in wanted],
            use_threads=False,
        )
        left = sum(self._group_rows[first:])
        for piece in pieces:
            left -= len(piece)
            if start < len(piece):
                yield self._as_text(piece.slice(start), wanted)
            start = max(0, start - len(piece))
        if left:
            raise unreadable("the Parquet file holds another number of records than it says")

    def _as_text(self, piece: Any, wanted: list[_Column]) -> Any:
        texts = []
        for column in wanted:
            text = column.to_text(piece.column(column.name))
            if column.is_text:
                self._check_text(text, column.heading)
            texts.append(text.fill_null("") if text.null_count else text)
        return self._arrow.RecordBatch.from_arrays(texts, names=[column.heading for column in wanted])

    def _check_text(self, text: Any, heading: str) -> None:
        try:
            text.validate(full=True)
        except self._arrow.ArrowInvalid:
            raise unreadable(f"column {heading} holds what is not UTF-8 text") from None
        longest = self._compute.max(self._compute.binary_length(text)).as_py()
        if (longest or 0) > MAX_RECORD_CHARACTERS:
            raise unreadable(f"column {heading} holds a text longer than {MAX_RECORD_CHARACTERS} bytes")

    def _readable(self, schema: Any, headings: list[str], matched: dict[str, str]) -> Iterator[_Column]:
        for one, heading in zip(schema, headings, strict=False):
            name = matched.get(heading)
            to_text = _to_text(self._arrow, one.type, is_day=name in DATE_FIELDS)
            if to_text is not None:
                yield _Column(one.name, heading, to_text, _is_text(self._arrow, one.type))
            elif name is not None:
                raise AdapterError(
                    Reason.COLUMN_TYPE,
                    f"column {heading} is of type {str(one.type)[:60]}; expected text, numbers or dates",
                )

    def _numeric_heading(self, schema: Any, headings: list[str]) -> str | None:
        """The heading of the identity number where it is a column of numbers."""
        types = self._arrow.types
        for one, heading in zip(schema, headings, strict=False):
            kind = _value_type(self._arrow, one.type)
            is_number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
            if is_number and self.fields_by_heading.get(heading) == "identity_number":
                return heading
        return None

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        parquet = importlib.import_module("pyarrow.parquet")
        with self._file.reading() as stream:
            source = self._source(stream)
            try:
                with _problems(self._arrow):
                    opened = parquet.ParquetFile(source, buffer_size=_BUFFER_BYTES, pre_buffer=False)
                yield opened
            finally:
                if source is not stream:
                    source.close()

    def _source(self, stream: BinaryIO) -> Any:
        """What Arrow reads from, which is faster without Python in between."""
        return stream if self._file.path is None else self._arrow.OSFile(str(self._file.path))


@contextmanager
def _problems(arrow: Any) -> Iterator[None]:
    """Errors of the library, which may quote what is in the file, become ours."""
    try:
        yield
    except arrow.ArrowNotImplementedError:
        raise unreadable("the Parquet file uses a part of the format that is not supported") from None
    except (arrow.ArrowException, OSError, UnicodeDecodeError):
        raise unreadable("the Parquet file is damaged or cut short") from None


# Types


def _value_type(arrow: Any, kind: Any) -> Any:
    """The type of the values, for columns that name each value by a number too."""
    return kind.value_type if arrow.types.is_dictionary(kind) else kind


def _is_text(arrow: Any, kind: Any) -> bool:
    types, kind = arrow.types, _value_type(arrow, kind)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _to_text(arrow: Any, kind: Any, *, is_day: bool) -> ToText | None:
    """How a column of a type becomes text; None where it has none."""
    types = arrow.types
    if types.is_dictionary(kind):
        inner = _to_text(arrow, kind.value_type, is_day=is_day)
        return inner and (lambda column: inner(column.dictionary_decode()))
    if types.is_string(kind):
        return lambda column: column
    if types.is_timestamp(kind):
        return _Moments(arrow, local=kind.tz is not None, is_day=is_day)
    if types.is_floating(kind):
        return lambda column: _float_text(arrow, column)
    if types.is_decimal(kind):
        return lambda column: _without_fraction(column.cast(arrow.string()))
    if types.is_date(kind):
        return lambda column: column.cast(arrow.date32()).cast(arrow.string())
    return _cast(arrow, kind)


def _cast(arrow: Any, kind: Any) -> ToText | None:
    types = arrow.types
    castable = (
        types.is_large_string,
        types.is_string_view,
        types.is_integer,
        types.is_boolean,
        types.is_time,
    )
    if any(is_kind(kind) for is_kind in (*castable, types.is_null)):
        return lambda column: column.cast(arrow.string())
    return None


@dataclass(frozen=True, slots=True)
class _Moments:
    """Times as text: the day alone where that is all they say or all that is asked.

    Attributes:
        arrow: The library.
        local: Whether they are moments, of which those who were there saw the local time.
        is_day: Whether only the day counts.
    """

    arrow: Any
    local: bool
    is_day: bool

    def __call__(self, column: Any) -> Any:
        compute = import_compute()
        if self.local:
            column = compute.local_timestamp(column.cast(self.arrow.timestamp(column.type.unit, _LOCAL_ZONE)))
        text = compute.floor_temporal(column, unit="second").cast(self.arrow.timestamp("s"))
        text = text.cast(self.arrow.string())
        if self.is_day:
            return compute.utf8_slice_codeunits(text, 0, stop=-len(" 00:00:00"))
        return compute.replace_substring_regex(text, " 00:00:00$", "")


def _float_text(arrow: Any, column: Any) -> Any:
    """Whole numbers without a fraction; what is not a number is no text."""
    compute = import_compute()
    column = column.cast(arrow.float64()) if arrow.types.is_float16(column.type) else column
    is_whole = compute.and_(
        compute.equal(compute.floor(column), column), compute.less(compute.abs(column), _EXACT_WHOLE_NUMBERS)
    )
    whole = compute.if_else(is_whole, column, 0).cast(arrow.int64()).cast(arrow.string())
    text = compute.if_else(is_whole, whole, column.cast(arrow.string()))
    return compute.if_else(compute.is_nan(column), arrow.scalar(None, arrow.string()), text)


def _without_fraction(text: Any) -> Any:
    return import_compute().replace_substring_regex(text, r"\.0+$", "")
