"""Private keys and X.509 files of signers and authorities, PEM or DER."""

from __future__ import annotations

import secrets
import warnings
from base64 import encodebytes
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)

from vaxcert.adapters.files import create_new, read_bounded
from vaxcert.adapters.signers import KeySigner, PrivateKey
from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates
from vaxcert.errors import AdapterError, LimitExceededError, Reason
from vaxcert.limits import MAX_KEY_FILE_BYTES
from vaxcert.model.record_keys import MIN_SECRET_BYTES

_PEM_START: Final = b"-----BEGIN "
_X509 = TypeVar("_X509", x509.Certificate, x509.CertificateSigningRequest)


def load_private_key(path: Path, *, password: bytes | None = None) -> object:
    """Read a private key of any type, in PKCS#8 or a traditional form, encrypted or not.

    Args:
        path: PEM or DER.
        password: Of an encrypted key; must be None for one that is not encrypted.

    Raises:
        AdapterError: `key-unreadable`; `key-password` when the password is missing, wrong or not needed.
    """
    data = _read(path, Reason.KEY_UNREADABLE)
    load = load_pem_private_key if _PEM_START in data else load_der_private_key
    try:
        return load(data, password)
    except TypeError:
        needed = (
            "is encrypted and needs a password"
            if password is None
            else "is not encrypted, no password expected"
        )
        raise AdapterError(Reason.KEY_PASSWORD, f"the key {path} {needed}") from None
    except (ValueError, UnsupportedAlgorithm):
        # OpenSSL does not tell a wrong password from damaged contents
        if password is not None:
            raise AdapterError(Reason.KEY_PASSWORD, f"the password does not open the key {path}") from None
        raise AdapterError(Reason.KEY_UNREADABLE, f"{path} is not a private key in PEM or DER") from None


def load_signing_certificate(path: Path) -> SigningCertificate:
    """Read the signing certificate of a signer: the first one in the file.

    Args:
        path: PEM or DER.

    Raises:
        AdapterError: `certificate-unreadable`.
    """
    reading = read_certificates(_read(path, Reason.CERTIFICATE_UNREADABLE))[0]
    if isinstance(reading, SigningCertificate):
        return reading
    raise AdapterError(Reason.CERTIFICATE_UNREADABLE, f"{path}: {reading}")


def load_signer(
    key_path: Path, certificate_path: Path, *, password: bytes | None = None, deterministic: bool = False
) -> KeySigner:
    """Make a signer of a key file and its certificate.

    Args:
        key_path: As in `load_private_key`.
        certificate_path: As in `load_signing_certificate`.
        password: As in `load_private_key`.
        deterministic: As in `KeySigner`.

    Raises:
        AdapterError: `key-unreadable`, `key-password`, `certificate-unreadable`, `key-certificate-mismatch`.
        UnsupportedError: `key-type`.
    """
    certificate = load_signing_certificate(certificate_path)
    key = load_private_key(key_path, password=password)
    return KeySigner(key, certificate, deterministic=deterministic)


def certificate_pem(der: bytes) -> bytes:
    """A certificate in PEM, also one whose content cannot be read."""
    return b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % encodebytes(der)


def load_certificate(path: Path) -> x509.Certificate:
    """Read an authority's certificate.

    Args:
        path: PEM or DER.

    Raises:
        AdapterError: `certificate-unreadable`.
    """
    return _load_x509(
        path, x509.load_pem_x509_certificate, x509.load_der_x509_certificate, "an X.509 certificate"
    )


def load_csr(path: Path) -> x509.CertificateSigningRequest:
    """Read a certificate signing request (PKCS #10).

    Args:
        path: PEM or DER.

    Raises:
        AdapterError: `certificate-unreadable`.
    """
    return _load_x509(path, x509.load_pem_x509_csr, x509.load_der_x509_csr, "a certificate signing request")


def save_private_key(path: Path, key: PrivateKey, password: bytes | None) -> None:
    """Write a private key as PKCS#8 in PEM, readable by its owner only.

    Args:
        path: Must not be there yet: no key is ever overwritten.
        key: The key.
        password: Encrypts it; None writes it unencrypted.

    Raises:
        AdapterError: `file-unwritable`.
    """
    encryption: KeySerializationEncryption = NoEncryption()
    if password is not None:
        encryption = BestAvailableEncryption(password)
    create_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption), private=True)


def save_certificate(path: Path, certificate: x509.Certificate | x509.CertificateSigningRequest) -> None:
    """Write a certificate or a request as PEM.

    Args:
        path: Must not be there yet.
        certificate: The certificate or request.

    Raises:
        AdapterError: `file-unwritable`.
    """
    create_new(path, certificate.public_bytes(Encoding.PEM))


def _load_x509(
    path: Path, load_pem: Callable[[bytes], _X509], load_der: Callable[[bytes], _X509], what: str
) -> _X509:
    data = _read(path, Reason.CERTIFICATE_UNREADABLE)
    load = load_pem if _PEM_START in data else load_der
    try:
        with warnings.catch_warnings(action="ignore"):  # `cryptography` warns about odd serial numbers
            return load(data)
    except (ValueError, x509.InvalidVersion):
        raise AdapterError(Reason.CERTIFICATE_UNREADABLE, f"{path} is not {what} in PEM or DER") from None


def _read(path: Path, reason: Reason) -> bytes:
    """The file's bytes; what is wrong with the file is said of what it should hold."""
    try:
        return read_bounded(path, MAX_KEY_FILE_BYTES)
    except (AdapterError, LimitExceededError) as error:
        raise AdapterError(reason, str(error)) from None


def load_record_secret(path: Path) -> bytes:
    """Read the secret of an issuing service's keyed names (`vaxcert.model.record_keys`).

    Args:
        path: A file with one line of 64 hexadecimal digits.

    Raises:
        AdapterError: `key-unreadable`.
    """
    try:
        secret = bytes.fromhex(_read(path, Reason.KEY_UNREADABLE).decode("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != MIN_SECRET_BYTES:
        raise AdapterError(
            Reason.KEY_UNREADABLE, f"{path} is not a line of {2 * MIN_SECRET_BYTES} hexadecimal digits"
        )
    return secret


def write_record_secret(path: Path) -> None:
    """Make such a secret of the system's random source, for the owner's eyes only.

    Raises:
        AdapterError: `file-unwritable`, also when the file is there already.
    """
    create_new(path, secrets.token_hex(MIN_SECRET_BYTES).encode() + b"\n", private=True)
