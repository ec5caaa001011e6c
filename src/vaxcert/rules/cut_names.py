"""Names whose end may be missing, because they fill the field that they stand in.

Twins share birth date and family name, so the given names that are seen have to tell them apart. The last one may go
on: `DANIEL` as Daniela, `ALEXAND` as Alexander or Alexandra, `MARIA CLA` as Clara or Claudia. Those before it are
whole, and two of them with several syllables each tell: no parents give both to two children. Words of one syllable,
such as `THI NGOC`, do not.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from vaxcert.rules.identity_grades import IdentityGrade
from vaxcert.rules.spellings import has_syllables

Parts: TypeAlias = tuple[str, str]
"""Family name and given names, or one name and ""."""

_FULL: Final = frozenset((38, 39))
"""Characters that fill the name field of a passport, or all but a last filler."""

_LONGEST_PART: Final = 80
"""Characters of `fnt` and of `gnt`, schema 1.3.0."""

_FEWEST_LETTERS: Final = 5
"""Of a first word of a family name that is cut, so that it is not anybody's."""

_ENOUGH_WORDS: Final = 2


def may_fill_its_field(parts: Parts) -> bool:
    """Whether the names of a certificate may have been cut when they were entered, or read from a document."""
    family, given = map(len, parts)
    return family + len("<<") + given in _FULL or max(family, given) >= _LONGEST_PART


def standard_words(part: str) -> list[str]:
    """The words of a part of a name in the letters of a machine readable zone."""
    return part.replace("<", " ").split()


def cut_grade(seen: Parts, whole: Parts) -> IdentityGrade | None:
    """How well a name that may be cut agrees with a whole one.

    A state may cut the end, or each word of the family name and the last given name (Doc 9303-4 section 4.2.3).

    Args:
        seen: The name that may be cut, A to Z and `<`.
        whole: The other name, likewise; it may be the same.

    Returns:
        `likely` or `unclear`; None where the one is not the other's beginning.
    """
    family, given = (standard_words(part) for part in seen)
    whole_family, whole_given = (standard_words(part) for part in whole)
    if not family or not _begins(family, whole_family) or not _begins(given, whole_given):
        return None
    if given[:-1] != whole_given[: len(given)][:-1]:
        return None
    is_seen = family[0] == whole_family[0] or len(family[0]) >= _FEWEST_LETTERS
    tells = sum(map(has_syllables, given[:-1])) >= _ENOUGH_WORDS
    if given == whole_given and len(family) == len(whole_family) and family != whole_family:
        # a state that shortens the family name does so to have room for the given names
        tells = any(map(has_syllables, given))
    return IdentityGrade.LIKELY if tells and is_seen else IdentityGrade.UNCLEAR


def _begins(seen: list[str], whole: list[str]) -> bool:
    return len(seen) <= len(whole) and all(
        other.startswith(word) for word, other in zip(seen, whole, strict=False)
    )
