"""Mapping files: the layout of a platform's export as a small TOML file.

    name = "clinic 12"
    encoding = "windows-1258"       # of CSV; "utf-8" where it is left out
    delimiter = ";"                 # of CSV; told from the headings where it is left out
    sheet = "Danh sách"             # of a workbook; the first where it is left out
    date_order = "month-first"      # of dates with slashes; "day-first" where it is left out

    [columns]
    "Họ và tên" = "full_name"       # heading = field of `DoseRecord`

    [constants]
    nationality = "Việt Nam"        # a field that has no column

    [values.sex]
    "1" = "Nam"                     # the text of a cell = what to read instead

Only `[columns]` has to be there. Each field has one column or one constant, and the fields of `REQUIRED_FIELDS`
have one or the other.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.files import read_bounded
from vaxcert.adapters.records.layout import RECORD_FIELDS, REQUIRED_FIELDS, DateOrder, Layout, folded
from vaxcert.adapters.records.values import clean
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_MAPPING_BYTES

SHIPPED: Final = ("national-platform", "field-names")
"""The mappings that come with vaxcert and are tried on a file when none is named."""

ENCODINGS: Final[Mapping[str, str]] = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1258": "cp1258"}
"""The encodings that a mapping can name, and Python's name of each."""

DELIMITERS: Final = (",", ";", "\t", "|")
"""The characters that a mapping can name."""

_TEXTS: Final = ("name", "encoding", "delimiter", "sheet", "date_order")
_TABLES: Final = ("columns", "constants", "values")


def load_mapping(path: Path, *, required: Collection[str] = REQUIRED_FIELDS) -> Layout:
    """Read a mapping file.

    Args:
        path: Where it is.
        required: The fields that it has to know a column or a constant for.

    Returns:
        The layout, which a file must have every column of.

    Raises:
        AdapterError: `file-unreadable`; `mapping-unusable`, saying what is wrong with it and what was expected.
        LimitExceededError: `input-too-long`.
    """
    data = read_bounded(path, MAX_MAPPING_BYTES)
    return _Reading(str(path), strict=True, required=required).layout(data, default_name=path.stem)


@cache
def shipped(name: str) -> Layout:
    """One of the mappings that come with vaxcert.

    Args:
        name: One of `SHIPPED`.
    """
    data = files("vaxcert.adapters.records").joinpath("mappings", f"{name}.toml").read_bytes()
    return _Reading(name, strict=False).layout(data, default_name=name)


def match_layout(headings: Iterable[str], mapping: Layout | None = None) -> tuple[Layout, dict[str, str]]:
    """Find the layout of a file.

    Args:
        headings: The headings of all columns.
        mapping: The layout that it is said to have; None tries the shipped ones.

    Returns:
        The layout, of the shipped ones that which knows most of the headings; and heading to field.

    Raises:
        AdapterError: `column-missing`, naming the columns that are expected and not there; `file-unreadable`
            where two columns have the same heading. What the file has instead is not quoted: without a
            heading line it is a person.
    """
    headings = list(headings)
    layout = mapping or max(map(shipped, SHIPPED), key=lambda one: len(one.fields_by_heading(headings)))
    matched = layout.fields_by_heading(headings)
    names = {field: column for column, field in layout.columns.items()}
    expected = layout.columns.values() if layout.strict else REQUIRED_FIELDS
    missing = [names[field] for field in expected if field not in matched.values()]
    if missing:
        kind = "mapping" if layout.strict else "layout"
        raise AdapterError(
            Reason.COLUMN_MISSING,
            f"no column {', '.join(missing)}; expected the columns of the {layout.name} {kind}",
        )
    if len(set(map(folded, headings))) < len(headings):
        raise AdapterError(Reason.FILE_UNREADABLE, "two columns have the same heading")
    return layout, matched


