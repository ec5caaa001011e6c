"""One writer at a time. The lock ends with its process, however that ends, so none is ever left behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vaxcert.errors import AdapterError, Reason

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a store or of another folder.

    Args:
        path: The lock's file; made when it is missing, and never removed.

    Raises:
        AdapterError: `store-busy`, when another process or thread holds it; `file-unwritable`.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise AdapterError(Reason.FILE_UNWRITABLE, f"cannot write {path}: {error.strerror}") from None
    try:
        try:
            _lock(handle)
        except OSError:
            raise AdapterError(
                Reason.STORE_BUSY,
                f"{path.parent} is being changed by another process; try again later",
            ) from None
        yield
    finally:
        os.close(handle)
