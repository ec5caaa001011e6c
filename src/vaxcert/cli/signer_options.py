"""The options that say which key signs: one in a file, or one in a PKCS #11 token."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from vaxcert.adapters.key_files import load_signing_certificate
from vaxcert.adapters.passwords import PasswordFile, PasswordSource
from vaxcert.adapters.pkcs11.configuration import Pkcs11Key
from vaxcert.adapters.signer_sources import KeyFile, SignerSource
from vaxcert.cli.arguments import Parser
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.passwords import ask, open_with_source
from vaxcert.cli.session import Session
from vaxcert.crypto.signer import Signer
from vaxcert.errors import AdapterError, Reason
from vaxcert.presentation.texts import Texts

_SLOT: Final = re.compile("slot=([0-9]{1,18})")
_IDENTIFIER: Final = re.compile("id=((?:[0-9A-Fa-f]{2}){1,64})")


def add_signer_options(parser: Parser, texts: Texts) -> None:
    """Add `--key` or `--hsm`, and what goes with each."""
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--key", type=Path, metavar="FILE", help=texts.get("help", "key"))
    where.add_argument("--hsm", type=Path, metavar="MODULE", help=texts.get("help", "hsm"))
    parser.add_argument("--cert", required=True, type=Path, metavar="FILE", help=texts.get("help", "cert"))
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=texts.get("help", "password-file"))
    add_token_options(parser, texts)


def add_token_options(parser: Parser, texts: Texts) -> None:
    """Add the options of a key in a token, besides `--hsm` itself."""
    for name in ("hsm-token", "hsm-key"):
        parser.add_argument(f"--{name}", metavar="LABEL", help=texts.get("help", name))
    parser.add_argument("--pin-file", type=Path, metavar="FILE", help=texts.get("help", "pin-file"))


def signer_of(options: argparse.Namespace, session: Session, *, deterministic: bool = False) -> Signer:
    """Open the signer of the options in this process.

    Args:
        options: As of `add_signer_options`.
        session: Where to ask for a password or a PIN, when none is given.
        deterministic: As in `KeySigner`.

    Raises:
        VaxcertError: As of `KeyFile.open` and `Pkcs11Key.open`.
        UsageError: Options that do not go together.
    """
    return _opened(options, session, deterministic=deterministic)[1]


def signer_source_of(
    options: argparse.Namespace, session: Session, *, deterministic: bool = False
) -> SignerSource:
    """What worker processes open the signer of the options with.

    It is opened once here, so that what is wrong is said before any work starts, and a wrong PIN is tried once and
    not by every worker.

    Args:
        options: As of `add_signer_options`.
        session: Where to ask for a password or a PIN, when none is given.
        deterministic: As in `KeySigner`.

    Raises:
        VaxcertError: As of `KeyFile.open` and `Pkcs11Key.open`.
        UsageError: Options that do not go together.
    """
    source = _opened(options, session, deterministic=deterministic)[0]
    return replace(source, seen=True) if isinstance(source, Pkcs11Key) else source


def check_token_options(options: argparse.Namespace) -> None:
    """Make sure that the options are all of a key file or all of a token.

    Raises:
        UsageError: Which of them is missing, or does not belong.
    """
    if options.hsm is None:
        for name in ("hsm-token", "hsm-key", "pin-file", "new-hsm-key"):
            if _given(options, name):
                raise UsageError(f"--{name} belongs with --hsm")
        return
    for name in ("hsm-token", "hsm-key"):
        if not _given(options, name):
            raise UsageError(f"--hsm needs --{name}")
    if options.password_file is not None:
        raise UsageError("--password-file belongs with --key; the PIN of a token is in --pin-file")


def token_of(text: str) -> str | int:
    """A token as an option names it: its label, or `slot=` and a number."""
    slot = _SLOT.fullmatch(text)
    return int(slot[1]) if slot else text


def key_of(text: str) -> str | bytes:
    """A key as an option names it: its label, or `id=` and hexadecimal digits."""
    identifier = _IDENTIFIER.fullmatch(text)
    return bytes.fromhex(identifier[1]) if identifier else text


def pin_source(options: argparse.Namespace, session: Session) -> PasswordSource:
    """Where the PIN of a token comes from.

    Raises:
        AdapterError: `key-password`, when there is no file and nobody to ask.
    """
    if options.pin_file is not None:
        return PasswordFile(options.pin_file)
    if not session.stdin_is_terminal:
        raise AdapterError(
            Reason.KEY_PASSWORD, f"token {options.hsm_token!r} needs a PIN; give --pin-file or a terminal"
        )
    return ask(session.texts.get("keys", "pin-prompt", token=options.hsm_token))


def _given(options: argparse.Namespace, name: str) -> bool:
    return bool(getattr(options, name.replace("-", "_"), None))


def _opened(
    options: argparse.Namespace, session: Session, *, deterministic: bool
) -> tuple[KeyFile | Pkcs11Key, Signer]:
    check_token_options(options)
    certificate = load_signing_certificate(options.cert).der
    if options.hsm is None:
        return _opened_file(options, certificate, session, deterministic=deterministic)
    if deterministic:
        raise UsageError("a token makes its own random numbers: --deterministic does not go with --hsm")
    key = Pkcs11Key(
        module=options.hsm,
        token=token_of(options.hsm_token),
        key=key_of(options.hsm_key),
        certificate=certificate,
        pin=pin_source(options, session),
    )
    return key, key.open()


def _opened_file(
    options: argparse.Namespace, certificate: bytes, session: Session, *, deterministic: bool
) -> tuple[KeyFile, Signer]:
    def opened(password: PasswordSource | None) -> tuple[KeyFile, Signer]:
        source = KeyFile(
            key=options.key, certificate=certificate, password=password, deterministic=deterministic
        )
        return source, source.open()

    return open_with_source(opened, options.key, options.password_file, session)
