"""Keys and certificates as the actions of `vaxcert keys` read and write them."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from vaxcert.adapters import key_files
from vaxcert.adapters.files import CERTIFICATE_SUFFIXES, find_files
from vaxcert.adapters.signers import PrivateKey
from vaxcert.cli.inputs import read_input
from vaxcert.cli.passwords import open_with_password
from vaxcert.cli.session import Session
from vaxcert.crypto.signing_certificate import SigningCertificate, key_identifier, read_certificates
from vaxcert.errors import AdapterError, Reason, UnsupportedError, VaxcertError
from vaxcert.limits import MAX_TRUST_FILE_BYTES


def load_key(path: Path, password_path: Path | None, session: Session) -> PrivateKey:
    """Read a private key, asking for its password where there is somebody to ask.

    Raises:
        AdapterError: As of `key_files.load_private_key`.
        UnsupportedError: `key-type`.
    """
    key = open_with_password(
        lambda password: key_files.load_private_key(path, password=password), path, password_path, session
    )
    if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        return key
    raise UnsupportedError(Reason.KEY_TYPE, f"{path} is a key of another type, P-256 or RSA expected")


def readings(
    paths: Collection[Path], session: Session
) -> Iterator[tuple[Path, SigningCertificate | VaxcertError]]:
    """Every certificate in files, folders and standard input (`-`), or why one cannot be read."""
    for path in paths:
        for file in find_files(path, CERTIFICATE_SUFFIXES) if path.is_dir() else (path,):
            if isinstance(file, AdapterError):
                yield path, file
            else:
                yield from ((file, reading) for reading in _in_file(file, session))


def _in_file(path: Path, session: Session) -> tuple[SigningCertificate | VaxcertError, ...]:
    try:
        return read_certificates(read_input(path, MAX_TRUST_FILE_BYTES, session))
    except VaxcertError as error:
        return (error,)


def note_unreadable(path: Path, error: VaxcertError, session: Session) -> None:
    """Say on standard error that a certificate cannot be read."""
    session.output.note(f"vaxcert: {error.reason}: {path}: {error}")


def save(
    options: argparse.Namespace,
    session: Session,
    key: PrivateKey,
    password: bytes | None,
    certificate: x509.Certificate,
) -> list[Path]:
    """Write key and certificate, or neither where either is in the way of another file.

    Returns:
        What was written.

    Raises:
        AdapterError: `file-unwritable`.
    """
    for path in (options.out_key, options.out_cert):
        if path.exists():
            raise AdapterError(Reason.FILE_UNWRITABLE, f"{path} is there already and is not overwritten")
    save_key(options.out_key, key, password, session)
    key_files.save_certificate(options.out_cert, certificate)
    return [options.out_key, options.out_cert]


def save_key(path: Path, key: PrivateKey, password: bytes | None, session: Session) -> None:
    """Write a new private key, and warn when it is not encrypted.

    Raises:
        AdapterError: `file-unwritable`.
    """
    key_files.save_private_key(path, key, password)
    if password is None:
        session.output.note(session.texts.get("keys", "unencrypted"))


def identity(certificate: x509.Certificate) -> dict[str, str]:
    """The key identifier of a certificate, for reports."""
    return {"kid": key_identifier(certificate.public_bytes(Encoding.DER)).hex()}


def report_written(
    options: argparse.Namespace, session: Session, paths: list[Path], kid: dict[str, str], **more: str
) -> None:
    """Say what was written; `more` is for the JSON object only."""
    if options.json:
        session.output.json({"files": [str(path) for path in paths], **kid, **more})
        return
    for path in paths:
        session.output.paragraph(session.texts.get("keys", "written", path=path))
    for value in kid.values():
        session.output.labelled(session.texts.get("field", "kid"), value, mark="")
