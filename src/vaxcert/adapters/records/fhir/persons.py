"""What a Patient says of a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from vaxcert.adapters.records.fhir.shapes import (
    NOTHING,
    Resource,
    codings,
    extension,
    extensions,
    many,
    one,
    stated,
    text,
    wording,
)
from vaxcert.adapters.records.fhir.terms import (
    NATIONAL_NUMBER,
    NATIONALITY_NAMES,
    PASSPORT_NUMBER,
    WAS_NUMERIC,
    last_part,
)


class PersonTexts(NamedTuple):
    """The fields of a dose record that are of the person, as text. Personal data: never to be printed.

    Attributes:
        full_name: See `DoseRecord`.
        birth_date: See there.
        sex: See there.
        identity_number: See there.
        nationality: See there.
        was_numeric: Whether a spreadsheet held the identity number as a number.
        malformed: Whether the Patient holds what changes its meaning and is not known here.
    """

    full_name: str = ""
    birth_date: str = ""
    sex: str = ""
    identity_number: str = ""
    nationality: str = ""
    was_numeric: bool = False
    malformed: bool = False


def read_patient(patient: Resource) -> PersonTexts:
    """The texts of one Patient."""
    nationality = _nationality(patient)
    identifier = _identity(
        many(patient.get("identifier")), foreign=bool(nationality) and not _is_vn(nationality)
    )
    return PersonTexts(
        full_name=_name(many(patient.get("name"))),
        birth_date=stated(patient, "birthDate"),
        sex=stated(patient, "gender"),
        identity_number=text(identifier.get("value")),
        nationality=nationality,
        was_numeric=extension(identifier, {WAS_NUMERIC}).get("valueBoolean") is True,
        malformed=changes_meaning(patient),
    )


def read_mention(reference: Resource) -> PersonTexts:
    """The texts of a Patient that is named without being there."""
    identifier = one(reference.get("identifier"))
    return PersonTexts(
        full_name=text(reference.get("display")), identity_number=text(identifier.get("value"))
    )


def changes_meaning(resource: Resource) -> bool:
    """Whether a resource must not be read by who does not know all of it (FHIR R4, 2.4.3 and 2.28.0.1.3)."""
    return bool(resource.get("modifierExtension")) or bool(resource.get("implicitRules"))


# Name

_USES: Final = ("official", "usual", "", "temp")
"""Names by their use, the best first. Nicknames, maiden and former names are not those of a passport."""


def _name(names: list[Resource]) -> str:
    usable = [name for name in names if text(name.get("use")) in _USES]
    for name in sorted(usable, key=lambda item: _USES.index(text(item.get("use")))):
        if spoken := text(name.get("text")) or _in_order(name):
            return spoken
    return ""


def _in_order(name: Resource) -> str:
    """Family name first, as the platform writes names."""
    given = name.get("given")
    words = [text(name.get("family")), *(map(text, given) if isinstance(given, list) else ())]
    return " ".join(word for word in words if word)


# Identity number

_NATIONAL: Final = ("national_id", "cccd", "citizen_id", "cmnd", "cmt")
"""How the names of number systems end: the citizen's card before the older identity card."""

_PASSPORTS: Final = ("passport_number", "passport")
_OTHER_TYPES: Final = frozenset({"MR", "PI", "SB", "DL", "MC", "SN", "AN", "VN", "ACSN", "PRN"})
"""Types (HL7 v2 table 0203) that name no person to a border officer: hospital, insurance, driving licence, ..."""


def _identity(identifiers: list[Resource], *, foreign: bool) -> Resource:
    """The identifier that is the identity number: the passport of foreigners, the citizen's number of others."""
    current = [item for item in identifiers if text(item.get("value")) and text(item.get("use")) != "old"]
    national = sorted(filter(_is_national, current), key=_rank)
    passports = list(filter(_is_passport, current))
    for found in (passports, national) if foreign else (national, passports):
        if found:
            return found[0]
    unnamed = [item for item in current if not _types(item) & _OTHER_TYPES and not _has_known_system(item)]
    return unnamed[0] if len(unnamed) == 1 else NOTHING


def _rank(identifier: Resource) -> int:
    name = _system(identifier)
    return _NATIONAL.index(name) if name in _NATIONAL else len(_NATIONAL)


def _is_national(identifier: Resource) -> bool:
    return _system(identifier) in _NATIONAL or NATIONAL_NUMBER in _types(identifier)


def _is_passport(identifier: Resource) -> bool:
    system = _system(identifier)
    return system in _PASSPORTS or system.startswith("passport-") or PASSPORT_NUMBER in _types(identifier)


def _has_known_system(identifier: Resource) -> bool:
    return _system(identifier) in {
        "insurance_number",
        "bhyt",
        "patient-internal-id",
        "driver_license_number",
        "mrn",
    }


def _system(identifier: Resource) -> str:
    return last_part(text(identifier.get("system"))).lower()


def _types(identifier: Resource) -> set[str]:
    return {text(coding.get("code")) for coding in codings(one(identifier.get("type")))}


# Nationality

_VN: Final = frozenset({"vn", "vnm", "việt nam", "viet nam", "vietnam"})


def _nationality(patient: Resource) -> str:
    """Vietnamese for who is that too, as the platform has one nationality for each person."""
    found = [text for text in _nationalities(extensions(patient, NATIONALITY_NAMES)) if text]
    return next(filter(_is_vn, found), found[0] if found else "")


def _nationalities(found: Iterable[Resource]) -> Iterable[str]:
    for item in found:
        inner = extension(item, {"code"})
        yield wording(one(item.get("valueCodeableConcept"))) or wording(
            one(inner.get("valueCodeableConcept"))
        )


def _is_vn(nationality: str) -> bool:
    return nationality.casefold() in _VN
