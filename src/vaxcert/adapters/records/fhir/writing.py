"""Bundles made of dose records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from vaxcert.adapters.records.fhir.documents import composition, device
from vaxcert.adapters.records.fhir.names import ResourceNames
from vaxcert.adapters.records.fhir.resources import (
    PERSON_FIELDS,
    PLACE_FIELDS,
    Json,
    Profile,
    immunization,
    location,
    patient,
)
from vaxcert.adapters.records.fhir.terms import IPS, URI
from vaxcert.adapters.records.fhir.texts import RecordTexts, texts_of
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.record_keys import RecordKeys


def to_bundle(
    records: Iterable[DoseRecord], *, profile: Profile, at: datetime, keys: RecordKeys | None = None
) -> Json:
    """Make a bundle of dose records.

    Args:
        records: The doses; for the IPS, of one person.
        profile: Which guide it follows.
        at: When the bundle is made, timezone-aware.
        keys: What names of resources follow from; see `ResourceNames`.

    Returns:
        The bundle as a JSON object. The same records give the same one, and read again they are equal.

    Raises:
        ValueError: There is no record, a record is of a row that could not be taken apart, several persons are to be
            in a document, or `at` has no timezone.
    """
    maker = BundleMaker(profile, at=at, keys=keys)
    persons = list(by_person(texts_of(record) for record in records))
    if not persons or (profile is Profile.IPS and len(persons) > 1):
        raise ValueError("expected the doses of one person, or of several for a collection")
    return maker.document(persons[0]) if profile is Profile.IPS else maker.collection(persons)


def by_person(doses: Iterable[RecordTexts]) -> Iterator[list[RecordTexts]]:
    """The doses of each person, in the order in which persons come first. All are held in memory.

    A person is who has the same texts in all `PERSON_FIELDS`: another spelling is another Patient, and nobody guesses.
    """
    persons: dict[tuple[object, ...], list[RecordTexts]] = {}
    for dose in doses:
        persons.setdefault((*_person_texts(dose), dose.was_numeric), []).append(dose)
    yield from persons.values()


def _person_texts(dose: RecordTexts) -> tuple[str, ...]:
    return tuple(dose.fields[field] for field in PERSON_FIELDS)


class BundleMaker:
    """Makes bundles.

    Args:
        profile: Which guide they follow.
        at: When they are made, timezone-aware.
        keys: What names of resources follow from; see `ResourceNames`.

    Raises:
        ValueError: `at` has no timezone.
    """

    def __init__(self, profile: Profile, *, at: datetime, keys: RecordKeys | None = None) -> None:
        if at.tzinfo is None:
            raise ValueError("at must be timezone-aware")
        self.profile: Final = profile
        self._at: Final = at.isoformat(timespec="seconds")
        self._names: Final = ResourceNames(keys)

    def bundle(self, doses: Sequence[RecordTexts]) -> Json:
        """The bundle of one person, in the form of the profile."""
        return self.document(doses) if self.profile is Profile.IPS else self.collection([doses])

    def collection(self, persons: Iterable[Sequence[RecordTexts]]) -> Json:
        """A bundle of any number of persons; places that they share are in it once."""
        entries: dict[str, Json] = {}
        for doses in persons:
            entries |= _Person(doses, self._names, self.profile).entries()
        return {
            "resourceType": "Bundle",
            "type": "collection",
            "timestamp": self._at,
            "entry": list(map(_entry, entries.values())),
        }

    def document(self, doses: Sequence[RecordTexts]) -> Json:
        """A document of one person."""
        person = _Person(doses, self._names, self.profile)
        entries = person.entries()
        content = tuple(entries)
        name, author = person.names.name("Composition", *content), self._names.place(("vaxcert",))
        head = composition(doses, person.doses, name=name, person=person.patient, author=author, at=self._at)
        return {
            "resourceType": "Bundle",
            "meta": {"profile": [f"{IPS}/StructureDefinition/Bundle-uv-ips"]},
            "identifier": {"system": URI, "value": f"urn:uuid:{person.names.name('Bundle', *content)}"},
            "type": "document",
            "timestamp": self._at,
            "entry": [_entry(resource) for resource in (head, *entries.values(), device(author))],
        }


class _Person:
    """The resources of one person.

    Attributes:
        names: Names for what else is theirs.
        patient: What the Patient is called.
        doses: What each Immunization is called.
    """

    def __init__(self, doses: Sequence[RecordTexts], names: ResourceNames, profile: Profile) -> None:
        numeric = "numeric" if doses[0].was_numeric else ""
        self.names: Final = names.person((*_person_texts(doses[0]), numeric))
        self.patient: Final = self.names.name("Patient")
        self.doses: Final = [self.names.name("Immunization", *dose.fields.values()) for dose in doses]
        self._places: Final = [_place_name(dose, names) for dose in doses]
        self._texts: Final = doses
        self._profile: Final = profile

    def entries(self) -> dict[str, Json]:
        """Each resource by its name: the person, the places, the doses."""
        resources = {self.patient: patient(self._texts[0], self.patient, self._profile)}
        for dose, place in zip(self._texts, self._places, strict=True):
            if place:
                resources[place] = location(dose, place)
        for dose, name, place in zip(self._texts, self.doses, self._places, strict=True):
            resources[name] = immunization(dose, name, self._profile, person=self.patient, place=place)
        return resources


def _place_name(dose: RecordTexts, names: ResourceNames) -> str:
    known = [dose.fields[field] for field in PLACE_FIELDS]
    return names.place(known) if any(known) else ""


def _entry(resource: Json) -> Json:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
