"""A batch of dose records, cleaned and issued: the two functions that every engine calls, whatever spreads the batches.

Both take an Arrow record batch whose columns of text are named by the fields of `DoseRecord`, and give a batch with
one row for each of its rows. `row` numbers the records from 1; without it they are numbered within the batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa

from vaxcert.adapters.bulk.columns import ATTESTATION, FOUND, ROW, WAS_NUMERIC, RecordColumns
from vaxcert.adapters.signer_sources import SignerSource
from vaxcert.crypto.signer import Signer
from vaxcert.errors import EncodeError, Reason
from vaxcert.issue import TWELVE_MONTHS, IssuedCertificate, Issuer
from vaxcert.model.certificate import HealthCertificate, Kind
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.from_record import to_certificate
from vaxcert.model.record_keys import RecordKeys
from vaxcert.model.value_sets import vaccine_by_local_name
from vaxcert.rules.records import RecordProblem, check_record, repaired
from vaxcert.rules.records.codes import refuses

CODES: Final = "codes"
PERSON: Final = "person"
DAY: Final = "day"
DOSE_NUMBER: Final = "dose_number"
PRODUCT: Final = "product"

_MOMENT: Final = pa.timestamp("s", tz="UTC")
_CODES: Final = pa.list_(pa.string())

CLEANED: Final = pa.schema(
    [
        (ROW, pa.int64()),
        (CODES, _CODES),
        (PERSON, pa.uint64()),
        (DAY, pa.int32()),
        (DOSE_NUMBER, pa.int8()),
        (PRODUCT, pa.string()),
    ]
)
"""What cleaning gives. The last four are null for a refused record: its doses count for nothing. `person` is the
beginning of a keyed digest, `day` counts from 0001-01-01 as `datetime.date.toordinal` does."""

ISSUED: Final = pa.schema(
    [
        (ROW, pa.int64()),
        ("record_key", pa.string()),
        ("person_key", pa.string()),
        ("certificate_id", pa.string()),
        ("issued_at", _MOMENT),
        ("expires", _MOMENT),
        ("text", pa.string()),
        (CODES, _CODES),
        ("nationality", pa.string()),
        (ATTESTATION, pa.string()),
    ]
)
"""What issuing gives. Of a refused record only `row`, `codes` and `attestation` are there; of an issued one `codes` is
what was noted without refusing it. `nationality` is null for Vietnamese."""

NOT_OF_THE_RECORD: Final = frozenset(
    {Reason.SIGNER_EXPIRED, Reason.SIGNER_NOT_YET_VALID, Reason.KEY_NOT_AUTHORISED, Reason.KEY_TYPE}
)
"""What no other record would mend."""

_PERSON_BYTES: Final = 8

_PLACE: Final = frozenset({"facility_code", "facility_name", "province_code", "province_name"})
"""The columns that no rule looks at."""

_CERTIFIED: Final = frozenset(
    {"full_name", "birth_date", "sex", "identity_number", "nationality", "vaccine"}
    | {"dose_number", "doses_in_series", "vaccinated_on", WAS_NUMERIC}
)
"""The columns that a certificate is made of, and what a number is repaired by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningPlan:
    """What cleaning a batch depends on, besides the batch.

    Attributes:
        at: The moment of the run, aware: what is later is in the future.
        secret: As in `RecordKeys`.
    """

    at: datetime
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePlan(CleaningPlan):
    """What issuing a batch depends on, besides the batch: the same plan and batch give the same certificates.

    (With PS256, and with ES256 unless its nonces are derived, the signatures differ all the same.)

    Attributes:
        signer: The document signer.
        country: As in `vaxcert.Issuer`.
        authority: As there.
        validity: As there.
    """

    signer: SignerSource
    country: str
    authority: str
    validity: timedelta = TWELVE_MONTHS


