"""From the text of a QR code to the COSE message, by the packages that users of the peers take for it."""

from __future__ import annotations

import zlib

from base45 import b45decode
from lines import UnreadableError

PREFIX = "HC1:"


def message_of(text: str) -> bytes:
    """The message in a certificate's text."""
    if not text.startswith(PREFIX):
        raise UnreadableError(f"the text does not begin with {PREFIX}")
    try:
        return zlib.decompress(b45decode(text.removeprefix(PREFIX)))
    except (ValueError, zlib.error) as error:
        raise UnreadableError(str(error)) from error
