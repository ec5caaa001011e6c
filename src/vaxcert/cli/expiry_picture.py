"""The expiry table as a picture: a stacked bar for each country, most keys first."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from vaxcert.cli.drawing import TITLE_SIZE, Box, Drawing, Label
from vaxcert.cli.expiry import ExpiryTable
from vaxcert.presentation.texts import Texts

_WIDTH: Final = 960
_MARGIN: Final = 24
_LABEL_WIDTH: Final = 44
_TOTAL_WIDTH: Final = 56
_BAR_HEIGHT: Final = 16
_ROW_HEIGHT: Final = 22
_LEGEND_TOP: Final = 66
_BARS_TOP: Final = 104
_LEGEND_STEP: Final = 124
_MIN_SEGMENT: Final = 1.0
_MAX_BARS: Final = 40

_COLOURS: Final = ("#b3261e", "#e8710a", "#f2b134", "#a3b86c", "#4f9d69", "#2a6f97", "#9aa0a6")
"""From ended to later by urgency, then without a date; told apart by lightness too."""


def draw(table: ExpiryTable, texts: Texts, *, at: datetime) -> Drawing:
    """Lay out the picture of a table at a time."""
    boxes: list[Box] = []
    labels = [
        Label(
            _MARGIN,
            34,
            texts.get("trust", "expiry-title", total=sum(table.totals), date=texts.day(at.date())),
            TITLE_SIZE,
        )
    ]
    for position, title in enumerate(table.titles(texts)):
        x = _MARGIN + position * _LEGEND_STEP
        boxes.append(Box(x, _LEGEND_TOP - 6, 12, 12, _COLOURS[position]))
        labels.append(Label(x + 18, _LEGEND_TOP, title))
    rows = _rows(table)
    longest = max((sum(counts) for _, counts in rows), default=1)
    unit = (_WIDTH - 2 * _MARGIN - _LABEL_WIDTH - _TOTAL_WIDTH) / longest
    for position, (country, counts) in enumerate(rows):
        middle = _BARS_TOP + position * _ROW_HEIGHT + _ROW_HEIGHT / 2
        bar = _bar(counts, middle, unit)
        end = bar[-1].x + bar[-1].width
        boxes += bar
        labels.append(Label(_MARGIN + _LABEL_WIDTH - 10, middle, country, anchor="end"))
        labels.append(Label(end + 8, middle, str(sum(counts))))
    height = _BARS_TOP + len(rows) * _ROW_HEIGHT + _MARGIN
    return Drawing(_WIDTH, height, tuple(boxes), tuple(labels))


def _rows(table: ExpiryTable) -> list[tuple[str, tuple[int, ...]]]:
    """The countries that have a bar of their own, and one for all others together, called by how many they are."""
    rows = [(country or "–", counts) for country, counts in table.rows]
    if len(rows) <= _MAX_BARS:
        return rows
    own, others = rows[: _MAX_BARS - 1], rows[_MAX_BARS - 1 :]
    sums = tuple(map(sum, zip(*(counts for _, counts in others), strict=True)))
    return [*own, (f"+{len(others)}", sums)]


def _bar(counts: tuple[int, ...], middle: float, unit: float) -> list[Box]:
    """The segments of one bar, from left to right."""
    x: float = _MARGIN + _LABEL_WIDTH
    found: list[Box] = []
    for count, colour in zip(counts, _COLOURS, strict=True):
        if count:
            width = max(count * unit, _MIN_SEGMENT)
            found.append(Box(x, middle - _BAR_HEIGHT / 2, width, _BAR_HEIGHT, colour))
            x += width
    return found
