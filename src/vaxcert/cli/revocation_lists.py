"""How the revocation lists of a store are shown, to people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vaxcert.cli.output import Colour
from vaxcert.cli.session import Session
from vaxcert.cli.table import table_lines
from vaxcert.cli.trust_words import ListState, day, state_of
from vaxcert.presentation.as_json import moment_json
from vaxcert.presentation.texts import Texts
from vaxcert.trust.origin import ListOrigin, Proof
from vaxcert.trust.revocation.revocation_list import RevocationList


def revocation_origin(one: RevocationList) -> ListOrigin:
    """What a revocation list says of itself, as trust lists do."""
    said = one.description
    return ListOrigin(
        name=one.name,
        format="vaxcert",
        proof=Proof.SIGNED,
        number=said.number,
        issued=said.issued,
        next_update=said.next_update,
        usable_until=said.usable_until,
    )


def revocation_state(one: RevocationList, at: datetime) -> ListState:
    """How a revocation list stands at a time."""
    return state_of(revocation_origin(one), at)


def write_revocation_lists(lists: Sequence[RevocationList], at: datetime, session: Session) -> None:
    """Two lines a list: a row of the table, and who makes it for which countries."""
    output, texts = session.output, session.texts
    names = ("revocation", "number", "entries", "issued", "usable-until", "state")
    heading = [texts.get("trust", f"heading-{name}") for name in names]
    lines = table_lines(heading, [_row(one, at, texts) for one in lists], right={1, 2})
    output.line(lines[0])
    output.rule()
    for one, line in zip(lists, lines[1:], strict=True):
        output.line(line, Colour.RED if revocation_state(one, at) is ListState.STALE else None)
        output.paragraph(_note(one, texts), mark="    ")


def _row(one: RevocationList, at: datetime, texts: Texts) -> tuple[str, ...]:
    said = one.description
    return (
        one.name,
        str(said.number),
        str(one.entries),
        day(texts, said.issued),
        day(texts, said.usable_until),
        texts.get("trust", f"state-{revocation_state(one, at)}"),
    )


def _note(one: RevocationList, texts: Texts) -> str:
    countries = one.description.countries
    return texts.get(
        "trust",
        "revocation-note",
        issuer=one.description.issuer,
        countries=texts.get("trust", "all-kinds") if countries is None else " ".join(sorted(countries)),
        deltas=one.deltas,
        keys=len(one.withdrawn),
    )


def revocation_json(one: RevocationList, *, at: datetime) -> dict[str, Any]:
    """A revocation list as one object."""
    said = one.description
    return {
        "revocation_list": one.name,
        "issuer": said.issuer,
        "countries": None if said.countries is None else sorted(said.countries),
        "number": said.number,
        "deltas": one.deltas,
        "entries": one.entries,
        "issued": moment_json(said.issued),
        "next_update": moment_json(said.next_update),
        "usable_until": moment_json(said.usable_until),
        "state": revocation_state(one, at),
        "withdrawn": sorted(key.hex() for key in one.withdrawn),
    }
