"""The private keys of anchors, which sign trust lists and revocation lists."""

from __future__ import annotations

from pathlib import Path

from vaxcert.adapters.key_files import load_private_key
from vaxcert.adapters.signers import BareKeySigner
from vaxcert.cli.passwords import open_with_password
from vaxcert.cli.session import Session


def anchor_signer(path: Path, password_file: Path | None, session: Session) -> BareKeySigner:
    """A signer that gives the same bytes for the same list.

    Args:
        path: The private key of the anchor, PEM or DER.
        password_file: Whose first line is its password; None asks on a terminal, where one is needed.
        session: The terminal.

    Raises:
        AdapterError: The key or the password cannot be read, or does not fit.
        UnsupportedError: `key-type`.
    """
    key = open_with_password(
        lambda password: load_private_key(path, password=password), path, password_file, session
    )
    return BareKeySigner(key, deterministic=True)
