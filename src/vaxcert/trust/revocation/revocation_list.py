"""vaxcert's own revocation list: a signed header, an index it vouches for, and blocks the index vouches for.

Specified in `specs/revocation.md`. Opening reads the header and the index; a look-up reads the one block it needs and
checks it, so that damage anywhere is noticed when it matters. The bytes come through a function, wherever they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final, TypeAlias

from vaxcert.errors import Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_REVOCATION_HEADER_BYTES
from vaxcert.trust import signed_document
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.revocation import answers, header
from vaxcert.trust.revocation.hashes import HashType, query_hashes
from vaxcert.trust.revocation.header import Change, Header, ListDescription, SectionHeader, unreadable
from vaxcert.trust.revocation.query import RevocationAnswer, RevocationQuery
from vaxcert.trust.revocation.sections import BLOCK_BYTES, NEVER, BuiltSection, ReadBlock, Section
from vaxcert.trust.signed_document import DocumentSigner

MAGIC: Final = b"VAXREVO1"
_LENGTH_BYTES: Final = 4
_PREFIX_BYTES: Final = len(MAGIC) + _LENGTH_BYTES
_REASONS: Final = {
    Reason.TRUST_LIST_SIGNATURE: Reason.REVOCATION_LIST_SIGNATURE,
    Reason.TRUST_LIST_UNREADABLE: Reason.REVOCATION_LIST_UNREADABLE,
}

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
        ValueError: There is no signer.
    """
    ordered = sorted(sections, key=lambda one: one[:2])
    head = Header(
        description=description,
        sections=tuple(
            header.section_header(change, kind, built, hashlib.sha256(built.index).digest())
            for change, kind, built in ordered
        ),
    )
    document = signed_document.sign(header.encode(head), header.CONTENT_TYPE, signers)
    data = signed_document.write(document)
    parts = [MAGIC, len(data).to_bytes(_LENGTH_BYTES, "big"), data, *(built.index for *_, built in ordered)]
    parts.append(bytes(-sum(map(len, parts)) % BLOCK_BYTES))
    for *_, built in ordered:
        parts += built.blocks
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
    prefix = read_at(0, _PREFIX_BYTES)
    if len(prefix) < _PREFIX_BYTES or not recognises(prefix):
        raise unreadable("it does not begin as one")
    length = int.from_bytes(prefix[len(MAGIC) :], "big")
    if length > MAX_REVOCATION_HEADER_BYTES:
        raise unreadable(f"a header of {length} bytes, at most {MAX_REVOCATION_HEADER_BYTES} expected")
    content = _signed_content(read_at(_PREFIX_BYTES, length), anchors, threshold)
    head = header.decode(content)
    return RevocationDocument(
        head, hashlib.sha256(content).digest(), _sections(head, read_at, _PREFIX_BYTES + length, size)
    )


def read_bytes(data: bytes, anchors: Iterable[Anchor], *, threshold: int = 1) -> RevocationDocument:
    """Open a list that is in memory; see `read`."""
    return read(lambda start, length: data[start : start + length], len(data), anchors, threshold=threshold)


def _signed_content(data: bytes, anchors: Iterable[Anchor], threshold: int) -> bytes:
    try:
        document = signed_document.read(data, header.CONTENT_TYPE, limit=MAX_REVOCATION_HEADER_BYTES)
        signed_document.check(document, anchors, threshold=threshold)
    except TrustListError as error:
        reason = _REASONS.get(error.reason, error.reason)
        raise TrustListError(reason, f"revocation list: {error}") from None
    return document.content


def _sections(head: Header, read_at: ReadAt, start: int, size: int) -> dict[SectionKind, Section]:
    index_end = start + sum(section.index_bytes for section in head.sections)
    data_start = index_end + -index_end % BLOCK_BYTES
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
        self._revoked: Final = answers.revoked(self.name, self.description.issued)
        self._not_revoked: Final = answers.not_revoked(self.name, self.description.issued)

    @property
    def description(self) -> ListDescription:
        """What the newest list says of itself."""
        return self._newest_first[0].header.description

    @property
    def digest(self) -> bytes:
        """That of the newest list, by which its next delta names it."""
        return self._newest_first[0].digest

    @property
    def withdrawn(self) -> frozenset[bytes]:
        """Key identifiers (8 bytes) and certificate digests (32 bytes) of keys that are withdrawn."""
        return self.description.withdrawn

    def covers(self, query: RevocationQuery) -> bool:
        """Whether the list is responsible for the issuer; for a certificate without one it is."""
        return answers.is_responsible(query.issuer, self.description.countries)

    def answer(self, query: RevocationQuery, *, at: datetime) -> RevocationAnswer:
        """Look the certificate up, for a time (aware UTC). Never raises.

        An entry counts even when the list is stale, so that an open policy cannot accept what is known to be revoked.
        """
        try:
            return self._answer(query, at)
        except VaxcertError as error:
            return answers.unknown(self.name, str(error))

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
        day = answers.day_of(at)
        looked_up = False
        for hash_type in self._types:
            for digest in query_hashes(query, hash_type):
                looked_up = True
                expiry = self.expiry(hash_type, digest)
                if expiry is not None and (expiry == NEVER or expiry >= day):
                    return self._revoked
        if self._types and not looked_up:
            return answers.unknown(self.name, "the certificate has nothing that the list could name")
        if at > self.description.usable_until:
            return answers.unknown(
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
