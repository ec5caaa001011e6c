"""Write all vectors, trust lists and the manifest.

    python -m test_vectors.generate

Running it again writes the same bytes; a test sees to that. The manifest has a digest of every data file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from test_vectors.builder import FOLDER, PSS_SIGNATURES
from test_vectors.families import ALL
from test_vectors.operation import OperationVector
from test_vectors.trust_lists import REVOCATION_LISTS, TRUST_LISTS
from test_vectors.vector import Vector

VERSION: Final = "1.0.0"
"""Of the vectors, not of the code. `CHANGELOG.md` beside this file says what raises it."""
GENERATED: Final = (
    "vectors/**/*.json",
    "trust_lists/*.json",
    "revocation_lists/*.json",
    "signatures.json",
    "manifest.json",
)


def all_vectors() -> list[Vector | OperationVector]:
    """Every vector, by identifier.

    Raises:
        ValueError: An identifier is there twice.
    """
    vectors: list[Vector | OperationVector] = [vector for family in ALL for vector in family.vectors]
    by_identifier = {vector.identifier: vector for vector in vectors}
    if len(by_identifier) != len(vectors):
        raise ValueError("two vectors have the same identifier")
    return [by_identifier[identifier] for identifier in sorted(by_identifier)]


def generate(folder: Path) -> int:
    """Write everything that is generated into `folder`, and remove generated files that no longer belong.

    Returns:
        The number of vectors.
    """
    vectors = all_vectors()
    documents: dict[str, Any] = {_file(vector): vector.as_json() for vector in vectors}
    for name, trust_list in TRUST_LISTS.items():
        documents[f"trust_lists/{name}.json"] = trust_list.as_json()
    for name, revocation_list in REVOCATION_LISTS.items():
        documents[f"revocation_lists/{name}.json"] = revocation_list.as_json()
    files = {name: _bytes(document) for name, document in documents.items()}
    manifest = {
        "version": VERSION,
        "count": len(vectors),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    files["manifest.json"] = _bytes(manifest)
    files["signatures.json"] = _bytes(dict(sorted(PSS_SIGNATURES.used().items())))
    _write(folder, files)
    return len(vectors)


def generated_files(folder: Path) -> dict[str, bytes]:
    """Everything in `folder` that `generate` wrote, by relative path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _generated(folder)}


def _generated(folder: Path) -> Iterable[Path]:
    return [path for pattern in GENERATED for path in sorted(folder.glob(pattern))]


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for path in _generated(folder):
        if path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        if path.exists() and path.read_bytes() == content:
            continue  # others may be reading it
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _file(vector: Vector | OperationVector) -> str:
    family, name = vector.identifier.split("::")
    return f"vectors/{family}/{name}.json"


def _bytes(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


if __name__ == "__main__":
    print(f"wrote {generate(FOLDER)} vectors")
