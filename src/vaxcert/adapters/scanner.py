"""Hand-held scanners that send what they read as lines, on a serial line or through standard input.

What comes in is noise until it proves to be something: bytes are put together to lines, within bounds, and handed on.
"""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_SCANNED_CHARACTERS

BAUD_RATES: Final = (9600, 19200, 38400, 57600, 115200)
"""What hand-held scanners are set to; those on USB do not mind."""

DEFAULT_BAUD: Final = 9600

END_OF_SCAN_SECONDS: Final = 2.0
"""A scanner sends a code in a fraction of a second. After this silence no line end is to be expected any more."""

FORGET_SECONDS: Final = 60.0
"""After this silence the traveller has gone."""

_AWAY_SECONDS: Final = 1.0
_READ_BYTES: Final = 4096
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_CONTROLS: Final = bytes(range(0x20))
"""Some scanners put STX and ETX around a code, and a line that is plugged in begins with noise."""


class ScannerSource(Protocol):
    """Where bytes come from."""

    def read(self, wait: float) -> bytes | None:
        """The next bytes; b"" at the end; None where none came.

        Args:
            wait: Seconds to wait for them.

        Raises:
            AdapterError: `file-unreadable`: the scanner is away. Later reads look for it.
        """


class StreamSource:
    """An open file, such as standard input.

    Args:
        descriptor: Its number.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: Final = descriptor

    def read(self, wait: float) -> bytes | None:
        """See `ScannerSource`."""
        ready, _, _ = select.select([self._descriptor], [], [], wait)
        return os.read(self._descriptor, _READ_BYTES) if ready else None


class SerialSource:
    """A scanner on a serial line. It may be unplugged, and is found again.

    Args:
        path: The device, such as `/dev/ttyACM0`.
        baud: One of `BAUD_RATES`.

    Raises:
        AdapterError: `file-unreadable`.
    """

    def __init__(self, path: Path, baud: int) -> None:
        self._path: Final = path
        self._baud: Final = baud
        self._descriptor: int | None = _open_serial(path, baud)

    def read(self, wait: float) -> bytes | None:
        """See `ScannerSource`. There is no end."""
        if self._descriptor is None:
            time.sleep(_AWAY_SECONDS)
            with suppress(AdapterError):
                self._descriptor = _open_serial(self._path, self._baud)
            return None
        try:
            data = StreamSource(self._descriptor).read(wait)
        except OSError:
            data = b""
        if data == b"":
            self.close()
            raise AdapterError(Reason.FILE_UNREADABLE, f"the scanner at {self._path} is away; waiting for it")
        return data

    def close(self) -> None:
        """Let go of the device."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def scans(source: ScannerSource) -> Iterator[str | AdapterError | None]:
    """What a scanner reads, one scan a line, for as long as it is there.

    Args:
        source: Where the bytes come from.

    Yields:
        Each line at once, without its end and without control characters around it; "" for an empty one. A line that
        does not end is taken as it is after `END_OF_SCAN_SECONDS`. One with more than `MAX_SCANNED_CHARACTERS`, which
        no scan has, is cut there. None where nothing has come for `FORGET_SECONDS`; an error where the scanner is away.
    """
    lines = _Lines()
    while True:
        try:
            data = source.read(END_OF_SCAN_SECONDS if lines.part else FORGET_SECONDS)
        except AdapterError as error:
            lines = _Lines()
            yield error
            continue
        if data is None:
            yield _text(lines.rest()) if lines.part else None
        elif data:
            yield from map(_text, lines.feed(data))
        else:
            if lines.part:
                yield _text(lines.rest())
            return


class _Lines:
    """Bytes put together to lines, of which a part of the last one is kept."""

    def __init__(self) -> None:
        self.part = b""
        self._after_return = False

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that end in these bytes."""
        if self._after_return:
            data = data.removeprefix(b"\n")
        self._after_return = data.endswith(b"\r")
        *lines, part = _LINE_END.split(self.part + data)
        self.part = _cut(part)
        return list(map(_cut, lines))

    def rest(self) -> bytes:
        """The part of a line that no end came of."""
        part, self.part = self.part, b""
        return part


def _cut(line: bytes) -> bytes:
    return line[: MAX_SCANNED_CHARACTERS + 1]


def _text(line: bytes) -> str:
    return line.strip(_CONTROLS).decode("utf-8", "replace")


def _open_serial(path: Path, baud: int) -> int:
    try:
        import termios  # not there on every system
    except ImportError:
        raise AdapterError(
            Reason.FILE_UNREADABLE, "no serial lines on this system; pass the scanner to standard input"
        ) from None
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "no file can have such a name"
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot open {path}: {problem}") from None
    try:
        _make_raw(descriptor, getattr(termios, f"B{baud}"))
    except termios.error:
        os.close(descriptor)
        raise AdapterError(Reason.FILE_UNREADABLE, f"{path} is no serial line") from None
    return descriptor


def _make_raw(descriptor: int, speed: int) -> None:
    """Eight bits, no parity, every byte as it comes, nothing sent back; no line ends wait for modem signals."""
    import termios

    controls = termios.tcgetattr(descriptor)[6]
    controls[termios.VMIN], controls[termios.VTIME] = 1, 0
    flags = termios.CS8 | termios.CREAD | termios.CLOCAL
    termios.tcsetattr(descriptor, termios.TCSANOW, [0, 0, flags, 0, speed, speed, controls])
    termios.tcflush(descriptor, termios.TCIFLUSH)
