"""Whether two written names can be those of one person, and what is different between them.

A verdict is the worst of the differences that were found, so that the differences explain it:

- **same**: the same words. They differ in Unicode form, case, blanks, hyphens, or in which vowel carries the tone
  (`Hoà`, `Hòa`).
- **equivalent**: the same words in the same order, spelled by another convention. One name has no diacritics at all,
  `i` stands for `y` (`Lí`, `Lý`), words are joined, or letters are transliterated (`Müller`, `Mueller`).
- **compatible**: nothing contradicts, but two people could be told apart by what is left open. The order is another,
  words are abbreviated, or middle names are missing.
- **different**: something contradicts, or the names cannot be compared.

Names of Vietnamese siblings differ by one letter (`An`, `Anh`), by one mark (`Lan`, `Lân`; `Thuý`, `Thuỷ`) or by the
order of the last two words (`Minh Anh`, `Anh Minh`), and twins share birth date and sex as well. Hence:

- Letters are never guessed: there is no edit distance.
- Marks may be missing from a name as a whole, as in a passport's machine readable zone. Where both names have marks
  somewhere, a word without them is another word: `Nguyễn Thị Lan` is not `Nguyễn Thị Lân`. One cannot tell such a slip
  of the keyboard from a sister.
- The order may be another where whole parts of the name (family, middle, given) have changed places, as in the West:
  `Văn An Nguyễn`, `An Văn Nguyễn`. With the family name where it was, another order is another name.
- The last word of each name is written in full; of a Vietnamese name it is the given name. `Ng. V. An` may be
  `Nguyễn Văn An`, `Nguyễn Văn A.` may be anybody.
- First and last word are there in both names. What may be missing is middle names, of one name only.
- Words that would read as one syllable are not joined: `Thuan` is not `Thu An`.

How much a verdict weighs is for whoever asks to say, with identity number, birth date and sex at hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self, TypeAlias

from vaxcert.errors import EncodeError
from vaxcert.model.names import transliterate


class NameVerdict(StrEnum):
    """How far two names agree, from the best to the worst. The module says what each means."""

    SAME = "same"
    EQUIVALENT = "equivalent"
    COMPATIBLE = "compatible"
    DIFFERENT = "different"


_RANKS: Final = {verdict: rank for rank, verdict in enumerate(NameVerdict)}


class NameDifference(StrEnum):
    """Stable codes of what is different between two names. Public: never renamed, never reused.

    Attributes:
        verdict: The best verdict that names with this difference can get.
    """

    verdict: NameVerdict

    def __new__(cls, code: str, verdict: NameVerdict) -> Self:
        """A code with its verdict, as the lines below give them."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.verdict = verdict
        return member

    UNICODE_FORM = "unicode-form", NameVerdict.SAME
    """Composed or decomposed letters, invisible characters."""
    CASE = "case", NameVerdict.SAME
    SPACING = "spacing", NameVerdict.SAME
    """Other or more blanks between the same words."""
    PUNCTUATION = "punctuation", NameVerdict.SAME
    """Hyphens, commas, apostrophes, full stops."""
    TONE_PLACEMENT = "tone-placement", NameVerdict.SAME
    """The tone stands on another vowel of the same syllable."""
    DIACRITICS = "diacritics", NameVerdict.EQUIVALENT
    """One name is without any marks, the stroke of the Đ among them."""
    I_AND_Y = "i-and-y", NameVerdict.EQUIVALENT
    """As the only vowel of a syllable they sound the same."""
    JOINED_WORDS = "joined-words", NameVerdict.EQUIVALENT
    """Words of one name are written as one word in the other."""
    TRANSLITERATION = "transliteration", NameVerdict.EQUIVALENT
    """Other letters with the same form in a passport's machine readable zone (ICAO Doc 9303-3 section 6)."""
    ORDER = "order", NameVerdict.COMPATIBLE
    """Parts of the name have changed places."""
    ABBREVIATION = "abbreviation", NameVerdict.COMPATIBLE
    MISSING_MIDDLE_NAME = "missing-middle-name", NameVerdict.COMPATIBLE
    ABBREVIATED_LAST_WORD = "abbreviated-last-word", NameVerdict.DIFFERENT
    """The last word, of a Vietnamese name the given name, is only an initial."""
    OTHER_DIACRITICS = "other-diacritics", NameVerdict.DIFFERENT
    """The same letters with other marks, though both names have marks."""
    OTHER_ORDER = "other-order", NameVerdict.DIFFERENT
    """The same words in an order that stands for another name."""
    MISSING_NAME = "missing-name", NameVerdict.DIFFERENT
    """The first or the last word of one name is not in the other."""
    OTHER_WORDS = "other-words", NameVerdict.DIFFERENT
    OTHER_SCRIPT = "other-script", NameVerdict.DIFFERENT
    """Only one of them is in Latin letters, and they cannot be compared by transliteration."""
    NO_LETTERS = "no-letters", NameVerdict.DIFFERENT
    """There is no name."""


