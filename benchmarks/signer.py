"""Throw-away TEST keys for benchmarks."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.watching import vaxcert


def make_signer(folder: Path, algorithm: str) -> Path:
    """Make a TEST signer, unless it is there.

    Args:
        folder: Where a folder named by the algorithm is, or is made.
        algorithm: `ES256` or `PS256`.

    Returns:
        The folder, with `key` and `cert.pem`, in date from November 2022 on.
    """
    place = folder / algorithm
    if not place.exists():
        place.mkdir()
        for action, *rest in (
            ("new-ca", "--out-key", f"{place}/ca.key", "--out-cert", f"{place}/ca.pem"),
            (
                *("new-signer", "--out-key", f"{place}/key", "--out-cert", f"{place}/cert.pem"),
                *("--ca-key", f"{place}/ca.key", "--ca-cert", f"{place}/ca.pem", "--algorithm", algorithm),
            ),
        ):
            subject = ["--country", "VN", "--organization", "TEST", "--common-name", f"TEST {action}"]
            subprocess.run(
                [*vaxcert("keys", action), *rest, *subject, "--at", "2022-11-01T00:00:00Z"],
                check=True,
                stdout=subprocess.DEVNULL,
            )
    return place
