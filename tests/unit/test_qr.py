from __future__ import annotations

import random
import re
import subprocess
import sys
import zlib
from base64 import a85encode
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from itertools import pairwise

import pypdfium2
import pytest
import qrcode
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from vaxcert import limits, qr
from vaxcert.errors import AdapterError, DecodeError, EncodeError, LimitExceededError, Reason
from vaxcert.qr import ErrorCorrection

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
PEER_LEVEL = {
    ErrorCorrection.L: qrcode.ERROR_CORRECT_L,
    ErrorCorrection.M: qrcode.ERROR_CORRECT_M,
    ErrorCorrection.Q: qrcode.ERROR_CORRECT_Q,
    ErrorCorrection.H: qrcode.ERROR_CORRECT_H,
}
# ISO/IEC 18004 table 7, alphanumeric: versions 1 to 40, each at L, M, Q, H
CAPACITIES = (
    (25, 20, 16, 10), (47, 38, 29, 20), (77, 61, 47, 35), (114, 90, 67, 50),
    (154, 122, 87, 64), (195, 154, 108, 84), (224, 178, 125, 93), (279, 221, 157, 122),
    (335, 262, 189, 143), (395, 311, 221, 174), (468, 366, 259, 200), (535, 419, 296, 227),
    (619, 483, 352, 259), (667, 528, 376, 283), (758, 600, 426, 321), (854, 656, 470, 365),
    (938, 734, 531, 408), (1046, 816, 574, 452), (1153, 909, 644, 493), (1249, 970, 702, 557),
    (1352, 1035, 742, 587), (1460, 1134, 823, 640), (1588, 1248, 890, 672), (1704, 1326, 963, 744),
    (1853, 1451, 1041, 779), (1990, 1542, 1094, 864), (2132, 1637, 1172, 910), (2223, 1732, 1263, 958),
    (2369, 1839, 1322, 1016), (2520, 1994, 1429, 1080), (2677, 2113, 1499, 1150), (2840, 2238, 1618, 1226),
    (3009, 2369, 1700, 1307), (3183, 2506, 1787, 1394), (3351, 2632, 1867, 1431), (3537, 2780, 1966, 1530),
    (3729, 2894, 2071, 1591), (3927, 3054, 2181, 1658), (4087, 3220, 2298, 1774), (4296, 3391, 2420, 1852),
)  # fmt: skip
ES256_LENGTH = 555
PS256_LENGTH = 825


def certificate_text(seed: int, length: int = ES256_LENGTH) -> str:
    text = "HC1:" + "".join(random.Random(seed).choices(ALPHABET, k=length - 4))
    return re.sub(r"\d{7}", "DIGITS.", text)


TEXT = certificate_text(0)
LONG_TEXT = certificate_text(1, PS256_LENGTH)
OTHER_TEXT = "HTTPS://EXAMPLE.ORG/APP"


@cache
def grey(text: str = TEXT, scale: int = 3, quiet_zone: int = 4) -> Image.Image:
    symbol = qr.draw(text)
    pixels = bytes(255 * (1 - module) for row in symbol.modules for module in row)
    picture = Image.frombytes("L", (symbol.size, symbol.size), pixels)
    picture = ImageOps.expand(picture, quiet_zone, 255)
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def on_page(*placed: tuple[Image.Image, tuple[int, int]], size: tuple[int, int] = (900, 700)) -> Image.Image:
    page = Image.new("L", size, 255)
    for picture, corner in placed:
        page.paste(picture, corner)
    return page


def outcome(data: bytes) -> tuple[str, ...] | Reason:
    try:
        return qr.read(data)
    except DecodeError as error:
        return error.reason


def peer_symbol(
    text: str, level: ErrorCorrection, mode: int = MODE_ALPHA_NUM, mask: int | None = None
) -> qrcode.QRCode:
    peer = qrcode.QRCode(error_correction=PEER_LEVEL[level], mask_pattern=mask, border=4, box_size=3)
    peer.add_data(QRData(text, mode=mode))
    peer.make(fit=True)
    return peer


def peer_picture(text: str, level: ErrorCorrection, mode: int = MODE_ALPHA_NUM) -> Image.Image:
    return peer_symbol(text, level, mode).make_image().get_image().convert("L")


# ---------------------------------------------------------------------------------------- drawing


