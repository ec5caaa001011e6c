"""Which attestation a dose record comes with, looked up on disk for as many records as a nation has.

An index holds an entry of 32 bytes for each attested record: the first 28 bytes of its digest, and the number of the
attestation. Comparing 28 bytes leaves as much work to whoever looks for two records with one digest as forging an RSA
signature of 2048 bits. Digests are as confidential as the records they are of: all files are for their owner only.

Read in place and not mapped into memory, for the reasons of decision 0012; a process keeps 8 bytes for every 64
entries, and 20 for every attestation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from vaxcert.adapters.attestation_sorting import ENTRY_BYTES
from vaxcert.adapters.files import read_bounded
from vaxcert.adapters.revocation_files import ListFile
from vaxcert.codec import cbor
from vaxcert.errors import AdapterError, DecodeError, EncodeError, Reason
from vaxcert.limits import MAX_ATTESTATION_FILES
from vaxcert.model.dose_record import DoseRecord
from vaxcert.rules.records import RecordCode
from vaxcert.trust.attestation import IDENTIFIER_BYTES
from vaxcert.trust.facility_list import Attester, Scope
from vaxcert.trust.origin import Environment
from vaxcert.trust.record_digest import DIGEST_BYTES, record_digest

DESCRIPTION: Final = "attestations.cbor"
BLOCK_ENTRIES: Final = 64
KEY_BYTES: Final = 28

_VERSION: Final = 1
_BLOCK_BYTES: Final = BLOCK_ENTRIES * ENTRY_BYTES
_WORDS: Final = ENTRY_BYTES // 8
_NUMBER_BITS: Final = np.uint64(32)
_NUMBER_MASK: Final = np.uint64(2**32 - 1)
_AT_ONCE: Final = 2048
"""Records that are looked up together; their blocks take 4 MB."""

_MAX_DESCRIPTION_BYTES: Final = 128 * MAX_ATTESTATION_FILES
_MAX_DIRECTORY_BYTES: Final = 2**32
_OF_NOTHING: Final = bytes(DIGEST_BYTES)

_Words: TypeAlias = npt.NDArray[np.uint64]
_Places: TypeAlias = npt.NDArray[np.intp]

Answer: TypeAlias = tuple[str | None, str | None]
"""The identifier of the attestation, or None; and the record code that says why there is none, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDescription:
    """What is in an index.

    Attributes:
        environment: Of the facility list that the attestations were judged by.
        number: Of that list.
        issued: When it was made.
        list_digest: SHA-256 of its content.
        attesters: Who has attested, each once.
        attester_of: For each attestation, by its number, where its attester is in `attesters`: 4 bytes each, little
            end first. Numbers follow the dates of the attestations.
        identifiers: Of each attestation, by its number; 16 bytes each.
        records: How many entries there are.
    """

    environment: Environment
    number: int
    issued: datetime
    list_digest: bytes
    attesters: tuple[Attester, ...] = field(repr=False)
    attester_of: bytes = field(repr=False)
    identifiers: bytes = field(repr=False)
    records: int

    @property
    def fingerprint(self) -> str:
        """SHA-256 of which attestations these are and by which list they were judged, hexadecimal."""
        return hashlib.sha256(self.list_digest + self.identifiers).hexdigest()

    def entries_in(self, folder: Path) -> Path:
        """The file of the entries."""
        return folder / f"attested-{self.fingerprint[:16]}.bin"

    def directory_in(self, folder: Path) -> Path:
        """The file of the first 8 bytes of each 64th entry, little end first."""
        return folder / f"attested-{self.fingerprint[:16]}.dir"

    def encode(self) -> bytes:
        """As it is in its file."""
        return cbor.dumps(
            {
                "version": _VERSION,
                "environment": str(self.environment),
                "number": self.number,
                "issued": int(self.issued.timestamp()),
                "list": self.list_digest,
                "attesters": [[str(one.scope), one.code] for one in self.attesters],
                "attester-of": self.attester_of,
                "identifiers": self.identifiers,
                "records": self.records,
            }
        )

    @classmethod
    def read(cls, folder: Path) -> IndexDescription:
        """Read that of an index.

        Raises:
            AdapterError: `file-unreadable`.
        """
        data = read_bounded(folder / DESCRIPTION, _MAX_DESCRIPTION_BYTES)
        try:
            return cls._read(cbor.loads(data))
        except (DecodeError, AttributeError, LookupError, TypeError, ValueError, OverflowError):
            raise damaged(folder) from None

    @classmethod
    def _read(cls, said: dict[str, Any]) -> IndexDescription:
        if said["version"] != _VERSION or type(said["records"]) is not int:
            raise ValueError("another version")
        return cls(
            environment=Environment(said["environment"]),
            number=int(said["number"]),
            issued=datetime.fromtimestamp(said["issued"], UTC),
            list_digest=memoryview(said["list"]).tobytes(),
            attesters=tuple(Attester(Scope(scope), code) for scope, code in said["attesters"]),
            attester_of=memoryview(said["attester-of"]).tobytes(),
            identifiers=memoryview(said["identifiers"]).tobytes(),
            records=said["records"],
        )


