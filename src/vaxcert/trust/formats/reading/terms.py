"""On what terms a list is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTerms:
    """What the reader brings to a list, whatever its format.

    Attributes:
        source: What to call the list in reports.
        anchors: The pinned keys to judge it by.
        threshold: How many different anchors have to have signed it, where the format allows several.
        signature: The detached signature, where the list has it in a file of its own.
        environment: What its keys are for; None takes what the list or its anchor says, else production.
        allow_unsigned: Take a published list that has no signature, or whose signature nobody can judge. Where anchors
            are given, it changes nothing: an unsigned list could have been put in the place of a signed one.
        max_age: How long a list may be relied on that has a date and no end of its own; None sets no end.
        test_participants: Take the entries of test participants (X**), as test keys.
    """

    source: str = ""
    anchors: tuple[Anchor, ...] = ()
    threshold: int = 1
    signature: bytes | None = field(default=None, repr=False)
    environment: Environment | None = None
    allow_unsigned: bool = False
    test_participants: bool = False
    max_age: timedelta | None = None

    def need_anchors(self, format_name: str) -> tuple[Anchor, ...]:
        """The anchors, for a list that is signed.

        Raises:
            TrustListError: `anchor-missing`, when there is none: a signature nobody can judge proves nothing.
        """
        if not self.anchors:
            raise TrustListError(
                Reason.ANCHOR_MISSING,
                f"this {format_name} list is signed; the key to judge it by is expected",
            )
        return self.anchors

    def check_no_signature_asked(self, found: str) -> None:
        """Make sure that nothing is to judge a list by that has no signature.

        Args:
            found: What is there in its place, for the error.

        Raises:
            TrustListError: `trust-list-unsigned`.
        """
        if self.anchors or self.threshold > 1:
            raise TrustListError(
                Reason.TRUST_LIST_UNSIGNED,
                f"anchors are given to judge the list by; this is {found}",
            )

    def check_unsigned_allowed(self, format_name: str) -> None:
        """Make sure that a list without signature may be read.

        Raises:
            TrustListError: `trust-list-unsigned`.
        """
        self.check_no_signature_asked(f"a {format_name} list without signature")
        if not self.allow_unsigned:
            raise TrustListError(
                Reason.TRUST_LIST_UNSIGNED,
                f"this {format_name} list has no signature, and is read only when that is allowed",
            )
