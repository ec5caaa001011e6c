"""Pictures made of boxes and texts, as SVG and PNG."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from vaxcert.errors import AdapterError, Reason

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont, ImageFont

    _Font: TypeAlias = FreeTypeFont | ImageFont

TITLE_SIZE: Final = 20
TEXT_SIZE: Final = 13

_INK: Final = "#202124"
_FONTS: Final = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "arial.ttf")
_SCALE: Final = 2
"""Pixels of the PNG for each unit of the drawing, so that it is sharp on any screen."""


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
    size: int = TEXT_SIZE
    anchor: Literal["start", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as shapes, which every kind of picture shows alike."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]


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
