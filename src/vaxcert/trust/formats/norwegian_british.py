"""Public keys by key identifier, `[{"kid", "publicKey"}, ...]`: the Norwegian list and the British one. Not signed.

The two look alike. The Norwegian one holds the keys of many countries and does not say which; the British one holds
those of Great Britain and Northern Ireland alone. So a list is taken for Norwegian unless it is called British.
"""

from __future__ import annotations

import re
from typing import Any, Final

from vaxcert.trust.formats.reading import bare_keys, json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import environment_of
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NORWEGIAN: Final = "norwegian"
BRITISH: Final = "british"

_GREAT_BRITAIN: Final = "GB"
_START: Final = re.compile(rb'\s*\[\s*\{\s*"(?:kid|publicKey)"\s*:')


def recognises(data: bytes) -> bool:
    """An array of objects that begin with `kid` or `publicKey`."""
    return _START.match(data) is not None and b'"publicKey"' in data


def recognises_british(data: bytes) -> bool:
    """Nothing in the content tells it from the Norwegian one."""
    return False


def read_norwegian(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list of keys of unknown countries.

    Args:
        data: The JSON document.
        terms: `allow_unsigned` is needed.

    Raises:
        TrustListError: `trust-list-unsigned` or `trust-list-unreadable`.
    """
    return _read(data, terms, NORWEGIAN, None)


def read_british(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list of keys all of which are Great Britain's.

    Args:
        data: The JSON document.
        terms: `allow_unsigned` is needed.

    Raises:
        TrustListError: `trust-list-unsigned` or `trust-list-unreadable`.
    """
    return _read(data, terms, BRITISH, _GREAT_BRITAIN)


def _read(data: bytes, terms: ReadingTerms, name: str, country: str | None) -> ListReading:
    terms.check_unsigned_allowed(name)
    entries = json_document.an_array(json_document.load(data, name), "the list")
    gathering = Gathering(
        ListOrigin(name=terms.source, format=name, proof=Proof.UNSIGNED), environment_of(terms, None)
    )
    for position, entry in enumerate(entries, 1):
        with gathering.entry(str(position)):
            _gather(gathering, entry, country)
    return gathering.reading()


def _gather(gathering: Gathering, entry: Any, country: str | None) -> None:
    if type(entry) is not dict:
        raise unreadable_entry("not an object with each member once")
    gathering.bare_key(
        bare_keys.from_info(bare_keys.octets(entry.get("publicKey"), "publicKey")),
        kid=bare_keys.key_identifier(entry.get("kid")),
        country=country,
    )
