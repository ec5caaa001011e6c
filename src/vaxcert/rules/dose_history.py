"""All doses of one traveller, put together from certificates that each hold one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vaxcert.model.certificate import HealthCertificate, Vaccination


@dataclass(frozen=True, slots=True)
class Dose:
    """One dose, and the certificates that attest it.

    Attributes:
        vaccination: As the first of them has it.
        certificates: Their places among those given, from 0.
    """

    vaccination: Vaccination
    certificates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DoseHistory:
    """The doses in the order of their dates, and what does not fit.

    Attributes:
        doses: The same dose in several certificates once.
        contradictions: Stable codes, in the order to be told; empty where all fits.
    """

    doses: tuple[Dose, ...]
    contradictions: tuple[str, ...]


def combine(certificates: Sequence[HealthCertificate]) -> DoseHistory:
    """Put the doses of several certificates together."""
    raise NotImplementedError
