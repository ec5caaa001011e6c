"""Files that are read whole within a bound, and written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from vaxcert.errors import AdapterError, LimitExceededError, Reason

_PRIVATE_MODE: Final = 0o600
_ORDINARY_MODE: Final = 0o666  # less what the user's umask takes away


def read_bounded(path: Path, limit: int) -> bytes:
    """Read a whole file.

    Args:
        path: A file, or whatever can be opened like one.
        limit: The most bytes to accept.

    Raises:
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        raise AdapterError(Reason.FILE_UNREADABLE, "no file can have such a name") from None
    if len(data) > limit:
        raise LimitExceededError(Reason.INPUT_TOO_LONG, f"{path} holds more than {limit} bytes")
    return data


def find_files(folder: Path, suffixes: Collection[str]) -> Iterator[Path | AdapterError]:
    """Find the files in a folder and all its folders, in the order of their names.

    Args:
        folder: Where to look. Links to folders are not followed.
        suffixes: Endings of the names to find, lower case with the dot.

    Yields:
        The files; and `file-unreadable` for each folder that cannot be looked into.
    """
    unreadable: list[AdapterError] = []

    def note(error: OSError) -> None:
        unreadable.append(
            AdapterError(Reason.FILE_UNREADABLE, f"cannot read {error.filename}: {error.strerror}")
        )

    for place, folders, names in os.walk(folder, onerror=note):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names) if Path(name).suffix.lower() in suffixes)
    yield from unreadable


def write_atomically(path: Path, data: bytes, *, private: bool = False, durable: bool = True) -> None:
    """Write a file so that nobody ever sees half of it; an older one is replaced.

    Args:
        path: Where; its folder exists.
        data: All of it.
        private: For the owner's eyes only (mode 0600).
        durable: Wait until the disk has it. Not needed for what can be made again.

    Raises:
        AdapterError: `file-unwritable`.
    """
    _write(path, data, mode=_mode(private), durable=durable, put=os.replace)


def create_atomically(path: Path, data: bytes, *, private: bool = False) -> None:
    """Like `write_atomically`, and never in the place of another file.

    Raises:
        AdapterError: `file-unwritable`, also when there is such a file already.
    """
    _write(path, data, mode=_mode(private), durable=True, put=os.link)


class WholeLines:
    """A private file (mode 0600) that gets its lines one by one and is put in its place at the end.

    A context manager. Whatever ends the writing, an exception too, the lines written so far are kept and none
    is cut; only an exception before the first line leaves no file.

    Args:
        path: Where; its folder exists. Must not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = _beside(path)
        self._length = 0

    def __enter__(self) -> Self:
        """Open a file beside the final one.

        Raises:
            AdapterError: `file-unwritable`, also when the final one is there already.
        """
        if self._path.exists():
            raise AdapterError(
                Reason.FILE_UNWRITABLE, f"{self._path} is there already and is not overwritten"
            )
        with _writing(self._path):
            self._file = os.fdopen(_open_new(self._partial, _PRIVATE_MODE), "wb", buffering=0)
        return self

    def write(self, line: str) -> None:
        """Add one line.

        Args:
            line: Without its line end.

        Raises:
            AdapterError: `file-unwritable`.
        """
        data = (line + "\n").encode()
        with _writing(self._path):
            if self._file.write(data) != len(data):
                raise AdapterError(Reason.FILE_UNWRITABLE, f"cannot write {self._path}: the disk is full")
        self._length += len(data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the file in its place.

        Raises:
            AdapterError: `file-unwritable`.
        """
        try:
            with _writing(self._path), self._file:
                self._file.truncate(self._length)
                os.fsync(self._file.fileno())
            if error is None or self._length:
                with _writing(self._path):
                    os.link(self._partial, self._path)
        finally:
            with suppress(OSError):
                self._partial.unlink()


def _mode(private: bool) -> int:
    return _PRIVATE_MODE if private else _ORDINARY_MODE


def _write(path: Path, data: bytes, *, mode: int, durable: bool, put: Callable[[Path, Path], object]) -> None:
    partial = _beside(path)
    try:
        with _writing(path):
            with os.fdopen(_open_new(partial, mode), "wb") as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            put(partial, path)
    finally:
        with suppress(OSError):
            partial.unlink()


def _beside(path: Path) -> Path:
    """A new name in the same folder, from where a file can be put in its place in one step."""
    return path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.partial")


def _open_new(path: Path, mode: int) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"{path} is there already and is not overwritten"
        ) from None
    except OSError as error:
        raise AdapterError(Reason.FILE_UNWRITABLE, f"cannot write {path}: {error.strerror}") from None
