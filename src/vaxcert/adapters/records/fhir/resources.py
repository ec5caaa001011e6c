"""Patient, Immunization and Location made from the texts of a dose record.

Texts that FHIR has no value for, like the 30th of February, stand in the extension `originalText` or in the element
that takes text, so that nothing of a record is lost on the way.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeAlias

from vaxcert.adapters.records.fhir.terms import (
    ABSENT,
    ADMINISTRATIVE_UNITS,
    CCCD,
    CMND,
    COUNTRIES,
    CVX,
    CVX_CODES,
    CVX_COVID_19,
    EU_PRODUCTS,
    GIVEN,
    HOLDERS,
    IDENTIFIER_TYPES,
    IPS,
    NATIONAL_NUMBER,
    NATIONALITY,
    ORIGINAL_TEXT,
    PASSPORT,
    PASSPORT_NUMBER,
    PROVIDER_CODE,
    PROVIDER_NUMBER,
    SNOMED_CT,
    VN_ADMINISTRATIVE_ADDRESS,
    VN_CORE,
    VN_NATIONALITY,
    WAS_NUMERIC,
)
from vaxcert.adapters.records.fhir.texts import RecordTexts
from vaxcert.errors import EncodeError
from vaxcert.model.countries import alpha2
from vaxcert.model.dose_record import Sex
from vaxcert.model.from_record import COVID_19
from vaxcert.model.names import split_vietnamese_name
from vaxcert.model.value_sets import Product, current, display, vaccine_by_local_name

Json: TypeAlias = dict[str, Any]


class Profile(StrEnum):
    """Which guide's profiles a bundle follows."""

    VN_CORE = "vn-core"
    """Viet Nam's national guide, hl7vn/vn-core-ig 1.0.0; a bundle is of type `collection`."""

    IPS = "ips"
    """The International Patient Summary 2.0.1; a bundle is a document of one person."""


_PROFILES: Final = {
    (Profile.VN_CORE, "Patient"): f"{VN_CORE}/StructureDefinition/vn-core-patient",
    (Profile.VN_CORE, "Immunization"): f"{VN_CORE}/StructureDefinition/vn-core-immunization",
    (Profile.IPS, "Patient"): f"{IPS}/StructureDefinition/Patient-uv-ips",
    (Profile.IPS, "Immunization"): f"{IPS}/StructureDefinition/Immunization-uv-ips",
}

PERSON_FIELDS: Final = ("full_name", "birth_date", "sex", "identity_number", "nationality")
"""The fields of a dose record that are of the person."""

PLACE_FIELDS: Final = ("facility_code", "facility_name", "province_code", "province_name")
"""The fields that are of the place of vaccination."""

UNKNOWN: Final = "unknown"
_ABSENT: Final[Json] = {"url": ABSENT, "valueCode": UNKNOWN}


def reference(name: str) -> Json:
    """A reference to the resource of a name."""
    return {"reference": f"urn:uuid:{name}"}


def without_nothing(resource: Json) -> Json:
    """A resource without the elements that are empty, which JSON of FHIR must not hold."""
    return {key: value for key, value in resource.items() if value not in (None, "", [], {})}


def concept(system: str, code: str, text: str = "", **more: Any) -> Json:
    """A CodeableConcept of one code."""
    return without_nothing({"coding": [{"system": system, "code": code, **more}], "text": text})


# Patient


def patient(texts: RecordTexts, name: str, profile: Profile) -> Json:
    """The person of a dose.

    Args:
        texts: The record.
        name: What the resource is called.
        profile: Which guide it follows.
    """
    fields = texts.fields
    born = texts.value("birth_date")
    sex = texts.value("sex")
    return without_nothing(
        {
            "resourceType": "Patient",
            "id": name,
            "meta": {"profile": [_PROFILES[profile, "Patient"]]},
            "extension": _nationality(fields["nationality"], profile),
            "identifier": _identifiers(texts),
            "name": [_human_name(fields["full_name"])],
            "gender": str(sex) if isinstance(sex, Sex) else UNKNOWN,
            "_gender": {} if sex else _original(fields["sex"]),
            "birthDate": "" if born is None else str(born),
            "_birthDate": {} if born else (_original(fields["birth_date"]) or {"extension": [_ABSENT]}),
        }
    )


