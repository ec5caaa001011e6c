"""Scanned text put right: what may have been meant is tried in turn, the plainest first.

A candidate counts when it is `HC1:` and characters of base45. Of several the one is taken that unpacks: its checksum
(RFC 1950) fits by chance once in four thousand million times. What unpacks as it came is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase
from typing import Final, TypeAlias

from vaxcert.codec import container
from vaxcert.codec.container import CONTEXT_IDENTIFIER
from vaxcert.errors import VaxcertError
from vaxcert.limits import MAX_SCANNED_CHARACTERS
from vaxcert.scanned_text.codes import ScanProblem, ScanRepair
from vaxcert.scanned_text.contents import problem_of
from vaxcert.scanned_text.keyboards import MISTAKEN

Repairs: TypeAlias = tuple[ScanRepair, ...]
_Candidate: TypeAlias = tuple[str, Repairs]

_CONTROLS: Final = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x2028, 0x2029, 0xFEFF)))
_BLANKS: Final = " \u00a0\u3000"
_BREAKS: Final = re.compile(f"[{re.escape(_CONTROLS)}]+")
_CERTIFICATE: Final = re.compile(r"HC1:[0-9A-Z $%*+\-./:]+")
_FOREIGN: Final = re.compile(r"[!-~](?<![0-9A-Z $%*+\-./:])")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_SCANNER_PREFIX: Final = re.compile(r"[\]A-Za-z0-9]{1,4}")
_WEB_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/(?:.*[/?#&=])?", re.DOTALL)
_END_OF_PARAMETER: Final = re.compile("[&#]")
_HEAD: Final = 100
"""Characters in which a certificate begins, typed in another layout."""

_CAPITALS: Final = str.maketrans(ascii_lowercase + "öñ", ascii_uppercase + "ÖÑ")


@dataclass(frozen=True, slots=True)
class ScannedText:
    """A scanned text, and what was done to it.

    Attributes:
        text: What to verify: the text put right, or as it came where nothing was to be done. Not shown by `repr`.
        repairs: What was put right, in order; blanks and control characters around the text are not mentioned, since
            every scanner ends with one.
        problem: What the text is, if no certificate was found in it.
    """

    text: str = field(repr=False)
    repairs: Repairs = ()
    problem: ScanProblem | None = None


def read_scanned(text: str) -> ScannedText:
    """Put right what a scanner typed, or tell what it is instead of a certificate.

    A blank at the end goes too, though blanks are base45: no base45 text ends with one (RFC 9285: it would stand for
    more than the last group holds).

    Args:
        text: Any text. More than `limits.MAX_SCANNED_CHARACTERS` are left as they are: no scanner types so much.
    """
    if len(text) > MAX_SCANNED_CHARACTERS:
        return ScannedText(text)
    plain = text.strip(_CONTROLS + _BLANKS).replace("\u00a0", " ")
    lines = list(dict.fromkeys(_BREAKS.split(plain)))
    if sum(line.startswith(CONTEXT_IDENTIFIER) for line in lines) > 1:
        return ScannedText(plain, problem=ScanProblem.SEVERAL_CERTIFICATES)
    joined = "".join(lines)
    found = _found(joined, (ScanRepair.WHITE_SPACE,) if len(lines) > 1 else ())
    if found is None and plain:
        return ScannedText(plain, problem=problem_of(plain))
    return found or ScannedText(plain)


def _found(text: str, repairs: Repairs) -> ScannedText | None:
    """The candidate that unpacks, else the only one that has the right characters."""
    readable: dict[Repairs, str] = {}
    for candidate, more in _candidates(text):
        if not _CERTIFICATE.fullmatch(candidate):
            continue
        if _unpacks(candidate):
            return ScannedText(candidate, repairs + more)
        readable.setdefault(more, candidate)
    layouts = {tuple(code for code in codes if code in _LAYOUTS) for codes in readable}
    if len(layouts) > 1 and () not in layouts:
        return ScannedText(text, repairs, ScanProblem.LAYOUT_NOT_REPAIRABLE)
    return next((ScannedText(one, repairs + more) for more, one in readable.items()), None)


def _unpacks(text: str) -> bool:
    try:
        container.message_bytes(text)
    except VaxcertError:
        return False
    return True


def _candidates(text: str) -> Iterator[_Candidate]:
    for typed, repairs in _typed(text):
        for written, more in _written(typed):
            yield from ((one, repairs + more + last) for one, last in _taken_out(written))


def _typed(text: str) -> Iterator[_Candidate]:
    """What the keys may have meant."""
    yield text, ()
    for single, repairs in _single(text):
        for capital, more in _in_capitals(single):
            if repairs or more:
                yield capital, repairs + more
            yield from ((one, repairs + more + layout) for one, layout in _in_other_layouts(capital))


def _single(text: str) -> Iterator[_Candidate]:
    yield text, ()
    if len(text) > 1 and text[::2] == text[1::2]:
        yield text[::2], (ScanRepair.DOUBLED_CHARACTERS,)


def _in_capitals(text: str) -> Iterator[_Candidate]:
    yield text, ()
    if (capital := text.translate(_CAPITALS)) != text:
        yield capital, (ScanRepair.LETTER_CASE,)


def _in_other_layouts(text: str) -> Iterator[_Candidate]:
    for mistaken in MISTAKEN:
        if CONTEXT_IDENTIFIER in next(mistaken.texts(text[:_HEAD])):
            yield from ((meant, (mistaken.code,)) for meant in mistaken.texts(text))


def _written(text: str) -> Iterator[_Candidate]:
    """What may have been written, before a program took it for part of a web address."""
    yield text, ()
    if _ESCAPE.search(text):
        yield _unescaped(text), (ScanRepair.PERCENT_ENCODED,)
        if "+" in text:
            yield _unescaped(text.replace("+", " ")), (ScanRepair.PERCENT_ENCODED,)
    if _FOREIGN.search(text):
        yield _FOREIGN.sub(lambda one: f"%{ord(one[0]):02X}", text), (ScanRepair.PERCENT_DECODED,)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)


def _taken_out(text: str) -> Iterator[_Candidate]:
    """The certificate without what stands before it."""
    before, begin, after = text.partition(CONTEXT_IDENTIFIER)
    if not begin:
        return
    if not before:
        yield text, ()
    elif _SCANNER_PREFIX.fullmatch(before):
        yield begin + after, (ScanRepair.SCANNER_PREFIX,)
    elif _WEB_ADDRESS.fullmatch(before):
        yield begin + _END_OF_PARAMETER.split(after)[0], (ScanRepair.IN_WEB_ADDRESS,)


_LAYOUTS: Final = frozenset(mistaken.code for mistaken in MISTAKEN)
