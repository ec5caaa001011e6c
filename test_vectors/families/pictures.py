"""Pictures of codes: modes, levels, damage, other kinds of code, several in one picture, files and bounds."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from test_vectors import drawing
from test_vectors.builder import build
from test_vectors.drawing import ALPHANUMERIC, BYTES, NUMERIC, Rows, framed, png, qr, scaled
from test_vectors.operation import OperationFamily

FAMILY: Final = OperationFamily("pictures", "read-picture", spec="ISO/IEC 18004; HCERT 4.2")

_CERTIFICATE: Final = build().text
_OTHER_CERTIFICATE: Final = build(signer="es256-vaccination").text
_SHORT: Final = "HC1:TEST"


def _file(
    name: str,
    description: str,
    data: bytes,
    texts: tuple[str, ...],
    *requirements: str,
    features: tuple[str, ...] = (),
) -> None:
    """A file with these certificates."""
    FAMILY.add(
        name,
        description,
        {"picture": b64encode(data).decode()},
        {"outcome": "accepted", "reason": None, "texts": sorted(texts)},
        requirements=requirements,
        features=features,
    )


def _unreadable(
    name: str, description: str, data: bytes, reason: str, *requirements: str, features: tuple[str, ...] = ()
) -> None:
    FAMILY.add(
        name,
        description,
        {"picture": b64encode(data).decode()},
        {"outcome": "unreadable", "reason": reason, "texts": []},
        requirements=requirements,
        features=features,
    )


def _drawn(code: Rows) -> bytes:
    return png(scaled(framed(code)))


def _read(name: str, description: str, code: Rows, *requirements: str, text: str = _SHORT) -> None:
    """One code, three pixels a module, with its light zone."""
    _file(name, description, _drawn(code), (text,), *requirements)


def _modes() -> None:
    whole = _CERTIFICATE
    _read(
        "alphanumeric",
        "A certificate in alphanumeric mode, as it has to be drawn.",
        qr(whole),
        "QR-1",
        "QR-2",
        "QR-3",
        "QR-4",
        text=whole,
    )
    _read(
        "byte-mode",
        "Q2, which the EU listed and never wrote: a certificate in byte mode.",
        qr(whole.encode()),
        "QR-4",
        text=whole,
    )
    parts = [(ALPHANUMERIC, whole[:100].encode()), (BYTES, whole[100:].encode())]
    _read("mixed-modes", "Alphanumeric mode, then bytes.", qr(parts), "QR-4", text=whole)
    digits = [(ALPHANUMERIC, b"HC1:"), (NUMERIC, b"0123456789" * 2)]
    _read(
        "numeric-run",
        "A run of digits in numeric mode.",
        qr(digits),
        "QR-1",
        "QR-4",
        text="HC1:" + "0123456789" * 2,
    )
    signs = "HC1:" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    _read("all-characters", "All 45 characters.", qr(signs), "QR-1", "QR-4", text=signs)


def _levels() -> None:
    for level in "LMQH":
        _read(
            f"level-{level.lower()}",
            f"A certificate at level {level}.",
            qr(_CERTIFICATE, level=level),
            "QR-5",
            text=_CERTIFICATE,
        )
    _read("version-1", "The smallest symbol.", qr(_SHORT, version=1), "QR-5")
    most = "HC1:" + "A" * 4292
    _file(
        "version-40",
        "The longest text, 4,296 characters in version 40 at level L.",
        png(scaled(framed(qr(most, level="L")), 2)),
        (most,),
        "QR-5",
    )


def _damage() -> None:
    # ISO/IEC 18004 table 9: so many of the 26 codewords of version 1 may be wrong. Nobody can tell the text where
    # more than half of those for correction are.
    for level, within, beyond in (("L", 2, 4), ("M", 4, 6), ("Q", 6, 7), ("H", 8, 9)):
        code = qr(_SHORT, level=level, version=1)
        name = f"damage-{level.lower()}"
        _read(
            f"{name}-{within}",
            f"{within} codewords are wrong, as many as level {level} corrects.",
            drawing.damaged(code, within),
            "QR-6",
        )
        _unreadable(
            f"{name}-{beyond}",
            f"{beyond} codewords are wrong, more than level {level} corrects: nothing is guessed.",
            _drawn(drawing.damaged(code, beyond)),
            "picture-no-code",
            "QR-6",
        )
    code = qr(_CERTIFICATE)
    middle = len(code) // 2
    stain = tuple(
        row[:middle] + b"\x00" * 8 + row[middle + 8 :] if middle <= place < middle + 8 else row
        for place, row in enumerate(code)
    )
    _read("stain", "A stain of eight by eight modules.", stain, "QR-6", text=_CERTIFICATE)


def _positions() -> None:
    code = qr(_SHORT)
    for quarters in (1, 2, 3):
        _read(
            f"turned-{90 * quarters}",
            f"A QR code that is turned by {90 * quarters} degrees.",
            drawing.turned(code, quarters),
            "QR-7",
        )
    _read("mirrored", "A QR code that is mirrored, left for right.", drawing.mirrored(code), "QR-7")
    inverted = drawing.toned(framed(code), 255, 0)
    _file("inverted", "A QR code that is light on dark.", png(scaled(inverted)), (_SHORT,), "QR-7")
    _file(
        "inverted-and-mirrored",
        "Light on dark, and left for right.",
        png(scaled(drawing.mirrored(inverted))),
        (_SHORT,),
        "QR-7",
    )


def _looks() -> None:
    code = qr(_SHORT)
    _file(
        "no-light-zone",
        "A QR code that is cropped to the symbol, without light zone.",
        png(scaled(code, 4)),
        (_SHORT,),
        "QR-8",
    )
    _file("pixel-a-module", "One pixel a module.", png(framed(code)), (_SHORT,), "QR-8")
    _file(
        "pale", "Grey on lighter grey.", png(drawing.toned(scaled(framed(code)), 150, 180)), (_SHORT,), "QR-8"
    )
    _file(
        "transparent",
        "Black on a transparent ground.",
        drawing.transparent_png(scaled(framed(code))),
        (_SHORT,),
        "QR-8",
    )


def _other_kinds() -> None:
    _file("aztec", "An Aztec code.", png(scaled(drawing.other_code("aztec"))), (_SHORT,), "QR-9")
    _file(
        "aztec-certificate",
        "A certificate as an Aztec code.",
        png(drawing.other_code("aztec-certificate")),
        (_CERTIFICATE,),
        "QR-9",
    )
    for name in ("ean-13", "code-128", "data-matrix", "pdf-417"):
        _unreadable(
            name,
            f"A bar code of another kind: {name}.",
            png(drawing.other_code(name)),
            "picture-no-code",
            "QR-10",
        )
    beside = drawing.beside(scaled(framed(qr(_SHORT))), scaled(framed(drawing.other_code("code-128"))))
    _file(
        "beside-a-bar-code",
        "A bar code beside the QR code, which is passed over.",
        png(beside),
        (_SHORT,),
        "QR-10",
        "QR-11",
    )


def _several() -> None:
    one, other = (scaled(framed(qr(text)), 2) for text in (_CERTIFICATE, _OTHER_CERTIFICATE))
    both = (_CERTIFICATE, _OTHER_CERTIFICATE)
    _file("two", "Two certificates beside each other.", png(drawing.beside(one, other)), both, "QR-11")
    _file(
        "two-under-each-other",
        "Two certificates under each other.",
        png(drawing.turned(drawing.beside(one, other), 1)),
        both,
        "QR-11",
    )
    small = {text: scaled(framed(qr(text))) for text in ("HC1:1", "HC1:2", "HC1:3", "HC1:4")}
    _file("four", "Four codes in a row.", png(drawing.beside(*small.values())), tuple(small), "QR-11")
    _file(
        "the-same-twice",
        "The same code twice is one text.",
        png(drawing.beside(small["HC1:1"], small["HC1:1"])),
        ("HC1:1",),
        "QR-11",
    )
    address = scaled(framed(qr(b"https://example.org/")))
    _file(
        "beside-an-address",
        "A certificate beside a code with a web address, which does not matter.",
        png(drawing.beside(address, small["HC1:1"])),
        ("HC1:1",),
        "QR-11",
        "QR-12",
    )
    aztec = scaled(drawing.other_code("aztec-2"))
    _file(
        "qr-and-aztec",
        "A QR code and an Aztec code.",
        png(drawing.beside(small["HC1:1"], aztec)),
        ("HC1:1", "HC1:2"),
        "QR-9",
        "QR-11",
    )


def _other_texts() -> None:
    others: dict[str, tuple[str, str | bytes]] = {
        "address": ("A QR code with a web address.", b"https://example.org/certificate"),
        "small-letters": ("A QR code that begins with hc1: in small letters.", b"hc1:TEST"),
        "version-2": ("A QR code that begins with HC2:, another context identifier.", "HC2:TEST"),
        "blank-before": ("A QR code with a blank before HC1:, which is not trimmed.", " HC1:TEST"),
        "digits": ("A QR code with digits only.", "0123456789"),
    }
    for name, (description, text) in others.items():
        _unreadable(f"other-{name}", description, _drawn(qr(text)), "picture-other-code", "QR-12")
    two = drawing.beside(*(scaled(framed(qr(text))) for text in ("HC2:1", "HC2:2")))
    _unreadable(
        "other-two", "Two codes, and no certificate.", png(two), "picture-other-code", "QR-11", "QR-12"
    )
    _read("utf-8", "A letter in UTF-8.", qr("HC1:é".encode()), "QR-13", text="HC1:é")
    _read("iso-8859-1", "A letter in ISO 8859-1, which is no UTF-8.", qr(b"HC1:\xe9"), "QR-13", text="HC1:é")
    _read(
        "line-end", "A line end behind the text belongs to it.", qr(b"HC1:TEST\n"), "QR-13", text="HC1:TEST\n"
    )


def _files() -> None:
    code = scaled(framed(qr(_SHORT)), 4)
    _file(
        "bmp",
        "A code in a file of the form bmp.",
        drawing.bmp(scaled(framed(qr(_SHORT)), 1)),
        (_SHORT,),
        "QR-14",
    )
    for name in ("jpg", "webp", "gif"):
        _file(
            f"stored-{name}",
            f"A code in a file of the form {name}.",
            drawing.stored(f"code.{name}"),
            (_SHORT,),
            "QR-14",
        )
    _file("pdf", "A PDF of one page.", drawing.pdf(framed(qr(_SHORT))), (_SHORT,), "QR-14", features=("pdf",))
    pages = (framed(qr("HC2:OTHER")), framed(qr("HC1:1")), framed(qr("HC1:2")))
    _file(
        "pdf-pages",
        "A PDF of three pages, of which two have a certificate.",
        drawing.pdf(*pages),
        ("HC1:1", "HC1:2"),
        "QR-11",
        "QR-14",
        features=("pdf",),
    )
    _unreadable(
        "pdf-without-code",
        "A PDF without a code.",
        drawing.pdf((b"\xff" * 60,) * 60),
        "picture-no-code",
        "QR-14",
        features=("pdf",),
    )
    _unreadable(
        "pdf-cut-short",
        "A PDF that is cut short.",
        drawing.pdf(framed(qr(_SHORT)))[:30],
        "picture-unreadable",
        "QR-14",
        features=("pdf",),
    )
    whole = png(code)
    _unreadable(
        "cut-short", "A PNG that is cut short.", whole[: len(whole) // 2], "picture-unreadable", "QR-14"
    )
    _unreadable(
        "beginning-alone",
        "The first bytes of a PNG, and nothing else.",
        whole[:8],
        "picture-unreadable",
        "QR-14",
    )
    _unreadable(
        "damaged-data",
        "A PNG whose data are no zlib stream.",
        drawing.png_file(100, 100, b"TEST" * 20),
        "picture-unreadable",
        "QR-14",
    )
    _unreadable(
        "no-picture",
        "The text of a certificate in place of a picture.",
        _SHORT.encode(),
        "picture-unreadable",
        "QR-14",
    )
    _unreadable(
        "tiff",
        "A TIFF, which is no form that is read.",
        b"II*\x00" + bytes(100),
        "picture-unreadable",
        "QR-14",
    )
    _unreadable("empty", "No bytes at all.", b"", "input-empty", "QR-14")
    _unreadable("blank", "A white picture.", drawing.blank_png(200, 200), "picture-no-code", "QR-14")


def _sizes() -> None:
    _unreadable(
        "pixels-36000000",
        "A white picture of as many pixels as may be.",
        drawing.blank_png(6000, 6000),
        "picture-no-code",
        "QR-16",
    )
    nothing = b""
    sizes = {
        "pixels-36000001": (
            "One row more than 36,000,000 pixels, in a file of a few bytes.",
            drawing.png_file(6000, 6001, nothing, depth=1),
        ),
        "side-32001": (
            "32,001 pixels along a side, one more than may be.",
            drawing.png_file(32001, 1, nothing, depth=1),
        ),
        "height-32001": (
            "32,001 pixels high, one more than may be.",
            drawing.png_file(1, 32001, nothing, depth=1),
        ),
        "bmp-huge": ("A BMP that claims 10,000 by 10,000 pixels.", drawing.bmp_header(10_000, 10_000)),
        "gif-huge": (
            "A GIF that claims 65,535 by 65,535 pixels.",
            b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02L\x01\x00;",
        ),
    }
    for name, (description, data) in sizes.items():
        _unreadable(name, description, data, "picture-too-large", "QR-16")
    _unreadable(
        "side-32000",
        "32,000 pixels along a side, as many as may be.",
        drawing.blank_png(32000, 1),
        "picture-no-code",
        "QR-16",
    )


def _frame(
    name: str,
    description: str,
    rows: Rows,
    reason: str | None,
    *requirements: str,
    text: str = _SHORT,
    **changes: int,
) -> None:
    outcome = "accepted" if reason is None else "unreadable"
    FAMILY.add(
        name,
        description,
        {"frame": {**drawing.frame(rows), **changes}},
        {"outcome": outcome, "reason": reason, "texts": [] if reason else [text]},
        requirements=requirements,
        features=("frames",),
    )


def _frames() -> None:
    code = scaled(framed(qr(_SHORT)))
    white = b"\xff"
    _frame("frame", "A frame with a code.", code, None, "QR-15")
    _frame("frame-pale", "A frame with a pale code.", drawing.toned(code, 100, 160), None, "QR-15")
    _frame("frame-blank", "A frame without a code.", (white * 100,) * 100, "picture-no-code", "QR-15")
    _frame(
        "frame-other-size",
        "A frame of fewer bytes than it says.",
        code,
        "picture-unreadable",
        "QR-15",
        height=len(code) + 1,
    )
    _frame("frame-no-width", "A frame without width.", code, "picture-unreadable", "QR-15", width=0)
    _frame(
        "frame-4000000",
        "A frame of as many pixels as may be.",
        (white * 2000,) * 2000,
        "picture-no-code",
        "QR-15",
        "QR-16",
    )
    _frame(
        "frame-4002000",
        "A frame of one row more than may be.",
        (white * 2000,) * 2001,
        "picture-too-large",
        "QR-15",
        "QR-16",
    )


_modes()
_levels()
_damage()
_positions()
_looks()
_other_kinds()
_several()
_other_texts()
_files()
_sizes()
_frames()
