"""The expiry table as a picture: a stacked bar for each country, most keys first."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from vaxcert.cli.expiry import ExpiryTable
from vaxcert.cli.texts import Texts
from vaxcert.errors import AdapterError, Reason

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

    _Font: TypeAlias = FreeTypeFont | ImageFont

_WIDTH: Final = 960
_MARGIN: Final = 24
_LABEL_WIDTH: Final = 44
_TOTAL_WIDTH: Final = 56
_BAR_HEIGHT: Final = 16
_ROW_HEIGHT: Final = 22
_TITLE_SIZE: Final = 20
_TEXT_SIZE: Final = 13
_LEGEND_TOP: Final = 66
_BARS_TOP: Final = 104
_LEGEND_STEP: Final = 124
_MIN_SEGMENT: Final = 1.0
_MAX_BARS: Final = 40
_SCALE: Final = 2
"""Pixels of the PNG for each unit of the drawing, so that it is sharp on any screen."""

_COLOURS: Final = ("#b3261e", "#e8710a", "#f2b134", "#a3b86c", "#4f9d69", "#2a6f97", "#9aa0a6")
"""From ended to later by urgency, then without a date; told apart by lightness too."""
_INK: Final = "#202124"
_FONTS: Final = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "arial.ttf")


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text; `y` is the middle of its line."""

    x: float
    y: float
    text: str
    size: int = _TEXT_SIZE
    anchor: Literal["start", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as shapes, which every kind of picture shows alike."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]


def draw(table: ExpiryTable, texts: Texts, *, at: datetime) -> Drawing:
    """Lay out the picture of a table at a time."""
    boxes: list[Box] = []
    labels = [
        Label(
            _MARGIN,
            34,
            texts.get("trust", "expiry-title", total=sum(table.totals), date=texts.day(at.date())),
            _TITLE_SIZE,
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


def svg(drawing: Drawing) -> bytes:
    """The picture as SVG 1.1."""
    size = f'width="{drawing.width:g}" height="{drawing.height:g}"'
    view = f'viewBox="0 0 {drawing.width:g} {drawing.height:g}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} font-family="sans-serif">',
        f'<rect {size} fill="#ffffff"/>',
        *(
            f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
            f'fill="{box.colour}"/>'
            for box in drawing.boxes
        ),
        *(
            f'<text x="{label.x:.1f}" y="{label.y:.1f}" font-size="{label.size}" fill="{_INK}" '
            f'text-anchor="{label.anchor}" dominant-baseline="central">{escape(label.text)}</text>'
            for label in drawing.labels
        ),
        "</svg>\n",
    ]
    return "\n".join(lines).encode()


def png(drawing: Drawing) -> bytes:
    """The picture as PNG.

    Raises:
        AdapterError: `extra-missing`, when Pillow is not installed.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError:
        raise AdapterError(Reason.EXTRA_MISSING, "Pillow is not installed: install vaxcert[cli]") from None
    image = Image.new("RGB", (round(drawing.width * _SCALE), round(drawing.height * _SCALE)), "#ffffff")
    pen = ImageDraw.Draw(image)
    for box in drawing.boxes:
        corner = box.x * _SCALE, box.y * _SCALE
        opposite = (box.x + box.width) * _SCALE - 1, (box.y + box.height) * _SCALE - 1
        pen.rectangle((corner, opposite), fill=box.colour)
    for label in drawing.labels:
        font, knows_all_letters = _font(label.size * _SCALE)
        text = label.text if knows_all_letters else _plain(label.text)
        anchor = "rm" if label.anchor == "end" else "lm"
        pen.text((label.x * _SCALE, label.y * _SCALE), text, font=font, fill=_INK, anchor=anchor)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _font(size: int) -> tuple[_Font, bool]:
    """A font of the system that has the letters of every language here, else Pillow's own, which has few."""
    from PIL import ImageFont

    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size), True
        except OSError:
            continue
    return ImageFont.load_default(size), False


def _plain(text: str) -> str:
    """The text in ASCII letters."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D").replace("–", "-"))
    return "".join(character for character in decomposed if character.isascii())
