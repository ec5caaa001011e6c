"""Draws the picture of the README: an accepted card beside the QR code it was read from, both from the demo.

    make demo
    .venv/bin/python examples/make_readme_picture.py

Needs the font DejaVu Sans (Debian: fonts-dejavu-core). The person does not exist, the keys are TEST keys.
"""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import vaxcert as vc

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs/images/accepted.png"
QR = "demo-output/ps256/qr/000005.png"
COMMAND = ["verify", QR, "--trust", "demo-output/trust", "--at", "2022-09-01T00:00:00Z"]

# The monospaced sibling has no letters with two marks, which Vietnamese is full of.
FONT = ImageFont.truetype("DejaVuSans.ttf", 19)
BOLD = ImageFont.truetype("DejaVuSans-Bold.ttf", 19)
LINE_HEIGHT, MARGIN, PIXELS_PER_MODULE, TEXT_WIDTH = 27, 30, 5, 850
LABEL_CHARACTERS, LABEL_PIXELS = 24, 220
PAPER, INK, GREEN, GREY = "#ffffff", "#1f2328", "#116329", "#59636e"
COLOURS = 32


def main() -> None:
    """Run the command, draw what it says, write the picture."""
    lines = ["$ vaxcert " + " ".join(COMMAND), *card()]
    code = qr_code()
    height = max(LINE_HEIGHT * len(lines), code.height) + 2 * MARGIN
    page = Image.new("RGB", (TEXT_WIDTH + code.width + 3 * MARGIN, height), PAPER)
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        draw_line(pen, MARGIN + number * LINE_HEIGHT, line)
    page.paste(code, (TEXT_WIDTH + 2 * MARGIN, (height - code.height) // 2))
    page.quantize(COLOURS).save(PICTURE, optimize=True)


def draw_line(pen: ImageDraw.ImageDraw, y: int, line: str) -> None:
    """Draw one line of the terminal: a rule, a label with its value, or a sentence."""
    if line[:1] in {"─", "═"}:
        middle = y + LINE_HEIGHT // 2
        width = 3 if line.startswith("═") else 1
        pen.line((MARGIN, middle, MARGIN + TEXT_WIDTH, middle), fill=GREY, width=width)
    elif line.startswith("✔"):
        pen.text((MARGIN, y), line, font=BOLD, fill=GREEN)
    elif line.startswith("  ") and len(line) > LABEL_CHARACTERS and line[LABEL_CHARACTERS - 1] == " ":
        pen.text((MARGIN, y), line[:LABEL_CHARACTERS].strip(), font=FONT, fill=GREY)
        pen.text((MARGIN + LABEL_PIXELS, y), line[LABEL_CHARACTERS:], font=FONT, fill=INK)
    else:
        pen.text((MARGIN, y), line.strip(), font=FONT, fill=GREY if line.startswith("$") else INK)


def card() -> list[str]:
    """What `vaxcert verify` writes."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "vaxcert", *COMMAND],
        cwd=ROOT,
        env={**os.environ, "VAXCERT_LANG": "en", "COLUMNS": "90", "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().splitlines()


def qr_code() -> Image.Image:
    """The picture that the card was read from, each module a few pixels wide."""
    data = (ROOT / QR).read_bytes()
    (text,) = vc.qr.certificate_texts(data)
    side = (vc.qr.draw(text).size + 2 * vc.qr.QUIET_ZONE_MODULES) * PIXELS_PER_MODULE
    return Image.open(BytesIO(data)).convert("L").resize((side, side), Image.Resampling.NEAREST)


if __name__ == "__main__":
    main()
