"""Following the references of a dose: to the person, the place and the maker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import BinaryIO, Final, NamedTuple, Protocol, TypeAlias

from vaxcert.adapters.records.fhir.doses import DoseTexts
from vaxcert.adapters.records.fhir.entries import entry_at
from vaxcert.adapters.records.fhir.index import PlaceIndex
from vaxcert.adapters.records.fhir.persons import PersonTexts, read_mention, read_patient
from vaxcert.adapters.records.fhir.places import (
    PlaceTexts,
    is_organization,
    merged,
    read_place,
    read_place_mention,
)
from vaxcert.adapters.records.fhir.references import contained, fits, meanings, names_of
from vaxcert.adapters.records.fhir.shapes import Resource, text
from vaxcert.adapters.records.layout import RECORD_FIELDS

Facts: TypeAlias = PersonTexts | PlaceTexts

REFERRED_TO: Final = frozenset({"Patient", "Location", "Organization"})
"""The kinds of resources that a dose needs besides its own."""

MALFORMED: Final = "malformed"
"""The status of a dose whose resource is out of shape."""

_KNOWN: Final = 256
_FIELD_CHARACTERS: Final = 2048


class Known(NamedTuple):
    """A resource that may be meant.

    Attributes:
        url: Full URL of its entry, or "".
        facts: What it says.
    """

    url: str
    facts: Facts


class Resources(Protocol):
    """The resources of one bundle."""

    def named(self, name: str) -> Sequence[Known]:
        """Those of a name, from `names_of`."""


class HeldResources:
    """The resources of a bundle that fits in memory."""

    def __init__(self) -> None:
        self._named: Final[defaultdict[str, list[Known]]] = defaultdict(list)

    def add(self, url: str, resource: Resource) -> None:
        """Keep what a Patient, Location or Organization says."""
        known = Known(url, read_facts(resource))
        for name in names_of(url, resource):
            self._named[name].append(known)

    def named(self, name: str) -> Sequence[Known]:
        """Those of a name."""
        return self._named.get(name, ())


class FarResources:
    """The resources of a bundle that does not fit: each is read where it stands, when it is asked for.

    Args:
        stream: The file. Its position is the same afterwards.
        index: Where they stand.
        start: Where the text starts in the file: behind a byte order mark.
    """

    def __init__(self, stream: BinaryIO, index: PlaceIndex, start: int) -> None:
        self._stream = stream
        self._index = index
        self._start = start
        self.named = lru_cache(maxsize=_KNOWN)(self._named)

    def _named(self, name: str) -> Sequence[Known]:
        position = self._stream.tell()
        entries = [entry_at(self._stream, self._start + at) for at in self._index.offsets(name)]
        self._stream.seek(position)
        return [
            Known(entry.url, read_facts(entry.resource))
            for entry in entries
            if name in names_of(entry.url, entry.resource)
        ]


def read_facts(resource: Resource) -> Facts:
    """What a Patient, Location or Organization says."""
    return read_patient(resource) if resource.get("resourceType") == "Patient" else read_place(resource)


class Row(NamedTuple):
    """One dose as a row of text. Personal data: never to be printed.

    Attributes:
        texts: One text for each of `RECORD_FIELDS`.
        malformed: Whether it could not be taken apart.
        was_numeric: Whether the identity number was a number.
    """

    texts: tuple[str, ...]
    malformed: bool
    was_numeric: bool


def to_row(dose: DoseTexts, resources: Resources) -> Row:
    """Put together what a dose says and what it refers to.

    A reference that leads nowhere, or to two different resources, leaves its fields empty.
    """
    finder = _Finder(dose, resources)
    person = finder.person()
    place = finder.place()
    texts = {
        **person._asdict(),
        **place._asdict(),
        **dose.texts,
        "manufacturer": dose.texts["manufacturer"] or finder.maker(),
    }
    too_long = any(len(cell) > _FIELD_CHARACTERS for cell in texts.values() if isinstance(cell, str))
    malformed = dose.malformed or person.malformed or too_long
    if malformed:
        # as a row of rejects it could be taken apart, and must be looked at all the same
        texts["status"] = texts["status"] or MALFORMED
    row = tuple(texts[name][:_FIELD_CHARACTERS] for name in RECORD_FIELDS)
    return Row(row, malformed, person.was_numeric)


class _Finder:
    """Follows the references of one dose."""

    def __init__(self, dose: DoseTexts, resources: Resources) -> None:
        self._dose = dose
        self._resources = resources

    def person(self) -> PersonTexts:
        found = self._follow(self._dose.patient)
        return found if isinstance(found, PersonTexts) else read_mention(self._dose.patient)

    def place(self) -> PlaceTexts:
        """Where the location is, else the organisation that gave the dose."""
        location = self._place(self._dose.location) or read_place_mention(self._dose.location)
        if any(location):
            return location
        organizations = (self._performer(actor) for actor in self._dose.performers)
        return next(filter(None, organizations), PlaceTexts())

    def maker(self) -> str:
        found = self._follow(self._dose.manufacturer)
        return found.facility_name if isinstance(found, PlaceTexts) else ""

    def _performer(self, actor: Resource) -> PlaceTexts | None:
        found = self._place(actor)
        if found is None and is_organization(actor):
            found = read_place_mention(actor)
        return found if found is not None and any(found) else None

    def _place(self, reference: Resource) -> PlaceTexts | None:
        found = self._follow(reference)
        if not isinstance(found, PlaceTexts):
            return None
        outer = self._follow({"reference": found.managed_by})
        return merged(found, outer) if isinstance(outer, PlaceTexts) else found

    def _follow(self, reference: Resource) -> Facts | None:
        target = text(reference.get("reference"))
        if not target:
            return None
        inside = contained(self._dose.resource, target)
        if inside is not None:
            return read_facts(inside)
        likely = meanings(target, self._dose.url)
        for name in likely:
            found = {known.facts for known in self._resources.named(name) if fits(likely[0], known.url)}
            if found:
                return found.pop() if len(found) == 1 else None
        return None
