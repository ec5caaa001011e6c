"""Answers about many people as numbers: of two answers about one person the lower one is the better."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from vaxcert.rules.matching import (
    NOT_FOUND,
    UNAVAILABLE,
    MatchResult,
    MatchStatus,
    PersonFact,
    mismatch_rank,
)

Answers: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
"""One answer a person."""

_MISMATCHES: Final = sorted(
    chain.from_iterable(combinations(PersonFact, count) for count in range(1, len(PersonFact) + 1)),
    key=mismatch_rank,
)
_RESULTS: Final = (
    MatchResult(MatchStatus.MATCHED),
    *(MatchResult(MatchStatus.MISMATCHED, facts) for facts in _MISMATCHES),
    NOT_FOUND,
    UNAVAILABLE,
)
_NUMBERS: Final = {(result.status, result.mismatches): number for number, result in enumerate(_RESULTS)}
_CODES: Final = pa.array([[str(code) for code in one.codes] for one in _RESULTS], pa.list_(pa.string()))
_BY_FACTS: Final = np.zeros(1 << len(PersonFact), np.uint8)
for _facts in _MISMATCHES:
    _BY_FACTS[sum(1 << list(PersonFact).index(fact) for fact in _facts)] = mismatch_rank(_facts)


def answer_of(result: MatchResult) -> int:
    """The number of a result."""
    return _NUMBERS[result.status, result.mismatches]


def result_of(answer: int) -> MatchResult:
    """The result of a number."""
    return _RESULTS[answer]


def none_found(count: int) -> Answers:
    """That none of so many people was found."""
    return np.full(count, answer_of(NOT_FOUND), np.uint8)


def none_available(count: int) -> Answers:
    """That nothing could be found out about so many people."""
    return np.full(count, answer_of(UNAVAILABLE), np.uint8)


def answers_of_facts(differs: dict[PersonFact, np.ndarray[Any, np.dtype[np.bool_]]]) -> Answers:
    """The answers about people who were found.

    Args:
        differs: For each fact, of which people it differs.
    """
    bits = sum(differs[fact].astype(np.uint8) << number for number, fact in enumerate(PersonFact))
    answers: Answers = _BY_FACTS[bits]
    return answers


def codes_of(answers: Answers) -> pa.ListArray:
    """The record codes of each person, as `PopulationRegistry.match` gives them."""
    return _CODES.take(pa.array(answers))
