"""What is odd about an entry of a trust list without making it unusable, and what was left out on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ListFindingCode(StrEnum):
    """Stable codes. Public: never renamed, never reused."""

    EXTENSIONS_UNREADABLE = "extensions-unreadable"
    """A strict parser refuses the certificate's extensions."""
    SERIAL_NOT_POSITIVE = "serial-not-positive"
    """The certificate's serial number is zero or negative (RFC 5280 section 4.1.2.2 forbids it)."""
    KID_MISMATCH = "kid-mismatch"
    """The stated key identifier does not follow from the certificate; the derived one is used."""
    KID_SHARED = "kid-shared"
    """Two different keys of the list have the same key identifier."""
    ENTRY_REPEATED = "entry-repeated"
    """The same entry is there twice and counts once."""
    MEMBER_MISMATCH = "member-mismatch"
    """A member of the entry contradicts its certificate: thumbprint, country, public key."""
    AUTHORITY_MISSING = "authority-missing"
    """The authority that issued the certificate is not on the list, so its signature could not be checked."""
    NOT_SIGNED_BY_AUTHORITY = "not-signed-by-authority"
    """Authorities were given, and none of them issued the certificate. The list's own signature vouches for it."""
    IS_AUTHORITY = "is-authority"
    """A certificate that may sign other certificates stands among the signers."""
    OTHER_USAGE = "other-usage"
    """The entry is for another use (authorities, encryption, transport) and is not among the keys."""
    TEST_PARTICIPANT = "test-participant"
    """The entry belongs to a test participant (user-assigned code, X**) and was left out."""
    KEY_EXPIRED = "key-expired"
    """The signing certificate had ended when the list was made."""


@dataclass(frozen=True, slots=True)
class ListFinding:
    """One thing found.

    Attributes:
        code: What.
        entry: Which entry: its key identifier in hexadecimal, or its position.
        detail: What exactly, in English; one line.
    """

    code: ListFindingCode
    entry: str
    detail: str = ""
