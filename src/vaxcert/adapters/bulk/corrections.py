"""Corrected records: what a certificate that is out already should have said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pyarrow as pa

from vaxcert.adapters.bulk.batch import BatchCleaner, CleaningPlan, is_refused
from vaxcert.adapters.bulk.columns import MALFORMED, WAS_NUMERIC
from vaxcert.adapters.records.fields import field_columns
from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.records.rejects import reject_lines
from vaxcert.adapters.records.source import RecordBatch, RecordSource
from vaxcert.errors import LimitExceededError, Reason
from vaxcert.limits import MAX_CORRECTIONS
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.record_keys import RecordKeys
from vaxcert.rules.records import RecordCode

ROWS_TOGETHER: Final = 5_000

Codes: TypeAlias = Mapping[int, list[str]]
"""Row to codes."""

Correction: TypeAlias = tuple[int, DoseRecord]
"""The row and the record."""


@dataclass(frozen=True, slots=True, repr=False)
class Corrections:
    """A file of corrected records, read.

    Attributes:
        by_key: Record key (hexadecimal) to the row and the record. Of several for one dose the last one counts.
        refused: Rows that cleaning refuses, and those before the last one of a dose.
    """

    by_key: Mapping[str, Correction]
    refused: Codes

    def __repr__(self) -> str:
        return f"<Corrections {len(self.by_key)}>"


@dataclass(frozen=True, slots=True)
class CorrectionsFile:
    """Where corrected records are. Goes through pickle.

    Attributes:
        path: A file of records.
        mapping: Its layout, or None to find it out.
    """

    path: Path
    mapping: Layout | None = None

    def source(self) -> RecordSource:
        """The file, opened.

        Raises:
            AdapterError: As `open_records`.
        """
        return open_records(self.path, mapping=self.mapping)

    def read(self, plan: CleaningPlan) -> Corrections:
        """Read and clean it.

        Raises:
            AdapterError: As `open_records`.
            LimitExceededError: `input-too-long`, for more than `MAX_CORRECTIONS` records.
        """
        cleaner, keys = BatchCleaner(plan), RecordKeys(plan.secret)
        by_key: dict[str, Correction] = {}
        refused: dict[int, list[str]] = {}
        for row, record in self._records(cleaner):
            mended, problems = cleaner.judged(record)
            codes = [problem.code.value for problem in problems]
            if is_refused(codes) or mended.identity_number is None or mended.vaccinated_on is None:
                refused[row] = codes
                continue
            key = keys.dose(mended.identity_number, mended.vaccinated_on).hex()
            if key in by_key:
                refused[by_key[key][0]] = [RecordCode.DUPLICATE_DOSE.value]
            by_key[key] = (row, mended)
        return Corrections(by_key, refused)

    def lines(self, codes: Codes, sentences: Mapping[str, str]) -> Iterator[bytes]:
        """The lines of the rejects file for some rows.

        Raises:
            AdapterError: As `open_records`.
        """
        row = 0
        for batch in self.source().batches(ROWS_TOGETHER):
            count = len(batch.original)
            wanted = [at for at in range(count) if row + at + 1 in codes]
            numbers = [row + at + 1 for at in wanted]
            row += count
            said = [codes[number] for number in numbers]
            yield reject_lines(batch.original, wanted, numbers, said, [""] * len(wanted), sentences)

    def _records(self, cleaner: BatchCleaner) -> Iterator[tuple[int, DoseRecord]]:
        source = self.source()
        row = 0
        for batch in source.batches(ROWS_TOGETHER):
            for record in cleaner.records(text_columns(source, batch)):
                row += 1
                if row > MAX_CORRECTIONS:
                    raise LimitExceededError(
                        Reason.INPUT_TOO_LONG,
                        f"more than {MAX_CORRECTIONS} corrections; expected several files, each in a run of its own",
                    )
                yield row, record


def text_columns(source: RecordSource, records: RecordBatch) -> pa.RecordBatch:
    """A batch of a file as `vaxcert.adapters.bulk.batch` takes it, without row numbers."""
    batch = field_columns(records.original, source.fields_by_heading, source.layout)
    for name, column in ((MALFORMED, records.malformed), (WAS_NUMERIC, records.identity_was_numeric)):
        if column is not None:
            batch = batch.append_column(name, column)
    return batch


def rejected(corrections: Corrections, done: Collection[int], refused: Codes) -> Codes:
    """Rows to reject: those of cleaning, those whose certificate was refused, and those that have no certificate.

    Args:
        corrections: All of them.
        done: Rows whose certificates were issued anew.
        refused: Rows whose certificates were found and not issued anew.
    """
    found = {*done, *refused}
    lost = {
        row: [RecordCode.CORRECTION_WITHOUT_CERTIFICATE.value]
        for row, _ in corrections.by_key.values()
        if row not in found
    }
    return {**corrections.refused, **refused, **lost}
