"""Revocation batches of the EU gateway: JSON, as a rule signed with CMS by the country that uploaded it.

Source: DGC gateway, revocation interface: a batch is `{country, expires, kid, hashType, entries[{hash}]}`; the list of
batches is `{more, batches[{batchId, country, date, deleted}]}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from vaxcert.codec.text import base64_bytes
from vaxcert.errors import Reason, TrustListError
from vaxcert.limits import MAX_REVOCATION_BATCH_BYTES, MAX_REVOCATION_BATCH_ENTRIES
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.binding import is_foreign
from vaxcert.trust.gateway_upload import read_upload
from vaxcert.trust.origin import MAX_AGE
from vaxcert.trust.revocation.coverage import is_responsible
from vaxcert.trust.revocation.folders import moment
from vaxcert.trust.revocation.hashes import (
    EU_TYPES,
    HASH_BYTES,
    NOTHING_TO_NAME,
    HashType,
    missing_part,
    query_hashes,
)
from vaxcert.trust.revocation.problems import of_revocation_list, unreadable, wrongly_signed
from vaxcert.trust.revocation.query import NO_KEYS, RevocationAnswer, RevocationQuery

_DER_SEQUENCE: Final = b"\x30"
_JSON_START: Final = b"{"
_COUNTRY: Final = re.compile("[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class GatewayBatch:
    """One batch.

    Attributes:
        country: Who uploaded it, ISO 3166-1 alpha-2.
        expires: Until when its entries count, aware UTC.
        hash_type: What the hashes are of.
        hashes: Of 16 bytes each.
    """

    country: str
    expires: datetime
    hash_type: HashType
    hashes: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BatchListing:
    """The gateway's list of batches.

    Attributes:
        is_complete: Whether no more follow it.
        deleted: Identifiers of batches that no longer count.
        current: Identifiers of those that do.
        newest: The latest date in it, aware UTC; None where it is empty.
    """

    is_complete: bool
    deleted: frozenset[str]
    current: frozenset[str]
    newest: datetime | None


def read_batch(data: bytes, anchors: Iterable[Anchor] = ()) -> GatewayBatch:
    """Read a batch: CMS in DER, BER or base64 of it, or the JSON alone.

    Args:
        data: The file.
        anchors: Keys of those who may upload, or of the authorities that certified them. Without any, only JSON
            alone is read, for which whoever hands it over vouches. Pin certificates: of a bare key nobody but the
            message says which country's it is.

    Raises:
        TrustListError: `revocation-list-unreadable`; `revocation-list-signature`, when the signature is wrong, no
            anchor vouches for the signer, or the batch is another country's than its signer; `weak-signature`, for
            SHA-1, MD5 and RSA keys under 2048 bits; `anchor-missing`, for a signed batch without anchors;
            `trust-list-unsigned`, for one without signature where there are anchors.
    """
    if len(data) > MAX_REVOCATION_BATCH_BYTES:
        raise unreadable(f"a batch of over {MAX_REVOCATION_BATCH_BYTES} bytes")
    pinned = tuple(anchors)
    if not data.lstrip().startswith(_JSON_START):
        return _vouched(data, pinned)
    if pinned:
        raise TrustListError(
            Reason.TRUST_LIST_UNSIGNED, "revocation list: a batch without signature, where anchors are given"
        )
    return _batch(_json(data))


def read_listing(data: bytes) -> BatchListing:
    """Read the gateway's list of batches.

    Raises:
        TrustListError: `revocation-list-unreadable`.
    """
    document = _json(data)
    batches = document.get("batches")
    if type(batches) is not list or type(document.get("more")) is not bool:
        raise unreadable("a list of batches has the members more and batches")
    rows = [_listed(one) for one in batches]
    return BatchListing(
        is_complete=not document["more"],
        deleted=frozenset(name for name, _, deleted in rows if deleted),
        current=frozenset(name for name, _, deleted in rows if not deleted),
        newest=max((date for _, date, _ in rows), default=None),
    )


def is_listing(data: bytes) -> bool:
    """Whether it looks like the list of batches. Never raises."""
    return data.lstrip().startswith(_JSON_START) and b'"batches"' in data


class GatewayBatches:
    """Batches asked as one list. A hash is found exactly, so nothing foreign is ever revoked by it.

    The key identifier of a batch narrows nothing here: a hash of 128 bits is enough.

    Args:
        batches: Those that could be read.
        name: What to call them in reports.
        as_of: Their date, aware UTC: that of the gateway's list, or when they were fetched.
        incomplete: Why not all are here; then what is not found is unknown. Empty when they are.
        max_age: How long they are relied on from their date.
    """

    __slots__ = ("_as_of", "_countries", "_expires", "_incomplete", "_max_age", "_types", "name")
    withdrawn: Final = NO_KEYS

    def __init__(
        self,
        batches: Iterable[GatewayBatch],
        *,
        name: str = "EU gateway batches",
        as_of: datetime | None = None,
        incomplete: str = "",
        max_age: timedelta = MAX_AGE,
    ) -> None:
        self.name: Final = name
        self._as_of: Final = as_of
        self._incomplete: Final = incomplete
        self._max_age: Final = max_age
        expires: dict[tuple[HashType, bytes], datetime] = {}
        countries: set[str] = set()
        for batch in batches:
            countries.add(batch.country)
            for digest in batch.hashes:
                key = (batch.hash_type, digest)
                expires[key] = max(batch.expires, expires.get(key, batch.expires))
        self._expires: Final = expires
        self._types: Final = frozenset(kind for kind, _ in expires)
        self._countries: Final = frozenset(countries)

    def covers(self, query: RevocationQuery) -> bool:
        """Whether the issuer's country has uploaded any; all are when some could not be read."""
        return bool(self._incomplete) or is_responsible(query, self._countries)

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """Look the certificate up, for a time (aware UTC). Never raises."""
        looked_up = False
        for hash_type in EU_TYPES:
            for digest in query_hashes(query, hash_type):
                looked_up = looked_up or hash_type in self._types
                expires = self._expires.get((hash_type, digest))
                if expires is not None and at <= expires:
                    return RevocationAnswer.revoked(self.name, self._as_of)
        if self._incomplete:
            return RevocationAnswer.unknown(self.name, self._incomplete)
        missing = missing_part(query, self._types) if looked_up or not self._types else NOTHING_TO_NAME
        if missing:
            return RevocationAnswer.unknown(self.name, missing)
        outdated = RevocationAnswer.outdated(self.name, self._as_of, at=at, max_age=self._max_age)
        return outdated or RevocationAnswer.not_revoked(self.name, self._as_of)


