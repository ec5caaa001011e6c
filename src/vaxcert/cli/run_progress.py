"""A bar on standard error for a run that takes a while, with its rate and the time left."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import Any, Self

from vaxcert.cli.session import Session


class RunProgress(AbstractContextManager["RunProgress"]):
    """A bar on standard error with rate and time left, one for each stage.

    Args:
        session: For its words.
        shown: Whether to show any; nor is one shown where Rich is not installed.
    """

    def __init__(self, session: Session, *, shown: bool) -> None:
        self._texts = session.texts
        self._output = session.output
        self._waits = False
        self._bars: Any = None
        self._task: Any = None
        self._title = ""
        if shown:
            with suppress(ImportError):
                self._bars = _bars()

    def __enter__(self) -> Self:
        """Show the bars."""
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away."""
        if self._bars is not None:
            self._bars.stop()

    def stage(self, stage: str, total: int | None) -> None:
        """Begin the bar of a stage."""
        if self._bars is not None:
            self._title = self._texts.get("progress", f"bulk-{stage}")
            self._task = self._bars.add_task(self._title, total=total)

    def advance(self, records: int, *, waits_for_signer: bool) -> None:
        """Move the bar on, and say so when the device that holds the key is waited for."""
        waiting = self._texts.get("progress", "bulk-waiting")
        if self._task is not None:
            title = waiting if waits_for_signer else self._title
            self._bars.update(self._task, advance=records, description=title)
        elif waits_for_signer and not self._waits:
            self._output.note(waiting)  # once, where nobody watches
        self._waits = waits_for_signer


def _bars() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class RateColumn(ProgressColumn):
        """Records a second."""

        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:,.0f}/s")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
