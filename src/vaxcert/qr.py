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
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from itertools import islice
from math import ceil, sqrt
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from vaxcert.codec.container import CONTEXT_IDENTIFIER
from vaxcert.errors import AdapterError, DecodeError, EncodeError, LimitExceededError, Reason, VaxcertError
from vaxcert.limits import (
    MAX_FRAME_PIXELS,
    MAX_JPEG_SCANS,
    MAX_JPEG_SEGMENTS,
    MAX_PDF_PAGES,
    MAX_PICTURE_BYTES,
    MAX_PICTURE_PIXELS,
    MAX_PICTURE_SIDE,
    MAX_SEARCH_PIXELS,
)

if TYPE_CHECKING:
    from PIL import Image

QUIET_ZONE_MODULES: Final = 4
"""Light modules that ISO/IEC 18004 wants on each side of a symbol."""

DEFAULT_SIZE_MM: Final = 42.0
"""Side of a printed symbol in millimetres: its diagonal is 59 mm, of the 35 to 60 mm recommended."""

DEFAULT_DPI: Final = 600
"""Dots per inch of an ordinary office printer."""

_MM_PER_INCH: Final = 25.4
_POINTS_PER_INCH: Final = 72


class ErrorCorrection(StrEnum):
    """How much of a symbol may be lost and it still reads: about L 7 %, M 15 %, Q 25 %, H 30 %.

    Q is the default, as the HCERT specification recommends (section 4.2.2). M is for PS256: a 256-byte RSA
    signature makes Q a version 23 symbol of 109x109 modules, which small prints and weak cameras may not
    resolve; M holds the same text in version 19, 93x93, whose modules are a sixth larger at the same size.
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

_NOT_ALPHANUMERIC: Final = re.compile(r"[^0-9A-Z $%*+\-./:]")
_DARK_WHERE_BLACK: Final = b"\x01" + bytes(255)
_DARK_RUN: Final = re.compile(rb"\x01+")
_BLOCKS_LIGHT: Final = "█▀▄ "  # blocks where modules are light; index 2 * upper + lower
_BLOCKS_DARK: Final = " ▄▀█"

# -------------------------------------------------------------------------------------------------- drawing


@dataclass(frozen=True, slots=True)
class QrSymbol:
    """A QR code as modules, without its quiet zone.

    Attributes:
        modules: One `bytes` a row from the top, one byte a module from the left, 1 dark and 0 light. Not
            shown by `repr`, since they are the text.
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

    A run of digits that takes less room in numeric mode (about 8 at the end of the text, 15 within it) is put
    in that mode, as the standard allows; of base45 texts about one in 100,000 ends so.

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


def _check_drawable(text: str, error_correction: ErrorCorrection) -> None:
    if not text:
        raise EncodeError(Reason.VALUE_NOT_ENCODABLE, "an empty text cannot be drawn as a QR code")
    capacity = _CAPACITY[error_correction]
    if len(text) > capacity:
        raise EncodeError(
            Reason.TEXT_TOO_LONG_FOR_QR,
            f"{len(text)} characters, a QR code with error correction {error_correction} holds {capacity}",
        )
    if foreign := _NOT_ALPHANUMERIC.search(text):
        raise EncodeError(
            Reason.VALUE_NOT_ENCODABLE,
            f"character {foreign.start() + 1} is not in the QR alphanumeric set: 0-9 A-Z space $%*+-./:",
        )


