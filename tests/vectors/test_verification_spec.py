"""The tables of `specs/verification.md` against the library."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

from test_vectors.builder import FOLDER

from vaxcert.crypto.algorithms import Algorithm
from vaxcert.errors import Reason
from vaxcert.findings import Finding, FindingCode
from vaxcert.rules.policy import VerificationPolicy

SPEC = (Path(__file__).parents[2] / "specs" / "verification.md").read_text(encoding="utf-8")
REFUSALS = list(Reason)[
    list(Reason).index(Reason.ALGORITHM_UNPROTECTED) : list(Reason).index(Reason.POLICY) + 1
]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table after a line that begins so."""
    lines = iter(SPEC[SPEC.index(heading) :].splitlines())
    table: list[list[str]] = []
    for line in lines:
        if line.startswith("| "):
            table.append([cell.strip() for cell in line.strip("|").split("|")])
        elif table:
            break
    return table[2:]


def test_findings_are_those_of_the_table() -> None:
    described = {code.strip("`"): severity for code, severity, _ in rows("## 4. Findings")}
    assert described == {code: Finding(code).severity for code in FindingCode}


def test_policies_are_those_of_the_table() -> None:
    names = [name.strip("`") for name, *_ in rows("- **VP-29**")]
    assert names == list(VerificationPolicy.__dataclass_fields__)
    default, strict = VerificationPolicy.default(), VerificationPolicy.strict()
    written = {name.strip("`"): (one, other) for name, one, other, _ in rows("- **VP-29**")}
    for name, cells in written.items():
        assert cells == (shown(getattr(default, name)), shown(getattr(strict, name))), name


def shown(value: object) -> str:
    """A member of a policy as the table writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return "0" if not value else f"{value.total_seconds():.0f} seconds"
    if isinstance(value, frozenset):
        if value == frozenset(FindingCode):
            return "all"
        names = (each.name if isinstance(each, Algorithm) else str(each) for each in value)
        return ", ".join(sorted(names)) or "none"
    return f"`{value}`"


def test_every_refusal_is_specified_and_has_three_vectors() -> None:
    assert [reason for reason in REFUSALS if f"`{reason}`" not in SPEC] == []
    vectors = [json.loads(path.read_bytes()) for path in (FOLDER / "vectors").glob("*/*.json")]
    times = Counter(each["expected"]["reason"] for each in vectors if each["operation"] == "verify")
    assert {reason: times[reason] for reason in REFUSALS if times[reason] < 3} == {}


def test_requirements_are_numbered_without_a_gap() -> None:
    numbers = [int(number) for number in re.findall(r"^- \*\*VP-(\d+)\*\*", SPEC, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
