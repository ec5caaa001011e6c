"""The file of refused records: their rows as they came, and why they were refused.

Cells are written exactly as they were read, also those that begin with `=`, `+`, `-` or `@`: the file is mended and
read again, and a sign put before them against spreadsheets that take them for formulas would be taken for part of a
name or number then. Whoever opens it in a spreadsheet imports the columns as text, which keeps leading zeros too.
"""

from __future__ import annotations

import codecs
import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from vaxcert.adapters.records.arrow import import_arrow
from vaxcert.adapters.records.writers import csv_bytes
from vaxcert.errors import AdapterError, Reason

if TYPE_CHECKING:
    import pyarrow as pa

    from vaxcert.adapters.records.rows import RecordRow

ROW_COLUMN: Final = "row"
CODES_COLUMN: Final = "codes"
REASONS_COLUMN: Final = "reasons"
REPAIR_COLUMN: Final = "repair"

_ADDED: Final = (ROW_COLUMN, CODES_COLUMN, REASONS_COLUMN)
_NOT_COPIED: Final = frozenset({*_ADDED, REPAIR_COLUMN})


def reject_heading(headings: Iterable[str]) -> bytes:
    """The first line of a file of rejects of a bulk run, with the byte order mark before it.

    Args:
        headings: Of the file that the records come from.
    """
    line = csv_bytes([[*_copied(headings), *_ADDED, REPAIR_COLUMN]])
    return codecs.BOM_UTF8 + line


def reject_lines(
    original: pa.RecordBatch,
    rows: Sequence[int],
    numbers: Sequence[int],
    codes: Sequence[Sequence[str]],
    repairs: Sequence[str],
    sentences: Mapping[str, str],
) -> bytes:
    """Lines of a file of rejects, as `RejectWriter` writes them, with a column `repair` at the end.

    Args:
        original: Records as they came, refused ones among them.
        rows: Places of the refused ones, from 0.
        numbers: Of each, its number in the file it came from.
        codes: Of each, why it was refused.
        repairs: Of each, what it should likely say; "" where nobody knows.
        sentences: Code to sentence, in the language of the reader; a code without one stands for itself.

    Returns:
        One line for each, without headings.
    """
    if not len(rows):
        return b""
    taken = original.take(import_arrow().array(rows, "int64"))
    texts: list[Iterable[Any]] = [
        taken.column(heading).to_pylist() for heading in _copied(original.schema.names)
    ]
    reasons = (_reasons(some, sentences) for some in codes)
    return csv_bytes(zip(*texts, numbers, map(" ".join, codes), reasons, repairs, strict=True))


def _copied(headings: Iterable[str]) -> list[str]:
    return [heading for heading in headings if heading not in _NOT_COPIED]


def _reasons(codes: Iterable[str], sentences: Mapping[str, str]) -> str:
    return " ".join(sentences.get(code, code) for code in codes)


class RejectWriter:
    """Writes refused records as CSV: the original columns, `row`, `codes` (with spaces between), `reasons`.

    `row` is the record's number in the file it came from; columns of these names are not copied, nor is `repair`, in
    which a bulk run says what a record should likely say.

    A context manager. The file appears whole at its end, readable by its owner only, and replaces an older
    one; on an exception nothing is left behind. It starts with a byte order mark, without which spreadsheets
    garble Vietnamese, and `read_records` takes it back once it is mended.
    """

    def __init__(self, path: Path, sentences: Mapping[str, str]) -> None:
        """Nothing is opened yet.

        Args:
            path: Where the file shall be. Its folder exists.
            sentences: Code to sentence, in the language of the reader; a code without one stands for itself.
        """
        self.count = 0
        self._path = path
        self._sentences = sentences
        self._columns: list[str] = []

    def __enter__(self) -> Self:
        """Open a file beside the final one.

        Raises:
            AdapterError: `FILE_UNWRITABLE`.
        """
        with self._writing():
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        self._partial = Path(name)
        self._file = open(handle, "w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        return self

    def write(self, row: RecordRow, codes: Sequence[str]) -> None:
        """Add one refused record.

        Args:
            row: As read. Columns that the first one lacks are left out, so give rows of one file only.
            codes: Why it was refused, at least one.

        Raises:
            AdapterError: `FILE_UNWRITABLE`.
        """
        if not self._columns:
            self._write_headings(row)
        cells = [row.original.get(column, "") for column in self._columns]
        with self._writing():
            self._csv.writerow([*cells, row.number, " ".join(codes), _reasons(codes, self._sentences)])
        self.count += 1

    def _write_headings(self, row: RecordRow | None) -> None:
        self._columns = _copied(row.original) if row else []
        with self._writing():
            self._csv.writerow([*self._columns, *_ADDED])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the file in its place, or remove it after an exception.

        Raises:
            AdapterError: `FILE_UNWRITABLE`.
        """
        try:
            if error is None:
                self._finish()
        finally:
            with suppress(OSError):  # what a full disk did not take is reported already
                self._file.close()
            self._partial.unlink(missing_ok=True)

    def _finish(self) -> None:
        if not self.count:
            self._write_headings(None)
        with self._writing():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._partial.replace(self._path)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNWRITABLE, f"cannot write {self._path.name}: {error.strerror}"
            ) from None
