"""Lists downloaded into a trust store. The only part of vaxcert that uses the network.

HTTPS only, with the certificate always verified; plain HTTP for this very machine alone. Proxies and other settings of
the environment are not used. What arrives is judged as any other list: only a signature by a pinned anchor makes it
trusted, and a list that fails leaves the stored one as it is.
"""

from __future__ import annotations

import asyncio
import importlib
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from vaxcert.adapters.store_state import Fetched, StoredSource
from vaxcert.adapters.trust_sources import UpdateSource, configured_sources
from vaxcert.adapters.trust_store import ImportOutcome, ImportResult, TrustStore
from vaxcert.errors import AdapterError, Reason, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES

if TYPE_CHECKING:
    import httpx

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_REDIRECTS: Final = 3
_MAX_RETRY_SECONDS: Final = 60
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
        sleep: Waits for a number of seconds.
    """

    connect_seconds: float = 10
    read_seconds: float = 20
    total_seconds: float = 180
    tries: int = 3
    backoff_seconds: float = 1
    max_bytes: int = MAX_TRUST_FILE_BYTES
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep


class UpdateOutcome(StrEnum):
    """What became of asking for a list."""

    STORED = "stored"
    """A new edition."""
    UNCHANGED = "unchanged"
    """The very bytes that are stored."""
    NOT_MODIFIED = "not-modified"
    """The server says that what is stored is current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateResult:
    """An update that went well.

    Attributes:
        outcome: What became of it.
        source: The source as it is now.
        imported: The import; None when the server sent nothing.
    """

    outcome: UpdateOutcome
    source: StoredSource
    imported: ImportResult | None = None


def update_all(
    store: TrustStore, *, at: datetime, client: ClientOptions | None = None
) -> Iterator[tuple[UpdateSource, UpdateResult | VaxcertError]]:
    """Update every configured source of a store, each whatever becomes of the others.

    Yields:
        The source, and the result or why there is none.

    Raises:
        AdapterError: As `configured_sources`.
    """
    for source in configured_sources(store):
        try:
            yield source, update(store, source, at=at, client=client)
        except VaxcertError as error:
            yield source, error


def update(
    store: TrustStore, source: UpdateSource, *, at: datetime, client: ClientOptions | None = None
) -> UpdateResult:
    """Download a list, judge it, and make it current when it is good.

    Starts an event loop of its own, so an asynchronous caller runs it in a thread.

    Args:
        store: Where it goes; the anchors of the source are pinned there.
        source: What to download.
        at: Now, aware UTC.
        client: How long to wait, and how much to take.

    Raises:
        AdapterError: `download-failed`, when it does not arrive; `download-refused`, when it must not be taken: a
            plain connection, one that is not by whom it should be, a redirect to elsewhere, too many bytes;
            `extra-missing`; as `TrustStore.import_list`.
        TrustListError: As `TrustStore.import_list`. The store is unchanged then.
        StaleTrustListError: `stale-trust-list`, when the server has nothing but a list that has ended.
    """
    client = client or ClientOptions()
    known = _known(store, source)
    download = _Download(_httpx(), source, client)
    answer, signature = asyncio.run(download.run(known))
    if answer is None:
        confirmed = store.confirm(source.name, at=at, fetched=known, max_age=source.max_age)
        return UpdateResult(outcome=UpdateOutcome.NOT_MODIFIED, source=confirmed)
    options = replace(
        source.import_options(),
        signature=None if signature is None else signature.data,
        fetched=answer.fetched,
    )
    imported = store.import_list(source.name, answer.data, at=at, options=options)
    outcome = UpdateOutcome.STORED if imported.outcome is ImportOutcome.STORED else UpdateOutcome.UNCHANGED
    return UpdateResult(outcome=outcome, source=imported.source, imported=imported)


def _known(store: TrustStore, source: UpdateSource) -> Fetched | None:
    """What to name to the server as known; nothing unless the stored list came from there and can be read.

    Nor where the signature is a file of its own: the list may stay as it is while its signature is renewed.
    """
    if source.signature_url is not None or source.name not in store.names():
        return None
    try:
        store.current(source.name)
        fetched = store.source(source.name).current.fetched
    except VaxcertError:
        return None
    if fetched is None or fetched.url != _shown(source.url) or not _conditions(fetched):
        return None
    return fetched


