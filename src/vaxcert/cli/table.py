"""Tables for people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from vaxcert.cli.output import printable

_GAP: Final = "  "


def table_lines(
    heading: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()
) -> list[str]:
    """A table as lines, the heading first; each column is as wide as its widest cell.

    Args:
        heading: What stands over the columns.
        rows: As many cells each.
        right: Columns of numbers, by position from 0.
    """
    cells = [[printable(cell) for cell in row] for row in (heading, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        _GAP.join(
            cell.rjust(width) if position in right else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
