"""What revocation lists know certificates by: SHA-256 over a part of them, cut to 128 bits.

Sources: EU DCC revocation, hash types SIGNATURE, UCI and COUNTRYCODEUCI. The fourth is vaxcert's own
(`specs/revocation.md`): it does not depend on how an issuer spells an identifier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from enum import StrEnum
from typing import Final

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.trust.revocation.query import RevocationQuery

HASH_BYTES: Final = 16


class HashType(StrEnum):
    """Which part of a certificate is hashed."""

    SIGNATURE = "SIGNATURE"
    UCI = "UCI"
    COUNTRYCODEUCI = "COUNTRYCODEUCI"
    IDENTIFIER = "IDENTIFIER"


EU_TYPES: Final = (HashType.SIGNATURE, HashType.UCI, HashType.COUNTRYCODEUCI)
"""Those that the EU gateway and the national back ends use."""


def signature_hash(algorithm: Algorithm, signature: bytes) -> bytes:
    """The hash of a signature that nobody can alter and keep it verifying.

    Of an ECDSA signature only r counts: whoever holds it can turn s into n - s.

    Args:
        algorithm: Which one made it.
        signature: In COSE form: r and s joined for ECDSA.
    """
    firm = signature[: len(signature) // 2] if algorithm is Algorithm.ES256 else signature
    return _cut(firm)


def uci_hash(identifier: str) -> bytes:
    """The hash of an identifier exactly as it is signed, with `#` and what follows."""
    return _cut(_utf8(identifier))


def country_uci_hash(country: str, identifier: str) -> bytes:
    """The hash of the issuer's country and the identifier, both exactly as signed.

    Args:
        country: The `iss` claim; where there is none, the country of the signing key. (One verifier app takes the
            country of the entry; the back ends do not.)
        identifier: The certificate identifier.
    """
    return _cut(_utf8(country + identifier))


def identifier_hash(identifier: str) -> bytes:
    """The hash of an identifier in upper case, without surrounding space and without `#` and what follows.

    That is its canonical form (`vaxcert.model.identifiers`), put together here without taking it apart.
    """
    return _cut(_utf8(identifier.strip().partition("#")[0].upper()))


def query_hashes(query: RevocationQuery, hash_type: HashType) -> tuple[bytes, ...]:
    """The hashes of one type that a certificate can be listed under; none where it lacks what is hashed."""
    if hash_type is HashType.SIGNATURE:
        return (signature_hash(query.algorithm, query.signature),) if query.signature else ()
    if hash_type is HashType.UCI:
        return tuple(map(uci_hash, query.identifiers))
    if hash_type is HashType.IDENTIFIER:
        return tuple(map(identifier_hash, query.identifiers))
    country = query.issuer or query.country
    return tuple(country_uci_hash(country, one) for one in query.identifiers) if country else ()


NOTHING_TO_NAME: Final = "the certificate has nothing that the list could name"


def missing_part(query: RevocationQuery, types: Collection[HashType]) -> str:
    """What a list of these types might name the certificate by, and nobody gave; "" where nothing is missing.

    "Not listed" may then not be concluded. A certificate without identifier is another matter: no list names it so.
    """
    if HashType.SIGNATURE in types and not query.signature:
        return "the list may name the certificate by its signature, which is not given"
    if HashType.COUNTRYCODEUCI in types and query.identifiers and not (query.issuer or query.country):
        return "the list may name the certificate by its country, which nobody states"
    return ""


def _cut(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:HASH_BYTES]


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
