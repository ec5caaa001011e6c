"""Where things are kept when nobody says where."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def default_store(environment: Mapping[str, str] | None = None) -> Path:
    """The folder of the user's trust store, which need not be there.

    `VAXCERT_TRUST` names it; else it is `vaxcert/trust` in the user's data folder (XDG Base Directory
    Specification: `XDG_DATA_HOME`, which has to be absolute, else `~/.local/share`).

    Args:
        environment: By default that of the process.
    """
    known = os.environ if environment is None else environment
    if known.get("VAXCERT_TRUST"):
        return Path(known["VAXCERT_TRUST"])
    data = Path(known.get("XDG_DATA_HOME", ""))
    if not data.is_absolute():
        data = Path(known.get("HOME") or Path.home()) / ".local" / "share"
    return data / "vaxcert" / "trust"
