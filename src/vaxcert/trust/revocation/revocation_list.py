"""vaxcert's own revocation list: a signed header, an index it vouches for, and blocks the index vouches for.

Specified in `specs/revocation.md`. Opening reads the header and the index; a look-up reads the one block it needs and
checks it, so that damage anywhere is noticed when it matters. The bytes come through a function, wherever they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeAlias

from vaxcert.errors import Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_REVOCATION_HEADER_BYTES
from vaxcert.trust import signed_document
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.revocation import header
from vaxcert.trust.revocation.coverage import is_responsible
from vaxcert.trust.revocation.hashes import NOTHING_TO_NAME, HashType, missing_part, query_hashes
from vaxcert.trust.revocation.header import Change, Header, ListDescription, SectionHeader
from vaxcert.trust.revocation.problems import of_revocation_list, unreadable
from vaxcert.trust.revocation.query import RevocationAnswer, RevocationQuery
from vaxcert.trust.revocation.sections import BLOCK_BYTES, NEVER, BuiltSection, ReadBlock, Section, day_of
from vaxcert.trust.signed_document import DocumentSigner, SignedDocument

MAGIC: Final = b"VAXREVO1"
_LENGTH_BYTES: Final = 4
_PREFIX_BYTES: Final = len(MAGIC) + _LENGTH_BYTES
_PIECE_BYTES: Final = 256 * BLOCK_BYTES

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""Gives the bytes at an offset: as many as asked for, or fewer at the end. May raise `VaxcertError`."""

SectionKind: TypeAlias = tuple[Change, HashType]


def recognises(data: bytes) -> bool:
    """Whether it begins as a revocation list of vaxcert. Never raises."""
    return data.startswith(MAGIC)


@dataclass(frozen=True, slots=True)
class RevocationDocument:
    """One list, full or delta, whose header was signed by the anchors.

    Attributes:
        header: The signed header.
        digest: SHA-256 of the signed content, by which a delta names its base.
        sections: To look up in.
    """

    header: Header
    digest: bytes
    sections: dict[SectionKind, Section] = field(repr=False)

    def find(self, change: Change, hash_type: HashType, digest: bytes) -> int | None:
        """The last day on which the entry of a hash counts, or None where it is not listed.

        Raises:
            TrustListError: `revocation-list-unreadable`, when the block is damaged.
        """
        section = self.sections.get((change, hash_type))
        return None if section is None else section.find(digest)

    def check(self) -> None:
        """Read all of it, and compare every block with the signed index.

        Raises:
            TrustListError: `revocation-list-unreadable`, when a block is damaged.
        """
        for section in self.sections.values():
            section.check()


def write(
    description: ListDescription,
    sections: Iterable[tuple[Change, HashType, BuiltSection]],
    signers: Iterable[DocumentSigner],
) -> list[bytes]:
    """Make a list.

    Args:
        description: What it says of itself.
        sections: Each of another kind.
        signers: The anchors that sign it.

    Returns:
        The parts of the file, in their order. The same arguments give the same bytes, where the signers' do.

    Raises:
        ValueError: There is no signer, or more is withdrawn and signed than a header has room for.
        UnsupportedError: `key-type`.
    """
    ordered = sorted(sections, key=lambda one: one[:2])
    head = Header(
        description=description,
        sections=tuple(
            header.section_header(change, kind, built, hashlib.sha256(built.index).digest())
            for change, kind, built in ordered
        ),
    )
    signed = signed_document.sign(header.encode(head), header.CONTENT_TYPE, signers)
    parts = _front(signed, [built.index for *_, built in ordered])
    for *_, built in ordered:
        parts += built.blocks
    return parts


def _front(signed: SignedDocument, indexes: Iterable[bytes]) -> list[bytes]:
    """All that comes before the blocks."""
    data = signed_document.write(signed)
    if len(data) > MAX_REVOCATION_HEADER_BYTES:
        raise ValueError(f"a header of {len(data)} bytes, at most {MAX_REVOCATION_HEADER_BYTES} expected")
    parts = [MAGIC, len(data).to_bytes(_LENGTH_BYTES, "big"), data, *indexes]
    parts.append(bytes(-sum(map(len, parts)) % BLOCK_BYTES))
    return parts


def read(read_at: ReadAt, size: int, anchors: Iterable[Anchor], *, threshold: int = 1) -> RevocationDocument:
    """Open a list: check its signatures and its index. The blocks are checked when they are needed.

    Args:
        read_at: Where its bytes are.
        size: How many there are.
        anchors: The pinned keys to judge it by.
        threshold: How many different ones have to have signed it.

    Raises:
        TrustListError: `revocation-list-unreadable`, `revocation-list-signature`, `trust-list-threshold`,
            `anchor-missing` or `weak-signature`.
    """
    signed, end = _signed_part(read_at)
    try:
        signed_document.check(signed, anchors, threshold=threshold)
    except TrustListError as error:
        raise of_revocation_list(error) from None
    return _document(signed, read_at, end, size)


