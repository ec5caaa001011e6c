"""Passwords of key files and PINs of tokens: from a file each time one is needed, or typed by a person once.

They are in no argument, environment variable, message or repr. What was typed goes to processes that this one starts,
through the pipe that starts them, and nowhere else: it is not pickled for a disk or for another machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from vaxcert.adapters.files import read_bounded
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_KEY_FILE_BYTES

_MAX_PASSWORD_BYTES: Final = 1023


class PasswordSource(Protocol):
    """Where a password comes from."""

    def read(self) -> bytes:
        """The password, 1 to 1023 bytes.

        Raises:
            AdapterError: `file-unreadable`, `key-password`.
        """


@dataclass(frozen=True, slots=True)
class PasswordFile:
    """A password that is the first line of a file, read whenever it is needed.

    Attributes:
        path: The file.
    """

    path: Path

    def read(self) -> bytes:
        """The first line, without its end; see `PasswordSource`."""
        password = read_bounded(self.path, MAX_KEY_FILE_BYTES).split(b"\n", 1)[0].rstrip(b"\r")
        return checked_password(password, f"the first line of {self.path}")


class TypedPassword:
    """A password that was typed: in memory only.

    Args:
        password: What was typed.

    Raises:
        AdapterError: `key-password`, when it is empty or too long.
    """

    __slots__ = ("_password",)

    def __init__(self, password: bytes) -> None:
        self._password = checked_password(password, "what was typed")

    def read(self) -> bytes:
        """See `PasswordSource`."""
        return self._password

    def __reduce__(self) -> tuple[type[TypedPassword], tuple[bytes]]:
        from multiprocessing.context import get_spawning_popen

        if get_spawning_popen() is None:
            raise AdapterError(
                Reason.KEY_PASSWORD,
                "a typed password stays in the memory of this machine; name a file that holds it instead",
            )
        return TypedPassword, (self._password,)

    def __repr__(self) -> str:
        return "<TypedPassword>"


def checked_password(password: bytes, what: str) -> bytes:
    """The password, when it is of a length that one can have.

    Args:
        password: Any bytes.
        what: What they are, for the message.

    Raises:
        AdapterError: `key-password`.
    """
    if not 1 <= len(password) <= _MAX_PASSWORD_BYTES:
        raise AdapterError(
            Reason.KEY_PASSWORD, f"{what} is not a password of 1 to {_MAX_PASSWORD_BYTES} bytes"
        )
    return password
