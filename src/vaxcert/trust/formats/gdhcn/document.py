"""The fixed shape of a WHO GDHCN v2 DID document.

The proof signs what JSON-LD makes of a document, and JSON-LD drops members it does not know without a word. Whoever
passes a document on could so add members that nobody signed. A document is therefore taken only when it has exactly
the members known here, each once, each in the form that WHO writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from vaxcert.codec.text import base64url_bytes, iso_moment
from vaxcert.errors import TrustListError
from vaxcert.limits import MAX_BUNDLE_CERTIFICATES
from vaxcert.trust.formats.reading import json_document

DID_CONTEXT: Final = "https://www.w3.org/ns/did/v1"
JWS_CONTEXT: Final = "https://w3id.org/security/suites/jws-2020/v1"
KEY_TYPE: Final = "JsonWebKey2020"
PROOF_TYPE: Final = "JsonWebSignature2020"
PROOF_PURPOSE: Final = "assertionMethod"

_HEADER: Final = {"b64": False, "crit": ["b64"], "alg": "ES256"}
_KEY_MEMBERS: Final = {
    "EC": frozenset({"kty", "kid", "x5c", "crv", "x", "y"}),
    "RSA": frozenset({"kty", "kid", "x5c", "e", "n"}),
}

# What needs no escaping, neither in an IRI nor in a literal of N-Quads or JSON.
_DID: Final = re.compile(r"did:web:[A-Za-z0-9._:%-]{1,500}")
_DID_URL: Final = re.compile(r"did:web:[A-Za-z0-9._:%-]{1,500}#[A-Za-z0-9+/=_.%-]{1,100}")
_REFERENCE: Final = re.compile(r"did:[A-Za-z0-9._:%-]{1,500}(?:#[A-Za-z0-9+/=_.%-]{0,100})?")
_CODE: Final = re.compile(r"#[A-Za-z0-9_.-]{1,64}")
_PLAIN: Final = re.compile(r"[ !#-\[\]-~]*")
_CREATED: Final = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\dZ", re.ASCII)
_JWS: Final = re.compile(r"[A-Za-z0-9_-]{1,200}\.\.[A-Za-z0-9_-]{1,200}")
_VERSION_1: Final = re.compile(r"did:web:[^:]+:trustlist(?::|\Z)")

_Members: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """One embedded key. Equal when every member is.

    Attributes:
        id: DID URL; the part after `#` is a key identifier.
        controller: DID.
        jwk: The JSON Web Key in canonical JSON (RFC 8785).
        kid: The stated key identifier.
        x5c: Certificates in base64, the key's own first.
        key_members: The other members of the JSON Web Key, as pairs.
        domain: Trust domain as a fragment, `#DCC`.
        participant: `#EST`.
        usage: `#DSC`.
    """

    id: str
    controller: str
    jwk: str = field(repr=False)
    kid: str
    x5c: tuple[str, ...] = field(repr=False)
    key_members: tuple[tuple[str, str], ...] = field(repr=False)
    domain: str
    participant: str
    usage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentProof:
    """The proof of a document.

    Attributes:
        created: When it was made, aware UTC.
        created_text: The same as it stands there.
        nonce: Makes two proofs over the same document differ.
        signer: DID of the key that made it.
        header: First part of the JWS, as it stands there.
        signature: Third part, decoded.
    """

    created: datetime
    created_text: str
    nonce: str
    signer: str
    header: str
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One DID document.

    Attributes:
        context: The third `@context`, which tells the network; the other two are the same everywhere.
        id: Its DID.
        controller: DID.
        entries: Embedded keys, and references to other documents as text.
        proof: Its proof, not yet checked.
    """

    context: str
    id: str
    controller: str
    entries: tuple[KeyEntry | str, ...] = field(repr=False)
    proof: DocumentProof


def read_document(data: bytes) -> Document:
    """Read a document. Nothing of it is proven by that.

    Args:
        data: JSON.

    Raises:
        TrustListError: `trust-list-unreadable`: not JSON, a member that is missing, unknown, there twice or of another
            form, more than `limits.MAX_BUNDLE_CERTIFICATES` entries, or a document of the deprecated version 1.
    """
    found = json_document.load(data, "GDHCN")
    _refuse_version_1(found)
    document = _members(
        found, frozenset({"@context", "id", "controller", "verificationMethod", "proof"}), "document"
    )
    context = document["@context"]
    if not isinstance(context, list) or len(context) != 3 or context[:2] != [DID_CONTEXT, JWS_CONTEXT]:
        raise unreadable("its @context is not that of a GDHCN document")
    entries = document["verificationMethod"]
    if not isinstance(entries, list) or len(entries) > MAX_BUNDLE_CERTIFICATES:
        raise unreadable(f"verificationMethod is not a list of at most {MAX_BUNDLE_CERTIFICATES} entries")
    return Document(
        context=_text(context[2], _PLAIN, "the third @context"),
        id=_text(document["id"], _DID, "id"),
        controller=_text(document["controller"], _DID, "controller"),
        entries=tuple(_entry(entry, f"entry {n}") for n, entry in enumerate(entries, 1)),
        proof=_proof(document["proof"]),
    )


