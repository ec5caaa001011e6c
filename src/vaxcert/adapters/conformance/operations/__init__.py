"""What a vector can ask an implementation to do, and how this library does it: one module for each operation.

An operation is a function of the vector's `input` and `context`, with the lists that the vector names put in their
places. It answers what the vector's `expected` is compared with: `outcome`, `reason`, and what else the operation has
to say. `specs/conformance.md` specifies them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from vaxcert.adapters.conformance.operations.verify import verify

Answer: TypeAlias = dict[str, Any]
Operation: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, Any]], Answer]

OPERATIONS: Final[Mapping[str, Operation]] = {
    "verify": verify,
}
"""Every operation, by the name that vectors call it by."""
