"""Keyboard layouts, and what a text becomes that is typed in one and taken for another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, islice
from typing import Final, NamedTuple

from vaxcert.codec import base45
from vaxcert.scanned_text.codes import ScanRepair

_LOST_BLANKS: Final = (1, 2)
"""How many blanks an accent may have taken with it; one certificate in ten has one, one in three hundred has more."""

_MOST_CHARACTERS_TRIED: Final = 400_000
"""Characters of all texts that are tried for one: enough for two blanks in any genuine certificate."""

_SCANNED: Final = base45.ALPHABET.decode() + "]"
"""What a scanner types: base45, and the bracket that begins the identifiers which some put before a text."""


class _Layout(NamedTuple):
    """The characters of the same 47 keys, from the top left on, with and without shift."""

    plain: str
    shifted: str
    dead: str = ""
    """Its accents that wait for the next character: of `+` and `A` they make `À`, and of `+` and a blank `+`."""

    @property
    def keys(self) -> str:
        return self.plain + self.shifted


_US: Final = _Layout(
    "`1234567890-=" "qwertyuiop[]\\" "asdfghjkl;'" "zxcvbnm,./",
    '~!@#$%^&*()_+' 'QWERTYUIOP{}|' 'ASDFGHJKL:"' 'ZXCVBNM<>?',
)  # fmt: skip
_GERMAN: Final = _Layout(
    "^1234567890ß´" "qwertzuiopü+#" "asdfghjklöä" "yxcvbnm,.-",
    '°!"§$%&/()=?`' "QWERTZUIOPÜ*'" "ASDFGHJKLÖÄ" "YXCVBNM;:_",
    dead="`",
)  # fmt: skip
_FRENCH: Final = _Layout(
    "²&é\"'(-è_çà)=" "azertyuiop^$*" "qsdfghjklmù" "wxcvbn,;:!",
    "³1234567890°+" "AZERTYUIOP¨£µ" "QSDFGHJKLM%" "WXCVBN?./§",
)  # fmt: skip
_SPANISH: Final = _Layout(
    "º1234567890'¡" "qwertyuiop`+ç" "asdfghjklñ´" "zxcvbnm,.-",
    'ª!"·$%&/()=?¿' "QWERTYUIOP^*Ç" "ASDFGHJKLÑ¨" "ZXCVBNM;:_",
)  # fmt: skip
_ITALIAN: Final = _Layout(
    "\\1234567890'ì" "qwertyuiopè+ù" "asdfghjklòà" "zxcvbnm,.-",
    '|!"£$%&/()=?^' "QWERTYUIOPé*§" "ASDFGHJKLç°" "ZXCVBNM;:_",
)  # fmt: skip
_VIETNAMESE: Final = _Layout(
    "`ăâêô\u0300\u0309\u0303\u0301\u0323đ-₫" "qwertyuiopươ\\" "asdfghjkl;'" "zxcvbnm,./",
    "~ĂÂÊÔ%^&*(Đ_+" "QWERTYUIOPƯƠ|" 'ASDFGHJKL:"' "ZXCVBNM<>?",
)  # fmt: skip
"""That of Windows which is named so, where the digits are letters and tones. Telex and VNI are no layouts."""


@dataclass(frozen=True, slots=True)
class Mistaken:
    """Two layouts taken for each other.

    Attributes:
        code: Which.
        typed: For each character that the computer shows, the one that the scanner meant.
        dead: The accents of the computer's layout that wait for the next character.
    """

    code: ScanRepair
    typed: Mapping[str, str]
    dead: str

    def texts(self, shown: str) -> Iterator[str]:
        """What the scanner may have meant, the likeliest first.

        There are several only where an accent of `dead` may have taken a blank with it.

        Args:
            shown: The text as the computer has it.
        """
        parts = [self._typed(character) for character in shown]
        yield "".join(parts)
        places = [at for at, part in enumerate(parts) if shown[at] in self.dead]
        lost = chain.from_iterable(combinations(places, number) for number in _LOST_BLANKS)
        for chosen in islice(lost, _MOST_CHARACTERS_TRIED // (len(shown) + 1)):
            yield "".join(part + " " * (at in chosen) for at, part in enumerate(parts))

    def _typed(self, character: str) -> str:
        if character in self.typed:
            return self.typed[character]
        bare, _, accent = unicodedata.decomposition(character).partition(" ")
        if not accent or " " in accent or bare.startswith("<"):
            return character
        return self._of_accented(chr(int(bare, 16)), chr(int(accent, 16))) or character

    def _of_accented(self, bare: str, accent: str) -> str | None:
        """The two keys of an accented letter: on a dead key the accent is pressed first."""
        first, second = self.typed.get(bare), self.typed.get(accent)
        if self.dead and accent == "\u0300":
            return self.typed[self.dead] + first if first else None
        return first + second if first and second else None


def _mistaken(code: ScanRepair, scanner: _Layout, computer: _Layout) -> Mistaken:
    pressed = dict(zip(scanner.keys, computer.keys, strict=True))
    typed = {pressed[character]: character for character in _SCANNED if character in pressed}
    return Mistaken(code, typed, computer.dead)


MISTAKEN: Final = (
    _mistaken(ScanRepair.US_AS_GERMAN, _US, _GERMAN),
    _mistaken(ScanRepair.US_AS_FRENCH, _US, _FRENCH),
    _mistaken(ScanRepair.US_AS_SPANISH, _US, _SPANISH),
    _mistaken(ScanRepair.US_AS_ITALIAN, _US, _ITALIAN),
    _mistaken(ScanRepair.US_AS_VIETNAMESE, _US, _VIETNAMESE),
    _mistaken(ScanRepair.GERMAN_AS_US, _GERMAN, _US),
    _mistaken(ScanRepair.FRENCH_AS_US, _FRENCH, _US),
    _mistaken(ScanRepair.SPANISH_AS_US, _SPANISH, _US),
    _mistaken(ScanRepair.ITALIAN_AS_US, _ITALIAN, _US),
)
"""The layouts that scanners and computers have in the field: a scanner leaves its factory set for the American one."""
