"""The Swiss list: two documents, the keys and the identifiers of those that are active. The list is what both name.

`data` is the keys (`/keys/updates`: `certs`), and what stands beside it as `signature` is the active identifiers
(`/keys/list`: `activeKeyIds`), for without it nothing says which keys still count. Each is a JWS whose header holds the
signer's certificate; archives also keep them plain. The keys come without certificates or countries, coordinates and
moduli in standard base64; `RS256` labels keys that sign PS256. Neither document has a date: `validDuration` counts from
the moment it was fetched.
"""

from __future__ import annotations

from typing import Any, Final

from vaxcert.crypto.keys import PublicKey
from vaxcert.errors import Reason, TrustListError, UnsupportedError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats.reading import bare_keys, json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import Vouched, content_of_jws, environment_of, unverified_content
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import Environment, ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "swiss"

_ALL_USES: Final = "sig"


def recognises(data: bytes) -> bool:
    """An object with the member `certs` and a `keyId` in it, as the payload of a JWS or plain."""
    text = unverified_content(data)
    return text.lstrip()[:1] == b"{" and b'"certs"' in text and b'"keyId"' in text


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The keys, a compact JWS; or its payload alone, which needs `allow_unsigned`.
        terms: `signature` holds the active identifiers, in the same way. Anchors are the signer's certificate, or an
            authority that its certificate leads to.

    Raises:
        TrustListError: `trust-list-unsigned`, `trust-list-unreadable` (also when one of the two documents is
            missing), `trust-list-signature`, `weak-signature`, `anchor-missing`, `trust-list-threshold` or
            `trust-list-environment`.
    """
    if terms.signature is None:
        raise json_document.unreadable(
            "a swiss list is two documents; the active key identifiers (activeKeyIds) are missing"
        )
    keys, identifiers = content_of_jws(data, terms, NAME), content_of_jws(terms.signature, terms, NAME)
    proof = Proof.SIGNED if {keys.proof, identifiers.proof} == {Proof.SIGNED} else Proof.UNSIGNED
    gathering = Gathering(
        ListOrigin(name=terms.source, format=NAME, proof=proof), _environment(terms, keys, identifiers)
    )
    active = _active(identifiers)
    seen: set[bytes] = set()
    for position, entry in enumerate(_array_in(keys, "certs"), 1):
        with gathering.entry(str(position)):
            kid = _kid_of(entry)
            seen.add(kid)
            _gather(gathering, entry, kid, is_active=kid in active)
    for kid in sorted(active - seen):
        with gathering.entry(kid.hex()):
            raise unreadable_entry("active, and not among the keys")
    return gathering.reading()


def _environment(terms: ReadingTerms, *documents: Vouched) -> Environment:
    said = {environment_of(terms, document.anchor) for document in documents}
    if len(said) > 1:
        raise TrustListError(
            Reason.TRUST_LIST_ENVIRONMENT, "one document is signed by an anchor for tests, the other is not"
        )
    return said.pop()


def _gather(gathering: Gathering, entry: dict[str, Any], kid: bytes, *, is_active: bool) -> None:
    if is_active:
        gathering.bare_key(_public_key(entry), kid=kid, kinds=_kinds(entry.get("use")))
    else:
        gathering.find(ListFindingCode.KEY_INACTIVE, kid.hex())


def _active(identifiers: Vouched) -> frozenset[bytes]:
    try:
        return frozenset(bare_keys.key_identifier(text) for text in _array_in(identifiers, "activeKeyIds"))
    except TrustListError as error:
        raise json_document.unreadable(f"activeKeyIds: {error}") from None


def _kid_of(entry: Any) -> bytes:
    if type(entry) is not dict:
        raise unreadable_entry("not an object with each member once")
    return bare_keys.key_identifier(entry.get("keyId"))


def _public_key(entry: dict[str, Any]) -> PublicKey:
    if entry.get("alg") == "ES256":
        return bare_keys.from_jwk({**entry, "kty": "EC", "crv": "P-256"})
    if entry.get("alg") == "RS256":
        return bare_keys.from_jwk({**entry, "kty": "RSA"})
    raise UnsupportedError(Reason.KEY_TYPE, "a key for another algorithm than ES256 and RS256")


def _kinds(use: Any) -> frozenset[Kind]:
    if use == _ALL_USES:
        return ALL_KINDS
    if type(use) is not str or not use:
        raise unreadable_entry("no usage (use)")
    return bare_keys.kinds_of_letters(use)


def _array_in(document: Vouched, name: str) -> list[Any]:
    members = json_document.an_object(json_document.load(document.content, NAME), "the document")
    return json_document.an_array(members.get(name), name)
