"""What is printed of a person and the doses, as the values that the template sets.

Each value is a map: `vi`, and `en` where the English is another; `beside` when both may stand on one line; `style`.
None is a value that nobody states.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final, TypeAlias

from vaxcert.adapters.passport.holder import PassportDose, PassportHolder
from vaxcert.adapters.passport.picture import draw_picture
from vaxcert.model import value_sets
from vaxcert.model.certificate import BirthDate, PartialDate, Person
from vaxcert.model.countries import alpha2
from vaxcert.model.names import is_standard_name, standard_names

Value: TypeAlias = Mapping[str, Any] | None

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_USUAL: Final = {
    "name": 36,
    "nationality": 14,
    "disease": 20,
    "vaccine": 52,
    "product": 22,
    "manufacturer": 56,
    "code": 48,
}
"""Characters that have room in the places of the template at its full size."""

_NOT_IN_FONT: Final = re.compile(
    "[^ -~\u00a1-\u00ac\u00ae-\u02af\u0300-\u036f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce"
    "\u0400-\u045f\u1e00-\u1eff\u2010-\u2027\u2030-\u2037]"
)
"""What the template's fonts have no letter for, and what is no letter: all Latin ones they have, the Vietnamese
among them, and those of Greek and Russian."""

_REPLACEMENT: Final = "\ufffd"


def person_content(holder: PassportHolder) -> dict[str, Any]:
    """All that the template needs of one person.

    Raises:
        EncodeError: The text of a certificate cannot be drawn as a QR code.
        AdapterError: `extra-missing`.
    """
    doses = [dose.vaccination for dose in holder.doses]
    numbers = [dose.dose_number for dose in doses if dose.dose_number is not None]
    content = {
        "mark": None if holder.mark is None else str(holder.mark),
        "authority": next((_printable(dose.authority) for dose in doses if dose.authority), None),
        "name": _name(holder.subject),
        "birth": _birth_date(holder.subject.birth_date),
        "nationality": _nationality(holder.nationality),
        "disease": _names((dose.disease for dose in doses), "diseases"),
        "received": {"vi": str(max(numbers, default=len(doses)))},
        "doses": [_dose(dose) for dose in holder.doses],
    }
    return {**content, "usual": _is_usual(content)}


def _dose(dose: PassportDose) -> dict[str, Any]:
    of = dose.vaccination
    picture = draw_picture(dose.text)
    content = {
        "label": "–" if of.dose_number is None else str(of.dose_number),
        "number": _dose_number(of.dose_number, of.doses_in_series),
        "vaccinated": _strong(_day(of.vaccinated_on)),
        "vaccine": _names((of.prophylaxis,), "prophylaxis"),
        "product": _names((of.product,), "products"),
        "manufacturer": _names((of.marketing_holder,), "holders"),
        "code": _text(of.certificate_id, style="code"),
        "issued": None if dose.issued_at is None else _day(dose.issued_at.date()),
        "expires": _moment(dose.expires),
        "qr": picture.svg,
        "qr_modules": picture.modules,
    }
    return {**content, "usual": _is_usual(content)}


def _is_usual(content: Mapping[str, Any]) -> bool:
    """Whether every value is so short that the template need not measure whether it fits."""
    return all(
        value is None or max(len(value["vi"]), len(value.get("en", ""))) <= _USUAL[name]
        for name, value in content.items()
        if name in _USUAL
    )


def _name(person: Person) -> Value:
    """As written, and below it as in the machine-readable zone of a passport (ICAO 9303).

    A script that the fonts lack is not printed; the form of the passport stands in for it.
    """
    written = " ".join(filter(None, (person.family_name, person.given_name)))
    standard = [name for name in standard_names(person) if name and is_standard_name(name)]
    passport = "<<".join(standard)
    shown = unicodedata.normalize("NFC", written)
    if _NOT_IN_FONT.search(shown) and passport:
        shown = " ".join(passport.replace("<", " ").split())
    if not shown and not passport:
        return None
    value = {"vi": _printable(shown or passport), "style": "name"}
    return {**value, "passport": passport} if passport else value


def _dose_number(number: int | None, series: int | None) -> Value:
    if number is None:
        return None
    return {"vi": str(number) if series is None else f"{number} / {series}", "style": "strong"}


def _names(codes: Iterable[str | None], value_set: value_sets.SetName) -> Value:
    """The names of codes, each once."""
    known = list(dict.fromkeys(code for code in codes if code))
    if not known:
        return None
    vi, en = (
        "; ".join(_printable(value_sets.display(code, value_set, language)) for code in known)
        for language in ("vi", "en")
    )
    return _pair(vi, en)


def _nationality(text: str | None) -> Value:
    if not text or not text.strip():
        return None
    code = _country(text)
    if code is None:
        return {"vi": _printable(text.strip())}
    return _pair(*(value_sets.display(code, "countries", language) for language in ("vi", "en")))


def _country(text: str) -> str | None:
    """The country that a code, or a name in either language, stands for."""
    return alpha2(text.strip().upper()) or _countries_by_name().get(_folded(text))


@cache
def _countries_by_name() -> Mapping[str, str]:
    countries = value_sets.current().countries.values()
    return {
        _folded(country.name(language)): country.code for country in countries for language in ("en", "vi")
    }


def _folded(name: str) -> str:
    """The letters of a name without marks and case."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


def _birth_date(day: BirthDate | None) -> Value:
    if not isinstance(day, PartialDate):
        return _strong(_day(day))
    if day.month is None:
        return {"vi": str(day.year), "style": "strong"}
    month = f"{_MONTHS[day.month - 1]} {day.year}"
    return _strong({"vi": f"{day.month:02}/{day.year:04}", "en": month, "beside": True})


def _day(day: date | None) -> Value:
    """In the order of Viet Nam, and with the month's name, which nobody takes for a day."""
    if day is None:
        return None
    return {"vi": _vietnamese(day), "en": _english(day), "beside": True}


def _moment(moment: datetime | None) -> Value:
    if moment is None:
        return None
    time = f"{moment:%H:%M} UTC"
    return {"vi": f"{_vietnamese(moment)} {time}", "en": f"{_english(moment)} {time}", "beside": True}


def _vietnamese(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _english(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _pair(vi: str, en: str) -> Value:
    return {"vi": vi} if vi == en else {"vi": vi, "en": en}


def _strong(value: Value) -> Value:
    return None if value is None else {**value, "style": "strong"}


def _text(text: str | None, *, style: str) -> Value:
    return {"vi": _printable(text), "style": style} if text else None


def _printable(text: str) -> str:
    """With a mark in the place of whatever the fonts have no letter for."""
    return _NOT_IN_FONT.sub(_REPLACEMENT, unicodedata.normalize("NFC", text))
