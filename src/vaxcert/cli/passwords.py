"""Passwords of key files: from a file, or asked for on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import Final, TypeVar

from vaxcert.adapters.files import read_bounded
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_KEY_FILE_BYTES

_MAX_PASSWORD_BYTES: Final = 1023
_Opened = TypeVar("_Opened")


def read_password(path: Path | None) -> bytes | None:
    """The first line of a password file; None where there is no file.

    Raises:
        AdapterError: `file-unreadable`; `key-password` when there is no password in it, or too long a one.
    """
    if path is None:
        return None
    password = read_bounded(path, MAX_KEY_FILE_BYTES).split(b"\n", 1)[0].rstrip(b"\r")
    return _checked(password, f"the first line of {path}")


def open_with_password(
    open_key: Callable[[bytes | None], _Opened], key_path: Path, password_path: Path | None, session: Session
) -> _Opened:
    """Open a key; where its password is needed and not given, ask a person for it.

    Args:
        open_key: Opens it with a password or none.
        key_path: For the question.
        password_path: The password's file, or None.
        session: Nobody is asked unless standard input is a terminal.

    Raises:
        AdapterError: `key-password`, and whatever `open_key` raises.
    """
    password = read_password(password_path)
    try:
        return open_key(password)
    except AdapterError as error:
        if error.reason is not Reason.KEY_PASSWORD or password is not None or not session.stdin_is_terminal:
            raise
    return open_key(_ask(session.texts.get("keys", "password-prompt", path=key_path)))


def _ask(question: str) -> bytes:
    try:
        password = getpass(question).encode()
    except EOFError:
        password = b""
    except UnicodeError:
        raise AdapterError(Reason.KEY_PASSWORD, "what was typed is not UTF-8 text") from None
    return _checked(password, "what was typed")


def _checked(password: bytes, what: str) -> bytes:
    if not 1 <= len(password) <= _MAX_PASSWORD_BYTES:
        raise AdapterError(
            Reason.KEY_PASSWORD, f"{what} is not a password of 1 to {_MAX_PASSWORD_BYTES} bytes"
        )
    return password
