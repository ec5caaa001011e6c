"""QR codes as cameras and telephones show them: seeded, made with Pillow from symbols of our own."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from vaxcert import qr

Photograph: TypeAlias = Image.Image
Condition: TypeAlias = Callable[[Photograph, random.Random], Photograph]

TABLE_GREY: Final = 150


@cache
def symbol(text: str, scale: int = 4, quiet_zone: int = 4) -> Photograph:
    """The code drawn flat, black on white."""
    drawn = qr.draw(text)
    pixels = bytes(255 * (1 - module) for row in drawn.modules for module in row)
    picture = ImageOps.expand(Image.frombytes("L", (drawn.size, drawn.size), pixels), quiet_zone, 255)
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def on_table(paper: Photograph, size: tuple[int, int], corner: tuple[int, int] | None = None) -> Photograph:
    """The paper on a grey table; in the middle, if no corner is given."""
    table = Image.new("L", size, TABLE_GREY)
    table.paste(paper, corner or ((size[0] - paper.width) // 2, (size[1] - paper.height) // 2))
    return table


def moved(picture: Photograph, dice: random.Random) -> Photograph:
    """Moved by up to about two modules while it was taken."""
    length = dice.uniform(3, 9)
    across, down = dice.choice(((1.0, 0.0), (0.0, 1.0), (0.7, 0.7), (0.7, -0.7)))
    result = picture
    for step in range(1, 9):
        shift = (round(across * length * step / 8), round(down * length * step / 8))
        result = Image.blend(result, ImageChops.offset(picture, *shift), 1 / (step + 1))
    return result


def blurred(picture: Photograph, dice: random.Random) -> Photograph:
    """Out of focus."""
    return picture.filter(ImageFilter.GaussianBlur(dice.uniform(1.2, 2.8)))


def partial(picture: Photograph, dice: random.Random) -> Photograph:
    """With a finger over an edge, within what error correction bears."""
    result = picture.copy()
    width = round(picture.width * dice.uniform(0.12, 0.3))
    left = dice.choice((0, picture.width - width))
    top = round(picture.height * dice.uniform(0.35, 0.5))
    ImageDraw.Draw(result).ellipse((left, top, left + width, top + width // 2), fill=90)
    return result


def inverted(picture: Photograph, dice: random.Random) -> Photograph:
    """Light on dark, as dark screens show it."""
    return ImageOps.invert(picture)


def rotated(picture: Photograph, dice: random.Random) -> Photograph:
    """Turned by any angle."""
    return picture.rotate(dice.uniform(5, 355), Image.Resampling.BICUBIC, expand=True, fillcolor=TABLE_GREY)


def glossy(picture: Photograph, dice: random.Random) -> Photograph:
    """With the light of a lamp on it, white in the middle."""
    mask = Image.new("L", picture.size, 0)
    size = round(picture.width * dice.uniform(0.12, 0.2))
    x, y = (round(side * dice.uniform(0.35, 0.7)) for side in picture.size)
    ImageDraw.Draw(mask).ellipse((x - size, y - size // 2, x + size, y + size // 2), fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(size / 3))
    return Image.composite(Image.new("L", picture.size, 255), picture, mask)


def pale(picture: Photograph, dice: random.Random) -> Photograph:
    """Printed with little ink, or a screen in the sun."""
    dark = dice.randrange(120, 180)
    light = dark + dice.randrange(8, 24)
    return picture.point(lambda pixel: dark + (light - dark) * pixel // 255)


def slanted(picture: Photograph, dice: random.Random) -> Photograph:
    """Held at a slant of up to some 45 degrees: the far edge is shorter."""
    sheet = ImageOps.expand(picture, picture.height // 3, TABLE_GREY)
    flat = dice.uniform(0.7, 0.95)
    near = dice.choice((-1, 1)) * dice.uniform(0.2, 0.7) / picture.height
    # the point (u, v) of the sheet, from its middle, is seen at x = u / (1 + near * v), y = flat * v / (1 + near * v)
    x, y = sheet.width / 2, sheet.height / 2
    scale = flat + near * y
    numbers = (flat, -x * near, x * near * y, 0, 1 - y * near, y * (scale - 1), 0, -near)
    return sheet.transform(
        sheet.size,
        Image.Transform.PERSPECTIVE,
        tuple(number / scale for number in numbers),
        Image.Resampling.BICUBIC,
        fillcolor=TABLE_GREY,
    )


def shaded(picture: Photograph, dice: random.Random) -> Photograph:
    """Half in the shade: the white of one side is darker than the black of the other."""
    gradient = Image.linear_gradient("L").resize(picture.size)
    turned = gradient.rotate(dice.choice((0, 90, 180, 270)))
    shade = turned.point(lambda pixel: 25 + pixel * 230 // 255)
    return ImageChops.multiply(picture.point(lambda pixel: 70 + pixel * 185 // 255), shade)


def noisy(picture: Photograph, dice: random.Random) -> Photograph:
    """Taken in the dark."""
    grains = Image.frombytes("L", picture.size, dice.randbytes(picture.width * picture.height))
    return Image.blend(picture, grains.filter(ImageFilter.GaussianBlur(0.6)), 0.45)


def small(picture: Photograph, dice: random.Random) -> Photograph:
    """Far away: one to two pixels a module."""
    factor = dice.uniform(0.27, 0.5)
    return picture.resize(
        (round(picture.width * factor), round(picture.height * factor)), Image.Resampling.BICUBIC
    )


CONDITIONS: Final[Mapping[str, Condition]] = {
    condition.__name__: condition
    for condition in (
        moved, blurred, partial, inverted, rotated, glossy, pale, slanted, shaded, noisy, small,
    )
}  # fmt: skip


def photograph(text: str, *conditions: str, seed: int, size: tuple[int, int] = (640, 480)) -> Photograph:
    """A photograph of a code under conditions.

    Args:
        text: What the code holds.
        conditions: Names of `CONDITIONS`, from the first on.
        seed: For what is left to chance.
        size: Of the whole picture in pixels, except where the code is larger.
    """
    dice = random.Random(f"{conditions} {seed}")
    taken = symbol(text)
    for name in conditions:
        taken = CONDITIONS[name](taken, dice)
    size = (max(size[0], taken.width + 20), max(size[1], taken.height + 20))
    return on_table(taken, size)
