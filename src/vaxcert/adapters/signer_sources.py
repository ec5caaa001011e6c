"""What a process needs to open a signer of its own: handed to workers, which cannot share an open one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from vaxcert.adapters.key_files import load_private_key
from vaxcert.adapters.passwords import PasswordSource
from vaxcert.adapters.signers import KeySigner
from vaxcert.crypto.signer import Signer
from vaxcert.crypto.signing_certificate import read_signing_certificate


class SignerSource(Protocol):
    """Opens a signer in whatever process it is unpickled in. `Pkcs11Key` is one as well."""

    def open(self) -> Signer:
        """The signer, opened anew.

        Raises:
            VaxcertError: The key or its certificate cannot be used.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A private key in a file, to be opened where it is used.

    Attributes:
        key: The private key, PEM or DER.
        certificate: Its signing certificate, DER.
        password: Of an encrypted key; None for one that is not encrypted.
        deterministic: As in `KeySigner`.
    """

    key: Path
    certificate: bytes = field(repr=False)
    password: PasswordSource | None = None
    deterministic: bool = False

    def open(self) -> KeySigner:
        """Open it.

        Raises:
            AdapterError: `key-unreadable`, `key-password`, `file-unreadable`, `key-certificate-mismatch`.
            UnsupportedError: `key-type`.
            TrustListError: `certificate-unreadable`.
        """
        password = None if self.password is None else self.password.read()
        key = load_private_key(self.key, password=password)
        certificate = read_signing_certificate(self.certificate)
        return KeySigner(key, certificate, deterministic=self.deterministic)
