"""Put the example drivers through the vectors, and write what came of it: `make conformance`.

    python -m tools.conformance_table

replaces what stands between the two marks of `docs/conformance.md`. It needs the peers (`make peers`) and the packages
of `examples/conformance/javascript`.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from vaxcert.adapters.conformance.judging import Mark
from vaxcert.adapters.conformance.protocol import Problem
from vaxcert.adapters.conformance.running import ConformanceRun, Result, Runner
from vaxcert.adapters.conformance.vectors import family_of, published_folder, read_vectors

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = "docs/conformance.md"
BEGIN: Final = "<!-- measured: written by tools/conformance_table.py -->"
END: Final = "<!-- end of what was measured -->"

_PEERS: Final = ".venv-peers/bin/python"
COMMANDS: Final = {
    "vaxcert": (sys.executable, "-m", "vaxcert", "conformance", "serve"),
    "pycose": (_PEERS, "-E", "examples/conformance/with_pycose.py"),
    "python-cwt": (_PEERS, "-E", "examples/conformance/with_python_cwt.py"),
    "@auth0/cose": ("node", "examples/conformance/javascript/driver.js"),
    "always-accepted": (sys.executable, "examples/conformance/always_accepted.py"),
    "always-refused": (sys.executable, "examples/conformance/always_refused.py"),
}
"""Each implementation, and how it is started from the root of the repository."""

_SECONDS: Final = 60.0
"""Time of an answer; more than usual, because nothing is learnt from a busy machine."""

_DETAILED: Final = ("pycose", "python-cwt", "@auth0/cose")
_MEANING: Final = {
    Problem.WRONGLY_ACCEPTED: "Accepted, and must not be",
    Problem.WRONGLY_REFUSED: "Not accepted, and has to be",
    Problem.OTHER_OUTCOME: "Not accepted, as it must not be, but refused and unreadable are confused",
    Problem.OTHER_ANSWER: "The right outcome, but the rest of the answer differs",
}


def measured(runs: Sequence[ConformanceRun], detailed: Iterable[str] = _DETAILED) -> str:
    """What stands between the marks: the table of all, and the failures of some."""
    details = [_failures(run) for run in runs if _name(run) in set(detailed)]
    return "\n".join([_table(runs), *details])


def replaced(page: str, part: str) -> str:
    """The page with another part between its marks."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{part}\n{END}{rest.partition(END)[2]}"


def _name(run: ConformanceRun) -> str:
    return run.hello.name if run.hello else "?"


def _named(run: ConformanceRun) -> str:
    return f"{run.hello.name} {run.hello.version}" if run.hello else "?"


def _table(runs: Sequence[ConformanceRun]) -> str:
    first = runs[0]
    lines = [
        f"Vectors {first.version}, {len(first.results)} of them; passed / failed / skipped.",
        "",
        f"| family | {' | '.join(map(_named, runs))} |",
        f"| --- |{' --- |' * len(runs)}",
    ]
    families = [run.families() for run in runs]
    for name in sorted(families[0]):
        cells = (" / ".join(str(counts[name][mark]) for mark in Mark) for counts in families)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    total = (" / ".join(f"**{run.count(mark)}**" for mark in Mark) for run in runs)
    return "\n".join([*lines, f"| **all** | {' | '.join(total)} |", "", _kinds(runs)])


def _kinds(runs: Sequence[ConformanceRun]) -> str:
    """How many failures of each implementation are of which kind."""
    lines = [f"| what failed | {' | '.join(map(_named, runs))} |", f"| --- |{' --- |' * len(runs)}"]
    problems = [Counter(result.verdict.problem for result in run.marked(Mark.FAIL)) for run in runs]
    for problem, meaning in _MEANING.items():
        lines.append(f"| {meaning} | {' | '.join(str(counts[problem]) for counts in problems)} |")
    return "\n".join([*lines, ""])


def _failures(run: ConformanceRun) -> str:
    """Failures of one implementation, those that are alike together, with the most important of each."""
    alike: dict[tuple[Problem | None, str, str], list[Result]] = defaultdict(list)
    for result in run.marked(Mark.FAIL):
        reason = result.vector["expected"]["reason"] or "accepted"
        alike[result.verdict.problem, family_of(result.vector), reason].append(result)
    lines = [f"### What {_name(run)} fails in", ""]
    for problem, meaning in _MEANING.items():
        groups = [(key, results) for key, results in sorted(alike.items()) if key[0] is problem]
        if not groups:
            continue
        lines += [f"{meaning}: {sum(len(results) for _, results in groups)}.", ""]
        lines += ["| expected | vectors | for example | what it is |", "| --- | --- | --- | --- |"]
        lines += [_row(reason, results) for (_, _, reason), results in groups]
        lines.append("")
    return "\n".join(lines)


def _row(reason: str, results: Sequence[Result]) -> str:
    vector, answer = results[0].vector, results[0].answer or {}
    said = answer.get("message") if reason == "accepted" else None
    words = vector["description"] if said is None else f"{vector['description']} It says: {said}"
    return f"| `{reason}` | {len(results)} | `{vector['id']}` | {_cell(words)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Run all drivers, and write the page."""
    vectors = read_vectors(published_folder())
    runs = []
    for name, command in COMMANDS.items():
        run = Runner(command, vectors, _SECONDS).run(vectors.vectors)
        if run.hello is None:
            raise SystemExit(f"{name} does not start: {run.results[0].verdict.detail}")
        print(f"{name}: " + ", ".join(f"{run.count(mark)} {mark}" for mark in Mark))
        runs.append(run)
    page = ROOT / PAGE
    page.write_text(replaced(page.read_text(encoding="utf-8"), measured(runs)), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
