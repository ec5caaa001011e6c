"""The conformance protocol as drivers in Python need it: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

Answer = dict[str, Any]


class UnreadableError(Exception):
    """What was asked about is not well-formed."""


def serve(
    name: str,
    version: str,
    *,
    operations: Sequence[str],
    features: Sequence[str],
    answer: Callable[[str, dict[str, Any], dict[str, Any]], Answer],
) -> None:
    """Answer until standard input ends; `answer` is asked with operation, input and context."""
    hello = {"protocol": 2, "name": name, "version": version}
    hello |= {"operations": list(operations), "features": list(features)}
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "protocol" in request:
            _write(hello)
        else:
            asked = request["operation"], request["input"], request["context"]
            _write({"id": request["id"], **answer(*asked)})


def verdict(verify: Callable[[str, dict[str, Any]], object]) -> Callable[..., Answer]:
    """Make answers of a function that raises what it refuses, and `UnreadableError` what it cannot read."""

    def answer(_operation: str, given: dict[str, Any], context: dict[str, Any]) -> Answer:
        try:
            verify(given["text"], context)
        except UnreadableError as error:
            return {"outcome": "unreadable", "message": str(error)}
        except Exception as error:  # whatever a library raises is its way of refusing
            return {"outcome": "refused", "message": f"{type(error).__name__}: {error}"}
        return {"outcome": "accepted"}

    return answer


def _write(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)
