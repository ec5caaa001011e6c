"""QR pictures: `HC1:` text to a picture and back (ISO/IEC 18004; HCERT specification section 4.2).

Bytes in, bytes out: no files. Needs the extras `vaxcert[qr]` (zxing-cpp, Pillow) and, for PDF, `vaxcert[pdf]`
(pypdfium2); they are imported at first use.
"""

from __future__ import annotations

import importlib
import re
import struct
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from math import sqrt
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from vaxcert.codec.container import CONTEXT_IDENTIFIER
from vaxcert.errors import AdapterError, DecodeError, EncodeError, LimitExceededError, Reason, VaxcertError
from vaxcert.limits import MAX_PDF_PAGES, MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, MAX_SEARCH_PIXELS

if TYPE_CHECKING:
    from PIL import Image

QUIET_ZONE_MODULES: Final = 4
"""Light modules that ISO/IEC 18004 wants on each side of a symbol."""

DEFAULT_SIZE_MM: Final = 42.0
"""Side of a printed symbol in millimetres: a diagonal of 59 mm, in the recommended 35 to 60 mm (HCERT 4.2.2)."""

DEFAULT_DPI: Final = 600
"""Dots per inch of an ordinary office printer."""

_MM_PER_INCH: Final = 25.4
_POINTS_PER_INCH: Final = 72


class ErrorCorrection(StrEnum):
    """How much of a symbol may be lost and it still reads: about L 7 %, M 15 %, Q 25 %, H 30 %.

    Q is the default, as the HCERT specification recommends (section 4.2.2). M is for PS256: a 256-byte RSA signature
    makes Q a version 23 symbol of 109x109 modules, which small prints and weak cameras do not resolve; M holds the same
    text in version 19, 93x93, whose modules are a sixth larger at the same printed size.
    """

    L = "L"
    M = "M"
    Q = "Q"
    H = "H"


_CAPACITY: Final = {
    ErrorCorrection.L: 4296,
    ErrorCorrection.M: 3391,
    ErrorCorrection.Q: 2420,
    ErrorCorrection.H: 1852,
}
"""Alphanumeric characters of a version 40 symbol, ISO/IEC 18004 table 7."""

_ALPHANUMERIC: Final = re.compile(r"[0-9A-Z $%*+\-./:]*")

# --------------------------------------------------------------------------------------------------------- drawing


@dataclass(frozen=True, slots=True)
class QrSymbol:
    """A QR code as modules, without its quiet zone.

    Attributes:
        modules: One `bytes` a row from the top, one byte a module from the left, 1 dark and 0 light. Not shown by
            `repr`, since they are the text.
        error_correction: The level it was drawn with.
    """

    modules: tuple[bytes, ...] = field(repr=False)
    error_correction: ErrorCorrection

    @property
    def size(self) -> int:
        """Modules along one side, 21 to 177."""
        return len(self.modules)

    @property
    def version(self) -> int:
        """The version of ISO/IEC 18004, 1 to 40."""
        return (self.size - 17) // 4


def draw(text: str, *, error_correction: ErrorCorrection = ErrorCorrection.Q) -> QrSymbol:
    """Draw text in the smallest symbol that holds it, in alphanumeric mode.

    Runs of digits long enough to be shorter in numeric mode (8 at the end of the text, 15 within it) are put in that
    mode, as the standard allows; base45 practically never has one.

    Args:
        text: 1 or more of the 45 characters of alphanumeric mode, which are those of base45.
        error_correction: The level; no higher one is taken where the symbol has room for it.

    Raises:
        EncodeError: `value-not-encodable` for other characters or none, `text-too-long-for-qr`.
        AdapterError: `extra-missing`.
    """
    _check_drawable(text, error_correction)
    zxing = _optional("zxingcpp", "qr")
    try:
        barcode = zxing.create_barcode(text, zxing.BarcodeFormat.QRCode, ec_level=error_correction.value)
        image = barcode.to_image(scale=1, add_quiet_zones=False)
    except Exception:
        raise EncodeError(Reason.VALUE_NOT_ENCODABLE, "the text cannot be drawn as a QR code") from None
    size = image.shape[0]
    dark = bytes(memoryview(image)).translate(_DARK_WHERE_BLACK)
    rows = tuple(dark[start : start + size] for start in range(0, size * size, size))
    return QrSymbol(modules=rows, error_correction=error_correction)


