"""The counters of a shift: numbers by verdict and by code, and nothing about anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Final

from vaxcert.decision import Decision, Verdict
from vaxcert.presentation.as_json import moment_json


@dataclass(frozen=True, slots=True)
class _Tally:
    """How the traveller at the desk has been counted so far."""

    traveller: str
    verdict: Verdict
    codes: frozenset[str]


class ShiftCounters:
    """Counts each traveller once, with the last decision: a passport or a further certificate changes it.

    Args:
        since: When the shift began, aware.
    """

    def __init__(self, since: datetime) -> None:
        self._lock: Final = Lock()
        self.reset(since)

    def reset(self, since: datetime) -> None:
        """Begin a new shift."""
        with self._lock:
            self._since = since
            self._verdicts: Counter[Verdict] = Counter()
            self._codes: Counter[str] = Counter()
            self._unreadable = 0
            self._last: _Tally | None = None

    def count(self, decision: Decision, traveller: str) -> None:
        """Count a decision.

        Args:
            decision: What was decided.
            traveller: What the page calls the traveller at the desk: random, and another for the next.
        """
        codes = frozenset(
            str(reason.code) for reason in decision.reasons if reason.verdict is not Verdict.ACCEPT
        )
        with self._lock:
            last = self._last
            if last is not None and last.traveller == traveller:
                self._verdicts[last.verdict] -= 1
                self._codes.subtract(last.codes)
            self._verdicts[decision.verdict] += 1
            self._codes.update(codes)
            self._last = _Tally(traveller, decision.verdict, codes)

    def count_unreadable(self) -> None:
        """Count a scan of which nothing could be read."""
        with self._lock:
            self._unreadable += 1

    def as_json(self) -> dict[str, Any]:
        """The numbers."""
        with self._lock:
            codes = sorted((+self._codes).items(), key=lambda item: (-item[1], item[0]))
            return {
                "since": moment_json(self._since),
                **{str(verdict): self._verdicts[verdict] for verdict in Verdict},
                "unreadable": self._unreadable,
                "travellers": self._verdicts.total(),
                "codes": [{"code": code, "count": count} for code, count in codes],
            }
