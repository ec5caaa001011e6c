"""The rules of countries in a trust store: of each source the last good signed list.

    rules/anchors/<source>/<digest>.json  the keys pinned for a source
    rules/lists/<source>/<sha256>.rules   the list exactly as received
    rules/lists/<source>/state.json       which of them is current; replacing this one file is the switch
    rules/kept/<source>                   empty; says that the source has a list (see `trust_store`)

A list that is kept does not go back: whoever could bring an older edition could bring back rules that were dropped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from vaxcert.adapters.store import layout
from vaxcert.adapters.store.imports import ImportOutcome, checked_time
from vaxcert.adapters.store.pinned_sources import PinnedSources
from vaxcert.adapters.store.state import checked_digest, damaged_state, iso, present_moment
from vaxcert.errors import AdapterError, Reason, RuleError, TrustListError, VaxcertError
from vaxcert.rules.lists import signed
from vaxcert.rules.lists.reading import RuleListReading, RuleTerms
from vaxcert.trust import signed_document
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.signed_editions import check_succession
from vaxcert.trust.succession import check_usable

DEFAULT_NAME: Final = "rules"
"""Of a list that is given no name."""

_KIND: Final = "rules"
_VERSION: Final = 1
_READING_TRIES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRules:
    """One list of rules of a store. What later editions are compared with holds even when its file is damaged.

    Attributes:
        name: What it is called.
        threshold: How many different anchors have to have signed it.
        environment: Where it is to be used.
        number: Of its edition.
        issued: When that was made, aware UTC.
        imported_at: When it was last taken in, aware UTC.
        file: SHA-256 of the file, hexadecimal; it is called so.
        content: Likewise of its signed content, which another anchor's signature does not change.
    """

    name: str
    threshold: int
    environment: Environment
    number: int
    issued: datetime
    imported_at: datetime
    file: str
    content: str

    @property
    def origin(self) -> ListOrigin:
        """Its number and date, to compare later editions with."""
        return ListOrigin(name=self.name, number=self.number, issued=self.issued)


@dataclass(frozen=True, slots=True)
class RuleImport:
    """An import that went well.

    Attributes:
        source: The list as it is now.
        outcome: Stored, or unchanged.
        reading: Its rules.
    """

    source: StoredRules
    outcome: ImportOutcome
    reading: RuleListReading


class RuleStore(PinnedSources):
    """The lists of rules of a trust store; `TrustStore.rule_sources` gives it."""

    def source(self, name: str) -> StoredRules:
        """What is known of a list.

        Raises:
            AdapterError: `store-unreadable`, when there is no such list or its state is damaged.
            ValueError: When no list can have such a name.
        """
        return _read_state(name, layout.state_bytes(self._folder, name))

    def current(self, name: str) -> RuleListReading:
        """Read a list, its signatures checked again.

        Raises:
            AdapterError: `store-unreadable`, when there is none, or it cannot be relied on.
            ValueError: When no list can have such a name.
        """
        source = self.source(name)
        for _ in range(_READING_TRIES):
            try:
                return self._read(source, self.anchors(name))
            except VaxcertError as error:
                problem = error
            # a writer may have put another list in its place since its state was read
            before, source = source, self.source(name)
            if before.file == source.file:
                break
        raise AdapterError(
            Reason.STORE_UNREADABLE,
            f"the rules {name} of the store cannot be relied on: {problem}; import them again",
        )

    def load(self) -> tuple[RuleListReading, ...]:
        """Read all lists.

        Raises:
            AdapterError: `store-unreadable`, when one cannot be relied on: without it, what it forbids would pass.
        """
        return tuple(map(self.current, self.names()))

    def import_list(
        self,
        name: str | None,
        data: bytes,
        *,
        at: datetime,
        anchors: tuple[Anchor, ...] = (),
        threshold: int | None = None,
    ) -> RuleImport:
        """Check a signed list and make it current.

        Args:
            name: Of the list in the store; None takes `DEFAULT_NAME`.
            data: The list.
            at: Now, aware UTC.
            anchors: Pinned with the first import. Later they may be left out, and others are refused.
            threshold: How many of them have to have signed it; 1 by default. May be raised later, not lowered.

        Raises:
            RuleError: `rule-list-unreadable`, for rules in another form: nobody signed them.
            TrustListError: As `signed.read`; `trust-list-rollback`, when it is not newer than what is stored;
                `trust-list-environment`; `trust-list-threshold`; `anchor-missing` when an anchor is named that is not
                pinned. The list is as it was then.
            StaleTrustListError: `stale-trust-list`, when it had ended before it came.
            AdapterError: `store-busy`, `store-unreadable`, `file-unwritable`.
            ValueError: When no list can have such a name.
        """
        at = checked_time(at)
        name = layout.checked_name(DEFAULT_NAME if name is None else name)
        if not signed_document.is_signed_document(data):
            raise RuleError(Reason.RULE_LIST_UNREADABLE, "rules: a signed list expected in a store")
        with self._locked():
            stored = self.source(name) if layout.has_list(self._folder, name) else None
            needed = _threshold(stored, threshold)
            judges = self._anchors_to_use(name, anchors, has_list=stored is not None)
            reading = signed.read(data, RuleTerms(source=name, anchors=judges, threshold=needed))
            check_usable(reading.origin, at=at)
            if stored is not None:
                check_succession(stored.origin, stored.environment, bytes.fromhex(stored.content), reading)
            file = layout.put(self._folder, name, data, _KIND)
            current = _stored(name, reading, file, needed, at)
            with self._pinning(name, anchors):
                layout.save_state_bytes(self._folder, name, _write_state(current))
            layout.keep_only(self._folder, name, {f"{file}.{_KIND}"})
        is_new = stored is None or stored.content != current.content
        return RuleImport(current, ImportOutcome.STORED if is_new else ImportOutcome.UNCHANGED, reading)

    def _check_judged_by(self, name: str, anchors: tuple[Anchor, ...]) -> None:
        self._read(self.source(name), anchors)

    def _read(self, source: StoredRules, anchors: tuple[Anchor, ...]) -> RuleListReading:
        data = layout.get(self._folder, source.name, source.file, _KIND)
        terms = RuleTerms(source=source.name, anchors=anchors, threshold=source.threshold)
        return signed.read(data, terms)


def _stored(name: str, reading: RuleListReading, file: str, threshold: int, at: datetime) -> StoredRules:
    origin = reading.origin
    if origin.number is None or origin.issued is None or reading.environment is None or not reading.digest:
        raise ValueError("a signed list has a number, a date and an environment")
    return StoredRules(
        name=name,
        threshold=threshold,
        environment=reading.environment,
        number=origin.number,
        issued=origin.issued,
        imported_at=at,
        file=file,
        content=reading.digest.hex(),
    )


def _threshold(stored: StoredRules | None, wanted: int | None) -> int:
    if wanted is not None and wanted < 1:
        raise ValueError(f"a threshold of {wanted}, at least 1 expected")
    if stored is not None and wanted is not None and wanted < stored.threshold:
        raise TrustListError(
            Reason.TRUST_LIST_THRESHOLD,
            f"the source {stored.name} asks for {stored.threshold} anchors, {wanted} cannot do",
        )
    return wanted or (1 if stored is None else stored.threshold)


def _write_state(source: StoredRules) -> bytes:
    members = {
        "version": _VERSION,
        "threshold": source.threshold,
        "environment": source.environment,
        "number": source.number,
        "issued": iso(source.issued),
        "imported_at": iso(source.imported_at),
        "file": source.file,
        "content": source.content,
    }
    return json.dumps(members, indent=1).encode()


def _read_state(name: str, data: bytes) -> StoredRules:
    try:
        members = json.loads(data)
        if members["version"] != _VERSION:
            raise damaged_state(name, f"version {members['version']!r}, {_VERSION} expected")
        return _of_members(name, members)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        raise damaged_state(name, "not as it was written") from None


def _of_members(name: str, members: dict[str, Any]) -> StoredRules:
    return StoredRules(
        name=name,
        threshold=int(members["threshold"]),
        environment=Environment(members["environment"]),
        number=int(members["number"]),
        issued=present_moment(members["issued"]),
        imported_at=present_moment(members["imported_at"]),
        file=checked_digest(members["file"]),
        content=checked_digest(members["content"]),
    )
