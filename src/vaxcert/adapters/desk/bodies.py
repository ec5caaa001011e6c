"""The bodies of requests: bounded while they come, in memory alone, and not for ever."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import ClientDisconnect, Request

from vaxcert.adapters.desk.refusals import RefusalCode, RefusalError
from vaxcert.limits import MAX_DESK_REQUEST_BYTES, MAX_DESK_REQUEST_SECONDS


async def read_body(request: Request, most: int, *, seconds: float = MAX_DESK_REQUEST_SECONDS) -> bytes:
    """Read a body.

    Args:
        request: The request.
        most: How many bytes it may have.
        seconds: How long it may take.

    Raises:
        RefusalError: `TOO_LARGE`, `TOO_SLOW`; `MALFORMED` when it breaks off.
    """
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > most:
        raise RefusalError(RefusalCode.TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                body += part
                if len(body) > most:
                    raise RefusalError(RefusalCode.TOO_LARGE)
    except TimeoutError:
        raise RefusalError(RefusalCode.TOO_SLOW) from None
    except ClientDisconnect:
        raise RefusalError(RefusalCode.MALFORMED) from None
    return bytes(body)


async def read_object(request: Request) -> dict[str, Any]:
    """Read a body that is a JSON object.

    Raises:
        RefusalError: As `read_body`; `MALFORMED` when it is none.
    """
    body = await read_body(request, MAX_DESK_REQUEST_BYTES)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RefusalError(RefusalCode.MALFORMED)
    return value
