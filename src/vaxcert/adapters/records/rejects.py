"""The file of refused records: their rows as they came, and why they were refused."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from vaxcert.adapters.records.rows import RecordRow
from vaxcert.errors import AdapterError, Reason

ROW_COLUMN: Final = "row"
CODES_COLUMN: Final = "codes"
REASONS_COLUMN: Final = "reasons"


class RejectWriter:
    """Writes refused records as CSV: the original columns, `row`, `codes` (with spaces between), `reasons`.

    `row` is the record's number in the file it came from; columns of these three names are not copied.

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
        reasons = " ".join(self._sentences.get(code, code) for code in codes)
        cells = [row.original.get(column, "") for column in self._columns]
        with self._writing():
            self._csv.writerow([*cells, row.number, " ".join(codes), reasons])
        self.count += 1

    def _write_headings(self, row: RecordRow | None) -> None:
        added = (ROW_COLUMN, CODES_COLUMN, REASONS_COLUMN)
        self._columns = [column for column in row.original if column not in added] if row else []
        with self._writing():
            self._csv.writerow([*self._columns, *added])

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
