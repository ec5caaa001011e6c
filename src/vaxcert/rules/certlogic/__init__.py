"""CertLogic 1.3.3: the language in which countries write what they accept.

Source: EU eHealth Network, CertLogic specification 1.3.3. Every expression and every data give a value or one of our
errors, in bounded time and memory (`vaxcert.limits`, `MAX_CERTLOGIC_...`).
"""

from __future__ import annotations

from typing import Any, Final

from vaxcert.rules.certlogic.program import Data, Program
from vaxcert.rules.certlogic.validation import Issue, validate

__all__ = ["VERSION", "Data", "Issue", "Program", "evaluate", "validate"]

VERSION: Final = (1, 3, 3)
"""Of the specification."""


def evaluate(expression: Any, data: Any) -> Any:
    """What an expression gives for data. Of a `Program`, an expression is made ready only once.

    Args:
        expression: JSON, as `json.loads` returns it.
        data: What `var` reads, likewise.

    Returns:
        A JSON value, or an aware `datetime` in UTC.

    Raises:
        RuleError: `certlogic-invalid` or `certlogic-bounds`.
    """
    return Program(expression).run(Data(data))
