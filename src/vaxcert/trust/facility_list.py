"""The facility list: whose key attests dose records for which facilities and provinces, signed by anchors.

Specified in `specs/attestation.md`, sections 3 and 4. It is a document of its own kind, so that a key which may attest
records is never one that may sign certificates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any, Final
from unicodedata import is_normalized

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from vaxcert.codec import cbor
from vaxcert.crypto.keys import PublicKey, is_p256_key_info, verifying_key
from vaxcert.errors import DecodeError, Reason, StaleTrustListError, TrustListError, VaxcertError
from vaxcert.model.dose_record import DoseRecord
from vaxcert.trust import signed_document
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.document_members import (
    EditionLabel,
    Members,
    each,
    edition_members,
    expect,
    expect_edition,
    expect_size,
    expect_times,
    in_order,
    labelled,
    moment,
    optional,
    read_edition,
    read_members,
    required,
    seconds,
)
from vaxcert.trust.origin import Environment, ListOrigin
from vaxcert.trust.signed_editions import check_intended, origin_of

CONTENT_TYPE: Final = "application/vnd.vaxcert.facility-list+cbor"
FORMAT_VERSION: Final = 1
NAME: Final = "vaxcert facilities"
"""What the format is called in reports."""

MAX_CODE_CHARACTERS: Final = 40

_NONE: Final = frozenset[str]()


class Scope(StrEnum):
    """For whom somebody attests."""

    FACILITY = "facility"
    """For the doses of one place of vaccination."""

    PROVINCE = "province"
    """For the doses of all places of one province."""


@dataclass(frozen=True, slots=True)
class Attester:
    """Somebody who attests dose records: a place of vaccination, or the focal unit of a province.

    Attributes:
        scope: Which of the two.
        code: The platform's code of the facility or province, 1 to 40 printable characters in NFC without blanks
            around them.

    Raises:
        ValueError: The code has another form.
    """

    scope: Scope
    code: str

    def __post_init__(self) -> None:
        _expect_code(self.code)

    def __str__(self) -> str:
        return f"{self.scope} {self.code}"

    def speaks_for(self, record: DoseRecord) -> bool:
        """Whether it may attest a record: one of its own doses, as the record says."""
        of = record.facility_code if self.scope is Scope.FACILITY else record.province_code
        return of == self.code


class _List(IntEnum):
    ENTRIES = 8


class _Entry(IntEnum):
    KEY = 2
    NOT_BEFORE = 7
    NOT_AFTER = 8
    STATUS = 9
    FACILITIES = 10
    PROVINCES = 11


class _Status(IntEnum):
    TRUSTED = 0
    WITHDRAWN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityEntry:
    """One grant: what a key may attest. Several grants of one key do not add up.

    Attributes:
        key: SubjectPublicKeyInfo in DER.
        facilities: Codes of the facilities it attests for.
        provinces: Codes of the provinces it attests for; at least one of the two is not empty.
        not_before: The first moment at which it may sign, aware UTC, whole seconds; None for no limit.
        not_after: The last one, likewise.
        withdrawn: Whether the key has been withdrawn, with all it ever signed.

    Raises:
        ValueError: A value is not as described.
    """

    key: bytes = field(repr=False)
    facilities: frozenset[str] = _NONE
    provinces: frozenset[str] = _NONE
    not_before: datetime | None = None
    not_after: datetime | None = None
    withdrawn: bool = False

    def __post_init__(self) -> None:
        expect(self.facilities or self.provinces, "at least one facility or province")
        for codes in (self.facilities, self.provinces):
            expect_size(codes)
            for code in codes:
                _expect_code(code)
        expect_times(self.not_before, self.not_after)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the key, 32 bytes."""
        return hashlib.sha256(self.key).digest()

    @property
    def kid(self) -> bytes:
        """What the key's signatures call it (`vaxcert.trust.signed_document.key_identifier`)."""
        return self.digest[: signed_document.KEY_IDENTIFIER_BYTES]

    def names(self, attester: Attester) -> bool:
        """Whether it is for this facility or province."""
        return attester.code in (self.facilities if attester.scope is Scope.FACILITY else self.provinces)

    def is_in_date(self, at: datetime) -> bool:
        """Whether the key may sign at a time."""
        starts, ends = self.not_before, self.not_after
        return (starts is None or starts <= at) and (ends is None or at <= ends)

    def anchor(self) -> Anchor:
        """The key, to verify with.

        Raises:
            TrustListError: `trust-entry-unreadable` or `weak-signature`.
            UnsupportedError: `key-type`.
        """
        return anchor_of(_public_key(self.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityListContent:
    """What one edition of a facility list says. The order of entries means nothing.

    Attributes:
        issuer: As in `vaxcert.trust.own_list.TrustListContent`, like all that follow.
        number: Higher with each edition.
        issued: When it was made.
        next_update: When the next edition is due.
        usable_until: The last moment it may be relied on.
        environment: What its keys are for.
        entries: The grants.

    Raises:
        ValueError: A value is not as described.
    """

    issuer: str
    number: int
    issued: datetime
    next_update: datetime
    usable_until: datetime
    environment: Environment
    entries: tuple[FacilityEntry, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        expect_edition(self)
        expect_size(self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedFacilities:
    """What came of decoding a list: one bad entry never sinks the others.

    Attributes:
        content: The list, with the entries that could be read.
        entries: How many entries it has, whatever became of them.
        withdrawn: SHA-256 of every key that an entry withdraws, an unreadable one too.
        problems: One error for each entry that could not be read.
    """

    content: FacilityListContent
    entries: int
    withdrawn: frozenset[bytes]
    problems: tuple[TrustListError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityList:
    """A facility list whose signatures are good: what attestations are judged by.

    Attributes:
        origin: Name, number and dates.
        issuer: Who publishes it.
        environment: What its keys are for.
        digest: SHA-256 of its content, 32 bytes: the same for the same edition, whoever signed it.
        entries: How many entries it has, whatever became of them.
        withdrawn: SHA-256 of the keys that it withdraws.
        problems: One error for each entry that is not relied on.
    """

    origin: ListOrigin
    issuer: str
    environment: Environment
    digest: bytes
    entries: int
    withdrawn: frozenset[bytes] = field(repr=False)
    problems: tuple[VaxcertError, ...]
    _grants: Mapping[bytes, tuple[FacilityEntry, ...]] = field(repr=False)

    def grants(self, kid: bytes) -> tuple[FacilityEntry, ...]:
        """The grants of the keys that a signature may name. Different keys may share an identifier."""
        return self._grants.get(kid, ())

    def __len__(self) -> int:
        """How many grants can be relied on."""
        return sum(map(len, self._grants.values()))

    def check_usable(self, *, at: datetime) -> None:
        """Make sure that the list may be relied on at a time.

        Raises:
            StaleTrustListError: `stale-trust-list`, past `usable_until`.
        """
        until = self.origin.usable_until
        if until is not None and at > until:
            raise StaleTrustListError(self.origin.name, until, at)

    def is_overdue(self, *, at: datetime) -> bool:
        """Whether a newer edition is due."""
        return self.origin.next_update is not None and at > self.origin.next_update


def facility_entry(public_key: PublicKey, **limits: Any) -> FacilityEntry:
    """An entry for a public key.

    Args:
        public_key: The key.
        limits: Further attributes of `FacilityEntry`.

    Raises:
        UnsupportedError: `key-type`.
        ValueError: See `FacilityEntry`.
    """
    verifying_key(public_key)
    spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return FacilityEntry(key=spki, **limits)


def encode(content: FacilityListContent) -> bytes:
    """The one encoding of a list."""
    return cbor.dumps(
        labelled(
            *edition_members(content, FORMAT_VERSION),
            (_List.ENTRIES, in_order(map(_entry_map, content.entries))),
        )
    )


def decode(data: bytes) -> DecodedFacilities:
    """Decode a list whose signatures have been verified.

    Members that are not known are ignored, unless the list or the entry they are in names them critical.

    Args:
        data: The content of a signed document.

    Raises:
        TrustListError: `trust-list-unreadable`, when anything but single entries cannot be read.
    """
    try:
        return _decoded(read_members(cbor.loads(data), EditionLabel, _List))
    except (DecodeError, ValueError) as error:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"facility list: {error}") from None


def read(
    data: bytes,
    anchors: Iterable[Anchor],
    *,
    threshold: int = 1,
    expected: Environment | None = None,
    name: str = "",
) -> FacilityList:
    """Read a list, and judge it (`specs/attestation.md`, section 4). Whether it is fresh, `check_usable` says.

    Args:
        data: The signed document.
        anchors: The pinned keys to judge it by.
        threshold: How many different ones have to have signed it.
        expected: What its keys have to be for; None takes either.
        name: What to call it in reports.

    Raises:
        TrustListError: `anchor-missing`, `trust-list-unreadable`, `trust-list-signature`, `weak-signature`,
            `trust-list-threshold` or `trust-list-environment`.
    """
    document = signed_document.read(data, CONTENT_TYPE)
    signers = signed_document.check(document, anchors, threshold=threshold)
    decoded = decode(document.content)
    check_intended("the facility list", decoded.content.environment, expected=expected, signers=signers)
    return _judged(decoded, hashlib.sha256(document.content).digest(), name)


def _judged(decoded: DecodedFacilities, digest: bytes, name: str) -> FacilityList:
    content = decoded.content
    grants: dict[bytes, tuple[FacilityEntry, ...]] = {}
    problems: list[VaxcertError] = list(decoded.problems)
    for entry in content.entries:
        try:
            _check_key(entry.key)
        except VaxcertError as error:
            problems.append(type(error)(error.reason, f"{entry.kid.hex()}: {error}"))
        else:
            grants[entry.kid] = (*grants.get(entry.kid, ()), entry)
    return FacilityList(
        origin=origin_of(content, name=name or content.issuer, form=NAME),
        issuer=content.issuer,
        environment=content.environment,
        digest=digest,
        entries=decoded.entries,
        withdrawn=decoded.withdrawn,
        problems=tuple(problems),
        _grants=MappingProxyType(grants),
    )


def _check_key(info: bytes) -> None:
    """Make sure that a key can verify attestations. Loading it takes ten times as long."""
    if not is_p256_key_info(info):
        _public_key(info)


def _public_key(info: bytes) -> PublicKey:
    try:
        key = load_der_public_key(info)
        written = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # one bad key must never end a list, whatever the parser raises
        raise TrustListError(Reason.TRUST_ENTRY_UNREADABLE, "its public key cannot be read") from None
    bound = verifying_key(key)
    if written != info:
        raise TrustListError(Reason.TRUST_ENTRY_UNREADABLE, "its public key is not encoded in the usual way")
    if bound.is_small:
        raise TrustListError(
            Reason.WEAK_SIGNATURE, f"an RSA key of {bound.bits} bits, at least 2048 expected"
        )
    return key  # type: ignore[return-value]  # `verifying_key` takes no other


def _entry_map(entry: FacilityEntry) -> dict[int, Any]:
    return labelled(
        (_Entry.KEY, entry.key),
        (_Entry.NOT_BEFORE, seconds(entry.not_before)),
        (_Entry.NOT_AFTER, seconds(entry.not_after)),
        (_Entry.STATUS, int(_Status.WITHDRAWN) if entry.withdrawn else None),
        (_Entry.FACILITIES, in_order(entry.facilities) or None),
        (_Entry.PROVINCES, in_order(entry.provinces) or None),
    )


def _decoded(members: Members) -> DecodedFacilities:
    problems: list[TrustListError] = []
    entries = required(members, _List.ENTRIES, list)
    content = FacilityListContent(
        **read_edition(members, FORMAT_VERSION),
        entries=each(entries, _entry, "entry", problems),
    )
    return DecodedFacilities(
        content=content,
        entries=len(entries),
        withdrawn=frozenset().union(*map(_withdrawn, entries)),
        problems=tuple(problems),
    )


def _entry(value: Any) -> FacilityEntry:
    members = read_members(value, _Entry)
    status = optional(members, _Entry.STATUS, int)
    expect(status in (None, *_Status), "a status of 0 (trusted) or 1 (withdrawn)")
    return FacilityEntry(
        key=required(members, _Entry.KEY, bytes),
        facilities=_codes(optional(members, _Entry.FACILITIES, list)),
        provinces=_codes(optional(members, _Entry.PROVINCES, list)),
        not_before=moment(optional(members, _Entry.NOT_BEFORE, int)),
        not_after=moment(optional(members, _Entry.NOT_AFTER, int)),
        withdrawn=status == _Status.WITHDRAWN,
    )


def _withdrawn(value: Any) -> frozenset[bytes]:
    """The key that an entry withdraws, even when it cannot be read otherwise."""
    if type(value) is not dict or value.get(_Entry.STATUS) != _Status.WITHDRAWN:
        return frozenset()
    key = value.get(_Entry.KEY)
    return frozenset({hashlib.sha256(key).digest()}) if type(key) is bytes else frozenset()


def _codes(values: list[Any] | None) -> frozenset[str]:
    if values is None:
        return _NONE
    expect(values and all(type(one) is str for one in values), "codes of text, at least one,")
    return frozenset(values)


def _expect_code(code: str) -> None:
    expect(
        0 < len(code) <= MAX_CODE_CHARACTERS
        and code.isprintable()
        and code == code.strip()
        and is_normalized("NFC", code),
        f"a code of 1 to {MAX_CODE_CHARACTERS} printable characters in NFC, no blanks around them,",
    )
