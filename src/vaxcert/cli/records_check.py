"""`vaxcert records check`: what a bulk run would say of a file of records, without issuing anything."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vaxcert.adapters.locks import locked
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.attestation_options import add_attestation_options, attestations_of
from vaxcert.cli.bulk_run import go, need_bulk, records_setting
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.mapping_options import add_mapping_option, mapping_of
from vaxcert.cli.registry_options import add_registry_options, registry_of
from vaxcert.cli.run_options import add_run_options, workers_of
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason
from vaxcert.model.record_keys import MIN_SECRET_BYTES
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts

if TYPE_CHECKING:
    from vaxcert.adapters.bulk.places import RunFolder

_CHECK: Final = "check"
"""What only the settings of a check have."""


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert records`."""
    parser = add_command(actions, "check", texts, run, help_key="records-check")
    parser.add_argument("records", type=Path, metavar="RECORDS", help=texts.get("help", "records-file"))
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FOLDER", help=texts.get("help", "out-folder")
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "issue-at"))
    add_mapping_option(parser, texts)
    add_run_options(parser, texts)
    add_registry_options(parser, texts)
    add_attestation_options(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Check a file.

    Returns:
        `REFUSED` if any record would be refused or is unmatched, else `ACCEPTED`.

    Raises:
        AdapterError: The records, the registry or the folder cannot be used.
        UsageError: Options that do not go together.
    """
    need_bulk(workers=workers_of(options))
    from vaxcert.adapters.bulk.batch import CleaningPlan
    from vaxcert.adapters.bulk.job import Job
    from vaxcert.adapters.bulk.places import RunFolder
    from vaxcert.adapters.bulk.run import BulkRun
    from vaxcert.adapters.records.formats import open_records

    folder = RunFolder(options.out)
    _begin_anew(folder)
    at = (options.at or session.now).replace(microsecond=0)
    source = open_records(options.records, mapping=mapping_of(options))
    job = Job(
        folder=folder,
        plan=CleaningPlan(at=at, secret=secrets.token_bytes(MIN_SECRET_BYTES)),
        fields_by_heading=source.fields_by_heading,
        layout=source.layout,
        sentences=session.texts.sentences("reason", "finding", "record"),
        registry=registry_of(options),
        attestations=attestations_of(options, session, at=at),
    )
    settings = {
        "at": moment_json(at),
        "language": session.texts.language,
        **records_setting(options.records, job),
        _CHECK: secrets.token_hex(8),
    }
    return go(BulkRun(source, job, settings, workers=workers_of(options)), folder, options, session)


def _begin_anew(folder: RunFolder) -> None:
    """Clear away a check that was interrupted: it had another secret, of which nothing is left.

    Raises:
        AdapterError: `run-mismatch`, when the folder holds anything else; `store-busy`.
    """
    from vaxcert.adapters.bulk.claim import stored_settings

    stored = stored_settings(folder)
    if folder.manifest.exists() or (stored is not None and _CHECK not in stored):
        raise AdapterError(
            Reason.RUN_MISMATCH, f"{folder.path} holds an earlier run; expected a folder for this one alone"
        )
    if folder.work.exists():
        with locked(folder.work / "lock"):
            for result in (folder.rejects, folder.unmatched, folder.summary):
                result.unlink(missing_ok=True)
            folder.forget()
