"""Making an index of attestations: each is verified once, and what they attest is sorted into one file."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from vaxcert.adapters.attestation_files import read_attestation
from vaxcert.adapters.attestation_index import (
    BLOCK_ENTRIES,
    DESCRIPTION,
    KEY_BYTES,
    AttestationIndex,
    IndexDescription,
)
from vaxcert.adapters.attestation_sorting import ENTRY_BYTES, RUN_ENTRIES, Entries, SortedRuns, entries_of
from vaxcert.adapters.files import write_atomically, write_pieces_atomically
from vaxcert.adapters.locks import locked
from vaxcert.errors import AdapterError, LimitExceededError, Reason, VaxcertError
from vaxcert.limits import MAX_ATTESTATION_FILES
from vaxcert.trust.attestation import IDENTIFIER_BYTES, Attestation
from vaxcert.trust.facility_list import Attester, FacilityList
from vaxcert.trust.origin import ListOrigin
from vaxcert.trust.record_digest import DIGEST_BYTES
from vaxcert.trust.signed_editions import check_succession

_LOCK: Final = ".lock"
_LEFT_OVER: Final = (".*.partial", "attested*")


@dataclass(frozen=True, slots=True)
class AttestationProblem:
    """An attestation that is not relied on.

    Attributes:
        path: Its file; None for a folder that could not be looked into.
        error: Why.
    """

    path: Path | None
    error: VaxcertError


def build_index(
    files: Iterable[Path | AdapterError],
    facilities: FacilityList,
    folder: Path,
    *,
    at: datetime,
    run_entries: int = RUN_ENTRIES,
) -> tuple[AttestationIndex, tuple[AttestationProblem, ...]]:
    """Verify attestations, and make an index of what they attest.

    Args:
        files: The attestations, see `vaxcert.adapters.attestation_files.find_attestations`. One that is not good is a
            problem, and the others are used.
        facilities: Who may attest. A folder that has an index already takes no older edition.
        folder: Where the index is made, in the place of an older one; made when it is not there. It takes 32 bytes for
            each attested record, and twice as many while it is made.
        at: Now, aware.
        run_entries: How many records are sorted in memory at once.

    Returns:
        The index, and what is wrong with the attestations that are not in it.

    Raises:
        StaleTrustListError: `stale-trust-list`, of the facility list.
        TrustListError: `trust-list-environment` or `trust-list-rollback`, likewise.
        AdapterError: `file-unwritable`; `file-unreadable`, when there is a damaged index; `store-busy`, when another
            process is making one there.
        LimitExceededError: `input-too-long`, for more than `limits.MAX_ATTESTATION_FILES`.
    """
    facilities.check_usable(at=at)
    with _writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder / _LOCK), SortedRuns(folder, run_entries=run_entries) as runs:
        _check_edition(folder, facilities)
        book = _Book()
        with _writing(folder):
            problems = tuple(_problems(files, facilities, book, runs, at))
            _write(folder, book, runs, facilities)
    return AttestationIndex(folder), problems


class _Book:
    """The attestations of an index, numbered in the order in which they came."""

    def __init__(self) -> None:
        self._attesters: dict[Attester, int] = {}
        self._attester_of = array("I")
        self._identifiers = bytearray()
        self._issued = array("q")

    def add(self, attestation: Attestation) -> Entries:
        """Number an attestation. Returns its entries."""
        number = len(self._issued)
        if number >= MAX_ATTESTATION_FILES:
            raise LimitExceededError(Reason.INPUT_TOO_LONG, f"more than {MAX_ATTESTATION_FILES} attestations")
        self._attester_of.append(self._attesters.setdefault(attestation.attester, len(self._attesters)))
        self._identifiers += bytes.fromhex(attestation.identifier)
        self._issued.append(int(attestation.issued.timestamp()))
        entries = np.empty((attestation.count, ENTRY_BYTES), np.uint8)
        digests = np.frombuffer(attestation.digests, np.uint8).reshape(-1, DIGEST_BYTES)
        entries[:, :KEY_BYTES] = digests[:, :KEY_BYTES]
        entries[:, KEY_BYTES:] = np.frombuffer(number.to_bytes(ENTRY_BYTES - KEY_BYTES, "big"), np.uint8)
        return entries_of(entries.tobytes())

    def order(self) -> npt.NDArray[np.intp]:
        """Attestations by date, then by identifier: whatever their files are called, the index is the same."""
        identifiers = np.frombuffer(bytes(self._identifiers), f"S{IDENTIFIER_BYTES}")
        return np.lexsort((identifiers, np.array(self._issued, np.int64)))

    def described(
        self, order: npt.NDArray[np.intp], facilities: FacilityList, records: int
    ) -> IndexDescription:
        """The description of the index, attestations in an order."""
        identifiers = np.frombuffer(bytes(self._identifiers), np.uint8).reshape(-1, IDENTIFIER_BYTES)
        origin = facilities.origin
        if origin.number is None or origin.issued is None:
            raise ValueError("a facility list with number and date expected")
        return IndexDescription(
            environment=facilities.environment,
            number=origin.number,
            issued=origin.issued,
            list_digest=facilities.digest,
            attesters=tuple(self._attesters),
            attester_of=np.array(self._attester_of, "<u4")[order].tobytes(),
            identifiers=identifiers[order].tobytes(),
            records=records,
        )


class _Entries:
    """Entries on their way into the file, numbered anew; what the directory needs of them is kept."""

    def __init__(self, pieces: Iterable[Entries], order: npt.NDArray[np.intp]) -> None:
        self._pieces = pieces
        self._numbers = np.empty(len(order), ">u4")
        self._numbers[order] = np.arange(len(order), dtype=np.uint32)
        self._beginnings: list[npt.NDArray[np.uint64]] = []
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            words = np.frombuffer(piece.tobytes(), ">u4").reshape(-1, ENTRY_BYTES // 4).copy()
            words[:, -1] = self._numbers[words[:, -1]]
            data = words.tobytes()
            first = -self.count % BLOCK_ENTRIES
            beginnings = np.frombuffer(data, ">u8").reshape(-1, ENTRY_BYTES // 8)[first::BLOCK_ENTRIES, 0]
            self._beginnings.append(beginnings.astype(np.uint64))
            self.count += len(words)
            yield data

    def directory(self) -> bytes:
        """The first 8 bytes of each block, little end first."""
        return np.concatenate([np.empty(0, np.uint64), *self._beginnings]).astype("<u8").tobytes()


def _problems(
    files: Iterable[Path | AdapterError],
    facilities: FacilityList,
    book: _Book,
    runs: SortedRuns,
    at: datetime,
) -> Iterator[AttestationProblem]:
    """Take the attestations that are good; the others are what this gives."""
    for file in files:
        if isinstance(file, AdapterError):
            yield AttestationProblem(None, file)
            continue
        try:
            attestation = read_attestation(file, facilities, at=at)
        except VaxcertError as error:
            yield AttestationProblem(file, error)
        else:
            runs.add(book.add(attestation))


def _check_edition(folder: Path, facilities: FacilityList) -> None:
    """Refuse a facility list older than the one that was used here before."""
    if not (folder / DESCRIPTION).exists():
        return
    before = IndexDescription.read(folder)
    known = ListOrigin(number=before.number, issued=before.issued)
    check_succession(known, before.environment, before.list_digest, facilities)


def _write(folder: Path, book: _Book, runs: SortedRuns, facilities: FacilityList) -> None:
    """Write the files of an index; the description comes last, and makes them one."""
    order = book.order()
    entries = _Entries(runs.merged(), order)
    making = folder / "attested.making"
    write_pieces_atomically(making, entries, private=True)
    described = book.described(order, facilities, entries.count)
    making.replace(described.entries_in(folder))
    write_atomically(described.directory_in(folder), entries.directory(), private=True)
    write_atomically(folder / DESCRIPTION, described.encode(), private=True)
    kept = {described.entries_in(folder), described.directory_in(folder)}
    for pattern in _LEFT_OVER:
        for path in set(folder.glob(pattern)) - kept:
            path.unlink()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"cannot write the index of attestations in {folder}: {error.strerror}"
        ) from None
