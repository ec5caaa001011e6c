"""TEST certificates and CMS messages made by the `openssl` command: an oracle that shares no code with the readers."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vaxcert.crypto.signing_certificate import SigningCertificate, read_certificates

_CONFIGURATION = """
[req]
distinguished_name = name
[name]
[signer]
subjectKeyIdentifier = hash
[authority]
basicConstraints = critical, CA:true
subjectKeyIdentifier = hash
"""


@dataclass(frozen=True)
class Party:
    """A key with its certificate, in files."""

    key: Path
    file: Path

    @cached_property
    def certificate(self) -> SigningCertificate:
        """The certificate as vaxcert reads it."""
        (found,) = read_certificates(self.file.read_bytes())
        assert isinstance(found, SigningCertificate)
        return found


class Workshop:
    """Makes parties and messages in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._configuration = folder / "openssl.cnf"
        self._configuration.write_text(_CONFIGURATION)

    def party(
        self,
        name: str,
        *,
        key: str = "P-256",
        country: str = "VN",
        issuer: Party | None = None,
        signed: Sequence[str] = ("-sha256",),
        authority: bool = False,
        serial: int | None = None,
    ) -> Party:
        """A party; its certificate signed by itself, or by another."""
        made = Party(self._file("key"), self._file("pem"))
        kind = ("RSA", f"rsa_keygen_bits:{key}") if key.isdigit() else ("EC", f"ec_paramgen_curve:{key}")
        run("genpkey", "-algorithm", kind[0], "-pkeyopt", kind[1], "-out", made.key)
        subject = ("-subj", f"/C={country}/O=TEST/CN=TEST {name}", "-key", made.key)
        extensions = "authority" if authority else "signer"
        common = ("-config", self._configuration, "-new", *subject)
        if issuer is None:
            own = ("-x509", "-days", "900", "-extensions", extensions, "-out", made.file)
            run("req", *common, *own, *signed)
            return made
        request = self._file("csr")
        run("req", *common, "-out", request)
        by = ("-CA", issuer.file, "-CAkey", issuer.key, "-set_serial", str(serial or 1000 + self._count))
        with_extensions = ("-extfile", self._configuration, "-extensions", extensions)
        run("x509", "-req", "-in", request, "-days", "800", *by, *with_extensions, "-out", made.file, *signed)
        return made

    def again(self, party: Party, name: str, *, country: str = "VN", authority: bool = False) -> Party:
        """The key of a party once more, with a certificate that says something else."""
        made = Party(party.key, self._file("pem"))
        subject = ("-subj", f"/C={country}/O=TEST/CN=TEST {name}", "-key", party.key)
        extensions = ("-extensions", "authority" if authority else "signer")
        own = ("-x509", "-new", "-days", "900", "-out", made.file)
        run("req", "-config", self._configuration, *own, *subject, *extensions, "-sha256")
        return made

    def reissued(self, party: Party, *, issuer: Party, serial: int) -> Party:
        """The key of a party once more, with a certificate by this issuer, of this number."""
        made, request = Party(party.key, self._file("pem")), self._file("csr")
        subject = ("-subj", "/C=VN/O=TEST/CN=TEST UPLOAD", "-key", party.key)
        run("req", "-config", self._configuration, "-new", *subject, "-out", request)
        by = ("-CA", issuer.file, "-CAkey", issuer.key, "-set_serial", str(serial))
        run("x509", "-req", "-in", request, "-days", "800", *by, "-out", made.file, "-sha256")
        return made

    def cms(self, signer: Party, content: bytes, *options: str, md: str = "sha256") -> bytes:
        """A CMS message; detached unless the options say `-nodetach`."""
        source, result = self._file("content"), self._file("cms")
        source.write_bytes(content)
        who = ("-signer", signer.file, "-inkey", signer.key, "-md", md)
        run("cms", "-sign", "-binary", "-in", source, "-outform", "DER", "-out", result, *who, *options)
        return result.read_bytes()

    def is_right(self, message: bytes, content: bytes) -> bool:
        """Whether openssl takes a detached message, whoever its signer is."""
        source, data = self._file("content"), self._file("cms")
        source.write_bytes(content)
        data.write_bytes(message)
        arguments = (
            "cms",
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            data,
            "-content",
            source,
            "-noverify",
        )
        done = subprocess.run(["openssl", *arguments], capture_output=True, check=False)  # noqa: S603, S607
        return done.returncode == 0

    def _file(self, suffix: str) -> Path:
        self._count += 1
        return self._folder / f"{self._count}.{suffix}"


def run(*arguments: str | Path) -> None:
    """Run openssl, and show what it says when it fails."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert done.returncode == 0, done.stderr
