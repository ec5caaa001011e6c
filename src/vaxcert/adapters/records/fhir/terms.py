"""The names that FHIR guides give to numbers, codes and extensions."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import Final

VN_CORE: Final = "http://fhir.ehealth.gov.vn/core"
"""Base of Viet Nam's national guide. Systems in the field also use `http://moh.gov.vn/fhir/core`, hence reading goes by
the end of a name."""

IPS: Final = "http://hl7.org/fhir/uv/ips"

# identifiers

CCCD: Final = f"{VN_CORE}/sid/national_id"
CMND: Final = f"{VN_CORE}/sid/citizen_id"
PASSPORT: Final = f"{VN_CORE}/sid/passport_number"
PROVIDER_CODE: Final = f"{VN_CORE}/sid/provider-code"
HOLDERS: Final = "https://spor.ema.europa.eu/v1/organisations"
URI: Final = "urn:ietf:rfc:3986"

IDENTIFIER_TYPES: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
NATIONAL_NUMBER: Final = "NI"
PASSPORT_NUMBER: Final = "PPN"
PROVIDER_NUMBER: Final = "PRN"

# codes

EU_PRODUCTS: Final = "https://ec.europa.eu/health/documents/community-register/html/"
"""The system of `mp` in WHO's DDCC guide, for codes outside the Union register as well."""

SNOMED_CT: Final = "http://snomed.info/sct"
CVX: Final = "http://hl7.org/fhir/sid/cvx"
LOINC: Final = "http://loinc.org"
COUNTRIES: Final = "urn:iso:std:iso:3166"
ADMINISTRATIVE_UNITS: Final = f"{VN_CORE}/CodeSystem/vn-core-administrative-address"
EMPTY_REASONS: Final = "http://terminology.hl7.org/CodeSystem/list-empty-reason"

COVID_19_DISEASES: Final = frozenset({"840539006", "RA01", "RA01.0", "XN109", "U07.1"})
"""COVID-19 or its virus in SNOMED CT, ICD-11 and ICD-10."""

CVX_CODES: Final = MappingProxyType(
    {
        "EU/1/20/1507": "207",
        "EU/1/20/1525": "212",
        "EU/1/20/1528": "208",
        "EU/1/21/1529": "210",
        "BBIBP-CorV": "510",
        "Sputnik-V": "505",
    }
)
"""Product (`mp`) to the CVX code of its first form; vn-core binds vaccine codes to CVX."""

CVX_COVID_19: Final = "213"
"""A COVID-19 vaccine that CVX does not tell apart."""

PRODUCTS_BY_CODE: Final = MappingProxyType(
    {
        **{code: product for product, code in CVX_CODES.items()},
        "217": "EU/1/20/1528",
        "218": "EU/1/20/1528",
        "219": "EU/1/20/1528",
        "221": "EU/1/20/1507",
        "XM3DT5": "EU/1/20/1507",
        "XM6QV1": "EU/1/20/1525",
        "XM8NQ0": "EU/1/20/1528",
        "XM4YL8": "EU/1/21/1529",
        "XM8866": "BBIBP-CorV",
        "XM5ZJ4": "Sputnik-V",
    }
)
"""CVX and ICD-11 codes of one product to that product (concept maps of WHO's DDCC guide)."""

GIVEN: Final = frozenset({"completed", "đã tiêm"})
"""What platforms write of a dose that was given."""

# extensions

ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ORIGINAL_TEXT: Final = "http://hl7.org/fhir/StructureDefinition/originalText"
NATIONALITY: Final = "http://hl7.org/fhir/StructureDefinition/patient-nationality"
VN_NATIONALITY: Final = f"{VN_CORE}/StructureDefinition/extension-nationality"
VN_ADMINISTRATIVE_ADDRESS: Final = f"{VN_CORE}/StructureDefinition/extension-administrative-address"
WAS_NUMERIC: Final = "urn:vaxcert:fhir:identity-number-was-numeric"
"""Ours: a spreadsheet held the identity number as a number, so that leading zeros may be lost."""

BRAND_NAMES: Final = frozenset({"DDCCEventBrand", "DDCCVaccineBrand"})
COUNTRY_NAMES: Final = frozenset({"DDCCCountryOfEvent", "DDCCCountryOfVaccination"})
HOLDER_NAMES: Final = frozenset({"DDCCVaccineMarketAuthorization"})
"""How the URLs of WHO's extensions end: editions of its guides and maps differ in the names and in http or https."""

NATIONALITY_NAMES: Final = frozenset({"patient-nationality", "extension-nationality"})
ADDRESS_NAMES: Final = frozenset({"extension-administrative-address"})


@lru_cache(maxsize=4096)
def last_part(url: str) -> str:
    """The end of a URL, which names the thing: without version and base."""
    return url.partition("|")[0].rstrip("/").rpartition("/")[2]
