"""What a trust store remembers of each revocation list, and what may come after it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from vaxcert.adapters.store.state import (
    Fetched,
    checked_digest,
    checked_text,
    damaged_state,
    iso,
    present_moment,
)
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_REVOCATION_CHAIN
from vaxcert.trust.revocation.header import ListDescription

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One file of a chain, full list or delta.

    Attributes:
        file: SHA-256 of the file, hexadecimal; it is called so.
        content: Likewise of its signed content, which another anchor's signature does not change.
    """

    file: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevocation:
    """One revocation list of a store. What later lists are compared with holds even when its files are damaged.

    Attributes:
        name: What it is called.
        threshold: How many different anchors have to have signed it.
        issuer: Who makes it.
        countries: The `iss` claims it is for, or None for all.
        number: Of the newest document.
        issued: When that was made, aware UTC.
        imported_at: When it was last taken in, aware UTC.
        documents: The full list and its deltas, in their order.
        fetched: Where the newest was downloaded, or None for a file.
    """

    name: str
    threshold: int
    issuer: str
    countries: frozenset[str] | None
    number: int
    issued: datetime
    imported_at: datetime
    documents: tuple[StoredDocument, ...]
    fetched: Fetched | None = None

    @property
    def contents(self) -> frozenset[str]:
        """What tells its documents apart from all others."""
        return frozenset(one.content for one in self.documents)


def chain_with(
    stored: StoredRevocation | None, new: StoredDocument, description: ListDescription
) -> tuple[StoredDocument, ...]:
    """The documents that are to be current once a new one is there.

    One that is there already, as its signed content tells, takes its own place. A full list replaces the chain, a delta
    is added to it; whether it fits is seen when the chain is opened.

    Raises:
        TrustListError: `trust-list-rollback`, when it is not newer than the newest one;
            `revocation-list-unreadable`, when it is another list, or there are too many deltas.
    """
    if stored is None:
        return (new,)
    if new.content in stored.contents:
        return tuple(new if one.content == new.content else one for one in stored.documents)
    _check_newer(stored, description)
    _check_same_list(stored, description)
    if description.base is None:
        return (new,)
    if len(stored.documents) == MAX_REVOCATION_CHAIN:
        raise _unreadable(f"{MAX_REVOCATION_CHAIN} documents are stored already; a new full list expected")
    return (*stored.documents, new)


def _check_newer(stored: StoredRevocation, new: ListDescription) -> None:
    problem = ""
    if new.number < stored.number:
        problem = f"number {new.number}, and number {stored.number} is stored"
    elif new.number == stored.number:
        problem = f"number {new.number} again, with other content than the one that is stored"
    elif new.issued < stored.issued:
        problem = f"made {iso(new.issued)}, and that of {iso(stored.issued)} is stored"
    if problem:
        raise TrustListError(Reason.TRUST_LIST_ROLLBACK, f"revocation list: an older edition: {problem}")


def _check_same_list(stored: StoredRevocation, new: ListDescription) -> None:
    """Another list under this name would take away what the stored one revokes."""
    if new.issuer != stored.issuer:
        raise _unreadable(f"the source {stored.name} holds lists of another issuer; use another name")
    if new.countries is not None and (stored.countries is None or stored.countries - new.countries):
        raise _unreadable(
            f"it is not for all countries that the stored list of source {stored.name} is for; use another name"
        )


def _unreadable(problem: str) -> TrustListError:
    return TrustListError(Reason.REVOCATION_LIST_UNREADABLE, f"revocation list: {problem}")


def read_state(name: str, data: bytes) -> StoredRevocation:
    """Read the state of a revocation list.

    Raises:
        AdapterError: `store-unreadable`.
    """
    try:
        members = json.loads(data)
        if members["version"] != VERSION:
            raise damaged_state(name, f"version {members['version']!r}, {VERSION} expected")
        return _source(name, members)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        raise damaged_state(name, "not as it was written") from None


def write_state(source: StoredRevocation) -> bytes:
    """The state of a revocation list as JSON."""
    countries = None if source.countries is None else sorted(source.countries)
    moments = {"issued": iso(source.issued), "imported_at": iso(source.imported_at)}
    members = {"version": VERSION, **asdict(source), **moments, "countries": countries}
    del members["name"]
    return json.dumps(members, indent=1).encode()


def _source(name: str, members: dict[str, Any]) -> StoredRevocation:
    countries, fetched = members["countries"], members["fetched"]
    documents = tuple(
        StoredDocument(checked_digest(one["file"]), checked_digest(one["content"]))
        for one in members["documents"]
    )
    if not documents:
        raise ValueError
    return StoredRevocation(
        name=name,
        threshold=int(members["threshold"]),
        issuer=checked_text(members["issuer"]),
        countries=None if countries is None else frozenset(map(checked_text, countries)),
        number=int(members["number"]),
        issued=present_moment(members["issued"]),
        imported_at=present_moment(members["imported_at"]),
        documents=documents,
        fetched=None if fetched is None else Fetched(**fetched),
    )