def printed_size_mm(modules: int, *, size_mm: float = DEFAULT_SIZE_MM, dpi: int = DEFAULT_DPI) -> float:
    """The side in millimetres at which `png` prints a symbol.

    That is with as many whole dots a module as stay within `size_mm`, and at least one.

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
        size_mm: Printed side of the symbol without its quiet zone, in millimetres, at most. Every module is
            the same whole number of dots; `printed_size_mm` says what that comes to. The diagonal of 35 to
            60 mm that the HCERT specification recommends is a side of 25 to 42 mm.
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
    """Draw text in half-block characters, two rows of modules a line, for a terminal with light text on dark.

    Args:
        text: As in `draw`.
        error_correction: As in `draw`.
        quiet_zone: As in `png`.
        invert: For a terminal with dark text on light.

    Raises:
        EncodeError: As in `draw`.
        AdapterError: As in `draw`.
        ValueError: A negative quiet zone.
    """
    rows = _with_quiet_zone(draw(text, error_correction=error_correction), quiet_zone)
    rows.append(bytes(len(rows)))  # the number of rows is always odd
    blocks = _BLOCKS_DARK if invert else _BLOCKS_LIGHT
    pairs = zip(rows[0::2], rows[1::2], strict=True)
    return "\n".join("".join(blocks[2 * a + b] for a, b in zip(*pair, strict=True)) for pair in pairs)


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
    """A PNG (ISO/IEC 15948) of one bit a pixel; Pillow would need three times as long to write it."""
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
    light, dark = b"1" * scale, b"0" * scale
    as_above = (b"\x02" + bytes(length)) * (scale - 1)  # filter type Up, no difference
    lines: list[bytes] = []
    for row in rows:
        digits = row.replace(b"\x00", light).replace(b"\x01", dark)
        lines += b"\x00", (int(digits, 2) << padding).to_bytes(length, "big"), as_above
    return b"".join(lines)


# -------------------------------------------------------------------------------------------------- reading

_PICTURE_FORMATS: Final = {
    "Png": rb"\x89PNG\r\n\x1a\n",
    "Jpeg": rb"\xff\xd8\xff",
    "WebP": rb"RIFF.{4}WEBP",
    "Gif": rb"GIF8[79]a",
    "Bmp": rb"BM",
}
"""Pillow's name of each format read, and how such a file begins. Not TIFF: its decoder writes to stderr."""

_JPEG_MARKER: Final = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")  # those of a segment, and the end
_JPEG_START_OF_SCAN: Final = b"\xda"
_JPEG_END_OF_IMAGE: Final = b"\xd9"

_PDF_HEADER: Final = b"%PDF-"
_PDF_HEADER_WITHIN: Final = 1024
_PDF_WITHOUT_SECURITY: Final = 3
_PDF_WORK_PER_LOOK: Final = 8
_PDF_OBJECT_START: Final = re.compile(rb"^(\d{10}) \d{5} n", re.MULTILINE)
_PDF_FORM: Final = re.compile(rb"/Subtype(/Form| \d)")
_PDF_CONTENTS: Final = re.compile(rb"/Contents( \d+ \d+ R|\[[^\]]*\])")
_PDF_REFERENCE: Final = re.compile(rb"(\d+) \d+ R\b")
_PDF_NAMED_REFERENCE: Final = re.compile(rb"/([^\s/<>\[\]()]+) (\d+) \d+ R\b")
_PDF_KIDS: Final = re.compile(rb"/Kids( \d+ \d+ R|\[[^\]]*\])")
_PDF_FILTERS: Final = re.compile(rb"/Filter(/\w+|\[[ /\w]*\])")
_PDF_DO: Final = re.compile(
    rb"(?:/([^\x00\s/<>\[\](){}%]*)[\x00\s]+|(?<=[\x00\s)>\]]))Do(?=[\x00\s/(<\[%]|$)"
)
_PDF_DPI: Final = (200, 400)
_LOOKS: Final = ((1, 0), (2, 3), (3, 2))
"""How often larger each further look at a picture is, and over how many of its pixels edges are sharpened. Sharpening
reads what was moved or out of focus, and loses some pale codes, which the first of these looks finds."""

_REDUCED_PIXELS: Final = 1_500_000
"""To which a large photograph is reduced to be sharpened: its blur reaches over more pixels."""

_BORDER_PIXELS: Final = 16

_DECODER_SIDE: Final = 65_535
"""Pixels along one side that zxing-cpp takes."""

_Scope: TypeAlias = dict[bytes, set[bytes]]

_pdfium_lock = threading.Lock()  # PDFium must not be called from two threads at once