@pytest.mark.parametrize("level", ErrorCorrection)
def test_the_version_is_what_alphanumeric_capacity_gives_at_each_boundary(level: ErrorCorrection) -> None:
    column = list(ErrorCorrection).index(level)
    capacities = [row[column] for row in CAPACITIES]
    for version, capacity in enumerate(capacities, start=1):
        assert qr.draw("A" * capacity, error_correction=level).version == version
    for version, (below, _) in enumerate(pairwise(capacities), start=1):
        assert qr.draw("A" * (below + 1), error_correction=level).version == version + 1


@pytest.mark.parametrize("level", ErrorCorrection)
@pytest.mark.parametrize("length", [20, 300, ES256_LENGTH, PS256_LENGTH, 1039])
def test_every_module_equals_the_qrcode_package_in_one_alphanumeric_segment(
    level: ErrorCorrection, length: int
) -> None:
    text = certificate_text(length, length)
    symbol = qr.draw(text, error_correction=level)
    (read_back,) = zxingcpp.read_barcodes(Image.open(BytesIO(qr.png(text, error_correction=level))))
    peer = peer_symbol(text, level, mask=read_back.extra["DataMask"])
    assert symbol.version == peer.version
    assert [list(row) for row in symbol.modules] == [
        [int(bool(dark)) for dark in row] for row in peer.modules
    ]


@pytest.mark.parametrize("level", ErrorCorrection)
def test_the_level_asked_for_is_in_the_symbol(level: ErrorCorrection) -> None:
    (read_back,) = zxingcpp.read_barcodes(Image.open(BytesIO(qr.png("HC1:ABC", error_correction=level))))
    assert read_back.extra["ECLevel"] == level.value
    assert qr.draw("HC1:ABC", error_correction=level).error_correction is level


def test_q_is_the_default_and_m_is_smaller_for_ps256() -> None:
    assert qr.draw(LONG_TEXT) == qr.draw(LONG_TEXT, error_correction=ErrorCorrection.Q)
    assert (qr.draw(LONG_TEXT).version, qr.draw(LONG_TEXT).size) == (23, 109)
    medium = qr.draw(LONG_TEXT, error_correction=ErrorCorrection.M)
    assert (medium.version, medium.size) == (19, 93)


def test_a_symbol_is_immutable_and_its_repr_does_not_hold_the_modules() -> None:
    symbol = qr.draw(TEXT)
    with pytest.raises(AttributeError):
        symbol.modules = ()  # type: ignore[misc]
    assert repr(symbol) == "QrSymbol(error_correction=<ErrorCorrection.Q: 'Q'>)"
    assert {len(row) for row in symbol.modules} == {symbol.size}
    assert set().union(*symbol.modules) == {0, 1}


@pytest.mark.parametrize("character", ["a", "ế", "\n", "_", "\x00", "#", ",", "\ud800"])
def test_other_characters_are_refused_by_position_and_not_quoted(character: str) -> None:
    with pytest.raises(EncodeError, match=r"^character 11 is not in the QR alphanumeric set") as caught:
        qr.draw("HC1:CANARY" + character)
    assert caught.value.reason is Reason.VALUE_NOT_ENCODABLE
    assert "CANARY" not in str(caught.value)


def test_every_character_of_the_alphabet_is_drawn_and_read() -> None:
    assert qr.read_picture(qr.png(ALPHABET)) == (ALPHABET,)


def test_a_failing_encoder_is_our_error_and_does_not_quote_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str, *_: object, **__: object) -> None:
        raise ValueError(text)

    monkeypatch.setattr(zxingcpp, "create_barcode", fail)
    with pytest.raises(EncodeError, match=r"^the text cannot be drawn as a QR code$") as caught:
        qr.draw("HC1:CANARY")
    assert caught.value.reason is Reason.VALUE_NOT_ENCODABLE


@pytest.mark.parametrize("digits", [7, 8, 20, 300])
def test_runs_of_digits_are_read_back_exactly(digits: int) -> None:
    for text in (TEXT + "0" * digits, TEXT[:300] + "0" * digits + TEXT[300:]):
        assert qr.read_picture(qr.png(text)) == (text,)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(EncodeError, match="empty") as caught:
        qr.png("")
    assert caught.value.reason is Reason.VALUE_NOT_ENCODABLE


