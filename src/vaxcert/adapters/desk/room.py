"""How many requests are worked on at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from vaxcert.adapters.desk.refusals import RefusalCode, RefusalError


class Room:
    """A few places to work at, and a queue before them.

    Args:
        places: How many are worked on at once.
        queue: How many may wait; whoever comes then is asked to come again.
    """

    def __init__(self, places: int, queue: int) -> None:
        self._most: Final = places + queue
        self._places: Final = asyncio.Semaphore(places)
        self._present = 0

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place and hold it. Nothing of a request is read before it has one.

        Raises:
            RefusalError: `BUSY`.
        """
        if self._present >= self._most:
            raise RefusalError(RefusalCode.BUSY)
        self._present += 1
        try:
            async with self._places:
                yield
        finally:
            self._present -= 1
