"""From an expected and a given answer to a verdict (`specs/conformance.md`, section 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from vaxcert.adapters.conformance.protocol import Hello, Problem, ProtocolError, shown

FINDINGS: Final = "findings"
REASONS: Final = "reasons"
COMPARED_WHEN_DECLARED: Final = frozenset({FINDINGS, REASONS})
"""Features that say what an implementation answers with. A vector is not skipped for want of one."""

_ACCEPTED: Final = "accepted"
_OUTCOMES: Final = frozenset({_ACCEPTED, "refused", "unreadable"})
_OF_REASONS: Final = {"reason": Problem.OTHER_REASON, "level": Problem.OTHER_LEVEL}


class Mark(StrEnum):
    """What a vector says of an implementation."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one vector.

    Attributes:
        mark: Passed, failed or skipped.
        problem: Why it is not passed.
        detail: What happened, in a line.
    """

    mark: Mark
    problem: Problem | None = None
    detail: str = ""

    @classmethod
    def failed(cls, error: ProtocolError) -> Verdict:
        """The verdict on a vector at which the implementation left the protocol."""
        return cls(Mark.FAIL, error.problem, error.detail)


PASSED: Final = Verdict(Mark.PASS)


def skipped(operation: str, features: list[str], hello: Hello) -> Verdict | None:
    """The verdict on a vector that does not apply to an implementation; None where it does."""
    if operation not in hello.operations:
        return Verdict(Mark.SKIP, Problem.OPERATION, operation)
    missing = sorted(set(features) - hello.features - COMPARED_WHEN_DECLARED)
    return Verdict(Mark.SKIP, Problem.FEATURE, ", ".join(missing)) if missing else None


def judge(expected: Mapping[str, Any], answer: Mapping[str, Any], features: frozenset[str]) -> Verdict:
    """Compare an answer with what is expected: the outcome first.

    Args:
        expected: Of the vector.
        answer: Of the implementation.
        features: Those that it declared.
    """
    if "error" in answer:
        return _judge_error(answer)
    difference = _other_outcome(expected["outcome"], answer.get("outcome"))
    if difference is not None:
        return _failed(difference, expected, answer, "outcome")
    for part in members_compared(expected, features)[1:]:
        if _differs(part, expected[part], answer.get(part)) or part not in answer:
            return _failed(_problem_of(part), expected, answer, part)
    return PASSED


def members_compared(expected: Mapping[str, Any], features: frozenset[str]) -> list[str]:
    """The members to compare, in their order: outcome, reason and level, others, findings.

    Args:
        expected: Of the vector.
        features: Those that the implementation declared.
    """
    others = sorted(expected.keys() - _OF_REASONS.keys() - {"outcome", FINDINGS})
    order = ["outcome", *(_OF_REASONS if REASONS in features else ()), *others]
    order += [FINDINGS] if FINDINGS in features else []
    return [part for part in order if part in expected]


def _judge_error(answer: Mapping[str, Any]) -> Verdict:
    message = answer.get("message")
    detail = shown(message) if isinstance(message, str) else ""
    return Verdict(Mark.FAIL, Problem.ERROR, f"{shown(answer['error'])} {detail}".strip())


def _other_outcome(expected: str, given: Any) -> Problem | None:
    if not (isinstance(given, str) and given in _OUTCOMES):
        return Problem.OTHER_OUTCOME
    if given == expected:
        return None
    if given == _ACCEPTED:
        return Problem.WRONGLY_ACCEPTED
    return Problem.WRONGLY_REFUSED if expected == _ACCEPTED else Problem.OTHER_OUTCOME


def _problem_of(part: str) -> Problem:
    if part == FINDINGS:
        return Problem.OTHER_FINDINGS
    return _OF_REASONS.get(part, Problem.OTHER_ANSWER)


def _differs(part: str, expected: Any, given: Any) -> bool:
    if part == FINDINGS and isinstance(given, list):
        return {_canonical(one) for one in expected} != {_canonical(one) for one in given}
    return _canonical(expected) != _canonical(given)


def _canonical(value: Any) -> str:
    """A value so that only equal ones of JSON are equal: true is not 1, and 1.0 is."""
    return json.dumps(_with_whole_numbers(value), sort_keys=True)


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_whole_numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _failed(problem: Problem, expected: Mapping[str, Any], answer: Mapping[str, Any], part: str) -> Verdict:
    given = shown(answer[part]) if part in answer else "nothing"
    return Verdict(Mark.FAIL, problem, f"{part}: expected {shown(expected[part])}, got {given}")
