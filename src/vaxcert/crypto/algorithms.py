"""The two signature algorithms of HCERT, by their COSE numbers."""

from __future__ import annotations

from enum import IntEnum


class Algorithm(IntEnum):
    """A COSE algorithm identifier (RFC 9053 section 2.1 for ES256, RFC 8230 section 2 for PS256)."""

    ES256 = -7
    PS256 = -37
