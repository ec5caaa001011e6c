"""Which columns of a manifest say what, and which of them go on to the result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vaxcert.adapters.records.layout import DateOrder, folded
from vaxcert.errors import AdapterError, Reason


class ManifestField(StrEnum):
    """What a column can say of a passenger."""

    NAME = "name"
    """In one column, as `typed_traveller` reads it."""
    FAMILY_NAME = "family-name"
    GIVEN_NAME = "given-name"
    BIRTH_DATE = "birth-date"
    CERTIFICATE = "certificate"
    """Texts of certificates, or names of files that hold some. The only one that may have several columns."""
    MRZ = "mrz"
    """The machine readable zone of the travel document; names and birth date beside it must not contradict it."""


ADDED: Final = ("row", "verdict", "level", "doses", "identity", "codes", "reasons")
"""The columns that a result has beside those of the passenger."""

_HEADINGS: Final[Mapping[ManifestField, tuple[str, ...]]] = {
    ManifestField.NAME: ("name", "full name", "passenger", "passenger name", "họ và tên", "họ tên"),
    ManifestField.FAMILY_NAME: ("family name", "surname", "last name", "họ"),
    ManifestField.GIVEN_NAME: ("given name", "given names", "first name", "tên đệm và tên", "tên"),
    ManifestField.BIRTH_DATE: ("birth date", "date of birth", "dob", "ngày sinh"),
    ManifestField.CERTIFICATE: ("certificate", "certificates", "chứng nhận"),
    ManifestField.MRZ: ("mrz", "passport mrz"),
}
_FIELDS: Final = {heading: name for name, headings in _HEADINGS.items() for heading in headings}
_ORDER: Final = re.compile(r"[\[(]\s*(dd|mm)[./ -](?:mm|dd)[./ -]yyyy\s*[\])]")
_IN_BRACKETS: Final = re.compile(r"[\[(][^\])]*[\])]")
_NUMBER: Final = re.compile(r"[ _-]*[0-9]+$")
_BLANKS: Final = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one manifest, by their places.

    Attributes:
        places: Of each field that has a column.
        passenger: Those that go on to the result: all but certificates and travel documents, which nobody needs there,
            and but those that a result has itself.
        date_order: What comes first in a birth date with slashes; None where neither the heading nor anybody says.
    """

    places: Mapping[ManifestField, tuple[int, ...]]
    passenger: tuple[int, ...]
    date_order: DateOrder | None


def find_columns(
    headings: Sequence[str], named: Sequence[tuple[ManifestField, str]] = (), order: DateOrder | None = None
) -> Columns:
    """Find the columns by their headings.

    Args:
        headings: Of the manifest, no two alike.
        named: Fields and the headings of their columns; of these fields no other heading counts.
        order: What comes first in a birth date with slashes; None where the heading may say so.

    Raises:
        AdapterError: `column-missing`: one that is named, that of the certificates, or all that say who a passenger is;
            `file-unreadable`: two columns for what has one.
    """
    places = _named_places(headings, named)
    spoken_for = {place for some in places.values() for place in some}
    for place, heading in enumerate(headings):
        field = _FIELDS.get(_plain(heading))
        if field is not None and place not in spoken_for and field not in dict(named):
            places.setdefault(field, []).append(place)
    _check(places)
    kept_back = {
        place for field in (ManifestField.CERTIFICATE, ManifestField.MRZ) for place in places.get(field, ())
    }
    return Columns(
        {field: tuple(some) for field, some in places.items()},
        tuple(
            place
            for place, heading in enumerate(headings)
            if place not in kept_back and folded(heading) not in ADDED
        ),
        order or next(_stated_orders(headings, places), None),
    )


def _named_places(
    headings: Sequence[str], named: Sequence[tuple[ManifestField, str]]
) -> dict[ManifestField, list[int]]:
    by_heading = {folded(heading): place for place, heading in enumerate(headings)}
    places: dict[ManifestField, list[int]] = {}
    for field, heading in named:
        if folded(heading) not in by_heading:
            raise AdapterError(Reason.COLUMN_MISSING, f"no column {heading}, which was named for {field}")
        places.setdefault(field, []).append(by_heading[folded(heading)])
    return places


def _plain(heading: str) -> str:
    """A heading as it is looked up: without what stands in brackets, and without a number at its end."""
    text = _IN_BRACKETS.sub("", folded(heading))
    return _BLANKS.sub(" ", _NUMBER.sub("", text.strip())).strip()


def _check(places: Mapping[ManifestField, Sequence[int]]) -> None:
    # what the file has instead is not told: without a line of headings it is a passenger
    if ManifestField.CERTIFICATE not in places:
        raise AdapterError(
            Reason.COLUMN_MISSING, "no column of certificates; expected one called certificate"
        )
    names = {ManifestField.NAME, ManifestField.FAMILY_NAME} & places.keys()
    if ManifestField.MRZ not in places and not (names and ManifestField.BIRTH_DATE in places):
        raise AdapterError(
            Reason.COLUMN_MISSING,
            "no column that says who a passenger is; expected name (or family name and given name) and "
            "birth date, or mrz",
        )
    for field, some in places.items():
        if len(some) > 1 and field is not ManifestField.CERTIFICATE:
            raise AdapterError(Reason.FILE_UNREADABLE, f"{len(some)} columns for {field}; expected one")


def _stated_orders(
    headings: Sequence[str], places: Mapping[ManifestField, Sequence[int]]
) -> Iterator[DateOrder]:
    for place in places.get(ManifestField.BIRTH_DATE, ()):
        stated = _ORDER.search(folded(headings[place]))
        if stated is not None:
            yield DateOrder.DAY_FIRST if stated[1] == "dd" else DateOrder.MONTH_FIRST
