"""The Dutch list (CoronaCheck): JSON in base64, and a detached CMS signature over it.

The keys come without certificates, several to a key identifier (`eu_keys`), with what each may sign. The domestic keys
beside them (`nl_keys`) are of another scheme. The published lists are signed by a certificate under a root of the
public web: pin the signer's certificate, not that root.
"""

from __future__ import annotations

from typing import Any, Final

from vaxcert.trust.formats.reading import bare_keys, json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import anchor_of_cms, environment_of, requires_signature
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "dutch"

_OWN_NAME: Final = "NLD"
_OWN_COUNTRY: Final = "NL"


def recognises(data: bytes) -> bool:
    """An object with `payload` and `signature`; or a payload by itself, with `eu_keys`."""
    is_object = data.lstrip()[:1] == b"{"
    return is_object and (b'"eu_keys"' in data or (b'"payload"' in data and b'"signature"' in data))


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The signed document; or its payload alone, which needs `allow_unsigned`.
        terms: Anchors are the signer's certificate, or an authority that its certificate leads to.

    Raises:
        TrustListError: `trust-list-unsigned`, `trust-list-unreadable`, `trust-list-signature`, `weak-signature`,
            `anchor-missing`, `trust-list-threshold` or `trust-list-environment`.
    """
    document = json_document.an_object(json_document.load(data, NAME), "the document")
    anchor = None
    if "eu_keys" in document:
        terms.check_unsigned_allowed(NAME)
    else:
        payload = json_document.octets(document.get("payload"), "payload")
        signature = json_document.octets(document.get("signature"), "signature")
        anchor = anchor_of_cms(signature, payload, terms.anchors) if requires_signature(terms, NAME) else None
        document = json_document.an_object(json_document.load(payload, NAME), "the payload")
    kids = json_document.an_object(document.get("eu_keys"), "eu_keys")
    proof = Proof.UNSIGNED if anchor is None else Proof.SIGNED
    gathering = Gathering(
        ListOrigin(name=terms.source, format=NAME, proof=proof), environment_of(terms, anchor)
    )
    for kid, keys in kids.items():
        _gather_kid(gathering, kid, keys)
    return gathering.reading()


def _gather_kid(gathering: Gathering, kid: str, keys: Any) -> None:
    label = kid[:16]
    if type(keys) is not list:
        with gathering.entry(label):
            raise unreadable_entry("not an array of keys")
        return
    for position, entry in enumerate(keys, 1):
        with gathering.entry(f"{label} {position}"):
            _gather(gathering, bare_keys.key_identifier(kid), entry)


def _gather(gathering: Gathering, kid: bytes, entry: Any) -> None:
    if type(entry) is not dict or type(entry.get("keyUsage", [])) is not list:
        raise unreadable_entry("not an object with an array of usages")
    gathering.bare_key(
        bare_keys.from_info(bare_keys.octets(entry.get("subjectPk"), "subjectPk")),
        kid=kid,
        # other names are those of places that sign in the name of another country
        country=_OWN_COUNTRY if entry.get("san") == _OWN_NAME else None,
        kinds=bare_keys.kinds_of_letters(entry.get("keyUsage", [])),
    )
