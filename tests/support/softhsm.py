"""Tokens of SoftHSM2, which is a PKCS #11 module like any other, and keeps its keys in files of a folder."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from vaxcert.adapters.passwords import PasswordFile
from vaxcert.adapters.pkcs11.configuration import Pkcs11Key
from vaxcert.adapters.pkcs11.module import module_at
from vaxcert.adapters.signers import KeySigner

CONFIGURATION = "SOFTHSM2_CONF"
MISSING = "SoftHSM2 is not installed (in Debian, the packages softhsm2 and opensc-pkcs11)"
PIN = "CANARY-31415926"
OFFICER_PIN = "CANARY-27182818"
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def softhsm_module() -> Path | None:
    """The module, where it is installed."""
    return next((path for path in map(Path, _MODULES) if path.is_file()), None)


@dataclass(frozen=True)
class SoftToken:
    """A token in a folder of tokens."""

    module: Path
    folder: Path
    label: str
    pin_file: Path

    def put(self, one: KeySigner, label: str, identifier: str) -> None:
        """Import the key of a TEST signer."""
        file = self.folder.parent / "imported.pem"
        file.write_bytes(one._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.import_file(file, label, identifier)

    def import_file(self, file: Path, label: str, identifier: str) -> None:
        """Import a key in PKCS#8."""
        key = ("--import", file, "--label", label, "--id", identifier)
        util(*key, "--token", self.label, "--pin", self.pin_file.read_text())

    def make(self, label: str, *, public_key: bool = True, **attributes: object) -> None:
        """Have it make a P-256 key; the attributes are those of the private key, by their PKCS #11 names."""
        module = module_at(self.module)
        token = module.token(self.label)
        module.log_in(token, PasswordFile(self.pin_file), self.label, again=False)
        private = {Attribute[name]: value for name, value in attributes.items()}
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        with token.open(rw=True) as session:
            parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
            public, _ = parameters.generate_keypair(
                id=label.encode(), label=label, store=True, private_template=private
            )
            if not public_key:
                public.destroy()

    def rename_public_key(self, old: str, new: str) -> None:
        """Give a public key the identifier and label of another key."""
        with module_at(self.module).token(self.label).open(rw=True) as session:
            key = session.get_key(label=old, object_class=ObjectClass.PUBLIC_KEY)
            key[Attribute.ID], key[Attribute.LABEL] = new.encode(), new

    def key(self, one: KeySigner, label: str | bytes, **changes: object) -> Pkcs11Key:
        """How a key in it is named, with its certificate."""
        fields: dict[str, object] = {
            "module": self.module,
            "token": self.label,
            "key": label,
            "certificate": one.certificate.der,
            "pin": PasswordFile(self.pin_file),
            **changes,
        }
        return Pkcs11Key(**fields)  # type: ignore[arg-type]

    def pull(self) -> None:
        """Take it away."""
        self.folder.rename(self._away)

    def plug_in(self) -> None:
        """Bring it back."""
        self._away.rename(self.folder)

    @property
    def _away(self) -> Path:
        return self.folder.parent.parent / self.folder.name

    def reset(self) -> None:
        """Delete everything in it, as its security officer can."""
        util("--init-token", "--token", self.label, *_identity(self.label, self.pin_file.read_text()))


class SoftHsm:
    """A folder of tokens of which `SOFTHSM2_CONF` tells the module."""

    def __init__(self, module: Path, folder: Path) -> None:
        self.module = module
        self.configuration = folder / "softhsm2.conf"
        self._tokens = folder / "tokens"
        self._tokens.mkdir(parents=True)
        self.configure()

    def configure(self, *more: str) -> None:
        """Write the configuration, which is read when the module starts."""
        lines = (f"directories.tokendir = {self._tokens}", "log.level = ERROR", *more)
        self.configuration.write_text("\n".join(lines) + "\n")

    def token(self, label: str, pin: str = PIN) -> SoftToken:
        """Make a token."""
        before = set(self._tokens.iterdir())
        util("--init-token", "--free", *_identity(label, pin))
        (folder,) = set(self._tokens.iterdir()) - before
        pin_file = self._tokens.parent / f"{label}.pin"
        pin_file.write_text(pin)
        self.restart()
        return SoftToken(self.module, folder, label, pin_file)

    def restart(self) -> None:
        """Have this process see what others have changed: SoftHSM looks for tokens when it starts."""
        module = module_at(self.module)
        module.restart(module.generation)


def _identity(label: str, pin: str) -> tuple[str, ...]:
    return ("--label", label, "--pin", pin, "--so-pin", OFFICER_PIN)


def util(*arguments: str | Path) -> None:
    """Run `softhsm2-util`, and show what it says when it fails."""
    done = subprocess.run(["softhsm2-util", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert done.returncode == 0, done.stderr
