"""Why the desk does not do what a request asks."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class RefusalCode(StrEnum):
    """Stable codes, with a sentence each in the table `desk-refusal` of the texts.

    Attributes:
        status: Of the answer, RFC 9110 section 15.
    """

    status: int

    def __new__(cls, code: str, status: int) -> Self:
        """A code with its status, as the lines below give them."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.status = status
        return member

    FOREIGN_HOST = "foreign-host", 403
    FOREIGN_ORIGIN = "foreign-origin", 403
    START_CODE = "start-code", 403
    """Used, too old or made up."""
    NO_SESSION = "no-session", 401
    NOT_FOUND = "not-found", 404
    MALFORMED = "malformed", 400
    TOO_LARGE = "too-large", 413
    TOO_SLOW = "too-slow", 408
    BUSY = "busy", 503
    INTERNAL = "internal", 500


class RefusalError(Exception):
    """A request that is not done. Holds nothing of it.

    Attributes:
        code: Why.
    """

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code)
        self.code = code