def unreadable(problem: str) -> TrustListError:
    """The error for a document that has not the known shape."""
    return json_document.unreadable(f"GDHCN document: {problem}")


def _refuse_version_1(document: Any) -> None:
    did = document.get("id") if isinstance(document, dict) else None
    if isinstance(did, str) and _VERSION_1.match(did):
        raise unreadable("a v1 document, which is deprecated; take the v2 document (/v2/trustlist/did.json)")


def _entry(entry: Any, where: str) -> KeyEntry | str:
    if isinstance(entry, str):
        return _text(entry, _REFERENCE, where)
    members = _members(
        entry,
        frozenset({"id", "type", "controller", "publicKeyJwk", "domain", "participant", "keyusage"}),
        where,
    )
    if members["type"] != KEY_TYPE:
        raise unreadable(f"{where}: its type is not {KEY_TYPE}")
    jwk = _jwk(members["publicKeyJwk"], f"{where}, publicKeyJwk")
    return KeyEntry(
        id=_text(members["id"], _DID_URL, f"{where}, id"),
        controller=_text(members["controller"], _DID, f"{where}, controller"),
        jwk=json.dumps(jwk, sort_keys=True, separators=(",", ":")),
        kid=jwk["kid"],
        x5c=tuple(jwk["x5c"]),
        key_members=tuple((name, jwk[name]) for name in sorted(jwk.keys() - {"kid", "x5c"})),
        domain=_code(members["domain"], f"{where}, domain"),
        participant=_code(members["participant"], f"{where}, participant"),
        usage=_code(members["keyusage"], f"{where}, keyusage"),
    )


def _jwk(jwk: Any, where: str) -> _Members:
    """A JSON Web Key whose members are plain ASCII, so that sorting its members is all of RFC 8785."""
    kind = jwk.get("kty") if isinstance(jwk, dict) else None
    if not isinstance(kind, str) or kind not in _KEY_MEMBERS:
        raise unreadable(f"{where}: not an EC or RSA key")
    members = _members(jwk, _KEY_MEMBERS[kind], where)
    chain = members["x5c"]
    if not isinstance(chain, list) or not chain:
        raise unreadable(f"{where}: x5c is not a list of certificates")
    for text in (*chain, *(members[name] for name in members if name != "x5c")):
        _text(text, _PLAIN, where)
    return members


def _code(value: Any, where: str) -> str:
    return _text(_members(value, frozenset({"code"}), where)["code"], _CODE, where)


def _proof(value: Any) -> DocumentProof:
    members = _members(
        value,
        frozenset({"type", "created", "nonce", "proofPurpose", "verificationMethod", "jws"}),
        "proof",
    )
    if (members["type"], members["proofPurpose"]) != (PROOF_TYPE, PROOF_PURPOSE):
        raise unreadable(f"its proof is not a {PROOF_TYPE} for {PROOF_PURPOSE}")
    created = _text(members["created"], _CREATED, "proof, created")
    header, signature = _jws(_text(members["jws"], _JWS, "proof, jws"))
    return DocumentProof(
        created=_moment(created),
        created_text=created,
        nonce=_text(members["nonce"], _PLAIN, "proof, nonce"),
        signer=_text(members["verificationMethod"], _REFERENCE, "proof, verificationMethod"),
        header=header,
        signature=signature,
    )


def _jws(jws: str) -> tuple[str, bytes]:
    """Header and signature of a detached JWS (RFC 7797) with the one header that is accepted."""
    header, _, signature = jws.partition("..")
    try:
        members = json_document.load(base64url_bytes(header), "GDHCN")
        octets = base64url_bytes(signature)
    except (ValueError, TrustListError):
        raise unreadable("its proof is not a JWS") from None
    if members != _HEADER or members["b64"] is not False:  # 0 equals False
        raise unreadable("its proof is not a detached JWS with ES256 over unencoded content")
    return header, octets


def _moment(text: str) -> datetime:
    try:
        return iso_moment(text)
    except ValueError:
        raise unreadable("proof, created: no such date") from None


def _members(value: Any, names: frozenset[str], where: str) -> _Members:
    members = json_document.an_object(value, f"GDHCN document: {where}")
    if missing := names - members.keys():
        raise unreadable(f"{where}: member {min(missing)} is missing")
    if unknown := members.keys() - names:
        raise unreadable(f"{where}: member {min(unknown)[:40]!a} is unknown, and no proof covers it")
    return members


def _text(value: Any, form: re.Pattern[str], where: str) -> str:
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise unreadable(f"{where}: not text of the expected form")
    return value
