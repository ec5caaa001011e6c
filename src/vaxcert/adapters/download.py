"""Bytes from a server.

HTTPS only, with the certificate always verified; plain HTTP for this very machine alone. Proxies and other settings of
the environment are not used.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from vaxcert.adapters.https import checked_url, comes_from, import_httpx, retry_after
from vaxcert.adapters.store.state import Fetched
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_REVOCATION_LIST_BYTES, MAX_TRUST_FILE_BYTES

if TYPE_CHECKING:
    import httpx

_MAX_REDIRECTS: Final = 3
_MAX_VALIDATOR_CHARACTERS: Final = 200
_OK: Final = 200
_NOT_MODIFIED: Final = 304
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_GZIP: Final = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """How long to wait for a server, and how much to take from it.

    Attributes:
        connect_seconds: For a connection, with its handshake.
        read_seconds: Between two parts of an answer.
        total_seconds: For one list with all tries, however slowly it drips.
        tries: How often to ask, when a server does not answer or says that it cannot now.
        backoff_seconds: Before the second try; doubled before each one after it.
        max_bytes: Of a list, also after decompression.
        max_revocation_bytes: Likewise of a revocation list.
        sleep: Waits for a number of seconds.
    """

    connect_seconds: float = 10
    read_seconds: float = 20
    total_seconds: float = 180
    tries: int = 3
    backoff_seconds: float = 1
    max_bytes: int = MAX_TRUST_FILE_BYTES
    max_revocation_bytes: int = MAX_REVOCATION_LIST_BYTES
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Answer:
    """What arrived.

    Attributes:
        body: A file, its place is at the end.
        fetched: Where it came from.
    """

    body: IO[bytes] = field(repr=False)
    fetched: Fetched

    @property
    def data(self) -> bytes:
        """All of it."""
        self.body.seek(0)
        return self.body.read()


def download(
    name: str,
    urls: Sequence[str],
    *,
    client: ClientOptions,
    ca_file: Path | None = None,
    known: Fetched | None = None,
    new_body: Callable[[], IO[bytes]] = BytesIO,
) -> tuple[Answer, ...] | None:
    """Get the content of some addresses.

    Starts an event loop of its own, so an asynchronous caller runs it in a thread.

    Args:
        name: Of the source, for errors.
        urls: Where to ask, in this order.
        client: How long to wait, and how much to take.
        ca_file: Certificates of the authorities to trust for the connection; None trusts those of the system.
        known: What is there already of the first address.
        new_body: Makes the file that an answer is written to.

    Returns:
        An answer for each, or None when the server says that what is known is current.

    Raises:
        AdapterError: `download-failed`, `download-refused`, `extra-missing`; `file-unreadable` for the authorities,
            `file-unwritable`.
    """
    return asyncio.run(_Download(import_httpx(), name, ca_file, client, new_body).run(urls, known))


def known_from(url: str, fetched: Fetched | None) -> Fetched | None:
    """What a server said of a list, when it came from this address and can be named to the server."""
    if fetched is None or fetched.url != _shown(url) or not _conditions(fetched):
        return None
    return fetched


class _TryAgainError(Exception):
    """What went wrong may go right the next time.

    Attributes:
        problem: What went wrong.
        wait: How many seconds the server asks to wait, or None.
    """

    def __init__(self, problem: str, wait: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.wait = wait


class _Download:
    """Everything that one update asks of a server."""

    def __init__(
        self,
        library: Any,
        name: str,
        ca_file: Path | None,
        options: ClientOptions,
        new_body: Callable[[], IO[bytes]],
    ) -> None:
        self._httpx = library
        self._name = name
        self._ca_file = ca_file
        self._options = options
        self._new_body = new_body

    async def run(self, urls: Sequence[str], known: Fetched | None) -> tuple[Answer, ...] | None:
        """The content of all addresses; None where the known content of the first one is current."""
        for url in urls:
            self._checked(url)  # before anything is asked
        answers: list[Answer] = []
        try:
            async with asyncio.timeout(self._options.total_seconds), self._client() as client:
                for url in urls:
                    answer = await self._get(client, url, None if answers else known)
                    if answer is None:
                        return None
                    answers.append(answer)
        except TimeoutError:
            raise self._failed(f"not done after {self._options.total_seconds:g} seconds") from None
        return tuple(answers)

    def _client(self) -> httpx.AsyncClient:
        timeout = self._httpx.Timeout(self._options.read_seconds, connect=self._options.connect_seconds)
        return self._httpx.AsyncClient(  # type: ignore[no-any-return]
            verify=self._tls(),
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "vaxcert", "Accept": "*/*", "Accept-Encoding": "gzip"},
        )

    async def _get(self, client: httpx.AsyncClient, address: str, known: Fetched | None) -> Answer | None:
        wait = self._options.backoff_seconds
        for _ in range(self._options.tries - 1):
            try:
                return await self._try(client, address, known)
            except _TryAgainError as again:
                await self._options.sleep(wait if again.wait is None else again.wait)
                wait *= 2
        try:
            return await self._try(client, address, known)
        except _TryAgainError as again:
            raise self._failed(again.problem) from None

    async def _try(self, client: httpx.AsyncClient, address: str, known: Fetched | None) -> Answer | None:
        with self._transport_problems():
            return await self._ask(client, address, known)

    async def _ask(self, client: httpx.AsyncClient, address: str, known: Fetched | None) -> Answer | None:
        url = self._checked(address)
        for _ in range(_MAX_REDIRECTS + 1):
            async with client.stream("GET", url, headers=_conditions(known)) as response:
                if response.has_redirect_location:
                    url = self._redirected(url, response.headers["location"])
                    continue
                if response.status_code == _NOT_MODIFIED and known is not None:
                    return None
                self._check_status(response)
                return Answer(await self._body(response), _fetched(address, response))
        raise self._refused(f"more than {_MAX_REDIRECTS} redirects")

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        try:
            target = url.join(location)
            same = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
        except (self._httpx.InvalidURL, ValueError):  # of host names that are none
            same = False
        if not same or target.userinfo:
            raise self._refused("a redirect to another server; if that is right, configure its address")
        return target

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == _TOO_MANY or status >= _SERVER_ERROR:
            raise _TryAgainError(f"the server answers with status {status}", retry_after(response))
        if status != _OK:
            raise self._failed(f"the server answers with status {status}")

    async def _body(self, response: httpx.Response) -> IO[bytes]:
        decoder = self._decoder(response)
        limit = self._options.max_bytes
        left = limit + 1
        with ExitStack() as unless_whole:
            body = unless_whole.enter_context(self._new_body())
            async for chunk in response.aiter_raw():
                left -= body.write(decoder(chunk, left))
                if left <= 0:
                    raise self._refused(f"more than {limit} bytes")
            body.write(decoder(b"", 0))
            body.flush()
            unless_whole.pop_all()
        return body

    def _decoder(self, response: httpx.Response) -> Callable[[bytes, int], bytes]:
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding in ("gzip", "x-gzip"):
            return _Gunzip()
        if coding != "identity":
            raise self._refused("a content coding that was not asked for")
        return lambda chunk, _: chunk

    def _tls(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except OSError:  # also what is no certificate
            raise AdapterError(
                Reason.FILE_UNREADABLE,
                f"cannot read the authorities of source {self._name} from {self._ca_file}",
            ) from None

    def _checked(self, text: str) -> httpx.URL:
        try:
            return checked_url(self._httpx, text)
        except ValueError as error:
            raise self._refused(str(error)) from None

    @contextmanager
    def _transport_problems(self) -> Iterator[None]:
        try:
            yield
        except self._httpx.TimeoutException:
            raise _TryAgainError("the server does not answer in time") from None
        except self._httpx.RemoteProtocolError:
            raise _TryAgainError("the answer is cut off, or not HTTP") from None
        except self._httpx.RequestError as error:
            if comes_from(error, ssl.SSLCertVerificationError):
                raise self._refused("the server's certificate is not by a known authority for it") from None
            raise _TryAgainError("no connection") from None
        except (zlib.error, self._httpx.InvalidURL, ValueError):  # a redirect to what is no address
            raise self._failed("an answer that makes no sense") from None
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNWRITABLE, f"{self._what}: cannot keep what arrives: {error.strerror}"
            ) from None

    def _failed(self, problem: str) -> AdapterError:
        return AdapterError(Reason.DOWNLOAD_FAILED, f"{self._what}: {problem}")

    def _refused(self, problem: str) -> AdapterError:
        return AdapterError(Reason.DOWNLOAD_REFUSED, f"{self._what}: {problem}")

    @property
    def _what(self) -> str:
        return f"list of source {self._name}"


class _Gunzip:
    """Decompresses one gzip member (RFC 1952), never more than is asked for."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_GZIP)

    def __call__(self, chunk: bytes, most: int) -> bytes:
        """What `chunk` holds, at most so many bytes; the empty one is the last."""
        if not chunk:
            if not self._inflate.eof:
                raise _TryAgainError("the compressed answer is cut off")
            return b""
        data = self._inflate.decompress(chunk, most)
        if self._inflate.unused_data:
            raise zlib.error("more after the end")
        return data


def _fetched(url: str, response: httpx.Response) -> Fetched:
    return Fetched(
        url=_shown(url),
        etag=_validator(response.headers.get("etag")),
        last_modified=_validator(response.headers.get("last-modified")),
    )


def _conditions(known: Fetched | None) -> dict[str, str]:
    """What makes a request conditional (RFC 9110 section 13.1)."""
    if known is None:
        return {}
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value is not None}


def _validator(value: str | None) -> str | None:
    if (
        value is None
        or len(value) > _MAX_VALIDATOR_CHARACTERS
        or not (value.isascii() and value.isprintable())
    ):
        return None
    return value


def _shown(url: str) -> str:
    """An address without what may be secret in it."""
    return url.partition("#")[0].partition("?")[0]
