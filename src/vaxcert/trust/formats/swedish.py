"""The Swedish list (DIGG, Document Signer Certificate Trust List): a JWS of JSON Web Keys by country.

The header holds the signer's certificate (`x5c`). The certificate of each key is what counts: the JWK beside it is a
convenience, and says `"use": "enc"` of RSA keys that sign. Extended key usages stand apart, by key identifier; they
limit keys that come without certificate, none of which is taken where they cannot be read. The list is dated by `iat`,
and ends at `exp`.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from vaxcert.errors import TrustListError
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.model.countries import country_code
from vaxcert.trust.formats import jwks
from vaxcert.trust.formats.reading import bare_keys, json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import content_of_jws, environment_of, unverified_content
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import ListOrigin
from vaxcert.trust.trust_list import ListReading

NAME: Final = "swedish"

_LIST: Final = "dsc_trust_list"

_Limits: TypeAlias = dict[bytes, list[Any]]
"""What is stated of each key identifier, as often as it is."""


def recognises(data: bytes) -> bool:
    """An object with the member `dsc_trust_list`, as the payload of a JWS or plain."""
    text = unverified_content(data)
    return text.lstrip()[:1] == b"{" and b'"dsc_trust_list"' in text


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The compact JWS; or its payload alone, which needs `allow_unsigned`.
        terms: Anchors are the signer's certificate, or an authority that its certificate leads to.

    Raises:
        TrustListError: `trust-list-unsigned`, `trust-list-unreadable`, `trust-list-signature`, `weak-signature`,
            `anchor-missing`, `trust-list-threshold` or `trust-list-environment`.
    """
    document = content_of_jws(data, terms, NAME)
    members = json_document.an_object(json_document.load(document.content, NAME), "the list")
    countries = json_document.an_object(members.get(_LIST), _LIST)
    issued, usable_until = json_document.period(members, ("iat", "exp"))
    origin = ListOrigin(
        name=terms.source, format=NAME, proof=document.proof, issued=issued, usable_until=usable_until
    )
    gathering = Gathering(origin, environment_of(terms, document.anchor))
    for name, value in countries.items():
        _gather_country(gathering, name, value)
    return gathering.reading()


def _gather_country(gathering: Gathering, name: str, value: Any) -> None:
    shown_name = name[:8]
    if type(value) is not dict or type(value.get("keys")) is not list:
        with gathering.entry(shown_name):
            raise unreadable_entry("not an object with an array of keys")
        return
    limits = _limits(value.get("eku"))
    for position, jwk in enumerate(value["keys"], 1):
        with gathering.entry(f"{shown_name} {position}"):
            jwks.gather(gathering, jwk, country=country_code(name), kinds=_kinds(limits, jwk), any_use=True)


def _limits(usages: Any) -> _Limits | TrustListError:
    """The usages that stand apart from the keys. Base64 writes one identifier in several ways: bytes are compared."""
    if usages is None:
        return {}
    if type(usages) is not dict:
        return unreadable_entry("eku is not an object with each member once")
    limits: _Limits = {}
    try:
        for kid, purposes in usages.items():
            limits.setdefault(bare_keys.key_identifier(kid), []).append(purposes)
    except TrustListError as error:
        return unreadable_entry(f"eku: {error}")
    return limits


def _kinds(limits: _Limits | TrustListError, jwk: Any) -> frozenset[Kind]:
    """What a key is limited to; one with a certificate is limited by that."""
    if type(jwk) is not dict or "kid" not in jwk or "x5c" in jwk:
        return ALL_KINDS
    if isinstance(limits, TrustListError):
        raise limits
    stated = limits.get(bare_keys.key_identifier(jwk["kid"]), [])
    if len(stated) > 1:
        raise unreadable_entry("eku limits one key identifier twice")
    return bare_keys.kinds_of_purposes(stated[0]) if stated else ALL_KINDS
