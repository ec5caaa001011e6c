"""Names of people, word by word, in all the ways in which they come to be written."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import cycle, islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from examples.national.draws import Draws, Flags, Indices
from examples.national.tables import FAMILY_NAMES, FOREIGN_NAMES, GIVEN_NAMES, MIDDLE_NAMES, SEXES
from numpy.typing import NDArray


class Form(IntEnum):
    """How a word is written."""

    PLAIN = 0
    CAPITALS = 1
    WITHOUT_MARKS = 2
    DECOMPOSED = 3
    """In Unicode NFD, as some keyboards and file systems give it."""
    INITIAL = 4
    WRONG_ENCODING = 5
    """UTF-8 read as Windows-1252."""
    QUESTION_MARKS = 6
    """Saved in an encoding without these letters."""
    REPLACED = 7
    """Read in an encoding without these letters."""
    OLD_CODE_PAGE = 8
    """Windows-1258, the Vietnamese code page, read as Windows-1252."""


def bare(word: str) -> str:
    """The word without its marks: Đặng gives Dang."""
    letters = unicodedata.normalize("NFD", word.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"


def _tones_apart(word: str) -> str:
    """The word as Windows-1258 has it: vowels with their other marks, tones behind them."""
    letters: list[str] = []
    for mark in unicodedata.normalize("NFD", word):
        if unicodedata.combining(mark) and mark not in _TONES:
            tones = letters.pop() if letters[-1] in _TONES else ""
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + mark)
            letters.append(tones)
        else:
            letters.append(mark)
    return "".join(letters)


_WRITTEN: Final[dict[Form, Callable[[str], str]]] = {
    Form.PLAIN: str,
    Form.CAPITALS: str.upper,
    Form.WITHOUT_MARKS: bare,
    Form.DECOMPOSED: lambda word: unicodedata.normalize("NFD", word),
    Form.INITIAL: lambda word: f"{word[0]}.",
    Form.WRONG_ENCODING: lambda word: word.encode().decode("cp1252", "replace"),
    Form.QUESTION_MARKS: lambda word: word.encode("ascii", "replace").decode(),
    Form.OLD_CODE_PAGE: lambda word: _tones_apart(word).encode("cp1258").decode("cp1252", "replace"),
    Form.REPLACED: lambda word: "".join(letter if letter.isascii() else "\ufffd" for letter in word),
}

_LISTS: Final = {
    "family": list(FAMILY_NAMES),
    **{f"middle {sex}": MIDDLE_NAMES[sex].split() for sex in SEXES},
    **{f"given {sex}": GIVEN_NAMES[sex].split() for sex in SEXES},
    "foreign": [name for name, _, _ in FOREIGN_NAMES],
    "digit": ["2"],
}
_STARTS: Final = dict(zip(_LISTS, np.cumsum([0, *map(len, _LISTS.values())]).tolist(), strict=False))
_WORDS: Final = [word for words in _LISTS.values() for word in words]
_TEXTS: Final = pa.array([_WRITTEN[form](word) for form in Form for word in _WORDS])
NO_WORD: Final = -1

NGUYEN: Final = _STARTS["family"] + _LISTS["family"].index("Nguyễn")
"""A family name with marks, without which nothing in a name may be there to be spoilt."""

_CHOICES: Final = 8
_SHARE_NEARLY_THE_SAME: Final = 0.4


def _others(word: str, words: list[str]) -> list[str]:
    """Words that begin with another letter, whatever becomes of the marks."""
    found = [other for other in words if bare(other)[0] != bare(word)[0]]
    return found[:: max(1, len(found) // _CHOICES)]


def _siblings(word: str, words: list[str]) -> list[str]:
    """Words that differ in one letter, or in the marks alone: An and Anh, Hưng and Hùng; where none does, others."""
    return [other for other in words if _is_nearly(word, other)] or _others(word, words)


def _is_nearly(word: str, other: str) -> bool:
    one, two = sorted((bare(word), bare(other)), key=len)
    if one == two:
        return word != other and not word.isascii() and not other.isascii()
    return len(one) < len(two) and any(one == two[:at] + two[at + 1 :] for at in range(len(two)))


def _positions(find: Callable[[str, list[str]], list[str]]) -> NDArray[np.int64]:
    """For each word, as many positions of others of its list."""
    return np.array(
        [
            [_STARTS[name] + words.index(other) for other in islice(cycle(find(word, words)), _CHOICES)]
            if len(words) > 1
            else [NO_WORD] * _CHOICES
            for name, words in _LISTS.items()
            for word in words
        ]
    )


_OTHERS: Final = _positions(_others)
_SIBLINGS: Final = _positions(_siblings)
_BARE: Final = np.unique([bare(word) for word in _WORDS], return_inverse=True)[1]
"""A number for each word, the same one for words that differ in nothing but marks."""


@dataclass(frozen=True, slots=True, repr=False)
class Names:
    """The words of many people's names, as positions in one table.

    Attributes:
        family: Family name; of foreigners all of the name.
        middle: First middle name.
        more: Second middle name; most people have none.
        given: Given name.
    """

    family: Indices
    middle: Indices
    more: Indices
    given: Indices

    def __repr__(self) -> str:
        return f"<Names of {len(self.family)}>"

    def others(self, people: Indices, draws: Draws, changed: Flags) -> Names:
        """Those who are `changed` have another name: a sibling's, or a stranger's; the rest have their own."""
        choice = draws.below(people, "other name", _CHOICES)
        nearly = draws.happens(people, "sibling", _SHARE_NEARLY_THE_SAME) & (self.given != NO_WORD)
        given = np.where(nearly, _SIBLINGS[self.given, choice], _OTHERS[self.given, choice])
        family = _OTHERS[self.family, choice]
        turned_round = _BARE[family] == _BARE[self.given]  # Lâm Bảo Hoàng may be Hoàng Bảo Lâm
        return replace(
            self,
            family=np.where(changed & ~nearly & ~turned_round, family, self.family),
            given=np.where(changed & (self.given != NO_WORD), given, self.given),
        )


def draw_names(people: Indices, draws: Draws, sex: Indices, foreign: Flags, with_marks: Flags) -> Names:
    """Give people names.

    Args:
        people: Who.
        draws: Random numbers.
        sex: Positions in `SEXES`.
        foreign: Who has a foreign name.
        with_marks: Whose name must hold letters with marks.
    """
    family = draws.chosen(people, "family name", list(FAMILY_NAMES.values())) + _STARTS["family"]
    family[with_marks] = NGUYEN
    more = _by_sex(people, draws, sex, "middle", "more")
    middle = _by_sex(people, draws, sex, "middle", "middle")
    more[~draws.happens(people, "two middle names", 0.2) | (more == middle)] = NO_WORD
    names = Names(family, middle, more, _by_sex(people, draws, sex, "given", "given"))
    names.family[foreign] = foreign_name(people[foreign], draws) + _STARTS["foreign"]
    for words in (names.middle, names.more, names.given):
        words[foreign] = NO_WORD
    return names


def foreign_name(people: Indices, draws: Draws) -> Indices:
    """Positions in `FOREIGN_NAMES`."""
    return draws.below(people, "foreign name", len(FOREIGN_NAMES))


def _by_sex(people: Indices, draws: Draws, sex: Indices, part: str, topic: str) -> Indices:
    lists = [f"{part} {name}" for name in SEXES]
    sizes = np.array([len(_LISTS[name]) for name in lists])
    starts = np.array([_STARTS[name] for name in lists])
    return draws.below(people, topic, sizes[sex]) + starts[sex]


def write_names(names: Names, forms: Indices, *, given_first: Flags, with_digit: Flags) -> pa.StringArray:
    """The names as text.

    Args:
        names: Whose.
        forms: How each is written, `Form`; `INITIAL` shortens the middle names only.
        given_first: Who is written in the order of the West: given, middle, family name.
        with_digit: Whose name ends with a digit.
    """
    outer = np.where(forms == Form.INITIAL, Form.PLAIN, forms)
    swapped = given_first & (names.given != NO_WORD)
    digit = np.where(with_digit, _STARTS["digit"], NO_WORD)
    words = (
        (np.where(swapped, names.given, names.family), outer),
        (names.middle, forms),
        (names.more, forms),
        (np.where(swapped, names.family, names.given), outer),
        (digit, outer),
    )
    taken = [_TEXTS.take(pa.array(len(_WORDS) * form + word, mask=word == NO_WORD)) for word, form in words]
    return pc.binary_join_element_wise(*taken, " ", null_handling="skip")
