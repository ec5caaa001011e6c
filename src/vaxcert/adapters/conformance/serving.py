"""This library as an implementation that is put through vectors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

import vaxcert
from vaxcert.adapters.conformance.operations import OPERATIONS
from vaxcert.adapters.conformance.protocol import PROTOCOL

FEATURES: Final = (
    "findings",
    "frames",
    "list-dates",
    "list-limits",
    "pdf",
    "policy",
    "ps256",
    "reasons",
    "registered-kid",
    "revocation",
)
"""What it declares: every feature that vectors ask for, and what answers are compared by."""

_MODULES: Final = {
    "pdf": ("pypdfium2",),
    "read-picture": ("PIL", "zxingcpp"),
    "read-registry-answer": ("httpx", "numpy", "pyarrow"),
}
"""What operations and features need of extras; where it is not installed they are not declared."""


def answers(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The answer to each line."""
    for line in lines:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            request = None
        yield _answer(request) if isinstance(request, dict) else _error(None, "request", "not a JSON object")


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    if "protocol" in request:
        return _hello()
    identifier = request.get("id")
    name = request.get("operation")
    operation = OPERATIONS.get(name) if isinstance(name, str) and _is_there(name) else None
    if operation is None:
        return _error(identifier, "unsupported", "the operation is not known")
    try:
        return {"id": identifier, **operation(request["input"], request["context"])}
    except Exception as error:
        # whatever it is, the next request has to be answered; its message may quote what it was working on
        return _error(identifier, "internal", type(error).__name__)


@cache
def _is_there(name: str) -> bool:
    return all(find_spec(module) is not None for module in _MODULES.get(name, ()))


def _hello() -> dict[str, Any]:
    return {
        "protocol": PROTOCOL,
        "name": "vaxcert",
        "version": vaxcert.__version__,
        "operations": sorted(filter(_is_there, OPERATIONS)),
        "features": list(filter(_is_there, FEATURES)),
    }


def _error(identifier: Any, error: str, message: str) -> dict[str, Any]:
    return {"id": identifier, "error": error, "message": message}
