"""Spellings that may be of one name, for people to look at: nothing here makes two names the same.

Passports write Ä as AE or A (Doc 9303-3 section 6), and names of other scripts were spelled by ear before there were
tables. Whether `MULLER` is Müller or Muller, and `MOHAMED` the same man as `MUHAMMAD`, only other papers can tell.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from vaxcert.errors import EncodeError
from vaxcert.model.names import transliterate

_VOWEL_RUN: Final = re.compile("[AEIOUY]+")


def standard_form(name: str) -> str:
    """The ICAO 9303-3 form of a name, or "" where it has none."""
    try:
        return transliterate(name)
    except EncodeError:
        return ""


_STROKES: Final = str.maketrans("Øø", "Oo")
_WITHOUT_MARKS: Final = dict.fromkeys(range(0x0300, 0x0370))


def bare_form(name: str) -> str:
    """The same with letters in place of what ICAO expands: A for Ä."""
    return standard_form(unicodedata.normalize("NFD", name.translate(_STROKES)).translate(_WITHOUT_MARKS))


def has_syllables(word: str) -> bool:
    """Whether a word has more than one syllable, which no Vietnamese or Chinese one has."""
    return len(_VOWEL_RUN.findall(word)) > 1


_EXPANSIONS: Final = (("AE", "A"), ("OE", "O"), ("UE", "U"), ("AA", "A"), ("DJ", "D"))

_ARABIC: Final = """
ABDUL ABDEL ABDAL ABDOUL ABD
ABDULLAH ABDALLAH ABDULLA ABDALLA ABDOULLAH
ABDULRAHMAN ABDELRAHMAN ABDURRAHMAN ABDERRAHMAN ABDERRAHMANE
AHMED AHMAD AHMET
AISHA AYESHA AICHA AISHAH AYSHA
ALI ALY
AL EL
BIN BEN IBN
FATIMA FATEMA FATIMAH FATMA FATEMEH
HASAN HASSAN HASSEN
HUSSEIN HUSSAIN HUSAIN HUSEIN HOSSEIN HUSSIEN HUSEYIN
IBRAHIM EBRAHIM IBRAHEEM
JAMAL GAMAL DJAMEL JAMEL
KHADIJA KHADIJAH KHADEEJA KHADEJA
KHALID KHALED
KARIM KAREEM
MARYAM MARIAM MERYEM MARYEM
MOHAMMED MUHAMMAD MOHAMED MOHAMMAD MOHAMAD MUHAMMED MOHD MEHMED
MAHMOUD MAHMUD MAHMOOD
MUSTAFA MOSTAFA MUSTAPHA MOUSTAFA
NOOR NOUR NUR
OMAR UMAR OMER
OSMAN OTHMAN UTHMAN USMAN
RASHID RASHEED RACHID
SAID SAEED SAYEED SAEID
SULEIMAN SULAIMAN SOLIMAN SOLEIMAN SULEYMAN
TARIQ TAREK TARIK TAREQ
YUSUF YOUSEF YOUSSEF YOUSUF YUSEF YOUCEF YUSSUF
ZAINAB ZEINAB ZAYNAB ZINEB
"""
"""Usual spellings of one Arabic name in a line."""

_USUAL: Final = {
    spelling: line.split()[0] for line in _ARABIC.strip().splitlines() for spelling in line.split()
}


def have_common_spelling(one: str, other: str) -> bool:
    """Whether two names may be spellings of one. Those without any words are not.

    Args:
        one: In the letters of a machine readable zone.
        other: Likewise.
    """
    words, others = one.replace("<", " ").split(), other.replace("<", " ").split()
    return 0 < len(words) == len(others) and all(
        word == opposite or _common(word) == _common(opposite)
        for word, opposite in zip(words, others, strict=True)
    )


def _common(word: str) -> str:
    usual = _USUAL.get(word)
    if usual is not None:
        return usual
    for expansion, letter in _EXPANSIONS:
        word = word.replace(expansion, letter)
    # Sergei and Sergey, Iuliia and Yuliya; of one-syllable words these are other names
    return re.sub("[YJ]", "I", word) if has_syllables(word) else word
