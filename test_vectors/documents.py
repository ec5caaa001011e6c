"""Signed documents (`specs/trust-list.md`, section 2) that can be wrong in every part, and contents of trust lists."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from test_vectors.builder import ALG, CONTENT_TYPE, KID, SIGN1, key, sig_structure
from test_vectors.encoding import Raw, Tagged, cbor
from test_vectors.signed import anchor_kid

TRUST_LIST: Final = "application/vnd.vaxcert.trust-list+cbor"
FACILITY_LIST: Final = "application/vnd.vaxcert.facility-list+cbor"
ATTESTATION: Final = "application/vnd.vaxcert.attestation+cbor"
REVOCATION_LIST: Final = "application/vnd.vaxcert.revocation-list+cbor"

ISSUED: Final = 1769860800  # 2026-01-31T12:00:00Z
NEXT_UPDATE: Final = 1770465600  # 2026-02-07T12:00:00Z
USABLE_UNTIL: Final = 1772280000  # 2026-02-28T12:00:00Z
AT: Final = "2026-02-01T12:00:00Z"

_NOTHING: Final[Mapping[int, Any]] = {}


def spki(name: str) -> bytes:
    """The SubjectPublicKeyInfo of a key in `keys/`."""
    public = key(name).private.public_key()
    encoded: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded


def base64(data: bytes) -> str:
    """Base64 as text."""
    return b64encode(data).decode()


def anchors(*names: str) -> list[str]:
    """The public keys of these, as a vector pins them."""
    return [base64(spki(name)) for name in names]


def in_order(members: Mapping[Any, Any]) -> dict[Any, Any]:
    """A map in deterministic order (RFC 8949 section 4.2.1); members that are None are left out."""
    return {label: members[label] for label in sorted(members, key=cbor) if members[label] is not None}


def plain_message(protected: bytes, signature: bytes) -> Tagged:
    """A signature as a document holds it: nothing unprotected, payload detached."""
    return Tagged(SIGN1, [protected, {}, None, signature])


def message(
    name: str,
    content: bytes,
    content_type: str = TRUST_LIST,
    *,
    header: Mapping[int, Any] = _NOTHING,
    over: bytes | None = None,
    tamper: Callable[[bytes], bytes] = bytes,
) -> Tagged:
    """A signature of a key in `keys/`.

    Args:
        name: Of the key.
        content: What is signed.
        content_type: The kind of document.
        header: Members of the protected header that differ; None leaves one out.
        over: What is signed in place of the content.
        tamper: Changes the signature.
    """
    signer = key(name)
    usual = {ALG: signer.algorithm, CONTENT_TYPE: content_type, KID: anchor_kid(signer)}
    protected = cbor(in_order({**usual, **header}))
    return plain_message(
        protected, tamper(signer.sign(sig_structure(protected, content if over is None else over)))
    )


def document(content: bytes, messages: Iterable[Any], *, start: str = "vaxcert-signed-1") -> bytes:
    """A document of these signatures, which are put in their order."""
    return cbor([start, content, sorted(messages, key=_place)])


def signed(content: bytes, *names: str, content_type: str = TRUST_LIST) -> bytes:
    """A document signed by these keys."""
    return document(content, [message(name, content, content_type) for name in names])


def _place(one: Any) -> tuple[bytes, bytes]:
    """By anchor key identifier, which ends the usual protected header, then by signature."""
    protected, _, _, signature = one.value
    return protected[-8:], signature


def trust_list(*entries: Any, **changes: Any) -> bytes:
    """The content of a trust list of these entries; `label_4=...` and so on change it, None leaves a label out."""
    members: dict[Any, Any] = {
        1: 1,
        2: "TEST vectors",
        3: 7,
        4: ISSUED,
        5: NEXT_UPDATE,
        6: USABLE_UNTIL,
        7: "production",
        8: sorted(entries, key=cbor),
    }
    members |= {int(name.removeprefix("label_")): value for name, value in changes.items()}
    return cbor(in_order(members))


def certified(name: str, **changes: Any) -> Raw:
    """An entry for a certificate."""
    return _entry({1: key(name).certificate}, changes)


def bare(name: str, kid: bytes = b"TESTkid1", **changes: Any) -> Raw:
    """An entry for a bare key."""
    return _entry({2: spki(name), 3: kid}, changes)


def _entry(members: dict[int, Any], changes: Mapping[str, Any]) -> Raw:
    changed = {int(label.removeprefix("label_")): value for label, value in changes.items()}
    return Raw(cbor(in_order(members | changed)))


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()
