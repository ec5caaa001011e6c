"""What is wrong with a revocation list: the errors that its readers share."""

from __future__ import annotations

from typing import Final

from vaxcert.errors import Reason, TrustListError

_REASONS: Final = {
    Reason.TRUST_LIST_SIGNATURE: Reason.REVOCATION_LIST_SIGNATURE,
    Reason.TRUST_ENTRY_SIGNATURE: Reason.REVOCATION_LIST_SIGNATURE,
    Reason.TRUST_LIST_UNREADABLE: Reason.REVOCATION_LIST_UNREADABLE,
    Reason.TRUST_ENTRY_UNREADABLE: Reason.REVOCATION_LIST_UNREADABLE,
}


def unreadable(problem: str) -> TrustListError:
    """The error for a revocation list that is not well-formed."""
    return TrustListError(Reason.REVOCATION_LIST_UNREADABLE, f"revocation list: {problem}")


def wrongly_signed(problem: str) -> TrustListError:
    """The error for a revocation list that nobody who may has signed."""
    return TrustListError(Reason.REVOCATION_LIST_SIGNATURE, f"revocation list: {problem}")


def of_revocation_list(error: TrustListError) -> TrustListError:
    """An error of what revocation lists and trust lists have in common, as one of a revocation list."""
    return TrustListError(_REASONS.get(error.reason, error.reason), f"revocation list: {error}")