@pytest.mark.parametrize(
    ("level", "capacity"), list(zip(ErrorCorrection, CAPACITIES[-1], strict=True)), ids=[*ErrorCorrection]
)
def test_the_longest_text_is_drawn_and_one_more_character_is_refused(
    level: ErrorCorrection, capacity: int
) -> None:
    assert qr.draw("A" * capacity, error_correction=level).version == 40
    with pytest.raises(
        EncodeError, match=f"^{capacity + 1} characters.* {level} holds {capacity}$"
    ) as caught:
        qr.draw("A" * (capacity + 1), error_correction=level)
    assert caught.value.reason is Reason.TEXT_TOO_LONG_FOR_QR


def test_a_text_of_digits_only_is_held_to_the_alphanumeric_capacity() -> None:
    with pytest.raises(EncodeError) as caught:
        qr.draw("1" * 2421)
    assert caught.value.reason is Reason.TEXT_TOO_LONG_FOR_QR


@pytest.mark.parametrize(("scale_dpi", "scale"), [(600, 9), (300, 4), (72, 1), (1, 1)])
def test_a_png_holds_every_module_at_the_same_whole_number_of_dots(scale_dpi: int, scale: int) -> None:
    symbol = qr.draw(LONG_TEXT)
    picture = Image.open(BytesIO(qr.png(LONG_TEXT, dpi=scale_dpi)))
    assert (picture.format, picture.mode) == ("PNG", "1")
    assert picture.size == ((symbol.size + 8) * scale,) * 2
    assert picture.info["dpi"] == pytest.approx((scale_dpi, scale_dpi), abs=0.02)
    assert picture.convert("L").tobytes() == grey(LONG_TEXT, scale).tobytes()
    assert qr.printed_size_mm(symbol.size, dpi=scale_dpi) == pytest.approx(
        symbol.size * scale * 25.4 / scale_dpi
    )


@pytest.mark.parametrize("length", [420, ES256_LENGTH, PS256_LENGTH, 1039])
@pytest.mark.parametrize("level", ErrorCorrection)
def test_the_default_print_has_the_recommended_diagonal(length: int, level: ErrorCorrection) -> None:
    symbol = qr.draw(certificate_text(2, length), error_correction=level)
    assert 35 <= qr.printed_size_mm(symbol.size) * 2**0.5 <= 60


def test_the_printed_size_stays_within_the_size_asked_for() -> None:
    exact = 57 * 12 * 25.4 / 600
    assert qr.printed_size_mm(57, size_mm=exact + 1e-6) == pytest.approx(exact)
    assert qr.printed_size_mm(57, size_mm=exact - 1e-6) == pytest.approx(exact * 11 / 12)


