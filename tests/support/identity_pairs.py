"""People who do not exist, their certificates and their travel documents: `identity_pairs.csv`.

A row is a certificate, a traveller, and what comparing them gives. `=` repeats what stands further left (the standard
name is made of the written one), `-` is nothing. The name of a document is cut to its field.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tests.support.mrz import write_mrz
from vaxcert.errors import EncodeError
from vaxcert.model.birth_dates import parse_birth_date
from vaxcert.model.certificate import BirthDate, Person
from vaxcert.model.mrz import read_mrz
from vaxcert.model.names import transliterate
from vaxcert.rules.identity import Traveller, traveller_of
from vaxcert.rules.typed_traveller import typed_traveller

AT = datetime(2024, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    """One row."""

    line: int
    group: str
    subject: str
    certificate: Person
    traveller: str
    form: str
    document: Traveller
    grade: str
    codes: tuple[str, ...]

    @property
    def is_one_person(self) -> bool:
        return self.subject == self.traveller


@cache
def pairs() -> tuple[Pair, ...]:
    """All rows."""
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            _pair(line, row)
            for line, row in enumerate(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE), 2)
        )


def _pair(line: int, row: dict[str, str]) -> Pair:
    born = _date(row["born"])
    other = born if row["traveller_born"] == "=" else _date(row["traveller_born"])
    return Pair(
        line=line,
        group=row["group"],
        subject=row["subject"],
        certificate=_certificate(row["written"], row["standard"], born),
        traveller=row["subject"] if row["traveller"] == "=" else row["traveller"],
        form=row["form"],
        document=_document(row["form"], row["name"], other),
        grade=row["grade"],
        codes=tuple(row["codes"].split()),
    )


def _date(text: str) -> BirthDate | None:
    return None if text == "-" else parse_birth_date(text)


def _certificate(written: str, standard: str, born: BirthDate | None) -> Person:
    family, given = _parts(written, ",")
    if standard == "=":
        standard_family, standard_given = _standard(family), _standard(given)
    else:
        standard_family, standard_given = _parts(standard, "<<")
    return Person(
        family_name=family,
        given_name=given,
        standard_family_name=standard_family,
        standard_given_name=standard_given,
        birth_date=born,
    )


def _parts(text: str, separator: str) -> tuple[str | None, str | None]:
    family, _, given = (part.strip() for part in text.partition(separator))
    return family.replace("-", "", family == "-") or None, given.replace("-", "", given == "-") or None


def _standard(name: str | None) -> str | None:
    try:
        return None if name is None else transliterate(name)
    except EncodeError:
        return None


def _document(form: str, name: str, born: BirthDate | None) -> Traveller:
    if form == "typed":
        return typed_traveller(name, "" if born is None else str(born))
    return traveller_of(read_mrz(write_mrz(form, name, born=born), at=AT))
