"""The forms of record files: how each is recognised, and what opens it."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from vaxcert.adapters.records.csv_table import open_csv
from vaxcert.adapters.records.fhir.reading import is_fhir, open_fhir
from vaxcert.adapters.records.json_table import open_json
from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.parquet import open_parquet
from vaxcert.adapters.records.record_file import RecordFile
from vaxcert.adapters.records.source import RecordSource
from vaxcert.adapters.records.xlsx import open_xlsx


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """One form of record files.

    Attributes:
        name: What people call it.
        suffixes: Endings of the names of such files, lower case with the dot.
        recognise: Whether the first bytes of a file are of this form and no other.
        open: Opens such a file with a mapping, or None where the file's layout is to be found out.
    """

    name: str
    suffixes: tuple[str, ...]
    recognise: Callable[[bytes], bool]
    open: Callable[[RecordFile, Layout | None], RecordSource]


def _begins_with(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(marks)


def _is_json(start: bytes) -> bool:
    return start.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"[", b"{")


FORMATS: Final[tuple[RecordFormat, ...]] = (
    RecordFormat("parquet", (".parquet",), _begins_with(b"PAR1", b"PARE"), open_parquet),
    RecordFormat(
        "xlsx", (".xlsx", ".xlsm", ".xls"), _begins_with(b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), open_xlsx
    ),
    RecordFormat("fhir", (), is_fhir, open_fhir),
    RecordFormat("json", (".json", ".jsonl", ".ndjson"), _is_json, open_json),
    RecordFormat("csv", (".csv", ".tsv", ".txt"), lambda start: False, open_csv),
)
"""In the order in which a file is held against them; what is of no form and has no known name is CSV."""


def open_records(
    source: Path | BinaryIO, *, mapping: Layout | None = None, source_format: str | None = None
) -> RecordSource:
    """Open a file of dose records. Its form is told from its content, and from its name where that says nothing.

    Args:
        source: A file, or an open binary stream, which is read from its beginning. What cannot be rewound, like a
            pipe, is held in memory, up to `MAX_PIPED_RECORD_BYTES`.
        mapping: Its layout, or None to take the one of those that come with vaxcert that fits.
        source_format: Its form, one of the names in `FORMATS`; None to find out.

    Raises:
        AdapterError: `file-unreadable`: it cannot be read, is empty, is of no known form or is past a limit;
            `column-missing`, `column-type`; `extra-missing` where reading its form needs what is not installed.
            More may come to light in `RecordSource.check`.
        KeyError: There is no such form.
    """
    file = RecordFile(source)
    form = _by_name(source_format) if source_format else recognised(file)
    return form.open(file, mapping)


def recognised(file: RecordFile) -> RecordFormat:
    """The form of a file."""
    by_content = (form for form in FORMATS if form.recognise(file.start))
    by_name = (form for form in FORMATS if file.suffix in form.suffixes)
    return next(by_content, None) or next(by_name, None) or FORMATS[-1]


def _by_name(name: str) -> RecordFormat:
    return {form.name: form for form in FORMATS}[name]
