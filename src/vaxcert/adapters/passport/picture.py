"""The QR codes of passports: vector, with their quiet zone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from vaxcert.qr import QUIET_ZONE_MODULES, ErrorCorrection, draw

_MAX_CHARACTERS_AT_Q: Final = 644
"""Characters that version 19, 93x93 modules, holds at level Q (ISO/IEC 18004 table 7). A longer text, as PS256 makes
it, is drawn at level M, for the reason that `ErrorCorrection` gives."""

_DRAWABLE: Final = re.compile(r"[0-9A-Z $%*+\-./:]{1,3391}")
"""What a version 40 symbol holds at level M."""

_DARK_RUN: Final = re.compile(rb"\x01+")
_RUNS: Final = tuple(f"h{length}v1h-{length}z" for length in range(178))


@dataclass(frozen=True, slots=True)
class Picture:
    """A QR code as SVG, its quiet zone included.

    Attributes:
        svg: One unit of its view box is a module. Not shown by `repr`, since it is the text.
        modules: Along one side, with the quiet zone.
    """

    svg: str = field(repr=False)
    modules: int


def is_drawable(text: str) -> bool:
    """Whether a text can be drawn as a code at all."""
    return _DRAWABLE.fullmatch(text) is not None


def draw_picture(text: str) -> Picture:
    """Draw the code of a certificate.

    Raises:
        EncodeError: As `vaxcert.qr.draw`.
        AdapterError: `extra-missing`.
    """
    level = ErrorCorrection.Q if len(text) <= _MAX_CHARACTERS_AT_Q else ErrorCorrection.M
    symbol = draw(text, error_correction=level)
    side = symbol.size + 2 * QUIET_ZONE_MODULES
    runs = ((y, *run.span()) for y, row in enumerate(symbol.modules) for run in _DARK_RUN.finditer(row))
    path = "".join(f"M{start} {y}{_RUNS[end - start]}" for y, start, end in runs)
    box = f"{-QUIET_ZONE_MODULES} {-QUIET_ZONE_MODULES} {side} {side}"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{path}"/></svg>'
    return Picture(svg=svg, modules=side)
