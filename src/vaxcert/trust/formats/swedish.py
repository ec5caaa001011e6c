"""The Swedish list (DIGG, Document Signer Certificate Trust List): a JWS of JSON Web Keys by country.

The header holds the signer's certificate (`x5c`). The certificate of each key is what counts: the JWK beside it is a
convenience, and says `"use": "enc"` of RSA keys that sign. Extended key usages stand apart, by key identifier; they
limit keys that come without certificate. The list is dated by `iat`, and ends at `exp`.
"""

from __future__ import annotations

from typing import Any, Final

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
    for position, jwk in enumerate(value["keys"], 1):
        with gathering.entry(f"{shown_name} {position}"):
            jwks.gather(
                gathering, jwk, country=country_code(name), kinds=_kinds(value.get("eku"), jwk), any_use=True
            )


def _kinds(usages: Any, jwk: Any) -> frozenset[Kind]:
    """What a key is limited to by the usages that stand apart from it."""
    kid = jwk.get("kid") if type(jwk) is dict else None
    if usages is None or type(kid) is not str:
        return ALL_KINDS
    if type(usages) is not dict or type(usages.get(kid, [])) is not list:
        raise unreadable_entry("eku is not arrays of usages by key identifier")
    return bare_keys.kinds_of_purposes(usages.get(kid, []))
