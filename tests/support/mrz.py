"""Machine readable zones of travel documents that do not exist (ICAO Doc 9303 parts 4 to 7)."""

from __future__ import annotations

from datetime import date

from vaxcert.model.certificate import BirthDate, PartialDate

WEIGHTS = (7, 3, 1)
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NAME_WIDTHS = {"td1": 30, "td2": 31, "td3": 39, "mrv-a": 39, "mrv-b": 31}


def check(field: str) -> str:
    """The check digit of part 3 section 4.9."""
    values = (0 if character == "<" else DIGITS.index(character) for character in field)
    return str(sum(value * WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def checked(field: str) -> str:
    return field + check(field)


def date_field(day: BirthDate | None) -> str:
    """The six characters of a date."""
    if day is None:
        return "<<<<<<"
    if isinstance(day, PartialDate):
        return f"{day.year % 100:02}" + ("<<" if day.month is None else f"{day.month:02}") + "<<"
    return f"{day:%y%m%d}"


def write_mrz(
    form: str,
    name: str,
    *,
    born: BirthDate | None = date(1990, 2, 28),
    expires: date | None = date(2030, 1, 31),
    kind: str = "",
    issuer: str = "UTO",
    nationality: str = "UTO",
    number: str = "L898902C3",
    optional: str = "",
    sex: str = "<",
) -> str:
    """The lines of a document.

    Args:
        form: `td1`, `td2`, `td3`, `mrv-a` or `mrv-b`.
        name: `FAMILY<<GIVEN<NAMES`; what does not fit is cut.
        born: Or None for nothing known.
        expires: Or None.
        kind: The document code; made up by default.
        issuer: Up to three letters.
        nationality: Likewise.
        number: The document number; of cards and small booklets it may be longer than nine characters.
        optional: As many characters as there is room for.
        sex: `M`, `F` or `<`.
    """
    width = NAME_WIDTHS[form]
    names = name[:width].ljust(width, "<")
    kind = (kind or {"td1": "I", "td2": "I", "td3": "P"}.get(form, "V")).ljust(2, "<")
    issuer, nationality = issuer.ljust(3, "<"), nationality.ljust(3, "<")
    holder = checked(date_field(born)), sex + checked(date_field(expires))
    if form == "td1":
        upper = _number(number, optional, 15)
        below = optional[max(0, 15 - len(number)) :] if len(number) > 9 else ""
        lower = holder[0] + holder[1] + nationality + below[:11].ljust(11, "<")
        composite = check(upper + holder[0] + holder[1][1:] + lower[18:29])
        return "\n".join((kind + issuer + upper, lower + composite, names))
    first = kind + issuer + names
    if form == "td2":
        body = _number(number, optional, 7)
        start = body[:10] + nationality + holder[0] + holder[1]
        return first + "\n" + start + body[10:] + check(body[:10] + holder[0] + holder[1][1:] + body[10:])
    start = checked(number[:9].ljust(9, "<")) + nationality + holder[0] + holder[1]
    if form == "td3":
        rest = checked(optional[:14].ljust(14, "<"))
        return first + "\n" + start + rest + check(start[:10] + start[13:20] + start[21:] + rest)
    room = 16 if form == "mrv-a" else 8
    return first + "\n" + start + optional[:room].ljust(room, "<")


def _number(number: str, optional: str, room: int) -> str:
    """Document number, its check digit, and the optional data that follow; a long number goes on in these."""
    if len(number) <= 9:
        return checked(number.ljust(9, "<")) + optional[:room].ljust(room, "<")
    return number[:9] + "<" + (number[9:] + check(number) + "<" + optional)[:room].ljust(room, "<")
