"""What was scanned, typed or pasted: certificates, a travel document, or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from vaxcert.codec.container import CONTEXT_IDENTIFIER
from vaxcert.errors import MrzError, Reason
from vaxcert.limits import MAX_SCANNED_CHARACTERS
from vaxcert.model.mrz import read_mrz
from vaxcert.scanned_text import ScanProblem, ScanRepair, read_scanned

Problem: TypeAlias = Reason | ScanProblem

_MRZ_LINE: Final = re.compile(r"[A-Z0-9<]{28,46}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Entry:
    """One thing that was entered. Its repr shows none of it.

    Attributes:
        certificate: The text of a certificate, put right.
        mrz: The machine readable zone of a travel document, all check digits right.
        repairs: What was put right.
        problem: What it is, or what is the matter with it, where it is neither.
    """

    certificate: str | None = None
    mrz: str | None = None
    repairs: tuple[ScanRepair, ...] = ()
    problem: Problem | None = None


def sort_out(text: str, at: datetime) -> Iterator[Entry]:
    """Tell what a text holds.

    Args:
        text: A certificate however a scanner typed it, lines of certificates, a machine readable zone, or anything.
        at: Now, aware.

    Yields:
        At least one entry.
    """
    if not text.strip():
        yield Entry(problem=Reason.INPUT_EMPTY)
        return
    lines = [line for line in text.splitlines() if line.strip()]
    certificates = [line for line in lines if line.lstrip().startswith(CONTEXT_IDENTIFIER)]
    others = "\n".join(line for line in lines if line not in certificates)
    if certificates and (len(certificates) > 1 or _may_be_mrz(others)):
        yield from map(_scanned, certificates)
        text = others
    if text:
        yield _mrz(text, at) if _may_be_mrz(text) else _scanned(text)


def _may_be_mrz(text: str) -> bool:
    return any(_MRZ_LINE.fullmatch(line.replace(" ", "")) for line in text.splitlines())


def _mrz(text: str, at: datetime) -> Entry:
    try:
        read_mrz(text, at=at)
    except MrzError as error:
        return Entry(problem=error.reason)
    return Entry(mrz=text)


def _scanned(text: str) -> Entry:
    if len(text) > MAX_SCANNED_CHARACTERS:
        return Entry(problem=Reason.INPUT_TOO_LONG)
    read = read_scanned(text)
    if read.problem is not None:
        return Entry(problem=read.problem)
    return Entry(certificate=read.text, repairs=read.repairs)
