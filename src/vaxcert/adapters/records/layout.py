"""The columns of record files, and how their text becomes a `DoseRecord`.

A layout is data: headings and the fields they stand for. Another platform is another `Layout`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from vaxcert.adapters.records.values import PARSERS, clean
from vaxcert.errors import AdapterError, Reason
from vaxcert.model.dose_record import DoseRecord

REQUIRED_FIELDS: Final = (
    "full_name",
    "birth_date",
    "sex",
    "identity_number",
    "vaccine",
    "lot",
    "dose_number",
    "doses_in_series",
    "vaccinated_on",
)
"""The fields without which every record of a file would be refused."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How one platform names the columns of its export.

    Attributes:
        name: For people, in messages.
        columns: Heading to field of `DoseRecord`. Headings are compared without regard to case.
    """

    name: str
    columns: Mapping[str, str]

    def fields_by_heading(self, headings: Iterable[str]) -> dict[str, str]:
        """Which headings of a file, spelled as in the file, stand for which field."""
        known = {_folded(column): field for column, field in self.columns.items()}
        return {heading: known[_folded(heading)] for heading in headings if _folded(heading) in known}


NATIONAL_PLATFORM: Final = Layout(
    name="national platform",
    columns={
        "HoVaTen": "full_name",
        "NgaySinh": "birth_date",
        "GioiTinh": "sex",
        "CMTCCCD": "identity_number",
        "QuocTich": "nationality",
        "LanTiem": "dose_number",
        "SoMuiTiem": "doses_in_series",
        "NgayTiemChung": "vaccinated_on",
        "LoaiThuocTiem": "vaccine",
        "SoLoThuoc": "lot",
        "CoSoYTeMa": "facility_code",
        "CoSoYTeTen": "facility_name",
        "TinhMa": "province_code",
        "TinhTen": "province_name",
    },
)
"""One row a dose, headings as the entities of Viet Nam's open vaccination platform name them."""

_NOT_COLUMNS: Final = frozenset({"unreadable", "identity_number_was_numeric"})

FIELD_NAMES: Final = Layout(
    name="field names",
    columns={field.name: field.name for field in fields(DoseRecord) if field.name not in _NOT_COLUMNS},
)
"""The field names of `DoseRecord` themselves."""

LAYOUTS: Final = (NATIONAL_PLATFORM, FIELD_NAMES)


def match_layout(headings: Iterable[str]) -> dict[str, str]:
    """Find the layout of a file.

    Args:
        headings: The headings of all columns.

    Returns:
        Heading to field, of the layout that knows most of the headings.

    Raises:
        AdapterError: `COLUMN_MISSING`, naming the required columns that are not there; `FILE_UNREADABLE`
            where two columns have the same heading. What the file has instead is not quoted: without a
            heading line it is a person.
    """
    headings = list(headings)
    layout = max(LAYOUTS, key=lambda candidate: len(candidate.fields_by_heading(headings)))
    matched = layout.fields_by_heading(headings)
    names = {field: column for column, field in layout.columns.items()}
    missing = [names[field] for field in REQUIRED_FIELDS if field not in matched.values()]
    if missing:
        raise AdapterError(
            Reason.COLUMN_MISSING,
            f"no column {', '.join(missing)}; expected the columns of the {layout.name} layout",
        )
    if len(set(map(_folded, headings))) < len(headings):
        raise AdapterError(Reason.FILE_UNREADABLE, "two columns have the same heading")
    return matched


def to_record(texts: Mapping[str, str], fields_by_heading: Mapping[str, str]) -> DoseRecord:
    """Read one row.

    Args:
        texts: Heading to text.
        fields_by_heading: From `match_layout`.

    Returns:
        The record. Text that cannot be read leaves its field None and named in `unreadable`.
    """
    values: dict[str, Any] = {}
    unreadable = set()
    for heading, field in fields_by_heading.items():
        text = clean(texts[heading])
        try:
            values[field] = PARSERS.get(field, str)(text) if text else None
        except ValueError:
            unreadable.add(field)
    return DoseRecord(**values, unreadable=frozenset(unreadable))


def _folded(heading: str) -> str:
    return unicodedata.normalize("NFC", heading).strip().casefold()
