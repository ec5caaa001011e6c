"""Revocation lists in vaxcert's own form (`specs/revocation.md`, sections 3 to 5), which can be wrong in every part."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from test_vectors.documents import ISSUED, NEXT_UPDATE, REVOCATION_LIST, USABLE_UNTIL, in_order, signed
from test_vectors.encoding import cbor

NEVER: Final = 65535
BLOCK: Final = 4096
FULL: Final = 585
Entries = Iterable[tuple[bytes, int]]


@dataclass(frozen=True)
class Section:
    """A section as it is written: index and blocks, and what the header says of it."""

    change: str
    kind: str
    bits: int
    entries: int
    index: bytes
    blocks: bytes

    def header(self, **changes: Any) -> dict[str, Any]:
        """Its part of the header."""
        return in_order(
            {
                "change": self.change,
                "type": self.kind,
                "bits": self.bits,
                "entries": self.entries,
                "blocks": len(self.blocks) // BLOCK,
                "index": hashlib.sha256(self.index).digest(),
                **changes,
            }
        )


def section(kind: str, entries: Entries, *, change: str = "revoked", bits: int = 40) -> Section:
    """A section of hashes and their last days."""
    latest: dict[int, int] = {}
    for whole, day in entries:
        fingerprint = int.from_bytes(whole, "big") >> (128 - bits)
        latest[fingerprint] = max(day, latest.get(fingerprint, 0))
    blocks: list[list[tuple[int, int]]] = []
    for fingerprint, day in sorted(latest.items()):
        if not blocks or len(blocks[-1]) == FULL or fingerprint - blocks[-1][0][0] >= 1 << 40:
            blocks.append([])
        blocks[-1].append((fingerprint, day))
    data = [_block(one) for one in blocks]
    index = b"".join(struct.pack(">Q", one[0][0]) for one in blocks)
    index += b"".join(hashlib.sha256(one).digest() for one in data)
    return Section(change, kind, bits, len(latest), index, b"".join(data))


def _block(entries: list[tuple[int, int]]) -> bytes:
    first = entries[0][0]
    full = entries + entries[-1:] * (FULL - len(entries))
    distances = b"".join((fingerprint - first).to_bytes(5, "big") for fingerprint, _ in full)
    return distances + b"".join(struct.pack(">H", day) for _, day in full) + b"\x00"


def header(*sections: Section, **changes: Any) -> bytes:
    """The signed content; `next_update=...` and so on change it."""
    members: dict[str, Any] = {
        "version": 1,
        "issuer": "TEST authority",
        "number": 7,
        "issued": ISSUED,
        "next-update": NEXT_UPDATE,
        "usable-until": USABLE_UNTIL,
        "countries": None,
        "withdrawn": [],
        "base": None,
        "sections": [one.header() for one in sections],
    }
    members |= {name.replace("_", "-"): value for name, value in changes.items()}
    return cbor({name: members[name] for name in sorted(members, key=cbor)})


def file(
    document: bytes, sections: Iterable[Section], *, padding: bytes | None = None, length: int | None = None
) -> bytes:
    """The file of a signed document and its sections."""
    parts = tuple(sections)
    front = b"VAXREVO1" + (len(document) if length is None else length).to_bytes(4, "big") + document
    front += b"".join(one.index for one in parts)
    missing = -len(front) % BLOCK
    return (
        front
        + (bytes(missing) if padding is None else padding * missing)
        + b"".join(one.blocks for one in parts)
    )


def revocation_list(*sections: Section, signers: tuple[str, ...], **changes: Any) -> bytes:
    """A whole list."""
    return file(signed(header(*sections, **changes), *signers, content_type=REVOCATION_LIST), sections)


def base(content: bytes, number: int) -> Mapping[str, Any]:
    """How a delta names its base."""
    return in_order({"number": number, "digest": hashlib.sha256(content).digest()})


def damaged(one: Section, *, at: int) -> Section:
    """The section with one bit of its blocks flipped."""
    return replace(one, blocks=one.blocks[:at] + bytes([one.blocks[at] ^ 1]) + one.blocks[at + 1 :])
