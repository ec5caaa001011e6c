"""The proof of a WHO GDHCN v2 DID document: JsonWebSignature2020 with a detached JWS, checked without JSON-LD.

What is signed is `header . SHA-256(proof options) SHA-256(document)`, both canonicalised as RDF (URDNA2015) and written
as N-Quads. The documents have one fixed shape without blank nodes, so that canonicalising comes down to writing the
statements of each entry, sorting them and dropping repetitions. That is also why the order of entries, and an entry
that is there twice, change nothing.

The signature is ECDSA on P-256 with SHA-256 in ASN.1 DER, as WHO publishes it. The form of 64 bytes that JWS asks for
(RFC 7518 section 3.4) is not accepted: no v2 document has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from vaxcert.crypto.keys import ECDSA_SHA256
from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.formats.gdhcn.document import (
    KEY_TYPE,
    PROOF_PURPOSE,
    PROOF_TYPE,
    Document,
    DocumentProof,
    KeyEntry,
)

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SECURITY: Final = "https://w3id.org/security#"
_VALUE_SETS: Final = "https://smart.who.int/trust/ValueSet-"
_CREATED: Final = "http://purl.org/dc/terms/created"
_DATE_TIME: Final = "http://www.w3.org/2001/XMLSchema#dateTime"
_BLANK: Final = "_:c14n0"


def check_proof(document: Document, anchors: Iterable[Anchor], *, value_sets: str) -> None:
    """Make sure that an anchor signed a document.

    Args:
        document: The whole document.
        anchors: The keys that may have signed it; those that are not on P-256 never have.
        value_sets: What the names of its network's value sets end in.

    Raises:
        TrustListError: `trust-list-signature`.
    """
    signed = signing_input(document, value_sets=value_sets)
    if not any(_is_signature(anchor.key, document.proof.signature, signed) for anchor in anchors):
        raise TrustListError(
            Reason.TRUST_LIST_SIGNATURE, "GDHCN document: its proof is not by a pinned key over this content"
        )


def signing_input(document: Document, *, value_sets: str) -> bytes:
    """What the signature of a document's proof is over."""
    header = document.proof.header.encode("ascii")
    return b".".join(
        (header, _hash(_proof_options(document.proof)) + _hash(_statements(document, value_sets)))
    )


def canonical_document(document: Document, *, value_sets: str) -> bytes:
    """The canonical N-Quads of a document without its proof."""
    return _canonical(_statements(document, value_sets))


def canonical_proof_options(proof: DocumentProof) -> bytes:
    """The canonical N-Quads of a proof without its signature."""
    return _canonical(_proof_options(proof))


def _is_signature(key: object, signature: bytes, data: bytes) -> bool:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return False
    try:
        key.verify(signature, data, ECDSA_SHA256)
    except InvalidSignature:
        return False
    return True


def _statements(document: Document, value_sets: str) -> Iterator[str]:
    yield _statement(f"<{document.id}>", f"{_SECURITY}controller", f"<{document.controller}>")
    for entry in document.entries:
        target = entry if isinstance(entry, str) else entry.id
        yield _statement(f"<{document.id}>", f"{_SECURITY}verificationMethod", f"<{target}>")
        if isinstance(entry, KeyEntry):
            yield from _entry_statements(entry, value_sets)


def _entry_statements(entry: KeyEntry, value_sets: str) -> Iterator[str]:
    subject = f"<{entry.id}>"
    jwk = entry.jwk.replace('"', '\\"')
    yield _statement(subject, f"{_RDF}type", f"<{_SECURITY}{KEY_TYPE}>")
    yield _statement(subject, f"{_SECURITY}controller", f"<{entry.controller}>")
    yield _statement(subject, f"{_SECURITY}publicKeyJwk", f'"{jwk}"^^<{_RDF}JSON>')
    for name, code in (
        ("Domains", entry.domain),
        ("Participants", entry.participant),
        ("KeyUsage", entry.usage),
    ):
        value_set = f"{_VALUE_SETS}{name}{value_sets}.jsonld"
        yield _statement(subject, value_set, f"<{value_set}{code}>")


def _proof_options(proof: DocumentProof) -> Iterator[str]:
    yield _statement(_BLANK, _CREATED, f'"{proof.created_text}"^^<{_DATE_TIME}>')
    yield _statement(_BLANK, f"{_RDF}type", f"<{_SECURITY}{PROOF_TYPE}>")
    yield _statement(_BLANK, f"{_SECURITY}nonce", f'"{proof.nonce}"')
    yield _statement(_BLANK, f"{_SECURITY}proofPurpose", f"<{_SECURITY}{PROOF_PURPOSE}>")
    yield _statement(_BLANK, f"{_SECURITY}verificationMethod", f"<{proof.signer}>")


def _statement(subject: str, predicate: str, target: str) -> str:
    return f"{subject} <{predicate}> {target} .\n"


def _canonical(statements: Iterable[str]) -> bytes:
    return "".join(sorted(set(statements))).encode("ascii")


def _hash(statements: Iterable[str]) -> bytes:
    return hashlib.sha256(_canonical(statements)).digest()