@pytest.mark.parametrize(
    "options", [{"size_mm": 0}, {"size_mm": -1.0}, {"size_mm": float("nan")}, {"dpi": 0}]
)
def test_a_size_or_resolution_that_is_not_positive_is_misuse(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected more than 0"):
        qr.png(TEXT, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected more than 0"):
        qr.printed_size_mm(57, **options)  # type: ignore[arg-type]


def test_a_negative_quiet_zone_is_misuse() -> None:
    for drawing in (qr.png, qr.svg, qr.terminal):
        with pytest.raises(ValueError, match="quiet_zone is -1"):
            drawing(TEXT, quiet_zone=-1)


def test_the_quiet_zone_is_as_wide_as_asked() -> None:
    size = qr.draw(TEXT).size
    for modules in (0, 1, 4, 10):
        assert len(qr.terminal(TEXT, quiet_zone=modules).split("\n")[0]) == size + 2 * modules
        assert f'viewBox="0 0 {size + 2 * modules} {size + 2 * modules}"' in qr.svg(TEXT, quiet_zone=modules)


def svg_picture(document: str) -> Image.Image:
    side = int(re.search(r'viewBox="0 0 (\d+) ', document)[1])  # type: ignore[index]
    path = re.search(r'<path d="([^"]+)"/>', document)[1]  # type: ignore[index]
    picture = Image.new("L", (side, side), 255)
    pencil = ImageDraw.Draw(picture)
    for x, y, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1H(\d+)z", path):
        assert back == x
        pencil.rectangle((int(x), int(y), int(x) + int(width) - 1, int(y)), fill=0)
    assert re.sub(r"M\d+ \d+h\d+v1H\d+z", "", path) == ""
    return picture


def test_an_svg_has_its_size_in_millimetres_and_every_module() -> None:
    document = qr.svg(TEXT, size_mm=40)
    size = qr.draw(TEXT).size
    assert svg_picture(document).tobytes() == grey(scale=1).tobytes()
    assert f'width="{40 * (size + 8) / size:.3f}mm" height="{40 * (size + 8) / size:.3f}mm"' in document
    assert "<title>QR code</title>" in document
    assert 'shape-rendering="crispEdges"' in document


def test_an_svg_does_not_hold_the_text() -> None:
    assert "CANARY" not in qr.svg("HC1:CANARY")


def test_an_svg_size_that_is_not_positive_is_misuse() -> None:
    with pytest.raises(ValueError, match="size_mm is 0"):
        qr.svg(TEXT, size_mm=0)


def terminal_picture(drawing: str, foreground: int) -> Image.Image:
    lines = drawing.split("\n")
    background = 255 - foreground
    picture = Image.new("L", (len(lines[0]), 2 * len(lines)), background)
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            if character in "█▀":
                picture.putpixel((column, 2 * row), foreground)
            if character in "█▄":
                picture.putpixel((column, 2 * row + 1), foreground)
    return picture


@pytest.mark.parametrize(("invert", "foreground"), [(False, 255), (True, 0)])
def test_a_terminal_drawing_is_dark_on_light_for_the_terminal_it_is_meant_for(
    invert: bool, foreground: int
) -> None:
    picture = terminal_picture(qr.terminal(TEXT, invert=invert), foreground)
    expected = grey(scale=1)
    assert picture.crop((0, 0, *expected.size)).tobytes() == expected.tobytes()
    assert set(picture.crop((0, expected.height, expected.width, expected.height + 1)).tobytes()) == {255}
    assert qr.read_picture(encoded(picture.resize((picture.width * 3, picture.height * 3), 0))) == (TEXT,)


# ---------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 180, 270])
def test_a_rotated_code_is_read(angle: int) -> None:
    turned = grey().rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    assert qr.read_picture(encoded(turned)) == (TEXT,)


def test_inverted_and_mirrored_codes_are_read() -> None:
    assert qr.read_picture(encoded(ImageOps.invert(grey()))) == (TEXT,)
    assert qr.read_picture(encoded(ImageOps.mirror(grey()))) == (TEXT,)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 50}),
        ("WEBP", {"quality": 60}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("BMP", {}),
        ("PDF", {"resolution": 150}),
    ],
)
def test_every_format_is_read(kind: str, options: dict[str, object]) -> None:
    assert qr.read(encoded(grey(LONG_TEXT), kind, **options)) == (LONG_TEXT,)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    picture = grey().convert(mode)
    assert qr.read_picture(encoded(picture, "JPEG" if mode == "CMYK" else "PNG")) == (TEXT,)


def test_sixteen_bit_grey_is_read() -> None:
    picture = Image.new("I;16", grey().size)
    picture.putdata([20_000 if pixel else 1_000 for pixel in grey().tobytes()])
    assert qr.read_picture(encoded(picture)) == (TEXT,)


def test_black_modules_on_a_transparent_ground_are_read() -> None:
    picture = Image.new("RGBA", grey().size, (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), mask=ImageOps.invert(grey()))
    assert qr.read_picture(encoded(picture)) == (TEXT,)


@pytest.mark.parametrize("quiet_zone", [0, 4])
def test_one_pixel_a_module_is_read(quiet_zone: int) -> None:
    assert qr.read_picture(encoded(grey(LONG_TEXT, 1, quiet_zone))) == (LONG_TEXT,)


def test_blurred_and_noisy_codes_are_read() -> None:
    picture = grey(LONG_TEXT, 4)
    assert qr.read_picture(encoded(picture.filter(ImageFilter.GaussianBlur(1.5)))) == (LONG_TEXT,)
    dice = random.Random(5)
    noisy = bytes(max(0, min(255, round(pixel + dice.gauss(0, 40)))) for pixel in picture.tobytes())
    assert qr.read_picture(encoded(Image.frombytes("L", picture.size, noisy))) == (LONG_TEXT,)


@pytest.mark.parametrize(("dark", "light"), [(100, 130), (120, 128)])
def test_a_pale_code_is_read(dark: int, light: int) -> None:
    pale = grey().point(lambda pixel: light if pixel else dark)
    assert qr.read_picture(encoded(pale)) == (TEXT,)


