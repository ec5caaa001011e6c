"""Revocation lists from files and folders, and the ledger they are built from."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from vaxcert.adapters.files import find_files, read_bounded
from vaxcert.adapters.locks import locked
from vaxcert.errors import AdapterError, Reason, TrustListError, VaxcertError
from vaxcert.limits import MAX_REVOCATION_BATCH_BYTES, MAX_REVOCATION_FILE_BYTES
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.revocation import device_slices, gateway, german, ledger, revocation_list
from vaxcert.trust.revocation.folders import ReadFile
from vaxcert.trust.revocation.gateway import BatchListing, GatewayBatch, GatewayBatches
from vaxcert.trust.revocation.ledger import LedgerEntry
from vaxcert.trust.revocation.query import RevocationSource
from vaxcert.trust.revocation.revocation_list import MAGIC, RevocationDocument, RevocationList

LIST_SUFFIX: Final = ".vxr"
"""Of vaxcert's own lists and deltas; the only files read as such when a folder is given."""

BATCH_SUFFIXES: Final = frozenset({".json", ".cms", ".der", ".p7m", ".b64"})
"""Of gateway batches, when a folder is given."""

if hasattr(os, "pread"):
    _read_at = os.pread
else:
    _one_at_a_time: Final = threading.Lock()

    def _read_at(handle: int, length: int, start: int) -> bytes:
        with _one_at_a_time:  # the place in the file is shared
            os.lseek(handle, start, os.SEEK_SET)
            return os.read(handle, length)


class ListFile:
    """A file that is read where it is asked for, and of which nothing stays in this process.

    Not mapped into memory: systems with large pages in their cache map up to 2 MB at each touch, so that a few look-ups
    keep the whole list, and touching what has been cut off ends the process (`specs/revocation.md`, section 11).

    Args:
        path: The file. It is closed when nobody uses it any more.

    Raises:
        AdapterError: `file-unreadable`.
    """

    __slots__ = ("__weakref__", "_close", "_handle", "_path", "size")

    def __init__(self, path: Path) -> None:
        self._path = path
        with _reading(path):
            self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            self._close = weakref.finalize(self, os.close, self._handle)
            self.size = os.fstat(self._handle).st_size

    def read_at(self, start: int, length: int) -> bytes:
        """The bytes at an offset, fewer at the end.

        Raises:
            AdapterError: `file-unreadable`.
        """
        try:
            return _read_at(self._handle, length, start)
        except OSError as error:
            raise AdapterError(
                Reason.FILE_UNREADABLE, f"cannot read {self._path}: {error.strerror}"
            ) from None

    def close(self) -> None:
        """Let go of the file."""
        self._close()


def open_revocations(
    paths: Iterable[Path], anchors: Sequence[Anchor] = (), *, threshold: int = 1
) -> tuple[RevocationSource, ...]:
    """Open revocation lists of any kind; what they are, their content shows.

    vaxcert's own lists and deltas of one issuer make one source, whatever files they are in. Lists that state neither
    date nor end count as fetched when their files were last written.

    Args:
        paths: Of each a list of vaxcert or a gateway batch; or a folder with a list of vaxcert and its deltas
            (`*.vxr`), with the files of the German scheme (`kid.lst`), of the EU distribution service (`lists.json`),
            or with gateway batches.
        anchors: The keys to judge them by.
        threshold: How many different ones have to have signed a list of vaxcert.

    Raises:
        TrustListError: `revocation-list-unreadable`, `revocation-list-signature`, `trust-list-rollback`,
            `trust-list-threshold`, `anchor-missing`, `weak-signature` or `trust-list-unsigned`.
        AdapterError: `file-unreadable`.
    """
    own: dict[str, list[tuple[RevocationDocument, Path]]] = {}
    sources: list[RevocationSource] = []
    for path in paths:
        files = _own_lists(path)
        for file in files:
            document = _open_document(file, anchors, threshold)
            own.setdefault(document.header.description.issuer, []).append((document, file))
        if not files:
            sources.append(_open_other(path, tuple(anchors)))
    for issuer, found in own.items():
        name = f"{issuer} ({found[0][1].name})"
        sources.append(RevocationList((document for document, _ in found), name=name))
    return tuple(sources)


