"""The Composition of an International Patient Summary that holds vaccinations only (IPS 2.0.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from vaxcert.adapters.records.fhir.resources import Json, concept, reference
from vaxcert.adapters.records.fhir.terms import EMPTY_REASONS, IPS, LOINC
from vaxcert.adapters.records.fhir.texts import RecordTexts

_IMMUNIZATIONS: Final = ("11369-6", "Tiêm chủng / Immunizations")
_REQUIRED: Final = (
    ("11450-4", "Vấn đề sức khỏe / Problems"),
    ("10160-0", "Thuốc đang dùng / Medications"),
    ("48765-2", "Dị ứng / Allergies and intolerances"),
)
"""The sections that every summary has. The platform knows nothing of them."""

_COLUMNS: Final = (
    ("dose_number", "Liều số / Dose"),
    ("vaccinated_on", "Ngày tiêm / Date"),
    ("vaccine", "Vắc xin / Vaccine"),
    ("lot", "Số lô / Lot"),
    ("facility_name", "Cơ sở tiêm / Facility"),
)


def composition(
    doses: Sequence[RecordTexts], names: Sequence[str], *, name: str, person: str, author: str, at: str
) -> Json:
    """The first resource of the document, which says what is in it.

    Args:
        doses: The records, of one person.
        names: What the Immunization of each is called.
        name: What the Composition is called.
        person: What the Patient is called.
        author: What the author is called.
        at: When it is written, as a FHIR instant.
    """
    code, title = _IMMUNIZATIONS
    immunizations = {
        "title": title,
        "code": concept(LOINC, code),
        "text": _narrative(_table(doses)),
        "entry": [reference(dose) for dose in names],
    }
    return {
        "resourceType": "Composition",
        "id": name,
        "meta": {"profile": [f"{IPS}/StructureDefinition/Composition-uv-ips"]},
        "status": "final",
        "type": concept(LOINC, "60591-5", display="Patient summary Document"),
        "subject": reference(person),
        "date": at,
        "author": [reference(author)],
        "title": "Tóm tắt tiêm chủng / Vaccination summary",
        "section": [immunizations, *(_empty(code, title) for code, title in _REQUIRED)],
    }


def device(name: str) -> Json:
    """The author: this program."""
    return {
        "resourceType": "Device",
        "id": name,
        "deviceName": [{"name": "vaxcert", "type": "model-name"}],
    }


def _empty(code: str, title: str) -> Json:
    return {
        "title": title,
        "code": concept(LOINC, code),
        "text": _narrative("<p>Không có thông tin / No information</p>"),
        "emptyReason": concept(EMPTY_REASONS, "unavailable", display="Unavailable"),
    }


def _narrative(content: str) -> Json:
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{content}</div>'}


def _table(doses: Iterable[RecordTexts]) -> str:
    heads = "".join(f"<th>{title}</th>" for _, title in _COLUMNS)
    rows = "".join(f"<tr>{_cells(dose)}</tr>" for dose in doses)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(dose: RecordTexts) -> str:
    return "".join(f"<td>{_xhtml(dose.fields[field])}</td>" for field, _ in _COLUMNS)


def _xhtml(text: str) -> str:
    return escape("".join(character for character in text if character.isprintable()))