def _original(text: str) -> Json:
    return {"extension": [{"url": ORIGINAL_TEXT, "valueString": text}]} if text else {}


def _human_name(full_name: str) -> Json:
    if not full_name:
        return {"_text": {"extension": [_ABSENT]}}
    try:
        family, given = split_vietnamese_name(full_name)
    except EncodeError:
        family, given = "", ""
    return without_nothing(
        {"use": "official", "text": full_name, "family": family, "given": given.split(" ") if given else []}
    )


_CCCD: Final = re.compile("[0-9]{12}")
_CMND: Final = re.compile("[0-9]{9}")
_VN_PASSPORT: Final = re.compile("[A-Z][0-9]{7,8}")


def _identifiers(texts: RecordTexts) -> list[Json]:
    """The identity number under the name that its form has; without one where the form has none."""
    number = texts.fields["identity_number"]
    if not number:
        return []
    system, kind, words = _number_system(number, foreign=_is_foreign(texts.fields["nationality"]))
    identifier = {
        "extension": [{"url": WAS_NUMERIC, "valueBoolean": True}] if texts.was_numeric else [],
        "use": "official",
        "type": concept(IDENTIFIER_TYPES, kind, display=words) if system else {"text": "CCCD/CMND"},
        "system": system,
        "value": number,
    }
    return [without_nothing(identifier)]


def _number_system(number: str, *, foreign: bool) -> tuple[str, str, str]:
    if foreign or _VN_PASSPORT.fullmatch(number):
        return PASSPORT, PASSPORT_NUMBER, "Passport number"
    for form, system in ((_CCCD, CCCD), (_CMND, CMND)):
        if form.fullmatch(number):
            return system, NATIONAL_NUMBER, "National unique individual identifier"
    return "", "", ""


def _is_foreign(nationality: str) -> bool:
    return bool(nationality) and _country(nationality) != "VN"


@lru_cache(maxsize=1024)
def _country(nationality: str) -> str:
    """The two letters of a country by its code, or its English or Vietnamese name; "" where it is not known."""
    folded = nationality.casefold()
    if folded in {"việt nam", "viet nam", "vietnam"}:
        return "VN"
    named = (
        country.code
        for country in current().countries.values()
        if folded in {country.name_en.casefold(), (country.name_vi or "").casefold()}
    )
    return alpha2(nationality.upper()) or next(named, "")


def _nationality(nationality: str, profile: Profile) -> list[Json]:
    if not nationality:
        return []
    country = _country(nationality)
    meant = concept(COUNTRIES, country, nationality) if country else {"text": nationality}
    if profile is Profile.VN_CORE:
        return [{"url": VN_NATIONALITY, "valueCodeableConcept": meant}]
    return [{"url": NATIONALITY, "extension": [{"url": "code", "valueCodeableConcept": meant}]}]


# Immunization


def immunization(texts: RecordTexts, name: str, profile: Profile, *, person: str, place: str) -> Json:
    """The dose.

    Args:
        texts: The record.
        name: What the resource is called.
        profile: Which guide it follows.
        person: What the Patient is called.
        place: What the Location is called; "" where none is known.
    """
    fields = texts.fields
    product = vaccine_by_local_name(fields["vaccine"]) if fields["vaccine"] else None
    return without_nothing(
        {
            "resourceType": "Immunization",
            "id": name,
            "meta": {"profile": [_PROFILES[profile, "Immunization"]]},
            **_status(fields["status"]),
            "vaccineCode": _vaccine(fields["vaccine"], product),
            "patient": reference(person),
            # vn-core wants an encounter, of which the platform knows nothing
            "encounter": {"extension": [_ABSENT]} if profile is Profile.VN_CORE else {},
            **_occurrence(texts),
            "location": reference(place) if place else {},
            "manufacturer": _manufacturer(fields["manufacturer"]),
            "lotNumber": fields["lot"],
            "protocolApplied": _protocol(texts, product),
        }
    )


