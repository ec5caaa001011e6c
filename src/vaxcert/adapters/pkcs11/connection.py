"""A key in a token, found under one start of its module."""

from __future__ import annotations

from typing import Any, Final

from vaxcert.adapters.pkcs11.configuration import Pkcs11Key
from vaxcert.adapters.pkcs11.faults import faults_of
from vaxcert.adapters.pkcs11.mechanisms import KEY_TYPES, mechanism_of
from vaxcert.adapters.pkcs11.module import Module, token_name
from vaxcert.adapters.pkcs11.sessions import KeySessions, close, private_key
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import COORDINATE_BYTES, VerifyingKey
from vaxcert.errors import AdapterError, Reason, SignerUnavailableError

_PROBE: Final = b"vaxcert asks: does this private key belong to this certificate?"


class Connection:
    """A private key that is logged in to and has signed once, so that it is known to be the certificate's.

    Args:
        module: Started.
        source: Which key.
        key: The key of the certificate.
        again: As in `faults.check_flags`.

    Raises:
        AdapterError: `key-unreadable`, `key-password`, `file-unreadable`, `key-certificate-mismatch`.
        SignerUnavailableError: The device is away.
        UnsupportedError: `key-type`.
    """

    def __init__(self, module: Module, source: Pkcs11Key, key: VerifyingKey, *, again: bool) -> None:
        self._module: Final = module
        self._generation: Final = module.generation
        self._name: Final = source.key
        self._who: Final = token_name(source.token)
        self._key_type: Final = KEY_TYPES[key.algorithm]
        is_es256 = key.algorithm is Algorithm.ES256
        self._signature_bytes: Final = 2 * COORDINATE_BYTES if is_es256 else (key.bits + 7) // 8
        with module.use(self._generation), faults_of(self._who, "log in"):
            self._token: Final = module.token(source.token)
            there = self._token.slot.get_mechanisms()
            self._mechanism: Final = mechanism_of(key.algorithm, there, self._who)
            module.log_in(self._token, source.pin, self._who, again=again)
        self._sessions: Final = KeySessions(self._open_key, source.sessions)
        if not key.is_signature(self._signed(_PROBE), _PROBE):
            raise self._mismatch()

    def sign(self, data: bytes) -> bytes:
        """Sign `data`.

        Raises:
            SignerUnavailableError: The device is away, or gives something that is no signature.
            AdapterError: `key-unreadable`.
        """
        signature = self._signed(data)
        if len(signature) != self._signature_bytes:
            raise SignerUnavailableError(
                f"{self._who} gave a signature of {len(signature)} bytes, {self._signature_bytes} expected"
            )
        return signature

    def _signed(self, data: bytes) -> bytes:
        how = self._mechanism
        message = how.prepare(data)
        with (
            self._module.use(self._generation),
            faults_of(self._who, "sign"),
            self._sessions.borrowed() as key,
        ):
            signature: bytes = key.sign(message, mechanism=how.mechanism, mechanism_param=how.parameter)
            return signature

    def _open_key(self) -> Any:
        session = self._token.open()
        try:
            key = private_key(session, self._name, self._who)
            if key.key_type is not self._key_type:
                raise self._mismatch()
        except BaseException:
            close(session)
            raise
        return key

    def _mismatch(self) -> AdapterError:
        return AdapterError(
            Reason.KEY_CERTIFICATE_MISMATCH, f"the private key in {self._who} is not that of the certificate"
        )
