"""JSON Web Key Sets (RFC 7517 section 5): public keys, each with its certificate (`x5c`) or without.

A plain set has no signature. One that is the payload of a JWS is signed by whoever signed that; `iat` and `exp` beside
the keys then date it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from vaxcert.crypto.keys import PublicKey
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import Reason, UnsupportedError, VaxcertError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats.reading import bare_keys, json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import content_of_jws, environment_of, unverified_content
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.list_findings import ListFindingCode
from vaxcert.trust.origin import ListOrigin
from vaxcert.trust.trust_list import ListReading

NAME: Final = "jwks"

_KEY_SET: Final = re.compile(rb'"keys"\s*:\s*\[')
_SETS_BY_COUNTRY: Final = b'"dsc_trust_list"'  # the Swedish list
_FITTING: Final[dict[str, frozenset[Any]]] = {
    "EC": frozenset({None, "ES256"}),
    # issuers label keys that sign PS256 as RS256; a key verifies PS256 here whatever its label
    "RSA": frozenset({None, "PS256", "RS256"}),
}
_PARAMETERS: Final = frozenset({"x", "y", "n", "e"})


def recognises(data: bytes) -> bool:
    """An object with an array `keys` that holds keys, plain or as the payload of a JWS."""
    text = unverified_content(data)
    is_set = text.lstrip()[:1] == b"{" and _KEY_SET.search(text) is not None and b'"kty"' in text
    return is_set and _SETS_BY_COUNTRY not in text


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a set.

    Args:
        data: The set in JSON, or a compact JWS of it.
        terms: Anchors judge the JWS; a plain set needs `allow_unsigned`.

    Raises:
        TrustListError: `trust-list-unsigned`, `trust-list-unreadable`, `trust-list-signature`, `weak-signature`,
            `anchor-missing`, `trust-list-threshold` or `trust-list-environment`.
    """
    document = content_of_jws(data, terms, NAME)
    members = json_document.an_object(json_document.load(document.content, NAME), "the key set")
    keys = json_document.an_array(members.get("keys"), "keys")
    issued, usable_until = json_document.period(members, ("iat", "exp"))
    origin = ListOrigin(
        name=terms.source, format=NAME, proof=document.proof, issued=issued, usable_until=usable_until
    )
    gathering = Gathering(origin, environment_of(terms, document.anchor))
    for position, jwk in enumerate(keys, 1):
        with gathering.entry(str(position)):
            gather(gathering, jwk)
    return gathering.reading()


def gather(
    gathering: Gathering,
    jwk: Any,
    *,
    country: str | None = None,
    kinds: frozenset[Kind] = ALL_KINDS,
    any_use: bool = False,
) -> None:
    """Take one key of a set. Where there is a certificate, that is the key, whatever stands beside it.

    Args:
        gathering: Where to.
        jwk: The key.
        country: That it stands under.
        kinds: What it is limited to; a certificate limits itself.
        any_use: Take it whatever `use` says; for lists that say `enc` of every RSA key.

    Raises:
        TrustListError: `trust-entry-unreadable` or `certificate-unreadable`.
        UnsupportedError: `key-type`.
    """
    if type(jwk) is not dict:
        raise unreadable_entry("not an object with each member once")
    kid = bare_keys.key_identifier(jwk["kid"]) if "kid" in jwk else None
    if not any_use and jwk.get("use", "sig") != "sig":
        gathering.find(ListFindingCode.OTHER_USAGE, kid.hex() if kid else "", "use is not sig")
        return
    if "x5c" in jwk:
        _gather_certificate(gathering, jwk, kid, country)
        return
    if kid is None:
        raise unreadable_entry("a key with neither an identifier (kid) nor a certificate (x5c)")
    gathering.bare_key(public_key(jwk), kid=kid, country=country, kinds=kinds)


def public_key(jwk: dict[str, Any]) -> PublicKey:
    """The public key of a JWK (RFC 7518 section 6).

    Raises:
        TrustListError: `trust-entry-unreadable`.
        UnsupportedError: `key-type`, for any but P-256 and RSA keys, and keys labelled for another algorithm.
    """
    kind = jwk.get("kty")
    if type(kind) is not str or kind not in _FITTING:
        raise UnsupportedError(Reason.KEY_TYPE, "a JWK of another type, EC or RSA expected")
    algorithm = jwk.get("alg")
    if type(algorithm) not in (str, type(None)) or algorithm not in _FITTING[kind]:
        raise UnsupportedError(Reason.KEY_TYPE, f"a JWK of type {kind} for another algorithm than HCERT has")
    if kind == "EC" and jwk.get("crv") != "P-256":
        raise UnsupportedError(Reason.KEY_TYPE, "a JWK on another curve, P-256 expected")
    return bare_keys.from_jwk(jwk)


def _gather_certificate(
    gathering: Gathering, jwk: dict[str, Any], kid: bytes | None, country: str | None
) -> None:
    """Take the first certificate of `x5c`: the one that holds the key (RFC 7517 section 4.7)."""
    chain = jwk["x5c"]
    if type(chain) is not list or not chain:
        raise unreadable_entry("x5c is not an array of certificates")
    der = bare_keys.octets(chain[0], "x5c")
    certificate = gathering.certificate(der, stated_kid=kid, country=country)
    if _PARAMETERS & jwk.keys() and _states_another_key(jwk, certificate):
        gathering.find(
            ListFindingCode.MEMBER_MISMATCH, certificate.kid.hex(), "the JWK holds another key than x5c"
        )


def _states_another_key(jwk: dict[str, Any], certificate: SigningCertificate) -> bool:
    try:
        stated = public_key({**jwk, "alg": None})
    except VaxcertError:
        return True
    return stated != certificate.public_key