def hard_pictures() -> list[Image.Image]:
    picture = grey(LONG_TEXT, 4)
    small = [
        picture.resize((round(picture.width * factor / 100),) * 2, Image.Resampling.BICUBIC)
        for factor in range(26, 50, 2)
    ]
    pale = [picture.point(lambda pixel, light=light: light if pixel else 90) for light in range(94, 118, 2)]
    return small + pale


def test_a_second_look_finds_codes_that_the_first_does_not() -> None:
    pictures = hard_pictures()
    at_first = sum(bool(zxingcpp.read_barcodes(picture)) for picture in pictures)
    in_all = sum(outcome(encoded(picture)) == (LONG_TEXT,) for picture in pictures)
    assert in_all > at_first
    assert in_all >= len(pictures) - 4


def test_several_codes_are_read_and_certificates_come_first() -> None:
    page = on_page((grey(OTHER_TEXT), (10, 10)), (grey(), (150, 10)), (grey(LONG_TEXT), (450, 300)))
    texts = qr.read(encoded(page))
    assert set(texts[:2]) == {TEXT, LONG_TEXT}
    assert texts[2:] == (OTHER_TEXT,)
    assert set(qr.certificate_texts(encoded(page))) == {TEXT, LONG_TEXT}


def test_the_same_code_twice_is_one_text() -> None:
    assert qr.read(encoded(on_page((grey(), (10, 10)), (grey(), (450, 300))))) == (TEXT,)


def test_the_first_frame_is_read() -> None:
    frames = encoded(grey(), "GIF", save_all=True, append_images=[grey(LONG_TEXT).resize(grey().size)])
    assert qr.read_picture(frames) == (TEXT,)


@pytest.mark.parametrize("text", ["HC1:ab\x00c<GS>\\", "xin chào", "\u00e9\u00ff"])
def test_byte_mode_text_is_exact(text: str) -> None:
    picture = peer_picture(text, ErrorCorrection.M, MODE_8BIT_BYTE)
    assert qr.read_picture(encoded(picture)) == (text,)


def test_bytes_that_are_not_utf_8_come_one_character_a_byte() -> None:
    peer = qrcode.QRCode(box_size=3)
    peer.add_data(QRData(bytes(range(128, 256)), mode=MODE_8BIT_BYTE))
    assert qr.read_picture(encoded(peer.make_image().get_image())) == (
        bytes(range(128, 256)).decode("latin-1"),
    )


@pytest.mark.parametrize("level", ErrorCorrection)
def test_codes_of_the_qrcode_package_are_read(level: ErrorCorrection) -> None:
    for length in (50, ES256_LENGTH, PS256_LENGTH):
        text = certificate_text(length, length)
        assert qr.read_picture(encoded(peer_picture(text, level))) == (text,)


def test_an_aztec_code_is_read() -> None:
    barcode = zxingcpp.create_barcode(TEXT, zxingcpp.BarcodeFormat.Aztec)
    assert qr.read_picture(encoded(Image.fromarray(barcode.to_image(scale=3)))) == (TEXT,)


def test_other_kinds_of_barcode_are_not() -> None:
    barcode = zxingcpp.create_barcode("HC1:ABC", zxingcpp.BarcodeFormat.DataMatrix)
    with pytest.raises(DecodeError) as caught:
        qr.read_picture(encoded(Image.fromarray(barcode.to_image(scale=4))))
    assert caught.value.reason is Reason.PICTURE_NO_CODE


@pytest.mark.parametrize("size_mm", [20, 42])
def test_a_code_on_an_a4_page_of_a_pdf_is_read(size_mm: float) -> None:
    symbol = Image.open(BytesIO(qr.png(LONG_TEXT, size_mm=size_mm))).convert("1")
    page = Image.new("1", (4960, 7016), 1)
    page.paste(symbol, (3000, 4500))
    assert qr.read(encoded(page, "PDF", resolution=600)) == (LONG_TEXT,)


