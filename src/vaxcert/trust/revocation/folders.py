"""What the readers of revocation folders share: where their files come from, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from vaxcert.trust.revocation.header import unreadable

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
