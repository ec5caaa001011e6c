"""What the readers of other publishers' revocations share: where files come from, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from vaxcert.codec.text import iso_moment
from vaxcert.trust.revocation.problems import unreadable

ReadFile: TypeAlias = Callable[[str], bytes | None]
"""Gives the content of the file with this name, parts separated by `/`; None where there is none.

May raise `VaxcertError`.
"""


def need(read_file: ReadFile, name: str) -> bytes:
    """The content of a file that has to be there: what another file announces and is missing is unknown.

    Raises:
        TrustListError: `revocation-list-unreadable`.
    """
    data = read_file(name)
    if data is None:
        raise unreadable(f"{name} is missing")
    return data


def load_json(read_file: ReadFile, name: str) -> list[Any]:
    """A JSON file that holds an array of objects.

    Raises:
        TrustListError: `revocation-list-unreadable`.
    """
    try:
        document = json.loads(need(read_file, name))
    except (ValueError, RecursionError):
        raise unreadable(f"{name} is not JSON") from None
    if type(document) is not list or any(type(one) is not dict for one in document):
        raise unreadable(f"{name} is not an array of objects")
    return document


def moment(text: Any) -> datetime:
    """A time in ISO 8601; one without a zone is in UTC.

    Raises:
        TrustListError: `revocation-list-unreadable`.
    """
    try:
        return iso_moment(text)
    except ValueError:
        raise unreadable("a date is not a time in ISO 8601") from None
