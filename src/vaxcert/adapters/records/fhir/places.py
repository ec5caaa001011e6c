"""What a Location or an Organization says of the place of vaccination."""

from __future__ import annotations

from typing import NamedTuple

from vaxcert.adapters.records.fhir.shapes import (
    Resource,
    codings,
    extension,
    many,
    one,
    text,
)
from vaxcert.adapters.records.fhir.terms import ADDRESS_NAMES, PROVIDER_CODE, last_part


class PlaceTexts(NamedTuple):
    """The fields of a dose record that are of the facility, as text.

    Attributes:
        facility_code: See `DoseRecord`.
        facility_name: See there.
        province_code: See there.
        province_name: See there.
        managed_by: Reference to the organisation of which the place is a room, or "".
    """

    facility_code: str = ""
    facility_name: str = ""
    province_code: str = ""
    province_name: str = ""
    managed_by: str = ""


def read_place(resource: Resource) -> PlaceTexts:
    """The texts of one Location or Organization."""
    address = _address(resource)
    state = one(extension(extension(address, ADDRESS_NAMES), {"state"}).get("valueCodeableConcept"))
    code = next((text(coding.get("code")) for coding in codings(state)), "")
    return PlaceTexts(
        facility_code=_code(resource),
        facility_name=text(resource.get("name")),
        province_code=code,
        province_name=text(address.get("state")) or text(state.get("text")),
        managed_by=text(one(resource.get("managingOrganization")).get("reference")),
    )


def read_place_mention(reference: Resource) -> PlaceTexts:
    """The texts of a place that is named without being there."""
    identifier = one(reference.get("identifier"))
    return PlaceTexts(
        facility_code=text(identifier.get("value")), facility_name=text(reference.get("display"))
    )


def is_organization(reference: Resource) -> bool:
    """Whether a reference without a resource speaks of an organisation, and not of somebody who works there."""
    target = text(reference.get("reference"))
    return text(reference.get("type")) == "Organization" or "Organization/" in target


def merged(room: PlaceTexts, organization: PlaceTexts) -> PlaceTexts:
    """The organisation's texts, and those of its room where it is silent."""
    return PlaceTexts(*(outer or inner for outer, inner in zip(organization[:4], room[:4], strict=True)))


def _code(resource: Resource) -> str:
    """The platform's code, else whatever code there is first."""
    identifiers = [item for item in many(resource.get("identifier")) if text(item.get("value"))]
    wanted = last_part(PROVIDER_CODE)
    identifiers.sort(key=lambda item: last_part(text(item.get("system"))) != wanted)
    return text(identifiers[0].get("value")) if identifiers else ""


def _address(resource: Resource) -> Resource:
    """Of a Location the address, of an Organization the first one."""
    address = resource.get("address")
    return next(iter(many(address)), one(address))
