"""Serving the desk page on this machine alone."""

from __future__ import annotations

import importlib
import logging
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from vaxcert.adapters.desk.material import CurrentMaterial
from vaxcert.errors import AdapterError, Reason

ADDRESS: Final = "127.0.0.1"
"""The only address it listens on. No option changes it."""

_GRACE_SECONDS: Final = 2
_WAITING_CONNECTIONS: Final = 128


class DeskServer:
    """A desk page on a port of its own.

    Args:
        material: What is decided by.
        port: Where; 0 takes any that is free.
        now: The clock, aware.
        fixed_clock: Whether that is a time the desk was told.
        language: Of pages that ask for none.
        announce: Gets each link by which a page can be opened, once.

    Raises:
        AdapterError: `port-unavailable`; `extra-missing`.
    """

    def __init__(
        self,
        material: CurrentMaterial,
        *,
        port: int,
        now: Callable[[], datetime],
        fixed_clock: bool,
        language: str,
        announce: Callable[[str], None],
    ) -> None:
        self._uvicorn: Final = _import("uvicorn")
        _import("starlette")
        from vaxcert.adapters.desk import access, app, counters, words

        self._socket: Final = _bound(port)
        self.port: Final[int] = self._socket.getsockname()[1]
        self._access: Final = access.Access(
            lambda code: announce(f"http://{ADDRESS}:{self.port}/#start={code}")
        )
        self._app: Final = app.DeskApp(
            material=material,
            access=self._access,
            words=words.Words(language),
            now=now,
            fixed_clock=fixed_clock,
            counters=counters.ShiftCounters(now()),
            shift=app.new_shift(),
        )

    def serve(self) -> None:
        """Announce the first link and serve until interrupted.

        Raises:
            KeyboardInterrupt: When it was.
        """
        logging.disable()  # whatever a library would log may quote a request
        configuration = self._uvicorn.Config(
            self._app.asgi(self.port),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._access.offer()
        try:
            self._uvicorn.Server(configuration).run(sockets=[self._socket])
        finally:
            self._socket.close()


def _bound(port: int) -> socket.socket:
    # with its protocol named: only then asyncio turns off waiting for more to send, 40 ms an answer
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # where another process could listen on the same port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen(_WAITING_CONNECTIONS)
    except OSError as error:
        listening.close()
        raise AdapterError(
            Reason.PORT_UNAVAILABLE, f"cannot listen on port {port} of {ADDRESS}: {error.strerror}"
        ) from None
    return listening


def _import(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise AdapterError(
            Reason.EXTRA_MISSING, f"{module} is not installed: install vaxcert[desk]"
        ) from None