def test_a_pdf_gives_the_texts_of_each_page() -> None:
    pages = [
        on_page((grey(), (0, 0))),
        on_page(),
        on_page((grey(OTHER_TEXT), (0, 0)), (grey(LONG_TEXT), (300, 100))),
    ]
    data = encoded(pages[0], "PDF", resolution=150, save_all=True, append_images=pages[1:])
    assert qr.read_pdf(data) == ((TEXT,), (), (LONG_TEXT, OTHER_TEXT))
    assert qr.read(data) == (TEXT, LONG_TEXT, OTHER_TEXT)
    assert qr.certificate_texts(b"\xef\xbb\xbf" + data) == (TEXT, LONG_TEXT)


def test_pdfs_are_read_from_several_threads() -> None:
    data = encoded(grey(), "PDF", resolution=150)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(qr.read, [data] * 24)) == [(TEXT,)] * 24


def test_a_picture_that_mentions_a_pdf_is_a_picture() -> None:
    commented = encoded(grey(), "JPEG", comment=b"%PDF-1.7")
    assert b"%PDF-1.7" in commented[:1024]
    assert qr.read(commented) == (TEXT,)


# ---------------------------------------------------------------------------------------- what cannot be read


def refusal(data: object) -> Reason:
    with pytest.raises(DecodeError) as caught:
        qr.read(data)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.reason


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "PDF"])
def test_a_file_cut_short_is_unreadable(kind: str) -> None:
    data = encoded(grey(), kind)
    for length in (2, 20, 60, len(data) // 4, len(data) // 2):
        assert refusal(data[:length]) is Reason.PICTURE_UNREADABLE


@pytest.mark.parametrize(
    "start", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM", b"RIFF0000WEBP", b"%PDF-1.7\n"]
)
def test_noise_after_a_known_beginning_is_unreadable(start: bytes) -> None:
    assert refusal(start + random.Random(8).randbytes(4000)) is Reason.PICTURE_UNREADABLE


def test_formats_that_are_not_read_are_unreadable() -> None:
    assert refusal(encoded(grey(), "TIFF")) is Reason.PICTURE_UNREADABLE
    assert refusal(encoded(grey().convert("RGB"), "EPS")) is Reason.PICTURE_UNREADABLE


def test_a_pdf_with_a_password_is_unreadable() -> None:
    owner, user = b"41" * 32, b"42" * 32
    security = b"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
        owner,
        user,
    )
    data = encoded(grey(), "PDF", resolution=150)
    locked = data.replace(b"trailer\n<<", b"trailer\n<< " + security, 1)
    assert locked != data
    assert refusal(locked) is Reason.PICTURE_UNREADABLE


def test_mutated_files_give_texts_or_one_of_our_errors() -> None:
    dice = random.Random(20221101)
    originals = [encoded(grey(), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "PDF")]
    outcomes: set[object] = set()
    for _ in range(600):
        data = bytearray(dice.choice(originals))
        for _ in range(dice.choice((1, 3, 20))):
            data[dice.randrange(min(len(data), 400))] = dice.randrange(256)
        outcomes.add(outcome(bytes(data)))
    assert outcomes >= {(TEXT,), Reason.PICTURE_UNREADABLE, Reason.PICTURE_NO_CODE, Reason.PICTURE_TOO_LARGE}


@pytest.mark.parametrize("data", ["text", None, bytearray(b"GIF89a"), 7])
def test_what_is_not_bytes_is_refused(data: object) -> None:
    for reading in (qr.read, qr.read_picture, qr.read_pdf, qr.certificate_texts):
        with pytest.raises(DecodeError) as caught:
            reading(data)  # type: ignore[arg-type]
        assert caught.value.reason is Reason.INPUT_TYPE


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") is Reason.INPUT_EMPTY


@pytest.mark.parametrize("kind", ["PNG", "PDF"])
def test_a_picture_without_a_code_says_so(kind: str) -> None:
    assert refusal(encoded(on_page(), kind)) is Reason.PICTURE_NO_CODE


def test_a_picture_too_large_to_be_enlarged_is_looked_at_once() -> None:
    side = int(limits.MAX_SEARCH_PIXELS**0.5)
    assert refusal(encoded(Image.new("1", (side, side), 1))) is Reason.PICTURE_NO_CODE


def test_codes_that_are_no_certificates_are_counted_and_not_quoted() -> None:
    page = encoded(on_page((grey(OTHER_TEXT), (10, 10)), (grey("HC2:CANARY"), (300, 300))))
    assert set(qr.read(page)) == {OTHER_TEXT, "HC2:CANARY"}
    with pytest.raises(DecodeError, match=r"^2 QR code\(s\), none begins with HC1:$") as caught:
        qr.certificate_texts(page)
    assert caught.value.reason is Reason.PICTURE_OTHER_CODE


