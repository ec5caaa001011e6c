"""A bar for long work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")


def tracked(items: Iterable[_Item], *, title: str, total: int | None, shown: bool) -> Iterator[_Item]:
    """Hand on items, with a bar on standard error that advances after each.

    Args:
        items: What is worked on.
        title: What is being done.
        total: How many items there are, or None where nobody knows.
        shown: Whether to show a bar at all; nor is one shown where Rich is not installed.
    """
    try:
        if not shown:
            raise ImportError
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    except ImportError:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as progress:
        task = progress.add_task(title, total=total)
        for item in items:
            yield item
            progress.advance(task)
