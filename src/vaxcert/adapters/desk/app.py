"""The requests that the desk page makes, and their answers."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from vaxcert import qr
from vaxcert.adapters.desk.access import Access
from vaxcert.adapters.desk.bodies import read_body, read_object
from vaxcert.adapters.desk.counters import ShiftCounters
from vaxcert.adapters.desk.guard import Guard
from vaxcert.adapters.desk.material import CurrentMaterial
from vaxcert.adapters.desk.pictures import picture_texts
from vaxcert.adapters.desk.refusals import RefusalCode, RefusalError
from vaxcert.adapters.desk.room import Room
from vaxcert.adapters.desk.scans import ScanRequest, notices, scan
from vaxcert.adapters.desk.status import status_json
from vaxcert.adapters.desk.words import Words
from vaxcert.errors import DecodeError, VaxcertError
from vaxcert.limits import MAX_DESK_QUEUE, MAX_DESK_REQUESTS, MAX_FRAME_PIXELS, MAX_PICTURE_BYTES

_PAGE: Final = Path(__file__).with_name("page")
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_BEARER: Final = "Bearer "
_SHIFT_WORDS: Final = 32

_Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskApp:
    """All that answers are made of. It holds nothing of any traveller.

    Attributes:
        material: What is decided by.
        access: Who may ask.
        words: What is said.
        now: The clock, aware; or the time that the desk was told to decide for.
        fixed_clock: Whether it was told.
        counters: Of the shift.
        shift: A number of this shift, made at random: the page shows it as words and a pattern, so that the officer
            knows her own screen.
    """

    material: CurrentMaterial
    access: Access
    words: Words
    now: Callable[[], datetime]
    fixed_clock: bool
    counters: ShiftCounters
    shift: int

    def asgi(self, port: int) -> ASGIApp:
        """The application, guarded, for the port that it is served on."""
        room = Room(MAX_DESK_REQUESTS, MAX_DESK_QUEUE)

        def api(path: str, handler: _Handler, method: str = "POST") -> Route:
            return Route(f"/api/{path}", partial(self._with_session, room, handler), methods=[method])

        routes = [
            Route("/api/words", self._words, methods=["GET"]),
            Route("/api/session", self._session, methods=["POST"]),
            api("status", self._status, "GET"),
            api("scan", self._scan),
            api("picture", self._picture),
            api("frame", self._frame),
            api("counters/reset", self._reset),
            *_pages(),
        ]
        app = Starlette(
            routes=routes,
            exception_handlers={
                RefusalError: self._refused,
                Exception: self._refused,
                404: self._not_found,
                405: self._not_found,
            },
        )
        app.router.redirect_slashes = False
        return Guard(app, port=port, refuse=self._refusal)

    async def _with_session(self, room: Room, handler: _Handler, request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not (given.startswith(_BEARER) and self.access.admits(given.removeprefix(_BEARER))):
            raise RefusalError(RefusalCode.NO_SESSION)
        async with room.place():
            return await handler(request)

    async def _words(self, request: Request) -> Response:
        return JSONResponse(self.words.as_json(request.query_params.get("lang")))

    async def _session(self, request: Request) -> Response:
        code = (await read_object(request)).get("code")
        token = self.access.redeem(code) if isinstance(code, str) else None
        if token is None:
            raise RefusalError(RefusalCode.START_CODE)
        return JSONResponse({"token": token})

    async def _status(self, request: Request) -> Response:
        await asyncio.to_thread(self.material.refresh)
        texts = self.words.texts(request.query_params.get("lang"))
        status = status_json(self.material, self.now(), texts, fixed_clock=self.fixed_clock)
        return JSONResponse({**status, "shift": self.shift, "counters": self.counters.as_json()})

    async def _scan(self, request: Request) -> Response:
        asked = ScanRequest.from_json(await read_object(request))
        texts = self.words.texts(request.query_params.get("lang"))
        return JSONResponse(await asyncio.to_thread(self._scanned, asked, texts))

    def _scanned(self, asked: ScanRequest, texts: Any) -> dict[str, Any]:
        at = self.now()
        answer = scan(asked, self.material.now.desk, at)
        if answer.decision is not None:
            self.counters.count(answer.decision, asked.traveller)
        if answer.problems and not answer.added:
            self.counters.count_unreadable()
        return {**answer.as_json(at, texts), "counters": self.counters.as_json()}

    async def _picture(self, request: Request) -> Response:
        data = await read_body(request, MAX_PICTURE_BYTES)
        texts = self.words.texts(request.query_params.get("lang"))
        try:
            found = await asyncio.to_thread(picture_texts, data)
        except VaxcertError as error:
            self.counters.count_unreadable()
            return JSONResponse({"texts": [], "notices": notices((error.reason,), texts)})
        return JSONResponse({"texts": found, "notices": []})

    async def _frame(self, request: Request) -> Response:
        width, height = (_side(request, name) for name in ("width", "height"))
        data = await read_body(request, MAX_FRAME_PIXELS)
        try:
            found = await asyncio.to_thread(qr.frame_texts, data, width, height)
        except DecodeError:
            raise RefusalError(RefusalCode.MALFORMED) from None
        return JSONResponse({"texts": found})

    async def _reset(self, request: Request) -> Response:
        self.counters.reset(self.now())
        return JSONResponse(self.counters.as_json())

    def _refusal(self, request: Request, code: RefusalCode) -> Response:
        texts = self.words.texts(request.query_params.get("lang"))
        error = {"code": code, "sentence": texts.get("desk-refusal", code)}
        # what is left of the request is not waited for
        return JSONResponse({"error": error}, code.status, {"Connection": "close"})

    async def _refused(self, request: Request, error: Exception) -> Response:
        code = error.code if isinstance(error, RefusalError) else RefusalCode.INTERNAL
        return self._refusal(request, code)

    async def _not_found(self, request: Request, _: Exception) -> Response:
        return self._refusal(request, RefusalCode.NOT_FOUND)


def new_shift() -> int:
    """A number of a shift, at random: the page makes two words of its first ten bits, which are never the same word."""
    one, other = secrets.SystemRandom().sample(range(_SHIFT_WORDS), 2)
    return one + _SHIFT_WORDS * (other + _SHIFT_WORDS * secrets.randbelow(_SHIFT_WORDS))


def _pages() -> list[Route]:
    """The files of the page, read once: no path of a request ever reaches the file system."""
    files = {file.name: file.read_bytes() for file in sorted(_PAGE.iterdir()) if file.suffix in _TYPES}

    def answer(name: str) -> _Handler:
        async def handler(_: Request) -> Response:
            return Response(files[name], media_type=_TYPES[Path(name).suffix])

        return handler

    routes = [Route(f"/page/{name}", answer(name), methods=["GET"]) for name in files]
    return [Route("/", answer("index.html"), methods=["GET"]), *routes]


def _side(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_FRAME_PIXELS))):
        raise RefusalError(RefusalCode.MALFORMED)
    return int(text)
