from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.support.signers import NOW, certificate, issuer, signer
from vaxcert.adapters.signers import KeySigner
from vaxcert.cli import main

AT = NOW.isoformat()
PASSWORD = b"correct horse"


@dataclass(frozen=True)
class Run:
    """What one command did."""

    status: int
    stdout: str
    stderr: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]


@dataclass(frozen=True)
class SignerFiles:
    """A TEST signer as files."""

    key: Path
    encrypted_key: Path
    cert: Path
    password: Path


def write_signer(one: KeySigner, folder: Path) -> SignerFiles:
    folder.mkdir(parents=True)
    files = SignerFiles(folder / "k.pem", folder / "k.enc.pem", folder / "c.pem", folder / "password")
    pkcs8 = PrivateFormat.PKCS8
    files.key.write_bytes(one._key.private_bytes(Encoding.PEM, pkcs8, NoEncryption()))
    files.encrypted_key.write_bytes(
        one._key.private_bytes(Encoding.PEM, pkcs8, BestAvailableEncryption(PASSWORD))
    )
    dsc = x509.load_der_x509_certificate(one.certificate.der)
    files.cert.write_bytes(dsc.public_bytes(Encoding.PEM))
    files.password.write_bytes(PASSWORD + b"\n")
    return files


@pytest.fixture(scope="session")
def signer_files(tmp_path_factory: pytest.TempPathFactory) -> SignerFiles:
    return write_signer(signer(), tmp_path_factory.mktemp("keys") / "signer")


@pytest.fixture(scope="session")
def trust(signer_files: SignerFiles) -> Path:
    return signer_files.cert


@pytest.fixture(scope="session")
def text() -> str:
    """A certificate of ours, in date at `AT`."""
    return issuer().issue(certificate(), at=NOW).text


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Run]:
    """Run a command in this process, in English on 80 columns, where the user has no trust store."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR", "VAXCERT_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("VAXCERT_TRUST", str(tmp_path / "no-store"))

    def run_command(*arguments: str | Path, stdin: bytes | BinaryIO = b"") -> Run:
        stream = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        status = main.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Run(status, captured.out, captured.err)

    return run_command
