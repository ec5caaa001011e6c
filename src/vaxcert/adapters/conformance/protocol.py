"""The lines that a runner and an implementation exchange (`specs/conformance.md`, sections 2 to 4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn

PROTOCOL: Final = 2
MAX_ANSWER_BYTES: Final = 1_048_576
"""Of a line that an implementation writes, without its line feed."""

MAX_DEPTH: Final = 64
"""Of arrays and objects in each other, in a line that an implementation writes."""

MAX_REQUEST_BYTES: Final = 16_777_216
"""Of a line that a runner writes, without its line feed."""

MAX_NAME_CHARACTERS: Final = 100
"""Of the name and of the version that an implementation gives itself."""

_SHOWN_CHARACTERS: Final = 120


class Problem(StrEnum):
    """Why a vector is not passed."""

    OPERATION = "operation-not-declared"
    FEATURE = "feature-not-declared"
    NOT_STARTED = "not-started"
    TIME_OUT = "time-out"
    ENDED = "ended"
    NOT_JSON = "not-json"
    TOO_LONG = "too-long"
    WRONG_ID = "wrong-id"
    ANSWERED_TWICE = "answered-twice"
    ERROR = "error"
    WRONGLY_ACCEPTED = "wrongly-accepted"
    WRONGLY_REFUSED = "wrongly-refused"
    OTHER_OUTCOME = "other-outcome"
    OTHER_REASON = "other-reason"
    OTHER_LEVEL = "other-level"
    OTHER_ANSWER = "other-answer"
    OTHER_FINDINGS = "other-findings"


class ProtocolError(Exception):
    """A line that is not what the protocol asks for, or none where one has to be.

    Args:
        problem: Which problem.
        detail: What exactly, in a line.
    """

    def __init__(self, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Hello:
    """What an implementation says of itself."""

    name: str
    version: str
    operations: frozenset[str]
    features: frozenset[str]


def line_of(message: Mapping[str, Any]) -> bytes:
    """A message as a line, with its line feed."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_hello(line: bytes) -> Hello:
    """The answer to the runner's greeting.

    Raises:
        ProtocolError: `not-started`.
    """
    try:
        said = message_of(line)
    except ProtocolError as error:
        raise ProtocolError(Problem.NOT_STARTED, f"the hello: {error.detail}") from None
    protocol = said.get("protocol")
    if type(protocol) is not int or protocol != PROTOCOL:
        raise ProtocolError(Problem.NOT_STARTED, f"protocol {shown(protocol)}; expected {PROTOCOL}")
    for part in ("name", "version"):
        if not _is_name(said.get(part)):
            expected = f"1 to {MAX_NAME_CHARACTERS} printable characters"
            raise ProtocolError(Problem.NOT_STARTED, f"{part} {shown(said.get(part))}; expected {expected}")
    for part in ("operations", "features"):
        if not (isinstance(said.get(part), list) and all(isinstance(name, str) for name in said[part])):
            raise ProtocolError(
                Problem.NOT_STARTED, f"{part} {shown(said.get(part))}; expected an array of texts"
            )
    return Hello(said["name"], said["version"], frozenset(said["operations"]), frozenset(said["features"]))


def message_of(line: bytes) -> dict[str, Any]:
    """A line, with its line feed, as a message.

    Raises:
        ProtocolError: `too-long`; `not-json`, also where the line feed is missing.
    """
    if len(line.removesuffix(b"\n")) > MAX_ANSWER_BYTES:
        raise ProtocolError(Problem.TOO_LONG, f"a line over {MAX_ANSWER_BYTES} bytes")
    try:
        message = json.loads(
            line.decode("utf-8"), object_pairs_hook=_each_name_once, parse_constant=_no_constant
        )
        json.dumps(
            message, ensure_ascii=False
        ).encode()  # half a surrogate pair can be escaped, and not be written
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict) or _is_deep(message):
        raise _not_json(line, "a JSON object in UTF-8")
    if not line.endswith(b"\n"):
        raise _not_json(line, "a line feed after it")
    return message


def shown(value: Any) -> str:
    """What was said, short enough for a line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def _not_json(line: bytes, expected: str) -> ProtocolError:
    text = line.removesuffix(b"\n").decode("utf-8", "replace")
    return ProtocolError(Problem.NOT_JSON, f"{shown(text)}; expected {expected}")


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME_CHARACTERS and value.isprintable()


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _is_deep(message: Any) -> bool:
    level = [message]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
        ]
    return bool(level)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
