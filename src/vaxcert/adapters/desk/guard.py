"""What stands before every request: which machine and page it comes from; and after every answer: what browsers may do.

A page elsewhere can make a browser send requests here. It cannot hide where they come from: browsers state the host
they think they talk to (against DNS rebinding), the origin of the page (RFC 6454 section 7) and how near that is
(`Sec-Fetch-Site`, W3C Fetch Metadata).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vaxcert.adapters.desk.refusals import RefusalCode

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), serial=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}

_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})

Refuse = Callable[[Request, RefusalCode], Response]


class Guard:
    """Refuses what comes from elsewhere, and keeps whatever goes wrong within from being logged.

    Args:
        app: What it stands before.
        port: Where it is served.
        refuse: Makes the answer of a refusal.
    """

    def __init__(self, app: ASGIApp, *, port: int, refuse: Refuse) -> None:
        self._app: Final = app
        self._hosts: Final = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._refuse: Final = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        request = Request(scope)
        code = self._foreign(scope["method"], scope["path"], request.headers)
        if code is not None:
            await self._refuse(request, code)(scope, receive, send_guarded)
            return
        with contextlib.suppress(
            Exception
        ):  # it may quote what it was working on: answered by then, not logged
            await self._app(scope, receive, send_guarded)

    def _foreign(self, method: str, path: str, headers: Headers) -> RefusalCode | None:
        host = headers.getlist("host")
        if len(host) != 1 or host[0] not in self._hosts:
            return RefusalCode.FOREIGN_HOST
        origin = headers.get("origin")
        may_be_unsaid = method in _SAFE_METHODS
        if origin != f"http://{host[0]}" and not (origin is None and may_be_unsaid):
            return RefusalCode.FOREIGN_ORIGIN
        if headers.get("sec-fetch-site", "same-origin") not in self._near(path):
            return RefusalCode.FOREIGN_ORIGIN
        return None

    @staticmethod
    def _near(path: str) -> tuple[str, ...]:
        """A page may be opened by hand; what a page loads or asks, only by the page itself."""
        return ("same-origin", "none") if path == "/" else ("same-origin",)
