"""Sorting more index entries than memory holds: sorted runs in a file each, merged piece by piece."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self, TypeAlias

import numpy as np
import numpy.typing as npt

ENTRY_BYTES: Final = 32

Entries: TypeAlias = npt.NDArray[np.bytes_]
"""Strings of 32 bytes, which NumPy compares byte by byte."""

RUN_ENTRIES: Final = 1_000_000
"""Entries that are sorted in memory at once: 32 MB, and as much again while they are."""

_MERGE_ENTRIES: Final = 1_000_000
"""Entries of all runs together that are in memory while they are merged."""


def entries_of(data: bytes) -> Entries:
    """Entries as they are in a file."""
    return np.frombuffer(data, f"S{ENTRY_BYTES}")


class SortedRuns:
    """Takes entries in any order, and gives them back in ascending order.

    A context manager. Its files have no names, so nothing is left of them however the process ends.

    Args:
        folder: Where the files are, as large as the entries. Readable by their owner only.
        run_entries: Entries that are sorted in memory at once.
    """

    def __init__(self, folder: Path, *, run_entries: int = RUN_ENTRIES) -> None:
        self._folder: Final = folder
        self._run_entries: Final = run_entries
        self._files: Final = ExitStack()
        self._runs: list[IO[bytes]] = []
        self._pending: list[Entries] = []
        self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, entries: Entries) -> None:
        """Take further entries.

        Raises:
            OSError: The disk is full.
        """
        self._pending.append(entries)
        self._waiting += len(entries)
        if self._waiting >= self._run_entries:
            self._write_run()

    def merged(self) -> Iterator[Entries]:
        """All entries in ascending order, in pieces.

        Raises:
            OSError: The disk is full, or a file cannot be read back.
        """
        if not self._runs:
            yield self._sorted_pending()
            return
        self._write_run()
        size = max(1, _MERGE_ENTRIES // len(self._runs))
        runs = [run for run in (_Run(file, size) for file in self._runs) if run.left]
        while runs:
            upto = min((run.last for run in runs if run.goes_on), default=None)
            yield _sorted([run.take(upto) for run in runs])
            runs = [run for run in runs if run.left]

    def _write_run(self) -> None:
        if not self._waiting:
            return
        run = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed with the others
        self._files.callback(run.close)
        run.write(self._sorted_pending().tobytes())
        run.seek(0)
        self._runs.append(run)

    def _sorted_pending(self) -> Entries:
        pending, self._pending, self._waiting = self._pending, [], 0
        return _sorted(pending)


class _Run:
    """A sorted run that is read block by block.

    Attributes:
        goes_on: Whether the file holds more than the block.
    """

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file: Final = file
        self._bytes: Final = size * ENTRY_BYTES
        self._next()

    def _next(self) -> None:
        data = self._file.read(self._bytes)
        self._block = entries_of(data)
        self.goes_on = len(data) == self._bytes

    @property
    def left(self) -> bool:
        """Whether anything is left of it."""
        return len(self._block) > 0

    @property
    def last(self) -> bytes:
        """The last entry of the block, without zero bytes at its end: NumPy compares as if they were there."""
        return bytes(self._block[-1])

    def take(self, upto: bytes | None) -> Entries:
        """Take out what is not greater, of the block at hand; None takes all of it."""
        end = (
            len(self._block) if upto is None else int(np.searchsorted(self._block, np.bytes_(upto), "right"))
        )
        taken, self._block = self._block[:end], self._block[end:]
        if not self.left and self.goes_on:
            self._next()
        return taken


def _sorted(pieces: list[Entries]) -> Entries:
    """Entries of sorted pieces in ascending order; the sort makes use of it that they are sorted."""
    entries = np.concatenate([np.empty(0, f"S{ENTRY_BYTES}"), *pieces])
    entries.sort(kind="stable")
    return entries
