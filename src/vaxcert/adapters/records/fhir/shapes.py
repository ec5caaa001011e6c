"""Looking into JSON of any shape: what is not there, or is of another kind, is empty."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, TypeAlias

from vaxcert.adapters.records.fhir.terms import ORIGINAL_TEXT, last_part

Resource: TypeAlias = Mapping[str, Any]

NOTHING: Final[Resource] = {}
_BLANKS: Final = " \t\r\n"


def text(value: object) -> str:
    """The text that a value is; numbers of JSON are text here too. What no CSV file could hold is replaced."""
    if not isinstance(value, str):
        return ""
    if not value.isascii():
        value = value.encode(errors="replace").decode()
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}").strip(_BLANKS)


def one(value: object) -> Resource:
    """The JSON object that a value is."""
    return value if isinstance(value, dict) else NOTHING


def many(value: object) -> list[Resource]:
    """The JSON objects of the list that a value is."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def stated(element: Resource, name: str) -> str:
    """A primitive value, or where it is unknown, the text that was entered (extension `originalText`)."""
    value = text(element.get(name))
    if value and value != "unknown":
        return value
    return text(extension(one(element.get(f"_{name}")), {last_part(ORIGINAL_TEXT)}).get("valueString"))


def extension(element: Resource, names: Collection[str]) -> Resource:
    """The first extension whose URL ends in one of the names."""
    return next(iter(extensions(element, names)), NOTHING)


def extensions(element: Resource, names: Collection[str]) -> list[Resource]:
    """All extensions whose URL ends in one of the names."""
    return [item for item in many(element.get("extension")) if last_part(text(item.get("url"))) in names]


def codings(concept: Resource) -> list[Resource]:
    """The codings of a CodeableConcept."""
    return many(concept.get("coding"))


def wording(concept: Resource) -> str:
    """What a CodeableConcept says to people, else its first code."""
    if spoken := text(concept.get("text")):
        return spoken
    first = next(iter(codings(concept)), NOTHING)
    return text(first.get("display")) or text(first.get("code"))