def open_own_list(paths: Iterable[Path], anchors: Sequence[Anchor], *, threshold: int = 1) -> RevocationList:
    """Open a list of vaxcert and its deltas.

    Raises:
        TrustListError: As `open_revocations`.
        AdapterError: `file-unreadable`.
    """
    return RevocationList(_open_document(path, anchors, threshold) for path in paths)


def _own_lists(path: Path) -> list[Path]:
    with _reading(path):
        if path.is_dir():
            return sorted(file for file in path.iterdir() if file.suffix == LIST_SUFFIX)
        with path.open("rb") as file:
            return [path] if revocation_list.recognises(file.read(len(MAGIC))) else []


def _open_document(path: Path, anchors: Sequence[Anchor], threshold: int) -> RevocationDocument:
    file = ListFile(path)
    try:
        return revocation_list.read(file.read_at, file.size, anchors, threshold=threshold)
    except VaxcertError as error:
        file.close()
        raise _of_file(error, path) from None


def _open_other(path: Path, anchors: tuple[Anchor, ...]) -> RevocationSource:
    if not path.is_dir():
        return GatewayBatches([_read_batch(path, anchors)], name=path.name, as_of=_written(path))
    read_file = folder_reader(path)
    if read_file(german.KID_LIST) is not None:
        fetched = _written(path / german.KID_LIST)
        return german.GermanLists(read_file, anchors, name=path.name, fetched=fetched)
    if read_file(device_slices.LISTS) is not None:
        _check_vouched(path / device_slices.LISTS, anchors)
        fetched = _written(path / device_slices.LISTS)
        return device_slices.DeviceSlices(read_file, name=path.name, fetched=fetched)
    return _open_batches(path, anchors)


def folder_reader(folder: Path) -> ReadFile:
    """Read files of a folder by name; a name that leads out of it is refused."""

    def read_file(name: str) -> bytes | None:
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or "\\" in name or "\0" in name:
            raise TrustListError(
                Reason.REVOCATION_LIST_UNREADABLE, "revocation list: it names a file outside its folder"
            )
        file = folder / parts
        with _reading(file):
            return read_bounded(file, MAX_REVOCATION_FILE_BYTES) if file.exists() else None

    return read_file


def _open_batches(folder: Path, anchors: tuple[Anchor, ...]) -> GatewayBatches:
    """Batches of a folder, with the gateway's list of them where it is there too."""
    batches: dict[str, GatewayBatch] = {}
    listings: list[BatchListing] = []
    written: list[datetime] = []
    problem = ""
    for file in find_files(folder, BATCH_SUFFIXES):
        try:
            if isinstance(file, AdapterError):
                raise file
            data = read_bounded(file, MAX_REVOCATION_BATCH_BYTES)
            written.append(_written(file))
            if gateway.is_listing(data):
                _check_vouched(file, anchors)
                listings.append(gateway.read_listing(data))
            else:
                batches[file.stem] = gateway.read_batch(data, anchors)
        except VaxcertError as error:
            if error.reason is Reason.TRUST_LIST_UNSIGNED:
                raise
            problem = problem or (f"{error}" if isinstance(file, AdapterError) else f"{file.name}: {error}")
    if not batches and not listings:
        raise TrustListError(
            Reason.REVOCATION_LIST_UNREADABLE,
            problem or f"{folder} holds no revocation list of a kind that is known",
        )
    deleted = frozenset[str]().union(*(one.deleted for one in listings))
    missing = frozenset[str]().union(*(one.current for one in listings)) - deleted - batches.keys()
    if listings and not problem and (missing or not listings[-1].is_complete):
        problem = f"{len(missing)} batches that the gateway lists are missing, or its list goes on"
    return GatewayBatches(
        (batch for name, batch in batches.items() if name not in deleted),
        name=folder.name,
        as_of=max([*written, *(one.newest for one in listings if one.newest)], default=None),
        incomplete=problem,
    )