def certificate_texts(data: bytes) -> tuple[str, ...]:
    """Read the texts of all codes in a picture or PDF that begin with `HC1:`.

    Args:
        data: As in `read`.

    Raises:
        DecodeError: As in `read`, and `picture-other-code` when none of the codes begins with `HC1:`.
        LimitExceededError: As in `read`.
        AdapterError: As in `read`.
    """
    texts = read(data)
    certificates = tuple(text for text in texts if _is_certificate(text))
    if not certificates:
        raise DecodeError(Reason.PICTURE_OTHER_CODE, f"{len(texts)} QR code(s), none begins with HC1:")
    return certificates


def read(data: bytes) -> tuple[str, ...]:
    """Read the texts of all QR and Aztec codes in a picture or a PDF, told apart by content.

    Args:
        data: The whole file.

    Returns:
        Each different text once, those that begin with `HC1:` first.

    Raises:
        DecodeError: `picture-unreadable`, `picture-no-code`, `input-type` or `input-empty`.
        LimitExceededError: `input-too-long` or `picture-too-large`.
        AdapterError: `extra-missing`.
    """
    _check_file(data)
    if _format_of(data) is None and _PDF_HEADER in data[:_PDF_HEADER_WITHIN]:
        return _certificates_first(text for page in read_pdf(data) for text in page)
    return read_picture(data)


def read_picture(data: bytes) -> tuple[str, ...]:
    """Read the texts of all QR and Aztec codes in a picture: rotated, mirrored, inverted, several of them.

    Args:
        data: A PNG, JPEG, WebP, GIF or BMP file, of which the first frame is read.

    Returns:
        As in `read`.

    Raises:
        DecodeError: `picture-unreadable`, `picture-no-code`, `input-type` or `input-empty`.
        LimitExceededError: `input-too-long` or `picture-too-large`.
        AdapterError: `extra-missing`.
    """
    _check_file(data)
    with _ours("picture"):
        texts = _texts_of(_views(_grey_picture(data)))
    if not texts:
        raise DecodeError(Reason.PICTURE_NO_CODE, "no QR or Aztec code found in the picture")
    return texts


def frame_texts(grey: bytes, width: int, height: int) -> tuple[str, ...]:
    """Read the texts of all QR and Aztec codes in one frame of a camera, in a single quick look.

    Frames follow each other, so that what this look misses the next frame may show.

    Args:
        grey: The frame, a byte a pixel from black to white, row by row from the top.
        width: In pixels.
        height: In pixels; both together at most `limits.MAX_FRAME_PIXELS`.

    Returns:
        As in `read`; empty where no code is seen, as in most frames.

    Raises:
        DecodeError: `picture-unreadable` where the bytes are not that many pixels.
        LimitExceededError: `picture-too-large`.
        AdapterError: `extra-missing`.
    """
    if min(width, height) < 1 or len(grey) != width * height:
        raise DecodeError(
            Reason.PICTURE_UNREADABLE, f"{len(grey)} bytes do not make a frame of {width}x{height} pixels"
        )
    if len(grey) > MAX_FRAME_PIXELS:
        raise LimitExceededError(
            Reason.PICTURE_TOO_LARGE,
            f"a frame of {width}x{height} pixels, at most {MAX_FRAME_PIXELS} expected",
        )
    frame = _optional("PIL.Image", "qr").frombuffer("L", (width, height), grey, "raw", "L", 0, 1)
    with _ours("frame"):
        return _certificates_first(_texts_in(_optional("PIL.ImageOps", "qr").autocontrast(frame)))


