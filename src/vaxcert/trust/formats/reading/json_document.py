"""JSON as published lists use it, read strictly: bounded, UTF-8, no member of an object named twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from vaxcert.codec.text import base64_bytes
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_TRUST_FILE_BYTES

_LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999, the last that dates are written in (RFC 3339)."""


class _RepeatedMembers:
    """Stands where an object names a member twice: of two values, nobody can say which was meant."""


_REPEATED: Final = _RepeatedMembers()
_SHOWN: Final = {
    _RepeatedMembers: "an object that names a member twice",
    dict: "an object",
    list: "an array",
    str: "text",
    bool: "a truth value",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def load(data: bytes | memoryview, format_name: str) -> Any:
    """Decode a whole document. An object that names a member twice comes back as a value that is no object.

    Raises:
        TrustListError: `trust-list-unreadable`.
    """
    if len(data) > MAX_TRUST_FILE_BYTES:
        raise unreadable(f"{format_name} list: {len(data)} bytes, at most {MAX_TRUST_FILE_BYTES} expected")
    try:
        return json.loads(str(data, "utf-8-sig"), object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise unreadable(f"{format_name} list: not JSON in UTF-8") from None


def an_object(value: Any, what: str) -> dict[str, Any]:
    """The value, when it is an object.

    Raises:
        TrustListError: `trust-list-unreadable`.
    """
    if type(value) is not dict:
        raise unreadable(f"{what} is {_shown(value)}, an object expected")
    return value


def an_array(value: Any, what: str) -> list[Any]:
    """The value, when it is an array.

    Raises:
        TrustListError: `trust-list-unreadable`.
    """
    if type(value) is not list:
        raise unreadable(f"{what} is {_shown(value)}, an array expected")
    return value


def octets(value: Any, what: str) -> bytes:
    """What text in base64 stands for.

    Raises:
        TrustListError: `trust-list-unreadable`.
    """
    if type(value) is not str:
        raise unreadable(f"{what} is {_shown(value)}, text expected")
    try:
        return base64_bytes(value)
    except ValueError:
        raise unreadable(f"{what} is not base64") from None


def moment(value: Any, what: str) -> datetime | None:
    """A time in seconds since 1970 (NumericDate, RFC 7519 section 2), aware UTC; None for null.

    Raises:
        TrustListError: `trust-list-unreadable`.
    """
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value <= _LAST_SECOND:
        raise unreadable(f"{what} is not a time in seconds since 1970")
    return datetime.fromtimestamp(int(value), UTC)


def period(members: dict[Any, Any], names: Sequence[Any]) -> tuple[datetime | None, datetime | None]:
    """When a list was issued and until when it is usable, of the two members that say so.

    Raises:
        TrustListError: `trust-list-unreadable`, also when the end is before the start.
    """
    start, end = names
    issued = moment(members.get(start), f"{start} (issued)")
    usable_until = moment(members.get(end), f"{end} (usable until)")
    if issued is not None and usable_until is not None and usable_until < issued:
        raise unreadable("a list that ends before it was issued")
    return issued, usable_until


def unreadable(problem: str) -> TrustListError:
    """The error of a list that cannot be read as a whole."""
    return TrustListError(Reason.TRUST_LIST_UNREADABLE, problem)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _RepeatedMembers:
    members = dict(pairs)
    return members if len(members) == len(pairs) else _REPEATED


def _shown(value: Any) -> str:
    return _SHOWN.get(type(value), "something else")
