"""Bytes and times that formats write as text: base64 in its alphabets (RFC 4648), dates of ISO 8601.

All of them raise `ValueError` for whatever is not such text, other types included; each format says it its own way.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any, Final

_TO_STANDARD: Final = str.maketrans("-_", "+/")


def base64_bytes(text: Any) -> bytes:
    """Decode base64 (section 4): with its padding, and without any other character.

    Raises:
        ValueError: The text is of another form.
    """
    if type(text) is not str:
        raise ValueError("text expected")
    return b64decode(text, validate=True)


def base64url_bytes(text: Any) -> bytes:
    """Decode base64url (section 5) without padding, as JOSE writes it (RFC 7515 section 2).

    Raises:
        ValueError: The text is of another form. It has one form only: spare bits that are set would let two texts be
            one signature.
    """
    if type(text) is not str or not text.isascii() or len(text) % 4 == 1:
        raise ValueError("text in base64url expected")
    decoded = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if urlsafe_b64encode(decoded).rstrip(b"=") != text.encode("ascii"):
        raise ValueError("text in base64url expected")
    return decoded


def any_base64_bytes(text: Any) -> bytes:
    """Decode base64 in either alphabet, with its padding or without: lists mix them.

    Raises:
        ValueError: The text is of another form.
    """
    if type(text) is not str:
        raise ValueError("text expected")
    body = text.rstrip("=").translate(_TO_STANDARD)
    return b64decode(body + "=" * (-len(body) % 4), validate=True)


def iso_moment(text: Any) -> datetime:
    """A time in ISO 8601 as an aware UTC datetime; in UTC already where it names no zone.

    Raises:
        ValueError: The text is of another form, or the time before the year 1 or after 9999.
    """
    if type(text) is not str:
        raise ValueError("text expected")
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("a time from the year 1 to 9999 expected") from None