@dataclass(frozen=True, slots=True)
class _Answer:
    data: bytes = field(repr=False)
    fetched: Fetched


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

    def __init__(self, library: Any, source: UpdateSource, options: ClientOptions) -> None:
        self._httpx = library
        self._source = source
        self._options = options

    async def run(self, known: Fetched | None) -> tuple[_Answer | None, _Answer | None]:
        """The list, None where the known one is current; and its signature, where it has one of its own."""
        urls = [
            self._checked(url) for url in (self._source.url, self._source.signature_url) if url is not None
        ]
        try:
            async with asyncio.timeout(self._options.total_seconds), self._client() as client:
                answer = await self._get(client, urls[0], known)
                if answer is None or len(urls) == 1:
                    return answer, None
                return answer, await self._get(client, urls[1], None)
        except TimeoutError:
            raise self._failed(f"not done after {self._options.total_seconds:g} seconds") from None

    def _client(self) -> httpx.AsyncClient:
        timeout = self._httpx.Timeout(self._options.read_seconds, connect=self._options.connect_seconds)
        return self._httpx.AsyncClient(  # type: ignore[no-any-return]
            verify=_tls(self._source),
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "vaxcert", "Accept": "*/*", "Accept-Encoding": "gzip"},
        )

    async def _get(self, client: httpx.AsyncClient, url: httpx.URL, known: Fetched | None) -> _Answer | None:
        wait = self._options.backoff_seconds
        for _ in range(self._options.tries - 1):
            try:
                return await self._try(client, url, known)
            except _TryAgainError as again:
                await self._options.sleep(wait if again.wait is None else again.wait)
                wait *= 2
        try:
            return await self._try(client, url, known)
        except _TryAgainError as again:
            raise self._failed(again.problem) from None

    async def _try(self, client: httpx.AsyncClient, url: httpx.URL, known: Fetched | None) -> _Answer | None:
        with self._transport_problems():
            return await self._ask(client, url, known)

    async def _ask(self, client: httpx.AsyncClient, url: httpx.URL, known: Fetched | None) -> _Answer | None:
        for _ in range(_MAX_REDIRECTS + 1):
            async with client.stream("GET", url, headers=_conditions(known)) as response:
                if response.has_redirect_location:
                    url = self._redirected(url, response.headers["location"])
                    continue
                if response.status_code == _NOT_MODIFIED and known is not None:
                    return None
                self._check_status(response)
                return _Answer(await self._body(response), self._fetched(response))
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
            raise _TryAgainError(f"the server answers with status {status}", _retry_after(response))
        if status != _OK:
            raise self._failed(f"the server answers with status {status}")

    async def _body(self, response: httpx.Response) -> bytes:
        decoder = self._decoder(response)
        limit = self._options.max_bytes
        data = bytearray()
        async for chunk in response.aiter_raw():
            data += decoder(chunk, limit + 1 - len(data))
            if len(data) > limit:
                raise self._refused(f"more than {limit} bytes")
        data += decoder(b"", 0)
        return bytes(data)

    def _decoder(self, response: httpx.Response) -> Callable[[bytes, int], bytes]:
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding in ("gzip", "x-gzip"):
            return _Gunzip()
        if coding != "identity":
            raise self._refused("a content coding that was not asked for")
        return lambda chunk, _: chunk

    def _fetched(self, response: httpx.Response) -> Fetched:
        return Fetched(
            url=_shown(self._source.url),
            etag=_validator(response.headers.get("etag")),
            last_modified=_validator(response.headers.get("last-modified")),
        )

    def _checked(self, text: str) -> httpx.URL:
        try:
            url: httpx.URL = self._httpx.URL(text)
            host = url.host
        except (self._httpx.InvalidURL, ValueError):  # of host names that are none
            raise self._refused("not an address") from None
        if url.userinfo:
            raise self._refused("an address with a name or a password")
        if not host or (url.scheme != "https" and not (url.scheme == "http" and host in _LOOPBACK)):
            raise self._refused("an address that does not begin with https://")
        return url

    @contextmanager
    def _transport_problems(self) -> Iterator[None]:
        try:
            yield
        except self._httpx.TimeoutException:
            raise _TryAgainError("the server does not answer in time") from None
        except self._httpx.RemoteProtocolError:
            raise _TryAgainError("the answer is cut off, or not HTTP") from None
        except self._httpx.RequestError as error:
            if _is_of(error, ssl.SSLCertVerificationError):
                raise self._refused("the server's certificate is not by a known authority for it") from None
            raise _TryAgainError("no connection") from None
        except (zlib.error, ValueError):  # a redirect to a host name that is none
            raise self._failed("an answer that makes no sense") from None

    def _failed(self, problem: str) -> AdapterError:
        return AdapterError(Reason.DOWNLOAD_FAILED, f"{self._what}: {problem}")

    def _refused(self, problem: str) -> AdapterError:
        return AdapterError(Reason.DOWNLOAD_REFUSED, f"{self._what}: {problem}")

    @property
    def _what(self) -> str:
        return f"list of source {self._source.name}"


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


def _httpx() -> Any:
    try:
        return importlib.import_module("httpx")
    except ImportError:
        raise AdapterError(Reason.EXTRA_MISSING, "httpx is not installed: install vaxcert[update]") from None


def _tls(source: UpdateSource) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=source.ca_file)
    except OSError:  # also what is no certificate
        raise AdapterError(
            Reason.FILE_UNREADABLE,
            f"cannot read the authorities of source {source.name} from {source.ca_file}",
        ) from None


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


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(min(int(text[:9]), _MAX_RETRY_SECONDS)) if text.isascii() and text.isdigit() else None


def _shown(url: str) -> str:
    """An address without what may be secret in it."""
    return url.partition("#")[0].partition("?")[0]


def _is_of(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether an exception, or one it came from, is of a kind."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, kind):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
