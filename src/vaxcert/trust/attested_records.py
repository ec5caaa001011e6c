"""Attestations in memory: which of them a dose record comes with. For a nation of records there is an index on disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vaxcert.model.dose_record import DoseRecord
from vaxcert.trust.attestation import Attestation
from vaxcert.trust.record_digest import record_digest


@dataclass(frozen=True, slots=True)
class AttestedBy:
    """What attestations say of one record.

    Attributes:
        attestation: The one that attests it, the one signed first where there are several; None where none does.
        by_others: Whether only those attest it who may not speak for its facility or province.
    """

    attestation: Attestation | None
    by_others: bool = False


class AttestedRecords:
    """Looks records up in attestations.

    Args:
        attestations: That have been checked (`vaxcert.trust.attestation.check_attestation`).
    """

    def __init__(self, attestations: Iterable[Attestation]) -> None:
        self._holding: dict[bytes, tuple[Attestation, ...]] = {}
        for attestation in sorted(attestations, key=lambda one: (one.issued, one.identifier)):
            for digest in attestation:
                self._holding[digest] = (*self._holding.get(digest, ()), attestation)

    def __repr__(self) -> str:
        return f"<AttestedRecords {len(self)}>"

    def __len__(self) -> int:
        """How many different records they attest."""
        return len(self._holding)

    def of(self, record: DoseRecord) -> AttestedBy:
        """What they say of a record.

        Args:
            record: After its repairs, see `record_digest`.

        Raises:
            EncodeError: As `record_digest`.
        """
        holding = self._holding.get(record_digest(record), ())
        good = next((one for one in holding if one.attester.speaks_for(record)), None)
        return AttestedBy(good, by_others=good is None and bool(holding))
