"""Files of bundles, made of batches of records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from vaxcert.adapters.records.fhir.resources import Json, Profile
from vaxcert.adapters.records.fhir.texts import RecordTexts
from vaxcert.adapters.records.fhir.writing import BundleMaker, by_person
from vaxcert.adapters.records.layout import RECORD_FIELDS
from vaxcert.adapters.records.values import clean
from vaxcert.adapters.records.writers import Pieces, RecordWriter
from vaxcert.errors import AdapterError, Reason

if TYPE_CHECKING:
    import pyarrow as pa

FHIR: Final = "fhir"
"""What people call this form."""


def fhir_writer(maker: BundleMaker, *, whole: bool) -> RecordWriter:
    """The form of FHIR bundles.

    Args:
        maker: Makes the bundles.
        whole: One bundle for the whole file, of as many records as a batch holds; else NDJSON, a bundle for each
            person. Doses of one person that come in different batches are then in different bundles, with the same
            Patient.
    """
    return RecordWriter(FHIR, (), _one_bundle(maker) if whole else _bundle_a_person(maker), numeric=True)


def _bundle_a_person(maker: BundleMaker) -> Pieces:
    def pieces(names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
        for batch in batches:
            yield b"".join(_line(maker.bundle(doses)) for doses in by_person(_doses(batch)))

    return pieces


def _one_bundle(maker: BundleMaker) -> Pieces:
    def pieces(names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
        found = list(islice(batches, 2))
        if len(found) > 1:
            raise _too_much(f"more than {found[0].num_rows} records")
        persons = list(by_person(_doses(found[0]))) if found else []
        if maker.profile is not Profile.IPS:
            yield _line(maker.collection(persons))
        elif len(persons) == 1:
            yield _line(maker.document(persons[0]))
        else:
            raise _too_much(f"{len(persons)} persons in a document of one")

    return pieces


def _too_much(problem: str) -> AdapterError:
    return AdapterError(
        Reason.FILE_UNWRITABLE,
        f"cannot write one bundle: {problem}; expected a name that ends in .ndjson, for a bundle a person",
    )


def _doses(batch: pa.RecordBatch) -> Iterator[RecordTexts]:
    blank = dict.fromkeys(RECORD_FIELDS, "")
    names = batch.schema.names[:-1]
    *columns, numeric = (column.to_pylist() for column in batch.columns)
    for *row, was_numeric in zip(*columns, numeric, strict=True):
        yield RecordTexts(blank | dict(zip(names, map(clean, row), strict=True)), was_numeric)


def _line(bundle: Json) -> bytes:
    return f"{json.dumps(bundle, ensure_ascii=False)}\n".encode()
