"""Who the traveller is: from the machine readable zone of a document, or as typed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.files import read_bounded
from vaxcert.cli.exit_codes import UsageError
from vaxcert.cli.session import Session
from vaxcert.errors import AdapterError, MrzError, Reason
from vaxcert.model.mrz import read_mrz
from vaxcert.rules.identity import Traveller, traveller_of
from vaxcert.rules.typed_traveller import typed_traveller

_MAX_MRZ_BYTES: Final = 1000
_MOST_LINES: Final = 3
_OF_A_MRZ: Final = "<"
"""No machine readable zone is without, and no file of one should have it in its name."""


def traveller_from(options: argparse.Namespace, session: Session) -> Traveller | None:
    """The traveller that the options name; None where they name none.

    Raises:
        UsageError: Options that do not go together.
        MrzError: The machine readable zone cannot be read.
        DecodeError: `birth-date-unreadable`.
        AdapterError: `file-unreadable`.
        LimitExceededError: `input-too-long`.
    """
    if options.passport_mrz is not None:
        if options.name is not None or options.dob is not None:
            raise UsageError("--passport-mrz names the traveller; leave out --name and --dob")
        return _of_document(options.passport_mrz, session)
    if options.name is None:
        if options.dob is not None:
            raise UsageError("--dob needs --name")
        return None
    return typed_traveller(options.name, options.dob or "")


def _of_document(argument: str, session: Session) -> Traveller:
    if argument == STANDARD_INPUT:
        return _from_standard_input(session)
    text = argument if _OF_A_MRZ in argument else _from_file(argument)
    return traveller_of(read_mrz(text, at=session.now))


def _from_file(argument: str) -> str:
    """The text of a file, whose name is not told again: it may be a traveller's, typed in the wrong place."""
    try:
        return read_bounded(Path(argument), _MAX_MRZ_BYTES).decode("utf-8", "replace")
    except AdapterError:
        raise AdapterError(
            Reason.FILE_UNREADABLE,
            "cannot read what --passport-mrz names; expected a file with the lines, or the lines themselves",
        ) from None


def _from_standard_input(session: Session) -> Traveller:
    """The first lines of it, as many as a document has; certificates may follow."""
    if session.stdin_is_terminal:
        session.output.note(session.texts.get("summary", "type-mrz"))
    lines: list[str] = []
    while True:
        lines.append(session.stdin.readline(_MAX_MRZ_BYTES).decode("utf-8", "replace"))
        try:
            return traveller_of(read_mrz("".join(lines), at=session.now))
        except MrzError as error:
            if error.reason is not Reason.MRZ_LENGTH or len(lines) == _MOST_LINES:
                raise
