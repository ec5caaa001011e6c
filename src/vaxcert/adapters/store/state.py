"""What a trust store remembers of each source: one small JSON document, replaced as a whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from vaxcert.errors import AdapterError, Reason
from vaxcert.trust import formats
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import MAX_AGE, Environment, ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

VERSION: Final = 1
_DIGEST_BYTES: Final = 32
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTerms:
    """On what terms the lists of a source are read, fixed by its first import.

    Attributes:
        format: Name of the format.
        threshold: How many different anchors have to have signed it, where the format allows several.
        environment: What its keys are for, where the operator said it; None leaves it to the list.
        allow_unsigned: Whether a list without signature is taken.
        test_participants: Whether the entries of test participants are taken, as test keys.
        max_age: How long a list without an end of its own may be relied on.
    """

    format: str
    threshold: int = 1
    environment: Environment | None = None
    allow_unsigned: bool = False
    test_participants: bool = False
    max_age: timedelta = MAX_AGE

    def after(self, reading: ListReading) -> SourceTerms:
        """The terms once a list is taken: where it is signed, no later one may do without."""
        return replace(self, allow_unsigned=self.allow_unsigned and reading.origin.proof is not Proof.SIGNED)

    def read(
        self, name: str, data: bytes, anchors: tuple[Anchor, ...], signature: bytes | None
    ) -> ListReading:
        """Read a list of the source on these terms.

        Args:
            name: Of the source.
            data: The list as published.
            anchors: The keys to judge it by.
            signature: The detached signature, or None.

        Raises:
            TrustListError: As `formats.read`.
            ValueError: No format has such a name: a newer vaxcert wrote it.
        """
        terms = formats.ReadingTerms(
            source=name,
            anchors=anchors,
            threshold=self.threshold,
            signature=signature,
            environment=self.environment,
            allow_unsigned=self.allow_unsigned,
            test_participants=self.test_participants,
        )
        return formats.read(data, terms, as_format=formats.format_named(self.format))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Where an edition was downloaded, for the next conditional request.

    Attributes:
        url: The address it was asked for at.
        etag: The `ETag` of the answer, or None.
        last_modified: The `Last-Modified` of the answer, or None.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition of a list in the store.

    Attributes:
        digest: SHA-256 of the list as received, hexadecimal; its file is called so.
        signature: Likewise of its detached signature, or None where it has none.
        keys: How many keys it has.
        environment: What they are for.
        proof: Who vouches for it.
        number: Its own version number, or None.
        issued: When it says it was made, aware UTC, or None.
        next_update: When it says the next one is due, or None.
        usable_until: Its own end, or None; what verification goes by is `StoredSource.usable_until`.
        imported_at: When it came into the store.
        confirmed_at: When its publisher, or who imported it, last said that it is current.
        withdrawn: Digests and key identifiers it withdraws. They hold even when its file is damaged.
        fetched: Where it was downloaded, or None for a file.
    """

    digest: str
    signature: str | None = None
    keys: int
    environment: Environment
    proof: Proof
    number: int | None = None
    issued: datetime | None = None
    next_update: datetime | None = None
    usable_until: datetime | None = None
    imported_at: datetime
    confirmed_at: datetime
    withdrawn: frozenset[bytes] = field(default=frozenset(), repr=False)
    fetched: Fetched | None = None

    def origin(self, name: str, terms: SourceTerms) -> ListOrigin:
        """The list's description as it gave it, with its name in the store."""
        return ListOrigin(
            name=name,
            format=terms.format,
            proof=self.proof,
            number=self.number,
            issued=self.issued,
            next_update=self.next_update,
            usable_until=self.usable_until,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSource:
    """One source of a store.

    Attributes:
        name: What it is called.
        terms: How its lists are read.
        current: The edition that verification goes by.
        previous: The one before, or None.
    """

    name: str
    terms: SourceTerms
    current: Edition
    previous: Edition | None = None

    def after(self, stored: StoredSource | None) -> StoredSource:
        """This source with the edition before; the same bytes once more do not push that out.

        Args:
            stored: The source as it was; None when there was none.
        """
        if stored is None:
            return self
        old, new = stored.current, self.current
        if (old.digest, old.signature) != (new.digest, new.signature):
            return replace(self, previous=old)
        new = replace(new, imported_at=old.imported_at, fetched=new.fetched or old.fetched)
        return replace(self, current=new, previous=stored.previous)

    @property
    def usable_until(self) -> datetime:
        """The last moment the current edition may be relied on.

        Its own end; for a list without one, the terms' age after its date, or after it was last confirmed where it
        has no date; never before its next update is due.
        """
        return usable_until(self.current, self.terms)


def usable_until(edition: Edition, terms: SourceTerms) -> datetime:
    """The last moment an edition may be relied on; see `StoredSource.usable_until`."""
    if edition.usable_until is not None:
        return edition.usable_until
    end = _later(edition.issued or edition.confirmed_at, terms.max_age)
    return max(end, edition.next_update or end)


def _later(moment: datetime, age: timedelta) -> datetime:
    try:
        return moment + age
    except OverflowError:
        return _END_OF_TIME


def read_state(name: str, data: bytes) -> StoredSource:
    """Read the state of a source.

    Raises:
        AdapterError: `store-unreadable`.
    """
    try:
        document = json.loads(data)
        if document["version"] != VERSION:
            raise damaged_state(name, f"version {document['version']!r}, {VERSION} expected")
        previous = document["previous"]
        return StoredSource(
            name=name,
            terms=_terms(document["terms"]),
            current=_edition(document["current"]),
            previous=None if previous is None else _edition(previous),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        raise damaged_state(name, "not as it was written") from None


def write_state(source: StoredSource) -> bytes:
    """The state of a source as JSON."""
    terms = {
        **asdict(source.terms),
        "max_age": source.terms.max_age.total_seconds(),
    }
    document = {
        "version": VERSION,
        "terms": terms,
        "current": _written(source.current),
        "previous": None if source.previous is None else _written(source.previous),
    }
    return json.dumps(document, indent=1).encode()


def _terms(members: dict[str, Any]) -> SourceTerms:
    environment = members["environment"]
    return SourceTerms(
        format=checked_text(members["format"]),
        threshold=int(members["threshold"]),
        environment=None if environment is None else Environment(environment),
        allow_unsigned=members["allow_unsigned"] is True,
        test_participants=members["test_participants"] is True,
        max_age=timedelta(seconds=members["max_age"]),
    )


def _edition(members: dict[str, Any]) -> Edition:
    number, signature, fetched = members["number"], members["signature"], members["fetched"]
    return Edition(
        digest=checked_digest(members["digest"]),
        signature=None if signature is None else checked_digest(signature),
        keys=int(members["keys"]),
        environment=Environment(members["environment"]),
        proof=Proof(members["proof"]),
        number=None if number is None else int(number),
        issued=optional_moment(members["issued"]),
        next_update=optional_moment(members["next_update"]),
        usable_until=optional_moment(members["usable_until"]),
        imported_at=present_moment(members["imported_at"]),
        confirmed_at=present_moment(members["confirmed_at"]),
        withdrawn=frozenset(map(bytes.fromhex, members["withdrawn"])),
        fetched=None if fetched is None else Fetched(**fetched),
    )


def _written(edition: Edition) -> dict[str, Any]:
    moments = ("issued", "next_update", "usable_until", "imported_at", "confirmed_at")
    return {
        **asdict(edition),
        **{name: iso(getattr(edition, name)) for name in moments},
        "withdrawn": sorted(one.hex() for one in edition.withdrawn),
    }


def iso(moment: datetime | None) -> str | None:
    """A time as it is written."""
    return None if moment is None else moment.astimezone(UTC).isoformat()


def optional_moment(text: str | None) -> datetime | None:
    """A time as it was written, or None.

    Raises:
        ValueError, TypeError: It is none.
    """
    return None if text is None else present_moment(text)


def present_moment(text: str) -> datetime:
    """A time as it was written.

    Raises:
        ValueError, TypeError: It is none.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC)


def checked_digest(text: str) -> str:
    """A SHA-256 as it was written, hexadecimal.

    Raises:
        ValueError, TypeError: It is none.
    """
    if len(bytes.fromhex(text)) != _DIGEST_BYTES or text != text.lower():
        raise ValueError
    return text


def checked_text(value: object) -> str:
    """A text as it was written.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, str):
        raise TypeError
    return value


def damaged_state(name: str, problem: str) -> AdapterError:
    """The error for the state of a source that cannot be read."""
    return AdapterError(
        Reason.STORE_UNREADABLE,
        f"the state of source {name} is damaged: {problem}; remove it and import again",
    )
