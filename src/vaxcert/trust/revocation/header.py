"""What a vaxcert revocation list says of itself: the signed part, from which everything else follows.

Specified in `specs/revocation.md`, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from vaxcert.codec import cbor
from vaxcert.errors import DecodeError
from vaxcert.trust.revocation.hashes import HashType
from vaxcert.trust.revocation.problems import unreadable
from vaxcert.trust.revocation.sections import (
    BLOCK_ENTRIES,
    DIGEST_BYTES,
    INDEX_ENTRY_BYTES,
    MAX_BITS,
    BuiltSection,
)

CONTENT_TYPE: Final = "application/vnd.vaxcert.revocation-list+cbor"

MAX_NUMBER: Final = 2**53 - 1
"""What every programming language counts to without loss."""

_VERSION: Final = 1
_MAX_CHARACTERS: Final = 200
_MAX_SECONDS: Final = 253402300799  # the last of the year 9999
_KEY_BYTES: Final = frozenset({8, 32})
_Item = TypeVar("_Item")

_FIELDS: Final = frozenset(
    {
        "version",
        "issuer",
        "number",
        "issued",
        "next-update",
        "usable-until",
        "countries",
        "withdrawn",
        "base",
        "sections",
    }
)


class Change(StrEnum):
    """What a section does to the entries it holds."""

    REVOKED = "revoked"
    RESTORED = "restored"
    """Of a delta only: revoked by an earlier list, and no longer."""


@dataclass(frozen=True, slots=True)
class Base:
    """The list that a delta goes on from.

    Attributes:
        number: Its number.
        digest: SHA-256 of its signed content, 32 bytes.
    """

    number: int
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionHeader:
    """One section.

    Attributes:
        change: Whether its entries are revoked or restored.
        hash_type: What its hashes are of.
        bits: Of a fingerprint.
        entries: How many it has.
        blocks: How many blocks they take.
        index_digest: SHA-256 of its index, 32 bytes.
    """

    change: Change
    hash_type: HashType
    bits: int
    entries: int
    blocks: int
    index_digest: bytes

    @property
    def index_bytes(self) -> int:
        """Length of its index."""
        return self.blocks * INDEX_ENTRY_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDescription:
    """What the maker of a list decides.

    Attributes:
        issuer: Who makes the list, 1 to 200 printable characters; the same on a list and its deltas.
        number: Higher with each edition, from 1.
        issued: When it was made, aware UTC, whole seconds.
        next_update: When the next edition is due; not before `issued`.
        usable_until: The last moment it may be relied on; not before `next_update`.
        countries: Whom it is responsible for, as issuers (`iss`) of 1 to 200 printable characters, or None for all.
        withdrawn: Key identifiers (8 bytes) or certificate digests (32 bytes) of keys that are withdrawn.
        base: The list a delta goes on from; None for a full list.

    Raises:
        ValueError: A value is not as described.
    """

    issuer: str
    number: int
    issued: datetime
    next_update: datetime
    usable_until: datetime
    countries: frozenset[str] | None = None
    withdrawn: frozenset[bytes] = frozenset()
    base: Base | None = None

    def __post_init__(self) -> None:
        _expect(_is_name(self.issuer), f"an issuer of 1 to {_MAX_CHARACTERS} printable characters")
        _expect(1 <= self.number <= MAX_NUMBER, f"a number from 1 to {MAX_NUMBER}")
        for moment in (self.issued, self.next_update, self.usable_until):
            _expect(
                moment.tzinfo is not None and not moment.microsecond, "times with a zone, in whole seconds"
            )
            _expect(0 <= moment.timestamp() <= _MAX_SECONDS, "times from 1970 to 9999")
        _expect(
            self.issued <= self.next_update <= self.usable_until,
            "issued, next-update and usable-until in this order",
        )
        _expect(
            self.countries is None or (self.countries and all(map(_is_name, self.countries))),
            f"at least one country, each of 1 to {_MAX_CHARACTERS} printable characters,",
        )
        _expect(
            all(len(one) in _KEY_BYTES for one in self.withdrawn),
            "withdrawn key identifiers (8 bytes) and digests (32 bytes)",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The signed part of a list.

    Attributes:
        description: What its maker decided.
        sections: In the order of their indexes and blocks in the file.
    """

    description: ListDescription
    sections: tuple[SectionHeader, ...]


def section_header(
    change: Change, hash_type: HashType, section: BuiltSection, index_digest: bytes
) -> SectionHeader:
    """The header of a section that has been built."""
    return SectionHeader(
        change=change,
        hash_type=hash_type,
        bits=section.bits,
        entries=section.entries,
        blocks=len(section.blocks),
        index_digest=index_digest,
    )


def encode(header: Header) -> bytes:
    """The signed content, in the one encoding it has (RFC 8949 section 4.2.1)."""
    one = header.description
    return cbor.dumps(
        _ordered(
            {
                "version": _VERSION,
                "issuer": one.issuer,
                "number": one.number,
                "issued": _seconds(one.issued),
                "next-update": _seconds(one.next_update),
                "usable-until": _seconds(one.usable_until),
                "countries": None if one.countries is None else sorted(one.countries),
                "withdrawn": sorted(one.withdrawn),
                "base": one.base and _ordered({"number": one.base.number, "digest": one.base.digest}),
                "sections": [_section(section) for section in header.sections],
            }
        )
    )


