"""Values of CertLogic: what is true and what is false, which are equal, and the parts of data."""

from __future__ import annotations

from types import NoneType
from typing import Any, Final, TypeAlias

from vaxcert.limits import MAX_CERTLOGIC_TEXT_CHARACTERS
from vaxcert.rules.certlogic.failures import beyond, invalid

MAX_WHOLE_NUMBER: Final = 2**53 - 1
"""What every engine counts to without loss."""

_KIND: Final = {NoneType: 0, bool: 1, int: 2, float: 2, str: 3}
_PREFIX: Final = "URN:UVCI:"


def truth(value: Any) -> bool:
    """Whether a value is truthy (specification, "Truthy and falsy values").

    Raises:
        RuleError: `certlogic-invalid`, for what is neither truthy nor falsy.
    """
    kind = type(value)
    if kind is bool:
        return value is True
    if kind in (str, int, list, dict) or value is None:
        return bool(value)
    if kind is float and value.is_integer():
        return bool(value)
    raise invalid(f"a {name_of(value)} is neither truthy nor falsy")


def whole_number(value: Any) -> int | None:
    """The value when it is a whole number, however JSON wrote it; else None."""
    if type(value) is int:
        return value
    return int(value) if type(value) is float and value.is_integer() else None


def are_same(one: Any, other: Any) -> bool:
    """Equality without conversion, of texts, numbers, truth values and null.

    Raises:
        RuleError: `certlogic-invalid`, for others, of which engines disagree.
    """
    kind, other_kind = _KIND.get(type(one)), _KIND.get(type(other))
    if kind is None or other_kind is None:
        raise invalid(f"a {name_of(one if kind is None else other)} cannot be compared for equality")
    return kind == other_kind and bool(one == other)


def is_member(value: Any, values: list[Any]) -> bool:
    """Whether a text, number, truth value or null is one of some values.

    Raises:
        RuleError: `certlogic-invalid`, for another value.
    """
    kind = _KIND.get(type(value))
    if kind is None:
        raise invalid(f"a {name_of(value)} cannot be looked for in an array")
    if kind in (_KIND[str], _KIND[NoneType]):
        return value in values
    return any(_KIND.get(type(one)) == kind and one == value for one in values)


Step: TypeAlias = tuple[str, int | None]
"""One step of a path: the name of a member, and the place in an array, where it can be one."""


def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path. An empty one has none."""
    return tuple((step, _place(step)) for step in path.split(".")) if path else ()


def part_at(data: Any, steps: tuple[Step, ...]) -> Any:
    """The part of data that steps lead to; None where there is none."""
    for name, place in steps:
        if type(data) is dict:
            data = data.get(name)
        elif type(data) is list and place is not None and place < len(data):
            data = data[place]
        else:
            return None
    return data


def _place(step: str) -> int | None:
    return int(step) if step.isascii() and step.isdigit() and len(step) < 10 else None


def identifier_part(identifier: Any, index: int) -> str | None:
    """A part of a certificate identifier between `/`, `#` and `:`, after `URN:UVCI:`; None where there is none.

    Raises:
        RuleError: `certlogic-invalid`, for anything but text and null; `certlogic-bounds`.
    """
    if identifier is None:
        return None
    if type(identifier) is not str:
        raise invalid(f"a {name_of(identifier)} where extractFromUVCI needs text or null")
    if len(identifier) > MAX_CERTLOGIC_TEXT_CHARACTERS:
        raise beyond(f"an identifier of more than {MAX_CERTLOGIC_TEXT_CHARACTERS} characters")
    parts = identifier.removeprefix(_PREFIX).replace("/", ":").replace("#", ":").split(":")
    return parts[index] if 0 <= index < len(parts) else None


def size_of(value: Any, limit: int) -> int:
    """How many values a value holds, itself included; counting ends past the limit."""
    count, rest = 0, [value]
    while rest and count <= limit:
        value = rest.pop()
        count += 1
        if type(value) is list:
            rest.extend(value)
        elif type(value) is dict:
            rest.extend(value.values())
    return count


_NAMES: Final = {
    NoneType: "null",
    bool: "truth value",
    int: "number",
    float: "number",
    str: "text",
    list: "array",
    dict: "object",
}


def name_of(value: Any) -> str:
    """What to call a value in errors, without saying it."""
    return _NAMES.get(type(value), "date-time")
