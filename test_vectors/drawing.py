"""Pictures of codes, whole and damaged, small enough to stand inside a vector.

QR codes are drawn by the `qrcode` package, and files are written here, so that vaxcert does not read what it has drawn
itself. Codes of other kinds, and files that no two encoders write alike, were made once by zxing-cpp and Pillow and are
kept in `pictures/`.
"""

from __future__ import annotations

import importlib
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from test_vectors.builder import FOLDER

Rows: TypeAlias = tuple[bytes, ...]
"""A picture of grey, a byte a pixel from black (0) to white (255)."""

NUMERIC, ALPHANUMERIC, BYTES = 1, 2, 4
"""The modes of ISO/IEC 18004, table 2."""

_LEVELS: Final = {"L": 1, "M": 0, "Q": 3, "H": 2}
_BLACK: Final = b"\x00"
_WHITE: Final = b"\xff"
_VERSION_1: Final = 21
_TIMING: Final = 6


def qr(
    text: str | bytes | Sequence[tuple[int, bytes]], *, level: str = "Q", version: int | None = None
) -> Rows:
    """A QR code of one pixel a module, without light zone.

    Args:
        text: In alphanumeric mode; or bytes, in byte mode; or several parts, each with its mode.
        level: Of error correction.
        version: 1 to 40; the smallest that holds the text when None.
    """
    drawing: Any = importlib.import_module("qrcode")
    parts = text if isinstance(text, list | tuple) else [_part(text)]
    code = drawing.QRCode(version=version, error_correction=_LEVELS[level], border=0)
    for mode, data in parts:
        code.add_data(drawing.util.QRData(data, mode=mode), optimize=0)
    code.make(fit=version is None)
    return tuple(bytes(0 if dark else 255 for dark in row) for row in code.modules)


def _part(text: Any) -> tuple[int, bytes]:
    return (BYTES, text) if isinstance(text, bytes) else (ALPHANUMERIC, text.encode())


def other_code(name: str) -> Rows:
    """A code of another kind, with its light zone, from `pictures/`: a line of text a row, `#` for dark."""
    shades = bytes(0 if character == ord("#") else 255 for character in range(256))
    return tuple(line.translate(shades) for line in stored(f"{name}.txt").splitlines())


# Changing pictures


def framed(rows: Rows, modules: int = 4) -> Rows:
    """With a light zone around it."""
    side, blank = _WHITE * modules, _WHITE * (len(rows[0]) + 2 * modules)
    return (*[blank] * modules, *(side + row + side for row in rows), *[blank] * modules)


def scaled(rows: Rows, scale: int = 3) -> Rows:
    """Each pixel as a square."""
    return tuple(
        wide for row in rows for wide in [b"".join(bytes((pixel,)) * scale for pixel in row)] * scale
    )


def turned(rows: Rows, quarters: int) -> Rows:
    """Turned clockwise."""
    for _ in range(quarters):
        rows = tuple(bytes(row[place] for row in reversed(rows)) for place in range(len(rows[0])))
    return rows


def mirrored(rows: Rows) -> Rows:
    """Left for right."""
    return tuple(row[::-1] for row in rows)


def toned(rows: Rows, dark: int, light: int) -> Rows:
    """In other shades of grey."""
    shades = bytes(dark if value < 128 else light for value in range(256))
    return tuple(row.translate(shades) for row in rows)


def beside(*pictures: Rows) -> Rows:
    """Pictures beside each other, on white."""
    height = max(map(len, pictures))
    filled = [(*rows, *[_WHITE * len(rows[0])] * (height - len(rows))) for rows in pictures]
    return tuple(b"".join(parts) for parts in zip(*filled, strict=True))


def damaged(rows: Rows, codewords: int) -> Rows:
    """A symbol of version 1 in which every module of so many codewords is wrong, from the first one on."""
    pixels = [bytearray(row) for row in rows]
    for row, column in list(_data_modules())[: 8 * codewords]:
        pixels[row][column] ^= 0xFF
    return tuple(map(bytes, pixels))


