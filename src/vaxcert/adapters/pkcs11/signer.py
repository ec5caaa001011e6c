"""The signer over a private key that never leaves its token."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from time import sleep
from typing import Final

from vaxcert.adapters.pkcs11.configuration import Pkcs11Key
from vaxcert.adapters.pkcs11.connection import Connection
from vaxcert.adapters.pkcs11.module import Module, NotReadyError, module_at
from vaxcert.crypto.keys import MIN_RSA_BITS
from vaxcert.crypto.signing_certificate import read_signing_certificate
from vaxcert.errors import AdapterError, Reason, SignerUnavailableError, UnsupportedError

_FIRST_PAUSES: Final = (0.02, 0.1, 0.3)
"""Seconds before each further try. SoftHSM overlooks or refuses a token that another process is just logging in to."""

_LATER_PAUSES: Final = (0.0,)
"""Likewise, where one has just failed: another signer may have started the module before the token was back."""


class Pkcs11Signer:
    """A `Signer` over a key in a token. Safe to share between threads; good in processes made by fork, too.

    The random numbers in signatures are the token's own: ES256 never gives the same one twice.

    Args:
        source: Which key.

    Raises:
        VaxcertError: As of `Pkcs11Key.open`.
    """

    __slots__ = ("_connection", "_generation", "_key", "_seen", "_source", "algorithm", "certificate", "kid")

    def __init__(self, source: Pkcs11Key) -> None:
        self.certificate = read_signing_certificate(source.certificate)
        self.kid = self.certificate.kid
        self._key = self.certificate.verifying_key()
        if self._key.is_small:
            raise UnsupportedError(
                Reason.KEY_TYPE, f"RSA key of {self._key.bits} bits, at least {MIN_RSA_BITS} expected"
            )
        self.algorithm = self._key.algorithm
        self._source = source
        self._seen = source.seen
        self._generation: object = None
        self._connection: Connection | None = None
        try:
            self._connected(None)
        except SignerUnavailableError:
            if not source.seen:
                raise
        self._seen = True

    def sign(self, data: bytes) -> bytes:
        """Sign `data`; see `vaxcert.crypto.signer.Signer`. After a reset it logs in anew and tries once more.

        Raises:
            SignerUnavailableError: The token is away. The same call may succeed later.
            AdapterError: `key-password`, when the PIN is not taken any more; `key-certificate-mismatch`, when another
                key has taken the place of this one.
            UnsupportedError: `key-type`, when another device has taken the place of this one.
        """
        connection = self._connection
        if connection is not None:
            try:
                with self._away():
                    return connection.sign(data)
            except SignerUnavailableError:
                pass
        with self._away():
            return self._connected(connection).sign(data)

    def reopen(self) -> None:
        """Start the module anew, log in and find the key: for a caller that waits for the token.

        Raises:
            SignerUnavailableError: The token is still away.
            AdapterError: As of `sign`.
            UnsupportedError: As of `sign`.
        """
        self._connected(self._connection)

    def _connected(self, failed: Connection | None) -> Connection:
        """Another connection than the one that failed: one that a thread has made meanwhile, or a new one."""
        with self._away():
            module = module_at(self._source.module)
            with module.opening:
                if self._connection is None or self._connection is failed:
                    is_first = self._connection is not None or self._generation is None
                    self._connection = None
                    self._connection = self._connect(module, _FIRST_PAUSES if is_first else _LATER_PAUSES)
                return self._connection

    def _connect(self, module: Module, pauses: Iterable[float]) -> Connection:
        for seconds in pauses:
            with suppress(NotReadyError):
                return self._connect_once(module)
            sleep(seconds)
        return self._connect_once(module)

    def _connect_once(self, module: Module) -> Connection:
        try:
            module.restart(self._generation)
        finally:
            self._generation = module.generation
        return Connection(module, self._source, self._key, again=self._seen)

    @contextmanager
    def _away(self) -> Iterator[None]:
        """What was there and is not any more is away, whatever the module says about it."""
        try:
            yield
        except AdapterError as error:
            if self._seen and error.reason is Reason.KEY_UNREADABLE:
                raise SignerUnavailableError(str(error)) from None
            raise

    def __repr__(self) -> str:
        return f"<Pkcs11Signer {self.algorithm.name} kid={self.kid.hex()}>"
