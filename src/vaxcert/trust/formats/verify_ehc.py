"""The form that the tool verify-ehc saves lists in: keys by key identifier, with names, dates and usages. Not signed.

Each key is a JWK, without certificate. Keys that sign PS256 are labelled as if they signed RS256 (`algorithm`); the
label is not looked at.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from vaxcert.codec.text import iso_moment
from vaxcert.model.certificate import ALL_KINDS, Kind
from vaxcert.trust.formats import jwks
from vaxcert.trust.formats.reading import bare_keys, json_document
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import environment_of
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "verify-ehc"

_LIST: Final = "trustList"
_HEXADECIMAL: Final = re.compile("(?:[0-9A-Fa-f]{2})+")
_KIND_OF: Final = {str(kind): kind for kind in Kind}


def recognises(data: bytes) -> bool:
    """An object with the members `trustList` and `timestamp`, and keys with dates in it."""
    is_object = data.lstrip()[:1] == b"{"
    return is_object and b'"trustList"' in data and b'"timestamp"' in data and b'"publicKey"' in data


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
    issued = _moment(document.get("timestamp"), "timestamp")
    origin = ListOrigin(name=terms.source, format=NAME, proof=Proof.UNSIGNED, issued=issued)
    gathering = Gathering(origin, environment_of(terms, None))
    for kid, entry in entries.items():
        with gathering.entry(kid[:16]):
            _gather(gathering, kid, entry)
    return gathering.reading()


def _gather(gathering: Gathering, kid: str, entry: Any) -> None:
    if _HEXADECIMAL.fullmatch(kid) is None:
        raise unreadable_entry("a key identifier that is not hexadecimal")
    if type(entry) is not dict or type(entry.get("publicKey")) is not dict:
        raise unreadable_entry("not an object with a public key")
    gathering.bare_key(
        jwks.public_key({**entry["publicKey"], "alg": None}),
        kid=bare_keys.checked_identifier(bytes.fromhex(kid)),
        country=bare_keys.country_of_name(entry.get("subject"))
        or bare_keys.country_of_name(entry.get("issuer")),
        kinds=_kinds(entry.get("usage", [])),
        not_before=_moment(entry.get("notValidBefore"), "notValidBefore"),
        not_after=_moment(entry.get("notValidAfter"), "notValidAfter"),
    )


def _kinds(usages: Any) -> frozenset[Kind]:
    if type(usages) is not list:
        raise unreadable_entry("usage is not an array")
    kinds = frozenset(_KIND_OF[usage] for usage in usages if type(usage) is str and usage in _KIND_OF)
    if usages and not kinds:
        raise unreadable_entry("a usage that is none of test, vaccination and recovery")
    return kinds or ALL_KINDS


def _moment(text: Any, what: str) -> datetime | None:
    try:
        return None if text is None else iso_moment(text)
    except ValueError:
        raise json_document.unreadable(f"{what} is not a date and time") from None
