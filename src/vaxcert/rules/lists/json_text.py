"""JSON as lists of rules use it, read strictly and written in one way."""

from __future__ import annotations

import json
from typing import Any

from vaxcert.errors import Reason, RuleError
from vaxcert.limits import MAX_RULE_FILE_BYTES


def load(data: bytes | str) -> Any:
    """Decode a whole document: UTF-8, bounded, no member of an object named twice.

    Raises:
        RuleError: `rule-list-unreadable`.
    """
    if len(data) > MAX_RULE_FILE_BYTES:
        raise unreadable(f"{len(data)} bytes, at most {MAX_RULE_FILE_BYTES} expected")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise unreadable("not JSON in UTF-8 whose objects name each member once") from None


def dump(value: Any) -> str:
    """JSON in the one form that signed lists have: members in order, no blanks, every character itself."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def unreadable(problem: str) -> RuleError:
    """The error of a list that cannot be read as a whole."""
    return RuleError(Reason.RULE_LIST_UNREADABLE, f"rules: {problem}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")
