"""A file that is written by a library and handed on piece by piece."""

from __future__ import annotations

import io
from typing import Any


class PieceSink(io.RawIOBase):
    """Keeps what is written until it is taken away."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._taken = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Keep some bytes."""
        self._kept += data
        return len(data)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._taken + len(self._kept)

    def take(self) -> bytes:
        """What was written since the last time."""
        data = bytes(self._kept)
        self._taken += len(data)
        self._kept.clear()
        return data
