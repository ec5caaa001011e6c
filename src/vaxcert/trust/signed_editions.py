"""What signed lists of vaxcert's own say of themselves, and have to be: for the right use, and no older than before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.document_members import Edition
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.succession import check_environment, check_not_older


class SignedEdition(Protocol):
    """An edition whose signatures are good."""

    @property
    def origin(self) -> ListOrigin:
        """Number and dates."""

    @property
    def environment(self) -> Environment | None:
        """Where it is to be used; None where it does not say."""

    @property
    def digest(self) -> bytes | None:
        """SHA-256 of its content; None for other forms than vaxcert's own."""


def origin_of(content: Edition, *, name: str, form: str) -> ListOrigin:
    """What is kept of an edition whose signatures are good.

    Args:
        content: The edition.
        name: What to call it in reports.
        form: What its format is called.
    """
    return ListOrigin(
        name=name,
        format=form,
        proof=Proof.SIGNED,
        number=content.number,
        issued=content.issued,
        next_update=content.next_update,
        usable_until=content.usable_until,
    )


def check_intended(
    name: str, of: Environment, *, expected: Environment | None, signers: Iterable[Anchor]
) -> None:
    """Make sure that a list is for what is expected, and for what its anchors may sign.

    Args:
        name: What to call the list.
        of: What it is for.
        expected: None takes either.
        signers: Whose signatures are good.

    Raises:
        TrustListError: `trust-list-environment`.
    """
    for wanted in (expected, *(anchor.environment for anchor in signers)):
        if wanted not in (None, of):
            raise TrustListError(Reason.TRUST_LIST_ENVIRONMENT, f"{name} is for {of}, {wanted} expected")


def check_succession(known: ListOrigin, of: Environment, digest: bytes, new: SignedEdition) -> None:
    """Make sure that an edition may be used where another one has been.

    Args:
        known: Number and dates of the edition used before.
        of: Where it was to be used.
        digest: SHA-256 of its content.
        new: The one that is to be used.

    Raises:
        TrustListError: `trust-list-environment`, or `trust-list-rollback` for a lower number, an earlier date, or the
            same number with other content.
    """
    if new.environment is not None:
        check_environment(of, new.environment)
    check_not_older(known, new.origin)
    if known.number == new.origin.number and digest != new.digest:
        raise TrustListError(
            Reason.TRUST_LIST_ROLLBACK,
            f"an older edition: number {known.number} again, with other content than the one used before",
        )
