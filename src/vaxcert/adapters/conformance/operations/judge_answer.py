"""`judge-answer`: what a conformance runner makes of the lines that an implementation wrote."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vaxcert.adapters.conformance.judging import Mark, Verdict, judge, skipped
from vaxcert.adapters.conformance.protocol import Hello, Problem, ProtocolError, message_of, read_hello


def judge_answer(given: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Judge `lines`, which followed the request `id` for `vector`, of an implementation that said `hello`."""
    try:
        hello = read_hello(_bytes(given["hello"]))
        verdict = _verdict(given, context, hello)
    except ProtocolError as error:
        verdict = Verdict.failed(error)
    return {
        "outcome": "accepted" if verdict.mark is Mark.PASS else "refused",
        "reason": verdict.problem,
        "mark": verdict.mark,
    }


def _verdict(given: Mapping[str, Any], context: Mapping[str, Any], hello: Hello) -> Verdict:
    vector = given["vector"]
    skip = skipped(vector["operation"], vector["features"], hello)
    if skip is not None:
        return skip
    if not given["lines"]:
        problem = Problem.ENDED if context["then"] == "ends" else Problem.TIME_OUT
        return Verdict(Mark.FAIL, problem)
    line, *others = given["lines"]
    first = message_of(_bytes(line))
    if first.pop("id", None) != given["id"]:
        return Verdict(Mark.FAIL, Problem.WRONG_ID)
    if given["id"] in _ids(others):
        return Verdict(Mark.FAIL, Problem.ANSWERED_TWICE)
    return judge(vector["expected"], first, hello.features)


def _ids(lines: Iterable[Any]) -> Iterator[Any]:
    """The ids of the lines before the first that is no message: then the implementation is ended."""
    with contextlib.suppress(ProtocolError):
        for line in lines:
            yield message_of(_bytes(line)).get("id")


def _bytes(line: str | Mapping[str, Any]) -> bytes:
    """A line as it was written: text, bytes in hexadecimal, text with spaces up to a length, or one without end."""
    if isinstance(line, str):
        return line.encode() + b"\n"
    if "without_line_feed" in line:
        return str(line["without_line_feed"]).encode()
    if "hex" in line:
        return bytes.fromhex(line["hex"]) + b"\n"
    return str(line["text"]).encode().ljust(line["padded_to"]) + b"\n"
