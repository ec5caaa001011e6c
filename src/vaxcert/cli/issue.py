"""`vaxcert issue`: from dose records to certificates and QR pictures."""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.files import WholeLines, create_new
from vaxcert.adapters.qr_files import DRAW
from vaxcert.adapters.records.rejects import RejectWriter
from vaxcert.adapters.records.rows import RecordRow, read_records
from vaxcert.cli import issue_bulk
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.issue_plan import add_issue_options
from vaxcert.cli.mapping_options import add_mapping_option, mapping_of
from vaxcert.cli.output import to_json
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.signer_options import signer_of
from vaxcert.crypto.signer import Signer
from vaxcert.errors import AdapterError, EncodeError, Reason
from vaxcert.issue import IssuedCertificate, Issuer
from vaxcert.model.dose_record import DoseRecord
from vaxcert.model.from_record import to_certificate
from vaxcert.model.identifiers import build_certificate_id
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.qr import ErrorCorrection
from vaxcert.rules.records import RecordCode, RecordSeverity, SeenDoses, check_record, repaired

CERTIFICATES: Final = "certificates.jsonl"
REJECTS: Final = "rejects.csv"
PICTURES: Final = "qr"

_OF_EARLIER_RUNS: Final = (CERTIFICATES, "manifest.json", ".run")
"""What an earlier run leaves; the last two are of runs in bulk."""

