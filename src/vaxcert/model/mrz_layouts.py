"""Where the formats of machine readable zones have their fields, and how these are checked (ICAO Doc 9303)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from vaxcert.errors import MrzError, Reason


class MrzFormat(StrEnum):
    """The formats of Doc 9303."""

    TD1 = "td1"
    """A card: three lines of 30."""
    TD2 = "td2"
    """A small booklet: two lines of 36."""
    TD3 = "td3"
    """A passport: two lines of 44."""
    MRV_A = "mrv-a"
    """A visa of two lines of 44."""
    MRV_B = "mrv-b"
    """A visa of two lines of 36."""


class MrzField(StrEnum):
    """The fields, as errors name them."""

    KIND = "document code"
    ISSUER = "issuer"
    NAME = "name"
    DOCUMENT_NUMBER = "document number"
    NATIONALITY = "nationality"
    BIRTH_DATE = "birth date"
    SEX = "sex"
    EXPIRY = "expiry"
    OPTIONAL_DATA = "optional data"
    COMPOSITE = "whole"
    """What the composite check digit is over."""


Span: TypeAlias = tuple[int, int]
"""Places of a field, counted over all lines: of the first character, and behind the last one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a format has its fields. The check digit of a field is behind it."""

    format: MrzFormat
    width: int
    name: Span
    number: Span
    nationality: Span
    birth_date: Span
    expiry: Span
    overflow: Span | None
    """Where the rest of a long document number stands."""
    optional: Span | None
    """Optional data with a check digit of its own."""
    composite: tuple[Span, ...]
    """What the last character of the second line checks; nothing in a visa."""

    @property
    def sex(self) -> int:
        """The place of the sex, behind the birth date and its check digit."""
        return self.birth_date[1] + 1

    @property
    def composite_digit(self) -> int:
        """The place of the composite check digit."""
        return 2 * self.width - 1


_TD1: Final = Layout(
    MrzFormat.TD1, 30, (60, 90), (5, 14), (45, 48), (30, 36), (38, 44), (15, 30), None,
    ((5, 30), (30, 37), (38, 45), (48, 59)),
)  # fmt: skip
_TD2: Final = Layout(
    MrzFormat.TD2, 36, (5, 36), (36, 45), (46, 49), (49, 55), (57, 63), (64, 71), None,
    ((36, 46), (49, 56), (57, 71)),
)  # fmt: skip
_TD3: Final = Layout(
    MrzFormat.TD3, 44, (5, 44), (44, 53), (54, 57), (57, 63), (65, 71), None, (72, 86),
    ((44, 54), (57, 64), (65, 87)),
)  # fmt: skip
_MRV_A: Final = Layout(MrzFormat.MRV_A, 44, (5, 44), (44, 53), (54, 57), (57, 63), (65, 71), None, None, ())
_MRV_B: Final = Layout(MrzFormat.MRV_B, 36, (5, 36), (36, 45), (46, 49), (49, 55), (57, 63), None, None, ())

LAYOUTS: Final = {90: (_TD1, _TD1), 72: (_TD2, _MRV_B), 88: (_TD3, _MRV_A)}
"""By the number of characters: documents and visas."""


_VALUES: Final = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<", bytes((*range(36), 0)))


def check_digit(field: str) -> int:
    """The check digit of a field: weights 7, 3 and 1 over and over (part 3 section 4.9).

    Args:
        field: Of A to Z, 0 to 9 and `<`.
    """
    values = field.encode("ascii").translate(_VALUES)
    return (7 * sum(values[::3]) + 3 * sum(values[1::3]) + sum(values[2::3])) % 10


def is_checked(field: str, digit: str) -> bool:
    """Whether a check digit is right. A filler stands for the 0 of a field without any content."""
    if digit == "<":
        return not field.strip("<")
    return digit == str(check_digit(field))


def characters_error(field: MrzField) -> MrzError:
    """The field has a letter for a digit, a digit for a letter, or nothing where there must be something."""
    return MrzError(Reason.MRZ_CHARACTERS, f"the {field} has a character that it cannot have", field)


def check_digit_error(field: MrzField) -> MrzError:
    """The check digit of the field is not the one of its content."""
    return MrzError(Reason.MRZ_CHECK_DIGIT, f"the check digit of the {field} is wrong", field)


def date_error(field: MrzField) -> MrzError:
    """The field is not a date."""
    return MrzError(Reason.MRZ_DATE, f"the {field} is not a possible date", field)
