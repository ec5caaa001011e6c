"""Files and standard input as commands name them, read whole."""

from __future__ import annotations

from pathlib import Path

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.files import CERTIFICATE_SUFFIXES, find_files, read_bounded
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, LimitExceededError, Reason


def read_input(path: Path, limit: int, session: Session) -> bytes:
    """A whole file; `-` is standard input.

    Args:
        path: As the command names it.
        limit: The most bytes to accept.
        session: For standard input.

    Raises:
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    if str(path) != STANDARD_INPUT:
        return read_bounded(path, limit)
    data = session.stdin.read(limit + 1)
    if len(data) > limit:
        raise LimitExceededError(Reason.INPUT_TOO_LONG, f"standard input holds more than {limit} bytes")
    return data


def certificate_files(path: Path) -> list[Path]:
    """The files of certificates in a folder, in the order of their names; a file is itself.

    Raises:
        AdapterError: `file-unreadable`, when a folder in it cannot be looked into.
    """
    if not path.is_dir():
        return [path]
    files: list[Path] = []
    for found in find_files(path, CERTIFICATE_SUFFIXES):
        if isinstance(found, AdapterError):
            raise found
        files.append(found)
    return files
