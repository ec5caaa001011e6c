"""What a token's refusals mean: a wrong PIN, something that was named wrongly, or a device that is away.

The names are those of the values that PKCS #11 functions return (CKR_..., version 2.40, section 5.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pkcs11

from vaxcert.errors import AdapterError, Reason, SignerUnavailableError

_AWAY: Final = (
    pkcs11.DeviceError,
    pkcs11.DeviceMemory,
    pkcs11.DeviceRemoved,
    pkcs11.FunctionCancelled,
    pkcs11.HostMemory,
    pkcs11.SessionClosed,
    pkcs11.SessionCount,
    pkcs11.SessionHandleInvalid,
    pkcs11.TokenNotPresent,
)
"""What no other name or PIN would mend. Anything else may also come of naming something wrongly."""

_WRONG: Final = "is wrong, and was tried once: tokens lock after a few wrong ones"
_LOCKED: Final = "is locked after too many wrong ones; the token's security officer sets a new one"
_PIN: Final[dict[type[pkcs11.PKCS11Error], str]] = {
    pkcs11.PinIncorrect: _WRONG,
    pkcs11.PinInvalid: _WRONG,
    pkcs11.PinLenRange: "is too short or too long for this token",
    pkcs11.PinLocked: _LOCKED,
    pkcs11.PinExpired: "has expired; set a new one",
    pkcs11.UserPinNotInitialized: "is not set yet",
}
_LAST_TRY: Final = (
    "has one try left before it locks, which is left to a person with the tool of the token's maker"
)
_WRONG_BEFORE: Final = (
    "was given wrongly by somebody since the last log-in, and is not tried again without a person"
)


@contextmanager
def faults_of(who: str, deed: str) -> Iterator[None]:
    """Say in our own errors what goes wrong within.

    Args:
        who: How the token or module is named in messages.
        deed: What was to be done.

    Raises:
        SignerUnavailableError: The device is away.
        AdapterError: `key-password`, about the PIN; `key-unreadable`, for anything else.
    """
    try:
        yield
    except pkcs11.PKCS11Error as error:
        raise _fault(error, who, deed) from None


def _fault(error: pkcs11.PKCS11Error, who: str, deed: str) -> AdapterError:
    if type(error) in _PIN:
        return pin_fault(who, _PIN[type(error)])
    # a value without a class of its own is in the message, which holds nothing else
    name = str(error) if type(error) is pkcs11.PKCS11Error else type(error).__name__
    message = f"{who}: cannot {deed} ({name})"
    if isinstance(error, _AWAY):
        return SignerUnavailableError(message)
    return AdapterError(Reason.KEY_UNREADABLE, message)


def pin_fault(who: str, problem: str) -> AdapterError:
    """The error about a PIN, which itself is in no message."""
    return AdapterError(Reason.KEY_PASSWORD, f"the PIN of {who} {problem}")


def check_flags(flags: pkcs11.TokenFlag, who: str, *, again: bool) -> None:
    """Do not log in where a wrong PIN would lock the token, or where a person should look first.

    Args:
        flags: What the token says of itself.
        who: How it is named in messages.
        again: Whether nobody asked for this log-in: the signer was logged in before, and goes on.

    Raises:
        AdapterError: `key-password`.
    """
    if pkcs11.TokenFlag.USER_PIN_LOCKED in flags:
        raise pin_fault(who, _LOCKED)
    if pkcs11.TokenFlag.USER_PIN_FINAL_TRY in flags:
        raise pin_fault(who, _LAST_TRY)
    if again and pkcs11.TokenFlag.USER_PIN_COUNT_LOW in flags:
        raise pin_fault(who, _WRONG_BEFORE)
