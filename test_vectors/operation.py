"""Vectors of every operation but `verify`: what is handed in, and what has to come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from test_vectors.importance import Importance, importance_of
from test_vectors.vector import ORIGIN

_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True)
class OperationVector:
    """One vector, as `schema.json` and `schemas/<operation>.json` describe it.

    `input` is what the implementation is handed, `context` the circumstances (such as the time), `expected` what has
    to come of it: always `outcome` and `reason`, and what else the operation answers.
    """

    identifier: str
    operation: str
    description: str
    requirements: tuple[str, ...]
    spec: str
    importance: Importance | None
    input: Mapping[str, Any]
    expected: Mapping[str, Any]
    context: Mapping[str, Any] = field(default_factory=dict)
    features: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The content of the vector's file."""
        return {
            "id": self.identifier,
            "operation": self.operation,
            "description": self.description,
            "requirements": sorted(set(self.requirements)),
            "spec": self.spec,
            "importance": self.importance or importance_of(self.operation, self.expected),
            "features": sorted(set(self.features)),
            "origin": ORIGIN,
            "input": dict(self.input),
            "context": dict(self.context),
            "expected": dict(self.expected),
        }


class OperationFamily:
    """The vectors about one subject, all of one operation.

    Args:
        name: First part of every identifier, and name of the folder.
        operation: What the implementation is asked to do.
        spec: The sections that say so, where a vector does not name its own.
        requirements: Likewise, identifiers of requirements of `specs/`.
    """

    def __init__(
        self,
        name: str,
        operation: str,
        *,
        spec: str,
        requirements: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.operation = operation
        self.vectors: list[OperationVector] = []
        self._spec = spec
        self._requirements = requirements

    def add(
        self,
        name: str,
        description: str,
        given: Mapping[str, Any],
        expected: Mapping[str, Any],
        *,
        context: Mapping[str, Any] = _NOTHING,
        features: tuple[str, ...] = (),
        spec: str | None = None,
        importance: Importance | None = None,
        requirements: tuple[str, ...] | None = None,
    ) -> None:
        """Add a vector."""
        self.vectors.append(
            OperationVector(
                identifier=f"{self.name}::{name}",
                operation=self.operation,
                description=description,
                requirements=self._requirements if requirements is None else requirements,
                spec=spec or self._spec,
                importance=importance,
                input=given,
                expected=expected,
                context=context,
                features=features,
            )
        )
