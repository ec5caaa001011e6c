"""What an Immunization says of a dose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from vaxcert.adapters.records.fhir.persons import changes_meaning
from vaxcert.adapters.records.fhir.shapes import (
    Resource,
    codings,
    extension,
    many,
    one,
    stated,
    text,
    wording,
)
from vaxcert.adapters.records.fhir.terms import (
    BRAND_NAMES,
    COUNTRY_NAMES,
    COVID_19_DISEASES,
    CVX,
    GIVEN,
    HOLDER_NAMES,
    ORIGINAL_TEXT,
    PRODUCTS_BY_CODE,
    last_part,
)
from vaxcert.model.value_sets import vaccine_by_local_name


@dataclass(frozen=True, slots=True, repr=False)
class DoseTexts:
    """One Immunization, its references not yet followed.

    Attributes:
        texts: Field of `DoseRecord` to text, of the fields that are of the dose itself.
        patient: The reference to the person.
        location: The reference to the place, or an empty object.
        performers: The references to those who gave it.
        manufacturer: The reference to the maker, or an empty object.
        resource: What a reference like `#1` looks into.
        url: Full URL of its entry, or "".
        malformed: Whether a part of it is not of the kind that FHIR says.
    """

    texts: dict[str, str]
    patient: Resource
    location: Resource
    performers: list[Resource]
    manufacturer: Resource
    resource: Resource
    url: str
    malformed: bool

    def __repr__(self) -> str:
        return "<DoseTexts>"


def read_immunization(resource: Resource, url: str) -> DoseTexts:
    """The texts and references of one Immunization.

    Args:
        resource: The resource.
        url: Full URL of its entry, or "".
    """
    maker = one(resource.get("manufacturer"))
    protocols = _of_covid_19(many(resource.get("protocolApplied")))
    return DoseTexts(
        texts={
            "vaccine": _vaccine(resource),
            "manufacturer": _maker(resource, maker),
            "lot": text(resource.get("lotNumber")),
            "dose_number": _agreed(protocols, "doseNumber"),
            "doses_in_series": _agreed(protocols, "seriesDoses"),
            "vaccinated_on": _day(resource),
            "status": _status(resource),
        },
        patient=one(resource.get("patient")),
        location=one(resource.get("location")),
        performers=[one(performer.get("actor")) for performer in many(resource.get("performer"))],
        manufacturer=one(maker.get("reference")) or maker,  # R5: a CodeableReference
        resource={"contained": resource.get("contained")},
        url=url,
        malformed=changes_meaning(resource) or not all(_has_shape(resource, name) for name in _SHAPES),
    )


_SHAPES: Final[dict[str, type]] = {
    "status": str,
    "vaccineCode": dict,
    "patient": dict,
    "lotNumber": str,
    "occurrenceDateTime": str,
    "occurrenceString": str,
    "protocolApplied": list,
    "location": dict,
    "performer": list,
    "manufacturer": dict,
    "contained": list,
    "extension": list,
}


def _has_shape(resource: Resource, name: str) -> bool:
    value: Any = resource.get(name)
    return value is None or isinstance(value, _SHAPES[name])


# Vaccine


def _vaccine(resource: Resource) -> str:
    """The local name; or the product's code, where there is no name or none that is known.

    A name and a code of different products are both given, which is the name of no vaccine: nobody guesses.
    """
    concept = one(resource.get("vaccineCode"))
    spoken = text(concept.get("text")) or stated(concept, "text")
    brand = one(extension(resource, BRAND_NAMES).get("valueCoding"))
    products = sorted(set(_products([brand, *codings(concept)])))
    named = vaccine_by_local_name(spoken) if spoken else None
    if len(products) > 1 or (named is not None and products and products[0] != named.code):
        return " / ".join(filter(None, (spoken, *products)))
    if named is not None:
        return spoken
    return next(iter(products), spoken or wording(concept))


def _products(found: list[Resource]) -> Iterator[str]:
    """The products that codings stand for. Codes of vaccine types stand for none."""
    for coding in found:
        code = text(coding.get("code"))
        if code.isdigit() and last_part(text(coding.get("system"))) != last_part(CVX):
            continue
        product = vaccine_by_local_name(PRODUCTS_BY_CODE.get(code, code))
        if product is not None:
            yield product.code


def _maker(resource: Resource, maker: Resource) -> str:
    """The maker as the reference names it, else the marketing authorisation holder."""
    reference = one(maker.get("reference")) or maker
    holder = one(extension(resource, HOLDER_NAMES).get("valueCoding"))
    return (
        text(reference.get("display"))
        or wording(one(maker.get("concept")))
        or text(one(reference.get("identifier")).get("value"))
        or text(holder.get("code"))
    )


# Dose


def _of_covid_19(protocols: list[Resource]) -> list[Resource]:
    """The protocols against COVID-19, or those that name no disease."""
    against = [protocol for protocol in protocols if _diseases(protocol) & COVID_19_DISEASES]
    return against or [protocol for protocol in protocols if not _diseases(protocol)]


def _diseases(protocol: Resource) -> set[str]:
    target = protocol.get("targetDisease")
    return {
        text(coding.get("code")) for disease in (many(target) or [one(target)]) for coding in codings(disease)
    } - {""}


def _agreed(protocols: list[Resource], name: str) -> str:
    """The number that all protocols say. Different numbers are all given, which is no number: nobody guesses."""
    kinds = (f"{name}PositiveInt", f"{name}String", name)
    said = [next(filter(None, (stated(protocol, kind) for kind in kinds)), "") for protocol in protocols]
    return " / ".join(dict.fromkeys(filter(None, said)))


# Day

_VIET_NAM_TIME: Final = timezone(timedelta(hours=7))


def _day(resource: Resource) -> str:
    """The day in Viet Nam; text that is no moment stays as it is."""
    moment = stated(resource, "occurrenceDateTime") or stated(resource, "occurrenceString")
    if "T" not in moment:
        return moment
    try:
        at = datetime.fromisoformat(moment)
        return (at.astimezone(_VIET_NAM_TIME) if at.tzinfo else at).date().isoformat()
    except (ValueError, OverflowError):
        return moment


# Status

_VIET_NAM: Final = frozenset({"", "VN", "VNM", "704"})


def _status(resource: Resource) -> str:
    """Empty for a dose that was given in Viet Nam and counts; else why it does not, or what the platform says of it."""
    status = text(resource.get("status")) or "unknown"
    entered = text(extension(one(resource.get("_status")), {last_part(ORIGINAL_TEXT)}).get("valueString"))
    if status != "completed":
        return status if entered.casefold() in GIVEN else entered or status
    if resource.get("notGiven") is True:  # STU3
        return "not-done"
    if resource.get("isSubpotent") is True:
        return "subpotent"
    country = extension(resource, COUNTRY_NAMES)
    code = text(country.get("valueCode")) or text(one(country.get("valueCoding")).get("code"))
    return entered if code.upper() in _VIET_NAM else f"given in {code}"
