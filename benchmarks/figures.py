"""One measured figure, the bound it has to keep, and how both are shown."""

from __future__ import annotations

import json
import operator
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_HOLDS = {
    "<=": operator.le,
    ">=": operator.ge,
    "within 1 ±": lambda measured, limit: abs(measured - 1) <= limit,
}


@dataclass(frozen=True)
class Bound:
    """What a figure has to keep.

    Attributes:
        of: "ratio" or "value".
        sign: "<=", ">=" or "within 1 ±".
        limit: In the figure's unit, or a bare number for a ratio.
        aim: What we would like, or None.
    """

    of: str
    sign: str
    limit: float
    aim: float | None = None

    def __str__(self) -> str:
        aim = "" if self.aim is None else f" (aim {self.aim:g})"
        return f"{self.of} {self.sign} {self.limit:g}{aim}"


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        name: What was done.
        value: Median, in `unit`.
        unit: "µs", "ms".
        ratio: Against what `against` names, or None.
        against: The other side of the ratio; "" where there is none.
        bound: What it has to keep, or None for a figure that only stands beside others.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    against: str = ""
    bound: Bound | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bound is kept; None without one."""
        if self.bound is None:
            return None
        measured = self.value if self.bound.of == "value" else self.ratio
        return measured is not None and bool(_HOLDS[self.bound.sign](measured, self.bound.limit))

    def entry(self) -> dict[str, Any]:
        """The JSON form: name, value, unit, ratio, against, bound, met."""
        return {
            **asdict(self),
            "value": round(self.value, 2),
            "ratio": None if self.ratio is None else round(self.ratio, 2),
            "bound": None if self.bound is None else str(self.bound),
            "met": self.met,
        }


_VERDICT = {True: "met", False: "MISSED", None: ""}
_HEADINGS = ("figure", "median", "ratio", "against", "bound", "")


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned text."""
    rows = [_HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        f"{figure.value:.1f} {figure.unit}",
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        figure.against,
        "" if figure.bound is None else str(figure.bound),
        _VERDICT[figure.met],
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    numeric = (1, 2)
    cells = (
        cell.rjust(width) if column in numeric else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()


def write(path: Path, environment: dict[str, Any], figures: Iterable[Figure]) -> None:
    """Write the run as one JSON object with `environment` and `figures`."""
    document = {"environment": environment, "figures": [figure.entry() for figure in figures]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
