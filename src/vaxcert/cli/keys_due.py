"""`vaxcert keys due`: which keys need a successor, and when; made to be run every day."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from vaxcert.cli.arguments import Commands, add_command, days, moment
from vaxcert.cli.exit_codes import ExitCode
from vaxcert.cli.keys_files import note_unreadable, readings
from vaxcert.cli.keys_options import add_files
from vaxcert.cli.output import Colour, printable
from vaxcert.cli.session import Session
from vaxcert.crypto.extensions import is_authority
from vaxcert.crypto.key_schedule import (
    HEALTH_CERTIFICATE_VALIDITY,
    OVERLAP,
    SIGNING_CERTIFICATE_VALIDITY,
    KeySchedule,
    KeyState,
    key_schedule,
    key_states,
)
from vaxcert.crypto.signing_certificate import SigningCertificate
from vaxcert.errors import VaxcertError
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts

_WITHIN: Final = timedelta(days=30)
_COLUMNS: Final = ("state", "renew-by", "signs-until", "listed-until", "file")
_COLUMN_WIDTH: Final = 13
_COLOURS: Final = {KeyState.DUE: Colour.YELLOW, KeyState.ENDED: Colour.RED}

_Row: TypeAlias = tuple[KeySchedule, KeyState, SigningCertificate, Path]


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert keys`."""
    parser = add_command(actions, "due", texts, run, help_key="keys-due")
    parser.epilog = texts.get("help", "due-exit-codes")
    add_files(parser, texts)
    for name, default in (
        ("within", _WITHIN),
        ("overlap", OVERLAP),
        ("certificate-days", HEALTH_CERTIFICATE_VALIDITY),
        ("signer-days", SIGNING_CERTIFICATE_VALIDITY),
    ):
        parser.add_argument(
            f"--{name}", type=days, default=default.days, metavar="N", help=texts.get("help", f"due-{name}")
        )
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "lint-at"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show the dates of the keys in files, the most urgent first."""
    found: list[tuple[Path, SigningCertificate]] = []
    unreadable = False
    for path, reading in readings(options.files, session):
        if isinstance(reading, VaxcertError):
            note_unreadable(path, reading, session)
            unreadable = True
        else:
            found.append((path, reading))
    rows = _rows(found, options, options.at or session.now)
    if options.json:
        for row in rows:
            session.output.json(_as_json(*row))
    elif rows:
        _write(rows, session)
    return _status({state for _, state, _, _ in rows}, unreadable=unreadable)


def _rows(
    found: list[tuple[Path, SigningCertificate]], options: argparse.Namespace, at: datetime
) -> list[_Row]:
    schedules = {certificate: _schedule(certificate, options) for _, certificate in found}
    states = key_states(schedules, at, within=timedelta(days=options.within))
    rows = [(schedules[one], states[one], one, path) for path, one in found]
    return sorted(rows, key=lambda row: row[0].renew_by)


def _schedule(certificate: SigningCertificate, options: argparse.Namespace) -> KeySchedule:
    lasts = options.signer_days if is_authority(certificate.der) else options.certificate_days
    return key_schedule(certificate, lasts=timedelta(days=lasts), overlap=timedelta(days=options.overlap))


def _status(states: set[KeyState], *, unreadable: bool) -> ExitCode:
    if KeyState.ENDED in states:
        return ExitCode.TRUST
    if KeyState.DUE in states:
        return ExitCode.REFUSED
    return ExitCode.UNREADABLE if unreadable else ExitCode.ACCEPTED


def _as_json(
    schedule: KeySchedule, state: KeyState, certificate: SigningCertificate, path: Path
) -> dict[str, str | None]:
    ends = schedule.key_use_ends
    return {
        "file": str(path),
        "kid": certificate.kid.hex(),
        "subject": certificate.subject,
        "state": state,
        "renew_by": moment_json(schedule.renew_by),
        "signs_until": moment_json(schedule.signs_until),
        "listed_until": moment_json(schedule.listed_until),
        "key_use_ends": None if ends is None else moment_json(ends),
    }


def _write(rows: list[_Row], session: Session) -> None:
    texts = session.texts
    _line(session, *(texts.get("keys", name) for name in _COLUMNS))
    session.output.rule()
    for schedule, state, _, path in rows:
        dates = (schedule.renew_by, schedule.signs_until, schedule.listed_until)
        words = (texts.get("keys", f"state-{state}"), *(texts.day(date.date()) for date in dates))
        _line(session, *words, printable(str(path)), colour=_COLOURS.get(state))


def _line(session: Session, *cells: str, colour: Colour | None = None) -> None:
    *narrow, last = cells
    session.output.line("".join(f"{cell:<{_COLUMN_WIDTH}}" for cell in narrow) + last, colour)
