"""`vaxcert manifest`: an airline's passengers, and what the desk would decide about each of them."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any, Final

import vaxcert
from vaxcert.adapters.bulk.processes import WorkerPool
from vaxcert.adapters.files import content_digest
from vaxcert.adapters.manifest.answers import TABLES
from vaxcert.adapters.manifest.columns import ManifestField, find_columns
from vaxcert.adapters.manifest.run import ManifestResult, ManifestRun
from vaxcert.adapters.manifest.source import ManifestFile
from vaxcert.adapters.manifest.worker import ManifestJob, ManifestWorker
from vaxcert.adapters.records.layout import DateOrder
from vaxcert.adapters.records.mapping import ENCODINGS
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.run_options import add_run_options, workers_of
from vaxcert.cli.run_progress import RunProgress
from vaxcert.cli.session import Session
from vaxcert.cli.verifier_options import add_verifier, load_material, note_material, trust_places
from vaxcert.cli.verify_travellers import exit_code_of
from vaxcert.decision import Desk, Verdict
from vaxcert.errors import AdapterError, Reason
from vaxcert.presentation.texts import Texts, grouped

_MODULES: Final = ("vaxcert.cli.manifest",)
"""What the processes of a run load."""

_WORST_FIRST: Final = (ExitCode.REFUSED, ExitCode.TRUST, ExitCode.UNREADABLE, ExitCode.ACCEPTED)

_NOT_OF_THE_RESULT: Final = frozenset(
    {"run", "json", "lang", "workers", "at", "manifest", "out", "pictures", "trust"}
)
"""Options that change nothing of what is decided, or stand in the settings of a run by themselves."""


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "manifest", texts, run)
    parser.add_argument("manifest", type=Path, metavar="IN", help=texts.get("help", "manifest-in"))
    parser.add_argument(
        "--out", type=Path, required=True, metavar="OUT", help=texts.get("help", "manifest-out")
    )
    parser.add_argument("--pictures", type=Path, metavar="DIR", help=texts.get("help", "manifest-pictures"))
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=_named_column,
        metavar="FIELD=HEADING",
        help=texts.get("help", "manifest-column", fields=", ".join(ManifestField)),
    )
    parser.add_argument(
        "--dates", choices=[str(order) for order in DateOrder], help=texts.get("help", "manifest-dates")
    )
    parser.add_argument(
        "--encoding",
        choices=tuple(ENCODINGS),
        default=next(iter(ENCODINGS)),
        help=texts.get("help", "manifest-encoding"),
    )
    add_verifier(parser, texts)
    add_run_options(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Decide about every passenger of a manifest.

    Returns:
        As for `vaxcert verify` with travellers, of all passengers: `REFUSED` if any was refused, or referred for more
        than these: `TRUST` if any was referred for lists and clock only, else `UNREADABLE` if any was because something
        could not be read or contradicts itself in a row, else `ACCEPTED`.

    Raises:
        UsageError: The result would be written over the manifest.
        TrustListError: There is no key to trust, or a list must not be relied on.
        AdapterError: The manifest, a store, an anchor or a revocation list cannot be read; `column-missing`;
            `file-unwritable`, `store-busy`, `run-interrupted`.
    """
    if _is_same_file(options.manifest, options.out):
        raise UsageError("--out is the manifest itself; expected another file")
    _need_folder(options)
    note_material(load_material(options), options.at or session.now, session)
    begin = partial(ManifestWorker, _job(options, session))
    try:
        with WorkerPool(begin, workers_of(options), modules=_MODULES, may_fork=True) as pool:
            pool.start()  # before there are threads, of the bar or of anything else
            result = _go(pool, options, session)
    except KeyboardInterrupt:
        session.output.note(session.texts.get("bulk", "interrupted"))
        return ExitCode.INTERRUPTED
    _report(result, options, session)
    return min(map(ExitCode, result.statuses), key=_WORST_FIRST.index)


def _go(pool: WorkerPool, options: argparse.Namespace, session: Session) -> ManifestResult:
    source = ManifestFile(options.manifest, options.encoding)
    order = DateOrder(options.dates) if options.dates else None
    columns = find_columns(source.headings, options.column, order)
    run = ManifestRun(source, columns, options.out, _settings(options, session))
    with RunProgress(session, shown=session.output.shows_progress(among_results=False)) as progress:
        return run.go(pool, progress, now=session.now, at=options.at)


def _job(options: argparse.Namespace, session: Session) -> ManifestJob:
    return ManifestJob(
        out=options.out,
        files=_folder_of_files(options),
        language=session.texts.language,
        desk=partial(desk_of, options),
        status=exit_code_of,
        unread=ExitCode.UNREADABLE,
    )


def _folder_of_files(options: argparse.Namespace) -> Path:
    folder: Path = options.pictures or options.manifest.parent
    return folder


def desk_of(options: argparse.Namespace) -> Desk:
    """The desk that the options come to, for each process of a run."""
    return load_material(options).desk()


def _named_column(text: str) -> tuple[ManifestField, str]:
    name, _, heading = text.partition("=")
    try:
        field = ManifestField(name)
    except ValueError:
        field = None
    if field is None or not heading.strip():
        raise argparse.ArgumentTypeError(f"not FIELD=HEADING with one of {', '.join(ManifestField)}")
    return field, heading


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _need_folder(options: argparse.Namespace) -> None:
    if options.pictures is not None and not options.pictures.is_dir():
        raise AdapterError(Reason.FILE_UNREADABLE, f"{options.pictures} is not a folder")


def _settings(options: argparse.Namespace, session: Session) -> dict[str, Any]:
    """Whatever would make another result: the contents of all files but pictures, and all other options."""
    values = {name: value for name, value in vars(options).items() if name not in _NOT_OF_THE_RESULT}
    return {
        "version": vaxcert.__version__,
        "language": session.texts.language,
        "manifest": content_digest(options.manifest).hex(),
        "pictures": str(_folder_of_files(options).resolve()),
        "places": [content_digest(place).hex() for place in trust_places(options)],
        **{name: _setting(value) for name, value in values.items()},
    }


def _setting(value: object) -> Any:
    if isinstance(value, Path):
        return content_digest(value).hex()
    if isinstance(value, list | tuple):
        return [_setting(one) for one in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _report(result: ManifestResult, options: argparse.Namespace, session: Session) -> None:
    output, texts = session.output, session.texts
    if options.json:
        output.json(
            {
                "out": str(options.out),
                "passengers": result.passengers,
                "earlier": result.earlier,
                "verdicts": {verdict: result.verdicts.get(verdict, 0) for verdict in Verdict},
                "codes": dict(sorted(result.codes.items())),
                "at": result.at.isoformat(),
            }
        )
        return
    counts = {verdict: grouped(result.verdicts.get(verdict, 0)) for verdict in Verdict}
    output.paragraph(texts.get("manifest", "result", total=grouped(result.passengers), **counts))
    sentences = texts.sentences(*TABLES)
    for code, count in sorted(result.codes.items(), key=lambda one: (-one[1], one[0])):
        output.labelled(grouped(count).rjust(8), f"{sentences[code]} [{code}]", label_width=10)
    if result.earlier:
        output.paragraph(texts.get("manifest", "taken-up", earlier=grouped(result.earlier)))
    output.paragraph(texts.get("manifest", "written", out=options.out, at=texts.moment(result.at)))
