"""vaxcert's own trust list: what it says, and its encoding. Specified in `specs/trust-list.md`, sections 3 to 5.

Content is one CBOR map, written in one way only (RFC 8949 section 4.2.1): equal lists have equal bytes, whatever the
order their entries were given in. Who signed it is the business of `vaxcert.trust.signed_document`; what an entry is
worth, that of `vaxcert.trust.formats.own`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vaxcert.codec import cbor
from vaxcert.crypto.keys import PublicKey, verifying_key
from vaxcert.crypto.signing_certificate import KEY_IDENTIFIER_BYTES, PURPOSE_NUMBER, SigningCertificate
from vaxcert.errors import DecodeError, Reason, TrustListError
from vaxcert.model.certificate import Kind
from vaxcert.model.countries import country_code
from vaxcert.trust.document_members import (
    MAX_NUMBER,
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
from vaxcert.trust.origin import Environment

CONTENT_TYPE: Final = "application/vnd.vaxcert.trust-list+cbor"
FORMAT_VERSION: Final = 1

DIGEST_BYTES: Final = 32
MAX_KEY_IDENTIFIER_BYTES: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
_DOMAIN: Final = re.compile("[!-~]{1,40}")
_MAX_COMPANIONS: Final = 64

_KIND_OF_NUMBER: Final = {number: kind for kind, number in PURPOSE_NUMBER.items()}


class _List(IntEnum):
    ENTRIES = 8
    WITHDRAWN = 9
    AUTHORITIES = 10
    COMPANIONS = 11


class _Entry(IntEnum):
    CERTIFICATE = 1
    KEY = 2
    KID = 3
    COUNTRY = 4
    KINDS = 5
    DOMAIN = 6
    NOT_BEFORE = 7
    NOT_AFTER = 8
    STATUS = 9


class _Status(IntEnum):
    TRUSTED = 0
    WITHDRAWN = 1


class _Companion(IntEnum):
    DIGEST = 1
    NUMBER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One signer: its certificate, or its bare public key with the identifier its certificates use.

    Limits narrow what the certificate allows and never widen it.

    Attributes:
        certificate: X.509 certificate in DER; or None.
        key: SubjectPublicKeyInfo in DER; or None. One of the two is there.
        kid: Key identifier of a bare key, 1 to 32 bytes; None for a certificate, whose identifier is derived.
        country: ISO 3166-1 alpha-2; None leaves it to the certificate.
        kinds: What it may sign; None leaves it to the certificate.
        domain: The trust domain it is limited to, or None.
        not_before: Aware UTC, whole seconds; None leaves it to the certificate.
        not_after: Likewise.
        withdrawn: Whether it has been withdrawn.

    Raises:
        ValueError: A value is not as described.
    """

    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    kid: bytes | None = None
    country: str | None = None
    kinds: frozenset[Kind] | None = None
    domain: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    withdrawn: bool = False

    def __post_init__(self) -> None:
        expect((self.certificate is None) != (self.key is None), "a certificate or a key, and not both")
        if self.key is None:
            expect(self.kid is None, "no key identifier beside a certificate")
        else:
            expect(
                self.kid is not None and 1 <= len(self.kid) <= MAX_KEY_IDENTIFIER_BYTES,
                f"a key identifier of 1 to {MAX_KEY_IDENTIFIER_BYTES} bytes beside a key",
            )
        expect(self.country is None or country_code(self.country), "a country of two capital letters")
        expect(self.kinds is None or self.kinds, "at least one kind")
        expect(self.domain is None or _DOMAIN.fullmatch(self.domain), "a domain of 1 to 40 ASCII characters")
        expect_times(self.not_before, self.not_after)

    @property
    def encoding(self) -> bytes:
        """The certificate or the key, in DER."""
        return self.certificate or self.key or b""

    @property
    def withdrawals(self) -> frozenset[bytes]:
        """What withdraws this signer on other lists too: its digest, and a bare key's identifier."""
        identifiers = {self.kid} if self.kid is not None and len(self.kid) == KEY_IDENTIFIER_BYTES else set()
        return frozenset({hashlib.sha256(self.encoding).digest(), *identifiers})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAuthority:
    """A signing authority (CSCA, SCA).

    Attributes:
        country: Whose signers it certifies, ISO 3166-1 alpha-2.
        certificate: Its certificate in DER.

    Raises:
        ValueError: The country is of another form.
    """

    country: str
    certificate: bytes = field(repr=False)

    def __post_init__(self) -> None:
        expect(country_code(self.country), "a country of two capital letters")


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """Another document that belongs with this edition of the list.

    Attributes:
        name: What it is: `revocation`, `rules`, ...
        digest: SHA-256 of the whole document, 32 bytes.
        number: Its own version number, or None.

    Raises:
        ValueError: A value is not as described.
    """

    name: str
    digest: bytes
    number: int | None = None

    def __post_init__(self) -> None:
        expect(_NAME.fullmatch(self.name), "a companion's name of 1 to 40 of a-z, 0-9, dot and hyphen")
        expect(len(self.digest) == DIGEST_BYTES, f"a companion's digest of {DIGEST_BYTES} bytes")
        expect(
            self.number is None or 0 <= self.number <= MAX_NUMBER, f"a companion's number up to {MAX_NUMBER}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustListContent:
    """What one edition of a trust list says. The order of entries, authorities and companions means nothing.

    Attributes:
        issuer: Who publishes the list, 1 to 200 printable characters.
        number: Its version number, from 1; each edition has a higher one than the last.
        issued: When it was made, aware UTC, whole seconds.
        next_update: When the next edition is due; not before `issued`.
        usable_until: The last moment it may be relied on; not before `next_update`.
        environment: What its keys are for.
        entries: The signers.
        unlisted_withdrawals: Digests (32 bytes) or key identifiers (8 bytes) of withdrawn signers that are not listed.
        authorities: Authorities; of a country that has any, certificates count only when one of them issued them.
        companions: Documents that belong with this edition, each name once.

    Raises:
        ValueError: A value is not as described.
    """

    issuer: str
    number: int
    issued: datetime
    next_update: datetime
    usable_until: datetime
    environment: Environment
    entries: tuple[ListEntry, ...] = field(default=(), repr=False)
    unlisted_withdrawals: frozenset[bytes] = field(default=frozenset(), repr=False)
    authorities: tuple[ListAuthority, ...] = field(default=(), repr=False)
    companions: tuple[Companion, ...] = ()

    def __post_init__(self) -> None:
        expect_edition(self)
        expect(
            all(len(one) in (KEY_IDENTIFIER_BYTES, DIGEST_BYTES) for one in self.unlisted_withdrawals),
            f"withdrawals of {KEY_IDENTIFIER_BYTES} or {DIGEST_BYTES} bytes",
        )
        names = {one.name for one in self.companions}
        expect(len(names) == len(self.companions) <= _MAX_COMPANIONS, "up to 64 companions, each name once")
        for part in (self.entries, self.unlisted_withdrawals, self.authorities):
            expect_size(part)

    @property
    def withdrawals(self) -> frozenset[bytes]:
        """All that the list withdraws: unlisted, and by entries that are withdrawn."""
        listed = (entry.withdrawals for entry in self.entries if entry.withdrawn)
        return self.unlisted_withdrawals.union(*listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedList:
    """What came of decoding a list: one bad entry never sinks the others.

    Attributes:
        content: The list, with the entries that could be read, in the order they were in.
        entries: How many entries it has, whatever became of them.
        problems: One error for each part that could not be read.
    """

    content: TrustListContent
    entries: int
    problems: tuple[TrustListError, ...]


def certificate_entry(certificate: SigningCertificate, **limits: Any) -> ListEntry:
    """An entry for a signing certificate.

    Args:
        certificate: The certificate.
        limits: Further attributes of `ListEntry`.

    Raises:
        UnsupportedError: `key-type`, for a key that signs no certificate of any kind.
        ValueError: See `ListEntry`.
    """
    verifying_key(certificate.public_key)
    return ListEntry(certificate=certificate.der, **limits)


def key_entry(public_key: PublicKey, kid: bytes, **limits: Any) -> ListEntry:
    """An entry for a bare public key, for programs that make lists of keys which have no certificate.

    Args:
        public_key: The key.
        kid: The identifier that its signatures carry.
        limits: Further attributes of `ListEntry`.

    Raises:
        UnsupportedError: `key-type`.
        ValueError: See `ListEntry`.
    """
    verifying_key(public_key)
    spki = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return ListEntry(key=spki, kid=kid, **limits)


def encode(content: TrustListContent) -> bytes:
    """The one encoding of a list.

    Raises:
        EncodeError: `value-not-encodable`.
    """
    return cbor.dumps(
        labelled(
            *edition_members(content, FORMAT_VERSION),
            (_List.ENTRIES, in_order(map(_entry_map, content.entries))),
            (_List.WITHDRAWN, in_order(content.unlisted_withdrawals) or None),
            (_List.AUTHORITIES, in_order(map(_authority_map, content.authorities)) or None),
            (_List.COMPANIONS, _companions_map(content.companions) or None),
        )
    )


def decode(data: bytes) -> DecodedList:
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
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"trust list: {error}") from None


def _entry_map(entry: ListEntry) -> dict[int, Any]:
    kinds = None if entry.kinds is None else sorted(PURPOSE_NUMBER[kind] for kind in entry.kinds)
    return labelled(
        (_Entry.CERTIFICATE, entry.certificate),
        (_Entry.KEY, entry.key),
        (_Entry.KID, entry.kid),
        (_Entry.COUNTRY, entry.country),
        (_Entry.KINDS, kinds),
        (_Entry.DOMAIN, entry.domain),
        (_Entry.NOT_BEFORE, seconds(entry.not_before)),
        (_Entry.NOT_AFTER, seconds(entry.not_after)),
        (_Entry.STATUS, int(_Status.WITHDRAWN) if entry.withdrawn else None),
    )


def _authority_map(authority: ListAuthority) -> dict[int, Any]:
    return labelled((_Entry.CERTIFICATE, authority.certificate), (_Entry.COUNTRY, authority.country))


def _companions_map(companions: Iterable[Companion]) -> dict[str, Any]:
    return {
        one.name: labelled((_Companion.DIGEST, one.digest), (_Companion.NUMBER, one.number))
        for one in sorted(companions, key=lambda one: cbor.dumps(one.name))
    }


def _decoded(members: Members) -> DecodedList:
    problems: list[TrustListError] = []
    entries = required(members, _List.ENTRIES, list)
    unlisted = each(optional(members, _List.WITHDRAWN, list), _withdrawal, "withdrawal", problems)
    content = TrustListContent(
        **read_edition(members, FORMAT_VERSION),
        entries=each(entries, _entry, "entry", problems),
        unlisted_withdrawals=frozenset(unlisted).union(*map(_withdrawn_unread, entries)),
        authorities=each(optional(members, _List.AUTHORITIES, list), _authority, "authority", problems),
        companions=_companions(optional(members, _List.COMPANIONS, dict)),
    )
    return DecodedList(content=content, entries=len(entries), problems=tuple(problems))


def _entry(value: Any) -> ListEntry:
    members = read_members(value, _Entry)
    return ListEntry(
        certificate=optional(members, _Entry.CERTIFICATE, bytes),
        key=optional(members, _Entry.KEY, bytes),
        kid=optional(members, _Entry.KID, bytes),
        country=optional(members, _Entry.COUNTRY, str),
        kinds=_kinds(optional(members, _Entry.KINDS, list)),
        domain=optional(members, _Entry.DOMAIN, str),
        not_before=moment(optional(members, _Entry.NOT_BEFORE, int)),
        not_after=moment(optional(members, _Entry.NOT_AFTER, int)),
        withdrawn=_is_withdrawn(optional(members, _Entry.STATUS, int)),
    )


def _withdrawn_unread(value: Any) -> frozenset[bytes]:
    """What an entry withdraws that says so and cannot be read otherwise."""
    if type(value) is not dict or value.get(_Entry.STATUS) != _Status.WITHDRAWN:
        return frozenset()
    try:
        _entry(value)
    except ValueError:
        encodings = (value.get(_Entry.CERTIFICATE), value.get(_Entry.KEY))
        return frozenset(hashlib.sha256(one).digest() for one in encodings if type(one) is bytes)
    return frozenset()


def _authority(value: Any) -> ListAuthority:
    members = read_members(value, _Entry)
    return ListAuthority(
        certificate=required(members, _Entry.CERTIFICATE, bytes),
        country=required(members, _Entry.COUNTRY, str),
    )


def _withdrawal(value: Any) -> bytes:
    if type(value) is not bytes or len(value) not in (KEY_IDENTIFIER_BYTES, DIGEST_BYTES):
        raise ValueError(f"{KEY_IDENTIFIER_BYTES} or {DIGEST_BYTES} bytes expected")
    return value


def _companions(value: dict[Any, Any] | None) -> tuple[Companion, ...]:
    companions = []
    for name, one in (value or {}).items():
        expect(type(name) is str, "a companion's name of text")
        members = read_members(one, _Companion)
        digest = required(members, _Companion.DIGEST, bytes)
        number = optional(members, _Companion.NUMBER, int)
        companions.append(Companion(name=name, digest=digest, number=number))
    return tuple(companions)


def _kinds(numbers: list[Any] | None) -> frozenset[Kind] | None:
    """The kinds by their numbers in HCERT appendix A.4. What is not known is not granted either."""
    if numbers is None:
        return None
    expect(all(type(number) is int for number in numbers), "kinds by their numbers")
    return frozenset(_KIND_OF_NUMBER[number] for number in numbers if number in _KIND_OF_NUMBER)


def _is_withdrawn(status: int | None) -> bool:
    expect(status in (None, _Status.TRUSTED, _Status.WITHDRAWN), "a status of 0 (trusted) or 1 (withdrawn)")
    return status == _Status.WITHDRAWN