def read_pdf(data: bytes) -> tuple[tuple[str, ...], ...]:
    """Read the texts of all QR and Aztec codes of a PDF, page by page.

    Pages and pixels are bounded; how long a page takes to draw is not, and no bound inside this process could be.
    `vaxcert.adapters.pdf_process` reads files of strangers in a child process with a time limit.

    Args:
        data: A PDF file without password, of at most `limits.MAX_PDF_PAGES` pages.

    Returns:
        For each page what `read` returns for a picture; empty for a page without a code.

    Raises:
        DecodeError: `picture-unreadable`, `picture-no-code` when no page has one, `input-type` or
            `input-empty`.
        LimitExceededError: `input-too-long` or `picture-too-large`.
        AdapterError: `extra-missing`.
    """
    _check_file(data)
    pdfium = _optional("pypdfium2", "pdf")
    with _ours("PDF"), _pdfium_lock, closing(pdfium.PdfDocument(data)) as document:
        if len(document) > MAX_PDF_PAGES:
            raise LimitExceededError(
                Reason.PICTURE_TOO_LARGE,
                f"{len(document)} pages of PDF, at most {MAX_PDF_PAGES} expected",
            )
        pages = tuple(_texts_of(_rendered(document[index])) for index in range(len(document)))
    if not any(pages):
        raise DecodeError(Reason.PICTURE_NO_CODE, "no QR or Aztec code found in the PDF")
    return pages


def _check_file(data: bytes) -> None:
    if not isinstance(data, bytes):
        raise DecodeError(Reason.INPUT_TYPE, f"the bytes of a picture expected, not {type(data).__name__}")
    if not data:
        raise DecodeError(Reason.INPUT_EMPTY, "the picture file is empty")
    if len(data) > MAX_PICTURE_BYTES:
        raise LimitExceededError(
            Reason.INPUT_TOO_LONG,
            f"{len(data)} bytes of picture, at most {MAX_PICTURE_BYTES} expected",
        )


@contextmanager
def _ours(kind: str) -> Iterator[None]:
    """Turn whatever a foreign decoder raises, which is any exception at all, into `picture-unreadable`."""
    try:
        yield
    except VaxcertError:
        raise
    except Exception:
        raise DecodeError(Reason.PICTURE_UNREADABLE, f"the {kind} is damaged or protected") from None


def _texts_of(pictures: Iterable[Image.Image]) -> tuple[str, ...]:
    """The texts in several views of one picture; no further view is taken once a certificate was found."""
    texts: list[str] = []
    for picture in pictures:
        texts += _texts_in(picture)
        if any(map(_is_certificate, texts)):
            break
    return _certificates_first(texts)


def _texts_in(picture: Image.Image) -> list[str]:
    zxing = _optional("zxingcpp", "qr")
    formats = (zxing.BarcodeFormat.QRCodeModel2, zxing.BarcodeFormat.AztecCode)
    return [_text(barcode.bytes) for barcode in zxing.read_barcodes(picture, formats=formats)]


