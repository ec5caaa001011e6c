"""Where the files of a trust store are, and how each is read and written whole."""

from __future__ import annotations

import json
import re
import shutil
from base64 import encodebytes
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vaxcert.adapters.files import read_bounded, sync_folder, write_atomically
from vaxcert.adapters.store_state import Edition, StoredSource, read_state, write_state
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_KEY_FILE_BYTES, MAX_TRUST_FILE_BYTES
from vaxcert.trust.anchors import Anchor, read_anchors
from vaxcert.trust.origin import Environment

MARK: Final = "vaxcert-store.json"
_MARKING: Final = {"format": "vaxcert-store", "version": 1}
_STATE: Final = "state.json"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def checked_name(name: str) -> str:
    """A name a source can have.

    Raises:
        ValueError: When it is none.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"no source can be called {name[:80]!r}: small letters, digits, '-', '_' and '.' expected, at most 64"
        )
    return name


def mark(folder: Path) -> None:
    """Make a folder a store.

    Raises:
        AdapterError: `file-unwritable`; `store-unreadable` when it holds other things.
    """
    with _making(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(not entry.name.startswith(".") for entry in folder.iterdir()):
            raise AdapterError(
                Reason.STORE_UNREADABLE, f"{folder} holds other files; an empty folder or a store expected"
            )
    write_atomically(folder / MARK, json.dumps(_MARKING).encode())


def check_mark(folder: Path) -> None:
    """Make sure that a folder is a store of the kind known here.

    Raises:
        AdapterError: `store-unreadable`.
    """
    try:
        marking = json.loads(read_bounded(folder / MARK, MAX_KEY_FILE_BYTES))
    except (ValueError, RecursionError, VaxcertError):
        raise AdapterError(
            Reason.STORE_UNREADABLE, f"{folder} is not a trust store (no readable {MARK})"
        ) from None
    if marking != _MARKING:
        raise AdapterError(
            Reason.STORE_UNREADABLE, f"{folder} is a trust store of another kind: {MARK} differs"
        )


def names(folder: Path) -> tuple[str, ...]:
    """The sources that have a list. What an import left behind that was cut off has no state, and is none."""
    found = (path.parent.name for path in (folder / "lists").glob(f"*/{_STATE}"))
    return tuple(sorted(name for name in found if _NAME.fullmatch(name)))


def load_state(folder: Path, name: str) -> StoredSource:
    """Read the state of a source.

    Raises:
        AdapterError: `store-unreadable`.
        ValueError: When no source can have such a name.
    """
    path = _lists(folder, name) / _STATE
    if not path.exists():
        raise AdapterError(Reason.STORE_UNREADABLE, f"the store has no source {name}")
    return read_state(name, _stored(path, f"the state of source {name}"))


def save_state(folder: Path, source: StoredSource) -> None:
    """Replace the state of a source: the instant at which an edition becomes current.

    Raises:
        AdapterError: `file-unwritable`.
    """
    write_atomically(_lists(folder, source.name) / _STATE, write_state(source))


def has_state(folder: Path, name: str) -> bool:
    """Whether a source has a list."""
    return (_lists(folder, name) / _STATE).exists()


def exists(folder: Path, name: str) -> bool:
    """Whether there is anything of a source, be it anchors alone."""
    return _lists(folder, name).exists() or _anchors(folder, name).exists()


def put(folder: Path, name: str, data: bytes, kind: str) -> str:
    """Keep bytes under the name of their digest, also where a damaged file has it.

    Args:
        folder: The store.
        name: Of the source.
        data: As received.
        kind: `list`, `signature` or `companion`.

    Returns:
        Their SHA-256, hexadecimal.

    Raises:
        AdapterError: `file-unwritable`.
    """
    digest = sha256(data).hexdigest()
    place = _made(_lists(folder, name))
    write_atomically(place / f"{digest}.{kind}", data)
    return digest


def get(folder: Path, name: str, digest: str, kind: str) -> bytes:
    """The bytes with a digest.

    Raises:
        AdapterError: `store-unreadable`, when they are missing or not those any more.
    """
    what = f"the {kind} {digest[:16]} of source {name}"
    data = _stored(_lists(folder, name) / f"{digest}.{kind}", what)
    if sha256(data).hexdigest() != digest:
        raise AdapterError(Reason.STORE_UNREADABLE, f"{what} was changed in the store; import it again")
    return data


def has(folder: Path, name: str, digest: str, kind: str) -> bool:
    """Whether there is a file for a digest."""
    return (_lists(folder, name) / f"{digest}.{kind}").exists()


def clean(folder: Path, name: str, editions: Collection[Edition]) -> None:
    """Remove what no edition of these needs, and what a writer left that was cut off."""
    needed = {_STATE}.union(*(_files(edition) for edition in editions))
    left = [path for path in _entries(_lists(folder, name)) if path.name not in needed]
    left += [path for path in _entries(_anchors(folder, name)) if path.suffix == ".partial"]
    for path in left:
        with suppress(OSError):  # it is tried again with the next writing
            path.unlink()


def forget(folder: Path, name: str) -> None:
    """Remove a source and its anchors. They go first: cut off, this leaves a list that nobody relies on.

    Raises:
        AdapterError: `file-unwritable`.
    """
    place = _lists(folder, name)
    with _making(place):
        for rest in (_anchors(folder, name), place):
            if rest.exists():
                shutil.rmtree(rest)


def anchors(folder: Path, name: str) -> tuple[Anchor, ...]:
    """The anchors pinned for a source, in the order of their digests.

    Raises:
        TrustListError: `anchor-unreadable`.
    """
    return tuple(_anchor(path) for path in sorted(_entries(_anchors(folder, name))) if path.suffix == ".json")


def pin(folder: Path, name: str, anchor: Anchor) -> None:
    """Pin an anchor for a source.

    Raises:
        AdapterError: `file-unwritable`.
    """
    document = {"name": anchor.name, "environment": anchor.environment, "key": _pem(anchor).decode()}
    place = _made(_anchors(folder, name))
    write_atomically(place / f"{anchor.digest.hex()}.json", json.dumps(document, indent=1).encode())


def unpin(folder: Path, name: str, anchor: Anchor) -> None:
    """Unpin an anchor.

    Raises:
        AdapterError: `file-unwritable`.
    """
    place = _anchors(folder, name)
    with _making(place):
        (place / f"{anchor.digest.hex()}.json").unlink()
        sync_folder(place)


def _lists(folder: Path, name: str) -> Path:
    return folder / "lists" / checked_name(name)


def _anchors(folder: Path, name: str) -> Path:
    return folder / "anchors" / checked_name(name)


def _files(edition: Edition) -> Iterator[str]:
    yield f"{edition.digest}.list"
    if edition.signature is not None:
        yield f"{edition.signature}.signature"
    yield from (f"{digest}.companion" for digest in edition.companions.values())


def _entries(place: Path) -> list[Path]:
    return list(place.iterdir()) if place.is_dir() else []


def _made(place: Path) -> Path:
    if not place.is_dir():
        with _making(place):
            place.mkdir(parents=True, exist_ok=True)
            sync_folder(place.parent)
            sync_folder(place.parent.parent)
    return place


def _stored(path: Path, what: str) -> bytes:
    try:
        return read_bounded(path, MAX_TRUST_FILE_BYTES)
    except VaxcertError:
        raise AdapterError(Reason.STORE_UNREADABLE, f"{what} cannot be read in the store") from None


def _anchor(path: Path) -> Anchor:
    try:
        document = json.loads(read_bounded(path, MAX_KEY_FILE_BYTES))
        environment = document["environment"]
        [anchor] = read_anchors(
            document["key"].encode(),
            name=document["name"],
            environment=None if environment is None else Environment(environment),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, VaxcertError):
        raise _unreadable_anchor(path) from None
    if anchor.digest.hex() != path.stem:
        raise _unreadable_anchor(path)
    return anchor


def _unreadable_anchor(path: Path) -> TrustListError:
    return TrustListError(
        Reason.ANCHOR_UNREADABLE, f"the anchor {path.stem[:16]} of source {path.parent.name} is damaged"
    )


def _pem(anchor: Anchor) -> bytes:
    if anchor.certificate is not None:
        return _pem_certificate(anchor.certificate.der)
    return anchor.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _pem_certificate(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"


@contextmanager
def _making(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AdapterError(Reason.FILE_UNWRITABLE, f"cannot change {place}: {error.strerror}") from None
