"""What a row of a manifest says: who the passenger is, and which certificates belong to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from vaxcert.adapters.certificate_inputs import is_certificate_text
from vaxcert.adapters.manifest.birth_dates import read_birth_date
from vaxcert.adapters.manifest.columns import Columns, ManifestField
from vaxcert.adapters.manifest.pictures import PictureFolder
from vaxcert.errors import DecodeError, LimitExceededError, Reason, VaxcertError
from vaxcert.limits import MAX_MANIFEST_CERTIFICATES
from vaxcert.model.certificate import BirthDate, Person
from vaxcert.model.mrz import read_mrz
from vaxcert.rules.identity import IdentityGrade, Traveller, compare_identity, traveller_of
from vaxcert.rules.typed_traveller import typed_traveller

_BETWEEN: Final = re.compile(r"[|\r\n]+")
"""Between several certificates of one cell: base45 has neither, nor have names of files."""


@dataclass(frozen=True, slots=True, repr=False)
class Passenger:
    """One passenger. Its repr shows nothing.

    Attributes:
        traveller: Who it is; None where the row cannot be read.
        sources: The certificates, as for `Desk.examine`.
        problem: Code of what cannot be read of the row, or else contradicts the zone in it; "" where nothing does.
    """

    traveller: Traveller | None
    sources: tuple[str | bytes | VaxcertError, ...]
    problem: str

    def __repr__(self) -> str:
        return f"<Passenger with {len(self.sources)} certificates>"


class PassengerReader:
    """Reads the rows of a manifest.

    Args:
        columns: Of the manifest.
        files: Those that it may name.
        at: The time of reading, aware.
    """

    def __init__(self, columns: Columns, files: PictureFolder, at: datetime) -> None:
        self._files: Final = files
        self._at: Final = at
        self._order: Final = columns.date_order
        self._certificates: Final = columns.places[ManifestField.CERTIFICATE]
        single = {field: places[0] for field, places in columns.places.items()}
        self._name: Final = single.get(ManifestField.NAME)
        self._family_name: Final = single.get(ManifestField.FAMILY_NAME)
        self._given_name: Final = single.get(ManifestField.GIVEN_NAME)
        self._birth_date: Final = single.get(ManifestField.BIRTH_DATE)
        self._mrz: Final = single.get(ManifestField.MRZ)

    def read(self, cells: Sequence[str]) -> Passenger:
        """Read a row; what cannot be read of it is part of the answer.

        Args:
            cells: As many as the manifest has headings.
        """
        try:
            traveller, problem = self._traveller(cells)
        except VaxcertError as error:
            traveller, problem = None, str(error.reason)
        return Passenger(traveller, self._sources(cells), problem)

    def _traveller(self, cells: Sequence[str]) -> tuple[Traveller, str]:
        """Who it is, and the worst of what contradicts that; "" where nothing does."""
        mrz = _cell(cells, self._mrz)
        if not mrz:
            return self._named(cells, self._born(cells)), ""
        traveller = traveller_of(read_mrz(mrz, at=self._at))
        birth_date = None
        with suppress(DecodeError):  # the zone says it
            birth_date = self._born(cells)
        return traveller, _contradiction(traveller, self._named(cells, birth_date))

    def _born(self, cells: Sequence[str]) -> BirthDate | None:
        return read_birth_date(_cell(cells, self._birth_date), self._order)

    def _named(self, cells: Sequence[str], birth_date: BirthDate | None) -> Traveller:
        family, given = _cell(cells, self._family_name), _cell(cells, self._given_name)
        if family:
            return Traveller(family_name=family, given_name=given or None, birth_date=birth_date)
        return _named(_cell(cells, self._name) or given, birth_date)

    def _sources(self, cells: Sequence[str]) -> tuple[str | bytes | VaxcertError, ...]:
        sources: list[str | bytes | VaxcertError] = []
        for place in self._certificates:
            cell = cells[place]
            for piece in _BETWEEN.split(cell) if _is_of_several(cell) else (cell,):
                # base45 has blanks, but never at its end: the last digit of a group is at most 32 (RFC 9285)
                text = piece.strip()
                if is_certificate_text(text):
                    sources.append(text)
                elif text:
                    sources += islice(self._files.read(text), MAX_MANIFEST_CERTIFICATES + 1)
                if len(sources) > MAX_MANIFEST_CERTIFICATES:
                    return (*sources[:MAX_MANIFEST_CERTIFICATES], _too_many())
        return tuple(sources)


def _is_of_several(cell: str) -> bool:
    return (
        "|" in cell or "\n" in cell or "\r" in cell
    )  # quicker than the pattern, which is tried on every character


def _too_many() -> VaxcertError:
    return LimitExceededError(
        Reason.INPUT_TOO_LONG, f"more than {MAX_MANIFEST_CERTIFICATES} certificates of one passenger"
    )


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None else cells[place].strip()


def _contradiction(of_zone: Traveller, written: Traveller) -> str:
    subject = Person(
        standard_family_name=of_zone.family_name,
        standard_given_name=of_zone.given_name,
        birth_date=of_zone.birth_date,
    )
    found = compare_identity(subject, written)
    return found.codes[0] if found.grade is IdentityGrade.MISMATCH else ""


def _named(name: str, birth_date: BirthDate | None) -> Traveller:
    if not name:
        return Traveller(
            birth_date=birth_date
        )  # nobody looks at the passenger here, who is then for a second look
    typed = typed_traveller(name)
    return Traveller(
        family_name=typed.family_name,
        given_name=typed.given_name,
        full_name=typed.full_name,
        birth_date=birth_date,
    )
