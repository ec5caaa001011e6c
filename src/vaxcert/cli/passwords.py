"""Passwords of key files and PINs of tokens: from a file, or asked for on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import TypeVar

from vaxcert.adapters.passwords import PasswordFile, PasswordSource, TypedPassword
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason

_Opened = TypeVar("_Opened")


def read_password(path: Path | None) -> bytes | None:
    """The first line of a password file; None where there is no file.

    Raises:
        AdapterError: `file-unreadable`; `key-password` when there is no password in it, or too long a one.
    """
    return None if path is None else PasswordFile(path).read()


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
    return open_with_source(
        lambda source: open_key(None if source is None else source.read()), key_path, password_path, session
    )


def open_with_source(
    open_key: Callable[[PasswordSource | None], _Opened],
    key_path: Path,
    password_path: Path | None,
    session: Session,
) -> _Opened:
    """Likewise, for what keeps where its password comes from.

    Raises:
        AdapterError: `key-password`, and whatever `open_key` raises.
    """
    source = None if password_path is None else PasswordFile(password_path)
    try:
        return open_key(source)
    except AdapterError as error:
        if error.reason is not Reason.KEY_PASSWORD or source is not None or not session.stdin_is_terminal:
            raise
    return open_key(ask(session.texts.get("keys", "password-prompt", path=key_path)))


def ask(question: str) -> TypedPassword:
    """Ask a person, who sees nothing of what is typed.

    Raises:
        AdapterError: `key-password`, when nothing usable is typed.
    """
    try:
        password = getpass(question).encode()
    except EOFError:
        password = b""
    except UnicodeError:
        raise AdapterError(Reason.KEY_PASSWORD, "what was typed is not UTF-8 text") from None
    return TypedPassword(password)
