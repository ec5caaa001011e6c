"""Files of FHIR JSON as files of dose records: one row for each Immunization."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import BinaryIO, Final, TextIO

from vaxcert.adapters.records.fhir.doses import DoseTexts, read_immunization
from vaxcert.adapters.records.fhir.entries import NO_BUNDLE, BundleEnd, Entry, Event, read_entries
from vaxcert.adapters.records.fhir.index import PlaceIndex, PlaceNotes
from vaxcert.adapters.records.fhir.references import names_of
from vaxcert.adapters.records.fhir.resolving import (
    REFERRED_TO,
    FarResources,
    HeldResources,
    Resources,
    to_row,
)
from vaxcert.adapters.records.layout import RECORD_FIELDS, Layout
from vaxcert.adapters.records.mapping import shipped
from vaxcert.adapters.records.record_file import RecordFile, unreadable
from vaxcert.adapters.records.table import RowChunk, TableSource
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_HELD_FHIR_ENTRIES

_DOSE: Final = "Immunization"
_KEY: Final = re.compile(rb'"resourceType"\s*:')


def is_fhir(start: bytes) -> bool:
    """Whether a file of JSON is of FHIR resources: each of them says its `resourceType`.

    Args:
        start: The first bytes of the file.
    """
    bare = start.removeprefix(codecs.BOM_UTF8).lstrip()
    return bare[:1] in (b"[", b"{") and _KEY.search(bare) is not None


def open_fhir(file: RecordFile, mapping: Layout | None) -> TableSource:
    """Open a file of FHIR bundles or resources. It is read to its end: what refers to what, is known only then.

    Bundles are documents, collections, answers to a search, transactions and so on; one, an array of them, or one
    after the other (NDJSON). The same holds for resources that are in no bundle. A reference is followed within its
    bundle, outside of bundles within the file, and what it means may stand before it or after. Of a bundle with more
    than `MAX_HELD_FHIR_ENTRIES` entries, and of what is in no bundle, sixteen bytes are kept for each name of a person
    and of a place, and nothing else.

    Args:
        file: The file, in UTF-8.
        mapping: Must be None: FHIR says itself what is what.

    Returns:
        A source whose headings are the fields of `DoseRecord`.

    Raises:
        AdapterError: `file-unreadable`: it is no FHIR JSON, holds neither an Immunization nor a bundle, or is past a
            limit; `mapping-unusable`.
    """
    if mapping is not None:
        raise AdapterError(Reason.MAPPING_UNUSABLE, "FHIR resources have no columns; expected no mapping")
    table = _FhirTable(file)
    return TableSource(table, known_records=table.doses)


class _FhirTable:
    """A file of FHIR JSON; see `vaxcert.adapters.records.table.RowTable`."""

    headings: Final = RECORD_FIELDS
    fields_by_heading: Final = dict(zip(RECORD_FIELDS, RECORD_FIELDS, strict=True))

    def __init__(self, file: RecordFile) -> None:
        self._file = file
        self.layout: Final = shipped("field-names")
        survey = _Survey()
        with file.reading() as stream, _as_text(stream) as text:
            for event in read_entries(text):
                survey.note(event)
        self.doses: Final = survey.doses
        self._far: Final = survey.far()

    def chunks(self, rows: int) -> Iterator[RowChunk]:
        """All doses, in the order of the file."""
        start = len(codecs.BOM_UTF8) if self._file.start.startswith(codecs.BOM_UTF8) else 0
        with self._file.reading() as stream, _as_text(stream) as text:
            far = {bundle: FarResources(stream, index, start) for bundle, index in self._far.items()}
            table_rows = (to_row(*dose) for dose in _doses(read_entries(text), far))
            while first := next(table_rows, None):
                chunk = RowChunk()
                for row in chain((first,), islice(table_rows, rows - 1)):
                    chunk.add(row.texts, malformed=row.malformed, numeric=row.was_numeric)
                yield chunk


class _Survey:
    """What a first reading of a file finds: how many doses, and what stands where in bundles that are not held."""

    def __init__(self) -> None:
        self.doses = 0
        self._some_bundle = False
        self._scopes: Final = {NO_BUNDLE: _Scope()}
        self._far: Final[dict[int, PlaceIndex]] = {}

    def note(self, event: Event) -> None:
        if isinstance(event, Entry):
            self.doses += _kind(event) == _DOSE
            self._scopes.setdefault(event.bundle, _Scope()).note(event)
            return
        self._some_bundle = True
        scope = self._scopes.pop(event.bundle, None)
        if scope is not None and scope.size > MAX_HELD_FHIR_ENTRIES:
            self._far[event.bundle] = scope.places.index()

    def far(self) -> dict[int, PlaceIndex]:
        """The bundles that are not held, and what stands where in each.

        Raises:
            AdapterError: `file-unreadable`: nothing of use was there.
        """
        if not self._some_bundle and not self.doses:
            raise unreadable("the file holds neither an Immunization nor a Bundle of FHIR")
        return {NO_BUNDLE: self._scopes[NO_BUNDLE].places.index(), **self._far}


@dataclass(slots=True)
class _Scope:
    """What is noted of a bundle: how many entries it has, and where those stand that others refer to."""

    size: int = 0
    places: PlaceNotes = field(default_factory=PlaceNotes)

    def note(self, entry: Entry) -> None:
        self.size += 1
        if _kind(entry) in REFERRED_TO:
            for name in names_of(entry.url, entry.resource):
                self.places.add(name, entry.offset)


def _doses(events: Iterator[Event], far: dict[int, FarResources]) -> Iterator[tuple[DoseTexts, Resources]]:
    """Each dose with the resources that it can refer to."""
    held: dict[int, _HeldBundle] = {}
    for event in events:
        if isinstance(event, BundleEnd):
            bundle = held.pop(event.bundle, None)
            if bundle is not None:
                yield from ((dose, bundle.resources) for dose in bundle.doses)
        elif event.bundle not in far:
            held.setdefault(event.bundle, _HeldBundle()).add(event)
        elif _kind(event) == _DOSE:
            yield read_immunization(event.resource, event.url), far[event.bundle]


@dataclass(slots=True, repr=False)
class _HeldBundle:
    """A bundle that fits in memory, until its end has come."""

    doses: list[DoseTexts] = field(default_factory=list)
    resources: HeldResources = field(default_factory=HeldResources)

    def add(self, entry: Entry) -> None:
        if _kind(entry) == _DOSE:
            self.doses.append(read_immunization(entry.resource, entry.url))
        elif _kind(entry) in REFERRED_TO:
            self.resources.add(entry.url, entry.resource)


def _kind(entry: Entry) -> object:
    return entry.resource.get("resourceType")


@contextmanager
def _as_text(stream: BinaryIO) -> Iterator[TextIO]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        yield text
    except UnicodeDecodeError:
        raise unreadable("the file is not UTF-8 text; expected FHIR JSON saved as UTF-8") from None
    finally:
        text.detach()
