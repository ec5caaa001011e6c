"""Which key in which token: what is written down of a signer in a hardware module, and sent to worker processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vaxcert.adapters.passwords import PasswordSource
from vaxcert.adapters.pkcs11.extra import needs_python_pkcs11

if TYPE_CHECKING:
    from vaxcert.adapters.pkcs11.signer import Pkcs11Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Key:
    """A private key in a PKCS #11 token, and its signing certificate. A `SignerSource`; holds no PIN of its own.

    Raises:
        ValueError: Less than one session.

    Attributes:
        module: The shared library of the token's maker.
        token: The token's label, or the number of its slot.
        key: The private key's label (CKA_LABEL) or identifier (CKA_ID). Exactly one key must have it.
        certificate: The signing certificate of the key, DER.
        pin: Where the user's PIN comes from; read at each log-in.
        sessions: How many threads of one process may sign at a time.
        seen: Whether the token and the key were there before. What is missing then is away, not named wrongly, and a
            signer opens without it: signing is what waits.
    """

    module: Path
    token: str | int
    key: str | bytes
    certificate: bytes = field(repr=False)
    pin: PasswordSource
    sessions: int = 4
    seen: bool = False

    def __post_init__(self) -> None:
        if self.sessions < 1:
            raise ValueError(f"{self.sessions} sessions, at least 1 expected")

    def open(self) -> Pkcs11Signer:
        """Log in, find the key, and make sure that it belongs to the certificate.

        Raises:
            AdapterError: `extra-missing`; `key-unreadable` when the module cannot be loaded, or the token or the key
                is not there or not the only one; `key-password` when the PIN is wrong or locked; `file-unreadable`
                when it cannot be read; `key-certificate-mismatch`.
            SignerUnavailableError: The token does not answer, and was not `seen`.
            UnsupportedError: `key-type`, for a key or a token that cannot sign with ES256 or PS256.
            TrustListError: `certificate-unreadable`.
        """
        with needs_python_pkcs11():
            from vaxcert.adapters.pkcs11.signer import Pkcs11Signer
        return Pkcs11Signer(self)