_DARK_WHERE_BLACK: Final = b"\x01" + bytes(255)


def _check_drawable(text: str, error_correction: ErrorCorrection) -> None:
    if not text:
        raise EncodeError(Reason.VALUE_NOT_ENCODABLE, "an empty text cannot be drawn as a QR code")
    capacity = _CAPACITY[error_correction]
    if len(text) > capacity:
        raise EncodeError(
            Reason.TEXT_TOO_LONG_FOR_QR,
            f"{len(text)} characters, a QR code with error correction {error_correction} holds {capacity}",
        )
    match = _ALPHANUMERIC.match(text)
    position = match.end() if match else 0
    if position < len(text):
        raise EncodeError(
            Reason.VALUE_NOT_ENCODABLE,
            f"character {position + 1} is not in the QR alphanumeric set (0-9 A-Z space $ % * + - . / :)",
        )


def printed_size_mm(modules: int, *, size_mm: float = DEFAULT_SIZE_MM, dpi: int = DEFAULT_DPI) -> float:
    """The side in millimetres at which `png` prints a symbol: the most whole dots a module that stay within `size_mm`.

    Args:
        modules: Modules along one side, `QrSymbol.size`.
        size_mm: The side asked for, without quiet zone.
        dpi: Dots per inch.

    Raises:
        ValueError: A size or resolution that is not positive.
    """
    return modules * _dots_per_module(modules, size_mm, dpi) * _MM_PER_INCH / dpi


def png(
    text: str,
    *,
    error_correction: ErrorCorrection = ErrorCorrection.Q,
    size_mm: float = DEFAULT_SIZE_MM,
    dpi: int = DEFAULT_DPI,
    quiet_zone: int = QUIET_ZONE_MODULES,
) -> bytes:
    """Draw text as a black and white PNG that carries its printed size.

    Args:
        text: As in `draw`.
        error_correction: As in `draw`.
        size_mm: Printed side of the symbol without its quiet zone, in millimetres, at most. Every module is the same
            whole number of dots, at least one; `printed_size_mm` says what that comes to. The recommended diagonal of
            35 to 60 mm is a side of 25 to 42 mm.
        dpi: Dots per inch of the printer.
        quiet_zone: Light modules on each side; fewer than 4 only where the surroundings are light.

    Raises:
        EncodeError: As in `draw`.
        AdapterError: As in `draw`.
        ValueError: A size or resolution that is not positive, or a negative quiet zone.
    """
    symbol = draw(text, error_correction=error_correction)
    scale = _dots_per_module(symbol.size, size_mm, dpi)
    return _png(_with_quiet_zone(symbol, quiet_zone), scale, round(dpi * 1000 / _MM_PER_INCH))


def svg(
    text: str,
    *,
    error_correction: ErrorCorrection = ErrorCorrection.Q,
    size_mm: float = DEFAULT_SIZE_MM,
    quiet_zone: int = QUIET_ZONE_MODULES,
) -> str:
    """Draw text as an SVG document, one unit of its view box a module.

    Args:
        text: As in `draw`.
        error_correction: As in `draw`.
        size_mm: Printed side of the symbol without its quiet zone, in millimetres, exact.
        quiet_zone: As in `png`.

    Raises:
        EncodeError: As in `draw`.
        AdapterError: As in `draw`.
        ValueError: A size that is not positive, or a negative quiet zone.
    """
    symbol = draw(text, error_correction=error_correction)
    _check_positive(size_mm, "size_mm")
    rows = _with_quiet_zone(symbol, quiet_zone)
    side = len(rows)
    millimetres = f"{size_mm * side / symbol.size:.3f}mm"
    runs = ((y, *run.span()) for y, row in enumerate(rows) for run in _DARK_RUN.finditer(row))
    path = "".join(f"M{x} {y}h{end - x}v1H{x}z" for y, x, end in runs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{millimetres}" height="{millimetres}"'
        f' viewBox="0 0 {side} {side}" role="img" shape-rendering="crispEdges">'
        f'<title>QR code</title><rect width="{side}" height="{side}" fill="#fff"/><path d="{path}"/></svg>\n'
    )


