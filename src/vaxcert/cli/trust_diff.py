"""`vaxcert trust diff`: which keys two lists, or two editions of one, do not share."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, TypeAlias

from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.session import Session
from vaxcert.cli.table import table_lines
from vaxcert.cli.trust_inputs import lists_of, stored_list
from vaxcert.cli.trust_options import add_store, add_terms, open_store
from vaxcert.cli.trust_words import day, key_json, kinds, status_of
from vaxcert.errors import AdapterError, Reason
from vaxcert.presentation.texts import Texts
from vaxcert.trust.succession import ListDifference, difference
from vaxcert.trust.trust_list import TrustedKey

_CHANGES: Final = ("added", "removed", "changed")
_Change: TypeAlias = tuple[str, TrustedKey, TrustedKey | None]
"""What happened to a key; the key, and how it was before where it changed."""


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert trust`."""
    parser = add_command(actions, "diff", texts, run, help_key="trust-diff")
    parser.add_argument("targets", nargs="*", metavar="OLD NEW", help=texts.get("help", "diff-targets"))
    parser.add_argument("--name", metavar="NAME", help=texts.get("help", "diff-name"))
    add_store(parser, texts)
    add_terms(parser, texts)
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at-show"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Compare two lists.

    Returns:
        `ACCEPTED` when they have the same keys, else `REFUSED`.

    Raises:
        TrustListError: A list must not be relied on.
        AdapterError: A file or the store cannot be read; `store-unreadable` when there is no earlier edition.
        UsageError: Neither two lists nor the name of a source.
    """
    at = options.at or session.now
    if (len(options.targets), options.name is not None) not in ((2, False), (0, True)):
        raise UsageError(
            "two lists to compare expected, or --name NAME for the last two editions of a source"
        )
    found = difference(*_editions(options, session))
    if options.json:
        session.output.json(
            {
                "added": [key_json(key, at=at) for key in found.added],
                "removed": [key_json(key, at=at) for key in found.removed],
                "changed": [
                    {"before": key_json(before, at=at), "after": key_json(after, at=at)}
                    for before, after in found.changed
                ],
            }
        )
    else:
        _write(found, at, session)
    return ExitCode.REFUSED if found else ExitCode.ACCEPTED


def _editions(
    options: argparse.Namespace, session: Session
) -> tuple[Iterable[TrustedKey], Iterable[TrustedKey]]:
    """The keys to compare, the older ones first."""
    if options.name is None:
        old, new = options.targets
        return _keys(old, options, session), _keys(new, options, session)
    store = open_store(options)
    current = stored_list(store, options.name, session).reading
    previous = store.previous(options.name)
    if previous is None:
        raise AdapterError(
            Reason.STORE_UNREADABLE, f"the store has one edition of source {options.name}, two expected"
        )
    return previous.keys, current.keys


def _keys(target: str, options: argparse.Namespace, session: Session) -> list[TrustedKey]:
    found = lists_of(target, options, session)
    if not found.complete:
        raise AdapterError(Reason.STORE_UNREADABLE, f"a list of the store {target} cannot be read")
    return found.keys


def _write(found: ListDifference, at: datetime, session: Session) -> None:
    output, texts = session.output, session.texts
    changes = sorted(_changes(found), key=lambda change: (change[1].country or "", change[0], change[1].kid))
    if not changes:
        output.paragraph(texts.get("trust", "same-keys"))
        return
    _write_countries(changes, session)
    output.line()
    names = ("kid", "country", "change", "not-after", "status")
    heading = [texts.get("trust", f"heading-{name}") for name in names]
    rows = [_row(change, at, texts) for change in changes]
    for line in table_lines(heading, rows):
        output.line(line)


def _write_countries(changes: list[_Change], session: Session) -> None:
    """How many keys of each country, and of all."""
    output, texts = session.output, session.texts
    counts = Counter((key.country or "–", what) for what, key, _ in changes)
    heading = [texts.get("trust", "heading-country"), *(texts.get("trust", name) for name in _CHANGES)]
    countries = dict.fromkeys(country for country, _ in counts)
    rows = [(country, *(str(counts[country, name]) for name in _CHANGES)) for country in countries]
    sums = Counter(what for what, _, _ in changes)
    totals = (texts.get("trust", "total"), *(str(sums[name]) for name in _CHANGES))
    *lines, last = table_lines(heading, [*rows, totals], right=range(1, len(heading)))
    for line in lines:
        output.line(line)
    output.rule()
    output.line(last)


def _changes(found: ListDifference) -> Iterator[_Change]:
    for key in found.added:
        yield "added", key, None
    for key in found.removed:
        yield "removed", key, None
    for before, after in found.changed:
        yield "changed", after, before


def _row(change: _Change, at: datetime, texts: Texts) -> tuple[str, ...]:
    what, key, before = change
    return (
        key.kid.hex(),
        key.country or "–",
        texts.get("trust", what) + ("" if before is None else f": {_differences(before, key, at, texts)}"),
        day(texts, key.not_after) or "–",
        texts.get("trust", f"status-{status_of(key, at)}"),
    )


def _differences(before: TrustedKey, after: TrustedKey, at: datetime, texts: Texts) -> str:
    """What is not as it was, in the words of the table of keys."""
    compared = (
        ("kid", before.kid.hex(), after.kid.hex()),
        ("kinds", kinds(texts, before), kinds(texts, after)),
        ("environment", texts.get("trust", before.environment), texts.get("trust", after.environment)),
        ("not-before", day(texts, before.not_before), day(texts, after.not_before)),
        ("not-after", day(texts, before.not_after), day(texts, after.not_after)),
        ("status", *(texts.get("trust", f"status-{status_of(key, at)}") for key in (before, after))),
    )
    return ", ".join(
        f"{texts.get('trust', f'heading-{name}')} {old or '–'} → {new or '–'}"
        for name, old, new in compared
        if old != new
    )