class _Reading:
    """One mapping file while it is read.

    Args:
        source: What to call it in errors.
        strict: Whether it binds the files that it is used on.
        required: The fields that it has to know.
    """

    def __init__(self, source: str, *, strict: bool, required: Collection[str] = REQUIRED_FIELDS) -> None:
        self._source = source
        self._strict = strict
        self._required = required

    def layout(self, data: bytes, *, default_name: str) -> Layout:
        try:
            tables = tomllib.loads(data.decode())
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            where = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "not UTF-8 text"
            raise self._wrong(f"not TOML: {where}") from None
        self._check_names(tables, (*_TEXTS, *_TABLES), "setting")
        columns = self._columns(self._texts(tables, "columns"))
        constants = {field: clean(text) for field, text in self._texts(tables, "constants").items()}
        self._check_fields(columns, constants)
        return Layout(
            name=self._text(tables, "name") or default_name,
            columns=columns,
            constants=constants,
            values=self._values(tables, columns),
            date_order=DateOrder(self._choice(tables, "date_order", DateOrder) or DateOrder.DAY_FIRST),
            encoding=self._choice(tables, "encoding", ENCODINGS) or "utf-8",
            delimiter=self._choice(tables, "delimiter", DELIMITERS),
            sheet=self._text(tables, "sheet"),
            strict=self._strict,
        )

    def _columns(self, columns: dict[str, str]) -> dict[str, str]:
        if not columns:
            raise self._wrong("no column; expected a table [columns] with lines heading = field")
        for heading, field in columns.items():
            if field not in RECORD_FIELDS:
                raise self._wrong(
                    f"column {heading!r} stands for {field!r}, which is none of the fields {_FIELDS}"
                )
        for field in columns.values():
            headings = [heading for heading, other in columns.items() if other == field]
            if len(headings) > 1:
                raise self._wrong(f"two columns stand for {field}: {headings[0]!r} and {headings[1]!r}")
        if len(set(map(folded, columns))) < len(columns):
            raise self._wrong("two columns have the same heading but for capitals")
        return columns

    def _check_fields(self, columns: Mapping[str, str], constants: Mapping[str, str]) -> None:
        self._check_names(constants, RECORD_FIELDS, "constant")
        for field in constants:
            if field in columns.values():
                raise self._wrong(f"{field} has a column and a constant; expected one of them")
        missing = [field for field in self._required if field not in {*columns.values(), *constants}]
        if missing:
            raise self._wrong(f"neither column nor constant for {', '.join(missing)}")

    def _values(self, tables: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
        values = self._table(tables, "values")
        self._check_names(values, tuple(columns.values()), "table of values")
        return {
            field: {clean(text): meant for text, meant in self._texts(values, field).items()}
            for field in values
        }

    def _check_names(self, table: Iterable[str], known: Iterable[str], what: str) -> None:
        for name in table:
            if name not in known:
                raise self._wrong(f"no {what} is called {name!r}; expected one of {', '.join(known)}")

    def _texts(self, tables: Mapping[str, Any], name: str) -> dict[str, str]:
        table = self._table(tables, name)
        for key, text in table.items():
            if not isinstance(text, str):
                raise self._wrong(f"{key!r} of [{name}] is not text; expected it in quotation marks")
        return table

    def _table(self, tables: Mapping[str, Any], name: str) -> dict[str, Any]:
        table = tables.get(name, {})
        if not isinstance(table, dict):
            raise self._wrong(f"{name} is not a table; expected [{name}] with a line for each")
        return table

    def _text(self, tables: Mapping[str, Any], name: str) -> str | None:
        text = tables.get(name)
        if text is not None and not isinstance(text, str):
            raise self._wrong(f"{name} is not text; expected it in quotation marks")
        return text

    def _choice(self, tables: Mapping[str, Any], name: str, known: Iterable[str]) -> str | None:
        text = self._text(tables, name)
        names = tuple(map(str, known))
        if text is not None and text not in names:
            raise self._wrong(f"{name} is {text!r}; expected one of {', '.join(map(repr, names))}")
        return text

    def _wrong(self, problem: str) -> AdapterError:
        return AdapterError(
            Reason.MAPPING_UNUSABLE, f"the mapping {self._source}: {problem}".replace("\n", " ")
        )


_FIELDS: Final = ", ".join(RECORD_FIELDS)
