"""The words that the page gets, in every language there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from vaxcert.presentation.texts import DEFAULT_LANGUAGE, Texts, languages, load


class Words:
    """All languages, read once.

    Args:
        language: Spoken where a page asks for none.
    """

    def __init__(self, language: str = DEFAULT_LANGUAGE) -> None:
        self._texts: Final[Mapping[str, Texts]] = {known: load(known) for known in languages()}
        self._default: Final = self._texts[language]

    def texts(self, language: str | None) -> Texts:
        """The words of a language, of the desk's own where it is not known."""
        return self._texts.get(language or "", self._default)

    def as_json(self, language: str | None) -> dict[str, Any]:
        """What the page shows of itself."""
        texts = self.texts(language)
        return {
            "language": texts.language,
            "languages": [
                {"code": code, "name": known.get("language", "name")} for code, known in self._texts.items()
            ],
            "words": texts.sentences("desk"),
        }
