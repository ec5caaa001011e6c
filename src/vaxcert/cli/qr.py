"""`vaxcert qr`: a text as a QR code."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from vaxcert import qr
from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.files import write_atomically
from vaxcert.cli.arguments import Commands, add_command, millimetres
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.limits import MAX_TEXT_CHARACTERS
from vaxcert.presentation.texts import Texts
from vaxcert.qr import DEFAULT_SIZE_MM, ErrorCorrection

_SUFFIXES: Final = (".png", ".svg")


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "qr", texts, run)
    parser.add_argument("text", metavar="TEXT", help=texts.get("help", "text"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=texts.get("help", "out-qr"))
    parser.add_argument(
        "--level",
        choices=[str(level) for level in ErrorCorrection],
        default="Q",
        help=texts.get("help", "level"),
    )
    parser.add_argument(
        "--size-mm",
        type=millimetres,
        default=DEFAULT_SIZE_MM,
        metavar="MM",
        help=texts.get("help", "size-mm"),
    )


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Draw the text into a file, or in the terminal.

    Raises:
        EncodeError: The text cannot be drawn.
        AdapterError: `file-unwritable`, `extra-missing`.
    """
    level = ErrorCorrection(options.level)
    if options.out is not None and options.out.suffix.lower() not in _SUFFIXES:
        raise UsageError("--out names no picture, expected a name that ends in .png or .svg")
    text = _text(options.text, session)
    symbol = qr.draw(text, error_correction=level)
    size = options.size_mm
    if options.out is None and not options.json:
        session.output.line(qr.terminal(text, error_correction=level))
        return ExitCode.ACCEPTED
    if options.out is not None:
        if options.out.suffix.lower() == ".svg":
            picture = qr.svg(text, error_correction=level, size_mm=size).encode()
        else:
            picture = qr.png(text, error_correction=level, size_mm=size)
            size = qr.printed_size_mm(symbol.size, size_mm=size)
        write_atomically(options.out, picture, private=True)
    _report(options, session, symbol, size)
    return ExitCode.ACCEPTED


def _text(argument: str, session: Session) -> str:
    if argument != STANDARD_INPUT:
        return argument
    # one byte more than fits, and a line end
    return session.stdin.read(MAX_TEXT_CHARACTERS + 3).decode("utf-8", "replace").rstrip("\r\n")


def _report(options: argparse.Namespace, session: Session, symbol: qr.QrSymbol, size: float) -> None:
    if options.json:
        session.output.json(
            {
                "file": None if options.out is None else str(options.out),
                "version": symbol.version,
                "modules": symbol.size,
                "level": str(symbol.error_correction),
                "size_mm": round(size, 2),
            }
        )
        return
    session.output.paragraph(
        session.texts.get(
            "qr", "written", path=options.out, version=symbol.version, modules=symbol.size, size=size
        )
    )