class AttestationIndex:
    """An index that `vaxcert.adapters.attestation_building.build_index` has made.

    It goes through pickle, as the path of its folder; each process opens the file for itself.

    Args:
        folder: Where it is.
        required: Whether records that nobody has attested get a record code.

    Attributes:
        attestations: How many there are in it.
        records: How many records they attest; one that several attest is counted as often.
        fingerprint: SHA-256 of which attestations these are and by which list they were judged, hexadecimal.

    Raises:
        AdapterError: `file-unreadable`, when there is none, or it is damaged.
    """

    __slots__ = (
        "_attester_of",
        "_attesters",
        "_directory",
        "_file",
        "_folder",
        "_identifiers",
        "_required",
        "attestations",
        "fingerprint",
        "records",
    )

    def __init__(self, folder: Path, *, required: bool = True) -> None:
        described = IndexDescription.read(folder)
        self._folder: Final = folder
        self._required: Final = required
        self._identifiers: Final = described.identifiers
        self._attesters: Final = [(one.scope is Scope.FACILITY, one.code) for one in described.attesters]
        self._attester_of: Final = _numbers(described.attester_of, "<u4", folder)
        self.attestations: Final = len(self._attester_of)
        self.records: Final = described.records
        self.fingerprint: Final = described.fingerprint
        directory = read_bounded(described.directory_in(folder), _MAX_DIRECTORY_BYTES)
        self._directory: Final = _numbers(directory, "<u8", folder).astype(np.uint64)
        self._file: Final = ListFile(described.entries_in(folder))
        if (
            self._file.size != self.records * ENTRY_BYTES
            or len(self._directory) != -(-self.records // BLOCK_ENTRIES)
            or len(self._identifiers) != self.attestations * IDENTIFIER_BYTES
            or self._attester_of.max(initial=0) >= max(1, len(self._attesters))
        ):
            self._file.close()
            raise damaged(folder)

    def __repr__(self) -> str:
        return f"<AttestationIndex of {self.attestations}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _opened, (self._folder, self._required)

    def requiring(self, required: bool) -> AttestationIndex:
        """The same index, with or without codes for records that nobody has attested. This one is closed."""
        self.close()
        return AttestationIndex(self._folder, required=required)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def judge(self, records: Sequence[DoseRecord]) -> list[Answer]:
        """Tell which attestation each record comes with.

        Args:
            records: After their repairs, see `record_digest`.

        Returns:
            As `lookup`.

        Raises:
            AdapterError: `file-unreadable`.
        """
        return self.lookup(
            [_digest(record) for record in records],
            [record.facility_code for record in records],
            [record.province_code for record in records],
        )

    def lookup(
        self,
        digests: Sequence[bytes] | npt.NDArray[np.uint8],
        facility_codes: Sequence[str | None],
        province_codes: Sequence[str | None],
    ) -> list[Answer]:
        """Tell which attestation each record comes with.

        Args:
            digests: `record_digest` of each record; or an array with a row of 32 bytes for each.
            facility_codes: Of each record.
            province_codes: Likewise.

        Returns:
            For each record the identifier of its attestation, the one signed first where there are several, and None.
            Or None and a code: `attestation-missing`, or `attestation-not-authorised` when only those attest it who
            may not speak for its facility or province. The code is None, too, where none is required.

        Raises:
            AdapterError: `file-unreadable`.
            ValueError: A digest has another length.
        """
        words = _words(digests)
        rows, numbers = self._found(words)
        attesters = self._attester_of[numbers].tolist()
        best: dict[int, int] = {}
        others: set[int] = set()
        for row, number, attester in zip(rows.tolist(), numbers.tolist(), attesters, strict=True):
            of_facility, code = self._attesters[attester]
            if code == (facility_codes if of_facility else province_codes)[row]:
                best[row] = min(number, best.get(row, number))
            else:
                others.add(row)
        return self._answers(len(words), best, others)

    def _answers(self, rows: int, best: dict[int, int], others: set[int]) -> list[Answer]:
        missing, not_authorised = (
            (None, code.value if self._required else None)
            for code in (RecordCode.ATTESTATION_MISSING, RecordCode.ATTESTATION_NOT_AUTHORISED)
        )
        answers: list[Answer] = [missing] * rows
        for row in others:
            answers[row] = not_authorised
        for row, number in best.items():
            at = number * IDENTIFIER_BYTES
            answers[row] = self._identifiers[at : at + IDENTIFIER_BYTES].hex(), None
        return answers

    def _found(self, words: _Words) -> tuple[_Places, _Places]:
        """Rows, and the numbers of attestations with their digests, in no order. A row may be there several times."""
        if not self.records:
            return np.empty(0, np.intp), np.empty(0, np.intp)
        order = np.argsort(words[:, 0])
        pieces = [self._found_of(words, order[at : at + _AT_ONCE]) for at in range(0, len(order), _AT_ONCE)]
        rows, numbers = zip(*pieces, strict=True) if pieces else ((order,), (order,))
        return np.concatenate(rows), np.concatenate(numbers)

    def _found_of(self, words: _Words, rows: _Places) -> tuple[_Places, _Places]:
        first = words[rows, 0]
        low = np.maximum(np.searchsorted(self._directory, first, "left") - 1, 0)
        high = np.searchsorted(self._directory, first, "right") - 1
        in_one_place = high - low <= 1  # all entries that begin alike are in one block, or in two neighbours
        asked = rows[in_one_place]
        entries = self._read(
            np.unique(np.concatenate((low[in_one_place], np.maximum(high[in_one_place], 0))))
        )
        found, numbers = _matches(entries, words[asked])
        many = [(row, number) for row in rows[~in_one_place] for number in self._search(words[row])]
        if not many:
            return asked[found], numbers
        others = np.array(many, np.intp)
        return np.concatenate((asked[found], others[:, 0])), np.concatenate((numbers, others[:, 1]))

    def _read(self, blocks: _Places) -> _Words:
        """The entries of blocks, in their order."""
        breaks = np.flatnonzero(np.diff(blocks) != 1) + 1
        starts = blocks[np.concatenate(([0], breaks))[: len(blocks)]]
        lengths = np.diff(np.concatenate(([0], breaks, [len(blocks)])))
        data = b"".join(
            map(self._file.read_at, (starts * _BLOCK_BYTES).tolist(), (lengths * _BLOCK_BYTES).tolist())
        )
        whole = len(blocks) * _BLOCK_BYTES
        if len(blocks) and blocks[-1] == len(self._directory) - 1:
            whole -= -self.records % BLOCK_ENTRIES * ENTRY_BYTES
        if len(data) != whole:
            raise damaged(self._folder)
        return np.frombuffer(data, ">u8").reshape(-1, _WORDS).astype(np.uint64)

    def _search(self, words: _Words) -> Iterator[int]:
        """The numbers of a digest of which the beginning fills whole blocks: many attest it, or somebody made it so."""
        key = words.astype(">u8").tobytes()[:KEY_BYTES]
        low, high = 0, self.records
        while low < high:
            middle = (low + high) // 2
            if self._entry(middle)[:KEY_BYTES] < key:
                low = middle + 1
            else:
                high = middle
        while low < self.records and (entry := self._entry(low)).startswith(key):
            yield int.from_bytes(entry[KEY_BYTES:], "big")
            low += 1

    def _entry(self, at: int) -> bytes:
        entry = self._file.read_at(at * ENTRY_BYTES, ENTRY_BYTES)
        if len(entry) != ENTRY_BYTES:
            raise damaged(self._folder)
        return entry


def damaged(folder: Path) -> AdapterError:
    """The error for files that are no index, or not all of one."""
    return AdapterError(
        Reason.FILE_UNREADABLE, f"the index of attestations in {folder} is damaged; remove it, and run again"
    )


def _numbers(data: bytes, kind: str, folder: Path) -> npt.NDArray[Any]:
    try:
        return np.frombuffer(data, kind)
    except ValueError:  # it ends within a number
        raise damaged(folder) from None


def _opened(folder: Path, required: bool) -> AttestationIndex:
    return AttestationIndex(folder, required=required)


def _digest(record: DoseRecord) -> bytes:
    """The digest of a record; of one that has none, what no record has."""
    try:
        return record_digest(record)
    except EncodeError:
        return _OF_NOTHING


def _words(digests: Sequence[bytes] | npt.NDArray[np.uint8]) -> _Words:
    """Digests as numbers, so that they compare as their bytes do."""
    data = digests.tobytes() if isinstance(digests, np.ndarray) else b"".join(digests)
    if len(data) != len(digests) * DIGEST_BYTES:
        raise ValueError(f"digests of {DIGEST_BYTES} bytes expected")
    return np.frombuffer(data, ">u8").reshape(-1, _WORDS).astype(np.uint64)


def _matches(entries: _Words, words: _Words) -> tuple[_Places, _Places]:
    """Which digests are among sorted entries, and under which numbers."""
    beginnings = np.ascontiguousarray(entries[:, 0])
    start = np.searchsorted(beginnings, words[:, 0], "left")
    counts = np.searchsorted(beginnings, words[:, 0], "right") - start
    which = np.repeat(np.arange(len(words)), counts)
    before = np.cumsum(counts) - counts
    candidates = entries[np.arange(len(which)) + np.repeat(start - before, counts)]
    wanted = words[which]
    same = (candidates[:, 1:3] == wanted[:, 1:3]).all(axis=1)
    same &= (candidates[:, 3] ^ wanted[:, 3]) >> _NUMBER_BITS == 0
    return which[same], (candidates[same, 3] & _NUMBER_MASK).astype(np.intp)
