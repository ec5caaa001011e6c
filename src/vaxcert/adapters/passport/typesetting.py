"""From persons to the bytes of a PDF: the template, set by Typst.

What differs from person to person reaches Typst as a JSON document and is set as text; no part of it is ever markup.
Nothing is read but the template, no package is fetched, and nothing is written.
"""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from vaxcert.adapters.passport.content import person_content
from vaxcert.adapters.passport.holder import PassportHolder
from vaxcert.errors import AdapterError, EncodeError, Reason
from vaxcert.qr import DEFAULT_SIZE_MM, QUIET_ZONE_MODULES

MAX_PEOPLE: Final = 250
"""Persons of one document; with two doses each, setting it takes 1 GB of memory."""

_TEMPLATE: Final = "passport.typ"
_STANDARDS: Final = ("a-2a", "ua-1")
"""PDF/A-2a (ISO 19005-2), for archives, and PDF/UA-1 (ISO 14289-1), for those who have it read out."""

_ROUNDS_KEPT: Final = 11
"""Typst forgets what it has worked out when so many further documents did not use it."""

_setting: Final = threading.Lock()


class Layout(StrEnum):
    """How passports stand on the paper, which is A4."""

    PAGE = "page"
    """A page for each person, more where the doses need them."""

    SHEET = "sheet"
    """Cards of A6, one for each dose, four on a sheet, with marks that show where to cut."""


QR_BOUNDS_MM: Final = {Layout.PAGE: (35.0, 60.0), Layout.SHEET: (35.0, 50.0)}
"""The least and the greatest side of a code without its quiet zone, in millimetres."""


def check_size(layout: Layout, qr_mm: float) -> None:
    """Make sure that codes of a size fit a layout.

    Raises:
        ValueError: They do not.
    """
    least, greatest = QR_BOUNDS_MM[layout]
    if not least <= qr_mm <= greatest:
        raise ValueError(
            f"QR codes of {qr_mm:g} mm; {least:g} to {greatest:g} expected in the layout {layout}"
        )


def passport_pdf(
    people: Sequence[PassportHolder], *, layout: Layout = Layout.PAGE, qr_mm: float = DEFAULT_SIZE_MM
) -> bytes:
    """Set passports: PDF/A-2a and PDF/UA-1, with the same bytes for the same persons.

    Args:
        people: 1 to `MAX_PEOPLE`.
        layout: How they stand on the paper.
        qr_mm: Side of the codes without their quiet zone, in millimetres; see `QR_BOUNDS_MM`.

    Raises:
        EncodeError: The text of a certificate cannot be drawn as a QR code; `value-not-encodable`, likewise for
            whatever cannot be set.
        AdapterError: `extra-missing`.
        ValueError: Nobody, too many, or a size out of bounds.
    """
    check_size(layout, qr_mm)
    if not 1 <= len(people) <= MAX_PEOPLE:
        raise ValueError(f"{len(people)} persons; 1 to {MAX_PEOPLE} expected in one document")
    content = {
        "layout": str(layout),
        "qr_mm": qr_mm,
        "quiet_zone": QUIET_ZONE_MODULES,
        "people": [person_content(person) for person in people],
    }
    return _set(json.dumps(content).encode(), created=_last_signed(people))


def _last_signed(people: Sequence[PassportHolder]) -> int:
    """The time the document gives as its own: when its last certificate was signed, and no clock's."""
    moments: list[datetime] = [
        dose.issued_at for person in people for dose in person.doses if dose.issued_at is not None
    ]
    return max(0, int(max(moments).timestamp())) if moments else 0


def _set(content: bytes, *, created: int) -> bytes:
    compiler, template = _compiler(), _template()
    with _setting:
        try:
            pdf: bytes = compiler.compile(
                input={"main.typ": template, "people.json": content},
                format="pdf",
                pdf_standards=list(_STANDARDS),
                timestamp=created,
            )
        except RuntimeError:  # its message may quote what it was setting
            raise EncodeError(Reason.VALUE_NOT_ENCODABLE, "the passports cannot be set") from None
        finally:
            for _ in range(_ROUNDS_KEPT):
                compiler.compile(input=b"", format="pdf")
    return pdf


@cache
def _compiler() -> Any:
    """Typst with the fonts that it brings, so that pages look the same on every machine."""
    try:
        typst = importlib.import_module("typst")
    except ImportError:
        raise AdapterError(Reason.EXTRA_MISSING, "typst is not installed: install vaxcert[print]") from None
    return typst.Compiler(ignore_system_fonts=True)


@cache
def _template() -> bytes:
    return files(__package__).joinpath(_TEMPLATE).read_bytes()
