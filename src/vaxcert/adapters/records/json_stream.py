"""JSON values one at a time, from an array or from JSON lines, where the standard library reads all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, TextIO

from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_RECORD_CHARACTERS


class JsonNumber(str):
    """A number of a JSON text, as it is written there."""

    __slots__ = ()


class MalformedLine(str):
    """A line of JSON lines, or the rest of one, that holds no JSON value."""

    __slots__ = ()


def read_json_values(text: TextIO) -> Iterator[object]:
    """Read the elements of one JSON array, or the values of JSON lines (RFC 8259), in constant memory.

    Numbers are left as the text that they are written in, as `JsonNumber`.

    Args:
        text: Read from its present position to its end.

    Yields:
        The values; of JSON lines, `MalformedLine` for the rest of a line where no value can be read. One bad line
        never ends a file; in an array nobody knows where the next element begins.

    Raises:
        AdapterError: `FILE_UNREADABLE`: an element of an array is not JSON, names a key twice or is larger than
            `MAX_RECORD_CHARACTERS`; or an array does not end, or does not end the text; or so does the first value.
    """
    window = JsonWindow(text)
    if window.peek() == "[":
        yield from _elements(window)
        return
    if window.peek():
        yield window.take_value()
    while window.peek():
        yield window.take_value_or_line()


def value_at(stream: BinaryIO, offset: int, limit: int) -> object:
    """Read one value that stands within a file.

    Args:
        stream: The file, UTF-8.
        offset: Where, in bytes.
        limit: The most bytes to read, about.

    Returns:
        The value; None where none of that size stands there.
    """
    size = _FIRST_BYTES
    while True:
        stream.seek(offset)
        data = stream.read(size)
        try:
            return _DECODER.raw_decode(data.decode(errors="ignore"))[0]
        except (ValueError, RecursionError):
            if len(data) < size or size > limit:
                return None
        size *= 4


def _elements(window: JsonWindow) -> Iterator[object]:
    window.take_mark("[")
    if window.peek() != "]":
        yield window.take_value()
    while window.peek() == ",":
        window.take_mark(",")
        yield window.take_value()
    window.take_mark("]")
    if window.peek():
        raise AdapterError(Reason.FILE_UNREADABLE, "there is text after the end of the JSON array")


class JsonWindow:
    """The part of a text of JSON under the eye; what is behind it is forgotten.

    Args:
        text: Read from its present position on.
        limit: The most characters of one value.
    """

    def __init__(self, text: TextIO, limit: int = MAX_RECORD_CHARACTERS) -> None:
        self._text = text
        self._limit = limit
        self._buffer = ""
        self._position = 0
        self._at_end = False
        self._taken = 0
        self._counted = 0
        self._bytes = 0

    def peek(self) -> str:
        """The next character that is not white space, or "" at the end."""
        while True:
            self._position = _skip_blanks(self._buffer, self._position)
            if self._position < len(self._buffer) or self._at_end:
                return self._buffer[self._position : self._position + 1]
            self._fill()

    def offset(self) -> int:
        """How many bytes of UTF-8 are before the next character."""
        self._bytes += len(self._buffer[self._counted : self._position].encode())
        self._counted = self._position
        return self._bytes

    def take_mark(self, mark: str) -> None:
        """Go past one character that must come next, white space aside.

        Raises:
            AdapterError: `FILE_UNREADABLE`: another one comes.
        """
        if self.peek() != mark:
            raise AdapterError(Reason.FILE_UNREADABLE, f"no {mark!r} after JSON value {self._taken}")
        self._position += 1

    def take_value(self) -> object:
        """Read the value that comes next.

        Raises:
            AdapterError: `FILE_UNREADABLE`: it is not JSON, names a key twice, or is longer than the limit.
        """
        self.peek()
        self._taken += 1
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._position)
            except (ValueError, RecursionError):
                self._refuse_unless_cut_short()
                self._fill()
                continue
            if end < len(self._buffer) or self._at_end:
                self._position = end
                return value
            self._fill()  # a number may go on

    def take_value_or_line(self) -> object:
        """Read the value that comes next, or what is left of the line where there is none.

        Raises:
            AdapterError: `FILE_UNREADABLE`: the line is longer than the limit.
        """
        try:
            return self.take_value()
        except AdapterError:
            end = self._buffer.find("\n", self._position)
            if end < 0 and not self._at_end:
                raise
            line = self._buffer[self._position : end if end >= 0 else None]
            self._position += len(line)
            return MalformedLine(line.strip())

    def take_small_value(self) -> object:
        """Read the value that comes next if it is within what is under the eye.

        Returns:
            The value; None, and nothing is taken, where it is larger, is `null` or is malformed.
        """
        self.peek()
        for _ in range(2):
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._position)
            except (ValueError, RecursionError):
                self._fill()
                continue
            if end < len(self._buffer) or self._at_end:
                self._position = end
                self._taken += value is not None
                return value
            self._fill()
        return None

    def _refuse_unless_cut_short(self) -> None:
        if self._at_end or len(self._buffer) - self._position > self._limit:
            raise AdapterError(
                Reason.FILE_UNREADABLE,
                f"JSON value {self._taken} is malformed, names a key twice, "
                f"or is longer than {self._limit} characters",
            ) from None

    def _fill(self) -> None:
        self.offset()  # while it can be counted
        kept = self._buffer[self._position :]
        more = self._text.read(max(MAX_RECORD_CHARACTERS, len(kept)))
        self._at_end = not more
        self._buffer = kept + more
        self._position = self._counted = 0


_FIRST_BYTES: Final = 4096
_BLANKS: Final = re.compile(r"[ \t\r\n]*")


def _skip_blanks(text: str, position: int) -> int:
    match = _BLANKS.match(text, position)
    return match.end() if match else position


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key is there twice")
    return values


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=JsonNumber
)
