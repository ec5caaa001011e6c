"""The options that say how certificates are issued, shared by all commands that issue any."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaxcert.adapters.files import file_digest
from vaxcert.adapters.key_files import load_record_secret
from vaxcert.adapters.qr_files import DRAW
from vaxcert.cli.arguments import Parser, days, moment
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.session import Session
from vaxcert.cli.signer_options import add_signer_options, signer_source_of
from vaxcert.errors import AdapterError, Reason
from vaxcert.issue import TWELVE_MONTHS
from vaxcert.model.record_keys import RecordKeys
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.qr import ErrorCorrection

if TYPE_CHECKING:
    from vaxcert.adapters.bulk.batch import IssuePlan
    from vaxcert.adapters.bulk.job import Pictures
    from vaxcert.adapters.bulk.places import RunFolder


def add_issue_options(parser: Parser, texts: Texts) -> None:
    """Add who issues, with which key, for how long, where to, and how codes are drawn."""
    add_signer_options(parser, texts)
    parser.add_argument("--country", required=True, metavar="CC", help=texts.get("help", "country"))
    parser.add_argument("--authority", required=True, metavar="NAME", help=texts.get("help", "authority"))
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FOLDER", help=texts.get("help", "out-folder")
    )
    parser.add_argument(
        "--validity-days",
        type=days,
        default=TWELVE_MONTHS.days,
        metavar="N",
        help=texts.get("help", "validity-days"),
    )
    parser.add_argument("--qr", choices=(*DRAW, "none"), help=texts.get("help", "qr-kind"))
    parser.add_argument(
        "--level",
        choices=[str(level) for level in ErrorCorrection],
        default="Q",
        help=texts.get("help", "level"),
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "issue-at"))
    parser.add_argument("--deterministic", action="store_true", help=texts.get("help", "deterministic"))


def add_secret_option(parser: Parser, texts: Texts) -> None:
    """Add the secret of record keys."""
    parser.add_argument("--secret-file", type=Path, metavar="FILE", help=texts.get("help", "secret-file"))


def plan_of(options: argparse.Namespace, session: Session, folder: RunFolder) -> IssuePlan:
    """How a run issues: at the time of the run that is taken up, where the folder holds one.

    Raises:
        AdapterError: The key or the secret cannot be used; `run-mismatch`.
        EncodeError: The signing certificate does not allow issuing.
        UsageError: An option is missing, or its value does not do.
    """
    from vaxcert.adapters.bulk.batch import BatchIssuer, IssuePlan
    from vaxcert.adapters.bulk.claim import stored_settings

    if options.secret_file is None:
        raise UsageError("a run needs --secret-file; vaxcert keys new-secret makes one")
    settings = stored_settings(folder)
    started = None if settings is None else _moment_of(settings, folder)
    signer = signer_source_of(options, session, deterministic=options.deterministic)
    plan = IssuePlan(
        at=(options.at or started or session.now).replace(microsecond=0),
        secret=load_record_secret(options.secret_file),
        signer=signer,
        country=options.country,
        authority=options.authority,
        validity=timedelta(days=options.validity_days),
    )
    try:
        BatchIssuer(plan, signer.open()).check()
    except ValueError as error:
        raise UsageError(str(error)) from None
    return plan


def _moment_of(settings: Mapping[str, Any], folder: RunFolder) -> datetime:
    """The time of the run that a folder holds.

    Raises:
        AdapterError: `run-mismatch`: it states none, and is no run of ours.
    """
    try:
        return datetime.fromisoformat(settings["at"])
    except (KeyError, TypeError, ValueError):
        raise AdapterError(
            Reason.RUN_MISMATCH, f"{folder.path} holds a run without a time; expected a folder of its own"
        ) from None


def plan_settings(options: argparse.Namespace, plan: IssuePlan, session: Session) -> dict[str, Any]:
    """Whatever of the plan would make other certificates, and what else a run must not change."""
    return {
        "at": moment_json(plan.at),
        "country": plan.country,
        "authority": plan.authority,
        "validity-days": plan.validity.days,
        "signing-certificate": file_digest(options.cert).hex(),
        "deterministic": options.deterministic,
        "secret": RecordKeys(plan.secret).person("").hex(),
        "pictures": options.qr or "none",
        "level": options.level,
        "language": session.texts.language,
    }


def pictures_of(options: argparse.Namespace) -> Pictures | None:
    """How codes are drawn; None for none, as a run does unless it is asked to."""
    from vaxcert.adapters.bulk.job import Pictures

    if options.qr not in DRAW:
        return None
    return Pictures(kind=options.qr, level=ErrorCorrection(options.level))
