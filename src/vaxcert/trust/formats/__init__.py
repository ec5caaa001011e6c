"""Published list formats, one module each. All give `ListReading`: the keys that could be read, and what could not.

A new format adds its module and one entry to `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from vaxcert.trust.formats import certificates
from vaxcert.trust.trust_list import ListReading


class ListReader(Protocol):
    """Reads one list format."""

    def __call__(self, data: bytes, *, source: str) -> ListReading:
        """Read a whole list that came from `source`."""


@dataclass(frozen=True, slots=True)
class ListFormat:
    """One published format.

    Attributes:
        name: For people, and to choose it by.
        recognises: Whether content looks like this format.
        read: Reads it.
    """

    name: str
    recognises: Callable[[bytes], bool]
    read: ListReader


FORMATS: Final = (ListFormat("certificates", certificates.recognises, certificates.read),)
"""In the order they are asked. The last one recognises everything, and reports what it cannot read."""


def read(data: bytes, *, source: str) -> ListReading:
    """Read a trust list in the format its content shows.

    Args:
        data: The whole list.
        source: Where it came from, for reports.
    """
    chosen = next(known for known in FORMATS if known.recognises(data))
    return chosen.read(data, source=source)
