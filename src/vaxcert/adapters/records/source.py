"""What every reader of record files gives: Arrow batches of text, with the mapping from headings to fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from vaxcert.adapters.records.layout import Layout

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, repr=False)
class RecordBatch:
    """Some records of a file, in its order.

    Attributes:
        original: Each heading of the file as one column of text (`pa.string()`, no nulls: an empty cell is ""), as
            it stands in the file; numbers and dates of typed files in their usual form, dates as yyyy-mm-dd.
        malformed: One Boolean a row: the row could not be taken apart. None where every row could.
        identity_was_numeric: One Boolean a row: the identity number was a number, not text. None where none was.
    """

    original: pa.RecordBatch
    malformed: pa.BooleanArray | None = None
    identity_was_numeric: pa.BooleanArray | None = None

    def __repr__(self) -> str:
        return f"<RecordBatch of {self.original.num_rows}>"


class RecordSource(Protocol):
    """A file of dose records that can be read from its beginning, as often as wanted, in constant memory."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the file, in its order."""

    @property
    def fields_by_heading(self) -> Mapping[str, str]:
        """Which headings stand for which field of `DoseRecord`."""

    @property
    def layout(self) -> Layout:
        """How the file is written: what its texts mean beyond what they say (`vaxcert.adapters.records.fields`)."""

    @property
    def known_records(self) -> int | None:
        """How many records there are, or None where that takes reading the file."""

    def check(self) -> None:
        """Find now whatever spoils the whole file. A file that has been read to its end is not read again.

        Raises:
            AdapterError: `file-unreadable`.
        """

    def batches(
        self, rows: int, *, skip: int = 0, columns: Collection[str] | None = None
    ) -> Iterator[RecordBatch]:
        """The records in the order of the file, `rows` to a batch; only the last batch is shorter.

        The same records are in the same batches every time.

        Args:
            rows: Records in a batch.
            skip: Batches to leave out at the beginning.
            columns: The fields to read, which costs less; None reads every column, and checks the file before.

        Raises:
            AdapterError: `file-unreadable`.
        """