def _status(status: str) -> Json:
    if not status:
        return {"status": "completed"}
    if status.casefold() in GIVEN:
        return {"status": "completed", "_status": _original(status)}
    return {"status": status if status in _NOT_GIVEN else "not-done", "_status": _original(status)}


_NOT_GIVEN: Final = frozenset({"not-done", "entered-in-error"})


def _vaccine(vaccine: str, product: Product | None) -> Json:
    if not vaccine:
        return {"extension": [_ABSENT]}
    if product is None:
        return {"text": vaccine}
    codings = [
        {"system": EU_PRODUCTS, "code": product.code, "display": product.name_en},
        {
            "system": SNOMED_CT,
            "code": product.specific_prophylaxis,
            "display": display(product.specific_prophylaxis, "prophylaxis"),
        },
        {"system": CVX, "code": CVX_CODES.get(product.code, CVX_COVID_19)},
    ]
    return {"coding": codings, "text": vaccine}


def _occurrence(texts: RecordTexts) -> Json:
    day = texts.value("vaccinated_on")
    if isinstance(day, date):
        return {"occurrenceDateTime": day.isoformat()}
    return {"occurrenceString": texts.fields["vaccinated_on"] or UNKNOWN}


def _manufacturer(manufacturer: str) -> Json:
    """The maker in the record's words, with its code where they are a code. What the vaccine implies is not added."""
    if not manufacturer:
        return {}
    known = manufacturer in current().holders
    return without_nothing(
        {"identifier": {"system": HOLDERS, "value": manufacturer} if known else {}, "display": manufacturer}
    )


_MAX_POSITIVE: Final = 2**31 - 1


def _protocol(texts: RecordTexts, product: Product | None) -> list[Json]:
    dose, series = (
        _number(texts, "dose_number", "doseNumber"),
        _number(texts, "doses_in_series", "seriesDoses"),
    )
    if product is None and not dose and not series:
        return []
    disease = concept(SNOMED_CT, COVID_19, display=display(COVID_19, "diseases")) if product else {}
    dose = dose or {"doseNumberString": UNKNOWN}
    return [without_nothing({"targetDisease": [disease] if disease else [], **dose, **series})]


def _number(texts: RecordTexts, field: str, element: str) -> Json:
    number, text = texts.value(field), texts.fields[field]
    if isinstance(number, int) and 1 <= number <= _MAX_POSITIVE:
        return {f"{element}PositiveInt": number}
    return {f"{element}String": text} if text else {}


# Location


def location(texts: RecordTexts, name: str) -> Json:
    """The place of vaccination.

    Args:
        texts: The record, in which something is known of the place.
        name: What the resource is called.
    """
    fields = texts.fields
    code = fields["facility_code"]
    number = {
        "use": "secondary",
        "type": concept(IDENTIFIER_TYPES, PROVIDER_NUMBER, "Provider number", display="Provider number"),
        "system": PROVIDER_CODE,
        "value": code,
    }
    return without_nothing(
        {
            "resourceType": "Location",
            "id": name,
            "identifier": [number] if code else [],
            "name": fields["facility_name"],
            "address": _address(fields["province_code"], fields["province_name"]),
        }
    )


def _address(code: str, name: str) -> Json:
    if not code and not name:
        return {}
    state = {"url": "state", "valueCodeableConcept": concept(ADMINISTRATIVE_UNITS, code, name)}
    return without_nothing(
        {
            "extension": [{"url": VN_ADMINISTRATIVE_ADDRESS, "extension": [state]}] if code else [],
            "text": name or code,
            "state": name,
        }
    )