@dataclass(frozen=True, slots=True)
class NameComparison:
    """What a comparison of two names has found. Holds neither of them.

    Attributes:
        differences: What is different, in the order of `NameDifference`; empty for the same text. Where the words are
            not the same, what is only about their look (case, blanks, ...) is left out.
    """

    differences: tuple[NameDifference, ...] = ()

    @property
    def verdict(self) -> NameVerdict:
        """The worst verdict of the differences."""
        return max(
            (one.verdict for one in self.differences), key=_RANKS.__getitem__, default=NameVerdict.SAME
        )

    @property
    def may_be_one_person(self) -> bool:
        """Whether nothing contradicts: the verdict is not `different`."""
        return self.verdict is not NameVerdict.DIFFERENT


def compare_names(recorded: str, registered: str) -> NameComparison:
    """Compare two full names.

    Which of them is which makes no difference to the verdict.

    Args:
        recorded: A name as somebody has written it, with its parts in any usual order.
        registered: The name to compare it with, such as that of a register, or of a machine readable zone with `<`
            between its parts.

    Returns:
        The verdict and the differences. It is `same` with none for equal text, also for text that is no name.
    """
    if recorded == registered:
        return _comparison(0)
    one, other = _words(recorded), _words(registered)
    if not one or not other:
        return _comparison(_NO_LETTERS)
    if [word.marked for word in one] == [word.marked for word in other]:
        look = _look(recorded, registered)
        if [word.clusters for word in one] != [word.clusters for word in other]:
            look |= _TONE_PLACEMENT
        return _comparison(look or _UNICODE_FORM)
    found = _least_different(one, other)
    return _comparison(_contradiction(one, other) if found is None else found)


_Differences: TypeAlias = int
"""A bit for each difference, the worse ones higher: of two findings the lower number is the better one."""

_BITS: Final = {one: 1 << number for number, one in enumerate(NameDifference)}
(
    _UNICODE_FORM,
    _CASE,
    _SPACING,
    _PUNCTUATION,
    _TONE_PLACEMENT,
    _DIACRITICS,
    _I_AND_Y,
    _JOINED_WORDS,
    _TRANSLITERATION,
    _ORDER,
    _ABBREVIATION,
    _MISSING_MIDDLE_NAME,
    _ABBREVIATED_LAST_WORD,
    _OTHER_DIACRITICS,
    _OTHER_ORDER,
    _MISSING_NAME,
    _OTHER_WORDS,
    _OTHER_SCRIPT,
    _NO_LETTERS,
) = _BITS.values()


@lru_cache(maxsize=1024)
def _comparison(differences: _Differences) -> NameComparison:
    return NameComparison(tuple(one for one, bit in _BITS.items() if differences & bit))


# Words