_NOT_OF_THE_RECORD: Final = frozenset(
    {Reason.SIGNER_EXPIRED, Reason.SIGNER_NOT_YET_VALID, Reason.KEY_NOT_AUTHORISED, Reason.KEY_TYPE}
)
"""What no other record would mend."""


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "issue", texts, run)
    parser.add_argument("records", metavar="RECORDS", help=texts.get("help", "records"))
    add_issue_options(parser, texts)
    add_mapping_option(parser, texts)
    issue_bulk.add_bulk_options(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Issue a certificate for every record that deserves one.

    Returns:
        `REFUSED` if any record was refused, else `ACCEPTED`.

    Raises:
        AdapterError: The key, the records or the folder cannot be used.
        EncodeError: The signing certificate does not allow issuing.
    """
    if options.bulk:
        return issue_bulk.run(options, session)
    issue_bulk.check_no_bulk_options(options)
    options.qr = options.qr or "png"
    at = options.at or session.now
    signer = signer_of(options, session, deterministic=options.deterministic)
    issuer = _issuer(options, signer, at)
    _prepare(options.out, pictures=options.qr != "none")
    sentences = session.texts.sentences("reason", "finding", "record")
    with (
        WholeLines(options.out / CERTIFICATES) as certificates,
        RejectWriter(options.out / REJECTS, sentences) as rejects,
    ):
        batch = _Batch(options, issuer, at, certificates, rejects)
        interrupted = _run_batch(batch, options, session)
    _write_summary(batch, options, session, sentences)
    ends = signer.certificate.not_after
    if batch.issued and not options.json and ends - at < timedelta(days=options.validity_days):
        session.output.paragraph(session.texts.get("summary", "shortened", date=f"{ends:%Y-%m-%d}"))
    if interrupted:
        session.output.note(session.texts.get("summary", "interrupted"))
        return ExitCode.INTERRUPTED
    return ExitCode.REFUSED if batch.refused else ExitCode.ACCEPTED


class _Batch:
    """One run over a file of records: what is written, and what is counted."""

    def __init__(
        self,
        options: argparse.Namespace,
        issuer: Issuer,
        at: datetime,
        certificates: WholeLines,
        rejects: RejectWriter,
    ) -> None:
        self._folder: Path = options.out
        self._kind: str = options.qr
        self._level = ErrorCorrection(options.level)
        self._issuer = issuer
        self._at = at
        self._certificates = certificates
        self._rejects = rejects
        self._seen = SeenDoses()
        self.issued = 0
        self.refused = 0
        self.codes: Counter[str] = Counter()

    def add(self, row: RecordRow) -> dict[str, Any]:
        """Issue or refuse one record. Returns what `--json` says of it."""
        try:
            record, notes = self._checked(row)
            issued = self._issuer.issue(to_certificate(record), at=self._at)
            line = self._write(row.number, issued)
        except EncodeError as error:
            if error.reason in _NOT_OF_THE_RECORD:
                raise
            codes = error.codes or (str(error.reason),)
            self._rejects.write(row, codes)
            self.refused += 1
            self.codes.update(codes)
            return {"row": row.number, "outcome": "refused", "codes": list(codes)}
        self.issued += 1
        return {"outcome": "issued", **line, **({"codes": notes} if notes else {})}

    def _checked(self, row: RecordRow) -> tuple[DoseRecord, list[str]]:
        """The record, repaired where that is beyond doubt, and the codes of what is noted of it."""
        record, notices = repaired(row.record, at=self._at)
        codes = [problem.code for problem in (*notices, *check_record(record, at=self._at))]
        errors = [code for code in codes if code.severity is RecordSeverity.ERROR]
        if not errors and self._seen.repeats(record):
            errors.append(RecordCode.DUPLICATE_DOSE)
        if errors:
            raise EncodeError(
                Reason.RECORD_REFUSED, f"record {row.number} is refused", codes=dict.fromkeys(errors)
            )
        return record, [code.value for code in codes]

    def _write(self, number: int, issued: IssuedCertificate) -> dict[str, Any]:
        """Picture first: what the list of certificates names is there."""
        name = None
        if self._kind in DRAW:
            picture = DRAW[self._kind](issued.text, self._level)
            name = f"{PICTURES}/{number:06}.{self._kind}"
            create_new(self._folder / name, picture, private=True, durable=False)
        line = {
            "row": number,
            "certificate_id": issued.certificate_id,
            "issued_at": moment_json(issued.issued_at),
            "expires": moment_json(issued.expires),
            "file": name,
            "text": issued.text,
        }
        self._certificates.write(to_json(line))
        return line


def _run_batch(batch: _Batch, options: argparse.Namespace, session: Session) -> bool:
    """Work through the records. Returns whether a person stopped it."""
    source = session.stdin if options.records == STANDARD_INPUT else Path(options.records)
    title = session.texts.get("progress", "issuing")
    rows = tracked(
        read_records(source, mapping=mapping_of(options)),
        title=title,
        total=None,
        shown=session.output.shows_progress(among_results=options.json),
    )
    try:
        for row in rows:
            line = batch.add(row)
            if options.json:
                session.output.json(line)
    except KeyboardInterrupt:
        return True
    return False


def _issuer(options: argparse.Namespace, signer: Signer, at: datetime) -> Issuer:
    new_certificate_id = None
    if options.deterministic:
        new_certificate_id = _repeatable(options.country, signer.kid, at).__next__
    try:
        return Issuer(
            signer,
            country=options.country,
            authority=options.authority,
            validity=timedelta(days=options.validity_days),
            new_certificate_id=new_certificate_id,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def _repeatable(country: str, kid: bytes, at: datetime) -> Iterator[str]:
    """Identifiers that are the same again for the same key and time."""
    for number in count():
        seed = b"%s %d %d" % (kid, int(at.timestamp()), number)
        yield build_certificate_id(country, hashlib.sha256(seed).hexdigest()[:32])


def _prepare(folder: Path, *, pictures: bool) -> None:
    """Make the folder, for its owner only, unless an earlier run has used it."""
    drawn = folder / PICTURES
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        used = any((folder / name).exists() for name in _OF_EARLIER_RUNS)
        used = used or (drawn.is_dir() and any(drawn.iterdir()))
        if pictures and not used:
            drawn.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"cannot make the folder {folder}: {error.strerror}"
        ) from None
    if used:
        raise AdapterError(
            Reason.FILE_UNWRITABLE, f"{folder} holds an earlier run; expected a folder for this run alone"
        )


def _write_summary(
    batch: _Batch, options: argparse.Namespace, session: Session, sentences: dict[str, str]
) -> None:
    if options.json:
        return
    output, texts = session.output, session.texts
    for code, number in batch.codes.most_common():
        output.labelled(f"{number:>5} ✘", f"{sentences.get(code, code)} [{code}]", label_width=8)
    output.paragraph(
        texts.get(
            "summary",
            "issued",
            total=batch.issued + batch.refused,
            accepted=batch.issued,
            refused=batch.refused,
        )
    )
    output.paragraph(texts.get("summary", "issued-files", certificates=options.out / CERTIFICATES))
    if options.qr != "none":
        output.paragraph(texts.get("summary", "qr-files", folder=options.out / PICTURES))
    output.paragraph(texts.get("summary", "reject-file", rejects=options.out / REJECTS))
