"""The machine readable zone of travel documents (ICAO Doc 9303, parts 3 to 7).

Read are cards (TD1, part 5), small booklets (TD2, part 6), passports (TD3, part 4) and visas (MRV-A and MRV-B, part 7).
What the reader is for is to compare names and birth date with a certificate: the document number and the optional
data are checked and not kept.

Scanners and people are met half-way. Line ends, blanks, lower case, and fillers that are missing or too many at the end
of the name line do not matter. A letter in a field of digits becomes the digit that it looks like, for then the check
digit decides; a 0 in a name becomes an O, for names have no digits. Letters and digits of a document number are not
exchanged: 4 and O have the same check digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from vaxcert.errors import MrzError, Reason
from vaxcert.model.certificate import BirthDate, _Private
from vaxcert.model.dose_record import Sex
from vaxcert.model.moments import in_utc
from vaxcert.model.mrz_dates import read_birth_date, read_expiry
from vaxcert.model.mrz_layouts import (
    LAYOUTS,
    Layout,
    MrzField,
    MrzFormat,
    Span,
    characters_error,
    check_digit_error,
    is_checked,
)

__all__ = ["MrzField", "MrzFormat", "TravelDocument", "read_mrz"]


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class TravelDocument(_Private):
    """What a machine readable zone says of its holder.

    Attributes:
        format: Which of the formats.
        kind: The document code, such as `P` or `ID`.
        issuer: State or organisation, as it stands there: mostly ISO 3166-1 alpha-3, of Germany `D`.
        nationality: Likewise; "" where it is empty.
        primary_identifier: The family name, or the only name; A to Z and `<`.
        secondary_identifier: The given names; "" for people with one name.
        name_may_be_cut: The names fill their field, so that their end may be missing (part 4 section 4.2.3).
        birth_date: Complete or partial; None where it is unknown. Of two digits of a year, the latest that can be.
        sex: None where it is not said.
        expires: The last day of the document; None where it has none.
        repaired: The fields in which a character was put right.
    """

    format: MrzFormat
    kind: str
    issuer: str
    nationality: str
    primary_identifier: str
    secondary_identifier: str
    name_may_be_cut: bool
    birth_date: BirthDate | None
    sex: Sex | None
    expires: date | None
    repaired: tuple[MrzField, ...] = ()


_ISSUER: Final = (2, 5)
_NAME_LINES: Final = {(36, 36): 0, (44, 44): 0, (30, 30, 30): 2}
"""By the length of the lines, which of them has the name."""

_MOST_CHARACTERS: Final = 1000
_LINE_ENDS: Final = re.compile(r"[\r\n]+")
_BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff]+")
_TO_CAPITALS: Final = str.maketrans(ascii_lowercase, ascii_uppercase)
"""Letters that only become one of A to Z in upper case, such as the dotless i, are others."""
_OTHER_CHARACTER: Final = re.compile("[^A-Z0-9<]")
_DIGIT: Final = re.compile("[0-9]")
_NOT_A_DIGIT: Final = re.compile("[^0-9<]")
_NOT_OF_A_BIRTH_DATE: Final = re.compile("[^0-9<X]")
_FILLERS: Final = re.compile("<+")
_LIKE_DIGITS: Final = str.maketrans("OQDILZSGB", "000112568")


def read_mrz(text: str, *, at: datetime) -> TravelDocument:
    """Read a machine readable zone.

    Args:
        text: Its lines, with anything blank between them or nothing.
        at: The time of reading, aware: a birth date is not after its day in UTC, an expiry within fifty years of it.

    Returns:
        What it says, with all check digits right.

    Raises:
        MrzError: `MRZ_LENGTH`: these are not the lines of a format. `MRZ_CHARACTERS`: a character that the field cannot
            have, or no name. `MRZ_CHECK_DIGIT`: of the field that the error names. `MRZ_DATE`: no date.
        ValueError: `at` is naive.
    """
    today = in_utc(at).date()
    characters = _characters(text)
    layout = LAYOUTS[len(characters)][characters[0] == "V"]
    reading = _Reading(characters, layout)
    primary, secondary = reading.names()
    birth_date = reading.checked_date(MrzField.BIRTH_DATE, layout.birth_date, _NOT_OF_A_BIRTH_DATE)
    expiry = reading.checked_date(MrzField.EXPIRY, layout.expiry, _NOT_A_DIGIT)
    sex = reading.sex()
    reading.check_number()
    reading.check_rest()
    return TravelDocument(
        format=layout.format,
        kind=reading.kind(),
        issuer=reading.letters(MrzField.ISSUER, _ISSUER).strip("<"),
        nationality=reading.letters(MrzField.NATIONALITY, layout.nationality).strip("<"),
        primary_identifier=primary,
        secondary_identifier=secondary,
        name_may_be_cut=reading.name_may_be_cut(),
        birth_date=read_birth_date(birth_date, today),
        sex=sex,
        expires=read_expiry(expiry, today),
        repaired=tuple(field for field in MrzField if field in reading.repaired),
    )


# Lines


def _characters(text: str) -> str:
    """The characters of all lines; as many as one of the formats has."""
    if len(text) > _MOST_CHARACTERS:
        raise MrzError(Reason.MRZ_LENGTH, f"longer than {_MOST_CHARACTERS} characters")
    text = text.translate(_TO_CAPITALS)
    characters = _BLANKS.sub("", text)
    other = _OTHER_CHARACTER.search(characters)
    if other is not None:
        raise MrzError(Reason.MRZ_CHARACTERS, f"character {other.start() + 1} is none of A-Z, 0-9 and <")
    lines = [line for part in _LINE_ENDS.split(text) if (line := _BLANKS.sub("", part))]
    chunks = [chunk for chunk in _BLANKS.split(text) if chunk]
    whole = _with_whole_name_line(lines) or _with_whole_name_line(chunks) or characters
    if len(whole) not in LAYOUTS:
        raise MrzError(
            Reason.MRZ_LENGTH,
            f"{len(characters)} characters in {len(lines)} lines; 3x30, 2x36 or 2x44 expected",
        )
    return whole


def _with_whole_name_line(lines: list[str]) -> str:
    """All lines of a format, with as many fillers behind the name as there have to be; "" where they are none."""
    for widths, place in _NAME_LINES.items():
        whole = list(lines)
        if len(lines) == len(widths):
            whole[place] = lines[place].rstrip("<").ljust(widths[place], "<")
        if tuple(map(len, whole)) == widths:
            return "".join(whole)
    return ""


# Fields


class _Reading:
    """The characters, and what was put right in them."""

    __slots__ = ("_layout", "_text", "repaired")

    def __init__(self, characters: str, layout: Layout) -> None:
        self._text = characters
        self._layout = layout
        self.repaired: set[MrzField] = set()

    def kind(self) -> str:
        kind = self._text[:2].rstrip("<")
        if not kind or not kind[0].isalpha():
            raise characters_error(MrzField.KIND)
        return kind

    def letters(self, field: MrzField, span: Span) -> str:
        letters = self._text[slice(*span)]
        if _DIGIT.search(letters):
            letters = letters.replace("0", "O")
            if _DIGIT.search(letters):
                raise characters_error(field)
            self.repaired.add(field)
        return letters

    def names(self) -> tuple[str, str]:
        field = self.letters(MrzField.NAME, self._layout.name).rstrip("<")
        primary, _, secondary = field.partition("<<")
        parts = [_FILLERS.sub("<", part).strip("<") for part in (primary, secondary)]
        names = [part for part in parts if part]
        if not names:
            raise characters_error(MrzField.NAME)
        return names[0], names[1] if len(names) > 1 else ""

    def name_may_be_cut(self) -> bool:
        """Whether the last character is used, or only one is left: the cut may be behind a whole word."""
        start, end = self._layout.name
        return not self._text[start:end].endswith("<<")

    def sex(self) -> Sex | None:
        letter = self._text[self._layout.sex]
        if letter not in "MFX<":
            raise characters_error(MrzField.SEX)
        return {"M": Sex.MALE, "F": Sex.FEMALE}.get(letter)

    def checked_date(self, field: MrzField, span: Span, others: re.Pattern[str]) -> str:
        """The six characters of a date, `<` where they are unknown."""
        start, end = span
        self._repair_digits(field, start, end, others)
        self._repair_digits(field, end, end + 1, _NOT_A_DIGIT)
        day = self._text[start:end]
        if is_checked(day, self._text[end]):
            return day.replace("X", "<")
        filled = day.replace("X", "<")
        if not is_checked(filled, self._text[end]):
            raise check_digit_error(field)
        self._text = self._text[:start] + filled + self._text[end:]
        return filled

    def check_number(self) -> None:
        start, place = self._layout.number
        number = self._text[start:place]
        if self._text[place] == "<" and self._layout.overflow is not None and number.strip("<"):
            begin, end = self._layout.overflow
            rest = self._text[begin:end].partition("<")[0]
            number += rest[:-1]
            place = begin + len(rest) - 1 if rest else place
        self._repair_digits(MrzField.DOCUMENT_NUMBER, place, place + 1, _NOT_A_DIGIT)
        if not is_checked(number, self._text[place]):
            raise check_digit_error(MrzField.DOCUMENT_NUMBER)

    def check_rest(self) -> None:
        """The optional data and, over all of it, the composite check digit."""
        if self._layout.optional is not None:
            start, end = self._layout.optional
            self._repair_digits(MrzField.OPTIONAL_DATA, end, end + 1, _NOT_A_DIGIT)
            if not is_checked(self._text[start:end], self._text[end]):
                raise check_digit_error(MrzField.OPTIONAL_DATA)
        if self._layout.composite:
            place = self._layout.composite_digit
            self._repair_digits(MrzField.COMPOSITE, place, place + 1, _NOT_A_DIGIT)
            checked = "".join(self._text[slice(*span)] for span in self._layout.composite)
            if not is_checked(checked, self._text[place]):
                raise check_digit_error(MrzField.COMPOSITE)

    def _repair_digits(self, field: MrzField, start: int, end: int, others: re.Pattern[str]) -> None:
        digits = self._text[start:end]
        if others.search(digits):
            digits = digits.translate(_LIKE_DIGITS)
            if others.search(digits):
                raise characters_error(field)
            self._text = self._text[:start] + digits + self._text[end:]
            self.repaired.add(field)
