"""Putting an implementation through vectors (`specs/conformance.md`, sections 2 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from time import monotonic
from typing import Any, Final

from vaxcert.adapters.conformance.child import Child
from vaxcert.adapters.conformance.judging import Mark, Verdict, judge, skipped
from vaxcert.adapters.conformance.protocol import (
    MAX_REQUEST_BYTES,
    PROTOCOL,
    Hello,
    Problem,
    ProtocolError,
    line_of,
    message_of,
    read_hello,
    shown,
)
from vaxcert.adapters.conformance.vectors import Vectors, family_of

DEFAULT_SECONDS: Final = 5.0
START_FACTOR: Final = 10
"""Times of an answer that starting may take: some machines have to be warmed up."""

_ID_BYTES: Final = 16
"""Random bytes of a request's id, so that none can be foreseen."""

_IMPORTANCE: Final = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one vector.

    Attributes:
        vector: As its file says.
        verdict: Passed, failed or skipped, and why.
        answer: What the implementation answered, where it did.
    """

    vector: Mapping[str, Any]
    verdict: Verdict
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ConformanceRun:
    """What came of all vectors.

    Attributes:
        version: That of the vectors.
        hello: What the implementation said of itself; None where it did not start.
        results: One for each vector, in their order.
        ending: What it did wrong when nothing more came, or None.
    """

    version: str
    hello: Hello | None
    results: tuple[Result, ...]
    ending: str | None

    @property
    def is_passed(self) -> bool:
        """Whether no vector failed and at least one passed."""
        return self.ending is None and self.count(Mark.FAIL) == 0 and self.count(Mark.PASS) > 0

    def count(self, mark: Mark) -> int:
        """How many vectors got a mark."""
        return sum(result.verdict.mark is mark for result in self.results)

    def marked(self, mark: Mark) -> list[Result]:
        """What got a mark, most important first."""
        marked = [result for result in self.results if result.verdict.mark is mark]
        return sorted(marked, key=lambda result: _IMPORTANCE.index(result.vector["importance"]))

    def families(self) -> dict[str, dict[Mark, int]]:
        """How many vectors of each family got each mark."""
        counts: dict[str, dict[Mark, int]] = {}
        for result in self.results:
            counts.setdefault(family_of(result.vector), dict.fromkeys(Mark, 0))[result.verdict.mark] += 1
        return counts


@dataclass
class Runner:
    """Drives one implementation.

    Attributes:
        command: Its program and arguments.
        vectors: Where requests come from.
        seconds: How long an answer may take.
    """

    command: Sequence[str]
    vectors: Vectors
    seconds: float = DEFAULT_SECONDS
    _child: Child | None = field(default=None, init=False)
    _hello: Hello | None = field(default=None, init=False)
    _results: dict[str, Result] = field(default_factory=dict, init=False)
    _answered: dict[str, str] = field(default_factory=dict, init=False)
    """The vector of each request that was answered, by the id of the request."""

    def run(
        self, chosen: Sequence[Mapping[str, Any]], track: Callable[[Iterable[Any]], Iterable[Any]] = iter
    ) -> ConformanceRun:
        """Ask about each of the chosen vectors.

        Raises:
            AdapterError: The command cannot be started, or a list that a vector names cannot be read.
        """
        try:
            not_started = self._start()
            for vector in track(chosen):
                if not_started is None and self._child is None:
                    not_started = self._start()
                self._results[vector["id"]] = (
                    Result(vector, not_started) if not_started else self._ask(vector)
                )
            ending = self._finish()
        finally:
            self._kill()
        results = tuple(self._results[vector["id"]] for vector in chosen)
        return ConformanceRun(self.vectors.version, self._hello, results, ending)

    def _start(self) -> Verdict | None:
        """Start the implementation; the verdict on all vectors to come where it does not."""
        self._child = Child(self.command)
        self._child.send(line_of({"protocol": PROTOCOL}))
        try:
            hello = read_hello(self._child.line(monotonic() + START_FACTOR * self.seconds))
            if self._hello not in (None, hello):
                raise ProtocolError(Problem.NOT_STARTED, "the hello: expected the same as before")
            self._hello = hello
        except ProtocolError as error:
            self._kill()
            return Verdict(Mark.FAIL, Problem.NOT_STARTED, error.detail)
        return None

    def _ask(self, vector: Mapping[str, Any]) -> Result:
        if self._child is None or self._hello is None:
            raise ValueError("the implementation was not started")
        skip = skipped(vector["operation"], vector["features"], self._hello)
        if skip is not None:
            return Result(vector, skip)
        given, context = self.vectors.input_and_context(vector)
        identifier = token_hex(_ID_BYTES)
        request = {
            "id": identifier,
            "operation": vector["operation"],
            "input": given,
            "context": context,
        }
        line = line_of(request)
        if len(line) > MAX_REQUEST_BYTES + 1:
            raise ValueError(f"the request of {vector['id']} is over {MAX_REQUEST_BYTES} bytes")
        self._child.send(line)
        try:
            answer = self._answer(self._child, identifier, monotonic() + self.seconds)
        except ProtocolError as error:
            self._kill()
            return Result(vector, Verdict.failed(error))
        self._answered[identifier] = vector["id"]
        return Result(vector, judge(vector["expected"], answer, self._hello.features), answer)

    def _answer(self, child: Child, identifier: str, deadline: float) -> dict[str, Any]:
        while True:
            message = message_of(child.line(deadline))
            given = message.pop("id", None)
            if given == identifier:
                return message
            if not self._is_second(given):
                detail = f"id {shown(given)}; expected that of the request"
                raise ProtocolError(Problem.WRONG_ID, detail)

    def _is_second(self, identifier: Any) -> bool:
        """Whether a request was answered before. If so, its vector fails for it."""
        name = self._answered.get(identifier) if isinstance(identifier, str) else None
        if name is None:
            return False
        before = self._results[name]
        detail = "another line with the same id came after its answer"
        verdict = Verdict(Mark.FAIL, Problem.ANSWERED_TWICE, detail)
        self._results[name] = Result(before.vector, verdict, before.answer)
        return True

    def _finish(self) -> str | None:
        """Let the implementation end by itself."""
        if self._child is None:
            return None
        self._child.finish()
        deadline = monotonic() + self.seconds
        try:
            while self._is_second(message_of(self._child.line(deadline)).get("id")):
                pass
        except ProtocolError as error:
            if error.problem is Problem.ENDED:
                return self._child.wrong_status(deadline)
            return "it did not end with its input" if error.problem is Problem.TIME_OUT else error.detail
        return "a line that nobody asked for, after the last answer"

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None
