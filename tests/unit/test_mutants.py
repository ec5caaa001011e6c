"""What the tool for mutation testing changes in a module, and what it leaves alone."""

from __future__ import annotations

import ast

import pytest
from tools.mutants import changed, mutants_of

SOURCE = '''
"""A module."""

from typing import Final, TypeAlias, TypeVar

_Kind = TypeVar("_Kind")
Name: TypeAlias = "str"
BOUND: Final = 7


class Thing:
    """A thing."""

    size: Final = 3

    def __repr__(self) -> str:
        return "thing"


def check(value: int, *, least: int = 1) -> bool:
    """Check."""
    limit: Final[int] = 9
    if value < least:
        raise ValueError("too little")
    try:
        note(value)
    except KeyError:
        raise ValueError(f"{value} is unknown") from None
    return value < limit and not value == 5
'''


def changes() -> list[tuple[str, str]]:
    return [(one.owner, changed(SOURCE, one)[1]) for one in mutants_of(SOURCE)]


@pytest.mark.parametrize(
    ("owner", "change"),
    [
        ("BOUND", "BOUND: Final = 7  ->  BOUND: Final = 8"),
        ("check", "limit: Final[int] = 9  ->  limit: Final[int] = 10"),
        ("check", "if value < least:\n    ...  ->  if value <= least:\n    ..."),
        ("check", "raise ValueError('too little')  ->  pass"),
        ("check", "note(value)  ->  pass"),
        ("check", "raise ValueError(f'{value} is unknown') from None  ->  pass"),
        ("check", "return value < limit and (not value == 5)  ->  return None"),
        (
            "check",
            "return value < limit and (not value == 5)  ->  return value <= limit and (not value == 5)",
        ),
        ("check", "return value < limit and (not value == 5)  ->  return value < limit or not value == 5"),
        ("check", "return value < limit and (not value == 5)  ->  return value < limit and (not value != 5)"),
        ("check", "return value < limit and (not value == 5)  ->  return value < limit and (not value == 6)"),
        (
            "check",
            "return value < limit and (not value == 5)  ->  return value < limit and (not not value == 5)",
        ),
    ],
)
def test_what_is_changed(owner: str, change: str) -> None:
    assert changes().count((owner, change)) == 1


def test_nothing_else_is_changed() -> None:
    found = changes()
    assert len(found) == len(set(found)) == 12
    assert {owner for owner, _ in found} == {"BOUND", "check"}


def test_a_change_is_one_change_of_sound_code() -> None:
    whole = ast.unparse(ast.parse(SOURCE)).splitlines()
    for one in mutants_of(SOURCE):
        tree, _ = changed(SOURCE, one)
        compile(tree, "<changed>", "exec")
        lines = ast.unparse(tree).splitlines()
        assert sum(was != now for was, now in zip(whole, lines, strict=True)) == 1
