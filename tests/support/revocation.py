"""TEST revocation lists, and certificates as they know them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from vaxcert.adapters.signers import BareKeySigner
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.trust.anchors import Anchor, anchor_of
from vaxcert.trust.revocation import revocation_list
from vaxcert.trust.revocation.hashes import HashType, identifier_hash
from vaxcert.trust.revocation.header import Base, Change, ListDescription
from vaxcert.trust.revocation.query import RevocationQuery
from vaxcert.trust.revocation.revocation_list import RevocationDocument, RevocationList
from vaxcert.trust.revocation.sections import NEVER, SectionBuilder

ISSUED = datetime(2022, 6, 1, tzinfo=UTC)
AT = ISSUED + timedelta(hours=8)
DAY = (ISSUED.date() - datetime(1970, 1, 1, tzinfo=UTC).date()).days
IDENTIFIER = "URN:UVCI:01:VN:ABC123#X"
OTHER = "URN:UVCI:01:VN:OTHER"


@cache
def anchor_key(name: str = "a") -> BareKeySigner:
    """A TEST key for each name, the same in every run."""
    secret = int.from_bytes(hashlib.sha256(b"TEST " + name.encode()).digest(), "big") >> 1
    return BareKeySigner(ec.derive_private_key(secret, ec.SECP256R1()), deterministic=True)


def anchors(*signers: BareKeySigner) -> tuple[Anchor, ...]:
    return tuple(anchor_of(one.public_key) for one in signers or (anchor_key(),))


def description(**changes: object) -> ListDescription:
    fields: dict[str, object] = {
        "issuer": "TEST authority",
        "number": 1,
        "issued": ISSUED,
        "next_update": ISSUED + timedelta(days=1),
        "usable_until": ISSUED + timedelta(days=30),
        **changes,
    }
    return ListDescription(**fields)  # type: ignore[arg-type]


def sections(
    *entries: tuple[HashType, bytes, int], change: Change = Change.REVOKED
) -> list[tuple[Change, HashType, object]]:
    builders: dict[HashType, SectionBuilder] = {}
    for kind, digest, expiry in entries:
        builders.setdefault(kind, SectionBuilder()).add(digest, expiry)
    return [(change, kind, builder.build()) for kind, builder in builders.items()]


def identifiers(*texts: str, expiry: int = NEVER, change: Change = Change.REVOKED) -> list[object]:
    return list(
        sections(*((HashType.IDENTIFIER, identifier_hash(one), expiry) for one in texts), change=change)
    )


def list_bytes(
    parts: Iterable[object] | None = None, signers: Iterable[BareKeySigner] = (), **changes: object
) -> bytes:
    """A list that revokes `IDENTIFIER`, signed by the TEST anchor."""
    chosen = identifiers(IDENTIFIER) if parts is None else list(parts)
    return b"".join(
        revocation_list.write(description(**changes), chosen, list(signers) or [anchor_key()])  # type: ignore[arg-type]
    )


def read_bytes(
    data: bytes, pinned: Iterable[Anchor] | None = None, *, threshold: int = 1
) -> RevocationDocument:
    """Open a list that is in memory."""
    judges = anchors() if pinned is None else pinned
    return revocation_list.read(reader(data), len(data), judges, threshold=threshold)


def reader(data: bytes) -> revocation_list.ReadAt:
    return lambda start, length: data[start : start + length]


def document(parts: Iterable[object] | None = None, **changes: object) -> RevocationDocument:
    return read_bytes(list_bytes(parts, **changes))


def opened(parts: Iterable[object] | None = None, **changes: object) -> RevocationList:
    return RevocationList([document(parts, **changes)])


def on(base: RevocationDocument) -> Base:
    return Base(base.header.description.number, base.digest)


def query(*texts: str, **changes: object) -> RevocationQuery:
    fields: dict[str, object] = {
        "kid": bytes(range(8)),
        "algorithm": Algorithm.ES256,
        "signature": bytes(range(64)),
        "issuer": "VN",
        "identifiers": texts,
        **changes,
    }
    return RevocationQuery(**fields)  # type: ignore[arg-type]
