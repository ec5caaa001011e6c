"""Where the files of a trust store are, and how each is read and written whole."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vaxcert.adapters.files import read_bounded, sync_folder, write_atomically
from vaxcert.adapters.key_files import certificate_pem
from vaxcert.adapters.store.state import Edition, StoredSource, damaged_state, read_state, write_state
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_KEY_FILE_BYTES, MAX_TRUST_FILE_BYTES
from vaxcert.trust.anchors import Anchor, read_anchors
from vaxcert.trust.origin import Environment

MARK: Final = "vaxcert-store.json"
_MARKING: Final = {"format": "vaxcert-store", "version": 1}
_STATE: Final = "state.json"
_KEPT: Final = "kept"
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
    with making(folder):
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
    """The sources that have a list, also when it is lost. What a first import left that was cut off is none.

    Raises:
        AdapterError: `store-unreadable`, when that cannot be looked up; nobody may take it for a store without lists.
    """
    found = {*_names_in(folder / "lists"), *_names_in(folder / _KEPT)}
    return tuple(sorted(name for name in found if _NAME.fullmatch(name) and has_list(folder, name)))


def _names_in(place: Path) -> list[str]:
    try:
        return [path.name for path in place.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AdapterError(Reason.STORE_UNREADABLE, f"cannot look into {place}: {error.strerror}") from None


def load_state(folder: Path, name: str) -> StoredSource:
    """Read the state of a source.

    Raises:
        AdapterError: `store-unreadable`.
        ValueError: When no source can have such a name.
    """
    return read_state(name, state_bytes(folder, name))


def state_bytes(folder: Path, name: str) -> bytes:
    """The state of a source as it is written.

    Raises:
        AdapterError: `store-unreadable`.
        ValueError: When no source can have such a name.
    """
    if not has_list(folder, name):
        raise AdapterError(Reason.STORE_UNREADABLE, f"the store has no source {name}")
    path = lists(folder, name) / _STATE
    if not _is_there(path):
        raise damaged_state(name, "its file is missing")
    return _stored(path, f"the state of source {name}")


def save_state(folder: Path, source: StoredSource) -> None:
    """Replace the state of a source: the instant at which an edition becomes current.

    Raises:
        AdapterError: `file-unwritable`.
    """
    save_state_bytes(folder, source.name, write_state(source))


def save_state_bytes(folder: Path, name: str, state: bytes) -> None:
    """Replace the state of a source by another as it is written, and note that the source has one.

    Raises:
        AdapterError: `file-unwritable`.
    """
    write_atomically(lists(folder, name) / _STATE, state)
    place = made(folder / _KEPT)
    with making(place):
        if not (place / name).exists():
            (place / name).touch()
            sync_folder(place)


def has_list(folder: Path, name: str) -> bool:
    """Whether a source has a list: its state, or the note that it had one.

    Raises:
        AdapterError: `store-unreadable`, when that cannot be looked up.
    """
    return _is_there(lists(folder, name) / _STATE) or _is_there(folder / _KEPT / name)


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise AdapterError(Reason.STORE_UNREADABLE, f"cannot look at {path}: {error.strerror}") from None
    return True


def exists(folder: Path, name: str) -> bool:
    """Whether there is anything of a source, be it anchors alone."""
    return lists(folder, name).exists() or _anchors(folder, name).exists() or has_list(folder, name)


def put(folder: Path, name: str, data: bytes, kind: str) -> str:
    """Keep bytes under the name of their digest, also where a damaged file has it.

    Args:
        folder: The store.
        name: Of the source.
        data: As received.
        kind: `list` or `signature`.

    Returns:
        Their SHA-256, hexadecimal.

    Raises:
        AdapterError: `file-unwritable`.
    """
    digest = sha256(data).hexdigest()
    place = made(lists(folder, name))
    write_atomically(place / f"{digest}.{kind}", data)
    return digest


def get(folder: Path, name: str, digest: str, kind: str) -> bytes:
    """The bytes with a digest.

    Raises:
        AdapterError: `store-unreadable`, when they are missing or not those any more.
    """
    what = f"the {kind} {digest[:16]} of source {name}"
    data = _stored(lists(folder, name) / f"{digest}.{kind}", what)
    if sha256(data).hexdigest() != digest:
        raise AdapterError(Reason.STORE_UNREADABLE, f"{what} was changed in the store; import it again")
    return data


def clean(folder: Path, name: str, editions: Collection[Edition]) -> None:
    """Remove what no edition of these needs, and what a writer left that was cut off."""
    keep_only(folder, name, set[str]().union(*(_files(edition) for edition in editions)))


def keep_only(folder: Path, name: str, needed: Collection[str]) -> None:
    """Remove the files of a source but its state and those needed, and what a writer left that was cut off."""
    left = [path for path in _entries(lists(folder, name)) if path.name not in (*needed, _STATE)]
    left += [path for path in _entries(_anchors(folder, name)) if path.suffix == ".partial"]
    for path in left:
        with suppress(OSError):  # it is tried again with the next writing
            path.unlink()


def forget(folder: Path, name: str) -> None:
    """Remove a source and its anchors. They go before its list: cut off, this leaves one that nobody relies on.

    Raises:
        AdapterError: `file-unwritable`.
    """
    place = lists(folder, name)
    with making(place):
        # first, so that who reads meanwhile does not take it for lost
        (folder / _KEPT / name).unlink(missing_ok=True)
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
    place = made(_anchors(folder, name))
    write_atomically(place / f"{anchor.digest.hex()}.json", json.dumps(document, indent=1).encode())


def unpin(folder: Path, name: str, anchor: Anchor) -> None:
    """Unpin an anchor.

    Raises:
        AdapterError: `file-unwritable`.
    """
    place = _anchors(folder, name)
    with making(place):
        (place / f"{anchor.digest.hex()}.json").unlink()
        sync_folder(place)


def lists(folder: Path, name: str) -> Path:
    """Where the lists of a source are.

    Raises:
        ValueError: When no source can have such a name.
    """
    return folder / "lists" / checked_name(name)


def _anchors(folder: Path, name: str) -> Path:
    return folder / "anchors" / checked_name(name)


def _files(edition: Edition) -> Iterator[str]:
    yield f"{edition.digest}.list"
    if edition.signature is not None:
        yield f"{edition.signature}.signature"


def _entries(place: Path) -> list[Path]:
    return list(place.iterdir()) if place.is_dir() else []


def made(place: Path) -> Path:
    """The folder of a source, made when it is missing.

    Raises:
        AdapterError: `file-unwritable`.
    """
    if not place.is_dir():
        with making(place):
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
        return certificate_pem(anchor.certificate.der)
    return anchor.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@contextmanager
def making(place: Path) -> Iterator[None]:
    """Change a folder.

    Raises:
        AdapterError: `file-unwritable`.
    """
    try:
        yield
    except OSError as error:
        raise AdapterError(Reason.FILE_UNWRITABLE, f"cannot change {place}: {error.strerror}") from None
