"""Reading a table of TOML strictly: each value is of the type that is expected, and no key is left over.

What errors say of a value is its type, or the value itself where it is a number or a short word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final

from vaxcert.errors import Reason, RuleError
from vaxcert.rules.lists.record import check_text, is_language

_WORD: Final = re.compile("[ -~]{1,40}")
_MAX_CODE_CHARACTERS: Final = 80
_LAST_SECOND: Final = time(23, 59, 59)
_TYPE_NAMES: Final[Mapping[type, str]] = {
    str: "text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    list: "an array",
    dict: "a table",
}


def wrong(key: str, value: Any, expected: str) -> RuleError:
    """The error of a value that is not what was expected.

    Args:
        key: Where it stands, such as `vaccination.products`.
        value: The value.
        expected: What should stand there.
    """
    return RuleError(Reason.RULE_UNREADABLE, f"{key}: {_shown(value)}, {expected} expected")


def _shown(value: Any) -> str:
    if type(value) in (bool, int) and abs(value) < 10**9:
        return str(value).lower()
    if type(value) is str and _WORD.fullmatch(value):
        return f'"{value}"'
    return _TYPE_NAMES.get(type(value), "a date or time")


class Table:
    """One table while it is read. Each method takes its key out of what is left over.

    Args:
        values: As `tomllib` returns it.
        key: Where it stands; "" for the whole file.
        known: The keys that it may have.

    Raises:
        RuleError: `rule-unreadable`, for a key that is not known.
    """

    def __init__(self, values: Mapping[str, Any], key: str, known: Sequence[str]) -> None:
        self._values = values
        self._key = key
        for name in values:
            if name not in known:
                shown = name if _WORD.fullmatch(name) else "a key"
                expected = f"one of {', '.join(known)}" if known else "nothing"
                raise RuleError(Reason.RULE_UNREADABLE, f"{self.key(shown)}: unknown, {expected} expected")

    def key(self, name: str) -> str:
        """Where a value stands."""
        return f"{self._key}.{name}" if self._key else name

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def word(self, name: str, allowed: Sequence[str]) -> str:
        """One of some words."""
        value = self._values.get(name)
        if type(value) is not str or value not in allowed:
            raise self._wrong(name, f"one of {', '.join(allowed)}")
        return value

    def words(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Some words out of those allowed."""
        expected = f"a list of some of {', '.join(allowed)}"
        value = self._values.get(name)
        if type(value) is not list or not value:
            raise self._wrong(name, expected)
        for one in value:
            if type(one) is not str or one not in allowed:
                raise wrong(self.key(name), one, expected)
        return tuple(dict.fromkeys(value))

    def texts(self, name: str, expected: str) -> tuple[str, ...]:
        """Texts of up to 80 characters, at least one."""
        value = self._values.get(name)
        if type(value) is not list or not value:
            raise self._wrong(name, expected)
        for one in value:
            if type(one) is not str or not 0 < len(one) <= _MAX_CODE_CHARACTERS or not one.isprintable():
                raise wrong(self.key(name), one, expected)
        return tuple(dict.fromkeys(value))

    def says(self, name: str, word: str) -> bool:
        """Whether a word stands where a list could stand."""
        value = self._values.get(name)
        return type(value) is str and value == word

    def text(self, name: str, expected: str) -> str:
        """Any text."""
        value = self._values.get(name)
        if type(value) is not str:
            raise self._wrong(name, expected)
        return value

    def number(self, name: str, lowest: int, highest: int) -> int:
        """A whole number."""
        value = self._values.get(name)
        if type(value) is not int or not lowest <= value <= highest:
            raise self._wrong(name, f"a whole number from {lowest} to {highest}")
        return value

    def optional_number(self, name: str, lowest: int, highest: int) -> int | None:
        """A whole number, or None where there is none."""
        return self.number(name, lowest, highest) if name in self else None

    def flag(self, name: str) -> bool:
        """True or false; false where the key is missing."""
        value = self._values.get(name, False)
        if type(value) is not bool:
            raise self._wrong(name, "true or false")
        return value

    def day(self, name: str, zone_hours: int, *, is_end: bool) -> datetime:
        """A date-time with its offset; or a date, which stands for the first or the last second of the day.

        Args:
            name: The key.
            zone_hours: What the day's clock is ahead of UTC.
            is_end: Whether a date stands for its last second.
        """
        value = self._values.get(name)
        expected = "a date such as 2026-01-31, or a date-time with its offset,"
        if type(value) is date:
            zone = timezone(timedelta(hours=zone_hours))
            value = datetime.combine(value, _LAST_SECOND if is_end else time(), zone)
        if type(value) is not datetime or value.tzinfo is None:
            raise self._wrong(name, expected)
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise self._wrong(name, expected) from None

    def table(self, name: str, known: Sequence[str]) -> Table:
        """A table inside; an empty one where there is none."""
        value = self._values.get(name, {})
        if type(value) is not dict:
            raise self._wrong(name, f"a table [{self.key(name)}]")
        return Table(value, self.key(name), known)

    def tables(self, name: str, known: Sequence[str]) -> tuple[Table, ...]:
        """The tables of an array; none where there is none."""
        value = self._values.get(name, [])
        if type(value) is not list or not all(type(one) is dict for one in value):
            raise self._wrong(name, f"tables that begin with [[{self.key(name)}]]")
        return tuple(Table(one, f"{self.key(name)}[{number}]", known) for number, one in enumerate(value, 1))

    def sentences(self, name: str) -> dict[str, str]:
        """Sentences by language; none where there are none."""
        value = self._values.get(name, {})
        if type(value) is not dict:
            raise self._wrong(name, "a table of sentences by language")
        found = {}
        for language, text in value.items():
            if not is_language(language):
                raise wrong(self.key(name), language, "a language code such as vi")
            try:
                found[language] = check_text(text)
            except ValueError:
                raise wrong(f"{self.key(name)}.{language}", text, "a printable sentence") from None
        return found

    def _wrong(self, name: str, expected: str) -> RuleError:
        if name not in self:
            return RuleError(Reason.RULE_UNREADABLE, f"{self.key(name)}: missing, {expected} expected")
        return wrong(self.key(name), self._values[name], expected)
