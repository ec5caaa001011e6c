"""A desk page without a browser: the application in this process, and what a page would send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from tests.support.signers import NOW, signer, trusted
from vaxcert.adapters.desk.access import Access
from vaxcert.adapters.desk.app import DeskApp
from vaxcert.adapters.desk.counters import ShiftCounters
from vaxcert.adapters.desk.material import CurrentMaterial, DeskMaterial
from vaxcert.adapters.desk.words import Words
from vaxcert.decision import Desk
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.verify import Verifier

PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"


def material(**changes: Any) -> DeskMaterial:
    """A desk that trusts the TEST signer."""
    trust_list, policy = trusted(signer()), VerificationPolicy.default()
    fields = {"desk": Desk(verifier=Verifier(trust_list)), "trust_list": trust_list, "policy": policy}
    return DeskMaterial(**{**fields, **changes})


class Client:
    """Sends requests to an application in this process, one after the other or at once."""

    def __init__(self, app: ASGIApp, base_url: str) -> None:
        self.app = app
        self.base_url = base_url

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.at_once(1, method, path, **options)[0]

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def at_once(self, times: int, method: str, path: str, **options: Any) -> list[httpx.Response]:
        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=self.base_url) as client:
                return await asyncio.gather(*[client.request(method, path, **options) for _ in range(times)])

        return asyncio.run(ask())


_words = cache(Words)


@dataclass
class OpenDesk:
    """A desk, and a page that has opened it."""

    app: DeskApp
    codes: list[str]
    client: Client

    def page(self) -> dict[str, str]:
        """Open a page with the newest link. Returns what it sends with each request."""
        answer = self.client.post("/api/session", json={"code": self.codes[-1]}, headers={"Origin": ORIGIN})
        assert answer.status_code == 200
        return {"Origin": ORIGIN, "Authorization": f"Bearer {answer.json()['token']}"}

    def scan(self, page: dict[str, str], *entries: str, lang: str = "en", **fields: Any) -> dict[str, Any]:
        """Scan something for a traveller. Returns the answer."""
        body = {"held": [], "entries": list(entries), "document": None, "traveller": "one", **fields}
        answer = self.client.post("/api/scan", params={"lang": lang}, json=body, headers=page)
        assert answer.status_code == 200, answer.json()
        return dict(answer.json())


def open_desk(
    load: Callable[[], DeskMaterial] = material,
    *,
    now: Callable[[], datetime] = lambda: NOW,
    seconds: Callable[[], float] = lambda: 0.0,
    port: int = PORT,
    places: Sequence[Path] = (),
) -> OpenDesk:
    """A desk on a clock that stands still.

    Args:
        load: Reads what it decides by.
        now: Its clock.
        seconds: The clock of its start codes.
        port: Where it thinks it is served.
        places: The files that it is read from.
    """
    codes: list[str] = []
    access = Access(codes.append, seconds=seconds)
    access.offer()
    app = DeskApp(
        material=CurrentMaterial(load, places),
        access=access,
        words=_words(),
        now=now,
        fixed_clock=False,
        counters=ShiftCounters(NOW),
        shift=1,
    )
    return OpenDesk(app, codes, Client(app.asgi(port), f"http://127.0.0.1:{port}"))