class BatchCleaner:
    """Cleans batches.

    Args:
        plan: What it depends on.
    """

    __slots__ = ("_at", "_columns", "_keys")

    def __init__(self, plan: CleaningPlan) -> None:
        self._at: Final = plan.at
        self._keys: Final = RecordKeys(plan.secret)
        self._columns: Final = RecordColumns()

    def records(self, batch: pa.RecordBatch) -> list[DoseRecord]:
        """The records of a batch, as they stand in it."""
        return self._columns.records(batch)

    def judged(self, record: DoseRecord) -> tuple[DoseRecord, tuple[RecordProblem, ...]]:
        """A record, with what can be repaired without doubt repaired; and all that is to be said of it."""
        record, notices = repaired(record, at=self._at)
        problems = check_record(record, at=self._at)
        return record, (notices + problems if notices else problems)

    def clean_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Judge each record for itself, and give what is needed to judge the doses of one person together.

        Args:
            batch: See the module.

        Returns:
            A batch of `CLEANED`.
        """
        judged = [name for name in batch.schema.names if name not in _PLACE]
        records = self.records(batch.select(judged))
        return rows_to_batch(
            CLEANED,
            (self._cleaned(row, one) for row, one in zip(row_numbers(batch), records, strict=True)),
        )

    def _cleaned(self, row: int, record: DoseRecord) -> tuple[Any, ...]:
        record, problems = self.judged(record)
        codes = [problem.code.value for problem in problems]
        if is_refused(codes) or record.identity_number is None or record.vaccinated_on is None:
            return row, codes, None, None, None, None
        product = vaccine_by_local_name(record.vaccine or "")
        return (
            row,
            codes,
            int.from_bytes(self._keys.person(record.identity_number)[:_PERSON_BYTES], "little"),
            record.vaccinated_on.toordinal(),
            record.dose_number,
            product and product.code,
        )


class BatchIssuer:
    """Issues batches with one key. Open one for a process, and keep it: `batch_issuer` does.

    Args:
        plan: What it depends on.
        signer: Its signer, opened.

    Raises:
        ValueError: As `vaxcert.Issuer`.
    """

    __slots__ = ("_at", "_certificate_id", "_cleaner", "_country", "_issuer", "_keys")

    def __init__(self, plan: IssuePlan, signer: Signer) -> None:
        self._at: Final = plan.at
        self._country: Final = plan.country
        self._keys: Final = RecordKeys(plan.secret)
        self._cleaner: Final = BatchCleaner(plan)
        self._issuer: Final = Issuer(
            signer, country=plan.country, authority=plan.authority, validity=plan.validity
        )

    def check(self) -> None:
        """Make sure that the signing certificate allows issuing at the time of the plan.

        Raises:
            EncodeError: `signer-expired`, `signer-not-yet-valid` or `key-not-authorised`.
        """
        self._issuer.check(Kind.VACCINATION, at=self._at)

    def issue_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Issue a certificate for every record that deserves one.

        Args:
            batch: See the module. With a column `found` (list of text) the records are cleaned already, and it holds
                their codes, those of rules about several records included; without it they are cleaned here, each
                for itself. A column `attestation` is handed on.

        Returns:
            A batch of `ISSUED`.

        Raises:
            EncodeError: `signer-expired`, `signer-not-yet-valid` or `key-not-authorised`: no record can be issued.
            AdapterError: The signer failed.
        """
        judged = list(self._repaired(batch) if FOUND in batch.schema.names else self._judged(batch))
        keys = [self._record_key(record) for record, _ in judged]
        asked = [self._certificate(*one, key) for one, key in zip(judged, keys, strict=True)]
        issued = iter(
            self._issuer.issue_all([one for one in asked if isinstance(one, HealthCertificate)], at=self._at)
        )
        outcomes = [next(issued) if isinstance(one, HealthCertificate) else one for one in asked]
        return rows_to_batch(
            ISSUED, map(self._row, row_numbers(batch), judged, keys, outcomes, _attestations(batch))
        )

    def _judged(self, batch: pa.RecordBatch) -> Iterator[tuple[DoseRecord, Sequence[str]]]:
        for record in self._cleaner.records(batch):
            mended, problems = self._cleaner.judged(record)
            yield mended, [problem.code.value for problem in problems]

    def _repaired(self, batch: pa.RecordBatch) -> Iterator[tuple[DoseRecord, Sequence[str]]]:
        """Records that are cleaned already; only what certificates are made of is read again."""
        needed = [name for name in batch.schema.names if name in _CERTIFIED]
        records = self._cleaner.records(batch.select(needed))
        for record, codes in zip(records, batch.column(FOUND).to_pylist(), strict=True):
            yield repaired(record, at=self._at)[0], codes or ()

    def _record_key(self, record: DoseRecord) -> bytes | None:
        number, day = record.identity_number, record.vaccinated_on
        return None if number is None or day is None else self._keys.dose(number, day)

    def _certificate(
        self, record: DoseRecord, codes: Sequence[str], key: bytes | None
    ) -> HealthCertificate | EncodeError | None:
        """What is to be issued, or why it cannot be; None where cleaning has refused the record."""
        if codes and is_refused(codes):
            return None
        if key is None:  # cleaning has refused it
            return EncodeError(
                Reason.RECORD_REFUSED, "a record without identity number or day of vaccination"
            )
        try:
            return to_certificate(record, certificate_id=self._keys.certificate_id(self._country, key))
        except EncodeError as error:
            return error

    def _row(
        self,
        row: int,
        judged: tuple[DoseRecord, Sequence[str]],
        key: bytes | None,
        outcome: IssuedCertificate | EncodeError | None,
        attestation: str | None,
    ) -> tuple[Any, ...]:
        record, codes = judged
        if isinstance(outcome, IssuedCertificate) and key is not None and record.identity_number is not None:
            return (
                row,
                key.hex(),
                self._keys.person(record.identity_number).hex(),
                outcome.certificate_id,
                outcome.issued_at,
                outcome.expires,
                outcome.text,
                codes,
                record.nationality,
                attestation,
            )
        if isinstance(outcome, EncodeError):
            if outcome.reason in NOT_OF_THE_RECORD:
                raise outcome
            codes = [*codes, *(outcome.codes or (outcome.reason,))]
        return row, None, None, None, None, None, None, list(map(str, codes)), None, attestation