def read_unjudged(read_at: ReadAt, size: int) -> tuple[SignedDocument, RevocationDocument]:
    """Open a list without judging its signatures, to show it to somebody who is asked to sign it too.

    Args:
        read_at: Where its bytes are.
        size: How many there are.

    Returns:
        The signed part, and what it says.

    Raises:
        TrustListError: `revocation-list-unreadable`.
    """
    signed, end = _signed_part(read_at)
    return signed, _document(signed, read_at, end, size)


def with_signatures(read_at: ReadAt, signed: SignedDocument) -> Iterator[bytes]:
    """The bytes of a list under other signatures over the same content, in pieces.

    Args:
        read_at: Where the bytes of the list are, as it is.
        signed: Its signed part, with the signatures it is to have.

    Raises:
        TrustListError: `revocation-list-unreadable`, when the list is cut short meanwhile.
        ValueError: A header has no room for so many.
    """
    _, start = _signed_part(read_at)
    head = header.decode(signed.content)
    index_bytes = sum(section.index_bytes for section in head.sections)
    yield from _front(signed, [_exactly(read_at, start, index_bytes)])
    at = _aligned(start + index_bytes)
    end = at + BLOCK_BYTES * sum(section.blocks for section in head.sections)
    for place in range(at, end, _PIECE_BYTES):
        yield _exactly(read_at, place, min(_PIECE_BYTES, end - place))


def _exactly(read_at: ReadAt, start: int, length: int) -> bytes:
    data = read_at(start, length)
    if len(data) != length:
        raise unreadable("it is cut short")
    return data


def _aligned(place: int) -> int:
    """Where the blocks begin, after whatever ends at a place."""
    return place + -place % BLOCK_BYTES


def _signed_part(read_at: ReadAt) -> tuple[SignedDocument, int]:
    """The signed document, as received, and where it ends."""
    prefix = read_at(0, _PREFIX_BYTES)
    if len(prefix) < _PREFIX_BYTES or not recognises(prefix):
        raise unreadable("it does not begin as one")
    length = int.from_bytes(prefix[len(MAGIC) :], "big")
    if length > MAX_REVOCATION_HEADER_BYTES:
        raise unreadable(f"a header of {length} bytes, at most {MAX_REVOCATION_HEADER_BYTES} expected")
    data = read_at(_PREFIX_BYTES, length)
    try:
        signed = signed_document.read(data, header.CONTENT_TYPE, limit=MAX_REVOCATION_HEADER_BYTES)
    except TrustListError as error:
        raise of_revocation_list(error) from None
    return signed, _PREFIX_BYTES + length


def _document(signed: SignedDocument, read_at: ReadAt, end: int, size: int) -> RevocationDocument:
    head = header.decode(signed.content)
    return RevocationDocument(
        head, hashlib.sha256(signed.content).digest(), _sections(head, read_at, end, size)
    )


def _sections(head: Header, read_at: ReadAt, start: int, size: int) -> dict[SectionKind, Section]:
    index_end = start + sum(section.index_bytes for section in head.sections)
    data_start = _aligned(index_end)
    expected = data_start + BLOCK_BYTES * sum(section.blocks for section in head.sections)
    if size != expected:
        raise unreadable(f"{size} bytes, {expected} expected")
    found: dict[SectionKind, Section] = {}
    for section in head.sections:
        index = _index(section, read_at(start, section.index_bytes))
        blocks = _block_reader(read_at, data_start)
        found[section.change, section.hash_type] = Section(section.bits, index, blocks)
        start += section.index_bytes
        data_start += section.blocks * BLOCK_BYTES
    return found


def _index(section: SectionHeader, index: bytes) -> bytes:
    if hashlib.sha256(index).digest() != section.index_digest:
        raise unreadable(f"the index of section {section.hash_type} is damaged")
    return index


def _block_reader(read_at: ReadAt, start: int) -> ReadBlock:
    return lambda number: read_at(start + number * BLOCK_BYTES, BLOCK_BYTES)


