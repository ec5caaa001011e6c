"""`vaxcert issue --bulk`: certificates for a file of any size, on every core, in a run that can be taken up again."""

from __future__ import annotations

import argparse
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.trust_files import load_trust_list
from vaxcert.cli.arguments import Parser
from vaxcert.cli.attestation_options import add_attestation_options, attestation_setting, attestations_of
from vaxcert.cli.bulk_run import go, need_bulk, records_setting
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.issue_plan import add_secret_option, pictures_of, plan_of, plan_settings
from vaxcert.cli.mapping_options import mapping_of
from vaxcert.cli.progress import tracked
from vaxcert.cli.registry_options import add_registry_options, registry_of, registry_setting
from vaxcert.cli.run_options import add_run_options, workers_of
from vaxcert.cli.session import Session
from vaxcert.errors import VaxcertError
from vaxcert.presentation.texts import Texts, grouped
from vaxcert.rules.policy import VerificationPolicy
from vaxcert.trust.origin import Environment
from vaxcert.verify import Verifier

if TYPE_CHECKING:
    from vaxcert.adapters.bulk.job import Job
    from vaxcert.adapters.bulk.places import RunFolder

_BULK_ONLY: Final = (
    *("secret_file", "workers", "pdf", "population", "population_mapping"),
    *("registry_url", "registry_token_file", "registry_ca_file"),
    *("attestations", "facilities", "anchor", "threshold", "require_attestation"),
)


def add_bulk_options(parser: Parser, texts: Texts) -> None:
    """Add the options that go with `--bulk`."""
    parser.add_argument("--bulk", action="store_true", help=texts.get("help", "bulk"))
    add_secret_option(parser, texts)
    parser.add_argument("--pdf", action="store_true", help=texts.get("help", "bulk-pdf"))
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
    need_bulk(workers=workers_of(options))
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
    status = go(BulkRun(source, job, settings, workers=workers_of(options)), folder, options, session)
    if options.pdf and status is not ExitCode.INTERRUPTED:
        _print(folder, plan.at, options, session)
    return status


def _print(folder: RunFolder, at: datetime, options: argparse.Namespace, session: Session) -> None:
    """Print the passports of a run that is complete, anew where an earlier attempt was interrupted."""
    from vaxcert.adapters.passport import CertificateReader, write_passports
    from vaxcert.adapters.passport.bulk_run import people_of_run
    from vaxcert.adapters.passport.specimens import test_keys

    policy = VerificationPolicy(environments=frozenset(Environment))
    verifier = Verifier(load_trust_list([options.cert])[0], policy=policy)
    reader = CertificateReader(verifier, at=at, test_keys=test_keys([options.cert]))
    shutil.rmtree(folder.passports, ignore_errors=True)
    people = people_of_run(folder.path, reader, _own_is_refused)
    written = write_passports(people, folder.passports, processes=workers_of(options))
    shown = session.output.shows_progress(among_results=False)
    title = session.texts.get("progress", "printing")
    printed = sum(file.people for file in tracked(written, title=title, total=None, shown=shown))
    if not options.json:
        session.output.paragraph(
            session.texts.get("bulk", "passports", people=grouped(printed), folder=folder.passports)
        )


def _own_is_refused(source: str, error: VaxcertError) -> None:
    """A certificate of the run itself does not verify: something is wrong with its files."""
    raise error


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
