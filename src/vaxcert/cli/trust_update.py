"""`vaxcert trust update`: download the lists of the configured sources."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from vaxcert.adapters.trust_sources import FILE, UpdateSource, configured_sources
from vaxcert.adapters.trust_store import TrustStore
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.progress import tracked
from vaxcert.cli.session import Session
from vaxcert.cli.texts import Texts
from vaxcert.cli.trust_import import write_notes
from vaxcert.cli.trust_lists import ListState, optional_moment, state_of, with_end
from vaxcert.cli.trust_options import add_store, open_store
from vaxcert.errors import VaxcertError

if TYPE_CHECKING:
    from vaxcert.adapters.trust_update import UpdateResult


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert trust`."""
    parser = add_command(actions, "update", texts, run, help_key="trust-update")
    parser.add_argument("names", nargs="*", metavar="NAME", help=texts.get("help", "update-names"))
    add_store(parser, texts)
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at-import"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Update the sources, each whatever becomes of the others.

    Returns:
        `TRUST` when a source failed and has no list that may still be relied on, `REFUSED` when one failed and its
        list may, else `ACCEPTED`.

    Raises:
        AdapterError: `store-unreadable`.
        UsageError: No source is configured, or none of that name.
    """
    at = options.at or session.now
    store = open_store(options)
    sources = _chosen(store, options.names)
    status = ExitCode.ACCEPTED
    shown = session.output.shows_progress(among_results=True)
    title = session.texts.get("progress", "updating")
    for source, result in tracked(_results(store, sources, at), title=title, total=len(sources), shown=shown):
        if isinstance(result, VaxcertError):
            state = _state(store, source.name, at)
            _report_failure(source.name, result, state, session, as_json=options.json)
            usable = state is not None and state is not ListState.STALE
            status = max(status, ExitCode.REFUSED if usable else ExitCode.TRUST)
        else:
            _report(source.name, result, session, as_json=options.json)
    return status


def _chosen(store: TrustStore, names: list[str]) -> list[UpdateSource]:
    sources = configured_sources(store)
    by_name = {source.name: source for source in sources}
    unknown = [name for name in names if name not in by_name]
    if not sources:
        raise UsageError(f"no source to update: {store.folder / FILE} names none")
    if unknown:
        raise UsageError(f"no source {unknown[0]!r} to update: {store.folder / FILE} does not name it")
    return [by_name[name] for name in dict.fromkeys(names)] if names else list(sources)


def _results(
    store: TrustStore, sources: list[UpdateSource], at: datetime
) -> Iterator[tuple[UpdateSource, UpdateResult | VaxcertError]]:
    from vaxcert.adapters.trust_update import update  # no other command needs an event loop

    for source in sources:
        try:
            yield source, update(store, source, at=at)
        except VaxcertError as error:
            yield source, error


def _state(store: TrustStore, name: str, at: datetime) -> ListState | None:
    """How the list that stays stands; None where there is none that can be read."""
    try:
        reading = store.current(name)
        return state_of(with_end(reading, store.source(name).usable_until).origin, at)
    except VaxcertError:
        return None


def _report_failure(
    name: str, error: VaxcertError, state: ListState | None, session: Session, *, as_json: bool
) -> None:
    session.output.error(error)
    kept = session.texts.get("trust", "kept-none" if state is None else f"kept-{state}")
    if as_json:
        session.output.json(
            {
                "source": name,
                "outcome": "failed",
                "reason": error.reason,
                "state": state,
            }
        )
    else:
        session.output.paragraph(session.texts.get("trust", "update-failed", name=name, kept=kept))


def _report(name: str, result: UpdateResult, session: Session, *, as_json: bool) -> None:
    texts, edition = session.texts, result.source.current
    if as_json:
        session.output.json(_as_json(name, result))
    else:
        session.output.paragraph(
            texts.get(
                "trust",
                f"update-{result.outcome}",
                name=name,
                keys=edition.keys,
                end=texts.moment(result.source.usable_until),
            )
        )
    if result.imported is not None:
        for problem in result.imported.reading.problems:
            session.output.error(problem)
        write_notes(session, name, result.imported.notes)


def _as_json(name: str, result: UpdateResult) -> dict[str, Any]:
    return {
        "source": name,
        "outcome": result.outcome,
        "reason": None,
        "keys": result.source.current.keys,
        "usable_until": optional_moment(result.source.usable_until),
    }
