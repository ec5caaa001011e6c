"""Where a trusted key comes from: which list, who vouched for it, and for how long it may be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MAX_AGE: Final = timedelta(days=90)
"""How long a list is relied on that does not say itself how long it may be.

Verifiers work offline for weeks, and a signing key is good for years; but a list that nobody has confirmed for three
months may lack the keys that were withdrawn since.
"""


class Environment(StrEnum):
    """What a key is for. Networks keep keys for tests apart (HCERT, GDHCN: they must not be shared)."""

    PRODUCTION = "production"
    TEST = "test"


class Proof(StrEnum):
    """Who vouches for a list."""

    SIGNED = "signed"
    """Pinned anchors signed it, or each of its entries."""

    VOUCHED = "vouched"
    """It has no signature; whoever handed over the certificates vouches for them."""

    UNSIGNED = "unsigned"
    """A published list without signature, taken on request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOrigin:
    """The list a key came from.

    Attributes:
        name: Of the list, for reports: its name in the store, or its file.
        format: Name of its format.
        proof: Who vouches for it.
        number: Its version number, or None where the format has none.
        issued: When it was made, aware UTC, or None where it does not say.
        next_update: When the next edition is due, or None.
        usable_until: The last moment it may be relied on, or None where nothing limits it. Not before `next_update`.
    """

    name: str = ""
    format: str = "certificates"
    proof: Proof = Proof.VOUCHED
    number: int | None = None
    issued: datetime | None = None
    next_update: datetime | None = None
    usable_until: datetime | None = None


NOWHERE: Final = ListOrigin()
"""Of keys that are put into a trust list by hand."""
