"""The work on one part of an earlier run: find what is due or corrected, verify it, and issue it anew."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vaxcert.adapters.bulk.batch import ISSUED, NOT_OF_THE_RECORD, IssuePlan, rows_to_batch
from vaxcert.adapters.bulk.claim import write_json
from vaxcert.adapters.bulk.corrections import Corrections, CorrectionsFile
from vaxcert.adapters.bulk.job import Pictures
from vaxcert.adapters.bulk.patience import PatientSigner
from vaxcert.adapters.bulk.pictures import draw_pictures
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.adapters.bulk.worker import parquet_bytes
from vaxcert.adapters.files import write_atomically
from vaxcert.adapters.revocation_files import open_revocations
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.codec import container
from vaxcert.errors import AdapterError, EncodeError, Reason
from vaxcert.issue import IssuedCertificate, Issuer
from vaxcert.model.certificate import HealthCertificate
from vaxcert.model.from_record import to_certificate
from vaxcert.model.record_keys import RecordKeys
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import Environment
from vaxcert.trust.revocation.hashes import signature_hash
from vaxcert.trust.revocation.query import RevocationLists
from vaxcert.verify import VerificationReport, Verifier

KEY: Final = np.dtype("<u8")
"""The beginning of a record key, as it is compared to tell which run has the newest certificate of a dose."""

_COLUMNS: Final = ["record_key", "person_key", "expires", "text", "nationality", "attestation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTrust:
    """By what the certificates of earlier runs are judged before they are issued anew. Goes through pickle.

    Attributes:
        keys: Trust lists and signing certificates, as `load_trust_list` takes them.
        revocation: Revocation lists; what is revoked is not renewed.
        anchors: Whose revocation lists count.
    """

    keys: tuple[Path, ...]
    revocation: tuple[Path, ...] = ()
    anchors: tuple[Anchor, ...] = ()

    def verifier(self) -> Verifier:
        """A verifier of its own.

        Raises:
            TrustListError: As `load_trust_list` and `open_revocations`.
            AdapterError: Likewise.
        """
        policy = VerificationPolicy(environments=frozenset(Environment))
        lists = None
        if self.revocation:
            lists = RevocationLists(open_revocations(self.revocation, self.anchors))
        return Verifier(load_trust_list(self.keys)[0], policy=policy, revocation=lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalJob:
    """A renewal, as each of its processes needs to know it. Goes through pickle.

    Attributes:
        folder: Where everything goes.
        plan: How the new certificates are issued.
        trust: By what the old ones are judged.
        due: What expires before is renewed; None renews nothing but what is corrected.
        corrections: Corrected records, or None.
        pictures: How QR codes are drawn, or None for none.
    """

    folder: RunFolder
    plan: IssuePlan
    trust: EarlierTrust
    due: datetime | None
    corrections: CorrectionsFile | None = None
    pictures: Pictures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewedPart:
    """What became of a part of an earlier run.

    Attributes:
        part: Which of all parts of all runs, from 0.
        seen: Certificates in it.
        renewed: Certificates issued anew as they were.
        corrected: Certificates issued anew with other content.
        refused: Certificates that were due and could not be issued anew.
        codes: Why, and how often.
        found: The rows of corrections that had their certificate here.
        replaced: Of each certificate that is replaced before its end, the hash of its signature, hexadecimal, and its
            last day, yyyy-mm-dd.
        sha256: Digest of the new file of certificates, hexadecimal.
    """

    part: int
    seen: int = 0
    renewed: int = 0
    corrected: int = 0
    refused: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    found: list[int] = field(default_factory=list)
    replaced: list[list[str]] = field(default_factory=list, repr=False)
    sha256: str = ""

    @classmethod
    def of_dict(cls, fields: dict[str, Any]) -> Self:
        """From what is in its file.

        Raises:
            TypeError: The fields are others.
        """
        return cls(**fields)


@dataclass(slots=True)
class _Tally:
    """Counts while a part is worked on."""

    renewed: int = 0
    corrected: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    found: list[int] = field(default_factory=list)
    replaced: list[list[str]] = field(default_factory=list)


class RenewalWorker:
    """Works on parts of earlier runs. Each process has one.

    Args:
        job: The renewal.
        waiting: Called with True when the signer has to be waited for, and with False when it is back.
    """

    def __init__(self, job: RenewalJob, waiting: Callable[[bool], None]) -> None:
        self._job = job
        self._waiting = waiting
        self._keys = RecordKeys(job.plan.secret)

    @cached_property
    def _issuer(self) -> Issuer:
        plan = self._job.plan
        signer = PatientSigner(plan.signer.open(), self._waiting)
        return Issuer(signer, country=plan.country, authority=plan.authority, validity=plan.validity)

    @cached_property
    def _verifier(self) -> Verifier:
        return self._job.trust.verifier()

    @cached_property
    def _corrections(self) -> Corrections:
        file = self._job.corrections
        return Corrections({}, {}) if file is None else file.read(self._job.plan)

    def index(self, paths: Sequence[Path], index: Path) -> int:
        """Write the keys of a run's certificates in ascending order, to look later runs up in.

        Returns:
            How many.
        """
        found = [_beginnings(_read(path, ["record_key"]).column("record_key")) for path in paths]
        keys = np.sort(np.concatenate([np.empty(0, KEY), *found]))
        write_atomically(index, keys.tobytes(), private=True)
        return len(keys)

    def renew(self, part: int, path: Path, later: Sequence[Path]) -> RenewedPart:
        """Issue anew what is due or corrected in a file of certificates.

        Args:
            part: Its number.
            path: The file.
            later: The keys of later runs, from `index`: what is in them is not looked at here.
        """
        table = _read(path, _COLUMNS)
        tally = _Tally()
        issued = rows_to_batch(ISSUED, self._rows(table, later, tally))
        if self._job.pictures is not None:
            draw_pictures(self._job.folder.part_pictures(part), issued, self._job.pictures)
        data = parquet_bytes(issued)
        write_atomically(self._job.folder.part(part), data, private=True)
        done = RenewedPart(
            part=part,
            seen=len(table),
            renewed=tally.renewed,
            corrected=tally.corrected,
            refused=tally.codes.total(),
            codes=dict(sorted(tally.codes.items())),
            found=tally.found,
            replaced=tally.replaced,
            sha256=hashlib.sha256(data).hexdigest(),
        )
        write_json(self._job.folder.done(part), asdict(done))
        return done

    def _rows(self, table: pa.Table, later: Sequence[Path], tally: _Tally) -> Iterator[tuple[Any, ...]]:
        superseded = _superseded(table.column("record_key"), later)
        for row, (old, skip) in enumerate(zip(table.to_pylist(), superseded, strict=True), 1):
            correction = self._corrections.by_key.get(old["record_key"])
            if skip or not (correction or self._is_due(old["expires"])):
                continue
            try:
                yield self._anew(row, old, tally)
            except EncodeError as error:
                if error.reason in NOT_OF_THE_RECORD:
                    raise
                tally.codes.update(error.codes or (error.reason,))

    def _is_due(self, expires: datetime) -> bool:
        return self._job.due is not None and expires < self._job.due

    def _anew(self, row: int, old: dict[str, Any], tally: _Tally) -> tuple[Any, ...]:
        report = self._verifier.report(old["text"], at=self._job.plan.at)
        certificate = self._authentic(report, old["record_key"])
        correction = self._corrections.by_key.get(old["record_key"])
        nationality = old["nationality"]
        if correction is not None:
            number, record = correction
            tally.found.append(number)
            nationality = record.nationality
            certificate = to_certificate(record, certificate_id=certificate.events[0].certificate_id)
        issued = self._issuer.issue(certificate, at=self._job.plan.at)
        if correction is None:
            tally.renewed += 1
        else:
            tally.corrected += 1
        self._note_replaced(report, old["text"], tally)
        return _row(row, old, issued, nationality)

    def _note_replaced(self, report: VerificationReport, text: str, tally: _Tally) -> None:
        """Remember what to revoke, unless it has ended anyway."""
        expires = None if report.claims is None else report.claims.expires
        if expires is not None and expires > self._job.plan.at and report.algorithm is not None:
            digest = signature_hash(report.algorithm, container.read(text).signature)
            tally.replaced.append([digest.hex(), f"{expires:%Y-%m-%d}"])

    def _authentic(self, report: VerificationReport, record_key: str) -> HealthCertificate:
        """The certificate, when it is ours, of this dose, and not revoked; that it has expired is why it is renewed."""
        if report.reason not in (None, Reason.EXPIRED):
            raise EncodeError(report.reason, f"the old certificate is refused: {report.reason}")
        certificate = report.certificate
        expected = self._keys.certificate_id(self._job.plan.country, bytes.fromhex(record_key))
        if certificate is None or [one.certificate_id for one in certificate.events] != [expected]:
            raise EncodeError(
                Reason.CERTIFICATE_ID_CHARACTER,
                "the old certificate's identifier is not of this record key and secret",
            )
        return certificate


def _row(
    row: int, old: dict[str, Any], issued: IssuedCertificate, nationality: str | None
) -> tuple[Any, ...]:
    return (
        row,
        old["record_key"],
        old["person_key"],
        issued.certificate_id,
        issued.issued_at,
        issued.expires,
        issued.text,
        [],
        nationality,
        old["attestation"],
    )


def _read(path: Path, columns: list[str]) -> pa.Table:
    try:
        return pq.read_table(path, columns=columns, partitioning=None, memory_map=False)
    except (OSError, pa.ArrowException, KeyError):
        raise AdapterError(
            Reason.FILE_UNREADABLE, f"{path.name} is not a file of certificates that a bulk run wrote"
        ) from None


def _beginnings(keys: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    return np.array([int(key[:16], 16) for key in keys.to_pylist()], KEY)


def _superseded(keys: pa.ChunkedArray, later: Sequence[Path]) -> np.ndarray[Any, Any]:
    """For each key whether a later run has it too."""
    wanted = _beginnings(keys)
    found = np.zeros(len(wanted), bool)
    for path in later:
        known = np.memmap(path, KEY, "r") if path.stat().st_size else np.empty(0, KEY)
        at = np.searchsorted(known, wanted)
        inside = at < len(known)
        found[inside] |= known[at[inside]] == wanted[inside]
    return found
