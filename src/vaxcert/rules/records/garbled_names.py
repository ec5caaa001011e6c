"""Vietnamese names that went through the wrong encoding, and what they were before.

Three kinds: UTF-8 that was read as Windows-1252 or Latin-1; Windows-1258 that was; and text in the fonts that were used
before Unicode, TCVN3 (ABC, TCVN 5712:1993) and VNI, which wrote Vietnamese letters with other ones' codes.
The last two leave letters that a name may well have, so they are told by two signs together: a letter or a pair of
letters that Vietnamese does not have, and that all words are Vietnamese syllables once they are turned back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

_BYTES_OF_CP1252: Final = {
    bytes([byte]).decode("cp1252", errors="ignore") or chr(byte): byte for byte in range(0x100)
}
"""With the five bytes that Windows-1252 leaves undefined, which programs read as control characters."""

_CONTINUATION: Final = "\u0080-\u00bf" + "".join(
    c for c, byte in _BYTES_OF_CP1252.items() if 0x80 <= byte < 0xC0 and c > "\u00ff"
)
"""The second and third bytes of letters in UTF-8, in either encoding."""

_FOREIGN: Final = "ªµºÄÅÆÇËÎÏÑÖØÛÜÞßäåæçëîïñöøûüþÿ\u00ad"
"""Letters of Latin-1 that Vietnamese does not have, and the soft hyphen, which is ư in TCVN3."""

MOJIBAKE: Final = re.compile(rf"[\u00c3-\u00c6][{_CONTINUATION}]|\u00e1[\u00ba\u00bb]")
"""The letters of Vietnamese in UTF-8 (lead bytes C3 to C6 and E1) when shown as Windows-1252 or Latin-1."""

TELLTALE: Final = re.compile(
    r"[\u0080-\u00ff](?:"
    rf"(?<=[{_FOREIGN}])"
    r"|(?<=[a-zà-öø-ÿ][À-ÖØ-Þ])"  # a capital within a word
    r"|(?<=[AEaeÂÊÔâêô].)|(?<=[Oo][^ÀÁÃÈÉàáãèé])|(?<=[Uu][ÕÙÚõùú])|(?<=[Yy][^Êê])"  # vowels that never follow another
    rf"|(?<=[\u00c3-\u00c6])[{_CONTINUATION}]|(?<=\u00e1)[\u00ba\u00bb]"  # as in `MOJIBAKE`
    r")"
)
"""What is in every garbled name, as far as it consists of letters; true of few names that are not."""

_TCVN3: Final = {
    **dict(zip(range(0xA1, 0xAF), "ĂÂÊÔƠƯĐăâêôơưđ", strict=True)),
    **dict(
        zip(
            range(0xB5, 0xFF),
            "àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵ",
            strict=True,
        )
    ),
}

_VNI_TONES: Final = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_CIRCUMFLEX: Final = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_BREVE: Final = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_LETTERS: Final = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni_pairs() -> Iterator[tuple[str, str]]:
    """Lower-case letters of VNI with the mark behind them, and what they stand for."""
    for vowel in "aeouyôö":
        for mark, tone in _VNI_TONES.items():
            yield vowel + mark, _VNI_LETTERS.get(vowel, vowel) + tone
    for vowel in "aeo":
        for mark, tone in _VNI_CIRCUMFLEX.items():
            yield vowel + mark, f"{vowel}\u0302{tone}"
    for mark, tone in _VNI_BREVE.items():
        yield f"a{mark}", f"a\u0306{tone}"
    yield from _VNI_LETTERS.items()


def _both_cases(pairs: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for written, meant in pairs:
        composed = unicodedata.normalize("NFC", meant)
        yield written, composed
        yield written.upper(), composed.upper()
        yield written.capitalize(), composed.capitalize()


_VNI: Final = dict(_both_cases(_vni_pairs()))
_VNI_LETTER: Final = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))


def garbled_utf8(name: str) -> str | None:
    """The name before its UTF-8 was read as Windows-1252 or Latin-1; None where it was not, or letters are lost."""
    for encoded in (_as_latin1, _as_cp1252):
        try:
            text = encoded(name).decode()
        except (KeyError, UnicodeError):
            continue
        if text != name:
            return unicodedata.normalize("NFC", text)
    return None


def _as_latin1(name: str) -> bytes:
    return name.encode("latin-1")


def _as_cp1252(name: str) -> bytes:
    return bytes(map(_BYTES_OF_CP1252.__getitem__, name))


def legacy_readings(name: str) -> list[str]:
    """The Vietnamese names that it may stand for in Windows-1258, TCVN3 or VNI.

    Args:
        name: In Unicode NFC.

    Returns:
        Names in Unicode, NFC: none where it is Vietnamese as it stands, or is of none of the three.
    """
    if _is_vietnamese(name):
        return []
    readings = filter(None, (read(name) for read in _LEGACY))
    return [text for text in dict.fromkeys(readings) if text != name and _is_vietnamese(text)]


def _from_cp1258(name: str) -> str | None:
    try:
        return unicodedata.normalize("NFC", name.encode("cp1252").decode("cp1258"))
    except UnicodeError:
        return None


def _from_tcvn3(name: str) -> str | None:
    """TCVN3 has few capitals: a name in capitals was in a font that showed all letters as such."""
    if not _is_latin1(name):
        return None
    text = name.translate(_TCVN3)
    return text.upper() if _CAPITALS.search(name) and not _SMALL.search(name) else text


_CAPITALS: Final = re.compile(r"(?<=\S)[A-Z]")
_SMALL: Final = re.compile("[a-z]")


def _is_latin1(name: str) -> bool:
    return name.isascii() or max(name) <= "\u00ff"


def _from_vni(name: str) -> str | None:
    if not _is_latin1(name):
        return None
    return _VNI_LETTER.sub(lambda match: _VNI[match[0]], name)


_LEGACY: Final[tuple[Callable[[str], str | None], ...]] = (_from_cp1258, _from_tcvn3, _from_vni)

_TONES: Final = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_INITIALS: Final = "b|ch?|d|đ|gh|gi?|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr|v|x"
_OPEN_RIMES: Final = (
    "a|e|ê|i|o|ô|ơ|u|ư|y|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|iêu|oa|oai|oao|oay|oe|oeo|oi|ôi|ơi|ua|ui|uôi|uây|uê|uơ|uy|uya|"
    "uyu|ưa|ưi|ươi|ươu|ưu|yêu"
)
_NUCLEI: Final = "[aăâeêioôơuưy]|iê|yê|oa|oă|oe|oo|uâ|uê|uô|uy|uyê|ươ"
_FINALS: Final = "ch?|m|nh?|ng|p|t"
_SYLLABLE: Final = re.compile(f"(?:{_INITIALS})?(?:(?:{_OPEN_RIMES})|(?:{_NUCLEI})(?:{_FINALS}))")


def _is_vietnamese(name: str) -> bool:
    return all(map(_is_syllable, name.split()))


def _is_syllable(word: str) -> bool:
    """Whether Vietnamese spelling allows the word, with one tone at most."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    toneless = decomposed.translate(_TONES)
    if len(decomposed) - len(toneless) > 1:
        return False
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", toneless)) is not None
