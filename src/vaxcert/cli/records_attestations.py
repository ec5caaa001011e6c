"""`vaxcert records attestations`: check attestations, and tell which records of a file they attest."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from vaxcert.adapters.attestation_files import find_attestations, read_attestation
from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.records.rows import read_records
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.attestation_options import add_facility_list_options, facility_list_of, note_problem
from vaxcert.cli.exit_codes import ExitCode, UsageError, exit_code
from vaxcert.cli.mapping_options import add_mapping_option, mapping_of
from vaxcert.cli.output import Colour
from vaxcert.cli.records_attest import write_left_out
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, VaxcertError
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.rules.records import RecordCode, repaired
from vaxcert.trust.attestation import Attestation
from vaxcert.trust.attested_records import AttestedBy, AttestedRecords
from vaxcert.trust.facility_list import FacilityList


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert records`."""
    parser = add_command(actions, "attestations", texts, run, help_key="records-attestations")
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help=texts.get("help", "attestation-paths")
    )
    add_facility_list_options(parser, texts, required=True)
    parser.add_argument("--records", metavar="RECORDS", help=texts.get("help", "attested-records"))
    add_mapping_option(parser, texts)
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Check attestations, or records by them.

    Returns:
        `REFUSED` if any attestation must not be relied on or any record is not attested, else `UNREADABLE` if any
        attestation could not be read.

    Raises:
        TrustListError: The facility list is not good by the anchors.
        StaleTrustListError: It has ended.
        AdapterError: A file cannot be read.
        UsageError: There is no attestation.
    """
    at = options.at or session.now
    facilities = facility_list_of(options, session, at=at)
    if options.records is not None:
        return _check_records(options, session, facilities, at)
    outcomes = {_check(found, facilities, at, options, session) for found in find_attestations(options.paths)}
    if not outcomes:
        raise UsageError("no attestation (*.vxa) in what is named")
    for status in (ExitCode.REFUSED, ExitCode.UNREADABLE):
        if status in outcomes:
            return status
    return ExitCode.ACCEPTED


def _check(
    found: Path | AdapterError,
    facilities: FacilityList,
    at: datetime,
    options: argparse.Namespace,
    session: Session,
) -> ExitCode:
    if isinstance(found, AdapterError):
        session.output.error(found)
        return ExitCode.UNREADABLE
    try:
        attestation = read_attestation(found, facilities, at=at)
    except VaxcertError as error:
        _write_problem(found, error, options, session)
        return exit_code(error)
    _write(found, attestation, options, session)
    return ExitCode.ACCEPTED


def _write(path: Path, attestation: Attestation, options: argparse.Namespace, session: Session) -> None:
    attester = attestation.attester
    if options.json:
        session.output.json(
            {
                "file": str(path),
                "outcome": "accepted",
                "reason": None,
                "identifier": attestation.identifier,
                "attester": {"scope": attester.scope.value, "code": attester.code},
                "issued": moment_json(attestation.issued),
                "records": attestation.count,
            }
        )
        return
    texts = session.texts
    session.output.line(f"{path}: {texts.get('outcome', 'accepted')}", Colour.GREEN)
    for key, value in (
        ("attester", texts.get("attestation", f"of-{attester.scope}", code=attester.code)),
        ("signed", texts.moment(attestation.issued)),
        ("records", str(attestation.count)),
        ("identifier", attestation.identifier),
    ):
        session.output.labelled(texts.get("attestation", key), value)


def _write_problem(path: Path, error: VaxcertError, options: argparse.Namespace, session: Session) -> None:
    outcome = "unreadable" if exit_code(error) is ExitCode.UNREADABLE else "refused"
    if options.json:
        session.output.json({"file": str(path), "outcome": outcome, "reason": error.reason.value})
    else:
        session.output.line(f"{path}: {session.texts.get('outcome', outcome)}", Colour.RED)
        session.output.labelled(
            session.texts.get("attestation", "reason"), session.texts.get("reason", error.reason)
        )
    note_problem(path, error, session)


def _check_records(
    options: argparse.Namespace, session: Session, facilities: FacilityList, at: datetime
) -> ExitCode:
    """Tell which attestation each record comes with."""
    attested = AttestedRecords(_good(options, session, facilities, at))
    rows: dict[RecordCode, list[int]] = {}
    count = 0
    source = session.stdin if options.records == STANDARD_INPUT else Path(options.records)
    for row in read_records(source, mapping=mapping_of(options)):
        record, _ = repaired(row.record, at=at)
        found = attested.of(record)
        if options.json:
            session.output.json(_row_json(row.number, found))
        if found.attestation is None:
            rows.setdefault(_code(found), []).append(row.number)
        else:
            count += 1
    if not options.json:
        write_left_out(rows, session)
        refused = sum(map(len, rows.values()))
        session.output.paragraph(
            session.texts.get("attestation", "looked-up", attested=count, refused=refused)
        )
    return ExitCode.REFUSED if rows else ExitCode.ACCEPTED


def _good(
    options: argparse.Namespace, session: Session, facilities: FacilityList, at: datetime
) -> Iterator[Attestation]:
    """The attestations that count. What is wrong with the others is said on standard error."""
    for found in find_attestations(options.paths):
        if isinstance(found, AdapterError):
            session.output.error(found)
            continue
        try:
            yield read_attestation(found, facilities, at=at)
        except VaxcertError as error:
            note_problem(found, error, session)


def _code(found: AttestedBy) -> RecordCode:
    return RecordCode.ATTESTATION_NOT_AUTHORISED if found.by_others else RecordCode.ATTESTATION_MISSING


def _row_json(number: int, found: AttestedBy) -> dict[str, Any]:
    if found.attestation is not None:
        return {"row": number, "outcome": "attested", "attestation": found.attestation.identifier}
    return {"row": number, "outcome": "refused", "codes": [_code(found).value]}
