"""Published list formats, one module each. All give `ListReading`: the keys that could be read, and what could not.

A new format adds its module and one entry to `FORMATS`. What formats are read with is in `reading`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vaxcert.errors import Reason, TrustListError
from vaxcert.trust.formats import (
    austrian,
    certificates,
    dccg,
    dutch,
    ec_archive,
    french,
    gdhcn,
    german,
    jwks,
    norwegian_british,
    own,
    swedish,
    swiss,
    verify_ehc,
)
from vaxcert.trust.formats.reading.terms import ReadingTerms
from vaxcert.trust.trust_list import ListReading

__all__ = ["FORMATS", "ListFormat", "ReadingTerms", "format_named", "read", "recognised"]


@dataclass(frozen=True, slots=True)
class ListFormat:
    """One published format.

    Attributes:
        name: For people, and to choose it by.
        recognises: Whether content looks like this format. Never raises.
        read: Reads it. Raises `TrustListError` when the list as a whole cannot be relied on; an entry that cannot
            be read is a problem of the reading.
    """

    name: str
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes, ReadingTerms], ListReading]


FORMATS: Final = (
    ListFormat(own.NAME, own.recognises, own.read),
    ListFormat(gdhcn.NAME, gdhcn.recognises, gdhcn.read),
    ListFormat(german.NAME, german.recognises, german.read),
    ListFormat(dccg.NAME, dccg.recognises, dccg.read),
    ListFormat(ec_archive.NAME, ec_archive.recognises, ec_archive.read),
    ListFormat(austrian.NAME, austrian.recognises, austrian.read),
    ListFormat(swedish.NAME, swedish.recognises, swedish.read),
    ListFormat(swiss.NAME, swiss.recognises, swiss.read),
    ListFormat(dutch.NAME, dutch.recognises, dutch.read),
    ListFormat(french.NAME, french.recognises, french.read),
    ListFormat(norwegian_british.NORWEGIAN, norwegian_british.recognises, norwegian_british.read_norwegian),
    ListFormat(
        norwegian_british.BRITISH, norwegian_british.recognises_british, norwegian_british.read_british
    ),
    ListFormat(verify_ehc.NAME, verify_ehc.recognises, verify_ehc.read),
    ListFormat(jwks.NAME, jwks.recognises, jwks.read),
    ListFormat(certificates.NAME, certificates.recognises, certificates.read),
)
"""In the order they are asked. The last one recognises everything, and reports what it cannot read."""


def format_named(name: str) -> ListFormat:
    """The format with a name.

    Raises:
        ValueError: There is none; the message names those that there are.
    """
    by_name = {known.name: known for known in FORMATS}
    if name not in by_name:
        raise ValueError(f"no list format {name[:40]!r}, one of {', '.join(by_name)} expected")
    return by_name[name]


def recognised(data: bytes) -> ListFormat:
    """The format that content shows."""
    return next(known for known in FORMATS if known.recognises(data))


def read(data: bytes, terms: ReadingTerms, *, as_format: ListFormat | None = None) -> ListReading:
    """Read a trust list.

    Args:
        data: The whole list.
        terms: Anchors to judge it by, and what else the reader brings.
        as_format: Its format; by default the one its content shows.

    Raises:
        TrustListError: The list as a whole must not be relied on: `trust-list-unreadable`, `trust-list-signature`,
            `trust-list-threshold`, `trust-list-unsigned`, `trust-list-environment`, `weak-signature` or
            `anchor-missing`. Nothing of it is loaded then.
    """
    chosen = as_format or recognised(data)
    try:
        reading = chosen.read(data, terms)
    except RecursionError:
        raise TrustListError(
            Reason.TRUST_LIST_UNREADABLE, f"nested deeper than a {chosen.name} list is"
        ) from None
    if terms.max_age is None or reading.origin.issued is None:
        return reading
    return reading.ending(reading.origin.issued + terms.max_age)