def _vouched(data: bytes, anchors: tuple[Anchor, ...]) -> GatewayBatch:
    """A signed batch, of the country whose signature it bears."""
    if not anchors:
        raise TrustListError(
            Reason.ANCHOR_MISSING, "revocation list: a signed batch; name the key to judge it by"
        )
    message = data if data.startswith(_DER_SEQUENCE) else _base64(b"".join(data.split()).decode("latin-1"))
    try:
        upload = read_upload(message, anchors)
    except TrustListError as error:
        raise of_revocation_list(error) from None
    batch = _batch(_json(upload.content))
    if upload.country is None or is_foreign(batch.country, upload.country):
        raise wrongly_signed(
            f"a batch of {batch.country}, signed by {upload.country or 'nobody of a country'}"
        )
    return batch


def _is_country(value: Any) -> bool:
    return type(value) is str and _COUNTRY.fullmatch(value) is not None


def _batch(document: Any) -> GatewayBatch:
    entries = document.get("entries")
    country = document.get("country")
    if type(entries) is not list or len(entries) > MAX_REVOCATION_BATCH_ENTRIES or not _is_country(country):
        raise unreadable(f"a batch has a country and at most {MAX_REVOCATION_BATCH_ENTRIES} entries")
    try:
        hash_type = HashType(document.get("hashType"))
    except ValueError:
        raise unreadable("a batch of another hash type") from None
    if hash_type not in EU_TYPES:
        raise unreadable("a batch of another hash type")
    return GatewayBatch(country, moment(document.get("expires")), hash_type, tuple(_hashes(entries)))


def _hashes(entries: list[Any]) -> Iterator[bytes]:
    for number, entry in enumerate(entries):
        text = entry.get("hash") if type(entry) is dict else None
        if type(text) is not str or len(digest := _base64(text)) < HASH_BYTES:
            raise unreadable(f"entry {number} of a batch is no hash of {HASH_BYTES} bytes in base64")
        yield digest[:HASH_BYTES]


def _listed(row: Any) -> tuple[str, datetime, bool]:
    if type(row) is not dict or type(row.get("batchId")) is not str or type(row.get("deleted")) is not bool:
        raise unreadable("a batch is listed by batchId, date and deleted")
    return row["batchId"], moment(row.get("date")), row["deleted"]


def _json(data: bytes) -> Any:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise unreadable("not JSON") from None
    if type(document) is not dict:
        raise unreadable("not a JSON object")
    return document


def _base64(text: str) -> bytes:
    try:
        return base64_bytes(text)
    except ValueError:
        raise unreadable("not base64") from None
