"""An implementation as a child process: lines go in, lines come out, and nothing it does can stop the runner."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import IO, Final

from vaxcert.adapters.conformance.protocol import MAX_ANSWER_BYTES, Problem, ProtocolError
from vaxcert.errors import AdapterError, Reason

_LINES_AHEAD: Final = 64
"""Lines that a child may write before they are wanted; one that writes more waits."""

_STDERR_CHUNK: Final = 4096
_LAST_WORDS_SECONDS: Final = 2.0
"""What ended may still be heard; or what it started keeps its standard error open."""

_STDERR_CHARACTERS: Final = 300


class Child:
    """A child process, from `with` to its end. It is killed with whatever it started.

    Args:
        command: Program and arguments.

    Raises:
        AdapterError: `file-unreadable`, when it cannot be started at all.
    """

    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNREADABLE, f"cannot start {command[0]}: {error.strerror}"
            ) from None
        self._to_write: Queue[bytes | None] = Queue()
        self._lines: Queue[bytes | None] = Queue(_LINES_AHEAD)
        self._last_words = b""
        self._has_ended = False
        self._is_killed = False
        self._threads = [Thread(target=work, daemon=True) for work in (self._write, self._read, self._listen)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def send(self, line: bytes) -> None:
        """Hand it a line. A child that does not read finds the line waiting."""
        self._to_write.put(line)

    def line(self, deadline: float) -> bytes:
        """Its next line, without the line feed. A line too long comes as far as to be seen to be.

        Args:
            deadline: Until when to wait, of `time.monotonic`.

        Raises:
            ProtocolError: `time-out`; `ended`, when it wrote all it ever will.
        """
        line = None
        if not self._has_ended:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - monotonic()))
            except Empty:
                raise ProtocolError(Problem.TIME_OUT, self._with_last_words("no answer in time")) from None
        if line is None:
            self._has_ended = True
            raise ProtocolError(Problem.ENDED, self._with_last_words(self._how_it_ended(deadline)))
        return line

    def finish(self) -> None:
        """Tell it that nothing more comes."""
        self._to_write.put(None)

    def wrong_status(self, deadline: float) -> str | None:
        """How a child ended that has written all it ever will; None where that is with status 0.

        Args:
            deadline: Until when to wait, of `time.monotonic`.
        """
        try:
            status = self._process.wait(max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            return "it did not end with its input"
        return f"it ended with status {status}" if status else None

    def kill(self) -> None:
        """End it and what it started, at once."""
        self._is_killed = True
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._to_write.put(None)
        with contextlib.suppress(Empty):
            while True:
                self._lines.get_nowait()

    def _how_it_ended(self, deadline: float) -> str:
        try:
            status = self._process.wait(timeout=max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            return "standard output was closed"
        return f"the process was ended by signal {-status}" if status < 0 else f"exit status {status}"

    def _with_last_words(self, what: str) -> str:
        """What happened, with the last line of standard error where there is one."""
        if self._has_ended:
            self._threads[-1].join(_LAST_WORDS_SECONDS)
        said = self._last_words.decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(said) if line.strip()), "")
        return f"{what}: {last[:_STDERR_CHARACTERS]}" if last else what

    def _write(self) -> None:
        stream = _open(self._process.stdin)
        with contextlib.suppress(OSError, ValueError):
            while (line := self._to_write.get()) is not None:
                stream.write(line)
                stream.flush()
        with contextlib.suppress(OSError):
            stream.close()

    def _read(self) -> None:
        with _open(self._process.stdout) as stream:
            while line := stream.readline(MAX_ANSWER_BYTES + 2):
                if self._is_killed:
                    return
                self._lines.put(line.removesuffix(b"\n"))
                if len(line) > MAX_ANSWER_BYTES + 1:
                    break
        self._lines.put(None)

    def _listen(self) -> None:
        with _open(self._process.stderr) as stream:
            while chunk := os.read(stream.fileno(), _STDERR_CHUNK):
                self._last_words = (self._last_words + chunk)[-_STDERR_CHUNK:]


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("a pipe is missing")
    return stream
