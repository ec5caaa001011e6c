"""A population registry that is a service (`specs/registry.md`): asked over HTTPS, some hundred people a request.

Whatever goes wrong on the way says nothing about people: they are unavailable, and can be asked about again. What no
waiting can mend (the address, the token, the server's certificate) is an error.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from vaxcert.adapters.files import read_bounded
from vaxcert.adapters.https import checked_url, comes_from, import_httpx, retry_after
from vaxcert.adapters.registry import COLUMNS
from vaxcert.adapters.registry.answers import Answers, codes_of, none_available, none_found
from vaxcert.adapters.registry.columns import levelled
from vaxcert.adapters.registry.messages import RegistryRequest, may_be_asked, new_request, read_answers
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_KEY_FILE_BYTES, MAX_REGISTRY_ANSWER_BYTES, MAX_REGISTRY_PEOPLE

if TYPE_CHECKING:
    import httpx

_OK: Final = 200
_MAY_PASS: Final = frozenset({408, 425, 429})
"""Refusals that are about the moment, besides all from 500 on."""

_SERVER_ERROR: Final = 500
_MAX_TOKEN_CHARACTERS: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryClientOptions:
    """How a registry is asked.

    Attributes:
        people_per_request: At most `MAX_REGISTRY_PEOPLE`.
        concurrent_requests: How many are under way at once.
        connect_seconds: For a connection, with its handshake.
        read_seconds: Between two parts of an answer.
        try_seconds: For one request and its answer, however slowly it drips.
        tries: How often a request is sent, when there is no answer to it that can be used.
        backoff_seconds: Before the second try; doubled before each one after it.
        failures: After so many requests without an answer in a row nobody else is asked about in this call.
        sleep: Waits for a number of seconds.
    """

    people_per_request: int = 500
    concurrent_requests: int = 4
    connect_seconds: float = 10
    read_seconds: float = 30
    try_seconds: float = 60
    tries: int = 4
    backoff_seconds: float = 1
    failures: int = 4
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep

    def __post_init__(self) -> None:
        if not 1 <= self.people_per_request <= MAX_REGISTRY_PEOPLE:
            raise ValueError(f"people_per_request is not a number from 1 to {MAX_REGISTRY_PEOPLE}")


class HttpRegistry:
    """A `PopulationRegistry` behind HTTPS. Plain HTTP is for this very machine alone; redirects are not followed.

    Starts an event loop of its own for each call, so an asynchronous caller runs it in a thread.

    Args:
        url: Where to ask.
        token_file: Its first line is the bearer token. It is read for each call, so that it can be exchanged.
        ca_file: Certificates of the authorities to trust for the connection; None trusts those of the system.
        options: How to ask.

    Raises:
        AdapterError: `registry-refused` for an address that may not be asked; `file-unreadable`, `extra-missing`.
    """

    def __init__(
        self,
        url: str,
        *,
        token_file: Path | None = None,
        ca_file: Path | None = None,
        options: RegistryClientOptions | None = None,
    ) -> None:
        self._url = url
        self._token_file = token_file
        self._ca_file = ca_file
        self._options = options or RegistryClientOptions()
        self._client()

    def __repr__(self) -> str:
        return "<HttpRegistry>"

    def match(self, people: pa.RecordBatch) -> pa.ListArray:
        """As `PopulationRegistry`. Who is unavailable can be asked about again, and nobody else needs to be.

        Raises:
            AdapterError: `registry-refused`: no waiting can mend what the server says; `file-unreadable`.
        """
        asked = levelled(people.select(list(COLUMNS)))
        rows = np.flatnonzero(may_be_asked(asked))
        answers = none_found(len(people))
        if len(rows):
            answers[rows] = asyncio.run(self._client().ask(asked.take(pa.array(rows))))
        return codes_of(answers)

    def _client(self) -> _Client:
        library = import_httpx()
        try:
            url = checked_url(library, self._url)
        except ValueError as error:
            raise _refused(str(error)) from None
        token = None if self._token_file is None else _read_token(self._token_file)
        tls = _tls(self._ca_file) if url.scheme == "https" else None
        return _Client(library, url, token, tls, self._options)


class TryAgainError(Exception):
    """What went wrong may go right the next time.

    Attributes:
        wait: How many seconds the server asks to wait, or None.
    """

    def __init__(self, wait: float | None = None) -> None:
        super().__init__()
        self.wait = wait


class _Client:
    """Asks about the people of one call."""

    def __init__(
        self,
        library: Any,
        url: httpx.URL,
        token: str | None,
        tls: ssl.SSLContext | None,
        options: RegistryClientOptions,
    ) -> None:
        self._httpx = library
        self._url = url
        self._token = token
        self._tls = tls
        self._options = options
        self._failures = 0

    async def ask(self, people: pa.RecordBatch) -> Answers:
        """The answers about people who may be asked about, in their order."""
        answers = none_available(len(people))
        starts = iter(range(0, len(people), self._options.people_per_request))
        try:
            async with self._connections() as client, asyncio.TaskGroup() as tasks:
                for _ in range(self._options.concurrent_requests):
                    tasks.create_task(self._work(client, people, starts, answers))
        except ExceptionGroup as group:
            if group.split(AdapterError)[1] is not None:
                raise
            raise group.exceptions[0] from None
        return answers

    def _connections(self) -> httpx.AsyncClient:
        options = self._options
        headers = {
            "User-Agent": "vaxcert",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
        }
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        return self._httpx.AsyncClient(  # type: ignore[no-any-return]
            verify=self._tls or False,  # of plain HTTP there is nothing to verify
            timeout=self._httpx.Timeout(options.read_seconds, connect=options.connect_seconds),
            follow_redirects=False,
            trust_env=False,
            headers=headers,
        )

    async def _work(
        self, client: httpx.AsyncClient, people: pa.RecordBatch, starts: Iterator[int], answers: Answers
    ) -> None:
        """Take one part of the people after the other, as the other workers do."""
        size = self._options.people_per_request
        for start in starts:
            if self._failures >= self._options.failures:
                return
            found = await self._answered(client, new_request(people.slice(start, size)))
            self._failures = self._failures + 1 if found is None else 0
            if found is not None:
                answers[start : start + size] = found

    async def _answered(self, client: httpx.AsyncClient, request: RegistryRequest) -> Answers | None:
        """The answers to one request; None where there are none."""
        wait = self._options.backoff_seconds
        for left in reversed(range(self._options.tries)):
            try:
                return await self._try(client, request)
            except TryAgainError as again:
                if left:
                    await self._options.sleep(wait if again.wait is None else again.wait)
                    wait *= 2
        return None

    async def _try(self, client: httpx.AsyncClient, request: RegistryRequest) -> Answers:
        try:
            with self._transport_problems():
                async with asyncio.timeout(self._options.try_seconds):
                    data = await self._sent(client, request)
        except TimeoutError:
            raise TryAgainError from None
        answers = read_answers(data, request)
        if answers is None:
            raise TryAgainError
        return answers

    async def _sent(self, client: httpx.AsyncClient, request: RegistryRequest) -> bytes:
        async with client.stream("POST", self._url, content=request.body) as response:
            check_response(response)
            data = bytearray()
            async for chunk in response.aiter_raw():
                data += chunk
                if len(data) > MAX_REGISTRY_ANSWER_BYTES:
                    raise TryAgainError
            return bytes(data)

    @contextmanager
    def _transport_problems(self) -> Iterator[None]:
        try:
            yield
        except self._httpx.RequestError as error:
            if comes_from(error, ssl.SSLCertVerificationError):
                raise _refused("the server's certificate is not by a known authority for it") from None
            raise TryAgainError from None


def check_response(response: httpx.Response) -> None:
    """Make sure that a response has an answer in it that can be read.

    Raises:
        TryAgainError: It may have one the next time.
        AdapterError: `registry-refused`: no waiting can mend what the server says.
    """
    status = response.status_code
    if status in _MAY_PASS or status >= _SERVER_ERROR:
        raise TryAgainError(retry_after(response))
    if status != _OK:
        raise _refused(f"the server answers with status {status}")
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise TryAgainError


def _read_token(path: Path) -> str:
    """The first line of a file, as a header field can hold it.

    Raises:
        AdapterError: `file-unreadable`.
    """
    line = read_bounded(path, MAX_KEY_FILE_BYTES).split(b"\n", 1)[0].rstrip(b"\r")
    token = line.decode("ascii", "replace")
    if not (token.isascii() and token.isprintable() and 1 <= len(token) <= _MAX_TOKEN_CHARACTERS):
        raise AdapterError(Reason.FILE_UNREADABLE, f"the first line of {path.name} is not a token")
    if token.strip() != token or " " in token:
        raise AdapterError(Reason.FILE_UNREADABLE, f"the token of {path.name} has blanks in it")
    return token


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:  # also what is no certificate
        raise AdapterError(
            Reason.FILE_UNREADABLE, "cannot read the authorities of the registry's connection"
        ) from None


def _refused(problem: str) -> AdapterError:
    return AdapterError(Reason.REGISTRY_REFUSED, f"population registry: {problem}")
