"""The French list (TousAntiCovid Verif): `certificatesDCC`, certificates or public keys by key identifier. Not signed.

Each is base64 of base64 of DER.
"""

from __future__ import annotations

from typing import Any, Final

from vaxcert.errors import TrustListError
from vaxcert.trust.formats.reading import bare_keys, json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import environment_of
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "french"

_LIST: Final = "certificatesDCC"


def recognises(data: bytes) -> bool:
    """An object with the member `certificatesDCC`."""
    return data.lstrip()[:1] == b"{" and b'"certificatesDCC"' in data


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The JSON document.
        terms: `allow_unsigned` is needed.

    Raises:
        TrustListError: `trust-list-unsigned` or `trust-list-unreadable`.
    """
    terms.check_unsigned_allowed(NAME)
    document = json_document.an_object(json_document.load(data, NAME), "the document")
    entries = json_document.an_object(document.get(_LIST), _LIST)
    gathering = Gathering(
        ListOrigin(name=terms.source, format=NAME, proof=Proof.UNSIGNED), environment_of(terms, None)
    )
    for kid, value in entries.items():
        with gathering.entry(kid[:16]):
            _gather(gathering, bare_keys.key_identifier(kid), value)
    return gathering.reading()


def _gather(gathering: Gathering, kid: bytes, value: Any) -> None:
    der = _octets_of_octets(value)
    try:
        key = bare_keys.from_info(der)
    except TrustListError:
        gathering.certificate(der, stated_kid=kid)
    else:
        gathering.bare_key(key, kid=kid)


def _octets_of_octets(value: Any) -> bytes:
    inner = bare_keys.octets(value, "the entry")
    try:
        text = "".join(inner.decode("ascii").split())  # some hold line ends
    except UnicodeDecodeError:
        raise unreadable_entry("not base64 of base64") from None
    return bare_keys.octets(text, "the entry within")
