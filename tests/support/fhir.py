"""FHIR resources that say the same as one good dose record, and the way back from files of them."""

import io
import json
from collections.abc import Iterable
from typing import Any

from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.records.layout import RECORD_FIELDS, to_record
from vaxcert.adapters.records.rows import read_records
from vaxcert.model.dose_record import DoseRecord

Json = dict[str, Any]

PERSON_URL = "urn:uuid:0b6d1c0a-7c0e-4b0e-8f43-0d9c2f1f0001"


def patient(**elements: Any) -> Json:
    """A synthetic person."""
    return {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [
            {"system": "http://fhir.ehealth.gov.vn/core/sid/national_id", "value": "001185000001"}
        ],
        "name": [{"text": "Nguyễn Thị Thử Nghiệm"}],
        "gender": "female",
        "birthDate": "1985-04-03",
        **elements,
    }


def immunization(**elements: Any) -> Json:
    """A synthetic dose."""
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"text": "AstraZeneca"},
        "patient": {"reference": PERSON_URL},
        "occurrenceDateTime": "2021-09-15",
        "lotNumber": "TEST-001",
        "protocolApplied": [{"doseNumberPositiveInt": 2, "seriesDosesPositiveInt": 2}],
        **elements,
    }


def bundle(*resources: Json, kind: str = "collection", urls: Iterable[str] = ()) -> Json:
    """A bundle; the first resource has `PERSON_URL`, unless other URLs are given."""
    urls = [*urls] or [PERSON_URL]
    entries = [{"resource": resource} for resource in resources]
    for entry, url in zip(entries, urls, strict=False):
        entry["fullUrl"] = url
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def as_bytes(*values: object) -> bytes:
    """NDJSON."""
    return "\n".join(json.dumps(value) for value in values).encode()


def rows(*values: object) -> list[dict[str, str]]:
    """The texts of each dose in NDJSON of these values."""
    return [row.original for row in read_records(io.BytesIO(as_bytes(*values)))]


def records(*values: object) -> list[DoseRecord]:
    """The doses in NDJSON of these values, as records."""
    return [row.record for row in read_records(io.BytesIO(as_bytes(*values)))]


def records_of(data: bytes, *, rows: int = 100) -> list[DoseRecord]:
    """The doses of a file, by way of Arrow batches."""
    source = open_records(io.BytesIO(data))
    found = []
    for batch in source.batches(rows):
        numeric = batch.identity_was_numeric.to_pylist() if batch.identity_was_numeric else []
        numeric += [False] * (batch.original.num_rows - len(numeric))
        for texts, was_numeric in zip(batch.original.to_pylist(), numeric, strict=True):
            assert tuple(texts) == RECORD_FIELDS
            found.append(to_record(texts, source.fields_by_heading, source.layout, numeric=was_numeric))
    return found
