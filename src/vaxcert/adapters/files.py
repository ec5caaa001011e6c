"""Files that are read whole within a bound, and written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from vaxcert.errors import AdapterError, LimitExceededError, Reason

CERTIFICATE_SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der"})
"""Names of certificates, which are read when a folder is given; a file given by itself is read whatever its name."""

_PIECE_BYTES: Final = 1024 * 1024
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


def file_digest(path: Path) -> bytes:
    """The SHA-256 of a file of any size, which is not held in memory.

    Raises:
        AdapterError: `file-unreadable`.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, hashlib.sha256).digest()
    except OSError as error:
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        raise AdapterError(Reason.FILE_UNREADABLE, "no file can have such a name") from None


def content_digest(path: Path) -> bytes:
    """The SHA-256 of a file; of a folder, one of the names and digests of all files in it.

    Raises:
        AdapterError: `file-unreadable`.
    """
    if not path.is_dir():
        return file_digest(path)
    found = hashlib.sha256()
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        found.update(file.relative_to(path).as_posix().encode("utf-8", "surrogateescape") + b"\0")
        found.update(file_digest(file))
    return found.digest()


def find_files(folder: Path, suffixes: Collection[str]) -> Iterator[Path | AdapterError]:
    """Find the files in a folder and all its folders, in the order of their names.

    Args:
        folder: Where to look. Links to folders are not followed.
        suffixes: Endings of the names to find, lower case with the dot.

    Yields:
        The files, but no pipes and devices, which may never end; and `file-unreadable` for each folder that
        cannot be looked into.
    """
    unreadable: list[AdapterError] = []

    def note(error: OSError) -> None:
        unreadable.append(
            AdapterError(Reason.FILE_UNREADABLE, f"cannot read {error.filename}: {error.strerror}")
        )

    for place, folders, names in os.walk(folder, onerror=note):
        folders.sort()
        files = (Path(place, name) for name in sorted(names) if Path(name).suffix.lower() in suffixes)
        yield from filter(_ends, files)
    yield from unreadable


def _ends(path: Path) -> bool:
    """Whether it is a file, or nothing that can be opened: whoever reads it tells why."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def write_atomically(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file so that nobody ever sees half of it; an older one is replaced.

    Args:
        path: Where; its folder exists.
        data: All of it.
        private: For the owner's eyes only (mode 0600).

    Raises:
        AdapterError: `file-unwritable`.
    """
    write_pieces_atomically(path, (data,), private=private)


def write_pieces_atomically(path: Path, pieces: Iterable[bytes], *, private: bool = False) -> None:
    """Write a file as `write_atomically` does, without ever holding all of it.

    Args:
        path: Where; its folder exists.
        pieces: All of it. When it raises, nothing is written.
        private: For the owner's eyes only (mode 0600).

    Raises:
        AdapterError: `file-unwritable`.
    """
    partial = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.partial")
    try:
        with _writing(path):
            _write_new(partial, pieces, private=private, durable=True)
            partial.replace(path)
            sync_folder(path.parent)
    finally:
        with suppress(OSError):
            partial.unlink()


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder, where the operating system can tell.

    Raises:
        OSError: When the folder is not there.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some file systems know no such thing
            os.fsync(handle)
    finally:
        os.close(handle)


def create_new(path: Path, data: bytes, *, private: bool = False, durable: bool = True) -> None:
    """Write a file that is not there yet; what cannot be written whole is removed again.

    Args:
        path: Where; its folder exists.
        data: All of it.
        private: For the owner's eyes only (mode 0600), from its first moment.
        durable: Wait until the disk has it. Not needed for what can be made again.

    Raises:
        AdapterError: `file-unwritable`, also when there is such a file already.
    """
    with _writing(path):
        _write_new(path, (data,), private=private, durable=durable)


def copy_new(source: IO[bytes], path: Path, limit: int) -> str:
    """Copy a stream into a file that is not there yet, piece by piece; what cannot be copied whole is removed again.

    Args:
        source: Read to its end.
        path: Where; its folder exists.
        limit: The most bytes to accept.

    Returns:
        Its SHA-256, hexadecimal.

    Raises:
        AdapterError: `file-unreadable`, `file-unwritable`.
        LimitExceededError: `input-too-long`.
    """
    digest = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        left = limit
        while piece := _piece(source):
            left -= len(piece)
            if left < 0:
                raise LimitExceededError(Reason.INPUT_TOO_LONG, f"more than {limit} bytes")
            digest.update(piece)
            yield piece

    with _writing(path):
        _write_new(path, pieces(), private=False, durable=True)
    return digest.hexdigest()


def _piece(source: IO[bytes]) -> bytes:
    try:
        return source.read(_PIECE_BYTES)
    except OSError as error:
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read the file: {error.strerror}") from None


class WholeLines:
    """A new private file (mode 0600) that gets its lines one by one.

    A context manager. The file is there from the start, so that it has one writer only. Whatever ends the
    writing, an exception too, the lines written so far are kept and none is cut; only an exception before the
    first line leaves no file. (A process that is killed may leave a last line cut short.)

    Args:
        path: Where; its folder exists. Must not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._length = 0

    def __enter__(self) -> Self:
        """Create the file.

        Raises:
            AdapterError: `file-unwritable`, also when it is there already.
        """
        with _writing(self._path):
            self._file = _open_new(self._path, _PRIVATE_MODE)
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
            _write_all(self._file, data)
        self._length += len(data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut off what is no whole line.

        Raises:
            AdapterError: `file-unwritable`.
        """
        with _writing(self._path), self._file:
            self._file.truncate(self._length)
            os.fsync(self._file.fileno())
        if error is not None and not self._length:
            with suppress(OSError):
                self._path.unlink()


def _write_new(path: Path, pieces: Iterable[bytes], *, private: bool, durable: bool) -> None:
    file = _open_new(path, _PRIVATE_MODE if private else _ORDINARY_MODE)
    try:
        with file:
            for piece in pieces:
                _write_all(file, piece)
            if durable:
                os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _open_new(path: Path, mode: int) -> FileIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    return FileIO(handle, "wb")


def _write_all(file: FileIO, data: bytes) -> None:
    """Write it without a buffer that an interruption could leave half full."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


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
