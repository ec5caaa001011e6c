"""`vaxcert desk`: the desk page, on this machine alone."""

from __future__ import annotations

import argparse
import contextlib
import webbrowser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from vaxcert.adapters.desk.material import CurrentMaterial, DeskMaterial
from vaxcert.adapters.desk.server import DeskServer
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.session import Session
from vaxcert.cli.verifier_options import add_verifier, load_material, note_material, trust_places
from vaxcert.presentation.texts import Texts

_ANY_PORT: Final = 0
_PORTS: Final = range(1024, 65536)


def add_parser(commands: Commands, texts: Texts) -> None:
    """Add the command to the parser."""
    parser = add_command(commands, "desk", texts, run)
    add_verifier(parser, texts)
    parser.add_argument(
        "--port", type=_port, default=_ANY_PORT, metavar="N", help=texts.get("help", "desk-port")
    )
    parser.add_argument("--open", action="store_true", help=texts.get("help", "desk-open"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Serve the page until interrupted, which is how it ends.

    Raises:
        TrustListError: There is no key to trust, or a list must not be relied on.
        AdapterError: A store, an anchor or a revocation list cannot be read; `port-unavailable`; `extra-missing`.
    """
    now = _clock(options)
    server = DeskServer(
        CurrentMaterial(lambda: _material(options, now(), session), _watched(options)),
        port=options.port,
        now=now,
        fixed_clock=options.at is not None,
        language=session.texts.language,
        announce=lambda link: _announce(link, options, session),
    )
    if not options.json:
        session.output.note(session.texts.get("summary", "desk-listening"))
    with contextlib.suppress(KeyboardInterrupt):
        server.serve()
    if not options.json:
        session.output.note(session.texts.get("summary", "desk-closed"))
    return ExitCode.ACCEPTED


def _port(text: str) -> int:
    if text == str(_ANY_PORT):
        return _ANY_PORT
    if not (
        text.isascii() and text.isdecimal() and len(text) <= len(str(_PORTS.stop)) and int(text) in _PORTS
    ):
        raise argparse.ArgumentTypeError(f"neither 0 nor a port from {_PORTS.start} to {_PORTS.stop - 1}")
    return int(text)


def _clock(options: argparse.Namespace) -> Callable[[], datetime]:
    fixed: datetime | None = options.at
    return (lambda: datetime.now(UTC)) if fixed is None else (lambda: fixed)


def _material(options: argparse.Namespace, at: datetime, session: Session) -> DeskMaterial:
    """Read all that the desk decides by, and say in the terminal what is wrong with it."""
    material = load_material(options)
    note_material(material, at, session)
    return DeskMaterial(
        desk=material.desk(),
        trust_list=material.trust_list,
        policy=material.policy,
        revocation_origins=material.revocation_origins(),
        problems=len(material.problems),
        rules=material.rules,
    )


def _watched(options: argparse.Namespace) -> list[Path]:
    return [
        *trust_places(options),
        *options.anchor,
        *options.revocation,
        *options.revocation_anchor,
        *options.rules,
    ]


def _announce(link: str, options: argparse.Namespace, session: Session) -> None:
    if options.json:
        session.output.json({"event": "link", "link": link})
    else:
        session.output.note(session.texts.get("summary", "desk-link"))
        session.output.line(link)
    if options.open:
        options.open = False  # the links after it are for other pages
        webbrowser.open(link)
