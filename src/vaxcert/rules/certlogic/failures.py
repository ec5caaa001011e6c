"""The two ways in which an expression gives no value. What they say never holds a value of the data."""

from __future__ import annotations

from vaxcert.errors import Reason, RuleError


def invalid(problem: str) -> RuleError:
    """An expression that the specification does not allow, or not for such values."""
    return RuleError(Reason.CERTLOGIC_INVALID, problem)


def beyond(bound: str) -> RuleError:
    """An expression, or data, that is larger than this engine takes."""
    return RuleError(Reason.CERTLOGIC_BOUNDS, bound)
