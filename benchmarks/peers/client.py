"""Our side of the pipe to the peers: starts the driver, asks it things, stops it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_DRIVER = Path(__file__).with_name("driver.py")
_ANSWER_CHARACTERS = 64 * 1024 * 1024

DEFAULT_PYTHON = _ROOT / ".venv-peers" / "bin" / "python"


class PeersMissingError(Exception):
    """The peers' environment has not been made."""


class PeerError(Exception):
    """The driver refused a request, answered nonsense, took too long or stopped."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a peer made of one item.

    Attributes:
        value: Its result, or None where it refused. Claims have their labels as text ("-260").
        error: Why it refused, in its own words, or None.
    """

    value: Any
    error: str | None

    @property
    def accepted(self) -> bool:
        """Whether the peer did the job."""
        return self.error is None


class LoadedJob:
    """A job whose items are already with the peer, to be timed a slice at a time."""

    def __init__(self, peers: Peers, handle: int) -> None:
        self._peers = peers
        self._handle = handle

    def seconds(self, start: int, stop: int) -> float:
        """Seconds the peer takes for items `start` to before `stop`, measured inside its own process.

        Raises:
            PeerError: The peer failed on an item.
        """
        reply = self._peers.ask({"op": "time", "handle": self._handle, "start": start, "stop": stop})
        return float(reply["seconds"])


class Peers:
    """The driver process, from `with` to its end.

    Args:
        python: The interpreter of the peers' environment.
        timeout: Seconds one answer may take before the driver is killed.

    Raises:
        PeersMissingError: There is no such interpreter.
        PeerError: The driver does not start.
    """

    def __init__(self, python: Path = DEFAULT_PYTHON, *, timeout: float = 120.0) -> None:
        if not python.is_file():
            raise PeersMissingError(f"no peers' environment at {python.parent.parent.name}: run `make peers`")
        self._timeout = timeout
        self._process = subprocess.Popen(
            [str(python), "-E", str(_DRIVER)],  # -E: our PYTHONPATH is not for them
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        try:
            self.versions: dict[str, str] = self.ask({"op": "hello"})["versions"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Peers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the driver."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def run(self, job: str, items: Iterable[Any], **setup: Any) -> list[Outcome]:
        """Have a peer do a job on each item; a refusal is an outcome, not an error.

        Raises:
            PeerError: No such job, a setup it cannot use, or the driver failed.
        """
        reply = self.ask({"op": job, "setup": setup, "items": [_written(item) for item in items]})
        return [Outcome(_read(result.get("value")), result.get("error")) for result in reply["results"]]

    def load(self, job: str, items: Iterable[Any], **setup: Any) -> LoadedJob:
        """Hand over a job and its items for timing.

        Raises:
            PeerError: As for `run`.
        """
        reply = self.ask(
            {"op": "load", "job": job, "setup": setup, "items": [_written(item) for item in items]}
        )
        return LoadedJob(self, reply["handle"])

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send one request and wait for its answer.

        Raises:
            PeerError: The driver refused it, took too long or stopped.
        """
        line = self._exchange(json.dumps(request) + "\n")
        if not line.endswith("\n"):
            raise PeerError(f"no answer from the peers to {request['op']} within {self._timeout:.0f} s")
        reply: dict[str, Any] = json.loads(line)
        if not reply["ok"]:
            raise PeerError(f"the peers refused {request['op']}: {reply['error']}")
        return reply

    def _exchange(self, request: str) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise PeerError("the peers' driver has no pipes")
        watchdog = Timer(self._timeout, self._process.kill)
        watchdog.start()
        try:
            stdin.write(request)
            stdin.flush()
            return stdout.readline(_ANSWER_CHARACTERS)
        except BrokenPipeError:
            return ""
        finally:
            watchdog.cancel()


def _written(item: Any) -> Any:
    return {"base64": base64.b64encode(item).decode()} if isinstance(item, bytes) else item


def _read(value: Any) -> Any:
    is_bytes = isinstance(value, dict) and value.keys() == {"base64"}
    return base64.b64decode(value["base64"]) if is_bytes else value