@lru_cache(maxsize=1)
def batch_issuer(plan: IssuePlan) -> BatchIssuer:
    """The issuer of a plan, opened once in this process.

    Raises:
        AdapterError: The signer cannot be opened.
        ValueError: As `vaxcert.Issuer`.
    """
    return BatchIssuer(plan, plan.signer.open())


def issue_batch(plan: IssuePlan, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Issue a batch with the issuer of a plan, which is opened on the first call in a process.

    Args:
        plan: What the certificates depend on, besides the batch.
        batch: As `BatchIssuer.issue_batch` takes it.

    Returns:
        A batch of `ISSUED`.

    Raises:
        EncodeError: As `BatchIssuer.issue_batch`.
        AdapterError: The signer cannot be opened, or failed.
    """
    return batch_issuer(plan).issue_batch(batch)


def is_refused(codes: Sequence[str]) -> bool:
    """Whether one of these codes keeps a record from being issued."""
    return any(map(refuses, codes))


def row_numbers(batch: pa.RecordBatch) -> Sequence[int]:
    """The number of each row of a batch."""
    if ROW in batch.schema.names:
        numbers: list[int] = batch.column(ROW).to_pylist()
        return numbers
    return range(1, len(batch) + 1)


def _attestations(batch: pa.RecordBatch) -> Sequence[str | None]:
    if ATTESTATION in batch.schema.names:
        attestations: list[str | None] = batch.column(ATTESTATION).to_pylist()
        return attestations
    return [None] * len(batch)


def rows_to_batch(schema: pa.Schema, rows: Iterator[tuple[Any, ...]]) -> pa.RecordBatch:
    """A batch made of rows."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, one.type) for column, one in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
