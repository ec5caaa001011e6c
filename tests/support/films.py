"""Films for a camera that is none: frames of photographs, as Chromium's fake device plays them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

FRAMES_A_SECOND = 10


def write_film(frames: Iterable[Image.Image], path: Path) -> Path:
    """Write grey pictures of one size, each side even, as YUV4MPEG2 (4:2:0).

    Args:
        frames: At least one; the film is played again and again.
        path: Its name ends in `.y4m`.
    """
    with path.open("wb") as file:
        for number, frame in enumerate(frames):
            width, height = frame.size
            if number == 0:
                file.write(f"YUV4MPEG2 W{width} H{height} F{FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
            file.write(b"FRAME\n" + frame.convert("L").tobytes() + b"\x80" * (width * height // 2))
    return path
