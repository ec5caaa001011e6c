"""Names as machines compare them: the ICAO Doc 9303-3 form of fields `fnt` and `gnt`, A to Z and `<` only.

Sources: Doc 9303-3 section 4 (punctuation in names) and section 6 (transliteration, tables A and B), as the
EU Digital COVID Certificate data set uses them. Where ICAO offers a choice (Ä, Ö, Ü, Ñ) the form is the one
European issuers use: AE, OE, UE, N. The name of a passport holder is better taken from the passport's machine
readable zone than made here.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain
from typing import Final

from vaxcert.errors import EncodeError, Reason
from vaxcert.findings import FindingCode
from vaxcert.model.certificate import Person

_STANDARD_CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
_FILLERS: Final = re.compile(r"<{2,}")
_MARKED: Final = re.compile("[A-Za-z][\u0300-\u036f]+")

_FILLER_CHARACTERS: Final = (
    " \t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
    ",<"
)
_APOSTROPHES: Final = (
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u2018\u2019\u201a\u201b\u2032\u2035\uff07"
)
_OTHER_PUNCTUATION: Final = '."\u201c\u201d\u201e\u00ab\u00bb\u00b7()/:;'
_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

_LATIN: Final = {
    "Ä": "AE",
    "Å": "AA",
    "Æ": "AE",
    "Ð": "D",
    "Ö": "OE",
    "Ø": "OE",
    "Ü": "UE",
    "Þ": "TH",
    "ẞ": "SS",
    "Đ": "D",
    "Ħ": "H",
    "ı": "I",
    "Ĳ": "IJ",
    "Ŀ": "L",
    "Ł": "L",
    "Ŋ": "N",
    "Œ": "OE",
    "Ŧ": "T",
    "ſ": "S",
    "ß": "SS",
}
"""Table A where the answer is not simply the letter without its marks."""

# Table B for the Russian alphabet only. A name with a further Cyrillic letter is in another language, and for
# those ICAO changes the values of shared letters too (Г, И, Х, Щ, ...): better refused than guessed.
_CYRILLIC: Final = {
    **dict(zip("АБВГДЕЁЗИЙКЛМНОПРСТУФЫЭ", "ABVGDEEZIIKLMNOPRSTUFYE", strict=True)),
    **{"Ж": "ZH", "Х": "KH", "Ц": "TS", "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "IE", "Ю": "IU", "Я": "IA"},
}
_CYRILLIC_DROPPED: Final = "Ьь"

_LETTER_BLOCKS: Final = (range(0x00C0, 0x0250), range(0x1E00, 0x1F00), range(0xFF21, 0xFF5B))
"""Latin-1 to Latin Extended-B, Latin Extended Additional (Vietnamese tone letters), full-width forms."""


def _letter_rule(letter: str) -> str | None:
    """The standard form of one Latin letter, whose marks may be apart from it, or None where it has none."""
    ruled = _LATIN.get(letter) or _LATIN.get(letter.upper())
    if ruled is not None:
        return ruled
    parts = unicodedata.normalize("NFKD", letter)
    base, marks = parts[0].upper(), parts[1:]
    if not all("\u0300" <= mark <= "\u036f" for mark in marks):
        return None
    # Ǟ, Ǖ, Ǻ, Ǿ: a further mark does not undo the rule of the letter below it
    for ruled_letter in (base, *(unicodedata.normalize("NFC", base + mark) for mark in marks)):
        if ruled_letter in _LATIN:
            return _LATIN[ruled_letter]
    return base if "A" <= base <= "Z" else None


def _marked_rule(found: re.Match[str]) -> str:
    return _letter_rule(found[0]) or found[0]


def _make_table() -> dict[int, str | None]:
    """What `str.translate` puts for each character: its standard form, or None to drop it."""
    table: dict[int, str | None] = {ord(c): c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}
    for code in chain(*_LETTER_BLOCKS):
        rule = _letter_rule(chr(code))
        if rule is not None:
            table[code] = rule
    for letter, rule in _CYRILLIC.items():
        table[ord(letter)] = table[ord(letter.lower())] = rule
    table.update(dict.fromkeys(map(ord, _FILLER_CHARACTERS), "<"))
    dropped = _APOSTROPHES + _OTHER_PUNCTUATION + _INVISIBLE + _CYRILLIC_DROPPED
    table.update(dict.fromkeys(map(ord, dropped)))
    return table


_TABLE: Final = _make_table()
_TABLE_DROPPING_MARKS: Final = {**_TABLE, **dict.fromkeys(range(0x0300, 0x0370))}
_WITHOUT_INVISIBLE: Final = dict.fromkeys(map(ord, _INVISIBLE))


def is_standard_name(text: str) -> bool:
    """Whether `text` holds nothing but A to Z and `<` (the pattern of `fnt` and `gnt`; empty text passes)."""
    return not text.strip(_STANDARD_CHARACTERS)


def transliterate(text: str) -> str:
    """The ICAO 9303-3 form of a name: `Nguyễn` gives `NGUYEN`, `Bảo Duy` gives `BAO<DUY`.

    Composed and decomposed text give the same result. Spaces, hyphens and commas become one `<`; apostrophes,
    full stops and other punctuation of names are dropped. Cyrillic is read as Russian.

    Args:
        text: A surname or the forenames, of any length; may be empty.

    Returns:
        A to Z and `<`, without leading, trailing or repeated `<`.

    Raises:
        EncodeError: `NAME_NOT_TRANSLITERABLE`: a digit, a symbol, or a letter without a rule here (Greek,
            Arabic, Chinese, ...). The message names the code point, never the name.
    """
    standard = text.translate(_TABLE)
    if not is_standard_name(standard):
        # marks on their own: by rule on Latin letters, else composed, or dropped where they compose with nothing
        apart = _MARKED.sub(_marked_rule, unicodedata.normalize("NFD", text))
        standard = unicodedata.normalize("NFC", apart).translate(_TABLE_DROPPING_MARKS)
        if not is_standard_name(standard):
            raise _no_rule(standard)
    if "<" in standard:
        standard = _FILLERS.sub("<", standard).strip("<")
    return standard


def _no_rule(partly_standard: str) -> EncodeError:
    left = next(c for c in partly_standard if not is_standard_name(c))
    return EncodeError(
        Reason.NAME_NOT_TRANSLITERABLE,
        f"no ICAO 9303 transliteration for the character U+{ord(left):04X}; give the standard name itself",
    )


def split_vietnamese_name(full_name: str) -> tuple[str, str]:
    """Split a Vietnamese full name into family name and forenames, as Vietnamese passports do.

    The first word is the family name, middle and given names follow: `Nguyễn Bảo Duy` gives
    `("Nguyễn", "Bảo Duy")`.

    Args:
        full_name: The name in Vietnamese order, in any Unicode normal form.

    Returns:
        Family name and forenames in NFC, single spaces between words; no forenames ("") for a one-word name.

    Raises:
        EncodeError: `RECORD_REFUSED` with code `NAME_MISSING`: there is no word in it.
    """
    if not full_name.isprintable():
        full_name = full_name.translate(_WITHOUT_INVISIBLE)
    words = unicodedata.normalize("NFC", full_name).split()
    if not words:
        raise EncodeError(Reason.RECORD_REFUSED, "the full name is empty", codes=(FindingCode.NAME_MISSING,))
    return words[0], " ".join(words[1:])


def standard_names(person: Person) -> tuple[str, str]:
    """The ICAO 9303 forms of surname and forenames: those the person brings, else made from the written ones.

    A name that has no such form comes back as it is written, which `is_standard_name` tells.
    """
    return (
        _standard_name(person.family_name, person.standard_family_name),
        _standard_name(person.given_name, person.standard_given_name),
    )


def _standard_name(written: str | None, standard: str | None) -> str:
    if standard is not None:
        return standard
    try:
        return transliterate(written or "")
    except EncodeError:
        return written or ""
