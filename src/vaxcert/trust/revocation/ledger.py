"""The ledger of an authority that revokes: one line for each change, from which its lists are built.

It holds hashes only. No identifier gets into it, so it is not a list of people. Specified in `specs/revocation.md`,
section 9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain
from typing import Final, TypeAlias

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.revocation.hashes import HASH_BYTES, HashType
from vaxcert.trust.revocation.header import Base, Change
from vaxcert.trust.revocation.revocation_list import RevocationList
from vaxcert.trust.revocation.sections import NEVER, BuiltSection, SectionBuilder

HEADING: Final = "change,type,hash,expires,reason"
KEY: Final = "KEY"
"""In the place of a hash type: a key is withdrawn."""

_EPOCH: Final = date(1970, 1, 1)
_MAX_DAY: Final = NEVER - 1
_REASON: Final = re.compile("[a-z0-9-]{0,32}")
_KEY_BYTES: Final = frozenset({8, 32})
_HASH_BYTES: Final = frozenset({HASH_BYTES})
_COLUMNS: Final = 5

_Key: TypeAlias = tuple[HashType | None, bytes]
"""What tells entries apart: a hash and its type, or a key."""

_Sections: TypeAlias = list[tuple[Change, HashType, BuiltSection]]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change.

    Attributes:
        change: Revoked, or restored after it had been.
        kind: What the hash is of; None for a key that is withdrawn.
        digest: The hash; of a key its identifier (8 bytes) or the digest of its certificate (32).
        expiry: The last day on which it counts, in days since 1970-01-01, or `NEVER`.
        reason: Why, as a code of the authority: a to z, digits and `-`, at most 32.
    """

    change: Change
    kind: HashType | None
    digest: bytes = field(repr=False)
    expiry: int = NEVER
    reason: str = ""

    @property
    def line(self) -> str:
        """The line that says so, without its end."""
        expires = "" if self.expiry == NEVER else (_EPOCH + timedelta(days=self.expiry)).isoformat()
        return f"{self.change},{self.kind or KEY},{self.digest.hex()},{expires},{self.reason}"


def expiry_day(day: date) -> int:
    """The last day of an entry as lists have it.

    Raises:
        ValueError: It is before 1970 or after 2149-06-05.
    """
    number = (day - _EPOCH).days
    if not 0 <= number <= _MAX_DAY:
        raise ValueError(f"{day} is not a day from 1970-01-01 to 2149-06-05")
    return number


def check_reason(reason: str) -> str:
    """The reason, when it has the form of one.

    Raises:
        ValueError: It holds anything but a to z, digits and `-`, or more than 32 of them.
    """
    if _REASON.fullmatch(reason) is None:
        raise ValueError("a reason is a code of a to z, digits and '-', at most 32 of them")
    return reason


def read_entries(lines: Iterable[str]) -> Iterator[LedgerEntry]:
    """Read a ledger.

    Args:
        lines: All of them, the heading first; each with its end, so that one cut short shows.

    Raises:
        TrustListError: `revocation-list-unreadable`, with the number of the line.
    """
    heading = False
    for number, line in enumerate(lines, 1):
        if not line.endswith("\n"):
            raise _unreadable(number, "is cut short")
        text = line.rstrip("\r\n")
        if heading:
            yield _entry(text, number)
        elif text != HEADING:
            raise _unreadable(number, f"is not the heading {HEADING}")
        heading = True


def _entry(line: str, number: int) -> LedgerEntry:
    cells = line.split(",")
    if len(cells) != _COLUMNS:
        raise _unreadable(number, f"has {len(cells)} cells, {_COLUMNS} expected")
    change, kind, digest, expires, reason = cells
    try:
        terms = _terms(change, kind, expires, reason)
        return LedgerEntry(terms[0], terms[1], _digest(digest, terms[1]), *terms[2:])
    except ValueError:
        raise _unreadable(number, "has no change, type, hash, date and reason in it") from None


@lru_cache(maxsize=1024)
def _terms(change: str, kind: str, expires: str, reason: str) -> tuple[Change, HashType | None, int, str]:
    """All of a line but the hash: many lines share it."""
    return (
        Change(change),
        None if kind == KEY else HashType(kind),
        expiry_day(date.fromisoformat(expires)) if expires else NEVER,
        check_reason(reason),
    )


def _digest(text: str, kind: HashType | None) -> bytes:
    digest = bytes.fromhex(text)
    if len(digest) not in (_KEY_BYTES if kind is None else _HASH_BYTES):
        raise ValueError
    return digest


def _unreadable(number: int, problem: str) -> TrustListError:
    return TrustListError(Reason.REVOCATION_LIST_UNREADABLE, f"revocation ledger: line {number} {problem}")