def _data_modules() -> Iterator[tuple[int, int]]:
    """The places of the bits of a symbol of version 1, in their order (ISO/IEC 18004 section 7.7.3)."""
    upwards = True
    for right in (*range(_VERSION_1 - 1, _TIMING, -2), 5, 3, 1):
        rows = range(_VERSION_1)
        for row in reversed(rows) if upwards else rows:
            for column in (right, right - 1):
                if not _is_pattern(row, column):
                    yield row, column
        upwards = not upwards


def _is_pattern(row: int, column: int) -> bool:
    if _TIMING in (row, column):
        return True
    near, far = 9, _VERSION_1 - 8
    return (row < near and (column < near or column >= far)) or (row >= far and column < near)


# Files


def png(rows: Rows) -> bytes:
    """A PNG of grey (ISO/IEC 15948)."""
    lines = b"".join(_BLACK + row for row in rows)
    return png_file(len(rows[0]), len(rows), zlib.compress(lines, 9))


def transparent_png(rows: Rows) -> bytes:
    """A PNG of black modules, with nothing where there is light."""
    lines = b"".join(_BLACK + b"".join(bytes((0, 255 - pixel)) for pixel in row) for row in rows)
    return png_file(len(rows[0]), len(rows), zlib.compress(lines, 9), colour=4)


def blank_png(width: int, height: int) -> bytes:
    """A white PNG of one bit a pixel."""
    line = _BLACK + _WHITE * ((width + 7) // 8)
    stream = zlib.compressobj(9)
    data = b"".join(stream.compress(line) for _ in range(height)) + stream.flush()
    return png_file(width, height, data, depth=1)


def png_file(width: int, height: int, data: bytes, *, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG that claims a size, with whatever data."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bmp(rows: Rows) -> bytes:
    """A BMP of 24 bits a pixel, from the bottom row up."""
    width, height = len(rows[0]), len(rows)
    padding = bytes(-3 * width % 4)
    pixels = b"".join(b"".join(bytes((pixel,)) * 3 for pixel in row) + padding for row in reversed(rows))
    return bmp_header(width, height, len(pixels)) + pixels


def bmp_header(width: int, height: int, size: int = 0) -> bytes:
    """The headers of a BMP of that size."""
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, size, 2835, 2835, 0, 0)
    return struct.pack("<2sIHHI", b"BM", 54 + size, 0, 0, 54) + info


def pdf(*pages: Rows) -> bytes:
    """A PDF whose pages have each dark pixel as a rectangle of three points (ISO 32000-1)."""
    kids = " ".join(f"{3 + 2 * place} 0 R" for place in range(len(pages)))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>"]
    for place, rows in enumerate(pages):
        size = f"{3 * len(rows[0])} {3 * len(rows)}"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size}]/Resources<<>>/Contents {4 + 2 * place} 0 R>>"
        )
        drawn = "".join(_rectangles(rows)) + "f"
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    written, starts = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    count = len(objects) + 1
    trailer = f"trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{len(written)}\n%%EOF\n"
    return f"{written}xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode()


def _rectangles(rows: Rows) -> Iterator[str]:
    for height, row in enumerate(reversed(rows)):
        for place, pixel in enumerate(row):
            if pixel < 128:
                yield f"{3 * place} {3 * height} 3 3 re\n"


def stored(name: str) -> bytes:
    """A file of `pictures/`, whose format no two encoders write with the same bytes."""
    return (FOLDER / "pictures" / name).read_bytes()


def frame(rows: Rows) -> dict[str, Any]:
    """A frame of a camera, as vectors hold it."""
    pixels = b64encode(zlib.compress(b"".join(rows), 9)).decode()
    return {"width": len(rows[0]), "height": len(rows), "pixels": pixels}