def _text(content: bytes) -> str:
    """The exact text: the decoder's own one guesses a character set."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _is_certificate(text: str) -> bool:
    return text.startswith(CONTEXT_IDENTIFIER)


def _certificates_first(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(texts), key=lambda text: not _is_certificate(text)))


def _grey_picture(data: bytes) -> Image.Image:
    """Decode a picture to 8-bit grey on white, its size checked before its pixels are."""
    picture = _opened(data)
    width, height = picture.size
    if width * height > MAX_PICTURE_PIXELS or max(width, height) > MAX_PICTURE_SIDE:
        raise LimitExceededError(
            Reason.PICTURE_TOO_LARGE,
            f"a picture of {width}x{height} pixels, at most {MAX_PICTURE_PIXELS}, {MAX_PICTURE_SIDE} a side",
        )
    _check_scans(picture, data)
    picture.draft("L", picture.size)
    if picture.has_transparency_data:
        return _on_white(picture)
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L")
    return picture.convert("L")


def _check_scans(picture: Image.Image, data: bytes) -> None:
    """A scan costs time by the pixels of the picture, however few bytes it has (ITU-T T.81, annex G)."""
    if picture.format != "JPEG":
        return
    markers = Counter(islice(_jpeg_markers(data), MAX_JPEG_SEGMENTS + 1))
    if markers[_JPEG_START_OF_SCAN] > MAX_JPEG_SCANS or markers.total() > MAX_JPEG_SEGMENTS:
        raise LimitExceededError(
            Reason.PICTURE_TOO_LARGE,
            f"a JPEG of {markers[_JPEG_START_OF_SCAN]} scans and {markers.total()} segments, "
            f"at most {MAX_JPEG_SCANS} and {MAX_JPEG_SEGMENTS} expected",
        )


def _jpeg_markers(data: bytes) -> Iterator[bytes]:
    """The markers up to the end of the image; not those of a thumbnail within or a film appended."""
    at = 2
    while (found := _JPEG_MARKER.search(data, at)) and found[1] != _JPEG_END_OF_IMAGE:
        yield found[1]
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")


def _opened(data: bytes) -> Image.Image:
    """Read a picture's header.

    Not by `Image.open`: that takes formats that run other programs, and has a limit of its own, which is
    process-wide and warns before it refuses.
    """
    name = _format_of(data)
    if name is None:
        expected = ", ".join(_PICTURE_FORMATS).upper()
        raise DecodeError(Reason.PICTURE_UNREADABLE, f"the file is none of {expected}, PDF")
    plugin = _optional(f"PIL.{name}ImagePlugin", "qr")
    opened: Image.Image = getattr(plugin, f"{name}ImageFile")(BytesIO(data))
    return opened


def _format_of(data: bytes) -> str | None:
    matches = (name for name, start in _PICTURE_FORMATS.items() if re.match(start, data, re.DOTALL))
    return next(matches, None)


def _on_white(picture: Image.Image) -> Image.Image:
    image_module = _optional("PIL.Image", "qr")
    if picture.mode not in {"RGBA", "LA"}:
        picture = picture.convert("RGBA")
    ground: Image.Image = image_module.new("L", picture.size, 255)
    ground.paste(picture.convert("L"), mask=picture.getchannel("A"))
    return ground


def _views(picture: Image.Image) -> Iterator[Image.Image]:
    """The picture, then views of it that show pale, small, moved and blurred codes, and those without a quiet zone."""
    yield picture
    clear = _optional("PIL.ImageOps", "qr").autocontrast(picture)
    fitting = [look for look in _LOOKS if _fits(clear, look[0])]
    yield from (_enlarged(clear, *look) for look in fitting)
    if len(fitting) < len(_LOOKS) - 1:
        shrunk = ceil(sqrt(clear.width * clear.height / _REDUCED_PIXELS))
        yield _enlarged(clear.reduce(shrunk), *_LOOKS[1])


def _fits(picture: Image.Image, factor: int) -> bool:
    width, height = ((side + 2 * _BORDER_PIXELS) * factor for side in picture.size)
    return width * height <= MAX_SEARCH_PIXELS and max(width, height) <= _DECODER_SIDE


def _enlarged(picture: Image.Image, factor: int, radius: int) -> Image.Image:
    """With edges sharpened, and a light border that stands in for a missing quiet zone."""
    if radius:
        unsharp_mask = _optional("PIL.ImageFilter", "qr").UnsharpMask
        picture = picture.filter(unsharp_mask(radius=radius, percent=300, threshold=0))
    bordered: Image.Image = _optional("PIL.ImageOps", "qr").expand(picture, border=_BORDER_PIXELS, fill=255)
    return bordered.resize((bordered.width * factor, bordered.height * factor))


def _rendered(page: Any) -> Iterator[Image.Image]:
    """A PDF page in rising resolution."""
    width, height = page.get_size()
    most = min(sqrt(MAX_SEARCH_PIXELS / (width * height)), MAX_PICTURE_SIDE / max(width, height))
    for dpi in _PDF_DPI:
        with closing(page.render(scale=min(dpi / _POINTS_PER_INCH, most), grayscale=True)) as bitmap:
            picture = bitmap.to_pil().copy()
        yield picture


def _optional(module: str, extra: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise AdapterError(
            Reason.EXTRA_MISSING, f"{module.partition('.')[0]} is not installed: install vaxcert[{extra}]"
        ) from None
