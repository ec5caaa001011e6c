"""`vaxcert trust show`: which lists are kept, what is on them, and when their keys end."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from vaxcert.adapters.files import write_atomically
from vaxcert.cli import drawing, expiry_picture
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.expiry import ExpiryTable
from vaxcert.cli.output import Colour
from vaxcert.cli.revocation_lists import revocation_json, write_revocation_lists
from vaxcert.cli.session import Session
from vaxcert.cli.table import table_lines
from vaxcert.cli.trust_inputs import lists_of
from vaxcert.cli.trust_options import add_store, add_terms
from vaxcert.cli.trust_words import (
    ListState,
    ShownList,
    age,
    day,
    key_json,
    kinds,
    list_json,
    proof,
    state_of,
    status_of,
    write_list,
)
from vaxcert.presentation.texts import Texts
from vaxcert.trust.origin import Proof
from vaxcert.trust.trust_list import TrustedKey

_PICTURES: Final = (".png", ".svg")


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert trust`."""
    parser = add_command(actions, "show", texts, run, help_key="trust-show")
    parser.add_argument("target", nargs="?", metavar="PATH|NAME", help=texts.get("help", "list-target"))
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--keys", action="store_true", help=texts.get("help", "show-keys"))
    shown.add_argument("--expiry", action="store_true", help=texts.get("help", "show-expiry"))
    parser.add_argument("--picture", type=Path, metavar="FILE", help=texts.get("help", "picture"))
    add_store(parser, texts)
    add_terms(parser, texts)
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at-show"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Show what is asked for.

    Returns:
        `TRUST` when a list of the store cannot be read, else `ACCEPTED`.

    Raises:
        TrustListError: A list must not be relied on.
        AdapterError: A file or the store cannot be read, or the picture not written; `extra-missing`.
        UsageError: The picture is of no kind that can be drawn.
    """
    at = options.at or session.now
    found = lists_of(options.target, options, session).marked()
    lists = found.lists
    if options.expiry or options.picture is not None:
        _show_expiry(found.keys, at, options, session)
    elif options.keys:
        _show_keys(found.keys, at, session, as_json=options.json)
    elif options.json:
        for shown in lists:
            session.output.json(list_json(shown, at=at))
        for one in found.revocation:
            session.output.json(revocation_json(one, at=at))
    elif options.target is None:
        _show_sources(lists, at, session)
        if found.revocation:
            write_revocation_lists(found.revocation, at, session)
    else:
        for shown in lists:
            write_list(session.output, session.texts, shown, at=at)
        if found.revocation:
            write_revocation_lists(found.revocation, at, session)
    return ExitCode.ACCEPTED if found.complete else ExitCode.TRUST


def _show_sources(lists: Sequence[ShownList], at: datetime, session: Session) -> None:
    """Two lines a list: the table, and under each row what tells lists of one kind apart."""
    output, texts = session.output, session.texts
    if not lists:
        output.paragraph(texts.get("trust", "no-lists"))
        return
    names = ("source", "format", "keys", "issued", "usable-until", "state")
    heading = [texts.get("trust", f"heading-{name}") for name in names]
    lines = table_lines(heading, [_source_row(shown, at, texts) for shown in lists], right={2})
    output.line(lines[0])
    output.rule()
    for shown, line in zip(lists, lines[1:], strict=True):
        output.line(line, _colour(shown, at))
        output.paragraph(_source_note(shown, at, texts), mark="    ")


def _source_row(shown: ShownList, at: datetime, texts: Texts) -> tuple[str, ...]:
    origin = shown.reading.origin
    return (
        origin.name,
        origin.format,
        str(len(shown.reading.keys)),
        day(texts, origin.issued) or "–",
        day(texts, origin.usable_until) or "–",
        texts.get("trust", f"state-{state_of(origin, at)}"),
    )


def _source_note(shown: ShownList, at: datetime, texts: Texts) -> str:
    origin = shown.reading.origin
    parts = [texts.get("trust", shown.reading.environment), proof(texts, origin)]
    if origin.number is not None:
        parts.append(texts.get("trust", "note-number", number=origin.number))
    if origin.issued is not None:
        parts.append(age(texts, origin.issued, at))
    if origin.next_update is not None:
        parts.append(texts.get("trust", "note-next-update", date=day(texts, origin.next_update)))
    return ", ".join(parts)


def _colour(shown: ShownList, at: datetime) -> Colour | None:
    if state_of(shown.reading.origin, at) is ListState.STALE:
        return Colour.RED
    return Colour.YELLOW if shown.reading.origin.proof is Proof.UNSIGNED else None


def _show_keys(keys: Iterable[TrustedKey], at: datetime, session: Session, *, as_json: bool) -> None:
    ordered = sorted(keys, key=lambda key: (key.country or "", key.not_after is None, key.not_after, key.kid))
    if as_json:
        for key in ordered:
            session.output.json(key_json(key, at=at))
        return
    texts = session.texts
    names = ["kid", "country", "algorithm", "kinds", "domain", "not-before", "not-after", "status"]
    if not any(key.domain for key in ordered):
        names.remove("domain")
    heading = [texts.get("trust", f"heading-{name}") for name in names]
    rows = [_key_cells(key, at, texts) for key in ordered]
    for line in table_lines(heading, [[row[name] for name in names] for row in rows]):
        session.output.line(line)


def _key_cells(key: TrustedKey, at: datetime, texts: Texts) -> dict[str, str]:
    return {
        "kid": key.kid.hex(),
        "country": key.country or "–",
        "algorithm": key.key.algorithm.name,
        "kinds": kinds(texts, key),
        "domain": key.domain or "–",
        "not-before": day(texts, key.not_before) or "–",
        "not-after": day(texts, key.not_after) or "–",
        "status": texts.get("trust", f"status-{status_of(key, at)}"),
    }


def _show_expiry(keys: list[TrustedKey], at: datetime, options: argparse.Namespace, session: Session) -> None:
    if options.picture is not None and options.picture.suffix.lower() not in _PICTURES:
        raise UsageError("--picture names no picture, expected a name that ends in .png or .svg")
    output, texts = session.output, session.texts
    table = ExpiryTable.of(keys, at=at)
    if options.picture is not None:
        drawn = expiry_picture.draw(table, texts, at=at)
        is_svg = options.picture.suffix.lower() == ".svg"
        picture = drawing.svg(drawn) if is_svg else drawing.png(drawn)
        write_atomically(options.picture, picture)
    if options.json:
        for country, counts in table.rows:
            output.json({"country": country, **dict(zip(table.periods, counts, strict=True))})
        return
    heading = [texts.get("trust", "heading-country"), *(table.titles(texts)), texts.get("trust", "total")]
    rows = [(country or "–", *map(_count, counts), str(sum(counts))) for country, counts in table.rows]
    totals = (texts.get("trust", "total"), *map(_count, table.totals), str(sum(table.totals)))
    *lines, last = table_lines(heading, [*rows, totals], right=range(1, len(heading)))
    for line in lines:
        output.line(line)
    output.rule()
    output.line(last)
    output.paragraph(texts.get("trust", "expiry-note"))
    if options.picture is not None:
        output.paragraph(texts.get("keys", "written", path=options.picture))


def _count(number: int) -> str:
    """A number; none is a dot, so that those that are there stand out."""
    return str(number) if number else "·"