def _check_vouched(path: Path, anchors: tuple[Anchor, ...]) -> None:
    """Refuse what nobody signs where a signature is expected: it could take the place of a signed list.

    Raises:
        TrustListError: `trust-list-unsigned`.
    """
    if anchors:
        raise TrustListError(
            Reason.TRUST_LIST_UNSIGNED, f"{path}: a revocation list nobody signs, where anchors are given"
        )


def _written(path: Path) -> datetime:
    """When a file was last written."""
    with _reading(path):
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _read_batch(path: Path, anchors: tuple[Anchor, ...]) -> GatewayBatch:
    try:
        return gateway.read_batch(read_bounded(path, MAX_REVOCATION_BATCH_BYTES), anchors)
    except TrustListError as error:
        raise _of_file(error, path) from None


def read_batch(path: Path, anchors: Sequence[Anchor] = ()) -> GatewayBatch:
    """Read one gateway batch, to take it into a ledger.

    Raises:
        TrustListError: As `vaxcert.trust.revocation.gateway.read_batch`.
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    return _read_batch(path, tuple(anchors))


def ledger_entries(path: Path) -> Callable[[], Iterator[LedgerEntry]]:
    """A ledger to go through as often as needed.

    Raises (when gone through):
        TrustListError: `revocation-list-unreadable`, with the number of the line.
        AdapterError: `file-unreadable`.
    """

    def entries() -> Iterator[LedgerEntry]:
        try:
            with _reading(path), path.open(encoding="ascii", newline="") as lines:
                yield from ledger.read_entries(lines)
        except UnicodeDecodeError:
            raise TrustListError(
                Reason.REVOCATION_LIST_UNREADABLE, f"revocation ledger: {path} holds other than ASCII"
            ) from None

    return entries


def append_to_ledger(path: Path, wanted: Iterable[LedgerEntry]) -> tuple[int, int]:
    """Add changes to a ledger, which is made when it is not there. All lines get in, or none.

    Args:
        path: The ledger.
        wanted: The changes; those it has already are left out.

    Returns:
        How many were added, and how many it had already.

    Raises:
        TrustListError: `revocation-list-unreadable`, when the ledger is not one or is cut short: nothing is added.
        AdapterError: `file-unreadable`, `file-unwritable`; `store-busy`, when another process adds to it.
    """
    with locked(path.with_name(f".{path.name[:200]}.lock")), _open_to_append(path) as handle:
        is_new = os.fstat(handle).st_size == 0
        existing = () if is_new else ledger_entries(path)()
        new, known = ledger.split_known(existing, wanted)
        lines = [ledger.HEADING] if is_new else []
        lines += [one.line for one in new]
        _append(path, handle, "".join(line + "\n" for line in lines).encode("ascii"))
    return len(new), len(known)


def _append(path: Path, handle: int, data: bytes) -> None:
    length = os.fstat(handle).st_size
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except BaseException as error:
        os.ftruncate(handle, length)  # no half line is left
        if isinstance(error, OSError):
            raise AdapterError(Reason.FILE_UNWRITABLE, f"cannot write {path}: {error.strerror}") from None
        raise


@contextmanager
def _open_to_append(path: Path) -> Iterator[int]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "no file can have such a name"
        raise AdapterError(Reason.FILE_UNWRITABLE, f"cannot write {path}: {problem}") from None
    try:
        yield handle
    finally:
        os.close(handle)


def _of_file(error: VaxcertError, path: Path) -> VaxcertError:
    return type(error)(error.reason, f"{path}: {error}")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AdapterError(Reason.FILE_UNREADABLE, f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise
    except ValueError:
        raise AdapterError(Reason.FILE_UNREADABLE, "no file can have such a name") from None
