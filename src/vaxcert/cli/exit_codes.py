"""What the exit status says, and which error gets which."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from vaxcert.errors import (
    AdapterError,
    DecodeError,
    Reason,
    RuleError,
    StaleTrustListError,
    TrustListError,
    UnsupportedError,
    VaxcertError,
)


class ExitCode(IntEnum):
    """Exit status of every command."""

    ACCEPTED = 0
    """Accepted, or done."""
    REFUSED = 1
    """A certificate, a record or a request was refused."""
    USAGE = 2
    """Wrong options, a missing password, or a place that cannot be written to or holds something else."""
    UNREADABLE = 3
    """Unreadable or not supported."""
    TRUST = 4
    """Trust material is missing, refused, too old, or could not be fetched or kept; a key must not sign any more."""
    INTERNAL = 70
    """A fault of this program."""
    INTERRUPTED = 130
    PIPE_CLOSED = 141


class UsageError(Exception):
    """The command was called wrongly; the message says how."""


_USAGE_REASONS: Final = frozenset(
    {
        Reason.FILE_UNWRITABLE,
        Reason.KEY_PASSWORD,
        Reason.KEY_CERTIFICATE_MISMATCH,
        Reason.REGISTRY_REFUSED,
        Reason.RUN_MISMATCH,
        Reason.EXTRA_MISSING,
        Reason.PORT_UNAVAILABLE,
    }
)

_TRUST_REASONS: Final = frozenset(
    {
        Reason.STORE_UNREADABLE,
        Reason.STORE_BUSY,
        Reason.DOWNLOAD_FAILED,
        Reason.DOWNLOAD_REFUSED,
    }
)


def exit_code(error: VaxcertError) -> ExitCode:
    """The exit status for an error that ended a command."""
    if isinstance(error, TrustListError | StaleTrustListError) or error.reason in _TRUST_REASONS:
        return ExitCode.TRUST
    if isinstance(error, AdapterError):
        return ExitCode.USAGE if error.reason in _USAGE_REASONS else ExitCode.UNREADABLE
    if isinstance(error, DecodeError | RuleError | UnsupportedError) or error.reason is Reason.KEY_TYPE:
        return ExitCode.UNREADABLE
    return ExitCode.REFUSED
