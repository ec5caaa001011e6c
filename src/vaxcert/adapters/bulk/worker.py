"""The work on one part of the input, as each process of a run does it: clean, ask the registry, issue, write."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from vaxcert.adapters.bulk import history
from vaxcert.adapters.bulk.batch import CODES, ISSUED, BatchCleaner, BatchIssuer, IssuePlan, is_refused
from vaxcert.adapters.bulk.columns import ATTESTATION, FOUND, MALFORMED, ROW, WAS_NUMERIC
from vaxcert.adapters.bulk.job import Job, PartDone
from vaxcert.adapters.bulk.patience import PatientSigner
from vaxcert.adapters.bulk.tallies import write_tally
from vaxcert.adapters.bulk.verdicts import read_verdicts, write_verdicts
from vaxcert.adapters.files import write_atomically
from vaxcert.adapters.records.fields import field_columns
from vaxcert.adapters.records.rejects import reject_lines
from vaxcert.adapters.records.source import RecordBatch
from vaxcert.errors import AdapterError, Reason
from vaxcert.model.certificate import PartialDate
from vaxcert.model.dose_record import DoseRecord
from vaxcert.rules.records import RecordCode

Codes: TypeAlias = list[list[str]]
"""The codes of each row of a part."""

ASKED_FIELDS: Final = ("identity_number", "full_name", "birth_date", "sex")
"""What the registry is told of a person."""

OF_THE_REGISTRY: Final = frozenset(code.value for code in RecordCode if code.value.startswith("registry-"))


class PartWorker:
    """Works on parts of one run. Each process has one.

    Args:
        job: The run.
        waiting: Called with True when the signer has to be waited for, and with False when it is back.
    """

    def __init__(self, job: Job, waiting: Callable[[bool], None]) -> None:
        self._job = job
        self._waiting = waiting
        self._cleaner = BatchCleaner(job.plan)

    @cached_property
    def _issuer(self) -> BatchIssuer:
        plan = self._job.plan
        if not isinstance(plan, IssuePlan):
            raise TypeError("a run that issues nothing has no issuer")
        return BatchIssuer(plan, PatientSigner(plan.signer.open(), self._waiting))

    @cached_property
    def _history(self) -> history.Array:
        return history.read_faults(self._job.folder.history)

    def clean(self, part: int, records: RecordBatch) -> int:
        """Judge each record for itself; write the codes, and what is compared of the doses.

        Returns:
            How many records there are.
        """
        batch = self._by_field(part, records)
        cleaned = self._cleaner.clean_batch(batch)
        if self._job.attestations is not None:
            cleaned = self._attested(cleaned, batch)
        history.write_entries(self._job.folder.entries(part), cleaned)
        rows, codes = cleaned.column(ROW).to_pylist(), cleaned.column(CODES).to_pylist()
        found = {row: one for row, one in zip(rows, codes, strict=True) if one}
        write_verdicts(self._job.folder.cleaned(part), found)
        return len(batch)

    def judge_histories(self, paths: Sequence[Path], share: int, shares: int) -> bytes:
        """Judge the doses of each person of a share together.

        Returns:
            An array of `history.FAULTS`.
        """
        return history.judge_share(paths, share, shares).tobytes()

    def match(self, parts: Sequence[tuple[int, RecordBatch]]) -> int:
        """Ask the registry for the persons of several parts at once; write what it says.

        Returns:
            How many records there are.

        Raises:
            AdapterError: `run-interrupted`, when the registry answers about nobody; and as the registry.
        """
        asked = [(part, self._asked(part, records)) for part, records in parts]
        registry = self._job.registry
        if registry is None:
            raise TypeError("a run without registry asks nobody")
        people = pa.Table.from_batches([batch for _, batch in asked]).combine_chunks()
        answers: Codes = registry.match(people.to_batches()[0]).to_pylist() if len(people) else []
        if answers and all(one == [RecordCode.REGISTRY_UNAVAILABLE] for one in answers):
            raise AdapterError(
                Reason.RUN_INTERRUPTED, "the population registry answers about nobody; run it again to go on"
            )
        said = iter(zip(people.column(ROW).to_pylist(), answers, strict=True))
        for part, batch in asked:
            verdicts = {row: codes for _, (row, codes) in zip(range(len(batch)), said, strict=False) if codes}
            write_verdicts(self._job.folder.matched(part), verdicts)
        return sum(len(records.original) for _, records in parts)

    def issue(self, part: int, records: RecordBatch) -> PartDone:
        """Issue the certificates of a part, and write all that belongs to it."""
        batch = self._by_field(part, records)
        codes = self._found(part, len(batch))
        digest = ""
        if isinstance(self._job.plan, IssuePlan):
            digest = self._issued(part, batch, codes)
        return self._finished(part, records, batch, codes, digest)

    def _by_field(self, part: int, records: RecordBatch) -> pa.RecordBatch:
        batch = field_columns(records.original, self._job.fields_by_heading, self._job.layout)
        batch = batch.append_column(ROW, pa.array(self._job.rows(part, batch), pa.int64()))
        for name, column in ((MALFORMED, records.malformed), (WAS_NUMERIC, records.identity_was_numeric)):
            if column is not None:
                batch = batch.append_column(name, column)
        return batch

    def _attested(self, cleaned: pa.RecordBatch, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Refuse what no facility has signed that may."""
        codes = cleaned.column(CODES).to_pylist()
        for one, (_, code) in zip(codes, self._attestations_of(batch), strict=True):
            if code is not None and not is_refused(one):
                one.append(code)
        attested = pa.array([not is_refused(one) for one in codes], pa.bool_())
        columns = [
            pa.array(codes, column.type)
            if name == CODES
            else column
            if name == ROW
            else pc.if_else(attested, column, pa.scalar(None, column.type))
            for name, column in zip(cleaned.schema.names, cleaned.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, schema=cleaned.schema)

    def _attestations_of(self, batch: pa.RecordBatch) -> list[tuple[str | None, str | None]]:
        attestations = self._job.attestations
        if attestations is None:
            return [(None, None)] * len(batch)
        return attestations.judge([self._cleaner.judged(one)[0] for one in self._cleaner.records(batch)])

    def _asked(self, part: int, records: RecordBatch) -> pa.RecordBatch:
        """What the registry is told of those persons whose records pass so far."""
        batch = self._by_field(part, records)
        codes = self._found(part, len(batch), matched=False)
        batch = batch.take(pa.array([at for at, one in enumerate(codes) if not is_refused(one)], pa.int64()))
        persons = [self._cleaner.judged(one)[0] for one in self._cleaner.records(batch)]
        columns = [
            pa.array([_asked_text(getattr(one, name)) for one in persons], pa.string())
            for name in ASKED_FIELDS
        ]
        return pa.RecordBatch.from_arrays([batch.column(ROW), *columns], names=[ROW, *ASKED_FIELDS])

    def _found(self, part: int, rows: int, *, matched: bool = True) -> Codes:
        """All that is known of each record before it is issued."""
        first = self._job.first_row(part)
        codes: Codes = [[] for _ in range(rows)]
        for row, found in read_verdicts(self._job.folder.cleaned(part)).items():
            codes[row - first] += found
        for row, bits in history.between(self._history, first, first + rows):
            codes[row - first] += history.codes_of(bits)
        if matched and self._job.registry is not None:
            for row, found in read_verdicts(self._job.folder.matched(part)).items():
                codes[row - first] += found
        return codes

    def _issued(self, part: int, batch: pa.RecordBatch, codes: Codes) -> str:
        """Write the certificates of those records that are not refused. Returns the digest of their file."""
        first = self._job.first_row(part)
        wanted = [at for at, one in enumerate(codes) if not is_refused(one)]
        chosen = batch.take(pa.array(wanted, pa.int64()))
        chosen = chosen.append_column(FOUND, pa.array([codes[at] for at in wanted], pa.list_(pa.string())))
        if self._job.attestations is not None:
            names = [identifier for identifier, _ in self._attestations_of(chosen)]
            chosen = chosen.append_column(ATTESTATION, pa.array(names, pa.string()))
        issued = self._issuer.issue_batch(chosen)
        refused = issued.filter(issued.column("text").is_null())
        for row, one in zip(refused.column(ROW).to_pylist(), refused.column(CODES).to_pylist(), strict=True):
            codes[row - first] = one
        certificates = issued.filter(issued.column("text").is_valid())
        if self._job.pictures is not None:
            from vaxcert.adapters.bulk.pictures import draw_pictures  # loads what draws, which few runs need

            draw_pictures(self._job.folder.part_pictures(part), certificates, self._job.pictures)
        data = parquet_bytes(certificates)
        write_atomically(self._job.folder.part(part), data, private=True)
        return hashlib.sha256(data).hexdigest()

    def _finished(
        self, part: int, records: RecordBatch, batch: pa.RecordBatch, codes: Codes, digest: str
    ) -> PartDone:
        refused = [at for at, one in enumerate(codes) if is_refused(one)]
        unmatched = [at for at in refused if not OF_THE_REGISTRY.isdisjoint(codes[at])]
        rejected = [at for at in refused if OF_THE_REGISTRY.isdisjoint(codes[at])]
        folder = self._job.folder
        for path, rows in ((folder.rejects_of(part), rejected), (folder.unmatched_of(part), unmatched)):
            write_atomically(path, self._lines(part, records, batch, rows, codes), private=True)
        write_tally(folder.tally(part), batch, codes)
        done = PartDone(
            part=part,
            accepted=len(codes) - len(refused),
            rejected=len(rejected),
            unmatched=len(unmatched),
            sha256=digest,
            codes=dict(sorted(Counter(code for one in codes for code in one).items())),
        )
        write_atomically(folder.done(part), json.dumps(done.as_dict()).encode(), private=True)
        return done

    def _lines(
        self, part: int, records: RecordBatch, batch: pa.RecordBatch, rows: list[int], codes: Codes
    ) -> bytes:
        first = self._job.first_row(part)
        repairs = [""] * len(rows)
        mendable = [at for at, row in enumerate(rows) if not OF_THE_REGISTRY.intersection(codes[row])]
        refused = self._cleaner.records(batch.take(pa.array([rows[at] for at in mendable], pa.int64())))
        for at, record in zip(mendable, refused, strict=True):
            repairs[at] = self._repairs(record)
        return reject_lines(
            records.original,
            rows,
            [first + at for at in rows],
            [codes[at] for at in rows],
            repairs,
            self._job.sentences,
        )

    def _repairs(self, record: DoseRecord) -> str:
        """What a refused record likely should say, for a person to compare with the paper."""
        problems = self._cleaner.judged(record)[1]
        return "; ".join(f"{one.field}={one.repair}" for one in problems if one.repair is not None)


def _asked_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)  # a StrEnum is written by its value
    return str(value) if isinstance(value, PartialDate) else f"{value:%Y-%m-%d}"


def parquet_bytes(batch: pa.RecordBatch) -> bytes:
    """A Parquet file of one batch of `ISSUED`."""
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_batches([batch], ISSUED), sink, compression="zstd", compression_level=1)
    data: bytes = sink.getvalue().to_pybytes()
    return data
