"""What all who speak to a server have in common: which addresses they take, and what they make of its words.

HTTPS only, plain HTTP for this very machine alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from vaxcert.errors import AdapterError, Reason

if TYPE_CHECKING:
    import httpx

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_RETRY_SECONDS: Final = 60
_MAX_CAUSES: Final = 10


def import_httpx() -> Any:
    """The library that speaks HTTP.

    Raises:
        AdapterError: `extra-missing`.
    """
    try:
        return importlib.import_module("httpx")
    except ImportError:
        raise AdapterError(Reason.EXTRA_MISSING, "httpx is not installed: install vaxcert[update]") from None


def checked_url(library: Any, text: str) -> httpx.URL:
    """An address that may be asked.

    Args:
        library: From `import_httpx`.
        text: The address.

    Raises:
        ValueError: It may not; the message says why, without the address.
    """
    try:
        url: httpx.URL = library.URL(text)
        host = url.host
    except (library.InvalidURL, ValueError):  # of host names that are none
        raise ValueError("not an address") from None
    if url.userinfo:
        raise ValueError("an address with a name or a password")
    if not host or (url.scheme != "https" and not (url.scheme == "http" and host in _LOOPBACK)):
        raise ValueError("an address that does not begin with https://")
    return url


def retry_after(response: httpx.Response) -> float | None:
    """How many seconds the server asks to wait, at most a minute; None where it does not say (RFC 9110 section 10.2.3).

    A date is not followed: this machine's clock may be another.
    """
    text = response.headers.get("retry-after", "")
    return float(min(int(text[:9]), _MAX_RETRY_SECONDS)) if text.isascii() and text.isdigit() else None


def comes_from(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether an exception, or one it came from, is of a kind."""
    seen = 0
    while error is not None and seen < _MAX_CAUSES:
        if isinstance(error, kind):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
