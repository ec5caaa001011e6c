"""A list format: a made-up table with a country and a certificate (base64 of DER) on each line. Not signed."""

from __future__ import annotations

from typing import Final

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.formats import ListFormat
from vaxcert.trust.formats.reading import bare_keys
from vaxcert.trust.formats.reading.entries import Gathering, unreadable_entry
from vaxcert.trust.formats.reading.signers import environment_of
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.trust_list import ListReading

NAME: Final = "table"

_HEADING: Final = b"country;certificate\n"


def recognises(data: bytes) -> bool:
    """Text that begins with the heading."""
    return data.startswith(_HEADING)


def read(data: bytes, terms: ReadingTerms) -> ListReading:
    """Read a list.

    Args:
        data: The table.
        terms: `allow_unsigned` is needed.

    Raises:
        TrustListError: `trust-list-unsigned` or `trust-list-unreadable`.
    """
    terms.check_unsigned_allowed(NAME)
    try:
        lines = data.decode("ascii").splitlines()[1:]
    except UnicodeDecodeError:
        raise TrustListError(Reason.TRUST_LIST_UNREADABLE, f"a {NAME} list is ASCII text") from None
    gathering = Gathering(
        ListOrigin(name=terms.source, format=NAME, proof=Proof.UNSIGNED), environment_of(terms, None)
    )
    for number, line in enumerate(lines, 1):
        with gathering.entry(f"on line {number}"):  # an entry that cannot be read does not end the list
            country, separator, certificate = line.partition(";")
            if not separator:
                raise unreadable_entry("no semicolon")
            gathering.certificate(
                bare_keys.octets(certificate, "the certificate"), stated_kid=None, country=country
            )
    return gathering.reading()


FORMAT: Final = ListFormat(NAME, recognises, read)
