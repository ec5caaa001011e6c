"""Who may drive the desk: pages that were opened by a link from its terminal."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable
from hmac import compare_digest
from typing import Final

_RANDOM_BYTES: Final = 32
_CODE_SECONDS: Final = 600
_MOST_SESSIONS: Final = 8


class Access:
    """Start codes and the tokens that they are exchanged for.

    One code is open at a time. It works once and for ten minutes; when it has been used, or comes too late, the next
    one is announced. Tokens live as long as the process, the oldest of more than eight goes.

    Args:
        announce: Gets each new code, for the person at the terminal alone.
        seconds: A clock that only goes forward.
    """

    def __init__(
        self, announce: Callable[[str], None], *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._announce: Final = announce
        self._seconds: Final = seconds
        self._tokens: Final[deque[bytes]] = deque(maxlen=_MOST_SESSIONS)
        self._code = secrets.token_bytes(_RANDOM_BYTES)
        self._code_until = 0.0

    def offer(self) -> None:
        """Make a code, in place of the one before, and announce it."""
        code = secrets.token_urlsafe(_RANDOM_BYTES)
        self._code = code.encode()
        self._code_until = self._seconds() + _CODE_SECONDS
        self._announce(code)

    def redeem(self, code: str) -> str | None:
        """Exchange a code for a token; None for a code that is used, too old or made up."""
        if not compare_digest(code.encode("utf-8", "replace"), self._code):
            return None
        in_time = self._seconds() <= self._code_until
        self.offer()
        if not in_time:
            return None
        token = secrets.token_urlsafe(_RANDOM_BYTES)
        self._tokens.append(token.encode())
        return token

    def admits(self, token: str) -> bool:
        """Whether it is a token that was given out."""
        given = token.encode("utf-8", "replace")
        return any(compare_digest(given, known) for known in self._tokens)
