"""Options for those who write FHIR."""

from __future__ import annotations

import argparse

from vaxcert.adapters.key_files import load_record_secret
from vaxcert.adapters.records.fhir.files import FHIR, fhir_writer
from vaxcert.adapters.records.fhir.resources import Profile
from vaxcert.adapters.records.fhir.writing import BundleMaker
from vaxcert.adapters.records.writers import RecordWriter
from vaxcert.cli.arguments import Parser, moment
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.issue_plan import add_secret_option
from vaxcert.cli.session import Session
from vaxcert.model.record_keys import RecordKeys
from vaxcert.presentation.texts import Texts

_ONE_BUNDLE = ".json"


def add_fhir_options(parser: Parser, texts: Texts) -> None:
    """Add what is only said of FHIR."""
    parser.add_argument("--profile", choices=[*map(str, Profile)], help=texts.get("help", "fhir-profile"))
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "fhir-at"))
    add_secret_option(parser, texts)


def fhir_writer_of(options: argparse.Namespace, session: Session) -> RecordWriter | None:
    """The form of FHIR, if that is what is asked for.

    Raises:
        UsageError: Something is said of FHIR, and another form is asked for.
        AdapterError: The secret cannot be used.
    """
    if options.to != FHIR:
        for name in ("profile", "at", "secret_file"):
            if getattr(options, name) is not None:
                raise UsageError(f"--{name.replace('_', '-')} is for --to fhir")
        return None
    secret = options.secret_file and load_record_secret(options.secret_file)
    maker = BundleMaker(
        Profile(options.profile or Profile.VN_CORE),
        at=options.at or session.now,
        keys=RecordKeys(secret) if secret else None,
    )
    return fhir_writer(maker, whole=options.out.suffix.lower() == _ONE_BUNDLE)
