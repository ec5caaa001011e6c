"""`vaxcert revoke check`: look identifiers and certificates up in revocation lists."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Final

from vaxcert.adapters.revocation_files import open_revocations
from vaxcert.cli.arguments import Commands, add_command, moment
from vaxcert.cli.exit_codes import ExitCode, UsageError
from vaxcert.cli.named_certificates import Named, certificates, identifiers, told_apart
from vaxcert.cli.output import Colour
from vaxcert.cli.session import Session
from vaxcert.cli.trust_options import add_store, anchors_of, open_store, threshold
from vaxcert.errors import VaxcertError
from vaxcert.model.identifiers import read_certificate_id
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.trust.revocation.query import (
    RevocationAnswer,
    RevocationLists,
    RevocationQuery,
    RevocationStatus,
)

_COLOURS: Final = {
    RevocationStatus.REVOKED: Colour.RED,
    RevocationStatus.NOT_REVOKED: Colour.GREEN,
    RevocationStatus.UNKNOWN: Colour.YELLOW,
}
_UNREADABLE: Final = "unreadable"
_NO_COUNTRY: Final = "ZZ"
"""Of no list that is for certain countries (ISO 3166-1 leaves the code to its users)."""
_UNPLACED: Final = RevocationAnswer(
    status=RevocationStatus.UNKNOWN,
    covered=False,
    detail="the identifier names no country, and no list is for all; name the country with --country",
)


def add_parser(actions: Commands, texts: Texts) -> None:
    """Add the action to the parser of `vaxcert revoke`."""
    parser = add_command(actions, "check", texts, run, help_key="revoke-check")
    parser.add_argument("items", nargs="*", metavar="ITEM", help=texts.get("help", "revoke-items"))
    for name in ("list", "anchor", "from-file"):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            type=Path,
            metavar="PATH",
            help=texts.get("help", f"revoke-check-{name}"),
        )
    parser.add_argument(
        "--threshold", type=threshold, default=1, metavar="N", help=texts.get("help", "revoke-threshold")
    )
    add_store(parser, texts)
    parser.add_argument("--country", metavar="CC", help=texts.get("help", "id-country"))
    parser.add_argument("--at", type=moment, metavar="TIME", help=texts.get("help", "at"))


def run(options: argparse.Namespace, session: Session) -> ExitCode:
    """Look all items up, in their order: identifiers first, then certificates.

    Returns:
        `REFUSED` if any is revoked, else `TRUST` if any is unknown, else `UNREADABLE` if any could not be read.

    Raises:
        UsageError: Nothing is named.
        TrustListError, AdapterError: A list cannot be relied on or read.
    """
    lists = _lists(options)
    at = options.at or session.now
    outcomes: Counter[str] = Counter()
    for named in _named(options, session):
        outcomes[_check(named, lists, at, options, session)] += 1
    if not outcomes:
        raise UsageError("nothing to look up; name identifiers or certificates")
    return _exit_code(outcomes)


def _lists(options: argparse.Namespace) -> RevocationLists:
    """The lists that are named, else those of the store."""
    if options.list:
        anchors = anchors_of(options.anchor)
        return RevocationLists(open_revocations(options.list, anchors, threshold=options.threshold))
    if options.anchor or options.threshold > 1:
        raise UsageError("--anchor and --threshold are for a --list; the lists of a store have their own")
    lists = open_store(options).revocation()
    if lists is None:
        raise UsageError(
            "the store has no revocation list; name one with --list, or import one (revoke import)"
        )
    return lists


def _named(options: argparse.Namespace, session: Session) -> Iterator[Named]:
    others, sources = told_apart(options.items)
    return chain(
        map(_placed, identifiers(others, options.from_file, session, country=options.country)),
        certificates(sources, session),
    )


def _placed(named: Named) -> Named:
    """An identifier with the country that it names itself, where nobody has said another."""
    query = named.query
    if isinstance(query, VaxcertError) or query.kid or query.issuer is not None:
        return named
    country = read_certificate_id(query.identifiers[0]).country
    return replace(named, query=replace(query, issuer=country))


def _answer(query: RevocationQuery, lists: RevocationLists, at: datetime) -> RevocationAnswer:
    """What the lists say. That those of some countries do not name an identifier of no country says nothing."""
    answer = lists.answer(query, at=at)
    if query.kid or query.issuer is not None or answer.status is not RevocationStatus.NOT_REVOKED:
        return answer
    elsewhere = replace(query, issuer=_NO_COUNTRY)
    return answer if any(one.covers(elsewhere) for one in lists.sources) else _UNPLACED


def _check(
    named: Named, lists: RevocationLists, at: datetime, options: argparse.Namespace, session: Session
) -> str:
    if isinstance(named.query, VaxcertError):
        session.output.note(session.texts.get("revoke", "unreadable", source=named.source))
        session.output.error(named.query)
        if options.json:
            session.output.json(
                {"source": named.source, "status": _UNREADABLE, "reason": str(named.query.reason)}
            )
        return _UNREADABLE
    answer = _answer(named.query, lists, at)
    if options.json:
        session.output.json(_as_json(named, answer))
    else:
        _write(named, answer, session)
    return str(answer.status)


def _as_json(named: Named, answer: RevocationAnswer) -> dict[str, object]:
    return {
        "source": named.source,
        "status": str(answer.status),
        "as_of": answer.as_of and moment_json(answer.as_of),
        "list": answer.source,
        "covered": answer.covered,
        "detail": answer.detail,
    }


def _write(named: Named, answer: RevocationAnswer, session: Session) -> None:
    texts = session.texts
    status = texts.get("revoke", answer.status)
    reason = answer.detail or texts.get("revoke", "by-list", name=answer.source)
    if answer.as_of is not None:
        reason = texts.get("revoke", "by-list-of", name=answer.source, date=texts.moment(answer.as_of))
    session.output.line(f"{named.source}: {status} ({reason})", _COLOURS[answer.status])


def _exit_code(outcomes: Counter[str]) -> ExitCode:
    if outcomes[RevocationStatus.REVOKED]:
        return ExitCode.REFUSED
    if outcomes[RevocationStatus.UNKNOWN]:
        return ExitCode.TRUST
    return ExitCode.UNREADABLE if outcomes[_UNREADABLE] else ExitCode.ACCEPTED
