"""The published vectors: where they are, and how one becomes a request (`specs/conformance.md`, section 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from vaxcert.errors import AdapterError, Reason

_PACKAGED: Final = Path(__file__).with_name("published")
_CHECKOUT: Final = Path(__file__).parents[4] / "test_vectors"
_LISTS: Final = {"trust_list": "trust_lists", "revocation": "revocation_lists"}
_NEEDED: Final = frozenset(
    {"id", "operation", "description", "importance", "features", "context", "expected"}
)


@dataclass(frozen=True, slots=True)
class Vectors:
    """A folder of vectors.

    Attributes:
        version: That of its manifest.
        vectors: As their files say, by identifier.
    """

    folder: Path
    version: str
    vectors: tuple[Mapping[str, Any], ...]

    def input_and_context(self, vector: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What an implementation is handed of a vector, with the lists that it names in their places.

        Raises:
            AdapterError: `file-unreadable`, about a list.
        """
        context = dict(vector["context"])
        for member, kind in _LISTS.items():
            if isinstance(context.get(member), str):
                context[member] = _document(self.folder / kind / f"{context[member]}.json")
        given = vector["input"] if "input" in vector else {"text": vector["stages"]["text"]}
        return given, context


def published_folder() -> Path:
    """Where the vectors of this installation are.

    Raises:
        AdapterError: `file-unreadable`, when there are none.
    """
    for folder in (_PACKAGED, _CHECKOUT):
        if (folder / "manifest.json").is_file():
            return folder
    raise AdapterError(Reason.FILE_UNREADABLE, "this installation has no vectors; expected their folder")


def read_vectors(folder: Path) -> Vectors:
    """The vectors of a folder.

    Raises:
        AdapterError: `file-unreadable`, when a file is missing or not of the form.
    """
    manifest = _document(folder / "manifest.json")
    paths = (folder / "vectors").glob("*/*.json")
    vectors = sorted((_vector(path) for path in paths), key=lambda vector: str(vector["id"]))
    if not vectors or not isinstance(manifest.get("version"), str):
        raise AdapterError(Reason.FILE_UNREADABLE, f"{folder} holds no vectors")
    return Vectors(folder, manifest["version"], tuple(vectors))


def family_of(vector: Mapping[str, Any]) -> str:
    """The family of a vector, the first part of its identifier."""
    return str(vector["id"]).partition("::")[0]


def _vector(path: Path) -> Mapping[str, Any]:
    vector = _document(path)
    if not vector.keys() >= _NEEDED or vector.keys().isdisjoint({"input", "stages"}):
        raise AdapterError(Reason.FILE_UNREADABLE, f"{path} is not a vector")
    return vector


@cache
def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read {path}: {error.strerror}") from None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise AdapterError(Reason.FILE_UNREADABLE, f"{path} is not a JSON object")
    return document