class LedgerState:
    """What a ledger comes to: who is revoked now.

    It is gone through several times, and only what was ever restored is held apart, so that ten million entries
    take some ten bytes each.

    Args:
        entries: Gives all entries, from the first, each time it is called.
    """

    def __init__(self, entries: Callable[[], Iterable[LedgerEntry]]) -> None:
        self._entries: Final = entries
        self._last_word: dict[_Key, LedgerEntry] = {}
        withdrawn: dict[bytes, Change] = {}
        restored: set[_Key] = set()
        for one in entries():
            if one.kind is None:
                withdrawn[one.digest] = one.change
            elif one.change is Change.RESTORED:
                restored.add((one.kind, one.digest))
        for one in entries() if restored else ():
            if (one.kind, one.digest) in restored:
                self._last_word[one.kind, one.digest] = one
        self.withdrawn: Final = frozenset(
            digest for digest, change in withdrawn.items() if change is Change.REVOKED
        )

    def revoked(self) -> Iterator[LedgerEntry]:
        """Every entry of a certificate that is revoked now; one that was revoked twice may come twice."""
        for one in self._entries():
            if one.kind is not None and (one.kind, one.digest) not in self._last_word:
                yield one
        yield from self.revoked_again()

    def revoked_again(self) -> Iterator[LedgerEntry]:
        """Those among them that were restored in between: only their last line counts."""
        for one in self._last_word.values():
            if one.kind is not None and one.change is Change.REVOKED:
                yield one

    def restored(self) -> Iterator[LedgerEntry]:
        """Every entry of a certificate that was revoked and is no longer."""
        for one in self._last_word.values():
            if one.kind is not None and one.change is Change.RESTORED:
                yield one


def full_sections(state: LedgerState, *, day: int) -> _Sections:
    """The sections of a full list.

    Args:
        state: Of the ledger.
        day: Of the list, from 1970-01-01; entries that have ended by then are left out.
    """
    return _built((Change.REVOKED, one) for one in state.revoked() if one.expiry >= day)


def delta_sections(state: LedgerState, base: RevocationList, *, day: int) -> _Sections:
    """The sections of a delta: what a list would have to learn to say the same as the ledger.

    Args:
        state: Of the ledger.
        base: The list the delta goes on from, with its deltas.
        day: Of the delta, from 1970-01-01.

    Raises:
        TrustListError: `revocation-list-unreadable`, when a block of the base is damaged.
    """
    changed = {(one.kind, one.digest) for one in state.revoked_again() if _expiry_on(base, one) != one.expiry}
    added = (one for one in state.revoked() if one.expiry >= day and _is_news(base, one, changed))
    gone = (one for one in state.restored() if _expiry_on(base, one) is not None)
    return _built(chain(((Change.REVOKED, one) for one in added), ((Change.RESTORED, one) for one in gone)))


def split_known(
    entries: Iterable[LedgerEntry], wanted: Iterable[LedgerEntry]
) -> tuple[list[LedgerEntry], list[LedgerEntry]]:
    """Tell changes that are new to a ledger from those it has already.

    Args:
        entries: Of the ledger, in its order.
        wanted: The changes to make.

    Returns:
        The new ones, each once, and the others.
    """
    new: dict[_Key, LedgerEntry] = {}
    known: list[LedgerEntry] = []
    keyed = [((one.kind, one.digest), one) for one in wanted]
    asked = {key for key, _ in keyed}
    last = {(one.kind, one.digest): one for one in entries if (one.kind, one.digest) in asked}
    for key, one in keyed:
        if key in new or _says_the_same(last.get(key), one):
            known.append(one)
        else:
            new[key] = one
    return list(new.values()), known


def base_of(newest: RevocationList) -> Base:
    """How a delta names the list it goes on from."""
    return Base(newest.description.number, newest.digest)


def _says_the_same(last: LedgerEntry | None, one: LedgerEntry) -> bool:
    if last is None:
        return one.change is Change.RESTORED  # what was never revoked need not be restored
    return last.change is one.change and (one.change is Change.RESTORED or last.expiry >= one.expiry)


def _expiry_on(base: RevocationList, one: LedgerEntry) -> int | None:
    return None if one.kind is None else base.expiry(one.kind, one.digest)


def _is_news(base: RevocationList, one: LedgerEntry, changed: Set[_Key]) -> bool:
    if (one.kind, one.digest) in changed:
        return True
    expiry = _expiry_on(base, one)
    return expiry is None or expiry < one.expiry


def _built(entries: Iterable[tuple[Change, LedgerEntry]]) -> _Sections:
    builders: dict[tuple[Change, HashType], SectionBuilder] = {}
    for change, one in entries:
        if one.kind is not None:
            key = (change, one.kind)
            if key not in builders:
                builders[key] = SectionBuilder()
            builders[key].add(one.digest, one.expiry)
    return [(change, kind, builder.build()) for (change, kind), builder in builders.items()]
