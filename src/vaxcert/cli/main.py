"""The entry point: from arguments to a command to an exit status."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Final

import vaxcert
from vaxcert.cli.arguments import Parser, add_help
from vaxcert.cli.exit_codes import ExitCode, UsageError, exit_code
from vaxcert.cli.output import Output
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, Reason, VaxcertError
from vaxcert.presentation.texts import Texts, choose_language, load

_COMMANDS: Final = {
    "verify": "verify",
    "manifest": "manifest",
    "issue": "issue",
    "renew": "renew",
    "inspect": "inspect_command",
    "trust": "trust",
    "revoke": "revoke",
    "rules": "rules",
    "keys": "keys",
    "passport": "passport",
    "qr": "qr",
    "records": "records",
    "desk": "desk",
    "conformance": "conformance",
}
"""Commands, and the module of each. Only that of the command that is called is loaded: the others take their time."""


def main() -> int:
    """The command line as a process of its own.

    Returns:
        The exit status.
    """
    import_module("vaxcert.adapters.lean")
    return run()


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; those of the process by default.

    Returns:
        The exit status. Whatever happens, standard error gets one line a problem and never a traceback.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    _use_utf8()
    _interrupt_when_terminated()
    texts = load(choose_language(arguments, os.environ))
    output = Output(sys.stdout, sys.stderr, texts, os.environ)
    try:
        status = _run(arguments, texts, output)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_stdout()
        return ExitCode.PIPE_CLOSED
    except OSError as error:
        _discard_stdout()
        problem = AdapterError(Reason.FILE_UNWRITABLE, f"cannot write the output: {error.strerror}")
        output.error(problem)
        return exit_code(problem)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:
        # its message may quote what it was working on
        output.problem("internal", f"unexpected {type(error).__name__}", texts.get("usage", "internal"))
        return ExitCode.INTERNAL
    return status


def _run(arguments: Sequence[str], texts: Texts, output: Output) -> int:
    try:
        _load_ahead(arguments)
        options = build_parser(texts, only=_called(arguments)).parse_args(arguments)
        return int(options.run(options, _session(texts, output)))
    except UsageError as error:
        output.problem("usage", str(error), texts.get("usage", "wrong"))
        return ExitCode.USAGE
    except VaxcertError as error:
        output.error(error)
        return exit_code(error)
    except SystemExit as shown:  # --help and --version
        return int(shown.code or 0)


def _load_ahead(arguments: Sequence[str]) -> None:
    """Let the processes of a run in bulk load their libraries while this one loads its own."""
    if "--bulk" in arguments and not any(one.startswith("--workers") for one in arguments):
        from vaxcert.adapters.bulk.processes import start_loading

        start_loading()


def build_parser(texts: Texts, *, only: str | None = None) -> Parser:
    """The parser of all commands, or of one, with its help in one language."""
    parser = Parser(
        texts=texts,
        prog="vaxcert",
        description=texts.get("help", "program"),
        epilog=texts.get("help", "exit-codes"),
        add_help=False,
        allow_abbrev=False,
    )
    add_help(parser, texts)
    parser.add_argument(
        "--version",
        action="version",
        version=f"vaxcert {vaxcert.__version__}",
        help=texts.get("help", "version"),
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command, module in _COMMANDS.items():
        if only in (None, command):
            import_module(f"vaxcert.cli.{module}").add_parser(commands, texts)
    return parser


def _called(arguments: Sequence[str]) -> str | None:
    """The command that the arguments begin with; None where they do not."""
    return arguments[0] if arguments and arguments[0] in _COMMANDS else None


def _session(texts: Texts, output: Output) -> Session:
    stdin = getattr(sys.stdin, "buffer", None)
    if not isinstance(stdin, io.BufferedReader):  # closed, or not a file
        stdin = io.BufferedReader(stdin if isinstance(stdin, io.BytesIO) else io.BytesIO())
    return Session(output, texts, stdin, sys.stdin is not None and sys.stdin.isatty(), datetime.now(UTC))


def _use_utf8() -> None:
    """Write the same bytes everywhere; a file name that is not text is shown escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _interrupt_when_terminated() -> None:
    """End as on an interruption from the keyboard, keeping what is done."""
    if threading.current_thread() is threading.main_thread():  # no other may say so
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if hasattr(signal, "setitimer") and sys.unraisablehook is sys.__unraisablehook__:
            signal.signal(signal.SIGALRM, signal.default_int_handler)
            sys.unraisablehook = _interrupt_again


def _interrupt_again(unraisable: sys.UnraisableHookArgs) -> None:
    """An interruption that came while a finaliser ran, and went nowhere, comes again a moment later."""
    if unraisable.exc_type is KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, 0.001)
    else:
        sys.__unraisablehook__(unraisable)


def _discard_stdout() -> None:
    """Keep the interpreter from complaining, when it ends, about what could not be written."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
