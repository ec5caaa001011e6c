"""A web server on this machine that answers as it is told, also wrongly."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Answer = Callable[["_Handler"], None]


class ListServer:
    """A context manager. Each request gets the next answer; the last one is given again and again.

    Attributes:
        requests: The header fields of the requests so far.
        paths: What they asked for.
    """

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Message] = []
        self.paths: list[str] = []
        self.closing = threading.Event()
        self._answers = list(answers)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/list"

    def answer(self, handler: _Handler) -> None:
        self.requests.append(handler.headers)
        self.paths.append(handler.path)
        one = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        with suppress(OSError):  # the client may go away
            one(handler)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    owner: ListServer
    daemon_threads = True
    block_on_close = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a handshake that the client breaks off is what some tests want."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    body = b""

    def do_GET(self) -> None:
        self.close_connection = True
        self.server.owner.answer(self)

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def start(self, status: int, **fields: str) -> None:
        self.send_response(status)
        self.send_header("Connection", "close")  # as it will be; else a client may send on it again
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


def good(data: bytes, **fields: str) -> Answer:
    """The whole of `data`."""

    def answer(handler: _Handler) -> None:
        handler.start(200, Content_Length=str(len(data)), **fields)
        handler.wfile.write(data)

    return answer


def status(code: int, **fields: str) -> Answer:
    """A status and no content."""
    return lambda handler: handler.start(code, Content_Length="0", **fields)


def redirect(to: str) -> Answer:
    return status(302, Location=to)


def not_modified() -> Answer:
    return lambda handler: handler.start(304)


def never() -> Answer:
    """No answer at all."""

    def answer(handler: _Handler) -> None:
        handler.server.owner.closing.wait()

    return answer


def cut(data: bytes) -> Answer:
    """Half of what was announced, and the end of the connection."""

    def answer(handler: _Handler) -> None:
        handler.start(200, Content_Length=str(len(data)))
        handler.wfile.write(data[: len(data) // 2])

    return answer


def wrong_length(data: bytes, length: int) -> Answer:
    """All of it, under another length."""

    def answer(handler: _Handler) -> None:
        handler.start(200, Content_Length=str(length))
        handler.wfile.write(data)

    return answer


def until_the_end(data: bytes) -> Answer:
    """No length at all: the end of the connection is the end of the list."""

    def answer(handler: _Handler) -> None:
        handler.start(200)
        handler.wfile.write(data)

    return answer


def cut_chunks(data: bytes) -> Answer:
    """In chunks, without the last one that says that it was all."""

    def answer(handler: _Handler) -> None:
        handler.start(200, Transfer_Encoding="chunked")
        handler.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    return answer


def endless() -> Answer:
    """One block after another, for as long as the client takes them."""

    def answer(handler: _Handler) -> None:
        handler.start(200)
        while not handler.server.owner.closing.is_set():
            handler.wfile.write(bytes(65536))

    return answer


def drip(*, in_header: bool) -> Answer:
    """A byte now and then, so that no single wait is too long."""

    def answer(handler: _Handler) -> None:
        if in_header:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        else:
            handler.start(200, Content_Length="1000000")
        while not handler.server.owner.closing.wait(0.01):
            handler.wfile.write(b"x")

    return answer


def compressed(data: bytes, *, end: int | None = None) -> Answer:
    """In gzip, whole or cut off where the client cannot tell by the length."""
    return good(gzip.compress(data)[:end], Content_Encoding="gzip")


def not_http() -> Answer:
    def answer(handler: _Handler) -> None:
        handler.wfile.write(b"\x00\x01this is no HTTP\r\n\r\n")

    return answer
