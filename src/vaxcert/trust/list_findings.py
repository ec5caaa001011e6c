"""What is odd about an entry of a trust list without making it unusable, and what was left out on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload


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
    KEY_INACTIVE = "key-inactive"
    """The list itself says that the key does not count any more; it was left out."""
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


class LateFindings(Sequence[ListFinding]):
    """Findings that are worked out when somebody first looks at them: a verifier never does.

    Args:
        find: Works them out.
    """

    def __init__(self, find: Callable[[], Iterable[ListFinding]]) -> None:
        self._find: Callable[[], Iterable[ListFinding]] | None = find
        self._found: tuple[ListFinding, ...] = ()

    def _all(self) -> tuple[ListFinding, ...]:
        if self._find is not None:
            self._found, self._find = tuple(self._find()), None
        return self._found

    @overload
    def __getitem__(self, index: int) -> ListFinding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ListFinding, ...]: ...
    def __getitem__(self, index: int | slice) -> ListFinding | tuple[ListFinding, ...]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())
