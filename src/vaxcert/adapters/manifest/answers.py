"""What was decided about passengers, as cells of the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from vaxcert.decision import Decision, DecisionCode, Verdict
from vaxcert.decision.reasons import rank
from vaxcert.presentation.decision_json import reason_sentence
from vaxcert.presentation.texts import Texts
from vaxcert.verify import Level

_ORDER: Final = {level: place for place, level in enumerate(Level)}
_TABLES: Final = ("record", "dose-history", "finding", "reason", "decision")
_RULES: Final = frozenset({DecisionCode.RULE_FAILED, DecisionCode.RULE_OPEN})
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class Answers:
    """Makes the cells of a result (`vaxcert.adapters.manifest.columns.ADDED`).

    Args:
        texts: The words of the reader's language.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts: Final = texts
        self._sentences: Final[dict[str, str]] = {}

    def cells(
        self, row: int, decision: Decision, problems: Sequence[str]
    ) -> tuple[list[str], Verdict, tuple[str, ...]]:
        """The cells of one passenger, with the verdict and all codes.

        Args:
            row: Of the manifest, counted from 1 below its headings.
            decision: What was decided.
            problems: Codes of what could not be read of the row itself; with any, nobody is accepted.
        """
        verdict = max(decision.verdict, Verdict.REFER, key=rank) if problems else decision.verdict
        codes = (*problems, *dict.fromkeys(reason.code for reason in decision.reasons))
        sentences = dict.fromkeys((*map(self._sentence, problems), *self._of(decision)))
        cells = [
            str(row),
            str(verdict),
            _level(decision),
            str(_doses(decision)),
            "" if decision.identity is None else str(decision.identity.grade),
            " ".join(codes),
            defused(" ".join(sentences)),
        ]
        return cells, verdict, codes

    def _of(self, decision: Decision) -> Iterator[str]:
        for reason in decision.reasons:
            if reason.code in _RULES:  # in the words of the rule
                yield " ".join(reason_sentence(reason, decision, self._texts).split())
            else:
                yield self._sentence(reason.code)

    def _sentence(self, code: str) -> str:
        sentence = self._sentences.get(code)
        if sentence is None:
            sentence = self._sentences[code] = self._texts.sentences(*_TABLES)[code]
        return sentence


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before it where one would."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _level(decision: Decision) -> str:
    """How far the best of the certificates got."""
    return str(max((report.level for report in decision.reports), key=_ORDER.__getitem__, default=Level.NONE))


def _doses(decision: Decision) -> int:
    """How many doses are attested: those that are there, or more where one of them says which it is."""
    doses = () if decision.history is None else decision.history.doses
    return max(len(doses), *(dose.vaccination.dose_number or 0 for dose in doses), 0)
