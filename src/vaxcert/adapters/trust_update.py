"""Lists downloaded into a trust store.

What arrives is judged as any other list: only a signature by a pinned anchor makes it trusted, and a list that fails
leaves the stored one as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from vaxcert.adapters.download import ClientOptions, download, known_from
from vaxcert.adapters.store import ImportOutcome, ImportResult, TrustStore
from vaxcert.adapters.store.state import Fetched, StoredSource
from vaxcert.adapters.trust_sources import UpdateSource
from vaxcert.errors import StaleTrustListError, VaxcertError

if TYPE_CHECKING:
    from vaxcert.adapters.store.revocation_store import RevocationStore
    from vaxcert.trust.revocation.revocation_list import RevocationList


class UpdateOutcome(StrEnum):
    """What became of asking for a list."""

    STORED = "stored"
    """A new edition."""
    UNCHANGED = "unchanged"
    """The very bytes that are stored."""
    NOT_MODIFIED = "not-modified"
    """The server says that what is stored is current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateResult:
    """An update that went well.

    Attributes:
        outcome: What became of it.
        source: The source as it is now.
        imported: The import; None when the server sent nothing.
    """

    outcome: UpdateOutcome
    source: StoredSource
    imported: ImportResult | None = None


@dataclass(frozen=True, slots=True)
class RevocationUpdate:
    """An update of a revocation list that went well.

    Attributes:
        outcome: What became of it.
        current: The list as it is now, opened.
        imported: None; what there is to tell of it, `current` tells.
    """

    outcome: UpdateOutcome
    current: RevocationList
    imported: None = None


def update_all(
    store: TrustStore, sources: Iterable[UpdateSource], *, at: datetime, client: ClientOptions | None = None
) -> Iterator[tuple[UpdateSource, UpdateResult | RevocationUpdate | VaxcertError]]:
    """Update sources of a store, each whatever becomes of the others.

    Yields:
        The source, and the result or why there is none.
    """
    for source in sources:
        try:
            yield source, update_one(store, source, at=at, client=client)
        except VaxcertError as error:
            yield source, error


def update_one(
    store: TrustStore, source: UpdateSource, *, at: datetime, client: ClientOptions | None = None
) -> UpdateResult | RevocationUpdate:
    """Update a source, of whichever kind; see `update` and `update_revocation`."""
    if source.is_revocation:
        return update_revocation(store, source, at=at, client=client)
    return update(store, source, at=at, client=client)


def update(
    store: TrustStore, source: UpdateSource, *, at: datetime, client: ClientOptions | None = None
) -> UpdateResult:
    """Download a list, judge it, and make it current when it is good.

    Starts an event loop of its own, so an asynchronous caller runs it in a thread.

    Args:
        store: Where it goes; the anchors of the source are pinned there.
        source: What to download.
        at: Now, aware UTC.
        client: How long to wait, and how much to take.

    Raises:
        AdapterError: `download-failed`, when it does not arrive; `download-refused`, when it must not be taken: a
            plain connection, one that is not by whom it should be, a redirect to elsewhere, too many bytes;
            `extra-missing`; as `TrustStore.import_list`.
        TrustListError: As `TrustStore.import_list`. The store is unchanged then.
        StaleTrustListError: `stale-trust-list`, when the server has nothing but a list that has ended.
    """
    client = client or ClientOptions()
    known = _known(store, source)
    urls = [url for url in (source.url, source.signature_url) if url is not None]
    answers = download(source.name, urls, client=client, ca_file=source.ca_file, known=known)
    if answers is None:
        confirmed = store.confirm(source.name, at=at, fetched=known, max_age=source.options.max_age)
        return UpdateResult(outcome=UpdateOutcome.NOT_MODIFIED, source=confirmed)
    options = replace(
        source.options,
        signature=None if source.signature_url is None else answers[1].data,
        fetched=answers[0].fetched,
    )
    imported = store.import_list(source.name, answers[0].data, at=at, options=options)
    outcome = UpdateOutcome.STORED if imported.outcome is ImportOutcome.STORED else UpdateOutcome.UNCHANGED
    return UpdateResult(outcome=outcome, source=imported.source, imported=imported)


def update_revocation(
    store: TrustStore, source: UpdateSource, *, at: datetime, client: ClientOptions | None = None
) -> RevocationUpdate:
    """Download a revocation list, full or a delta, judge it, and make it current when it is good.

    Like `update`, except that the list is never held in memory.

    Raises:
        AdapterError: As `update`, and as `RevocationStore.import_list`.
        TrustListError: As `RevocationStore.import_list`. The store is unchanged then.
        StaleTrustListError: `stale-trust-list`, when the server has nothing but a list that has ended.
    """
    client = client or ClientOptions()
    client = replace(client, max_bytes=client.max_revocation_bytes)
    lists = store.revocation_sources
    known = _known_revocation(lists, source)
    answers = download(
        source.name,
        [source.url],
        client=client,
        ca_file=source.ca_file,
        known=known,
        new_body=partial(_temporary, store.folder),
    )
    if answers is None:
        current = lists.current(source.name)
        if current.description.usable_until < at:
            raise StaleTrustListError(source.name, current.description.usable_until, at)
        return RevocationUpdate(UpdateOutcome.NOT_MODIFIED, current)
    with answers[0].body as body:
        body.seek(0)
        imported = lists.import_list(
            source.name, body, at=at, threshold=source.options.threshold, fetched=answers[0].fetched
        )
    return RevocationUpdate(UpdateOutcome(imported.outcome), lists.current(source.name))


def _temporary(folder: Path) -> IO[bytes]:
    """A file without a name, which is gone when it is closed or the process ends."""
    return TemporaryFile(dir=folder)


def _known_revocation(lists: RevocationStore, source: UpdateSource) -> Fetched | None:
    """Likewise what to name as known of a revocation list."""
    if source.name not in lists.names():
        return None
    try:
        lists.current(source.name)
        return known_from(source.url, lists.source(source.name).fetched)
    except VaxcertError:
        return None


def _known(store: TrustStore, source: UpdateSource) -> Fetched | None:
    """What to name to the server as known; nothing unless the stored list came from there and can be read.

    Nor where the signature is a file of its own: the list may stay as it is while its signature is renewed.
    """
    if source.signature_url is not None or source.name not in store.names():
        return None
    try:
        store.current(source.name)
        return known_from(source.url, store.source(source.name).current.fetched)
    except VaxcertError:
        return None
