"""Issuing on Apache Spark: the same batches, and the same bytes, as on one machine (extra `spark`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from vaxcert.adapters.bulk import history
from vaxcert.adapters.bulk.batch import CLEANED, CODES, ISSUED, PERSON, BatchCleaner, IssuePlan, issue_batch
from vaxcert.adapters.bulk.columns import FOUND, ROW

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_CLEANED: Final = (
    "row bigint, codes array<string>, person bigint, day int, dose_number tinyint, product string"
)
_FAULTS: Final = "row bigint, history array<string>"
_ISSUED: Final = (
    "row bigint, record_key string, person_key string, certificate_id string, issued_at timestamp, expires timestamp, "
    "text string, codes array<string>, nationality string, attestation string"
)
_FAULT_COLUMNS: Final = pa.schema([(ROW, pa.int64()), ("history", pa.list_(pa.string()))])
_PERSONS_TOGETHER: Final = 4096
"""Groups into which persons are put to have their doses judged together."""


def issue_dataframe(records: DataFrame, plan: IssuePlan) -> DataFrame:
    """Issue a certificate for every record of a DataFrame that deserves one.

    Each Python process of an executor opens the signer once and keeps it. Private keys and the secret go to the
    executors inside the plan: where they may not, name a token (`Pkcs11Key`) instead of a key file.

    Args:
        records: Columns of text named by the fields of `vaxcert.model.dose_record.DoseRecord`, and `row` (bigint), a
            number of each record's own. `found` (array of text) may hold codes of earlier stages, such as those of
            the population registry; `attestation` is handed on.
        plan: What the certificates depend on.

    Returns:
        One row for each record with the columns of `vaxcert.adapters.bulk.batch.ISSUED`; `issued_at` and `expires`
        are in the zone of the session.
    """
    from pyspark.sql import functions as f

    cleaned = records.mapInArrow(_cleaning(plan), _CLEANED).cache()
    doses = cleaned.where(f.col(PERSON).isNotNull())
    faults = doses.groupBy(f.pmod(f.col(PERSON), f.lit(_PERSONS_TOGETHER))).applyInArrow(_judge, _FAULTS)
    found = cleaned.select(ROW, CODES).join(faults, ROW, "left")
    codes = [f.col(CODES), f.coalesce(f.col("history"), f.array().cast("array<string>"))]
    if FOUND in records.columns:
        codes.append(f.coalesce(records[FOUND], f.array().cast("array<string>")))
    judged = records.join(found, ROW).withColumn(FOUND, f.concat(*codes)).drop(CODES, "history")
    return judged.mapInArrow(_issuing(plan), _ISSUED)


_Batches = Iterator[pa.RecordBatch]


def _cleaning(plan: IssuePlan) -> Callable[[_Batches], _Batches]:
    def clean(batches: _Batches) -> _Batches:
        cleaner = BatchCleaner(plan)
        for batch in batches:
            cleaned = cleaner.clean_batch(batch)
            signed = cleaned.column(PERSON).view(pa.int64())  # Spark knows no unsigned numbers
            yield cleaned.set_column(CLEANED.get_field_index(PERSON), PERSON, signed)

    return clean


def _judge(cleaned: pa.Table) -> pa.Table:
    batches = cleaned.combine_chunks().to_batches()
    if not batches:
        return _FAULT_COLUMNS.empty_table()
    entries = np.concatenate([history.entries_of(_unsigned(batch)) for batch in batches])
    faults = history.judge(entries).tolist()
    return pa.Table.from_pydict(
        {ROW: [row for row, _ in faults], "history": [history.codes_of(bits) for _, bits in faults]},
        schema=_FAULT_COLUMNS,
    )


def _unsigned(batch: pa.RecordBatch) -> pa.RecordBatch:
    person = batch.column(PERSON).view(pa.uint64())
    return batch.set_column(batch.schema.get_field_index(PERSON), PERSON, person)


def _issuing(plan: IssuePlan) -> Callable[[_Batches], _Batches]:
    def issue(batches: _Batches) -> _Batches:
        for batch in batches:
            issued = issue_batch(plan, batch)
            moments = [
                column.cast(pa.timestamp("us", tz="UTC")) if pa.types.is_timestamp(column.type) else column
                for column in issued.columns
            ]
            yield pa.RecordBatch.from_arrays(moments, names=ISSUED.names)

    return issue