_BLANKS: Final = (
    " \t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_SEPARATORS: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d,<;/_"
_DROPPED: Final = (
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u2018\u2019\u201a\u201b\u2032\u2035\uff07"
    '"\u201c\u201d\u201e\u00ab\u00bb\u00b7()[]:'
)
_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

_WITHOUT_INVISIBLE: Final = dict.fromkeys(map(ord, _INVISIBLE))
_WITH_PLAIN_BLANKS: Final = dict.fromkeys(map(ord, _BLANKS), " ")
_WITH_ODD_BLANKS: Final = dict.fromkeys(map(ord, _BLANKS[1:]), "\t")
"""So that a compatibility decomposition does not make them plain ones."""

_WITHOUT_PUNCTUATION: Final = {
    **dict.fromkeys(map(ord, _SEPARATORS), " "),
    **dict.fromkeys(map(ord, _DROPPED)),
    ord("."): ". ",
}
_TO_WORDS: Final = {**_WITHOUT_INVISIBLE, **_WITH_PLAIN_BLANKS, **_WITHOUT_PUNCTUATION}
_SPECIAL: Final = re.compile(f"[{re.escape(''.join(map(chr, _TO_WORDS.keys() - {ord(' ')})))}]")

_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
_VOWELS: Final = frozenset("aeiouy")
_LATIN_LETTER: Final = re.compile("[a-z]")
_VOWEL_RUN: Final = re.compile("[aeiouy]+")
_SOLE_I_OR_Y: Final = re.compile("(?:[^aeiouy]*|qu)[iy]")
_STROKES: Final = str.maketrans(
    {
        "đ": "d\u0335",
        "ð": "d\u0335",
        "ħ": "h\u0335",
        "ł": "l\u0335",
        "ø": "o\u0338",
        "ŧ": "t\u0335",
        "ı": "i\u0335",
    }
)
"""Letters with strokes, which Unicode does not take apart."""

_LONGEST_KEPT: Final = 24
_LONGEST_INITIALS: Final = 2
_LONGEST_CONSONANTS: Final = 3
"""`Ngh.` is the longest beginning of a Vietnamese syllable."""


@dataclass(frozen=True, slots=True, repr=False)
class _Word:
    """A word in its several readings. All in lower case and without punctuation.

    Attributes:
        letters: Without marks.
        marked: With marks, the tone behind the vowels that it stands on one of.
        clusters: Each letter with its marks, as written.
        sound: `letters` with `i` for `y` where they sound the same.
        standard: The form in a machine readable zone; "" where there is none.
        is_bare: Whether it is without marks.
        is_latin: Whether any of its letters is.
        is_initial: Whether it can be an abbreviation.
    """

    letters: str
    marked: str
    clusters: tuple[str, ...]
    sound: str
    standard: str
    is_bare: bool
    is_latin: bool
    is_initial: bool

    def __repr__(self) -> str:
        return "<_Word>"


def _words(name: str) -> tuple[_Word, ...]:
    text = unicodedata.normalize("NFC", name).lower()
    if _SPECIAL.search(text):
        text = " ".join(token for token in text.translate(_TO_WORDS).split() if token.strip("."))
    return tuple(
        [_word(token) if len(token) <= _LONGEST_KEPT else _read_word(token) for token in text.split()]
    )


def _read_word(token: str) -> _Word:
    text = token.rstrip(".")
    clusters = _clusters(text)
    letters = "".join(cluster[0] for cluster in clusters)
    marked = _marked(clusters)
    return _Word(
        letters=letters,
        marked=marked,
        clusters=clusters,
        sound=letters.replace("y", "i") if _SOLE_I_OR_Y.fullmatch(letters) else letters,
        standard=_standard(text),
        is_bare=marked == letters,
        is_latin=_LATIN_LETTER.search(letters) is not None,
        is_initial=_can_be_initial(letters, has_stop=text != token),
    )


_word: Final = lru_cache(maxsize=8192)(_read_word)
"""Vietnamese has fewer syllables."""


def forget_words() -> None:
    """Forget the words of names that were compared, which are kept for whoever compares millions."""
    _word.cache_clear()


def _clusters(text: str) -> tuple[str, ...]:
    clusters: list[str] = []
    for character in unicodedata.normalize("NFKD", text.translate(_STROKES)):
        if unicodedata.combining(character) and clusters:
            clusters[-1] += character
        else:
            clusters.append(character)
    return tuple(cluster[0] + "".join(sorted(cluster[1:])) for cluster in clusters)


def _marked(clusters: Sequence[str]) -> str:
    """The letters with their marks; a tone moves to the end of the vowels around it."""
    parts: list[str] = []
    tones = ""
    for cluster in clusters:
        if cluster[0] not in _VOWELS:
            parts.append(tones)
            tones = ""
        own = "".join(mark for mark in cluster[1:] if mark in _TONES) if cluster[0] in _VOWELS else ""
        parts.append("".join(mark for mark in cluster if mark not in own))
        tones += own
    return "".join(parts) + tones


def _standard(text: str) -> str:
    try:
        return transliterate(text)
    except EncodeError:
        return ""


def _can_be_initial(letters: str, *, has_stop: bool) -> bool:
    if has_stop and len(letters) <= _LONGEST_INITIALS:
        return True
    return len(letters) <= _LONGEST_CONSONANTS and letters.isalpha() and _VOWELS.isdisjoint(letters)


def _is_bare(words: Sequence[_Word]) -> bool:
    """Whether a name is without any marks."""
    return False not in [word.is_bare for word in words]


# The same words


def _look(recorded: str, registered: str) -> _Differences:
    """What is different between two texts of the same words, wherever the tones stand."""
    found = 0
    if _form(recorded) != _form(registered):
        found |= _UNICODE_FORM
    one, other = _without_tones(recorded), _without_tones(registered)
    if _letters_only(one) != _letters_only(other):
        found |= _CASE
    one, other = one.lower(), other.lower()
    if "".join(one.split()) != "".join(other.split()):
        found |= _PUNCTUATION
    elif one != other:
        found |= _SPACING
    return found


def _form(name: str) -> tuple[bool, bool]:
    return unicodedata.is_normalized("NFC", name), any(character in _INVISIBLE for character in name)


def _without_tones(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.translate(_WITHOUT_INVISIBLE | _WITH_ODD_BLANKS))
    return "".join(character for character in text if character not in _TONES)


def _letters_only(text: str) -> str:
    return "".join(text.translate(_TO_WORDS).replace(".", "").split())


# The same name in other words

_Place: TypeAlias = tuple[_Word, bool]
"""A word, and whether it is the last one of its name."""

_MOST_WORDS_REARRANGED: Final = 8


def _least_different(one: Sequence[_Word], other: Sequence[_Word]) -> _Differences | None:
    """The best of the differences in all orders of the words; None where the words do not come together."""
    if not _may_come_together(one, other):
        return None
    both_marked = not _is_bare(one) and not _is_bare(other)
    places, opposites = _places(one), _places(other)
    best: _Differences | None = None
    for arranged, moved in _orders(places):
        found = _aligned(arranged, opposites)
        if found is None:
            continue
        found |= moved
        if both_marked and found & _DIACRITICS:
            found ^= _DIACRITICS | _OTHER_DIACRITICS
        best = found if best is None else min(best, found)
        if best < _ORDER:
            break
    return best


def _may_come_together(one: Sequence[_Word], other: Sequence[_Word]) -> bool:
    """Whether the words in full that both names need are there, which they seldom are where the persons are others."""
    if _has(other, one[-1]) and _has(one, other[-1]):
        return True
    return len(one) != len(other) and _all_letters(one) == _all_letters(other)


def _has(words: Sequence[_Word], wanted: _Word) -> bool:
    sound, standard = wanted.sound, wanted.standard
    return any(word.sound == sound or (standard and word.standard == standard) for word in words)


def _all_letters(words: Sequence[_Word]) -> list[str]:
    return sorted("".join(word.letters for word in words))


def _places(words: Sequence[_Word]) -> list[_Place]:
    return [(word, number == len(words)) for number, word in enumerate(words, 1)]


def _orders(places: list[_Place]) -> Iterator[tuple[list[_Place], _Differences]]:
    """The words as they are; then with two or three parts of the name in reverse order; then all of them reversed."""
    yield places, 0
    count = len(places)
    if not 2 <= count <= _MOST_WORDS_REARRANGED:
        return
    for first in range(1, count):
        for second in range(first, count):
            yield places[second:] + places[first:second] + places[:first], _ORDER
    yield places[::-1], _ORDER


def _aligned(one: list[_Place], other: list[_Place]) -> _Differences | None:
    """The differences of words that follow each other in the same order; None where other words do."""
    if len(one) == len(other):
        return _in_step(one, other)
    few, many = sorted((one, other), key=len)
    joined = _joined(few, many)
    return _with_gaps(few, many) if joined is None else joined


def _in_step(one: list[_Place], other: list[_Place]) -> _Differences | None:
    found = 0
    for place, opposite in zip(one, other, strict=True):
        differences = _of_words(place, opposite)
        if differences is None:
            return None
        found |= differences
    return found


def _joined(few: list[_Place], many: list[_Place]) -> _Differences | None:
    """Words of one name that are one in the other, letter for letter.

    What may be one syllable is a word of its own: `Thuan` is not `Thu An`.
    """
    found = _JOINED_WORDS
    pieces = iter([word for word, _ in many])
    for word, _ in few:
        syllables, start = 0, 0
        while start < len(word.letters):
            piece = next(pieces, None)
            if piece is None or not word.letters.startswith(piece.letters, start):
                return None
            end = start + len(piece.letters)
            if _marked(word.clusters[start:end]) != piece.marked:
                found |= _DIACRITICS
            syllables, start = syllables + _syllables(piece), end
        if syllables != _syllables(word):
            return None
    return found if next(pieces, None) is None else None


def _syllables(word: _Word) -> int:
    return len(_VOWEL_RUN.findall(word.letters))


def _with_gaps(few: list[_Place], many: list[_Place]) -> _Differences | None:
    """All words of one name between the first and the last of the other, which are there too."""
    if len(few) < 2:
        return None
    ends = _in_step([few[0], few[-1]], [many[0], many[-1]])
    if ends is None:
        return None
    found = ends | _MISSING_MIDDLE_NAME
    opposites = iter(many[1:-1])
    for place in few[1:-1]:
        differences = _first_that_fits(place, opposites)
        if differences is None:
            return None
        found |= differences
    return found


def _first_that_fits(place: _Place, opposites: Iterator[_Place]) -> _Differences | None:
    for opposite in opposites:
        differences = _of_words(place, opposite)
        if differences is not None:
            return differences
    return None


def _of_words(place: _Place, opposite: _Place) -> _Differences | None:
    """The differences of two words that stand in the same place; None where they are others."""
    (one, one_is_last), (other, other_is_last) = place, opposite
    if one.marked == other.marked:
        return 0
    if one.letters == other.letters:
        return _DIACRITICS
    if one.sound == other.sound:
        same_marks = one.marked.replace("y", "i") == other.marked.replace("y", "i")
        return _I_AND_Y if same_marks else _I_AND_Y | _DIACRITICS
    if one.standard and one.standard == other.standard:
        return _TRANSLITERATION
    if not one_is_last and not other_is_last and (_abbreviates(one, other) or _abbreviates(other, one)):
        return _ABBREVIATION
    return None


def _abbreviates(initial: _Word, word: _Word) -> bool:
    """Whether a word may be short for another. Its marks may be missing, and must not be others."""
    return (
        initial.is_initial
        and word.letters.startswith(initial.letters)
        and all(
            set(cluster) <= set(full) for cluster, full in zip(initial.clusters, word.clusters, strict=False)
        )
    )


# Other names


def _contradiction(one: Sequence[_Word], other: Sequence[_Word]) -> _Differences:
    """Why two names are different."""
    if _is_latin(one) != _is_latin(other):
        return _OTHER_SCRIPT
    if len(one) == len(other):
        return _contradiction_of_as_many(one, other)
    few, many = sorted(({word.letters for word in words} for words in (one, other)), key=len)
    return _MISSING_NAME if few <= many else _OTHER_WORDS


def _contradiction_of_as_many(one: Sequence[_Word], other: Sequence[_Word]) -> _Differences:
    if sorted([word.letters for word in one]) == sorted([word.letters for word in other]):
        return _OTHER_ORDER
    if not one[-1].is_initial and not other[-1].is_initial:
        return _OTHER_WORDS
    written_out = _in_step([(word, False) for word in one], [(word, False) for word in other])
    return _OTHER_WORDS if written_out is None else _ABBREVIATED_LAST_WORD


def _is_latin(words: Sequence[_Word]) -> bool:
    return True in [word.is_latin for word in words]
