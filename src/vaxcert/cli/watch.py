"""What `vaxcert verify --watch` does: one card for each scan, for as long as scans come."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from vaxcert.adapters.certificate_inputs import STANDARD_INPUT
from vaxcert.adapters.scanner import DEFAULT_BAUD, SerialSource, StreamSource, scans
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.cli.traveller_options import names_traveller
from vaxcert.cli.verify_travellers import show_decision
from vaxcert.decision import Desk
from vaxcert.errors import AdapterError, MrzError, Reason
from vaxcert.model.mrz import read_mrz
from vaxcert.rules.identity import Traveller, traveller_of
from vaxcert.scanned_text import ScanProblem, read_scanned
from vaxcert.verify import Outcome

_RESET: Final = "reset"
_MRZ_LINE: Final = re.compile("[A-Z0-9<]{26,92}")
_MOST_MRZ_LINES: Final = 3
_MOST_CERTIFICATES: Final = 20
_BETWEEN_LINES: Final = 3.0
"""Seconds within which the lines of one document come."""


def watch(desk: Desk, options: argparse.Namespace, session: Session) -> ExitCode:
    """Decide about travellers as their certificates and documents are scanned, until the input ends.

    Raises:
        UsageError: Options that do not go together.
        AdapterError: `file-unreadable`, of the device.
    """
    if options.sources or names_traveller(options):
        raise UsageError("--watch takes certificates and documents from the scanner only")
    watching = _Watching(desk, options, session)
    for scan in _scans(options, session):
        if isinstance(scan, AdapterError):
            session.output.error(scan)
            watching.forget()
        elif scan is None:
            watching.forget()
        else:
            watching.take(scan)
    return ExitCode.ACCEPTED


def _scans(options: argparse.Namespace, session: Session) -> Iterator[str | AdapterError | None]:
    if options.watch != STANDARD_INPUT:
        return scans(SerialSource(Path(options.watch), options.baud or DEFAULT_BAUD))
    with suppress(OSError):  # standard input is closed
        return scans(StreamSource(session.stdin.fileno()))
    return iter(())


class _Watching:
    """The traveller at the desk, until the next one comes.

    A document goes with the certificate that was scanned before it, if that has none, else with the one that comes
    after it. A certificate is of another traveller than the one before, unless all up to an empty line are of one. One
    that cannot be read is decided about alone, and scanned again for the same traveller.

    Args:
        desk: Decides.
        options: Of the command.
        session: Where to write.
    """

    def __init__(self, desk: Desk, options: argparse.Namespace, session: Session) -> None:
        self._desk: Final = desk
        self._options: Final = options
        self._session: Final = session
        self._hears_noise = False
        self.forget()

    def forget(self) -> None:
        """Keep nothing of the traveller."""
        self._texts: list[str] = []
        self._traveller: Traveller | None = None
        self._lines: list[str] = []
        self._line_taken = 0.0

    def take(self, scan: str) -> None:
        """Take one scan, whatever it is."""
        line = scan.replace(" ", "").upper()
        if line in ("", _RESET.upper()):
            self.forget()
        elif _MRZ_LINE.fullmatch(line) and ("<" in line or self._lines):
            self._take_line(line)
        else:
            self._take_certificate(scan)

    def _take_line(self, line: str) -> None:
        """A line of a document, which has two or three."""
        self._hears_noise = False
        if self._lines and time.monotonic() - self._line_taken > _BETWEEN_LINES:
            self._drop_lines()
        self._lines.append(line)
        self._line_taken = time.monotonic()
        at = self._now()
        try:
            traveller = traveller_of(read_mrz("\n".join(self._lines), at=at))
        except MrzError as error:
            if error.reason is not Reason.MRZ_LENGTH or len(self._lines) == _MOST_MRZ_LINES:
                self._lines = []
                self._session.output.error(error)
            return
        if self._traveller is not None:
            self.forget()
        self._lines, self._traveller = [], traveller
        if self._texts:
            self._decide(at)
        else:
            self._session.output.note(self._session.texts.get("summary", "document-read"))

    def _take_certificate(self, scan: str) -> None:
        read = read_scanned(scan)
        is_noise = read.problem is ScanProblem.OTHER_TEXT
        if is_noise and self._hears_noise:
            return  # one card is enough
        self._hears_noise = is_noise
        for code in (*read.repairs, *filter(None, [read.problem])):
            self._session.output.note(f"vaxcert: {code}: {self._session.texts.get('scan', code)}")
        if self._lines:
            self._drop_lines()
        text, at = read.text, self._now()
        is_further = self._options.together and len(self._texts) < _MOST_CERTIFICATES
        if self._texts and text not in self._texts and not is_further:
            self.forget()
        if self._desk.verifier.report(text, at=at).outcome is Outcome.UNREADABLE:
            self._show([text], at)  # alone: whoever was accepted before is not told so again
            return
        if text not in self._texts:  # a scanner that reads one code twice
            self._texts.append(text)
        self._decide(at)

    def _decide(self, at: datetime) -> None:
        self._show(self._texts, at)
        if self._traveller is not None and not self._options.together:
            self.forget()  # of a pair nothing is left for the next traveller

    def _show(self, texts: list[str], at: datetime) -> None:
        decision = self._desk.examine(texts, at=at, traveller=self._traveller)
        sources = [str(number) for number in range(1, len(texts) + 1)]
        show_decision(decision, sources, self._options, self._session)

    def _drop_lines(self) -> None:
        """Part of a document, whose rest did not come: it must not be joined with another one's."""
        self._lines = []
        sentence = self._session.texts.get("reason", Reason.MRZ_LENGTH)
        self._session.output.problem(
            Reason.MRZ_LENGTH, "part of a document, scan all its lines again", sentence
        )

    def _now(self) -> datetime:
        at: datetime | None = self._options.at
        return at or datetime.now(UTC)
