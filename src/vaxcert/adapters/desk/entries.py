"""What was scanned, typed or pasted: certificates, a travel document, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from vaxcert.errors import MrzError, Reason
from vaxcert.limits import MAX_TEXT_CHARACTERS
from vaxcert.model.mrz import read_mrz

_CERTIFICATE: Final = re.compile(r"\s*HC[0-9A-Z]:", re.IGNORECASE)
_MRZ_LINE: Final = re.compile(r"[A-Z0-9<]{28,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Entry:
    """One thing that was entered. Its repr shows none of it.

    Attributes:
        certificate: The text of a certificate.
        mrz: The machine readable zone of a travel document, all check digits right.
        problem: What was the matter where it is neither.
    """

    certificate: str | None = None
    mrz: str | None = None
    problem: Reason | None = None


def sort_out(text: str, at: datetime) -> Iterator[Entry]:
    """Tell what a text holds.

    Args:
        text: Lines of certificates, a machine readable zone, or anything.
        at: Now, aware.
    """
    block: list[str] = []
    lines = text.splitlines()
    for line in (*lines, ""):
        if _CERTIFICATE.match(line):
            yield from _other(block, at)
            yield Entry(certificate=line) if len(line) <= MAX_TEXT_CHARACTERS else _TOO_LONG
            block = []
        elif line.strip():
            block.append(line)
        else:
            yield from _other(block, at)
            block = []
    if not text.strip():
        yield Entry(problem=Reason.INPUT_EMPTY)


_TOO_LONG: Final = Entry(problem=Reason.INPUT_TOO_LONG)


def _other(lines: list[str], at: datetime) -> Iterator[Entry]:
    if not lines:
        return
    text = "\n".join(lines)
    try:
        read_mrz(text, at=at)
    except MrzError as error:
        is_like_one = any(_MRZ_LINE.fullmatch(line.replace(" ", "")) for line in lines)
        yield Entry(problem=error.reason if is_like_one else Reason.PICTURE_OTHER_CODE)
    else:
        yield Entry(mrz=text)
