"""The plot of bulk issuing: time and memory against the number of records, both axes logarithmic."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from math import log10

from PIL import Image, ImageDraw, ImageFont

_SCALE = 2
_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 36, 64, 64
_GAP = 104
_INK, _GRID, _TIME, _MEMORY, _EVEN = "#202124", "#dadce0", "#2a6f97", "#b3261e", "#9aa0a6"
_LIMIT_MIB = 1024


def draw(runs: Sequence[tuple[int, float, int]]) -> bytes:
    """Draw it.

    Args:
        runs: Records, seconds and bytes of memory of each run, smallest first.

    Returns:
        A PNG file.
    """
    image = Image.new("RGB", (_WIDTH * _SCALE, _HEIGHT * _SCALE), "white")
    pen = ImageDraw.Draw(image)
    middle = (_WIDTH - _GAP) // 2
    times = [(records, seconds) for records, seconds, _ in runs]
    records, seconds = times[0]
    even = [(one, seconds * one / records) for one, _ in times]
    _panel(pen, _LEFT, middle, "Time, seconds", times, _TIME, even, "in proportion to the smallest run")
    memory = [(one, size / 2**20) for one, _, size in runs]
    limit = [(one, float(_LIMIT_MIB)) for one, _ in memory]
    _panel(
        pen, middle + _GAP, _WIDTH - _RIGHT, "Memory of all processes, MiB", memory, _MEMORY, limit, "1 GiB"
    )
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _panel(  # type: ignore[no-untyped-def]
    pen, left: int, right: int, title: str, points, colour: str, other, other_name: str
) -> None:
    """One diagram: measured points, and a dashed line to compare them with."""
    bottom = _HEIGHT - _BOTTOM
    low_x, high_x = log10(points[0][0]) - 0.2, log10(points[-1][0]) + 0.2
    values = [value for _, value in (*points, *other)]
    low_y, high_y = log10(min(values)) - 0.2, log10(max(values)) + 0.2

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x = left + (log10(point[0]) - low_x) / (high_x - low_x) * (right - left)
        y = bottom - (log10(point[1]) - low_y) / (high_y - low_y) * (bottom - _TOP)
        return x * _SCALE, y * _SCALE

    frame = [(left * _SCALE, _TOP * _SCALE), (right * _SCALE, bottom * _SCALE)]
    pen.rectangle(frame, outline=_GRID, width=_SCALE)
    _text(pen, left, 30, title, 16)
    _text(pen, left, 52, f"- - {other_name}", 11, _EVEN)
    _text(pen, (left + right) / 2, _HEIGHT - 22, "records", 12, anchor="mm")
    _dashed(pen, [place(point) for point in other])
    pen.line([place(point) for point in points], fill=colour, width=2 * _SCALE)
    for records, value in points:
        x, y = place((records, value))
        pen.ellipse([x - 8, y - 8, x + 8, y + 8], fill=colour)
        _text(pen, x / _SCALE, y / _SCALE - 16, f"{value:,.0f}", 12, anchor="mm")
        _text(pen, x / _SCALE, bottom + 14, f"{records:,}", 11, anchor="mm")


def _dashed(pen, points: list[tuple[float, float]]) -> None:  # type: ignore[no-untyped-def]
    for (x0, y0), (x1, y1) in pairwise(points):
        steps = 24
        for step in range(0, steps, 2):
            a, b = step / steps, (step + 1) / steps
            pen.line(
                [x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b],
                fill=_EVEN,
                width=_SCALE,
            )


def _text(  # type: ignore[no-untyped-def]
    pen, x: float, y: float, text: str, size: int, colour: str = _INK, anchor: str = "lm"
) -> None:
    font = ImageFont.load_default(size * _SCALE)
    pen.text((x * _SCALE, y * _SCALE), text, fill=colour, font=font, anchor=anchor)
