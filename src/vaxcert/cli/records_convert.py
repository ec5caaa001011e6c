"""`vaxcert records convert`: from one form of record files to another."""

from __future__ import annotations

import argparse
from pathlib import Path

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.records.convert import ROWS_AT_ONCE, Conversion
from vaxcert.adapters.records.fhir.files import FHIR
from vaxcert.adapters.records.formats import open_records
from vaxcert.adapters.records.writers import WRITERS, RecordWriter
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.fhir_options import add_fhir_options, fhir_writer_of
from vaxcert.cli.mapping_options import add_mapping_option, mapping_of
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.presentation.texts import Texts


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert records`."""
    parser = add_command(actions, "convert", texts, run, help_key="records-convert")
    parser.add_argument("records", metavar="IN", help=texts.get("help", "records-file"))
    parser.add_argument("out", metavar="OUT", type=Path, help=texts.get("help", "records-out"))
    add_mapping_option(parser, texts)
    forms = [*(writer.name for writer in WRITERS), FHIR]
    parser.add_argument("--to", choices=forms, help=texts.get("help", "records-to"))
    add_fhir_options(parser, texts)


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Convert one file.

    Returns:
        `REFUSED` if any row could not be taken apart, else `ACCEPTED`.

    Raises:
        UsageError: The form to write is not clear, or the file would be written over itself.
        AdapterError: The records cannot be read, or the file cannot be written.
    """
    writer = fhir_writer_of(options, session) or _writer(options)
    source = session.stdin if options.records == STANDARD_INPUT else Path(options.records)
    if isinstance(source, Path) and _same_file(source, options.out):
        raise UsageError("OUT is the file that is read; expected another one")
    records = open_records(source, mapping=mapping_of(options))
    conversion = Conversion(records)
    known = records.known_records
    batches = tracked(
        records.batches(ROWS_AT_ONCE),
        title=session.texts.get("progress", "converting"),
        total=None if known is None else -(-known // ROWS_AT_ONCE),
        shown=session.output.shows_progress(among_results=False),
    )
    conversion.write(options.out, writer, batches)
    _report(conversion, options, session, writer)
    return ExitCode.REFUSED if conversion.left_out else ExitCode.ACCEPTED


def _writer(options: argparse.Namespace) -> RecordWriter:
    """The form that is asked for, else that of the name."""
    suffix = options.out.suffix.lower()
    for writer in WRITERS:
        if writer.name == options.to or (options.to is None and suffix in writer.suffixes):
            return writer
    known = ", ".join(suffix for writer in WRITERS for suffix in writer.suffixes)
    raise UsageError(
        f"the name of OUT does not say in which form; expected --to, or one of {known} at its end"
    )


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them is not there, which its reader or writer tells
        return False


def _report(
    conversion: Conversion, options: argparse.Namespace, session: Session, writer: RecordWriter
) -> None:
    if options.json:
        session.output.json(
            {
                "out": str(options.out),
                "format": writer.name,
                "records": conversion.records,
                "left_out": conversion.left_out,
                "left_out_rows": conversion.rows,
            }
        )
        return
    texts = session.texts
    session.output.paragraph(texts.get("records", "converted", records=conversion.records, out=options.out))
    if conversion.left_out:
        rows = ", ".join(map(str, conversion.rows))
        more = ", …" if len(conversion.rows) < conversion.left_out else ""
        session.output.paragraph(
            texts.get("records", "left-out", records=conversion.left_out, rows=f"{rows}{more}")
        )
