"""The German revocation scheme (CovPass, Corona-Warn-App): CBOR files, each signed with COSE_Sign1.

    kid.lst                                     {kid: {type: count}}
    {kid}{type}/index.lst                       {byte 1: [time, count, {byte 2: [time, count]}]}
    {kid}{type}[/{byte 1}[/{byte 2}]]/chunk.lst [hash of 16 bytes]

with `kid`, `type` and bytes in hexadecimal. The apps take a file that is missing or wrongly signed for "not revoked";
here it is unknown.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import cbor2

from vaxcert.codec import cose
from vaxcert.crypto.keys import VerifyingKey, verifying_key
from vaxcert.errors import DecodeError, Reason, TrustListError, UnsupportedError, VaxcertError
from vaxcert.limits import MAX_CBOR_DEPTH
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import MAX_AGE
from vaxcert.trust.revocation.folders import ReadFile, need
from vaxcert.trust.revocation.hashes import HASH_BYTES, NOTHING_TO_NAME, HashType, missing_part, query_hashes
from vaxcert.trust.revocation.problems import unreadable, wrongly_signed
from vaxcert.trust.revocation.query import NO_KEYS, RevocationAnswer, RevocationQuery

KID_LIST: Final = "kid.lst"
_TYPES: Final = {0x0A: HashType.SIGNATURE, 0x0B: HashType.UCI, 0x0C: HashType.COUNTRYCODEUCI}


class GermanLists:
    """A folder of the German scheme. Files are read, and their signatures verified, when a certificate needs them.

    Args:
        read_file: Where the files are.
        anchors: The keys that may sign them; any one does.
        name: What to call it in reports.
        fetched: When it was fetched, aware UTC.
        max_age: How long it is relied on from then, or from the latest date of the key's index where that is later.

    Raises:
        TrustListError: `anchor-missing`; `revocation-list-unreadable` or `revocation-list-signature`, when `kid.lst`
            is missing, malformed or signed by another key.
    """

    __slots__ = ("_fetched", "_keys", "_kids", "_max_age", "_read_file", "name")
    withdrawn: Final = NO_KEYS

    def __init__(
        self,
        read_file: ReadFile,
        anchors: Iterable[Anchor],
        *,
        name: str = "German revocation list",
        fetched: datetime | None = None,
        max_age: timedelta = MAX_AGE,
    ) -> None:
        self.name: Final = name
        self._fetched: Final = fetched
        self._max_age: Final = max_age
        self._read_file: Final = read_file
        self._keys: Final = _usable(anchors)
        self._kids: Final = {
            _bytes(kid): {_type(number) for number in _map(types)}
            for kid, types in _map(self._load(KID_LIST)).items()
        }

    def covers(self, query: RevocationQuery) -> bool:
        """It is for all issuers: a key that is not listed has nothing revoked."""
        return True

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """Look the certificate up, for a time (aware UTC). Never raises. The entries do not expire."""
        try:
            return self._answer(query, at)
        except VaxcertError as error:
            return RevocationAnswer.unknown(self.name, str(error))

    def _answer(self, query: RevocationQuery, at: datetime) -> RevocationAnswer:
        if not query.kid:
            return RevocationAnswer.unknown(
                self.name, "the list is ordered by keys, and that of the certificate is not given"
            )
        types = self._kids.get(query.kid)
        if types is None:
            return self._not_revoked(self._fetched, at)
        dates: list[datetime] = []
        looked_up = False
        for number in sorted(types):
            folder = f"{query.kid.hex()}{number:02x}"
            for digest in query_hashes(query, _TYPES[number]):
                looked_up = True
                index = _map(self._load(f"{folder}/index.lst"))
                dates += [_time(row) for row in index.values()]
                if self._is_listed(folder, index, digest):
                    return RevocationAnswer.revoked(self.name, max(dates, default=self._fetched))
        missing = missing_part(query, [_TYPES[number] for number in types]) if looked_up else NOTHING_TO_NAME
        if missing:
            return RevocationAnswer.unknown(self.name, missing)
        return self._not_revoked(max(dates, default=self._fetched), at)

    def _not_revoked(self, as_of: datetime | None, at: datetime) -> RevocationAnswer:
        date = max((one for one in (as_of, self._fetched) if one is not None), default=None)
        outdated = RevocationAnswer.outdated(self.name, date, at=at, max_age=self._max_age)
        return outdated or RevocationAnswer.not_revoked(self.name, as_of)

    def _is_listed(self, folder: str, index: dict[Any, Any], digest: bytes) -> bool:
        row = _at(index, digest[0])
        if row is None:
            return False
        place = f"{folder}/{digest[0]:02x}"
        places = [place, folder]
        deeper = _map(row[2]) if len(row) > 2 else {}
        if deeper:
            if _at(deeper, digest[1]) is None:
                return False
            places.insert(0, f"{place}/{digest[1]:02x}")
        return digest in self._chunk(places, digest)

    def _chunk(self, places: list[str], digest: bytes) -> list[bytes]:
        """The finest chunk that is there: a coarser one has all hashes of the finer ones.

        Nothing signs where a chunk belongs, so its hashes have to begin with the bytes of its place.
        """
        names = [f"{place}/chunk.lst" for place in places]
        name = next((one for one in names if self._read_file(one) is not None), names[0])
        chunk = self._load(name)
        if type(chunk) is not list or any(type(one) is not bytes or len(one) != HASH_BYTES for one in chunk):
            raise unreadable(f"a chunk is not an array of hashes of {HASH_BYTES} bytes")
        beginning = digest[: name.count("/") - 1]
        if not all(one.startswith(beginning) for one in chunk):
            raise unreadable(f"{name} is the chunk of another place")
        return chunk

    def _load(self, name: str) -> Any:
        """The content of a file whose signature is right."""
        data = need(self._read_file, name)
        try:
            message = cose.read(data)
        except (DecodeError, UnsupportedError):
            raise unreadable(f"{name} is not a COSE_Sign1 message") from None
        covered = message.sig_structure()
        if not any(
            message.algorithm == key.algorithm and key.is_signature(message.signature, covered)
            for key in self._keys
        ):
            raise wrongly_signed(f"{name} is not signed by a pinned anchor")
        return _cbor(message.payload, name)


def _usable(anchors: Iterable[Anchor]) -> tuple[VerifyingKey, ...]:
    keys: list[VerifyingKey] = []
    for anchor in anchors:
        try:
            key = verifying_key(anchor.key)
        except UnsupportedError:
            continue
        if key.is_small:
            raise TrustListError(
                Reason.WEAK_SIGNATURE, f"an anchor is an RSA key of {key.bits} bits, at least 2048 expected"
            )
        keys.append(key)
    if not keys:
        raise TrustListError(
            Reason.ANCHOR_MISSING, "revocation list: its files are signed; name the key to judge them by"
        )
    return tuple(keys)


def _cbor(data: bytes, name: str) -> Any:
    """Decode a file; its maps have byte strings for keys, which certificates must not have."""
    source = io.BytesIO(data)
    try:
        value = cbor2.load(source, max_depth=MAX_CBOR_DEPTH, allow_duplicate_keys=False)
    except Exception:  # whatever the decoder raises becomes ours
        raise unreadable(f"{name} does not hold well-formed CBOR") from None
    if source.tell() != len(data):
        raise unreadable(f"bytes follow the CBOR value of {name}")
    return value


def _map(value: Any) -> dict[Any, Any]:
    if type(value) is not dict:
        raise unreadable("a map expected")
    return value


def _at(index: dict[Any, Any], byte: int) -> list[Any] | None:
    row = index.get(bytes((byte,)), index.get(byte))
    if row is not None and (type(row) is not list or len(row) < 2):
        raise unreadable("an index row is not an array of time and count")
    return row


def _bytes(value: Any) -> bytes:
    if type(value) is not bytes:
        raise unreadable("a key identifier is not bytes")
    return value


def _type(value: Any) -> int:
    number = value[0] if type(value) is bytes and len(value) == 1 else value
    if type(number) is not int or number not in _TYPES:
        raise unreadable("a hash type other than 0a, 0b and 0c")
    return number


def _time(row: Any) -> datetime:
    seconds = row[0] if type(row) is list and row else None
    if type(seconds) is not int:
        raise unreadable("an index row without a time")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise unreadable("an index row with an impossible time") from None
