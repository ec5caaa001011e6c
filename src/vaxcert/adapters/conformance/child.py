"""An implementation as a child process: lines go in, lines come out, and nothing it does can stop the runner."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from types import TracebackType
from typing import IO, Final

from vaxcert.adapters.conformance.protocol import MAX_ANSWER_BYTES, Problem, ProtocolError
from vaxcert.errors import AdapterError, Reason

_CHUNK: Final = 65_536
_LAST_WORDS_BYTES: Final = 4096
_LAST_WORDS_SECONDS: Final = 2.0
"""What ended may still be heard; or what it started keeps its standard error open."""

_STDERR_CHARACTERS: Final = 300
_STEP_SECONDS: Final = 0.02


class Child:
    """A child process, from `with` to its end. It is killed with what is left of its process group.

    Its pipes are looked after while its lines are waited for, all in one thread: so each can be closed at any time,
    whoever holds the other end.

    Args:
        command: Program and arguments.

    Raises:
        AdapterError: `file-unreadable`, when it cannot be started at all.
    """

    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNREADABLE, f"cannot start {command[0]}: {error.strerror}"
            ) from None
        self._input = _open(self._process.stdin)
        self._output = _open(self._process.stdout)
        self._errors = _open(self._process.stderr)
        for stream in (self._input, self._output, self._errors):
            os.set_blocking(stream.fileno(), False)
        self._selector = DefaultSelector()
        self._selector.register(self._output, EVENT_READ, self._read)
        self._selector.register(self._errors, EVENT_READ, self._listen)
        self._to_write = bytearray()
        self._is_finished = False
        self._received = bytearray()
        self._searched = 0
        self._last_words = b""

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def send(self, line: bytes) -> None:
        """Hand it a line, while its next one is waited for. A child that does not read is no hindrance."""
        self._to_write += line
        self._watch_input()

    def finish(self) -> None:
        """Tell it that nothing more comes."""
        self._is_finished = True
        self._watch_input()

    def line(self, deadline: float) -> bytes:
        """Its next line, with the line feed where there is one. A line too long comes as far as to be seen to be.

        Args:
            deadline: Until when to wait, of `time.monotonic`.

        Raises:
            ProtocolError: `time-out`; `ended`, when it wrote all it ever will.
        """
        line = self._next_line() if monotonic() < deadline else None
        while line is None and not self._output.closed and monotonic() < deadline:
            self._exchange(deadline)
            line = self._next_line()
        if line is not None:
            return line
        if not self._output.closed and self._process.poll() is None:
            raise ProtocolError(Problem.TIME_OUT, self._with_last_words("no answer in time"))
        self._close(self._output)
        raise ProtocolError(Problem.ENDED, self._with_last_words(self._how_it_ended(deadline)))

    def wrong_status(self, deadline: float) -> str | None:
        """How a child ended that has written all it ever will; None where that is with status 0.

        Args:
            deadline: Until when to wait, of `time.monotonic`.
        """
        status = self._status(deadline)
        if status is None:
            return "it did not end with its input"
        return f"it ended with status {status}" if status else None

    def kill(self) -> None:
        """End it and what is left of its process group, at once, and close its pipes."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for stream in (self._input, self._output, self._errors):
            self._close(stream)
        self._selector.close()

    def _how_it_ended(self, deadline: float) -> str:
        status = self._status(deadline)
        if status is None:
            return "standard output was closed"
        return f"the process was ended by signal {-status}" if status < 0 else f"exit status {status}"

    def _status(self, deadline: float) -> int | None:
        """How it ended, None where it did not; what it says on standard error is read meanwhile."""
        while (status := self._process.poll()) is None and monotonic() < deadline:
            self._exchange(min(deadline, monotonic() + _STEP_SECONDS))
        return status

    def _with_last_words(self, what: str) -> str:
        """What happened, with the last line of standard error where there is one."""
        until = monotonic() + _LAST_WORDS_SECONDS
        while self._output.closed and not self._errors.closed and monotonic() < until:
            self._exchange(until)
        said = self._last_words.decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(said) if line.strip()), "")
        return f"{what}: {last[:_STDERR_CHARACTERS]}" if last else what

    def _next_line(self) -> bytes | None:
        """The next line of what was received; None where there is none yet."""
        end = self._received.find(b"\n", self._searched)
        self._searched = len(self._received)
        if end < 0 and not self._output.closed and len(self._received) <= MAX_ANSWER_BYTES:
            return None
        line = bytes(self._received[: end + 1 or None])
        del self._received[: len(line)]
        self._searched = 0
        return line or None

    def _exchange(self, deadline: float) -> None:
        """Look after every pipe that is ready before the deadline."""
        for key, _ in self._selector.select(max(0.0, deadline - monotonic())):
            key.data()

    def _watch_input(self) -> None:
        if not self._input.closed and self._input not in self._selector.get_map():
            self._selector.register(self._input, EVENT_WRITE, self._write)

    def _write(self) -> None:
        try:
            written = os.write(self._input.fileno(), self._to_write[:_CHUNK])
        except OSError:
            self._close(self._input)
            return
        del self._to_write[:written]
        if not self._to_write and self._is_finished:
            self._close(self._input)
        elif not self._to_write:
            self._selector.unregister(self._input)

    def _read(self) -> None:
        chunk = os.read(self._output.fileno(), _CHUNK)
        self._received += chunk
        if not chunk:
            self._close(self._output)

    def _listen(self) -> None:
        chunk = os.read(self._errors.fileno(), _CHUNK)
        self._last_words = (self._last_words + chunk)[-_LAST_WORDS_BYTES:]
        if not chunk:
            self._close(self._errors)

    def _close(self, stream: IO[bytes]) -> None:
        if not stream.closed:
            if stream in self._selector.get_map():
                self._selector.unregister(stream)
            stream.close()


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("a pipe is missing")
    return stream
