"""Machine readable zones of travel documents, right ones and wrong ones (ICAO Doc 9303, parts 3 to 7).

Not vaxcert's own: the check digits are counted here anew.
"""

from __future__ import annotations

from typing import Final

_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_digit(field: str) -> str:
    """Part 3 section 4.9: weights 7, 3, 1; a filler counts nothing."""
    values = [0 if character == "<" else _CHARACTERS.index(character) for character in field]
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def passport(
    *,
    kind: str = "P",
    issuer: str = "VNM",
    name: str = "NGUYEN<<VAN<THU",
    number: str = "C1234567",
    nationality: str = "VNM",
    born: str = "900517",
    sex: str = "M",
    expires: str = "301231",
    optional: str = "",
    optional_digit: str | None = None,
) -> str:
    """A TD3 zone: two lines of 44 characters."""
    document, data = number.ljust(9, "<"), optional.ljust(14, "<")
    document += check_digit(document)
    birth, expiry = born + check_digit(born), expires + check_digit(expires)
    data += check_digit(data) if optional_digit is None else optional_digit
    whole = check_digit(document + birth + expiry + data)
    first = f"{kind:<<2}{issuer:<<3}{name}".ljust(44, "<")[:44]
    return f"{first}\n{document}{nationality:<<3}{birth}{sex}{expiry}{data}{whole}"


def booklet(
    *,
    name: str = "NGUYEN<<VAN<THU",
    number: str = "C1234567",
    born: str = "900517",
    expires: str = "301231",
    optional: str = "",
) -> str:
    """A TD2 zone: two lines of 36 characters. A number of more than nine goes on in the optional data."""
    first = f"I<VNM{name}".ljust(36, "<")[:36]
    document, data = _number(number, optional)
    data = data.ljust(7, "<")
    birth, expiry = born + check_digit(born), expires + check_digit(expires)
    whole = check_digit(document + birth + expiry + data)
    return f"{first}\n{document}VNM{birth}F{expiry}{data}{whole}"


def card(
    *,
    name: str = "NGUYEN<<VAN<THU",
    number: str = "C1234567",
    born: str = "900517",
    expires: str = "301231",
    optional: str = "",
    further: str = "",
) -> str:
    """A TD1 zone: three lines of 30 characters. A long number as in a booklet."""
    document, data = _number(number, optional)
    data, more = data.ljust(15, "<"), further.ljust(11, "<")
    birth, expiry = born + check_digit(born), expires + check_digit(expires)
    whole = check_digit(document + data + birth + expiry + more)
    last = name.ljust(30, "<")[:30]
    return f"I<VNM{document}{data}\n{birth}M{expiry}VNM{more}{whole}\n{last}"


def visa(*, width: int = 44, born: str = "900517", number: str = "L8988901C") -> str:
    """An MRV-A zone of 44 characters a line, or an MRV-B one of 36. There is no composite check digit."""
    first = "V<VNMNGUYEN<<VAN<THU".ljust(width, "<")
    document = number.ljust(9, "<")
    expires = "301231"
    second = f"{document}{check_digit(document)}VNM{born}{check_digit(born)}F{expires}{check_digit(expires)}"
    return f"{first}\n{second.ljust(width, '<')}"


def with_character(zone: str, line: int, place: int, character: str) -> str:
    """The zone with one character replaced; lines and places count from 0."""
    lines = zone.split("\n")
    lines[line] = lines[line][:place] + character + lines[line][place + 1 :]
    return "\n".join(lines)


def _number(number: str, optional: str) -> tuple[str, str]:
    if len(number) <= 9:
        document = number.ljust(9, "<")
        return document + check_digit(document), optional
    return number[:9] + "<", f"{number[9:]}{check_digit(number)}<{optional}"
