"""What was decided about passengers, as cells of the result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vaxcert.decision import Decision, DecisionCode, Verdict
from vaxcert.decision.reasons import rank
from vaxcert.presentation.decision_json import reason_sentence
from vaxcert.presentation.texts import Texts
from vaxcert.verify import Level

_ORDER: Final = {level: place for place, level in enumerate(Level)}
TABLES: Final = ("record", "dose-history", "identity", "finding", "reason", "decision")
"""The texts with the sentences of all codes that a passenger can have."""

_RULES: Final = frozenset({DecisionCode.RULE_FAILED, DecisionCode.RULE_OPEN})
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class Answers:
    """Makes the cells of a result (`vaxcert.adapters.manifest.columns.ADDED`).

    Args:
        texts: The words of the reader's language.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts: Final = texts
        self._sentences: Final = texts.sentences(*TABLES)
        self._known: Final[dict[tuple[str, ...], str]] = {}

    def cells(
        self, row: int, decision: Decision, problem: str
    ) -> tuple[tuple[str, ...], Verdict, tuple[str, ...]]:
        """The cells of one passenger, with the verdict and all codes.

        Args:
            row: Of the manifest, counted from 1 below its headings.
            decision: What was decided.
            problem: As `Passenger.problem`; with one, nobody is accepted.
        """
        verdict = decision.verdict
        codes = tuple(dict.fromkeys([reason.code for reason in decision.reasons]))
        if problem:
            codes = (problem, *codes)
            verdict = max(verdict, Verdict.REFER, key=rank)
        identity = decision.identity
        cells = (
            str(row),
            verdict.value,
            _level(decision),
            str(_doses(decision)),
            "" if identity is None else identity.grade.value,
            " ".join(codes),
            self._text(decision, codes),
        )
        return cells, verdict, codes

    def _text(self, decision: Decision, codes: tuple[str, ...]) -> str:
        """The sentences of all codes; most passengers have those that another one had before."""
        if not _RULES.isdisjoint(codes):
            return defused(" ".join(dict.fromkeys(self._in_the_words_of_rules(decision, codes))))
        text = self._known.get(codes)
        if text is None:
            text = self._known[codes] = defused(" ".join([self._sentences[code] for code in codes]))
        return text

    def _in_the_words_of_rules(self, decision: Decision, codes: tuple[str, ...]) -> Iterator[str]:
        said = {reason.code for reason in decision.reasons}
        yield from (self._sentences[code] for code in codes if code not in said)
        for reason in decision.reasons:
            if reason.code in _RULES:
                yield " ".join(reason_sentence(reason, decision, self._texts).split())
            else:
                yield self._sentences[reason.code]


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before it where one would."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _level(decision: Decision) -> str:
    """How far the best of the certificates got."""
    reports = decision.reports
    if len(reports) == 1:
        return reports[0].level.value
    return max((report.level for report in reports), key=_ORDER.__getitem__, default=Level.NONE).value


def _doses(decision: Decision) -> int:
    """How many doses are attested: those that are there, or more where one of them says which it is."""
    if decision.history is None:
        return 0
    doses = decision.history.doses
    return max([len(doses), *(dose.vaccination.dose_number or 0 for dose in doses)])