def too_large(data: bytes) -> Reason:
    with pytest.raises(LimitExceededError) as caught:
        qr.read(data)
    return caught.value.reason


def test_the_largest_file_is_read_and_one_more_byte_is_refused() -> None:
    data = encoded(grey())
    largest = data + bytes(limits.MAX_PICTURE_BYTES - len(data))
    assert qr.read(largest) == (TEXT,)
    assert too_large(largest + b"\x00") is Reason.INPUT_TOO_LONG


def test_the_most_pixels_are_read_and_one_more_row_is_refused() -> None:
    side = 6000
    assert side * side == limits.MAX_PICTURE_PIXELS
    code = grey(scale=10)
    assert qr.read(encoded(on_page((code, (3000, 3000)), size=(side, side)).convert("1"))) == (TEXT,)
    assert too_large(encoded(Image.new("1", (side, side + 1), 1))) is Reason.PICTURE_TOO_LARGE


def test_the_longest_side_is_read_and_one_more_pixel_is_refused() -> None:
    longest = limits.MAX_PICTURE_SIDE
    assert qr.read(encoded(on_page((grey(), (0, 0)), size=(longest, 400)))) == (TEXT,)
    assert too_large(encoded(Image.new("1", (longest + 1, 1)))) is Reason.PICTURE_TOO_LARGE
    assert too_large(encoded(Image.new("1", (1, longest + 1)))) is Reason.PICTURE_TOO_LARGE


def test_a_picture_as_long_as_may_be_is_looked_at_without_being_enlarged_beyond_the_decoder() -> None:
    for size in ((limits.MAX_PICTURE_SIDE, 1), (1, limits.MAX_PICTURE_SIDE)):
        with pytest.raises(DecodeError) as raised:
            qr.read(encoded(Image.new("1", size, 1)))
        assert raised.value.reason is Reason.PICTURE_NO_CODE


def test_a_header_that_claims_huge_dimensions_is_refused_before_decoding() -> None:
    data = bytearray(encoded(Image.new("1", (1, 1)), "BMP"))
    data[18:26] = (2_000_000_000).to_bytes(4, "little") * 2
    assert too_large(bytes(data)) is Reason.PICTURE_TOO_LARGE


def test_the_most_pages_are_read_and_one_more_is_refused() -> None:
    blank = Image.new("1", (60, 60), 1)
    last = [*[blank] * (limits.MAX_PDF_PAGES - 2), grey()]
    pages = qr.read_pdf(encoded(blank, "PDF", save_all=True, append_images=last))
    assert (len(pages), pages[-1]) == (limits.MAX_PDF_PAGES, (TEXT,))
    assert (
        too_large(encoded(blank, "PDF", save_all=True, append_images=[blank, *last]))
        is Reason.PICTURE_TOO_LARGE
    )


def test_a_huge_pdf_page_is_rendered_within_the_limit() -> None:
    data = encoded(grey(scale=1), "PDF", resolution=0.5)
    assert qr.read(data) == (TEXT,)


def progressive(scans: int, picture: Image.Image, **options: object) -> bytes:
    data = encoded(picture, "JPEG", progressive=True, **options)
    last = data.rindex(b"\xff\xda")
    missing = scans - data.count(b"\xff\xda")
    return data[:-2] + data[last:-2] * missing + b"\xff\xd9"


def test_the_most_jpeg_scans_are_read_and_one_more_is_refused() -> None:
    # the last scan of a progressive picture refines it, so that it can only be repeated where it is empty
    blank = Image.new("L", (64, 64), 128)
    assert refusal(progressive(limits.MAX_JPEG_SCANS, blank)) is Reason.PICTURE_NO_CODE
    assert too_large(progressive(limits.MAX_JPEG_SCANS + 1, blank)) is Reason.PICTURE_TOO_LARGE


def test_scans_outside_the_image_of_a_jpeg_do_not_count() -> None:
    markers = b"\xff\xda\x00\x02" * 1000
    assert qr.read(encoded(grey(), "JPEG", progressive=True, comment=markers)) == (TEXT,)
    assert qr.read(encoded(grey(), "JPEG") + markers) == (TEXT,)


