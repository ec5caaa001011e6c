"""Codes as policies name them: by the code of the value sets, or by the name in English that the code has there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from vaxcert.model import value_sets
from vaxcert.model.value_sets import Code, Language
from vaxcert.rules.toml_rules.logic import LISTED
from vaxcert.rules.toml_rules.sentences import Sentences, sentence
from vaxcert.rules.toml_rules.tables import Table, wrong

_EXPECTED: Final = "a list of codes or names of the value set"


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes that a condition is about.

    Attributes:
        codes: In the order of the file; or `logic.LISTED`.
        names: For people, by language.
    """

    codes: tuple[str, ...] | str
    names: Sentences


class CodeReader:
    """Reads lists of codes.

    Args:
        new: Codes that are younger than the value sets, or of no value set.
    """

    def __init__(self, new: Iterable[str] = ()) -> None:
        self._new = {code: Code(code=code, name_en=code) for code in new}

    def products(self, table: Table, name: str) -> Codes:
        """Vaccines."""
        return self._read(table, name, value_sets.current().products)

    def holders(self, table: Table, name: str) -> Codes:
        """Holders of a marketing authorisation."""
        return self._read(table, name, value_sets.current().holders)

    def vaccine_types(self, table: Table, name: str) -> Codes:
        """Kinds of vaccines."""
        return self._read(table, name, value_sets.current().prophylaxis)

    def diseases(self, table: Table, name: str) -> Codes:
        """Diseases."""
        return self._read(table, name, value_sets.current().diseases)

    def devices(self, table: Table, name: str) -> Codes:
        """Rapid antigen tests, of which vaxcert has no value set: any code may be one."""
        if table.says(name, LISTED):
            return listed()
        codes = table.texts(name, f'a list of codes, or "{LISTED}",')
        return named(Code(code=code, name_en=code) for code in codes)

    def _read(self, table: Table, name: str, known: Mapping[str, Code]) -> Codes:
        if table.says(name, LISTED):
            return listed()
        by_name = {code.name_en.casefold(): code for code in known.values()}
        found = []
        for text in table.texts(name, f'{_EXPECTED}, or "{LISTED}",'):
            code = known.get(text) or self._new.get(text) or by_name.get(text.casefold())
            if code is None:
                raise wrong(
                    table.key(name), text, "a code or a name of the value set, or a code of new_codes,"
                )
            found.append(code)
        return named(found)


def listed() -> Codes:
    """The codes of a value set."""
    return Codes(LISTED, sentence("listed"))


def named(codes: Iterable[Code]) -> Codes:
    """Codes with the names that the value sets give them."""
    given: Sequence[Code] = tuple(codes)
    languages: tuple[Language, ...] = get_args(Language)
    names: Sentences = {language: ", ".join(code.name(language) for code in given) for language in languages}
    return Codes(tuple(code.code for code in given), names)
