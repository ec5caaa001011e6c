"""`vaxcert trust update`: download the lists of the configured sources."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from vaxcert.adapters.store import TrustStore
from vaxcert.adapters.trust_sources import FILE, UpdateSource, configured_sources
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.progress import tracked
from vaxcert.cli.revocation_lists import revocation_state
from vaxcert.cli.session import Session
from vaxcert.cli.trust_import import write_notes
from vaxcert.cli.trust_options import add_store, open_store
from vaxcert.cli.trust_words import ListState, optional_moment, state_of
from vaxcert.errors import VaxcertError
from vaxcert.presentation.texts import Texts

if TYPE_CHECKING:
    from vaxcert.adapters.trust_update import RevocationUpdate, UpdateResult


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
            state = _state(store, source, at)
            _report_failure(source.name, result, state, session, as_json=options.json)
            usable = state is not None and state is not ListState.STALE
            status = max(status, ExitCode.REFUSED if usable else ExitCode.TRUST)
        else:
            _report(source, result, session, as_json=options.json)
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
) -> Iterator[tuple[UpdateSource, UpdateResult | RevocationUpdate | VaxcertError]]:
    from vaxcert.adapters.trust_update import update_all  # no other command needs an event loop

    return update_all(store, sources, at=at)


def _state(store: TrustStore, source: UpdateSource, at: datetime) -> ListState | None:
    """How the list that stays stands; None where there is none that can be read."""
    name = source.name
    try:
        if source.is_revocation:
            return revocation_state(store.revocation_sources.current(name), at)
        return state_of(store.current(name).origin, at)
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


def _report(
    source: UpdateSource, result: UpdateResult | RevocationUpdate, session: Session, *, as_json: bool
) -> None:
    name, texts = source.name, session.texts
    what, count, end = _counted(result)
    if as_json:
        found = {"source": name, "outcome": result.outcome, "reason": None, what: count}
        session.output.json({**found, "usable_until": optional_moment(end)})
    else:
        counted = texts.get("trust", f"update-{what}", count=count)
        sentence = texts.get(
            "trust", f"update-{result.outcome}", name=name, counted=counted, end=texts.moment(end)
        )
        session.output.paragraph(sentence)
    if result.imported is not None:
        for problem in result.imported.reading.problems:
            session.output.error(problem)
        write_notes(session, name, result.imported.notes)


def _counted(result: UpdateResult | RevocationUpdate) -> tuple[str, int, datetime]:
    """What a list holds, how many, and until when it may be relied on."""
    from vaxcert.adapters.trust_update import RevocationUpdate  # it is loaded when there is a result

    if isinstance(result, RevocationUpdate):
        return "entries", result.current.entries, result.current.description.usable_until
    return "keys", result.source.current.keys, result.source.usable_until
