"""The identity numbers of Vietnamese citizens, and what can be read from them.

The personal identification number (CCCD) has 12 digits: place of birth registration (3), century and sex (1), year
of birth (2), and a random number (6), without a check digit: Decree 137/2015/ND-CP, article 13. The older identity
card (CMND) has 9, which tell nothing of its holder.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from vaxcert.model.dose_record import Sex

CCCD_DIGITS: Final = 12
CMND_DIGITS: Final = 9

_PROVINCES: Final = (
    *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38),
    *(40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79),
    *(80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96),
)

PROVINCES: Final = frozenset(f"{code:03}" for code in _PROVINCES)
"""The 63 provinces and cities (Circular 07/2016/TT-BCA, annex 1, and Circular 59/2021/TT-BCA after it)."""

_FIRST_COUNTRY: Final = "100"
"""Whose birth was registered abroad has the code of a country; those are above the provinces'."""

_ZEROS_LOST: Final = {8: 1, 10: 2, 11: 1}
"""By the digits that are left: spreadsheets drop leading zeros, of a CMND at most one, of a CCCD at most two."""


class Holder(NamedTuple):
    """What a CCCD says of its holder.

    Attributes:
        sex: Of the holder.
        birth_year: Four digits.
    """

    sex: Sex
    birth_year: int


_HOLDERS: Final = {
    f"{2 * century + place}{year:02}": Holder(sex, 1900 + 100 * century + year)
    for century in range(5)
    for place, sex in enumerate((Sex.MALE, Sex.FEMALE))
    for year in range(100)
}
"""By the fourth to sixth digit."""


def is_digits(number: str) -> bool:
    """Whether there is nothing in it but the digits 0 to 9, and at least one."""
    return number.isascii() and number.isdigit()


def holder_of(number: str) -> Holder:
    """What a CCCD says of its holder.

    Args:
        number: Twelve digits.
    """
    return _HOLDERS[number[3:6]]


def has_place(number: str) -> bool:
    """Whether the first three digits of a CCCD may be the place of a birth registration.

    The codes of countries are not looked up: any number above those of the provinces may be one.
    """
    return number[:3] in PROVINCES or number >= _FIRST_COUNTRY


def with_leading_zeros(number: str) -> str | None:
    """The number as it was before a spreadsheet took its leading zeros.

    Args:
        number: Digits.

    Returns:
        Nine or twelve digits; None where so many digits cannot be left of either number.
    """
    lost = _ZEROS_LOST.get(len(number))
    return None if lost is None else "0" * lost + number
