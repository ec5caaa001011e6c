"""A file of records as its readers see it: opened from its beginning as often as wanted, and known to stay the same."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_PIPED_RECORD_BYTES

_START_BYTES: Final = 4096


class RecordFile:
    """A file, or an open binary stream, which is read from its beginning and stays open.

    What cannot be rewound, like a pipe, is held in memory, up to `MAX_PIPED_RECORD_BYTES`.

    Args:
        source: The file or stream.

    Attributes:
        name: What to call it in errors; "" for a stream.
        path: Where it is; None for what is not a file.
        suffix: Ending of its name, lower case with the dot.
        start: Its first 4,096 bytes.

    Raises:
        AdapterError: `file-unreadable`: it cannot be read, is a folder or a device, or too much comes from a pipe.
    """

    def __init__(self, source: Path | BinaryIO) -> None:
        self.path = source if isinstance(source, Path) else None
        self.name = self.path.name if self.path else ""
        self.suffix = self.path.suffix.lower() if self.path else ""
        self._stream = None if isinstance(source, Path) else _rewindable(source)
        self._state: tuple[int, ...] | None = None
        if self.path is not None and not _is_file(self.path):
            with self._opened(self.path) as stream:
                self._stream = _rewindable(stream)
            self.path = None
        with self.reading() as stream:
            self.start: Final = stream.read(_START_BYTES)

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """The file from its beginning.

        Raises:
            AdapterError: `file-unreadable`, also where it is another than before.
        """
        if self.path is None:
            yield self._rewound()
            return
        with self._opened(self.path) as stream:
            self._check_state(stream)
            yield stream

    def check_unchanged(self) -> None:
        """See to it that readers that open the file themselves read the same one again.

        Raises:
            AdapterError: `file-unreadable`.
        """
        with self.reading():
            pass

    def _rewound(self) -> BinaryIO:
        if self._stream is None:
            raise ValueError("there is nothing to read")
        self._stream.seek(0)
        return self._stream

    @contextmanager
    def _opened(self, path: Path) -> Iterator[BinaryIO]:
        try:
            with path.open("rb") as stream:
                yield stream
        except OSError as error:
            raise unreadable(f"cannot read {self.name}: {error.strerror}") from None
        except ValueError as error:
            if "null byte" not in str(error):
                raise
            raise unreadable("no file can have such a name") from None

    def _check_state(self, stream: BinaryIO) -> None:
        status = os.fstat(stream.fileno())
        state = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._state not in (None, state):
            raise unreadable(
                f"{self.name} has changed since it was first read; expected one that stays the same"
            )
        self._state = state


def unreadable(problem: str) -> AdapterError:
    """The error of a file that cannot be read."""
    return AdapterError(Reason.FILE_UNREADABLE, problem)


def _is_file(path: Path) -> bool:
    """Whether it can be read again and again; whoever opens it tells why it cannot be read at all."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return True
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise unreadable(f"{path.name} is a device; expected a file")
    return not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))


def _rewindable(stream: BinaryIO) -> BinaryIO:
    if stream.seekable():
        return stream
    data = stream.read(MAX_PIPED_RECORD_BYTES + 1)
    if len(data) > MAX_PIPED_RECORD_BYTES:
        raise unreadable(f"more than {MAX_PIPED_RECORD_BYTES} bytes from a pipe; expected a file for so many")
    return io.BytesIO(data)
