"""What options hold, and the options that several commands share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.presentation.texts import Texts, languages

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"

Run: TypeAlias = Callable[[argparse.Namespace, Session], ExitCode]

_HEADINGS: Final = {"usage": "usage", "positional": "positional arguments", "options": "options"}
_CERTIFICATE_TEXT: Final = re.compile(r"HC\w:.*", re.DOTALL | re.IGNORECASE)
_IDENTIFIER: Final = re.compile(
    r"((?:URN:|UVCI:|UCI:|DGCI:|\bV?0?1[:/]?[A-Z]{2}[:/])).*", re.DOTALL | re.IGNORECASE
)
_MAX_DAYS: Final = 36_500
_NUMBER_OF_DAYS: Final = re.compile("0*[1-9][0-9]{0,4}")
_NUMBER_DIGITS: Final = 16
_KEY_LENGTHS: Final = (8, 32)
_Choice = TypeVar("_Choice", bound=StrEnum)


class Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong instead of ending the process, with headings in the user's language.

    Args:
        texts: The words of that language.
        options: Those of `argparse.ArgumentParser`.
    """

    def __init__(self, *, texts: Texts, **options: Any) -> None:
        self._texts = texts
        super().__init__(**options)

    def format_help(self) -> str:
        """The help, its headings translated: argparse only has English ones."""
        text = super().format_help()
        for key, english in _HEADINGS.items():
            text = re.sub(rf"^{english}:", self._texts.get("usage", key) + ":", text, flags=re.MULTILINE)
        return text

    def error(self, message: str) -> None:  # type: ignore[override]
        """Raise it, without the certificate text or identifier that argparse may quote.

        Raises:
            UsageError: Always.
        """
        raise UsageError(_IDENTIFIER.sub(r"\1...", _CERTIFICATE_TEXT.sub("HC1:...", message)))


def add_command(commands: Commands, name: str, texts: Texts, run: Run, *, help_key: str = "") -> Parser:
    """Add a command with the options that all of them have.

    Args:
        commands: Of the parser it belongs to.
        name: As typed.
        texts: For its help.
        run: What it does.
        help_key: Its key in the table `help`, where that is not its name.
    """
    text = texts.get("help", help_key or name)
    parser = commands.add_parser(
        name,
        texts=texts,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=texts.get("help", "exit-codes"),
        add_help=False,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)
    add_help(parser, texts)
    parser.add_argument("--json", action="store_true", help=texts.get("help", "json"))
    return parser


def add_help(parser: Parser, texts: Texts) -> None:
    """Add `--help` and `--lang`, in the words of the user's language."""
    parser.add_argument("-h", "--help", action="help", help=texts.get("help", "help"))
    known = languages()
    parser.add_argument(
        "--lang",
        choices=known,
        metavar="|".join(known),
        help=texts.get("help", "lang", languages=", ".join(known)),
    )


def moment(text: str) -> datetime:
    """A time with a zone, ISO 8601."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not a time like 2022-06-01T00:00:00Z") from None
    if value.tzinfo is None:
        raise argparse.ArgumentTypeError("a time without zone; end it with Z or an offset like +07:00")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise argparse.ArgumentTypeError("a time out of range") from None


def days(text: str) -> int:
    """A number of days."""
    if _NUMBER_OF_DAYS.fullmatch(text) is None or int(text.lstrip("0")) > _MAX_DAYS:
        raise argparse.ArgumentTypeError(f"not a number of days from 1 to {_MAX_DAYS}")
    return int(text.lstrip("0"))


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def value(text: str) -> int:
        if not (
            text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS and least <= int(text) <= most
        ):
            raise argparse.ArgumentTypeError(f"not a whole number from {least} to {most}")
        return int(text)

    return value


def list_number(text: str) -> int:
    """The number of an edition of a list."""
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= _NUMBER_DIGITS and int(text) > 0):
        raise argparse.ArgumentTypeError("not a number of a list from 1 on")
    return int(text)


def key_digits(text: str) -> bytes:
    """A key by its identifier or by the SHA-256 of its certificate."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) not in _KEY_LENGTHS:
        raise argparse.ArgumentTypeError(
            "neither a key identifier (16 hexadecimal digits) nor a SHA-256 of a certificate (64)"
        )
    return key


def named_file(text: str) -> tuple[str, Path]:
    """A file and what it is."""
    name, separator, path = text.partition("=")
    if not (name and separator and path):
        raise argparse.ArgumentTypeError("not of the form NAME=FILE")
    return name, Path(path)


def millimetres(text: str) -> float:
    """A printed size."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError("not a size in millimetres from 1 to 1000")
    return value


def one_of(choices: type[_Choice], what: str) -> Callable[[str], _Choice]:
    """A value of an enumeration, for those that are too long to list in the usage line."""

    def value(text: str) -> _Choice:
        try:
            return choices(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"not {what}") from None

    return value
