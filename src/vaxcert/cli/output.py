"""Where a command writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import shutil
import textwrap
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TextIO

from vaxcert.errors import VaxcertError
from vaxcert.presentation.texts import DEFAULT_LANGUAGE, Texts

NO_BREAK_SPACE: Final = "\u00a0"
LABEL_WIDTH: Final = 22
_MAX_WIDTH: Final = 100
_MIN_WIDTH: Final = 40


class Colour(StrEnum):
    """Colours of a terminal (ECMA-48 select graphic rendition)."""

    GREEN = "\x1b[1;32m"
    RED = "\x1b[1;31m"
    YELLOW = "\x1b[1;33m"
    PLAIN = "\x1b[0m"


class Output:
    """The two streams of a command, and how to lay out text on them.

    Args:
        stdout: For results.
        stderr: For everything else.
        texts: The words of the user's language.
        environment: `NO_COLOR` and `TERM=dumb` turn colours off.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO, texts: Texts, environment: Mapping[str, str]) -> None:
        self._stdout: Final = stdout
        self._stderr: Final = stderr
        self._texts: Final = texts
        plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
        self._colours: Final = stdout.isatty() and not plain
        columns = shutil.get_terminal_size((80, 24)).columns
        self.width: Final = max(_MIN_WIDTH, min(columns, _MAX_WIDTH))

    def shows_progress(self, *, among_results: bool) -> bool:
        """Whether a progress bar on standard error would be seen and disturb nothing.

        Args:
            among_results: Whether results are written while it is shown.
        """
        return self._stderr.isatty() and not (among_results and self._stdout.isatty())

    def line(self, text: str = "", colour: Colour | None = None) -> None:
        """Write a line of the result."""
        if colour is not None and self._colours:
            text = f"{colour}{text}{Colour.PLAIN}"
        print(text, file=self._stdout, flush=True)

    def paragraph(self, text: str, *, mark: str = "", colour: Colour | None = None) -> None:
        """Write text in lines no wider than the terminal, unless a word is; each with `mark` before it."""
        for line in _wrapped(text, self.width - len(mark), break_words=False):  # a path stays whole
            self.line(mark + line, colour)

    def rule(self, character: str = "─") -> None:
        """Write a line across the terminal."""
        self.line(character * self.width)

    def labelled(self, label: str, *values: str, mark: str = "  ", label_width: int = LABEL_WIDTH) -> None:
        """Write a label and its values, each on lines of its own."""
        width = self.width - label_width - len(mark)
        for line in (line for value in values for line in _wrapped(value, width)):
            self.line(f"{mark}{label:<{label_width}}{line}".rstrip())
            label = ""

    def json(self, value: object) -> None:
        """Write one object on one line."""
        print(to_json(value), file=self._stdout, flush=True)

    def note(self, text: str) -> None:
        """Write a line to standard error."""
        print(printable(text), file=self._stderr, flush=True)

    def error(self, error: VaxcertError) -> None:
        """Write what went wrong to standard error: one line with its code."""
        self.problem(error.reason, str(error), self._texts.get("reason", error.reason))

    def problem(self, code: str, message: str, sentence: str) -> None:
        """Write a problem to standard error.

        Args:
            code: Which problem.
            message: What exactly, in English.
            sentence: What it means, put before the message for those who read another language.
        """
        if self._texts.language != DEFAULT_LANGUAGE:
            message = f"{sentence} ({message})"
        self.note(f"vaxcert: {code}: {message}")


def _wrapped(text: str, width: int, *, break_words: bool = True) -> list[str]:
    lines = textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=break_words)
    return [printable(line) for line in lines] or [""]


def to_json(value: object) -> str:
    """One line of JSON, in which no character can disturb a terminal."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def printable(text: str) -> str:
    """The text with every character replaced that could disturb a terminal or turn what is read around."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if unicodedata.category(c) == "Zs" else "�" for c in text)