class RevocationList:
    """A full list and the deltas that go on from it, asked as one.

    The newest word on an entry counts: a delta that restores it, or that gives it another expiry, overrules what is
    older. Dates are those of the newest list.

    Args:
        documents: One full list and its deltas, in any order.
        name: What to call it in reports; the issuer's name by default.

    Raises:
        TrustListError: `revocation-list-unreadable`, when they do not make one chain;
            `trust-list-rollback`, when a delta is older than what it goes on from.
        ValueError: There is none.
    """

    __slots__ = ("_newest_first", "_not_revoked", "_revoked", "_types", "name")

    def __init__(self, documents: Iterable[RevocationDocument], *, name: str = "") -> None:
        chain = _chained(sorted(documents, key=_place_in_chain))
        self._newest_first: Final = tuple(reversed(chain))
        self._types: Final = sorted(
            {kind for one in chain for change, kind in one.sections if change is Change.REVOKED}
        )
        self.name: Final = name or self.description.issuer
        self._revoked: Final = RevocationAnswer.revoked(self.name, self.description.issued)
        self._not_revoked: Final = RevocationAnswer.not_revoked(self.name, self.description.issued)

    @property
    def description(self) -> ListDescription:
        """What the newest list says of itself."""
        return self._newest_first[0].header.description

    @property
    def entries(self) -> int:
        """How many entries the full list and its deltas revoke; what deltas restored is not taken off."""
        return sum(
            section.entries
            for document in self._newest_first
            for section in document.header.sections
            if section.change is Change.REVOKED
        )

    @property
    def deltas(self) -> int:
        """How many deltas go on from the full list."""
        return len(self._newest_first) - 1

    @property
    def digest(self) -> bytes:
        """That of the newest list, by which its next delta names it."""
        return self._newest_first[0].digest

    @property
    def withdrawn(self) -> frozenset[bytes]:
        """Key identifiers (8 bytes) and certificate digests (32 bytes) of keys that are withdrawn."""
        return self.description.withdrawn

    def covers(self, query: RevocationQuery) -> bool:
        """Whether the list is responsible for the issuer."""
        return is_responsible(query, self.description.countries)

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """Look the certificate up, for a time (aware UTC). Never raises.

        An entry counts even when the list is stale, so that an open policy cannot accept what is known to be revoked.
        """
        try:
            return self._answer(query, at)
        except VaxcertError as error:
            return RevocationAnswer.unknown(self.name, str(error))

    def expiry(self, hash_type: HashType, digest: bytes) -> int | None:
        """The last day on which a hash is revoked, or `NEVER`; None where it is not listed, or restored.

        Raises:
            TrustListError: `revocation-list-unreadable`, when a block is damaged.
        """
        for document in self._newest_first:
            expiry = document.find(Change.REVOKED, hash_type, digest)
            if expiry is not None:
                return expiry
            if document.find(Change.RESTORED, hash_type, digest) is not None:
                return None
        return None

    def _answer(self, query: RevocationQuery, at: datetime) -> RevocationAnswer:
        day = day_of(at)
        looked_up = False
        for hash_type in self._types:
            for digest in query_hashes(query, hash_type):
                looked_up = True
                expiry = self.expiry(hash_type, digest)
                if expiry is not None and (expiry == NEVER or expiry >= day):
                    return self._revoked
        missing = missing_part(query, self._types) if looked_up or not self._types else NOTHING_TO_NAME
        if missing:
            return RevocationAnswer.unknown(self.name, missing)
        if at > self.description.usable_until:
            return RevocationAnswer.unknown(
                self.name, f"the list was usable until {self.description.usable_until:%Y-%m-%dT%H:%M:%SZ}"
            )
        return self._not_revoked

    def __repr__(self) -> str:
        return f"<RevocationList {self.description.number}>"


def _place_in_chain(document: RevocationDocument) -> tuple[bool, int]:
    description = document.header.description
    return description.base is not None, description.number


def _chained(documents: Sequence[RevocationDocument]) -> Sequence[RevocationDocument]:
    if not documents:
        raise ValueError("a revocation list needs at least one document")
    if documents[0].header.description.base is not None:
        raise unreadable("a delta without the full list it goes on from")
    for older, newer in pairwise(documents):
        _check_link(older, newer)
    return documents


def _check_link(older: RevocationDocument, newer: RevocationDocument) -> None:
    was, now = older.header.description, newer.header.description
    if now.base is None:
        raise unreadable("two full lists where one and its deltas are expected")
    if now.number <= was.number or now.issued < was.issued:
        raise TrustListError(
            Reason.TRUST_LIST_ROLLBACK,
            f"revocation list: delta {now.number} is not newer than list {was.number} it is put on",
        )
    if now.base.number != was.number or now.base.digest != older.digest:
        raise unreadable(f"delta {now.number} goes on from another list than {was.number}")
    if (now.issuer, now.countries) != (was.issuer, was.countries):
        raise unreadable(f"delta {now.number} has another issuer or other countries than list {was.number}")
