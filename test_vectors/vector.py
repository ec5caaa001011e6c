"""A vector: a certificate, the circumstances it is verified in, and what has to come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from test_vectors.builder import PS256, Stages
from test_vectors.importance import Importance, importance_of
from test_vectors.samples import AT

ORIGIN: Final = "vaxcert test_vectors/generate.py"

Policy: TypeAlias = str | Mapping[str, Any]

NO_CODES: Final[Mapping[str, str]] = {}

_TRANSPORT_REASONS: Final = ("input-", "base45-", "context-identifier")


@dataclass(frozen=True)
class Expected:
    """What a verifier has to say."""

    outcome: str
    level: str
    reason: str | None
    findings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The answer as a vector has it."""
        return {
            "outcome": self.outcome,
            "level": self.level,
            "reason": self.reason,
            "findings": sorted(set(self.findings)),
        }


def accepted(*findings: str) -> Expected:
    """Accepted, with these findings."""
    return Expected("accepted", "acceptable", None, findings)


def refused(reason: str, *findings: str, level: str = "well-formed") -> Expected:
    """Refused. Findings are there from the authentic level on."""
    return Expected("refused", level, reason, findings)


def unreadable(reason: str, *, level: str = "none") -> Expected:
    """Not well-formed or not supported; at level `well-formed` when only the signed payload is at fault."""
    return Expected("unreadable", level, reason)


@dataclass(frozen=True)
class Vector:
    """One vector, as `schema.json` describes it."""

    identifier: str
    description: str
    spec: str
    importance: Importance | None
    stages: Stages
    expected: Expected
    at: datetime
    trust_list: str
    policy: Policy
    requirements: tuple[str, ...]
    revocation: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The content of the vector's file."""
        expected = self.expected.as_json()
        return {
            "id": self.identifier,
            "operation": "verify",
            "description": self.description,
            "requirements": sorted(set(self.requirements)),
            "spec": self.spec,
            "importance": self.importance or importance_of("verify", expected),
            "features": sorted(self._features()),
            "origin": ORIGIN,
            "stages": dict(self._stages()),
            "context": {
                "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
                "trust_list": self.trust_list,
                "policy": self.policy,
                **({} if self.revocation is None else {"revocation": self.revocation}),
            },
            "expected": expected,
        }

    def _features(self) -> Iterator[str]:
        if self.expected.findings:
            yield "findings"
        if self.policy != "default":
            yield "policy"
        if self.stages.algorithm == PS256:
            yield "ps256"
        if self.trust_list.startswith("kid-"):
            yield "registered-kid"
        if self.trust_list.startswith(("limits", "grants")) or self.trust_list.endswith(
            ("-grants", "-tests")
        ):
            yield "list-limits"
        if self.trust_list in ("unsigned", "ends-at", "ends-at-tests", "due-at", "issued-at"):
            yield "list-dates"
        if self.revocation is not None:
            yield "revocation"

    def _stages(self) -> Iterator[tuple[str, str]]:
        """The stages that decoding reaches; below a broken layer there is nothing to compare with."""
        yield "text", self.stages.text
        reason = self.expected.reason or ""
        is_read = self.expected.level != "none"
        if not is_read and reason.startswith(_TRANSPORT_REASONS):
            return
        yield "compressed", self.stages.compressed.hex()
        if not is_read and reason.startswith("zlib-"):
            return
        yield "cose", self.stages.cose.hex()
        if is_read:
            yield "payload", self.stages.payload.hex()


class Family:
    """The vectors about one layer.

    Args:
        name: First part of every identifier, and name of the folder.
        spec: The sections that say so, where a vector does not name its own.
        requirements: Likewise, identifiers of requirements of `specs/`.
        codes: The requirement that each reason or finding comes from. A vector that expects some of them, and does not
            name its own requirements, is about these.
    """

    def __init__(
        self,
        name: str,
        *,
        spec: str,
        requirements: tuple[str, ...] = (),
        codes: Mapping[str, str] = NO_CODES,
    ) -> None:
        self.name = name
        self._requirements = requirements
        self._codes = codes
        self.vectors: list[Vector] = []
        self._spec = spec

    def add(
        self,
        name: str,
        description: str,
        stages: Stages,
        expected: Expected,
        *,
        at: datetime = AT,
        trust_list: str = "default",
        policy: Policy = "default",
        revocation: str | None = None,
        spec: str | None = None,
        importance: Importance | None = None,
        requirements: tuple[str, ...] | None = None,
    ) -> None:
        """Add a vector."""
        self.vectors.append(
            Vector(
                identifier=f"{self.name}::{name}",
                description=description,
                spec=spec or self._spec,
                importance=importance,
                stages=stages,
                expected=expected,
                at=at,
                trust_list=trust_list,
                policy=policy,
                requirements=self._requirements_of(expected) if requirements is None else requirements,
                revocation=revocation,
            )
        )

    def _requirements_of(self, expected: Expected) -> tuple[str, ...]:
        named = (self._codes.get(code) for code in (expected.reason or "", *expected.findings))
        return tuple(requirement for requirement in named if requirement) or self._requirements
