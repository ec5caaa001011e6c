"""What every process of a run is told, and what it tells of a part of the input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol, Self

import pyarrow as pa

from vaxcert.adapters.bulk.batch import CleaningPlan
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.adapters.records.layout import Layout
from vaxcert.adapters.registry import PopulationRegistry
from vaxcert.model.dose_record import DoseRecord
from vaxcert.qr import ErrorCorrection

ROWS_PER_PART: Final = 5_000
"""Records that are cleaned, issued and written together: a quarter of a second's work, lost with an interruption."""


class Attestations(Protocol):
    """Tells which attestation a record comes with. Goes through pickle."""

    def judge(self, records: list[DoseRecord]) -> list[tuple[str | None, str | None]]:
        """For each record the identifier of its attestation, or None; and a record code, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """How QR codes are drawn.

    Attributes:
        kind: `png` or `svg`.
        level: Error correction.
    """

    kind: str
    level: ErrorCorrection = ErrorCorrection.Q


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run, as each of its processes needs to know it. Goes through pickle.

    Attributes:
        folder: Where everything goes.
        plan: An `IssuePlan`; a mere `CleaningPlan` issues nothing.
        fields_by_heading: Of the file of records (`RecordSource`).
        layout: Likewise.
        sentences: Record code to sentence, in the language of whoever mends the rejects.
        registry: Who confirms persons, or None.
        attestations: What facilities have signed, or None.
        pictures: How QR codes are drawn, or None for none.
        rows_per_part: Records in a part of the input.
    """

    folder: RunFolder
    plan: CleaningPlan
    fields_by_heading: Mapping[str, str]
    layout: Layout
    sentences: Mapping[str, str] = field(repr=False)
    registry: PopulationRegistry | None = None
    attestations: Attestations | None = None
    pictures: Pictures | None = None
    rows_per_part: int = ROWS_PER_PART

    def first_row(self, part: int) -> int:
        """The number of a part's first record."""
        return part * self.rows_per_part + 1

    def rows(self, part: int, batch: pa.RecordBatch) -> range:
        """The numbers of a part's records."""
        return range(self.first_row(part), self.first_row(part) + len(batch))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDone:
    """What became of a part.

    Attributes:
        part: Which, from 0.
        accepted: Records that passed everything; each has a certificate where the run issues any.
        rejected: Records that cleaning refused.
        unmatched: Records that the registry does not confirm.
        sha256: Digest of its file of certificates, hexadecimal; "" where the run issues none.
        codes: How often each code was found.
    """

    part: int
    accepted: int
    rejected: int
    unmatched: int
    sha256: str
    codes: dict[str, int]

    @property
    def records(self) -> int:
        """All of its records."""
        return self.accepted + self.rejected + self.unmatched

    def as_dict(self) -> dict[str, Any]:
        """Its fields, as JSON has them."""
        return asdict(self)

    @classmethod
    def of_dict(cls, fields: dict[str, Any]) -> Self:
        """From what `as_dict` gave.

        Raises:
            TypeError: The fields are others.
        """
        return cls(**fields)
