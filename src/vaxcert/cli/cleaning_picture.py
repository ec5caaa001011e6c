"""Why records were refused, as a picture: a bar for each rule, most records first."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Final

from vaxcert.cli.drawing import TITLE_SIZE, Box, Drawing, Label
from vaxcert.presentation.texts import Texts, grouped
from vaxcert.rules.records.summary import CleaningSummary

_WIDTH: Final = 1120
_MARGIN: Final = 24
_SENTENCE_WIDTH: Final = 490
_SENTENCE_CHARACTERS: Final = 62
_LONGEST_WORD: Final = 8
"""Characters that lines of one sentence may differ by, so that none is left with a single word."""

_NUMBER_WIDTH: Final = 150
_BARS_TOP: Final = 68
_BAR_HEIGHT: Final = 20
_ROW_HEIGHT: Final = 42
_LINE_HEIGHT: Final = 17
_MIN_BAR: Final = 1.0
_MAX_BARS: Final = 30
_COLOUR: Final = "#2a6f97"


def draw(summary: CleaningSummary, texts: Texts, sentences: Mapping[str, str]) -> Drawing:
    """Lay out the picture of a summary.

    Args:
        summary: What was counted.
        texts: The words of the user's language.
        sentences: Code to sentence in that language; a code without one stands for itself.
    """
    total = summary.total
    numbers = {"refused": grouped(total.refused), "records": grouped(total.records)}
    boxes: list[Box] = []
    labels = [Label(_MARGIN, 34, texts.get("cleaning", "title", **numbers), TITLE_SIZE)]
    rows = _rows(total.refusing, texts, sentences)
    left = _MARGIN + _SENTENCE_WIDTH
    unit = (_WIDTH - left - _NUMBER_WIDTH - _MARGIN) / max((number for _, number in rows), default=1)
    for position, (sentence, number) in enumerate(rows):
        middle = _BARS_TOP + (position + 0.5) * _ROW_HEIGHT
        width = max(number * unit, _MIN_BAR)
        boxes.append(Box(left, middle - _BAR_HEIGHT / 2, width, _BAR_HEIGHT, _COLOUR))
        labels.append(
            Label(left + width + 8, middle, f"{grouped(number)}  ({texts.share(number, total.refused)})")
        )
        labels += _lines(sentence, middle)
    return Drawing(_WIDTH, _BARS_TOP + len(rows) * _ROW_HEIGHT + _MARGIN, tuple(boxes), tuple(labels))


def _rows(
    refusing: list[tuple[str, int]], texts: Texts, sentences: Mapping[str, str]
) -> list[tuple[str, int]]:
    """The reasons that have a bar of their own, and one for all others together."""
    rows = [(sentences.get(code, code), number) for code, number in refusing]
    if len(rows) <= _MAX_BARS:
        return rows
    own, others = rows[: _MAX_BARS - 1], rows[_MAX_BARS - 1 :]
    return [*own, (texts.get("cleaning", "others", number=len(others)), sum(number for _, number in others))]


def _lines(sentence: str, middle: float) -> list[Label]:
    """The lines of a sentence, at the left of its bar."""
    needed = len(textwrap.wrap(sentence, _SENTENCE_CHARACTERS))
    lines = textwrap.wrap(sentence, min(_SENTENCE_CHARACTERS, len(sentence) // needed + _LONGEST_WORD))
    top = middle - (len(lines) - 1) * _LINE_HEIGHT / 2
    return [Label(_MARGIN, top + number * _LINE_HEIGHT, line) for number, line in enumerate(lines)]
