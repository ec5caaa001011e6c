"""The kinds of files that QR codes of issued certificates are drawn as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from vaxcert import qr
from vaxcert.qr import ErrorCorrection

DRAW: Final[Mapping[str, Callable[[str, ErrorCorrection], bytes]]] = {
    "png": lambda text, level: qr.png(text, error_correction=level),
    "svg": lambda text, level: qr.svg(text, error_correction=level).encode(),
}
"""Ending of the name to what draws the text of a certificate."""
