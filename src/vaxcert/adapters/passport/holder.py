"""Who a passport is printed for, and the certificates that go on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vaxcert.model.certificate import Person, Vaccination, _Private


class Mark(StrEnum):
    """What a page says of itself that must not be taken for a passport."""

    SPECIMEN = "specimen"
    """Signed with a key for tests, or a sample."""

    UNVERIFIED = "unverified"
    """Nobody has checked the signatures."""


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class PassportDose(_Private):
    """One certificate: its QR code, and what is printed beside it.

    Attributes:
        text: The `HC1:` text that the code holds.
        vaccination: The dose, as the certificate has it.
        issued_at: When it was signed, aware UTC; None where the certificate does not say.
        expires: When it ends, aware UTC; or None.
    """

    text: str
    vaccination: Vaccination
    issued_at: datetime | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class PassportHolder(_Private):
    """One person with all doses that are printed together.

    Attributes:
        subject: The person, as every one of the certificates has it.
        doses: At least one, in the order in which they are printed.
        nationality: A country code, or as the platform writes it; None where nobody knows. No certificate holds it.
        mark: What has to be printed across the page, or None.
    """

    subject: Person
    doses: tuple[PassportDose, ...]
    nationality: str | None = None
    mark: Mark | None = None
