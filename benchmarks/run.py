"""Run every benchmark once: `python -m benchmarks.run`, or `make bench`.

Prints a table and writes `benchmarks/latest.json`. Exits 1 when a bound is missed, 4 when there are no peers.
With `--quick` it measures few certificates, writes nothing and enforces no bound: it shows that the benchmarks run.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import hsm, many_keys, processes, revocation, signatures, transport, trust_lists
from benchmarks.figures import Figure, table, write
from benchmarks.peers.client import Peers, PeersMissingError

LATEST = Path(__file__).with_name("latest.json")
_FEW = 100
_FEW_ENTRIES = 20_000
_CORPUS = "VAXCERT_CORPUS"
_PACKAGES = ("cryptography", "cbor2", "zxing-cpp", "pillow")


def main(arguments: list[str] | None = None) -> int:
    """Measure, show, write.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--quick", action="store_true", help="show that the benchmarks run; prove nothing")
    quick = parser.parse_args(arguments).quick
    try:
        with Peers() as peers:
            figures = _measure(peers, _FEW if quick else None)
            environment = _environment(peers)
    except PeersMissingError as error:
        print(error, file=sys.stderr)
        return 4
    print(table(figures))
    if quick:
        return 0
    write(LATEST, environment, figures)
    return 1 if any(figure.met is False for figure in figures) else 0


def _measure(peers: Peers, certificates: int | None) -> list[Figure]:
    signed, drawn = certificates or signatures.CERTIFICATES, certificates or transport.CERTIFICATES
    parts: dict[str, Callable[[], list[Figure]]] = {}
    corpus = os.environ.get(_CORPUS)
    if corpus:  # before anything else has filled the memory: it is read when a program starts
        parts["trust list"] = lambda: trust_lists.german(
            Path(corpus), 3 if certificates else trust_lists.ROUNDS
        )
    else:
        print(f"{_CORPUS} is not set: the trust list is not measured", file=sys.stderr)
    parts |= {
        "import": processes.import_time,
        "command line": processes.command_line,
        "ES256": lambda: signatures.es256(peers, signed),
        "PS256": lambda: signatures.ps256(peers, signed),
        "base45 and QR": lambda: transport.figures(peers, drawn),
        "many keys": lambda: many_keys.figures(certificates or many_keys.CERTIFICATES),
        "revocation": lambda: revocation.figures(_FEW_ENTRIES if certificates else revocation.ENTRIES),
    }
    if hsm.MODULE.is_file():
        parts["HSM"] = lambda: hsm.figures(certificates or hsm.CERTIFICATES)
    else:
        print("SoftHSM2 is not installed: keys in tokens are not measured", file=sys.stderr)
    figures = []
    for number, (name, measure) in enumerate(parts.items(), 1):
        print(f"[{number}/{len(parts)}] {name}", file=sys.stderr, flush=True)
        figures += measure()
    return figures


def _environment(peers: Peers) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "peers": peers.versions,
        "certificates": {"signatures": signatures.CERTIFICATES, "base45 and QR": transport.CERTIFICATES},
    }


if __name__ == "__main__":
    sys.exit(main())