def terminal(
    text: str,
    *,
    error_correction: ErrorCorrection = ErrorCorrection.Q,
    quiet_zone: int = QUIET_ZONE_MODULES,
    invert: bool = False,
) -> str:
    """Draw text in half-block characters, two rows of modules a line, for a terminal with light text on a dark ground.

    Args:
        text: As in `draw`.
        error_correction: As in `draw`.
        quiet_zone: As in `png`.
        invert: For dark text on a light ground.

    Raises:
        EncodeError: As in `draw`.
        AdapterError: As in `draw`.
        ValueError: A negative quiet zone.
    """
    rows = _with_quiet_zone(draw(text, error_correction=error_correction), quiet_zone)
    if len(rows) % 2:
        rows.append(bytes(len(rows)))
    blocks = _BLOCKS_DARK if invert else _BLOCKS_LIGHT
    pairs = zip(rows[0::2], rows[1::2], strict=True)
    return "\n".join("".join(blocks[2 * a + b] for a, b in zip(*pair, strict=True)) for pair in pairs)


_DARK_RUN: Final = re.compile(rb"\x01+")
_BLOCKS_LIGHT: Final = "█▀▄ "  # a block where the module is light; index 2 * upper + lower, 1 dark
_BLOCKS_DARK: Final = " ▄▀█"


def _check_positive(value: float, name: str) -> None:
    if not value > 0:
        raise ValueError(f"{name} is {value}, expected more than 0")


def _dots_per_module(modules: int, size_mm: float, dpi: int) -> int:
    _check_positive(size_mm, "size_mm")
    _check_positive(dpi, "dpi")
    return max(1, int(size_mm * dpi / _MM_PER_INCH / modules))


def _with_quiet_zone(symbol: QrSymbol, quiet_zone: int) -> list[bytes]:
    if quiet_zone < 0:
        raise ValueError(f"quiet_zone is {quiet_zone} modules, expected 0 or more")
    light = bytes(symbol.size + 2 * quiet_zone)
    side = bytes(quiet_zone)
    return [light] * quiet_zone + [side + row + side for row in symbol.modules] + [light] * quiet_zone


def _png(rows: list[bytes], scale: int, dots_per_metre: int) -> bytes:
    """A PNG (ISO/IEC 15948) of one bit a pixel, written here because Pillow needs four times as long for it."""
    width = len(rows) * scale
    header = struct.pack(">IIBBBBB", width, width, 1, 0, 0, 0, 0)
    return b"".join((
        b"\x89PNG\r\n\x1a\n",
        _png_chunk(b"IHDR", header),
        _png_chunk(b"pHYs", struct.pack(">IIB", dots_per_metre, dots_per_metre, 1)),
        _png_chunk(b"IDAT", zlib.compress(_png_lines(rows, scale), 1)),
        _png_chunk(b"IEND", b""),
    ))  # fmt: skip


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png_lines(rows: list[bytes], scale: int) -> bytes:
    width = len(rows) * scale
    length = (width + 7) // 8
    padding = 8 * length - width
    pixels = {0: "1" * scale, 1: "0" * scale}
    as_above = (b"\x02" + bytes(length)) * (scale - 1)  # filter type Up, no difference
    lines = []
    for row in rows:
        bits = row.translate(_PNG_DIGIT).decode().translate(_scaled(scale))
        lines += b"\x00", (int(bits, 2) << padding).to_bytes(length, "big"), as_above
    return b"".join(lines)
