"""Whether one edition of a published list may take the place of another. Pure rules; keeping lists is an adapter's.

The attacks are those of The Update Framework (TUF specification, section 1.5.2): rollback, freeze, mix and match. A
list that shrinks at once, and one that changes its environment, is refused too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from vaxcert.crypto.signing_certificate import KEY_IDENTIFIER_BYTES
from vaxcert.errors import Reason, StaleTrustListError, TrustListError
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading, TrustedKey

DEFAULT_SHRINK_SHARE: Final = 0.2
"""How much of a list may vanish with one edition. A list of 829 keys that drops 166 has most likely been cut."""

CLOCK_TOLERANCE: Final = timedelta(days=1)
"""How much later than now a list may say it was made before the clock is doubted; covers a wrong time zone."""

_Identity: TypeAlias = tuple[bytes, str | None, str | None]


@dataclass(frozen=True, slots=True)
class ListDifference:
    """What changed from one edition to the next, in the order of the lists.

    Attributes:
        added: Keys that are new.
        removed: Keys that are gone.
        changed: Keys that are there in both with other properties, each before and after.
    """

    added: tuple[TrustedKey, ...] = ()
    removed: tuple[TrustedKey, ...] = ()
    changed: tuple[tuple[TrustedKey, TrustedKey], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def difference(old: Iterable[TrustedKey], new: Iterable[TrustedKey]) -> ListDifference:
    """Compare the keys of two editions.

    A key is the same when its digest, its country and its domain are; the list it came from does not count.
    """
    before, after = _by_identity(old), _by_identity(new)
    return ListDifference(
        added=tuple(key for identity, key in after.items() if identity not in before),
        removed=tuple(key for identity, key in before.items() if identity not in after),
        changed=tuple(
            (before[identity], key)
            for identity, key in after.items()
            if identity in before and _properties(before[identity]) != _properties(key)
        ),
    )


def check_edition(new: ListReading, *, at: datetime, companions: Mapping[str, bytes]) -> None:
    """Make sure that a list is what any edition has to be, the first one too.

    Args:
        new: The list.
        at: Now, aware UTC.
        companions: SHA-256 of documents that have to belong with it, by their name.

    Raises:
        TrustListError: `trust-list-empty`, or `trust-list-mixed`.
        StaleTrustListError: `stale-trust-list`.
    """
    if not (new.keys or new.withdrawn or new.authorities):
        first = f"; first problem: {new.problems[0]}" if new.problems else ""
        raise TrustListError(Reason.TRUST_LIST_EMPTY, f"the list has no key that can be read{first}")
    check_usable(new.origin, at=at)
    check_companions(new, companions)


def check_succession(
    known: ListOrigin,
    environment: Environment,
    old: ListReading | None,
    new: ListReading,
    *,
    at: datetime,
    share: float | None,
) -> None:
    """Make sure that a list may take the place of another one. Where that is damaged, what is known of it counts.

    Args:
        known: What is remembered of the stored edition.
        environment: Likewise what its keys are for.
        old: The stored edition, or None when it cannot be read.
        new: The one that is to take its place.
        at: Now, aware UTC.
        share: How much of the old keys may vanish, 0 to 1; None for all.

    Raises:
        TrustListError: `trust-list-environment`, `trust-list-unsigned`, `trust-list-rollback` or `trust-list-shrunk`.
    """
    check_environment(environment, new.environment)
    check_proof(known.proof, new.origin.proof)
    check_not_older(known, new.origin)
    if old is not None:
        check_same_number(old, new)
        check_same_date(old, new)
    if share is None:
        return
    if old is None:
        raise TrustListError(
            Reason.TRUST_LIST_SHRUNK,
            f"the stored list of source {known.name} cannot be read, so how many keys would vanish is not known; "
            "accept it when the publisher confirms it",
        )
    check_share(old, new, at=at, share=share)


def check_downloaded(new: ListOrigin) -> None:
    """Refuse a list that came over the network, and that nobody signed or hands over.

    Raises:
        TrustListError: `trust-list-unsigned`.
    """
    if new.proof is Proof.VOUCHED:
        raise TrustListError(
            Reason.TRUST_LIST_UNSIGNED,
            f"a {new.format} list that was downloaded, which nobody signed or hands over; "
            "it is taken only when that is allowed",
        )


def check_not_older(old: ListOrigin, new: ListOrigin) -> None:
    """Refuse an edition that came before the one that is stored.

    Args:
        old: Of the stored edition.
        new: Of the one that is to take its place.

    Raises:
        TrustListError: `trust-list-rollback`, when its number or its date is lower, or is missing where the stored
            edition has one.
    """
    if old.number is not None and (new.number is None or new.number < old.number):
        raise _rollback(f"number {_shown(new.number)}, and number {old.number} is stored")
    if old.issued is not None and (new.issued is None or new.issued < old.issued):
        raise _rollback(f"of {_moment(new.issued)}, and that of {_moment(old.issued)} is stored")


def check_same_number(old: ListReading, new: ListReading) -> None:
    """Refuse another list under the number of the one that is stored.

    Signatures may differ, so that an edition can be signed once more.

    Raises:
        TrustListError: `trust-list-rollback`.
    """
    number = old.origin.number
    if number is None or number != new.origin.number or _same_content(old, new):
        return
    raise _rollback(f"number {number} again, with other content than the one that is stored")


def check_same_date(old: ListReading, new: ListReading) -> None:
    """Refuse keys that come with the date of the edition that is stored, where only dates tell editions apart.

    A list that is as old as its newest entry (German) keeps its date when it drops another: the edition before would
    bring that back.

    Raises:
        TrustListError: `trust-list-rollback`.
    """
    issued = old.origin.issued
    if issued is None or old.origin.number is not None or new.origin.issued != issued:
        return
    if {key.digest for key in new.keys}.difference(key.digest for key in old.keys):
        raise _rollback(f"of {_moment(issued)} again, with keys that the stored one of that date has not")


def check_environment(old: Environment, new: Environment) -> None:
    """Refuse to change a source from production to test or back.

    Raises:
        TrustListError: `trust-list-environment`.
    """
    if old is not new:
        raise TrustListError(
            Reason.TRUST_LIST_ENVIRONMENT, f"a {new} list, and the source holds {old} lists; use another name"
        )


def check_proof(old: Proof, new: Proof) -> None:
    """Refuse a list that nobody signed where a signed one is stored.

    Raises:
        TrustListError: `trust-list-unsigned`.
    """
    if old is Proof.SIGNED and new is not Proof.SIGNED:
        raise TrustListError(
            Reason.TRUST_LIST_UNSIGNED, "no signature vouches for the list, and the source holds signed lists"
        )


def check_share(
    old: ListReading, new: ListReading, *, at: datetime, share: float = DEFAULT_SHRINK_SHARE
) -> None:
    """Refuse an edition that drops too many keys at once.

    A key that had expired does not count, nor one that the new edition withdraws: that it says, openly.

    Args:
        old: The stored edition.
        new: The one that is to take its place.
        at: Now, aware UTC.
        share: How much of the old keys may vanish, 0 to 1.

    Raises:
        TrustListError: `trust-list-shrunk`.
    """
    living = {key.digest for key in old.keys if key.not_after is None or key.not_after >= at}
    vanished = living.difference(key.digest for key in new.keys)
    vanished = {digest for digest in vanished if not _is_withdrawn(digest, new.withdrawn)}
    if len(vanished) > share * len(living):
        raise TrustListError(
            Reason.TRUST_LIST_SHRUNK,
            f"{len(vanished)} of {len(living)} keys would vanish, at most {share:.0%} expected",
        )


def check_usable(origin: ListOrigin, *, at: datetime) -> None:
    """Refuse an edition that had ended before it came: who withholds newer ones sends such (freeze attack).

    Raises:
        StaleTrustListError: `stale-trust-list`.
    """
    if origin.usable_until is not None and origin.usable_until < at:
        raise StaleTrustListError(origin.name, origin.usable_until, at)


def check_companions(reading: ListReading, given: Mapping[str, bytes]) -> None:
    """Refuse documents that do not belong with an edition (mix and match attack).

    Args:
        reading: The edition, which names its companions by their SHA-256.
        given: SHA-256 of documents by their name (`revocation`, `rules`).

    Raises:
        TrustListError: `trust-list-mixed`.
    """
    named = dict(reading.companions)
    for name, digest in given.items():
        if named.get(name) != digest:
            problem = "is of another edition" if name in named else "is not named by the list"
            raise TrustListError(Reason.TRUST_LIST_MIXED, f"the companion {name!r} {problem}")


def clock_is_behind(seen: datetime | None, *, at: datetime) -> bool:
    """Whether something was made so much later than now that the clock must be wrong.

    That is no reason to refuse a list: one from the future is new, whatever the clock says.

    Args:
        seen: When it was made, aware UTC; None where it does not say.
        at: Now, aware UTC.
    """
    return seen is not None and seen - at > CLOCK_TOLERANCE


def _same_content(old: ListReading, new: ListReading) -> bool:
    return (
        old.withdrawn == new.withdrawn
        and old.companions == new.companions
        and _dates(old.origin) == _dates(new.origin)
        and not difference(old.keys, new.keys)
    )


def _dates(origin: ListOrigin) -> tuple[datetime | None, ...]:
    return origin.issued, origin.next_update, origin.usable_until


def _by_identity(keys: Iterable[TrustedKey]) -> dict[_Identity, TrustedKey]:
    return {(key.digest, key.country, key.domain): key for key in keys}


def _properties(key: TrustedKey) -> tuple[Any, ...]:
    return key.kid, key.kinds, key.environment, key.withdrawn, key.not_before, key.not_after


def _is_withdrawn(digest: bytes, withdrawn: Collection[bytes]) -> bool:
    return digest in withdrawn or digest[:KEY_IDENTIFIER_BYTES] in withdrawn


def _rollback(problem: str) -> TrustListError:
    return TrustListError(Reason.TRUST_LIST_ROLLBACK, f"an older edition: {problem}")


def _shown(number: int | None) -> str:
    return "missing" if number is None else str(number)


def _moment(moment: datetime | None) -> str:
    return "no date" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
