"""Codes as they are shown at a desk: moved, blurred, partly covered, glossy, in the shade."""

from __future__ import annotations

import random
from collections.abc import Sequence
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from tests.support.photographs import CONDITIONS, Photograph, on_table, photograph, symbol
from tests.unit.test_qr import LONG_TEXT, OTHER_TEXT, TEXT

from vaxcert import qr
from vaxcert.errors import DecodeError, LimitExceededError, Reason
from vaxcert.limits import MAX_FRAME_PIXELS

SEEDS = range(4)
TEXTS = (TEXT, LONG_TEXT)
ALWAYS = ("partial", "inverted", "rotated", "glossy", "pale", "slanted", "shaded", "noisy")
TOGETHER = (
    ("slanted", "glossy"),
    ("pale", "rotated"),
    ("small", "pale"),
    ("noisy", "rotated"),
    ("shaded", "slanted"),
)


def file_of(picture: Photograph) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def read(picture: Photograph) -> tuple[str, ...]:
    try:
        return qr.read_picture(file_of(picture))
    except DecodeError as error:
        if error.reason is not Reason.PICTURE_NO_CODE:
            raise
        return ()


def frame(picture: Photograph) -> tuple[str, ...]:
    return qr.frame_texts(picture.tobytes(), *picture.size)


def share_read(conditions: Sequence[str]) -> float:
    read_right = [
        read(photograph(text, *conditions, seed=seed)) == (text,) for text in TEXTS for seed in SEEDS
    ]
    return sum(read_right) / len(read_right)


def share_seen_at_first(conditions: Sequence[str]) -> float:
    """What the library below reads of the same pictures, asked once."""
    found = [
        [one.text for one in zxingcpp.read_barcodes(photograph(text, *conditions, seed=seed))] == [text]
        for text in TEXTS
        for seed in SEEDS
    ]
    return sum(found) / len(found)


def test_the_conditions_of_this_test_are_all_there_are() -> None:
    assert {*ALWAYS, "moved", "blurred", "small"} == set(CONDITIONS)


@pytest.mark.parametrize("condition", ALWAYS)
def test_a_code_under_a_usual_condition_is_read(condition: str) -> None:
    assert share_read([condition]) == 1


@pytest.mark.parametrize("condition", ["moved", "blurred"])
def test_more_than_the_first_look_shows_is_read_of_what_is_unsharp(condition: str) -> None:
    assert share_read([condition]) >= max(0.75, share_seen_at_first([condition]) + 0.1)


def test_a_code_with_one_to_two_pixels_a_module_is_read_mostly() -> None:
    assert share_read(["small"]) >= 0.75


@pytest.mark.parametrize("conditions", TOGETHER, ids="-".join)
def test_conditions_together_are_read_mostly(conditions: Sequence[str]) -> None:
    assert share_read(conditions) >= 0.75


def test_more_blurred_photographs_of_many_pixels_are_read_than_at_first() -> None:
    at_first, in_all = [], []
    for seed in range(6):
        taken = photograph(TEXT, "blurred", seed=seed, size=(640, 480))
        large = taken.resize((taken.width * 4, taken.height * 4), Image.Resampling.BICUBIC)
        at_first.append(bool(zxingcpp.read_barcodes(large)))
        in_all.append(read(large) == (TEXT,))
    assert sum(in_all) > sum(at_first)


def test_two_certificates_under_one_lamp_are_both_read() -> None:
    table = on_table(symbol(TEXT), (1100, 600), (20, 60))
    table.paste(symbol(LONG_TEXT), (560, 60))
    lit = CONDITIONS["glossy"](table, random.Random(1))
    assert set(read(lit)) == set(frame(table)) == {TEXT, LONG_TEXT}


def menu() -> Photograph:
    page = Image.new("L", (640, 480), 230)
    pencil = ImageDraw.Draw(page)
    for line in range(12):
        pencil.text((60, 30 + 35 * line), f"Mon {line}   {10 * line}.000", fill=20, font_size=24)
    return page


def test_a_menu_holds_no_code_and_a_menu_with_a_code_holds_another() -> None:
    with pytest.raises(DecodeError) as none:
        qr.certificate_texts(file_of(menu()))
    assert none.value.reason is Reason.PICTURE_NO_CODE
    page = menu()
    page.paste(symbol(OTHER_TEXT), (420, 40))
    with pytest.raises(DecodeError) as other:
        qr.certificate_texts(file_of(page))
    assert other.value.reason is Reason.PICTURE_OTHER_CODE


def test_what_is_covered_beyond_error_correction_is_no_code() -> None:
    covered = symbol(TEXT).copy()
    ImageDraw.Draw(covered).rectangle((0, 0, covered.width, covered.height * 6 // 10), fill=90)
    assert read(on_table(covered, (640, 480))) == ()


# ---------------------------------------------------------------------------------------- frames


@pytest.mark.parametrize("condition", ["partial", "inverted", "rotated", "glossy", "slanted", "noisy"])
def test_a_frame_is_read_in_one_look(condition: str) -> None:
    for text in TEXTS:
        assert frame(photograph(text, condition, seed=0)) == (text,)


def test_a_pale_code_that_fills_its_frame_is_read() -> None:
    paper = CONDITIONS["pale"](symbol(TEXT), random.Random(0))
    assert frame(paper) == (TEXT,)


def test_a_frame_with_other_codes_has_the_certificate_first() -> None:
    table = on_table(symbol(OTHER_TEXT), (900, 500), (20, 60))
    table.paste(symbol(TEXT), (320, 60))
    assert frame(table) == (TEXT, OTHER_TEXT)


def test_a_frame_without_a_code_has_no_text() -> None:
    assert frame(menu()) == ()
    assert qr.frame_texts(b"\x00", 1, 1) == ()
    assert qr.frame_texts(random.Random(3).randbytes(320 * 240), 320, 240) == ()


@pytest.mark.parametrize(("width", "height"), [(0, 0), (-2, -2), (4, 0), (3, 2), (2, 1), (1, 5)])
def test_bytes_that_make_no_frame_are_refused(width: int, height: int) -> None:
    with pytest.raises(DecodeError) as caught:
        qr.frame_texts(bytes(4), width, height)
    assert caught.value.reason is Reason.PICTURE_UNREADABLE


def test_a_frame_is_bounded() -> None:
    assert qr.frame_texts(bytes(MAX_FRAME_PIXELS), MAX_FRAME_PIXELS // 2000, 2000) == ()
    with pytest.raises(LimitExceededError) as caught:
        qr.frame_texts(bytes(MAX_FRAME_PIXELS + 1), MAX_FRAME_PIXELS + 1, 1)
    assert caught.value.reason is Reason.PICTURE_TOO_LARGE
