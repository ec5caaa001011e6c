"""What fuzzing begins with: the published vectors, cut to what each target reads."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from test_vectors.builder import FOLDER

_BEHIND_A_CHOICE: Final = {
    "trust-lists": ("trust-list", "trust-list-attacks", "trust-list-formats"),
    "documents": ("trust-list", "attestation", "rules"),
    "revocation": ("revocation-list",),
    "travellers": ("mrz", "names", "certificate-id", "identity"),
    "certificates": ("signing-certificate", "trust-list-formats"),
}
"""Families whose inputs a target reads, behind a byte that chooses among its readers."""

_CHOICES: Final = 16
_STAGES: Final = {"reader": ("text", "cose"), "verification": ("text", "cose"), "content": ("payload",)}


def write_seeds(target: str, folder: Path) -> int:
    """Write what a target begins with.

    Args:
        target: Name of the target.
        folder: Where to; made where it is not there.

    Returns:
        How many seeds there are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seeds = set(_seeds(target))
    for seed in seeds:
        (folder / hashlib.sha256(seed).hexdigest()[:24]).write_bytes(seed)
    return len(seeds)


def _seeds(target: str) -> Iterator[bytes]:
    if target in _STAGES:
        yield from _stages(_STAGES[target])
    elif target in _BEHIND_A_CHOICE:
        if target == "certificates":
            yield from (b"\0" + path.read_bytes() for path in sorted((FOLDER / "keys").glob("*.cert.pem")))
        for number, seed in enumerate(_inputs(_BEHIND_A_CHOICE[target])):
            yield bytes([number % _CHOICES]) + seed
    elif target == "rules":
        yield from _inputs(("rules",))
    elif target == "logic":
        yield from _expressions()


def _stages(names: tuple[str, ...]) -> Iterator[bytes]:
    for vector in _vectors("*"):
        for name, value in vector.get("stages", {}).items():
            if name in names and value:
                yield value.encode() if name == "text" else bytes.fromhex(value)


def _inputs(families: tuple[str, ...]) -> Iterator[bytes]:
    for family in families:
        for vector in _vectors(family):
            for value in _leaves(vector["input"]):
                yield _decoded(value)


def _expressions() -> Iterator[bytes]:
    about = {
        "payload": {"v": [{"dn": 2, "sd": 2, "dt": "2026-01-04"}]},
        "external": {"validationClock": "2026-02-01"},
    }
    for vector in _vectors("rules"):
        for record in _logics(vector["input"]):
            yield json.dumps([record, about]).encode()


def _logics(value: Any) -> Iterator[Any]:
    if isinstance(value, str) and '"Logic"' in value:
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, dict):
        if "Logic" in value:
            yield value["Logic"]
        for one in value.values():
            yield from _logics(one)
    elif isinstance(value, list):
        for one in value:
            yield from _logics(one)


def _vectors(family: str) -> Iterator[dict[str, Any]]:
    for path in sorted((FOLDER / "vectors").glob(f"{family}/*.json")):
        yield json.loads(path.read_text("utf-8"))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)


def _decoded(text: str) -> bytes:
    """The bytes a text stands for; documents are in base64."""
    try:
        return b64decode(text, validate=True) if len(text) > 24 else text.encode()
    except (Base64Error, ValueError):
        return text.encode()
