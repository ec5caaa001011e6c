"""A signer that is waited for: when the device that holds the key goes away, the run pauses and leaves nothing out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.signer import Signer
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import SignerUnavailableError

_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 15.0


class PatientSigner:
    """Signs as another signer does, and tries again for as long as that one is not available.

    Args:
        signer: The other signer.
        waiting: Called with True when it has to be waited for, and with False when it is back.
        pause: Waits so many seconds.
    """

    def __init__(
        self, signer: Signer, waiting: Callable[[bool], None], *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._signer = signer
        self._sign = signer.sign
        self._waiting = waiting
        self._pause = pause

    @property
    def algorithm(self) -> Algorithm:
        """As of the other signer."""
        return self._signer.algorithm

    @property
    def kid(self) -> bytes:
        """As of the other signer."""
        return self._signer.kid

    @property
    def certificate(self) -> SigningCertificate:
        """As of the other signer."""
        return self._signer.certificate

    def __repr__(self) -> str:
        return f"<PatientSigner of {self._signer!r}>"

    def sign(self, data: bytes) -> bytes:
        """Sign `data`, however long that takes.

        Raises:
            AdapterError: The signer failed for good: a changed PIN, another key.
        """
        try:
            return self._sign(data)
        except SignerUnavailableError:
            return self._sign_later(data)

    def _sign_later(self, data: bytes) -> bytes:
        seconds = _FIRST_PAUSE
        self._waiting(True)
        try:
            while True:
                self._pause(seconds)
                seconds = min(2 * seconds, _LONGEST_PAUSE)
                try:
                    return self._sign(data)
                except SignerUnavailableError:
                    continue
        finally:
            self._waiting(False)
