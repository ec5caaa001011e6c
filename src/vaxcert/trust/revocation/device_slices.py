"""The EU format for verifying devices: for each key, partitions of hashes in Bloom filters or lists of prefixes.

The folder mirrors the paths of the EU distribution service:

    lists.json                                                     GET /lists
    lists/{kid}/partitions.json                                    GET /lists/{kid}/partitions
    lists/{kid}/partitions/{id}/chunks/{cid}/slices/{hash}         the slice itself, unpacked

with `kid` in base64url without padding, and `null` for the one partition of a key in mode POINT. None of it
is signed: whoever fetched it vouches for it. A certificate is revoked when a slice may contain one of its hashes, so a
foreign one is found revoked with the probability that the filters state.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from vaxcert.errors import VaxcertError
from vaxcert.trust.origin import MAX_AGE
from vaxcert.trust.revocation.filters import BloomFilter, HashPrefixes, read_bloom_filter, read_hash_prefixes
from vaxcert.trust.revocation.folders import ReadFile, load_json, moment, need
from vaxcert.trust.revocation.hashes import EU_TYPES, NOTHING_TO_NAME, HashType, missing_part, query_hashes
from vaxcert.trust.revocation.problems import unreadable
from vaxcert.trust.revocation.query import NO_KEYS, RevocationAnswer, RevocationQuery

LISTS: Final = "lists.json"

_COORDINATES: Final = {"POINT": 0, "VECTOR": 1, "COORDINATE": 2}
"""How many leading digits of a hash choose the partition; the next one chooses the chunk in it."""
_READERS: Final[dict[str, Callable[[bytes], BloomFilter | HashPrefixes]]] = {
    "BLOOMFILTER": read_bloom_filter,
    "VARHASHLIST": read_hash_prefixes,
}


class DeviceSlices:
    """A folder of slices. Files are read when a certificate needs them.

    Args:
        read_file: Where the files are.
        name: What to call it in reports.
        fetched: When it was fetched, aware UTC.
        max_age: How long it is relied on from then, or from the latest date in `lists.json` where that is later.

    Raises:
        TrustListError: `revocation-list-unreadable`, when `lists.json` is.
    """

    __slots__ = ("_as_of", "_lists", "_max_age", "_read_file", "name")
    withdrawn: Final = NO_KEYS

    def __init__(
        self,
        read_file: ReadFile,
        *,
        name: str = "EU revocation slices",
        fetched: datetime | None = None,
        max_age: timedelta = MAX_AGE,
    ) -> None:
        self.name: Final = name
        self._max_age: Final = max_age
        self._read_file: Final = read_file
        lists = load_json(read_file, LISTS)
        self._lists: Final = _by_kid(lists)
        dates = [moment(one.get("lastUpdated")) for one in lists]
        self._as_of: Final = max([*dates, *([fetched] if fetched is not None else [])], default=None)

    def covers(self, query: RevocationQuery) -> bool:
        """It is for all issuers: a key that is not listed has nothing revoked."""
        return True

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """Look the certificate up, for a time (aware UTC). Never raises."""
        try:
            return self._answer(query, at)
        except VaxcertError as error:
            return RevocationAnswer.unknown(self.name, str(error))

    def _answer(self, query: RevocationQuery, at: datetime) -> RevocationAnswer:
        if not query.kid:
            return RevocationAnswer.unknown(
                self.name, "the list is ordered by keys, and that of the certificate is not given"
            )
        kid = urlsafe_b64encode(query.kid).decode().rstrip("=")
        listed = self._lists.get(kid)
        if listed is None:
            return self._not_revoked(self._as_of, at)
        hashes = [digest for kind in _types(listed) for digest in query_hashes(query, kind)]
        missing = missing_part(query, _types(listed)) if hashes else NOTHING_TO_NAME
        updated = moment(listed.get("lastUpdated"))
        if any(self._is_listed(kid, listed, digest, at) for digest in hashes):
            return RevocationAnswer.revoked(self.name, updated)
        if missing:
            return RevocationAnswer.unknown(self.name, missing)
        if at > moment(listed.get("expires")):
            return RevocationAnswer.unknown(self.name, "the list of the key has expired")
        return self._not_revoked(updated, at)

    def _not_revoked(self, as_of: datetime | None, at: datetime) -> RevocationAnswer:
        """While the folder is young enough; the keys in it may have changed long before."""
        outdated = RevocationAnswer.outdated(self.name, self._as_of, at=at, max_age=self._max_age)
        return outdated or RevocationAnswer.not_revoked(self.name, as_of)

    def _is_listed(self, kid: str, listed: dict[str, Any], digest: bytes, at: datetime) -> bool:
        mode = listed.get("mode")
        if type(mode) is not str or mode not in _COORDINATES:
            raise unreadable("a list of another mode than POINT, VECTOR and COORDINATE")
        count = _COORDINATES[mode]
        digits = digest.hex()
        wanted = tuple(digits[:count])
        chunk_name = digits[count]
        for partition in load_json(self._read_file, f"lists/{kid}/partitions.json"):
            if _coordinates(partition, count) == wanted:
                slices = self._slices(kid, partition, chunk_name, at)
                if any(one.might_contain(digest) for one in slices):
                    return True
        return False

    def _slices(
        self, kid: str, partition: dict[str, Any], chunk_name: str, at: datetime
    ) -> Iterator[BloomFilter | HashPrefixes]:
        identifier = partition.get("id")
        folder = f"lists/{kid}/partitions/{'null' if identifier is None else identifier}/chunks/{chunk_name}/slices"
        for expires, described in _members(_members(partition.get("chunks")).get(chunk_name, {})).items():
            if at <= moment(expires):
                row = _members(described)
                reader = _READERS.get(str(row.get("type")))
                if reader is None:
                    raise unreadable("a slice of another type than BLOOMFILTER and VARHASHLIST")
                yield reader(need(self._read_file, f"{folder}/{row.get('hash')}"))


def _by_kid(lists: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The lists by their key, in base64url without padding however it is written."""
    by_kid: dict[str, dict[str, Any]] = {}
    for one in lists:
        kid = str(one.get("kid")).rstrip("=").replace("+", "-").replace("/", "_")
        if kid in by_kid:
            raise unreadable("a key is listed twice")
        by_kid[kid] = one
    return by_kid


def _types(listed: dict[str, Any]) -> list[HashType]:
    types = listed.get("hashTypes")
    if type(types) is not list or not types:
        raise unreadable("a list without hash types")
    known = [kind for kind in EU_TYPES if kind in types]
    if len(known) != len(set(map(str, types))):
        raise unreadable("a list of another hash type")
    return known


def _coordinates(partition: dict[str, Any], count: int) -> tuple[str, ...]:
    found = tuple(partition.get(axis) for axis in ("x", "y")[:count])
    if any(type(one) is not str for one in found):
        raise unreadable("a partition without the coordinates that its mode has")
    return tuple(str(one).lower() for one in found)


def _members(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise unreadable("a partition is not made of chunks of slices")
    return value
