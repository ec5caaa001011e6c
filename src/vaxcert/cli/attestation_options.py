"""The options that say which attestations count: who signed the dose records that certificates are made of."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vaxcert.adapters.attestation_files import find_attestations, load_facility_list
from vaxcert.adapters.bulk.places import RunFolder
from vaxcert.cli.arguments import Parser
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import add_anchors, anchors_of
from vaxcert.errors import AdapterError, Reason, VaxcertError
from vaxcert.presentation.texts import Texts
from vaxcert.trust.facility_list import FacilityList

if TYPE_CHECKING:
    from vaxcert.adapters.attestation_index import AttestationIndex

_INDEX: Final = "attestations"


def add_attestation_options(parser: Parser, texts: Texts) -> None:
    """Add `--attestations`, what they are judged by, and `--require-attestation`."""
    parser.add_argument(
        "--attestations",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help=texts.get("help", "attestations"),
    )
    add_facility_list_options(parser, texts)
    parser.add_argument(
        "--require-attestation", action="store_true", help=texts.get("help", "require-attestation")
    )


def add_facility_list_options(parser: Parser, texts: Texts, *, required: bool = False) -> None:
    """Add the options of the list that says who may attest."""
    parser.add_argument(
        "--facilities", required=required, type=Path, metavar="LIST", help=texts.get("help", "facilities")
    )
    add_anchors(parser, texts)


def facility_list_of(options: argparse.Namespace, session: Session, *, at: datetime) -> FacilityList:
    """The list that is named. What is wrong with single entries, and that it is overdue, is said on standard error.

    Raises:
        TrustListError: It is not good by the anchors.
        StaleTrustListError: It has ended.
        AdapterError: A file cannot be read.
        LimitExceededError: `input-too-long`.
    """
    anchors = anchors_of(options.anchor)
    facilities = load_facility_list(options.facilities, anchors, threshold=options.threshold or 1)
    for problem in facilities.problems:
        session.output.error(problem)
    facilities.check_usable(at=at)
    if facilities.is_overdue(at=at):
        due = session.texts.moment(facilities.origin.next_update)
        session.output.note(
            session.texts.get("attestation", "list-overdue", name=facilities.origin.name, date=due)
        )
    return facilities


def attestations_of(
    options: argparse.Namespace, session: Session, *, at: datetime | None = None
) -> AttestationIndex | None:
    """The attestations of the options, verified, as an index in the folder of the run; None where none are named.

    What is wrong with single attestations is said on standard error; the others count.

    Args:
        options: As of `add_attestation_options`, with the folder of the run as `out`.
        session: For problems and progress.
        at: The moment of the run; None takes that of the options, else now.

    Raises:
        UsageError: Options that do not go together.
        TrustListError: The facility list is not good by the anchors, or older than the one used before.
        StaleTrustListError: It has ended.
        AdapterError: `file-unreadable`, also when no attestation is good; `file-unwritable`, `extra-missing`.
    """
    _check_options(options)
    if not options.attestations:
        return None
    at = at or options.at or session.now
    facilities = facility_list_of(options, session, at=at)
    run = RunFolder(options.out)
    run.begin()
    index = _built_index(options.attestations, facilities, run.work / _INDEX, session, at=at)
    if not index.attestations:
        index.close()
        raise AdapterError(
            Reason.FILE_UNREADABLE, "no attestation that counts is in what --attestations names"
        )
    return index.requiring(options.require_attestation)


def attestation_setting(options: argparse.Namespace) -> str | None:
    """What tells these attestations from others, after `attestations_of`; None where none are named.

    Raises:
        AdapterError: `file-unreadable`.
    """
    if not options.attestations:
        return None
    from vaxcert.adapters.attestation_index import IndexDescription

    described = IndexDescription.read(RunFolder(options.out).work / _INDEX)
    return f"{described.fingerprint} {'required' if options.require_attestation else 'noted'}"


def note_problem(path: Path | None, error: VaxcertError, session: Session) -> None:
    """Say on standard error why an attestation does not count."""
    where = "" if path is None else f"{path}: "
    session.output.problem(error.reason, f"{where}{error}", session.texts.get("reason", error.reason))


def _check_options(options: argparse.Namespace) -> None:
    if options.attestations:
        if options.facilities is None:
            raise UsageError("--attestations needs --facilities, the list that says who may attest")
        return
    for name in ("facilities", "anchor", "threshold", "require_attestation"):
        if getattr(options, name):
            raise UsageError(f"--{name.replace('_', '-')} belongs with --attestations")


def _built_index(
    paths: list[Path], facilities: FacilityList, folder: Path, session: Session, *, at: datetime
) -> AttestationIndex:
    """An index of the attestations that are good."""
    try:
        from vaxcert.adapters.attestation_building import build_index
    except ImportError:
        raise AdapterError(
            Reason.EXTRA_MISSING, "attestations of many records need numpy: pip install 'vaxcert[bulk]'"
        ) from None
    files = tracked(
        list(find_attestations(paths)),
        title=session.texts.get("progress", "attestations"),
        total=None,
        shown=session.output.shows_progress(among_results=False),
    )
    index, problems = build_index(files, facilities, folder, at=at)
    for problem in problems:
        note_problem(problem.path, problem.error, session)
    return index
