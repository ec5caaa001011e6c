"""What a command gets from the process it runs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader

from vaxcert.cli.output import Output
from vaxcert.presentation.texts import Texts


@dataclass(frozen=True, slots=True)
class Session:
    """The surroundings of one command.

    Attributes:
        output: Where to write.
        texts: The words of the user's language.
        stdin: Standard input.
        stdin_is_terminal: Whether a person can be asked there.
        now: When the command was started, aware UTC.
    """

    output: Output
    texts: Texts
    stdin: BufferedReader
    stdin_is_terminal: bool
    now: datetime
