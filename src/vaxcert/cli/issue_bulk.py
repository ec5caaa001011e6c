"""`vaxcert issue --bulk`: certificates for a file of any size, on every core, in a run that can be taken up again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.cli.arguments import Parser
from vaxcert.cli.attestation_options import add_attestation_options, attestation_setting, attestations_of
from vaxcert.cli.bulk_run import add_run_options, go, need_bulk, records_setting, workers_of
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.issue_plan import add_secret_option, pictures_of, plan_of, plan_settings
from vaxcert.cli.mapping_options import mapping_of
from vaxcert.cli.registry_options import add_registry_options, registry_of, registry_setting
from vaxcert.cli.session import Session
from vaxcert.cli.texts import Texts

if TYPE_CHECKING:
    from vaxcert.adapters.bulk.job import Job

_BULK_ONLY: Final = ("secret_file", "workers", "population", "registry_url", "attestations")


def add_bulk_options(parser: Parser, texts: Texts) -> None:
    """Add the options that go with `--bulk`."""
    parser.add_argument("--bulk", action="store_true", help=texts.get("help", "bulk"))
    add_secret_option(parser, texts)
    add_run_options(parser, texts)
    add_registry_options(parser, texts)
    add_attestation_options(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Issue in bulk.

    Returns:
        `REFUSED` if any record was refused or is unmatched, else `ACCEPTED`.

    Raises:
        AdapterError: The key, the records, the registry or the folder cannot be used.
        EncodeError: The signing certificate does not allow issuing.
        UsageError: Options that do not go together.
    """
    need_bulk()
    from vaxcert.adapters.bulk.job import Job
    from vaxcert.adapters.bulk.places import RunFolder
    from vaxcert.adapters.bulk.run import BulkRun
    from vaxcert.adapters.records.formats import open_records

    if options.records == STANDARD_INPUT:
        raise UsageError("--bulk reads its records more than once: a file expected, not standard input")
    folder = RunFolder(options.out)
    plan = plan_of(options, session, folder)
    source = open_records(Path(options.records), mapping=mapping_of(options))
    job = Job(
        folder=folder,
        plan=plan,
        fields_by_heading=source.fields_by_heading,
        layout=source.layout,
        sentences=session.texts.sentences("reason", "finding", "record"),
        registry=registry_of(options),
        attestations=attestations_of(options, session, at=plan.at),
        pictures=pictures_of(options),
    )
    settings = {**plan_settings(options, plan, session), **_settings(options, job)}
    return go(BulkRun(source, job, settings, workers=workers_of(options)), folder, options, session)


def check_no_bulk_options(options: argparse.Namespace) -> None:
    """Make sure that nothing is asked for that only `--bulk` does.

    Raises:
        UsageError: What.
    """
    for name in _BULK_ONLY:
        if getattr(options, name) not in (None, False, []):
            raise UsageError(f"--{name.replace('_', '-')} belongs with --bulk")


def _settings(options: argparse.Namespace, job: Job) -> dict[str, Any]:
    """Whatever of the input would make another result."""
    return {
        **records_setting(Path(options.records), job),
        "registry": registry_setting(options),
        "attestations": attestation_setting(options),
    }
