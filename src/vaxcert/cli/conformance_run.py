"""`vaxcert conformance run`: an implementation put through the published vectors."""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from vaxcert.adapters.conformance.judging import Mark, members_compared
from vaxcert.adapters.conformance.running import DEFAULT_SECONDS, ConformanceRun, Result, Runner
from vaxcert.adapters.conformance.vectors import Vectors, family_of, published_folder, read_vectors
from vaxcert.adapters.files import write_atomically
from vaxcert.cli.arguments import Commands, add_command
from vaxcert.cli.conformance_page import compared, page, parts_compared
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.output import Colour
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.table import table_lines
from vaxcert.presentation.texts import Texts

_MAX_SECONDS: Final = 3600.0
_MOST_SHOWN: Final = 20
"""Failures told at length on a terminal."""

_COLOURS: Final = {Mark.PASS: Colour.GREEN, Mark.FAIL: Colour.RED, Mark.SKIP: Colour.YELLOW}


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert conformance`."""
    parser = add_command(actions, "run", texts, run, help_key="conformance-run")
    parser.epilog = texts.get("help", "conformance-exit-codes")
    parser.add_argument("--vectors", type=Path, metavar="DIR", help=texts.get("help", "conformance-vectors"))
    parser.add_argument(
        "--family",
        action="append",
        default=[],
        metavar="FAMILY",
        help=texts.get("help", "conformance-family"),
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=DEFAULT_SECONDS,
        metavar="SECONDS",
        help=texts.get("help", "conformance-timeout", seconds=f"{DEFAULT_SECONDS:g}"),
    )
    parser.add_argument(
        "--report", type=Path, metavar="OUT.html", help=texts.get("help", "conformance-report")
    )
    parser.add_argument(
        "command", nargs="+", metavar="COMMAND", help=texts.get("help", "conformance-command")
    )


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Put the command through the vectors.

    Returns:
        `ACCEPTED` when no vector failed and one passed at least, else `REFUSED`.

    Raises:
        UsageError: There is no such family, or the command cannot be started.
        AdapterError: The vectors cannot be read, or the report cannot be written.
    """
    if shutil.which(options.command[0]) is None:
        raise UsageError(f"{options.command[0]}: no such program")
    vectors = read_vectors(options.vectors or published_folder())
    chosen = _chosen(vectors, options.family)
    shown = session.output.shows_progress(among_results=False)
    track = partial(
        tracked, title=session.texts.get("progress", "conformance"), total=len(chosen), shown=shown
    )
    made = Runner(options.command, vectors, options.timeout).run(chosen, track)
    if options.json:
        _write_json(made, session)
    else:
        _write(made, session)
    if options.report is not None:
        write_atomically(options.report, page(made, session.texts).encode())
    return ExitCode.ACCEPTED if made.is_passed else ExitCode.REFUSED


def _chosen(vectors: Vectors, families: list[str]) -> list[Mapping[str, Any]]:
    known = {family_of(vector) for vector in vectors.vectors}
    unknown = sorted(set(families) - known)
    if unknown:
        raise UsageError(f"--family {unknown[0]}: expected one of {', '.join(sorted(known))}")
    return [vector for vector in vectors.vectors if not families or family_of(vector) in families]


def _write(made: ConformanceRun, session: Session) -> None:
    output, texts = session.output, session.texts
    output.rule("═")
    if made.hello is not None:
        output.line(f"{made.hello.name} {made.hello.version}")
    output.line(texts.get("conformance", "vectors", version=made.version, count=len(made.results)))
    output.line(compared(made, texts))
    output.rule()
    heading = [texts.get("conformance", "family"), *(texts.get("conformance", mark) for mark in Mark)]
    rows = [[name, *(str(counts[mark]) for mark in Mark)] for name, counts in sorted(made.families().items())]
    rows.append([texts.get("conformance", "all"), *(str(made.count(mark)) for mark in Mark)])
    for line in table_lines(heading, rows, right=(1, 2, 3)):
        output.line(line)
    _write_failures(made, session)
    _write_skips(made, session)
    output.rule()
    if made.ending is not None:
        output.paragraph(texts.get("conformance", "ending", what=made.ending), colour=Colour.RED)
    output.line(_verdict(made, texts), _COLOURS[Mark.PASS if made.is_passed else Mark.FAIL])


def _verdict(made: ConformanceRun, texts: Texts) -> str:
    if not made.is_passed:
        return texts.get("conformance", "not-passed")
    skipped = made.count(Mark.SKIP)
    counts = {"passed": made.count(Mark.PASS), "count": len(made.results)}
    return texts.get("conformance", "passed-some" if skipped else "passed", **(counts if skipped else {}))


def _write_failures(made: ConformanceRun, session: Session) -> None:
    output = session.output
    failed = made.marked(Mark.FAIL)
    for result in failed[:_MOST_SHOWN]:
        output.rule()
        verdict, vector = result.verdict, result.vector
        output.line(f"{vector['id']}  {verdict.problem}", _COLOURS[verdict.mark])
        output.paragraph(f"{vector['description']} ({', '.join(vector['requirements'])})", mark="  ")
        output.paragraph(verdict.detail, mark="  ")
    if len(failed) > _MOST_SHOWN:
        output.rule()
        more = session.texts.get("conformance", "more-failures", count=len(failed) - _MOST_SHOWN)
        output.paragraph(more, colour=Colour.RED)


def _write_skips(made: ConformanceRun, session: Session) -> None:
    """How many vectors were skipped for each reason."""
    output = session.output
    whys = Counter((result.verdict.problem, result.verdict.detail) for result in made.marked(Mark.SKIP))
    if whys:
        output.rule()
    for (problem, what), count in sorted(whys.items()):
        output.paragraph(f"{problem} ({what}): {count}", colour=_COLOURS[Mark.SKIP])


def _write_json(made: ConformanceRun, session: Session) -> None:
    """A line for each vector, and one for all."""
    hello = made.hello
    features = hello.features if hello else frozenset()
    for result in made.results:
        session.output.json(_vector_json(result, features))
    session.output.json(
        {
            "implementation": None if hello is None else {"name": hello.name, "version": hello.version},
            "features": [] if hello is None else sorted(hello.features),
            "compared": parts_compared(made),
            "vectors": made.version,
            "counts": {mark: made.count(mark) for mark in Mark},
            "passed": made.is_passed,
            "ending": made.ending,
            "families": made.families(),
        }
    )


def _vector_json(result: Result, features: frozenset[str]) -> dict[str, Any]:
    vector, verdict = result.vector, result.verdict
    is_compared = result.answer is not None and "error" not in result.answer
    return {
        "vector": vector["id"],
        "importance": vector["importance"],
        "requirements": vector["requirements"],
        "mark": verdict.mark,
        "problem": verdict.problem,
        "detail": verdict.detail,
        "compared": members_compared(vector["expected"], features) if is_compared else [],
        "expected": vector["expected"],
        "answer": result.answer,
    }


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"not a number of seconds up to {_MAX_SECONDS:g}")
    return seconds
