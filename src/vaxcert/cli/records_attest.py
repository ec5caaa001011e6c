"""`vaxcert records attest`: a facility, or the focal unit of a province, signs the dose records it vouches for."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.files import create_new
from vaxcert.adapters.records.rows import RecordRow, read_records
from vaxcert.cli.anchor_signers import anchor_signer
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.mapping_options import add_mapping_option, mapping_of
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.signer_options import add_token_options, check_token_options, signer_of
from vaxcert.crypto.algorithms import Algorithm
from vaxcert.crypto.keys import PublicKey
from vaxcert.crypto.signer import Signer
from vaxcert.errors import AdapterError, Reason
from vaxcert.limits import MAX_ATTESTED_RECORDS
from vaxcert.model.dose_record import WHOLE_ROW, DoseRecord
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.rules.records import RecordCode, RecordSeverity, SeenDoses, check_record, repaired
from vaxcert.trust.attestation import Attestation, attestation_of, sign
from vaxcert.trust.facility_list import Attester, Scope
from vaxcert.trust.record_digest import record_digest
from vaxcert.trust.signed_document import DocumentSigner, key_identifier

_ROWS_SHOWN: Final = 20
_NO_OTHERS: Final[Mapping[RecordCode, str]] = MappingProxyType({})


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert records`."""
    parser = add_command(actions, "attest", texts, run, help_key="records-attest")
    parser.add_argument("records", metavar="RECORDS", help=texts.get("help", "records"))
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--key", type=Path, metavar="FILE", help=texts.get("help", "attester-key"))
    where.add_argument("--hsm", type=Path, metavar="MODULE", help=texts.get("help", "hsm"))
    parser.add_argument("--cert", type=Path, metavar="FILE", help=texts.get("help", "attester-cert"))
    parser.add_argument("--password-file", type=Path, metavar="FILE", help=texts.get("help", "password-file"))
    add_token_options(parser, texts)
    who = parser.add_mutually_exclusive_group(required=True)
    for scope in Scope:
        who.add_argument(f"--{scope}", metavar="CODE", help=texts.get("help", f"attesting-{scope}"))
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help=texts.get("help", "out-attestation")
    )
    add_mapping_option(parser, texts)
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "attest-at"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Attest the records that are the attester's own and have no fault.

    Returns:
        `REFUSED` if any record was left out, else `ACCEPTED`. Nothing is written when all of them were.

    Raises:
        UsageError: Options that do not go together, or more records than an attestation holds.
        AdapterError: The records or the key cannot be used, or the file is there already.
    """
    attester = _attester(options)
    if options.out.exists():
        raise AdapterError(Reason.FILE_UNWRITABLE, f"{options.out} is there already and is not overwritten")
    at = (options.at or session.now).replace(microsecond=0)
    signer = _signer(options, session)
    batch = _Batch(attester, at)
    for row in _rows(options, session):
        codes = batch.add(row)
        if options.json:
            session.output.json(_row_json(row.number, codes))
    attestation = batch.attestation()
    if attestation is not None:
        create_new(options.out, sign(attestation, signer), private=True)
    _report(attestation, batch, key_identifier(signer.public_key), options, session)
    return ExitCode.REFUSED if batch.refused else ExitCode.ACCEPTED


class _Batch:
    """The records of one file, judged one by one.

    Attributes:
        attested: How many are attested.
        refused: Code to the numbers of the rows that were left out for it.
    """

    def __init__(self, attester: Attester, at: datetime) -> None:
        self._attester: Final = attester
        self._at: Final = at
        self._seen: Final = SeenDoses()
        self._digests: set[bytes] = set()
        self.attested = 0
        self.refused: dict[RecordCode, list[int]] = {}

    def add(self, row: RecordRow) -> Sequence[RecordCode]:
        """Attest a record, or say why not: it is of another place; its faults; or that the dose came before."""
        record, _ = repaired(row.record, at=self._at)
        codes = self._codes(record)
        for code in codes:
            self.refused.setdefault(code, []).append(row.number)
        if not codes:
            self._digests.add(record_digest(record))
            self.attested += 1
            if self.attested > MAX_ATTESTED_RECORDS:
                raise UsageError(
                    f"more than {MAX_ATTESTED_RECORDS} records; expected several files, each attested by itself"
                )
        return codes

    def _codes(self, record: DoseRecord) -> Sequence[RecordCode]:
        if WHOLE_ROW not in record.unreadable and not self._attester.speaks_for(record):
            return (RecordCode.ATTESTATION_NOT_AUTHORISED,)
        problems = check_record(record, at=self._at)
        codes = tuple(one.code for one in problems if one.severity is RecordSeverity.ERROR)
        if not codes and self._seen.repeats(record):
            return (RecordCode.DUPLICATE_DOSE,)
        return codes

    def attestation(self) -> Attestation | None:
        """What is to be signed; None where no record is left."""
        if not self._digests:
            return None
        return attestation_of(self._digests, self._attester, at=self._at)


class _CertifiedKey:
    """A signer as signed documents need one, by its key and not by its certificate."""

    def __init__(self, signer: Signer) -> None:
        self._signer: Final = signer
        self.algorithm: Final[Algorithm] = signer.algorithm
        # a signer's certificate holds a key that it can sign with
        self.public_key: Final[PublicKey] = signer.certificate.public_key  # type: ignore[assignment]

    def sign(self, data: bytes) -> bytes:
        """Sign `data`; see `vaxcert.crypto.signer.Signer`."""
        return self._signer.sign(data)


def _attester(options: argparse.Namespace) -> Attester:
    scope = Scope.PROVINCE if options.facility is None else Scope.FACILITY
    try:
        return Attester(scope, options.province if options.facility is None else options.facility)
    except ValueError as error:
        raise UsageError(f"--{scope}: {error}") from None


def _signer(options: argparse.Namespace, session: Session) -> DocumentSigner:
    """The key that signs: in a token, in a file with its certificate, or in a file alone."""
    check_token_options(options)
    if options.cert is None and options.hsm is not None:
        raise UsageError("--hsm needs --cert, the certificate of the key")
    if options.cert is None:
        return anchor_signer(options.key, options.password_file, session)
    return _CertifiedKey(signer_of(options, session, deterministic=options.hsm is None))


def _rows(options: argparse.Namespace, session: Session) -> Iterator[RecordRow]:
    source = session.stdin if options.records == STANDARD_INPUT else Path(options.records)
    return tracked(
        read_records(source, mapping=mapping_of(options)),
        title=session.texts.get("progress", "attesting"),
        total=None,
        shown=session.output.shows_progress(among_results=options.json),
    )


def _row_json(number: int, codes: Sequence[RecordCode]) -> dict[str, object]:
    if codes:
        return {"row": number, "outcome": "refused", "codes": [code.value for code in codes]}
    return {"row": number, "outcome": "attested"}


def _report(
    attestation: Attestation | None,
    batch: _Batch,
    kid: bytes,
    options: argparse.Namespace,
    session: Session,
) -> None:
    rows = {number for numbers in batch.refused.values() for number in numbers}
    if options.json:
        session.output.json(
            {
                "file": None if attestation is None else str(options.out),
                "identifier": None if attestation is None else attestation.identifier,
                "attester": {"scope": _attester(options).scope.value, "code": _attester(options).code},
                "issued": None if attestation is None else moment_json(attestation.issued),
                "kid": kid.hex(),
                "attested": batch.attested,
                "refused": len(rows),
            }
        )
        return
    elsewhere = session.texts.get("attestation", "elsewhere")
    write_left_out(batch.refused, session, {RecordCode.ATTESTATION_NOT_AUTHORISED: elsewhere})
    output, texts = session.output, session.texts
    output.paragraph(texts.get("attestation", "result", attested=batch.attested, refused=len(rows)))
    if attestation is None:
        output.paragraph(texts.get("attestation", "nothing"))
        return
    output.labelled(texts.get("attestation", "identifier"), attestation.identifier)
    output.labelled(texts.get("trust-sign", "signed-by"), kid.hex())
    output.paragraph(texts.get("keys", "written", path=options.out))


def write_left_out(
    rows: Mapping[RecordCode, Sequence[int]],
    session: Session,
    sentences: Mapping[RecordCode, str] = _NO_OTHERS,
) -> None:
    """Say which rows were left out, and why: one line for each code.

    Args:
        rows: The numbers of the rows, by code.
        session: Where to say it.
        sentences: For codes that mean something else here than in general.
    """
    texts = session.texts
    for code, numbers in rows.items():
        shown = ", ".join(map(str, numbers[:_ROWS_SHOWN])) + (", …" if len(numbers) > _ROWS_SHOWN else "")
        sentence = sentences.get(code) or texts.get("record", code)
        line = texts.get("attestation", "left-out", sentence=sentence, code=code, rows=shown)
        session.output.labelled(f"{len(numbers):>5} ✘", line, label_width=8)
