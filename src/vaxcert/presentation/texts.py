"""The words that people read. One file a language in `texts/`; a further language is a further file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

from vaxcert.model import value_sets
from vaxcert.model.certificate import PartialDate

DEFAULT_LANGUAGE: Final = "en"
NARROW_SPACE: Final = "\u202f"
_FOLDER: Final = Path(__file__).with_suffix("")
_VARIABLES: Final = ("VAXCERT_LANG", "LC_ALL", "LC_MESSAGES", "LANG")

Tables: TypeAlias = Mapping[str, Mapping[str, str]]


class _Number(int):
    """A number that writes the word for what it counts: `{keys:key|keys}` is `1 key` or `2 keys`."""

    __slots__ = ()

    def __format__(self, words: str) -> str:
        one, separator, many = words.partition("|")
        return f"{int(self)} {one if self == 1 else many}" if separator else super().__format__(words)


class Texts:
    """The words of one language.

    Args:
        language: Its code, the name of its file.
        tables: The tables of its file.
    """

    def __init__(self, language: str, tables: Tables) -> None:
        self.language: Final = language
        self._tables: Final = tables

    def get(self, table: str, key: str, **values: object) -> str:
        """The text of a key, with `values` in their places.

        `{keys:key|keys}` in a text is the number and, by it, one of the two words.
        """
        text = self._tables[table][key]
        counted = {name: _Number(one) if type(one) is int else one for name, one in values.items()}
        return text.format(**counted) if values else text

    def sentences(self, *tables: str) -> dict[str, str]:
        """Codes and their sentences; where two tables have a code, the later one's."""
        return {code: text for table in tables for code, text in self._tables[table].items()}

    def code_name(self, code: str | None, value_set: value_sets.SetName) -> str:
        """What a code of a certificate stands for, with the code where it is another word."""
        if not code:
            return ""
        name = value_sets.display(code, value_set, "vi" if self.language == "vi" else "en")
        return code if name == code else f"{name} ({code})"

    def day(self, day: date | PartialDate | None) -> str:
        """A date, or as much of it as is known."""
        if day is None:
            return ""
        if isinstance(day, date):
            return self.get("format", "date", year=day.year, month=day.month, day=day.day)
        if day.month is None:
            return self.get("format", "year", year=day.year)
        return self.get("format", "month", year=day.year, month=day.month)

    def share(self, part: int, whole: int) -> str:
        """A part of something, in percent to one decimal."""
        tenths = round(1000 * part / whole)
        return self.get("format", "share", percent=tenths // 10, tenths=tenths % 10)

    def moment(self, moment: datetime | None) -> str:
        """A time in UTC, to the minute."""
        if moment is None:
            return ""
        year, month, day, hour, minute = moment.utctimetuple()[:5]
        return self.get("format", "moment", year=year, month=month, day=day, hour=hour, minute=minute)


def grouped(number: int) -> str:
    """A number with its digits in groups of three, by narrow spaces, which no language reads as a decimal sign."""
    return f"{number:,}".replace(",", NARROW_SPACE)


def languages() -> tuple[str, ...]:
    """The languages there are."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load(language: str) -> Texts:
    """Read the words of a language; English stands in for what it lacks."""
    tables = _read(DEFAULT_LANGUAGE)
    if language != DEFAULT_LANGUAGE:
        own = _read(language)
        tables = {name: {**table, **own.get(name, {})} for name, table in tables.items()}
    return Texts(language, tables)


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language to speak: the one of `--lang`, else the environment's, else English.

    Args:
        arguments: Of the command line. A wrong `--lang` is left for the parser to complain about.
        environment: `VAXCERT_LANG` is looked at before `LC_ALL`, `LC_MESSAGES` and `LANG`.
    """
    asked = _option(arguments) or next(
        (environment[name] for name in _VARIABLES if environment.get(name)), ""
    )
    language = asked[:2].lower()
    return language if language in languages() else DEFAULT_LANGUAGE


def _option(arguments: Sequence[str]) -> str:
    for argument, following in pairwise((*arguments, "")):
        if argument == "--":
            break
        if argument == "--lang":
            return following
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return ""


def _read(language: str) -> Tables:
    with _FOLDER.joinpath(f"{language}.toml").open("rb") as file:
        return tomllib.load(file)
