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

from vaxcert.adapters.bulk import key_index
from vaxcert.adapters.bulk.batch import ISSUED, NOT_OF_THE_RECORD, IssuePlan, rows_to_batch
from vaxcert.adapters.bulk.claim import write_json
from vaxcert.adapters.bulk.corrections import Correction, Corrections, CorrectionsFile
from vaxcert.adapters.bulk.earlier import EarlierPart
from vaxcert.adapters.bulk.job import Pictures
from vaxcert.adapters.bulk.patience import PatientSigner
from vaxcert.adapters.bulk.pictures import draw_pictures
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.adapters.bulk.worker import parquet_bytes
from vaxcert.adapters.files import write_atomically
from vaxcert.adapters.revocation_files import open_revocations
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.codec import container
from vaxcert.errors import EncodeError, Reason
from vaxcert.issue import IssuedCertificate, Issuer
from vaxcert.model.certificate import HealthCertificate
from vaxcert.model.from_record import to_certificate
from vaxcert.model.record_keys import RecordKeys
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.rules.records import RecordCode
from vaxcert.trust.anchors import Anchor
from vaxcert.trust.origin import Environment
from vaxcert.trust.revocation.hashes import HashType, query_hashes
from vaxcert.trust.revocation.query import RevocationLists, RevocationQuery
from vaxcert.verify import VerificationReport, Verifier

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
        refused: Of each certificate that was due and could not be issued anew its row, its record key and the codes
            why.
        codes: How often each of those codes was found.
        corrected: The rows of corrections whose certificates were issued anew with other content.
        rejected: Those of others whose certificate is here and could not be issued anew, as text, to the codes why.
        replaced: Of each certificate that is replaced before its end, the hash of its signature, hexadecimal, and its
            last day, yyyy-mm-dd.
        sha256: Digest of the new file of certificates, hexadecimal.
    """

    part: int
    seen: int = 0
    renewed: int = 0
    refused: list[tuple[int, str, list[str]]] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    corrected: list[int] = field(default_factory=list)
    rejected: dict[str, list[str]] = field(default_factory=dict)
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
    refused: list[tuple[int, str, list[str]]] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    corrected: list[int] = field(default_factory=list)
    rejected: dict[str, list[str]] = field(default_factory=dict)
    replaced: list[list[str]] = field(default_factory=list)

    def issued(self, correction: Correction | None) -> None:
        """One more is issued anew."""
        if correction is None:
            self.renewed += 1
        else:
            self.corrected.append(correction[0])

    def not_issued(
        self, row: int, record_key: str, correction: Correction | None, error: EncodeError
    ) -> None:
        """One more is not."""
        codes = list(map(str, error.codes or (error.reason,)))
        if correction is None:
            self.refused.append((row, record_key, codes))
            self.codes.update(codes)
        else:
            self.rejected[str(correction[0])] = codes


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
    def _ledger(self) -> key_index.KeyIndex | None:
        index = self._job.folder.revoked
        return key_index.KeyIndex(index) if index.exists() else None

    @cached_property
    def _corrections(self) -> Corrections:
        file = self._job.corrections
        return Corrections({}, {}) if file is None else file.read(self._job.plan)

    def index(self, parts: Sequence[EarlierPart], index: Path) -> int:
        """Write the record keys of a run's certificates, to look those of earlier runs up in.

        Returns:
            How many.
        """
        tables = (part.read(["record_key"]) for part in parts)
        return key_index.write_index(index, [_record_keys(table) for table in tables])

    def renew(self, part: int, earlier: EarlierPart, later: Sequence[Path]) -> RenewedPart:
        """Issue anew what is due or corrected in a file of certificates.

        Args:
            part: Its number.
            earlier: The file.
            later: The keys of later runs, from `index`: what is in them is not looked at here.
        """
        table = earlier.read(_COLUMNS)
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
            refused=tally.refused,
            codes=dict(sorted(tally.codes.items())),
            corrected=tally.corrected,
            rejected=tally.rejected,
            replaced=tally.replaced,
            sha256=hashlib.sha256(data).hexdigest(),
        )
        write_json(self._job.folder.done(part), asdict(done))
        return done

    def _rows(self, table: pa.Table, later: Sequence[Path], tally: _Tally) -> Iterator[tuple[Any, ...]]:
        superseded = _superseded(table, later)
        for row, (old, skip) in enumerate(zip(table.to_pylist(), superseded, strict=True), 1):
            correction = self._corrections.by_key.get(old["record_key"])
            if skip or not (correction or self._is_due(old["expires"])):
                continue
            try:
                yield self._anew(row, old, correction, tally)
            except EncodeError as error:
                if error.reason in NOT_OF_THE_RECORD:
                    raise
                tally.not_issued(row, old["record_key"], correction, error)

    def _is_due(self, expires: datetime) -> bool:
        return self._job.due is not None and expires < self._job.due

    def _anew(
        self, row: int, old: dict[str, Any], correction: Correction | None, tally: _Tally
    ) -> tuple[Any, ...]:
        report = self._verifier.report(old["text"], at=self._job.plan.at)
        certificate = self._authentic(report, old["record_key"])
        query = _query(report, old["text"])
        self._check_ledger(query)
        nationality = old["nationality"]
        if correction is not None:
            record = correction[1]
            nationality = record.nationality
            certificate = to_certificate(record, certificate_id=query.identifiers[0])
        issued = self._issuer.issue(certificate, at=self._job.plan.at)
        tally.issued(correction)
        self._note_replaced(report, query, tally)
        return _row(row, old, issued, nationality)

    def _note_replaced(self, report: VerificationReport, query: RevocationQuery, tally: _Tally) -> None:
        """Remember what to revoke, unless it has ended anyway."""
        expires = None if report.claims is None else report.claims.expires
        if expires is not None and expires > self._job.plan.at:
            (digest,) = query_hashes(query, HashType.SIGNATURE)
            tally.replaced.append([digest.hex(), f"{expires:%Y-%m-%d}"])

    def _authentic(self, report: VerificationReport, record_key: str) -> HealthCertificate:
        """The certificate, when it is ours, of this dose, and not revoked; that it has expired is why it is renewed."""
        if report.reason not in (None, Reason.EXPIRED):
            raise EncodeError(report.reason, f"the old certificate is refused: {report.reason}")
        certificate = report.certificate
        expected = self._keys.certificate_id(self._job.plan.country, bytes.fromhex(record_key))
        if certificate is None or [one.certificate_id for one in certificate.events] != [expected]:
            raise EncodeError(
                Reason.RECORD_REFUSED,
                "the old certificate's identifier is not of this record key and secret",
                codes=(RecordCode.CERTIFICATE_ID_MISMATCH,),
            )
        return certificate

    def _check_ledger(self, query: RevocationQuery) -> None:
        """Refuse what the ledger revokes: lists leave out what has expired."""
        if self._ledger is None:
            return
        hashes = key_index.of_bytes(one for kind in HashType for one in query_hashes(query, kind))
        if self._ledger.has(hashes).any():
            raise EncodeError(Reason.REVOKED, "the old certificate is revoked by the ledger")


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


def _query(report: VerificationReport, text: str) -> RevocationQuery:
    """How revocation lists and ledgers know a certificate that is authentic."""
    if report.key is None or report.claims is None or report.certificate is None:
        raise TypeError("only authentic certificates are renewed")
    return RevocationQuery(
        kid=report.key.kid,
        algorithm=report.key.key.algorithm,
        signature=container.read(text).signature,
        issuer=report.claims.issuer,
        identifiers=tuple(one.certificate_id for one in report.certificate.events if one.certificate_id),
        country=report.key.country,
    )


def _record_keys(table: pa.Table) -> key_index.Keys:
    return key_index.of_hex(table.column("record_key").to_pylist())


def _superseded(table: pa.Table, later: Sequence[Path]) -> list[bool]:
    """Of each certificate whether a later run has one of the same dose."""
    keys = _record_keys(table)
    found = np.zeros(len(keys), bool)
    for path in later:
        found |= key_index.KeyIndex(path).has(keys)
    return list(found.tolist())