def decode(content: bytes) -> Header:
    """Read the signed content.

    Raises:
        TrustListError: `revocation-list-unreadable`.
    """
    try:
        fields = _Fields(cbor.loads(content), _FIELDS)
    except DecodeError as error:
        raise unreadable(str(error)) from None
    if fields.number("version", _VERSION) != _VERSION:
        raise unreadable("another version than 1")
    header = Header(
        description=_description(fields), sections=tuple(map(_read_section, fields.items("sections")))
    )
    if encode(header) != content:
        raise unreadable("its encoding is not the one it has to have (RFC 8949 section 4.2.1)")
    _check_sections(header)
    return header


class _Fields:
    """A CBOR map whose fields are taken by name and type."""

    def __init__(self, value: Any, names: frozenset[str]) -> None:
        if type(value) is not dict or value.keys() != names:
            raise unreadable(f"a map of {', '.join(sorted(names))} expected")
        self._value: Mapping[str, Any] = value

    def number(self, name: str, highest: int) -> int:
        value = self._value[name]
        if type(value) is not int or not 0 <= value <= highest:
            raise unreadable(f"{name} is not a number from 0 to {highest}")
        return value

    def moment(self, name: str) -> datetime:
        return datetime.fromtimestamp(self.number(name, _MAX_SECONDS), UTC)

    def text(self, name: str) -> str:
        value = self._value[name]
        if type(value) is not str:
            raise unreadable(f"{name} is not a text")
        return value

    def digest(self, name: str) -> bytes:
        value = self._value[name]
        if type(value) is not bytes or len(value) != DIGEST_BYTES:
            raise unreadable(f"{name} is not {DIGEST_BYTES} bytes")
        return value

    def items(self, name: str) -> list[Any]:
        value = self._value[name]
        if type(value) is not list:
            raise unreadable(f"{name} is not an array")
        return value

    def set_of(self, kind: type[_Item], name: str) -> frozenset[_Item]:
        values = self.items(name)
        if any(type(one) is not kind for one in values):
            raise unreadable(f"{name} holds other than {kind.__name__}")
        return frozenset(values)

    def optional(self, name: str) -> Any:
        return self._value[name]


def _description(fields: _Fields) -> ListDescription:
    try:
        return ListDescription(
            issuer=fields.text("issuer"),
            number=fields.number("number", MAX_NUMBER),
            issued=fields.moment("issued"),
            next_update=fields.moment("next-update"),
            usable_until=fields.moment("usable-until"),
            countries=None if fields.optional("countries") is None else fields.set_of(str, "countries"),
            withdrawn=fields.set_of(bytes, "withdrawn"),
            base=None if fields.optional("base") is None else _base(fields.optional("base")),
        )
    except ValueError as error:
        raise unreadable(str(error)) from None


def _base(value: Any) -> Base:
    fields = _Fields(value, frozenset({"number", "digest"}))
    return Base(fields.number("number", MAX_NUMBER), fields.digest("digest"))


def _read_section(value: Any) -> SectionHeader:
    names = frozenset({"change", "type", "bits", "entries", "blocks", "index"})
    fields = _Fields(value, names)
    return SectionHeader(
        change=_member(Change, fields.text("change")),
        hash_type=_member(HashType, fields.text("type")),
        bits=fields.number("bits", MAX_BITS),
        entries=fields.number("entries", MAX_NUMBER),
        blocks=fields.number("blocks", MAX_NUMBER),
        index_digest=fields.digest("index"),
    )


def _member(kind: Any, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise unreadable(f"none of {', '.join(kind)}") from None


def _check_sections(header: Header) -> None:
    seen = {(section.change, section.hash_type) for section in header.sections}
    if len(seen) != len(header.sections):
        raise unreadable("two sections are of one kind")
    if header.description.base is None and any(change is Change.RESTORED for change, _ in seen):
        raise unreadable("a full list restores entries, which only a delta does")
    for section in header.sections:
        if not (section.bits and section.blocks <= section.entries <= section.blocks * BLOCK_ENTRIES):
            raise unreadable("a section has more or fewer entries than its blocks can hold")


def _section(section: SectionHeader) -> dict[str, Any]:
    return _ordered(
        {
            "change": str(section.change),
            "type": str(section.hash_type),
            "bits": section.bits,
            "entries": section.entries,
            "blocks": section.blocks,
            "index": section.index_digest,
        }
    )


def _ordered(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The map with its keys in the order of their encodings."""
    keys: Iterable[str] = sorted(fields, key=cbor.dumps)
    return {key: fields[key] for key in keys}


def _is_name(text: str) -> bool:
    return 1 <= len(text) <= _MAX_CHARACTERS and text.isprintable()


def _expect(condition: object, expected: str) -> None:
    if not condition:
        raise ValueError(f"{expected} expected")


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