def test_too_many_segments_of_a_jpeg_are_refused() -> None:
    data = encoded(grey(), "JPEG")
    comments = b"\xff\xfe\x00\x02" * (limits.MAX_JPEG_SEGMENTS + 1)
    assert too_large(data[:2] + comments + data[2:]) is Reason.PICTURE_TOO_LARGE


def pdf_file(content: bytes, *forms: bytes, box: bytes = b"0 0 400 400", filtering: bytes = b"") -> bytes:
    """One page; each form can draw the next, and the page the first, by the name F."""
    resources = b"/Resources<</XObject<</F %d 0 R>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R%s>>" % (box, resources % 5 if forms else b""),
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filtering, content),
    ]
    for number, form in enumerate(forms, 6):
        below = resources % number if number < len(forms) + 5 else b""
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 400 400]%s/Length %d" % (below, len(form))
        objects.append(b"<<%s>>stream\n%s\nendstream" % (entries, form))
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, entries)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(file))
    return bytes(file) + table + trailer


def rectangles(text: str = LONG_TEXT) -> bytes:
    modules = qr.draw(text).modules
    return b"".join(
        b"%d %d 3 3 re f\n" % (20 + 3 * x, 370 - 3 * y)
        for y, row in enumerate(modules)
        for x, module in enumerate(row)
        if module
    )


def test_a_code_of_rectangles_is_read_on_the_page_and_in_nested_forms() -> None:
    code = rectangles()
    assert qr.read(pdf_file(code)) == (LONG_TEXT,)
    assert qr.read(pdf_file(b"q /F Do Q", b"/F Do", b"/F Do", code)) == (LONG_TEXT,)
    for name, coded in ((b"FlateDecode", zlib.compress(code)), (b"ASCII85Decode", a85encode(code) + b"~>")):
        assert qr.read(pdf_file(coded, filtering=b"/Filter/" + name)) == (LONG_TEXT,)


@pytest.mark.parametrize("box", [b"0 0 2e8 0.05", b"0 0 0.05 2e8"])
def test_a_long_pdf_page_is_rendered_no_longer_than_a_picture_may_be(box: bytes) -> None:
    document = pypdfium2.PdfDocument(pdf_file(b"", box=box))
    sizes = [picture.size for picture in qr._rendered(document[0])]
    document.close()
    assert all(max(size) <= limits.MAX_PICTURE_SIDE + 1 for size in sizes)
    assert max(sizes[0]) > 1000


def test_a_picture_of_few_bytes_and_many_pixels_is_refused_before_decoding() -> None:
    data = encoded(Image.new("1", (16_000, 4_000)), "PNG")
    assert too_large(data) is Reason.PICTURE_TOO_LARGE


# ---------------------------------------------------------------------------------------- what it needs


@pytest.mark.parametrize(
    ("module", "extra", "action"),
    [
        ("zxingcpp", "qr", lambda: qr.png(TEXT)),
        ("zxingcpp", "qr", lambda: qr.read_picture(encoded(grey()))),
        ("PIL.PngImagePlugin", "qr", lambda: qr.read_picture(encoded(grey()))),
        ("PIL.ImageOps", "qr", lambda: qr.read_picture(encoded(on_page()))),
        ("pypdfium2", "pdf", lambda: qr.read_pdf(encoded(grey(), "PDF"))),
    ],
)
def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, extra: str, action: object
) -> None:
    grey()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        AdapterError, match=rf"^{module.split('.')[0]} .*: install vaxcert\[{extra}\]$"
    ) as caught:
        action()  # type: ignore[operator]
    assert caught.value.reason is Reason.EXTRA_MISSING


def loaded_after(statement: str) -> set[str]:
    code = f"import sys, vaxcert.qr as qr\n{statement}\nprint(*sys.modules)"
    data = encoded(grey())
    run = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)  # noqa: S603
    return set(run.stdout.decode().split())


def test_importing_loads_none_of_what_it_needs_and_reading_loads_no_numpy() -> None:
    assert loaded_after("pass").isdisjoint({"zxingcpp", "PIL", "pypdfium2", "numpy"})
    reading = loaded_after("assert len(qr.read(sys.stdin.buffer.read())) == 1")
    assert reading >= {"zxingcpp", "PIL.PngImagePlugin"}
    assert reading.isdisjoint({"pypdfium2", "numpy", "PIL.ImageOps", "PIL.JpegImagePlugin"})
